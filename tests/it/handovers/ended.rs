//! A handover that ends without a receipt: too late, unreadable, refused, expired. The sender learns it, may offer
//! anew, and a moved child's case is not left lying.

use app::handovers::Taking;
use app::tasks::{Completion, How, TaskFilter};
use chrono::Days;
use evidence::Act;
use handover::State;
use handover::machine::{RefusalCode, UnreadableCode};
use kernel::id::{HandoverId, TaskId};
use kernel::{Category, Code, TownCtx, Value, When};
use testkit::towns::{KAISEI, NAKAI, OI, code};

use super::family::{Family, at, observation, refused, today};

/// The ids of a town's open tasks.
async fn open(family: &Family, ctx: &TownCtx) -> Vec<TaskId> {
    let page = family.app().tasks(ctx, TaskFilter::Open, None, 100).await.unwrap();
    page.rows.iter().map(|task| task.id).collect()
}

fn spoken() -> Completion {
    let spoke_to = "大井町 子育て健康課 架空係長".to_owned();
    Completion { how: How::Telephone, on: today(), spoke_to, note: None }
}

/// The hub's clock strikes for one handover.
async fn lapse(family: &Family, id: HandoverId) {
    let sql = family.world.db.superuser().await;
    let over = "UPDATE hub.handover SET expires_at = now() - interval '1 second' WHERE handover_id";
    sql.run(&format!("{over} = '{}'", id.uuid())).await;
    assert_eq!(family.app().handovers_expire().await.unwrap(), 1);
}

#[tokio::test]
async fn an_unreadable_package_is_answered_with_why_and_may_be_offered_anew() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.acknowledged().await;
    assert_eq!(
        refused(app.handover_unreadable(&receiver, id).await),
        Code::HandoverState,
        "not accepted yet"
    );
    app.handover_accept(&receiver, id).await.unwrap();
    assert_eq!(refused(app.handover_unreadable(&receiver, id).await), Code::PackageReadable);
    let sql = family.world.db.superuser().await;
    sql.run("UPDATE hub.handover SET package = set_byte(package, length(package) - 1, get_byte(package, length(package) - 1) # 1)").await;
    assert_eq!(refused(app.handover_receive(&receiver, id, &Taking::default()).await), Code::PackageTampered);
    let view = app.handover_unreadable(&receiver, id).await.unwrap();
    assert_eq!(view.summary.state, State::Unreadable(UnreadableCode::Tampered));
    assert_eq!(
        refused(app.handover_unreadable(&receiver, id).await),
        Code::HandoverState,
        "answered already"
    );
    assert_eq!(family.count(OI, Act::HandoverUnreadable).await, 1);
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover WHERE package IS NOT NULL").await, 0);
    assert_eq!(refused(app.handover_receive(&receiver, id, &Taking::default()).await), Code::AlreadyDecided);

    let view = app.handover(&sender, id).await.unwrap();
    assert_eq!(
        view.summary.state,
        State::Unreadable(UnreadableCode::Tampered),
        "before the sender's row knows"
    );
    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 1);
    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 0);
    assert_eq!(family.count(KAISEI, Act::HandoverUnreadable).await, 1);
    let anew = family.received().await;
    assert_eq!(at(&app.handover_close(&sender, anew).await.unwrap()), ("completed", "oi"));
}

#[tokio::test]
async fn an_acceptance_that_comes_too_late_is_told_so_in_both_towns() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.acknowledged().await;
    assert_eq!(
        at(&app.handover(&sender, id).await.unwrap()).0,
        "accepting",
        "the sender sees that it was looked at"
    );
    lapse(&family, id).await;
    assert_eq!(refused(app.handover_accept(&receiver, id).await), Code::HandoverTooLate);
    for ctx in [&sender, &receiver] {
        assert_eq!(at(&app.handover(ctx, id).await.unwrap()).0, "too_late");
    }
    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 1);
    assert_eq!(app.handovers_lapse(code(OI)).await.unwrap(), 0, "it was written down when it was tried");
    for town in [KAISEI, OI] {
        assert_eq!(family.count(town, Act::HandoverTooLate).await, 1, "{town}");
    }
}

#[tokio::test]
async fn a_moved_childs_failed_transfer_is_a_task_in_both_towns() {
    let family = Family::new().await;
    family.move_away().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let (refusing, lapsing) = (family.offered().await, family.offered().await);
    app.handover_refuse(&receiver, refusing, RefusalCode::WrongOrgan).await.unwrap();
    lapse(&family, lapsing).await;
    assert!(open(&family, &sender).await.is_empty(), "the sender has not looked yet");
    for _ in 0..2 {
        app.handovers_close(code(KAISEI)).await.unwrap();
        app.handovers_lapse(code(OI)).await.unwrap();
    }
    for (ctx, town) in [(&sender, KAISEI), (&receiver, OI)] {
        let page = app.tasks(ctx, TaskFilter::All, None, 100).await.unwrap();
        let about: Vec<_> = page.rows.iter().map(|task| (task.handover, task.state)).collect();
        assert!(about.contains(&(refusing, State::Refused(RefusalCode::WrongOrgan))), "{town}");
        assert!(about.contains(&(lapsing, State::Expired)), "{town}");
        assert_eq!(about.len(), 2, "{town}: one each, however often they look");
        for act in [Act::HandoverRefused, Act::HandoverExpired] {
            assert_eq!(family.count(town, act).await, 1, "{town} {act}");
        }
    }
    let page = app.tasks(&sender, TaskFilter::Open, None, 1).await.unwrap();
    assert_eq!((page.rows.len(), page.more, page.rows[0].persons.as_slice()), (1, true, &[family.child][..]));
    let next = app.tasks(&sender, TaskFilter::Open, Some(page.rows[0].id), 1).await.unwrap();
    assert!(!next.more && next.rows[0].id > page.rows[0].id);
}

#[tokio::test]
async fn a_task_is_done_once_and_each_town_does_its_own() {
    let family = Family::new().await;
    family.move_away().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.offered().await;
    app.handover_refuse(&receiver, id, RefusalCode::NotNeeded).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    let task = open(&family, &sender).await[0];
    let tomorrow = Completion { on: today() + Days::new(1), ..spoken() };
    assert_eq!(refused(app.task_complete(&sender, task, tomorrow).await), Code::InvalidValue);
    let third = family.world.ctx(NAKAI, &[kernel::Grant::Approver], kernel::Purpose::Handover);
    for (ctx, id) in [(&receiver, task), (&third, task), (&sender, TaskId::new())] {
        assert_eq!(refused(app.task(ctx, id).await), Code::TaskNotFound);
        assert_eq!(refused(app.task_complete(ctx, id, spoken()).await), Code::TaskNotFound);
    }
    let done = app.task_complete(&sender, task, spoken()).await.unwrap();
    let said = done.done.as_ref().unwrap();
    assert_eq!((said.by, &said.completion), (sender.staff, &spoken()));
    let other = Completion { how: How::InPerson, ..spoken() };
    assert_eq!(refused(app.task_complete(&family.approver(), task, other).await), Code::TaskDone);
    assert!(open(&family, &sender).await.is_empty());
    assert_eq!(open(&family, &receiver).await.len(), 1, "the other town's own still waits");
    assert_eq!(family.count(KAISEI, Act::TaskCompleted).await, 1);
    let sql = family.world.db.superuser().await;
    let plain = "SELECT count(*) FROM town.task WHERE position('架空係長'::bytea IN completion) > 0";
    assert_eq!(sql.number(plain).await, 0, "who was spoken to is sealed");
}

#[tokio::test]
async fn two_at_once_do_a_task_once() {
    let family = Family::new().await;
    family.move_away().await;
    let (app, sender) = (family.app(), family.sender());
    let id = family.offered().await;
    app.handover_refuse(&family.receiver(), id, RefusalCode::NotNeeded).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    let task = open(&family, &sender).await[0];
    let approver = family.approver();
    let (a, b) = tokio::join!(
        app.task_complete(&sender, task, spoken()),
        app.task_complete(&approver, task, spoken())
    );
    assert!(a.is_ok() != b.is_ok());
    assert_eq!(if a.is_ok() { refused(b) } else { refused(a) }, Code::TaskDone);
}

#[tokio::test]
async fn no_task_without_a_move_a_transfer_or_against_ones_own_wish() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    // The child still lives here: its case stays with it.
    let id = family.offered().await;
    app.handover_refuse(&receiver, id, RefusalCode::NotOurs).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    assert!(open(&family, &sender).await.is_empty());
    assert_eq!(open(&family, &receiver).await.len(), 1, "the receiver cannot know, and had better ask");

    family.move_away().await;
    let information = family.draft(|terms| terms.kind = handover::Kind::Information).await.unwrap();
    app.handover_approve(&family.approver(), information, Default::default()).await.unwrap();
    app.handover_offer(&sender, information).await.unwrap();
    app.handover_refuse(&receiver, information, RefusalCode::NotNeeded).await.unwrap();
    let taken_back = family.acknowledged().await;
    app.handover_withdraw(&sender, taken_back, "転出の取りやめ").await.unwrap();
    assert_eq!(refused(app.handover_accept(&receiver, taken_back).await), Code::HandoverTooLate);
    app.handovers_close(code(KAISEI)).await.unwrap();
    app.handovers_lapse(code(OI)).await.unwrap();
    assert!(open(&family, &sender).await.is_empty());
    assert_eq!(open(&family, &receiver).await.len(), 1);
}

/// The child comes under protection in the new town after the offer: what the old town can read of the refusal and
/// of its own task is what it entered itself.
#[tokio::test]
async fn the_old_town_learns_nothing_of_where_a_protected_child_is() {
    let family = Family::new().await;
    family.move_away().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.acknowledged().await;
    let when = When::Period { from: None, until: None };
    let measure = observation("protection.measure", Value::Code("child".into()), when);
    family.write(OI, family.child_there, Category::Protection, "protection_list", measure).await;
    app.handover_refuse(&receiver, id, RefusalCode::BasisDoubtful).await.unwrap();
    let there = open(&family, &receiver).await[0];
    let note = Some("保護のため所在は伝えない".to_owned());
    app.task_complete(&receiver, there, Completion { note, ..spoken() }).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    let task = app.task(&sender, open(&family, &sender).await[0]).await.unwrap();
    assert_eq!(
        (task.peer, task.persons.as_slice(), task.done.is_none()),
        (code(OI), &[family.child][..], true)
    );
    let view = app.handover(&sender, id).await.unwrap();
    assert!(view.links.is_empty() && view.flag.is_none() && view.receipt.is_none());
}
