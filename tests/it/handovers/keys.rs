//! 相手の町の鍵: used only after two people have each compared it.

use app::peer_keys::{Fingerprints, Trust};
use evidence::Act;
use kernel::{Code, Digest, Grant};
use testkit::towns::{KAISEI, OI, OUTSIDER, code};

use super::family::{Family, pin, published, refused};

#[tokio::test]
async fn a_key_is_used_only_after_two_people_have_compared_it() {
    let family = Family::without_keys().await;
    let (app, world) = (family.app(), &family.world);
    let id = family.approved().await;
    let offer = || async { refused(app.handover_offer(&family.sender(), id).await) };
    assert_eq!(offer().await, Code::KeyNotPinned);

    let compared = published(world, KAISEI, OI).await;
    let (first, second) =
        (world.desk(KAISEI, Grant::TownAdmin).ctx(None), world.desk(KAISEI, Grant::Approver).ctx(None));
    assert_eq!(
        refused(app.peer_key_confirm(&second, code(OI), compared).await),
        Code::KeyNotPinned,
        "nobody has pinned"
    );
    let wrong = Fingerprints { sign: Digest::of(b"another key"), ..compared };
    assert_eq!(refused(app.peer_key_pin(&first, code(OI), wrong).await), Code::InvalidValue);
    let pinned = app.peer_key_pin(&first, code(OI), compared).await.unwrap();
    assert!(pinned.iter().all(|key| key.trust() == Trust::Pinned));
    assert_eq!(offer().await, Code::KeyNotPinned, "one person is not enough");
    assert_eq!(refused(app.peer_key_confirm(&first, code(OI), compared).await), Code::SelfApproval);
    let confirmed = app.peer_key_confirm(&second, code(OI), compared).await.unwrap();
    assert!(confirmed.iter().all(|key| key.trust() == Trust::Confirmed));
    app.handover_offer(&family.sender(), id).await.unwrap();
    assert_eq!(family.count(KAISEI, Act::KeyPinned).await, 2);

    // The receiver has not compared the sender's.
    assert_eq!(refused(app.handover_acknowledge(&family.receiver(), id).await), Code::KeyNotPinned);
    pin(world, OI, KAISEI).await;
    app.handover_acknowledge(&family.receiver(), id).await.unwrap();
}

#[tokio::test]
async fn another_published_key_is_noticed() {
    let family = Family::new().await;
    let sql = family.world.db.superuser().await;
    sql.run(&format!(
        "UPDATE hub.town_key SET public_key = sha256(public_key) WHERE town_id = '{OI}' AND purpose = 'sign'"
    ))
    .await;
    let keys = family.app().peer_keys(&family.sender()).await.unwrap();
    let of_oi: Vec<_> = keys
        .iter()
        .filter(|key| key.town == code(OI))
        .map(|key| (key.purpose.as_str(), key.trust()))
        .collect();
    assert_eq!(of_oi, [("seal", Trust::Confirmed), ("sign", Trust::Changed)]);
}

#[tokio::test]
async fn only_keepers_pin_and_only_members() {
    let family = Family::without_keys().await;
    let compared = published(&family.world, KAISEI, OI).await;
    let worker = family.world.desk(KAISEI, Grant::CaseWorker).ctx(None);
    assert_eq!(refused(family.app().peer_key_pin(&worker, code(OI), compared).await), Code::GrantMissing);
    let admin = family.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    for nobody in [OUTSIDER, KAISEI] {
        assert_eq!(
            refused(family.app().peer_key_pin(&admin, code(nobody), compared).await),
            Code::TownNotFound
        );
    }
}
