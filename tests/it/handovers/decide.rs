//! The receiver decides once; whatever comes twice is harmless, whatever comes otherwise or too late is refused.

use std::time::Duration;

use app::handovers::{Approval, Taking};
use chrono::{TimeDelta, Utc};
use evidence::Act;
use handover::machine::RefusalCode;
use handover::{Decided, Decision};
use kernel::{Code, Grant, Purpose};
use testkit::towns::{KAISEI, OI, code};

use super::family::{Family, at, refused};

#[tokio::test]
async fn every_step_may_be_asked_for_twice_while_its_result_stands() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.draft(|_| ()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(
            at(&app.handover_approve(&family.approver(), id, Approval::default()).await.unwrap()).0,
            "approved"
        );
    }
    for _ in 0..2 {
        assert_eq!(at(&app.handover_offer(&sender, id).await.unwrap()).0, "offered");
    }
    for _ in 0..2 {
        assert_eq!(at(&app.handover_acknowledge(&receiver, id).await.unwrap()).0, "accepting");
    }
    for _ in 0..2 {
        assert_eq!(at(&app.handover_accept(&receiver, id).await.unwrap()).0, "accepted");
    }
    let first = app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    let second = app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    assert_eq!(first.receipt, second.receipt, "the first receipt, whoever asks again");
    // A second acceptance of a package taken in long ago answers with the receipt.
    let accepted = app.handover_accept(&receiver, id).await.unwrap();
    assert_eq!((at(&accepted).0, &accepted.receipt), ("received", &first.receipt));
    for _ in 0..2 {
        assert_eq!(at(&app.handover_close(&sender, id).await.unwrap()).0, "completed");
    }
    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 0);
    for late in [app.handover_offer(&sender, id).await, app.handover_accept(&receiver, id).await] {
        assert_eq!(refused(late), Code::HandoverState, "late, and without effect");
    }

    for (town, acts) in [
        (
            KAISEI,
            vec![Act::HandoverDrafted, Act::HandoverApproved, Act::HandoverOffered, Act::HandoverCompleted],
        ),
        (OI, vec![Act::HandoverAccepting, Act::HandoverAccepted, Act::HandoverReceived]),
    ] {
        let done: Vec<Act> =
            family.acts(town).await.into_iter().filter(|act| act.as_str().starts_with("handover")).collect();
        assert_eq!(done, acts, "{town}: no new leaf");
    }
    let sql = family.world.db.superuser().await;
    assert_eq!(
        sql.number("SELECT count(*) FROM town.pack WHERE source = 'handover_in'").await,
        2,
        "nothing doubled"
    );
}

#[tokio::test]
async fn two_at_once_decide_once() {
    let family = Family::new().await;
    let app = family.app();
    let id = family.approved().await;
    let (sender, receiver) = (family.sender(), family.receiver());
    // The loser either finds it done or is told to ask again; never a second effect.
    let harmless = |code: Option<Code>| code.is_none_or(|code| code == Code::Unavailable);
    let (a, b) = tokio::join!(app.handover_offer(&sender, id), app.handover_offer(&sender, id));
    assert!(harmless(a.err().map(|f| f.code())) && harmless(b.err().map(|f| f.code())));
    let (a, b) =
        tokio::join!(app.handover_acknowledge(&receiver, id), app.handover_acknowledge(&receiver, id));
    assert!(a.is_ok() && b.is_ok());
    let (a, b) = tokio::join!(app.handover_accept(&receiver, id), app.handover_accept(&receiver, id));
    assert!(a.is_ok() && b.is_ok());
    let taking = Taking::default();
    let (a, b) = tokio::join!(
        app.handover_receive(&receiver, id, &taking),
        app.handover_receive(&receiver, id, &taking)
    );
    assert_eq!(a.unwrap().receipt, b.unwrap().receipt);
    let (a, b) = tokio::join!(app.handover_close(&sender, id), app.handover_close(&sender, id));
    assert!(harmless(a.err().map(|f| f.code())) && harmless(b.err().map(|f| f.code())));
    for (town, act) in [
        (KAISEI, Act::HandoverOffered),
        (OI, Act::HandoverAccepting),
        (OI, Act::HandoverAccepted),
        (OI, Act::HandoverReceived),
        (KAISEI, Act::HandoverCompleted),
    ] {
        assert_eq!(family.count(town, act).await, 1, "{act}");
    }
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM town.pack WHERE source = 'handover_in'").await, 2);
}

#[tokio::test]
async fn another_decision_is_refused() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.accepted().await;
    assert_eq!(refused(app.handover_refuse(&receiver, id, RefusalCode::NotOurs).await), Code::AlreadyDecided);
    assert_eq!(refused(app.handover_withdraw(&sender, id, "架空の理由").await), Code::AlreadyDecided);
    app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    let content = app.handover_content(&receiver, id).await.unwrap();
    let other = Decided { item: content.items[0].item.id, decision: Decision::Quarantine };
    let taking = Taking { decisions: vec![other], ..Taking::default() };
    assert_eq!(refused(app.handover_receive(&receiver, id, &taking).await), Code::AlreadyDecided);

    let id = family.acknowledged().await;
    let refusal = app.handover_refuse(&receiver, id, RefusalCode::WrongOrgan).await.unwrap();
    assert_eq!(at(&refusal), ("refused", "kaisei"));
    let again = app.handover_refuse(&receiver, id, RefusalCode::WrongOrgan).await;
    assert_eq!(refused(again), Code::HandoverState, "it is refused already");
    assert_eq!(refused(app.handover_refuse(&receiver, id, RefusalCode::NotOurs).await), Code::AlreadyDecided);
    assert_eq!(refused(app.handover_accept(&receiver, id).await), Code::AlreadyDecided);
    assert_eq!(family.count(OI, Act::HandoverRefused).await, 1);
    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 2, "one received, one refused");
    assert_eq!(family.count(KAISEI, Act::HandoverRefused).await, 1, "the sender has learnt it");
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover WHERE package IS NOT NULL").await, 0);
}

#[tokio::test]
async fn it_can_be_refused_unopened() {
    let family = Family::new().await;
    let id = family.offered().await;
    let refusal = family.app().handover_refuse(&family.receiver(), id, RefusalCode::NotNeeded).await.unwrap();
    assert_eq!((at(&refusal).0, refusal.flag), ("refused", None));
}

#[tokio::test]
async fn the_flag_comes_first() {
    let family = Family::new().await;
    let (app, receiver) = (family.app(), family.receiver());
    let id = family.offered().await;
    assert_eq!(refused(app.handover_content(&receiver, id).await), Code::HandoverState);
    assert_eq!(refused(app.handover_accept(&receiver, id).await), Code::HandoverState);
    assert_eq!(refused(app.handover_receive(&receiver, id, &Taking::default()).await), Code::HandoverState);
    app.handover_acknowledge(&receiver, id).await.unwrap();
    assert_eq!(
        refused(app.handover_receive(&receiver, id, &Taking::default()).await),
        Code::HandoverState,
        "not accepted"
    );
    assert_eq!(refused(app.handover_close(&family.sender(), id).await), Code::HandoverState, "no answer yet");
}

#[tokio::test]
async fn what_was_taken_back_or_has_lapsed_cannot_be_accepted() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.acknowledged().await;
    assert_eq!(at(&app.handover_withdraw(&sender, id, "架空の理由").await.unwrap()).0, "withdrawn");
    let again = app.handover_withdraw(&sender, id, "架空の理由").await;
    assert_eq!(refused(again), Code::HandoverState, "it is taken back already");
    for _ in 0..2 {
        assert_eq!(refused(app.handover_accept(&receiver, id).await), Code::HandoverTooLate);
    }
    assert_eq!(at(&app.handover(&receiver, id).await.unwrap()).0, "too_late");
    assert_eq!(at(&app.handover(&sender, id).await.unwrap()).0, "withdrawn", "the sender took it back");
    assert_eq!(refused(app.handover_content(&receiver, id).await), Code::HandoverState, "nothing to be read");
    assert_eq!(family.count(OI, Act::HandoverTooLate).await, 1);

    let later = family.receiver_at(Utc::now() + TimeDelta::days(15));
    let unopened = family.offered().await;
    assert_eq!(refused(app.handover_acknowledge(&later, unopened).await), Code::HandoverExpired);
    let refusal = app.handover_refuse(&later, unopened, RefusalCode::NotOurs).await;
    assert_eq!(refused(refusal), Code::HandoverExpired);
    assert_eq!(at(&app.handover(&later, unopened).await.unwrap()).0, "expired");
    let by_our_clock = family.acknowledged().await;
    assert_eq!(refused(app.handover_accept(&later, by_our_clock).await), Code::HandoverTooLate);
    let id = family.acknowledged().await;
    let sql = family.world.db.superuser().await;
    sql.run("UPDATE hub.handover SET expires_at = now() - interval '1 second' WHERE state = 'accepting'")
        .await;
    for _ in 0..2 {
        assert_eq!(refused(app.handover_accept(&receiver, id).await), Code::HandoverTooLate);
    }
    assert_eq!(family.count(OI, Act::HandoverAccepted).await, 0);
}

#[tokio::test]
async fn an_offer_that_nobody_answers_ends_and_its_package_goes() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let (over, open) = (family.offered().await, family.offered().await);
    let sql = family.world.db.superuser().await;
    let row = |id: kernel::id::HandoverId, rest: &str| format!("{rest} handover_id = '{}'", id.uuid());
    sql.run(&row(over, "UPDATE hub.handover SET expires_at = now() - interval '1 second' WHERE")).await;
    assert_eq!(app.handovers_expire().await.unwrap(), 1);
    assert_eq!(app.handovers_expire().await.unwrap(), 0, "once");
    let kept = "SELECT count(*) FROM hub.handover WHERE package IS NOT NULL AND";
    assert_eq!(sql.number(&row(over, kept)).await, 0);
    assert_eq!(sql.number(&row(open, kept)).await, 1, "the other offer stands");
    assert_eq!(at(&app.handover(&sender, over).await.unwrap()).0, "expired");
    assert_eq!(at(&app.handover(&sender, open).await.unwrap()).0, "offered");
}

/// The offer has asked for the consents and waits for its row when the consent is withdrawn: whichever is
/// first, no offer stands that rests on a withdrawn consent.
#[tokio::test]
async fn a_withdrawal_during_the_offer_is_not_missed() {
    let family = Family::new().await;
    let id = family.approved().await;
    let (app, sender) = (family.app(), family.sender());
    let consent = app.consents(&sender, family.child).await.unwrap()[0].0.id();
    let sql = family.world.db.superuser().await;
    sql.run("BEGIN").await;
    sql.run(&format!("SELECT 1 FROM town.handover WHERE handover_id = '{}' FOR UPDATE", id.uuid())).await;
    let release = async {
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        sql.run("COMMIT").await;
    };
    let withdraw = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        app.consent_withdraw(&sender, consent, handover::consent::Entity::Subject).await.unwrap();
    };
    let (offered, (), ()) = tokio::join!(app.handover_offer(&sender, id), withdraw, release);
    assert!(offered.is_ok(), "it was first");
    assert_eq!(at(&app.handover(&sender, id).await.unwrap()).0, "withdrawn");
}

/// The offer has found nobody protected and waits for a consent's row when somebody is.
#[tokio::test]
async fn a_protection_during_the_offer_is_not_missed() {
    let family = Family::new().await;
    let id = family.approved().await;
    let (app, sender) = (family.app(), family.sender());
    let sql = family.world.db.superuser().await;
    sql.run("BEGIN").await;
    sql.run("SELECT 1 FROM town.consent FOR UPDATE").await;
    let protect = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        family.protect(family.child).await;
        sql.run("COMMIT").await;
    };
    let (offered, ()) = tokio::join!(app.handover_offer(&sender, id), protect);
    assert_eq!(refused(offered), Code::Unavailable, "asked again, it is refused for the protection");
    assert_eq!(refused(app.handover_offer(&sender, id).await), Code::ProtectedPerson);
}

#[tokio::test]
async fn a_withdrawn_consent_stops_what_rests_on_it_and_nothing_else() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let (ends, stays) = (family.acknowledged().await, family.acknowledged().await);
    let consent = app.handover(&sender, ends).await.unwrap().terms.clone().unwrap().consents[0];
    app.consent_withdraw(&sender, consent, handover::consent::Entity::Representative).await.unwrap();
    assert_eq!(at(&app.handover(&sender, ends).await.unwrap()).0, "withdrawn");
    assert_eq!(refused(app.handover_accept(&receiver, ends).await), Code::HandoverTooLate);
    assert_eq!(at(&app.handover_accept(&receiver, stays).await.unwrap()).0, "accepted");
    let reader = family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    assert!(app.consent(&reader, consent).await.unwrap().0.is_withdrawn());
}
