//! Acts and their leaves: one each, in the town's own chain, and no act without one.

use app::rows::LinkDecision;
use app::uploads::NewUpload;
use chrono::{TimeDelta, Utc};
use evidence::{Act, ChainHead, Leaf};
use kernel::ctx::jst_date;
use kernel::{Code, Digest, Fault, Grant, Grants, Known, Purpose};
use testkit::TestApp;
use testkit::files::{consulted, file, nth, registered};
use testkit::towns::{KAISEI, OI, code};

use super::{newcomer, residents};
use crate::resting::{acts, assert_refused, leaves, number};

/// Does something and sees that it left exactly these leaves, in 開成町's chain and in no other.
async fn leaves_one<T>(
    world: &TestApp,
    act: &[Act],
    doing: impl Future<Output = Result<T, Fault>>,
) -> Option<T> {
    let (before, others) = (acts(world, KAISEI).await, acts(world, OI).await);
    let outcome = doing.await;
    let now = acts(world, KAISEI).await;
    assert_eq!(now[before.len()..], *act);
    assert_eq!(acts(world, OI).await, others, "{act:?}");
    outcome.ok()
}

#[tokio::test]
async fn every_act_leaves_exactly_one_leaf() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let (app, today) = (&world.app, jst_date(Utc::now()));
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let loader = world.ctx(KAISEI, &[Grant::OverallManager], Purpose::DataQuality);
    let expires = Utc::now() + TimeDelta::hours(1);
    let staff = leaves_one(&world, &[Act::StaffChanged], app.staff_add(&admin, newcomer())).await;
    staff.unwrap();
    let issued = app.token_issue(&admin, admin.staff, Grants::default(), expires);
    let token = leaves_one(&world, &[Act::TokenIssued], issued).await.unwrap().row.id;
    leaves_one(&world, &[Act::TokenRevoked], app.token_revoke(&admin, token)).await.unwrap();

    let twins = ["0000000001", "0000000002"].map(|number| {
        let twin = kernel::Identity { local_id: Known::Present(number.into()), ..nth(1) };
        registered(&twin)
    });
    let register = file(&world, KAISEI, "resident_register", today, &twins);
    let receiving = async {
        let mut receiving =
            app.upload_begin(&loader, NewUpload::of(&"resident_register".parse().unwrap(), today)).await?;
        app.upload_push(&loader, &mut receiving, &register).await?;
        app.upload_finish(&loader, receiving, Digest::of(&register), None).await
    };
    leaves_one(&world, &[Act::UploadReceived], receiving).await.unwrap();
    let loaded = [Act::UploadReceived, Act::LoadApplied];
    let load = world.load(KAISEI, "resident_register", today, &register);
    leaves_one(&world, &loaded, load).await.unwrap();
    let refused = [Act::UploadReceived, Act::LoadRefused];
    assert!(leaves_one(&world, &refused, world.load(KAISEI, "attendance", today, b"")).await.is_none());
    // The same file again is no act but its receipt.
    let load = world.load(KAISEI, "resident_register", today, &register);
    leaves_one(&world, &[Act::UploadReceived], load).await.unwrap();

    let nameless = kernel::Identity { local_id: Known::NOT_COLLECTED, ..nth(1) };
    let counsel = file(&world, KAISEI, "consult_sc_ssw", today, &[consulted(&nameless, "1", "2026-05-01")]);
    let load = world.load(KAISEI, "consult_sc_ssw", today, &counsel);
    leaves_one(&world, &loaded, load).await.unwrap();
    let tasks = app.link_tasks(&loader, app::rows::LinkTaskState::Open, None, 10).await.unwrap();
    let (task, person) = (tasks[0].0.id, tasks[0].0.body.as_ref().unwrap().candidates[0].person);
    let deciding = app.link_decide(&loader, task, LinkDecision::Linked(person));
    leaves_one(&world, &[Act::LinkDecided], deciding).await.unwrap();
    leaves_one(&world, &[Act::LinkUndone], app.link_undo(&loader, task)).await.unwrap();

    // What is refused, and what was only asked, is no act.
    assert!(leaves_one(&world, &[], app.link_undo(&loader, task)).await.is_none());
    assert!(leaves_one(&world, &[], app.token_revoke(&loader, token)).await.is_none());
    leaves_one(&world, &[], app.staff_list(&admin)).await.unwrap();
}

#[tokio::test]
async fn the_chain_in_the_database_is_the_chain_of_its_leaves() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    residents(&world).await;
    for town in [KAISEI, OI] {
        let mut head = ChainHead::start(code(town));
        let leaves = leaves(&world, town).await;
        assert!(leaves.len() >= 10, "{}", leaves.len());
        for (n, entry) in (1..).zip(&leaves) {
            head = head.after(&entry.body);
            assert_eq!((entry.n, entry.head), (n, *head.head.as_bytes()), "{town} {n}");
            let leaf = Leaf::from_bytes(&entry.body).unwrap();
            assert_eq!((leaf.town, leaf.id), (code(town), entry.id), "a leaf stands in its own town's chain");
            assert_eq!(entry.hash, *evidence::merkle::leaf_hash(&entry.body).as_bytes());
        }
        assert_eq!(head.count, leaves.len() as u64);
    }
}

#[tokio::test]
async fn sequencing_gives_every_leaf_one_place() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let all = number(&world, "SELECT count(*) FROM hub.leaf").await;
    let placed = world.app.evidence_sequence().await.unwrap();
    assert_eq!(i64::try_from(placed).unwrap(), all);
    assert_eq!(world.app.evidence_sequence().await.unwrap(), 0, "nothing is placed twice");
    residents(&world).await;
    assert_eq!(world.app.evidence_sequence().await.unwrap(), 2, "receipt and load");
    let mut places: Vec<i64> = Vec::new();
    for town in [KAISEI, OI] {
        let indexes: Vec<i64> =
            leaves(&world, town).await.iter().map(|leaf| leaf.tree_index.unwrap()).collect();
        assert!(indexes.is_sorted(), "{town}: the log keeps the chain's order");
        places.extend(indexes);
    }
    places.sort_unstable();
    assert_eq!(places, (0..all + 2).collect::<Vec<_>>());
    // A process that begins anew comes to the very same root.
    let size = world.app.evidence_checkpoint().await.unwrap();
    let restarted =
        app::App::open(std::sync::Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    restarted.evidence_sequence().await.unwrap();
    assert_eq!(restarted.evidence_checkpoint().await.unwrap(), size);
}

/// Two at once take turns.
#[tokio::test(flavor = "multi_thread")]
async fn two_sequencers_place_nothing_twice() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let all = number(&world, "SELECT count(*) FROM hub.leaf").await;
    let other =
        app::App::open(std::sync::Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    let (one, two) = tokio::join!(world.app.evidence_sequence(), other.evidence_sequence());
    assert_eq!(i64::try_from(one.unwrap() + two.unwrap()).unwrap(), all);
    let places = "SELECT count(DISTINCT tree_index) FROM hub.leaf WHERE tree_index IS NOT NULL";
    assert_eq!(number(&world, places).await, all);
    // Each signs the root of what both have placed.
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    for (place, sign) in [(&*other, &*world.app), (&*world.app, &*other)] {
        world.app.staff_add(&admin, newcomer()).await.unwrap();
        assert!(place.evidence_sequence().await.unwrap() > 0);
        assert_eq!(sign.evidence_sequence().await.unwrap(), 0, "the other was first");
        let (one, two) = (place.evidence_checkpoint().await, sign.evidence_checkpoint().await);
        assert_eq!(one.unwrap(), two.unwrap());
    }
    let fresh =
        app::App::open(std::sync::Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    fresh.evidence_sequence().await.unwrap();
    assert_eq!(fresh.evidence_checkpoint().await.unwrap(), other.evidence_checkpoint().await.unwrap());
}

#[tokio::test]
async fn an_act_that_cannot_leave_its_leaf_does_not_happen() {
    let world = TestApp::open(&[KAISEI]).await;
    let (app, admin) = (&world.app, world.desk(KAISEI, Grant::TownAdmin).ctx(None));
    let before = (acts(&world, KAISEI).await, number(&world, "SELECT count(*) FROM town.staff").await);
    let sql = world.db.superuser().await;
    sql.run("REVOKE EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea) FROM tst0_town").await;
    let added = app.staff_add(&admin, newcomer()).await;
    assert_refused(added, Code::EvidenceRefused, "証跡を書けないため、何もしていません", "nothing was done");
    assert_eq!((acts(&world, KAISEI).await, number(&world, "SELECT count(*) FROM town.staff").await), before);
    sql.run("GRANT EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea) TO tst0_town").await;
    app.staff_add(&admin, newcomer()).await.unwrap();
}
