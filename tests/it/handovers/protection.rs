//! 支援措置: a protected person is never in an ordinary handover, and nothing leaves a town whose list is
//! missing or stale.

use app::handovers::Approval;
use app::tasks::TaskFilter;
use chrono::{TimeDelta, Utc};
use evidence::Act;
use kernel::{Code, Grant, Purpose};
use testkit::towns::{KAISEI, OI, code};

use super::family::{Family, at, pin, refused};

#[tokio::test]
async fn a_protected_person_is_in_no_ordinary_handover() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let (drafted, approved) = (family.draft(|_| ()).await.unwrap(), family.approved().await);
    family.protect(family.child).await;
    let consent = family.consent(|_| ()).await;
    assert_eq!(refused(app.handover_draft(&sender, family.terms(consent)).await), Code::ProtectedPerson);
    assert_eq!(
        refused(app.handover_approve(&family.approver(), drafted, Approval::default()).await),
        Code::ProtectedPerson
    );
    assert_eq!(refused(app.handover_offer(&sender, approved).await), Code::ProtectedPerson);
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover").await, 0, "nothing has left");
}

#[tokio::test]
async fn a_protected_mother_does_not_stop_her_unprotected_childs_handover() {
    let family = Family::new().await;
    family.protect(family.mother).await;
    family.offered().await;
}

/// The list changes while the other town has not answered: what no offer would leave with now is taken back.
#[tokio::test]
async fn an_offer_about_whoever_comes_under_protection_is_taken_back() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    family.move_away().await;
    let (offered, acknowledged) = (family.offered().await, family.acknowledged().await);
    let accepted = family.accepted().await;
    assert_eq!(app.handovers_shield(code(KAISEI)).await.unwrap(), 0);
    family.protect(family.mother).await;
    assert_eq!(app.handovers_shield(code(KAISEI)).await.unwrap(), 0, "she travels with none of them");
    family.protect(family.child).await;
    assert_eq!(app.handovers_shield(code(OI)).await.unwrap(), 0, "it is not theirs to take back");
    assert_eq!(app.handovers_shield(code(KAISEI)).await.unwrap(), 2);
    assert_eq!(app.handovers_shield(code(KAISEI)).await.unwrap(), 0);
    for id in [offered, acknowledged] {
        let view = app.handover(&sender, id).await.unwrap();
        assert_eq!(at(&view).0, "withdrawn");
        assert_eq!(refused(app.handover_accept(&receiver, id).await).status(), 409);
    }
    assert_eq!(at(&app.handover(&sender, accepted).await.unwrap()).0, "accepted", "they were first");
    assert_eq!(family.count(KAISEI, Act::HandoverWithdrawn).await, 2);
    let tasks = app.tasks(&sender, TaskFilter::Open, None, 10).await.unwrap();
    assert_eq!(tasks.rows.len(), 2, "nobody here did it: the section head is told");
}

#[tokio::test]
async fn with_a_stale_list_nothing_leaves() {
    let family = Family::new().await;
    let id = family.approved().await;
    // The list is of today and stands for 31 days.
    let (fresh, stale) = (Utc::now() + TimeDelta::days(30), Utc::now() + TimeDelta::days(33));
    assert_eq!(
        refused(family.app().handover_offer(&family.sender_at(stale), id).await),
        Code::ProtectionListStale
    );
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover").await, 0);
    family.app().handover_offer(&family.sender_at(fresh), id).await.unwrap();
}

#[tokio::test]
async fn before_the_first_list_nothing_leaves() {
    let family = Family::without_list().await;
    pin(&family.world, KAISEI, OI).await;
    let id = family.approved().await;
    assert_eq!(refused(family.app().handover_offer(&family.sender(), id).await), Code::ProtectionListStale);
    family.load_list(KAISEI).await;
    sql_bump(&family).await;
    family.app().handover_offer(&family.sender(), id).await.unwrap();
}

/// The fixture's load names no change of the protection list, as the product's does.
async fn sql_bump(family: &Family) {
    let sql = family.world.db.superuser().await;
    sql.run("UPDATE town.version SET protection = protection + 1").await;
}

#[tokio::test]
async fn a_purpose_is_asked_before_anything_else() {
    let family = Family::new().await;
    let id = family.approved().await;
    let silent = family.world.desk(KAISEI, Grant::CaseWorker).ctx(None);
    assert_eq!(refused(family.app().handover_offer(&silent, id).await), Code::PurposeRequired);
    let holder = family.world.desk(KAISEI, Grant::Holder).ctx(Purpose::Handover);
    assert_eq!(refused(family.app().handover_offer(&holder, id).await), Code::GrantMissing);
}
