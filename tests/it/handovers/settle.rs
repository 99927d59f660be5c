//! 留め置き: what was kept apart at the receipt is taken in or refused later.

use app::handovers::{ItemDecision, Taking, Target};
use evidence::Act;
use handover::machine::RefusalCode;
use handover::{Decided, Decision};
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use kernel::{Category, Code, Grant, Purpose};
use testkit::towns::OI;

use super::family::{Family, refused};

const NOT_NEEDED: Decision = Decision::Refuse(RefusalCode::NotNeeded);

/// These decisions, and no more.
pub fn say(items: &[HandoverItemId], decision: Decision) -> Taking {
    let decisions = items.iter().map(|item| Decided { item: *item, decision }).collect();
    Taking { decisions, ..Taking::default() }
}

/// A received handover with everything kept apart, and its two items.
pub async fn kept_apart(family: &Family) -> (HandoverId, [HandoverItemId; 2]) {
    let id = family.accepted().await;
    let (app, receiver) = (family.app(), family.receiver());
    let items: Vec<_> =
        app.handover_content(&receiver, id).await.unwrap().items.iter().map(|one| one.item.id).collect();
    app.handover_receive(&receiver, id, &say(&items, Decision::Quarantine)).await.unwrap();
    (id, items.try_into().unwrap())
}

#[tokio::test]
async fn one_is_taken_in_and_one_is_purged() {
    let family = Family::new().await;
    let (id, [one, other]) = kept_apart(&family).await;
    let (app, receiver) = (family.app(), family.receiver());
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM town.pack WHERE source = 'handover_in'").await, 0);
    let receipt = app.handover(&receiver, id).await.unwrap().receipt.clone();
    for _ in 0..2 {
        app.handover_settle(&receiver, id, &say(&[one], Decision::Accept)).await.unwrap();
        let content = app.handover_settle(&receiver, id, &say(&[other], NOT_NEEDED)).await.unwrap();
        let items: Vec<_> = content.items.iter().map(|one| (one.item.id, one.decision)).collect();
        assert_eq!(items, [(one, Some(ItemDecision::Accepted))]);
        let gone: Vec<_> = content.refused.iter().map(|one| (one.item, one.code)).collect();
        assert_eq!(gone, [(other, RefusalCode::NotNeeded)]);
    }
    assert_eq!(sql.number("SELECT count(*) FROM town.pack WHERE source = 'handover_in'").await, 1, "once");
    let purged = "SELECT count(*) FROM town.handover_item WHERE decision = 'refused' AND body IS NULL";
    assert_eq!(sql.number(purged).await, 1, "the body is gone, the decision stays");
    assert_eq!(family.count(OI, Act::HandoverSettled).await, 2);
    assert_eq!(
        app.handover(&receiver, id).await.unwrap().receipt,
        receipt,
        "the receipt stays as it was given"
    );

    let reader = family.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Support);
    let timeline = app.timeline(&reader, family.child_there, None).await.unwrap();
    let brought = timeline.entries.iter().filter(|entry| entry.source == "handover_in").count();
    assert_eq!(brought, 1);
    for (item, decision) in [(one, NOT_NEEDED), (other, Decision::Accept)] {
        let again = app.handover_settle(&receiver, id, &say(&[item], decision)).await;
        assert_eq!(refused(again), Code::AlreadyDecided);
    }
}

#[tokio::test]
async fn whom_it_is_about_has_to_be_said_before_it_is_taken_in() {
    let family = Family::new().await;
    let id = family.accepted().await;
    let (app, receiver) = (family.app(), family.receiver());
    let sql = family.world.db.superuser().await;
    // The child is registered in 大井町 after the receipt.
    let register = Category::Register.number();
    let (child, kept) = (family.child_there.uuid(), "recorded_to");
    let set = |to: &str| {
        format!("UPDATE town.pack SET {kept} = {to} WHERE subject_id = '{child}' AND category = {register}")
    };
    sql.run(&set("now()")).await;
    sql.run("UPDATE town.version SET people = people + 1").await;
    app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    sql.run(&set("NULL")).await;
    sql.run("UPDATE town.version SET people = people + 1").await;
    let item = app.handover_content(&receiver, id).await.unwrap().items[0].item.id;
    let accept = say(&[item], Decision::Accept);
    assert_eq!(refused(app.handover_settle(&receiver, id, &accept).await), Code::LinkAmbiguous);
    let tied = |here: PersonId| Taking { links: [(family.child, here)].into(), ..accept.clone() };
    assert_eq!(refused(app.handover_settle(&receiver, id, &tied(family.mother)).await), Code::PersonNotFound);
    app.handover_settle(&receiver, id, &tied(family.child_there)).await.unwrap();
    let other = app.handover_settle(&receiver, id, &tied(family.mother_there)).await;
    assert_eq!(refused(other), Code::InvalidValue, "who was tied is not tied to another");
}

#[tokio::test]
async fn nothing_is_settled_of_what_is_not_kept_apart() {
    let family = Family::new().await;
    let (app, receiver) = (family.app(), family.receiver());
    let accepted = family.accepted().await;
    let early = app.handover_settle(&receiver, accepted, &Taking::default()).await;
    assert_eq!(refused(early), Code::HandoverState, "no receipt yet");
    let (id, [item, _]) = kept_apart(&family).await;
    let unknown = say(&[HandoverItemId::new()], Decision::Accept);
    assert_eq!(refused(app.handover_settle(&receiver, id, &unknown).await), Code::InvalidValue);
    let twice = say(&[item, item], Decision::Accept);
    assert_eq!(refused(app.handover_settle(&receiver, id, &twice).await), Code::InvalidValue);
    let mut stranger = say(&[item], Decision::Accept);
    stranger.links = [(family.mother, family.mother_there)].into();
    assert_eq!(
        refused(app.handover_settle(&receiver, id, &stranger).await),
        Code::InvalidValue,
        "no traveller"
    );
    let read = Some(app.handover(&receiver, id).await.unwrap().stand);
    let (a, b) = (say(&[item], Decision::Accept), say(&[item], NOT_NEEDED));
    let (a, b) = tokio::join!(
        app.handover_settle(&receiver, Target { id, read }, &a),
        app.handover_settle(&receiver, Target { id, read }, &b),
    );
    assert!(a.is_ok() != b.is_ok(), "exactly one");
}

#[tokio::test]
async fn nothing_is_said_at_a_receipt_of_what_is_not_in_the_package() {
    let family = Family::new().await;
    let (app, receiver) = (family.app(), family.receiver());
    let id = family.accepted().await;
    let item = app.handover_content(&receiver, id).await.unwrap().items[0].item.id;
    let stranger = Taking { links: [(family.mother, family.mother_there)].into(), ..Taking::default() };
    let unknown = say(&[HandoverItemId::new()], Decision::Accept);
    let twice = say(&[item, item], Decision::Accept);
    for taking in [stranger, unknown, twice] {
        assert_eq!(
            refused(app.handover_receive(&receiver, id, &taking).await),
            Code::InvalidValue,
            "{taking:?}"
        );
    }
    assert_eq!(family.count(OI, Act::HandoverReceived).await, 0);
}
