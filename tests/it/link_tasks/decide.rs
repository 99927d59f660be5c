//! Homonyms wait; deciding moves the record; what may not be decided is refused and changes nothing.

use app::rows::{LinkDecision, LinkTaskState};
use evidence::Act;
use kernel::id::{LinkTaskId, PersonId};
use kernel::{Code, Grant, Purpose};
use testkit::files::{attended, nth};
use testkit::towns::{KAISEI, OI};

use super::{Queue, namesake};
use crate::resting::{acts, assert_refused, number, resting};

const PUPIL: &str = "0000071";

#[tokio::test]
async fn homonyms_wait_with_both_as_candidates() {
    let queue = Queue::open().await;
    let months = [attended(&namesake(PUPIL), "2026-05", 3), attended(&namesake(PUPIL), "2026-06", 5)];
    assert_eq!(queue.load("attendance", &months).await, (2, 2));
    let tasks = queue.tasks(LinkTaskState::Open).await;
    assert_eq!(tasks.len(), 2);
    for (line, task) in (1..).zip(tasks.iter()) {
        let (row, body) = (&task.0, task.0.body.as_ref().unwrap());
        assert_eq!(
            (row.line, row.body.as_ref().unwrap().role.as_str(), row.source.as_str()),
            (line, "person", "attendance")
        );
        let mut candidates: Vec<_> = body.candidates.iter().map(|candidate| candidate.person).collect();
        candidates.sort_unstable();
        assert_eq!(candidates, [queue.one.min(queue.two), queue.one.max(queue.two)]);
        assert_eq!(body.reason_ja, "氏名カナと生年月日が同じ人が複数います");
        assert_eq!(body.reason_en, "Several persons share kana and birth date");
        assert!(body.candidates.iter().all(|c| c.reason_ja.contains("氏名カナと生年月日が同じ")));
    }
    for person in [queue.one, queue.two] {
        assert_eq!(queue.known(person, "attendance").await, 0, "nothing is guessed");
    }
    let clear = "SELECT count(*) FROM town.link_task WHERE position('花子'::bytea IN body) > 0";
    assert_eq!(number(&queue.world, clear).await, 0, "what waits is sealed");
}

#[tokio::test]
async fn a_decision_moves_the_record_and_teaches_the_number() {
    let queue = Queue::open().await;
    queue.load("attendance", &[attended(&namesake(PUPIL), "2026-05", 3)]).await;
    let (app, task) = (&queue.world.app, queue.waiting().await);
    app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.two)).await.unwrap();
    assert_eq!(queue.known(queue.two, "attendance").await, 3, "class days, absent days and late days");
    assert_eq!(queue.known(queue.one, "attendance").await, 0);
    let row = app.link_task(&queue.ctx(), task).await.unwrap();
    assert_eq!((row.0.state, row.0.person), (LinkTaskState::Linked, Some(queue.two)));
    assert_eq!(row.0.decided_by, Some(queue.ctx().staff));
    // The next file with the same 学籍番号 needs no human.
    assert_eq!(queue.load("attendance", &[attended(&namesake(PUPIL), "2026-06", 5)]).await, (1, 0));
    assert_eq!(queue.known(queue.two, "attendance").await, 6);
    assert_eq!(acts(&queue.world, KAISEI).await.iter().filter(|act| **act == Act::LinkDecided).count(), 1);
}

#[tokio::test]
async fn what_may_not_be_decided_changes_nothing() {
    let queue = Queue::open().await;
    queue.load("attendance", &[attended(&namesake(PUPIL), "2026-05", 3)]).await;
    let (app, task, before) = (&queue.world.app, queue.waiting().await, resting(&queue.world).await);
    let acts_before = acts(&queue.world, KAISEI).await;
    let nobody = app.link_decide(&queue.ctx(), task, LinkDecision::Linked(PersonId::new())).await;
    assert_refused(nobody, Code::PersonNotFound, "住民", "person");
    let unknown = app.link_decide(&queue.ctx(), LinkTaskId::new(), LinkDecision::Refused).await;
    assert_refused(unknown, Code::LinkTaskNotFound, "突合", "link task");
    assert_refused(
        app.link_undo(&queue.ctx(), task).await,
        Code::LinkTaskNotDecided,
        "決定がありません",
        "no decision",
    );
    assert_refused(
        app.link_undo(&queue.ctx(), LinkTaskId::new()).await,
        Code::LinkTaskNotFound,
        "突合",
        "link task",
    );
    let auditor = queue.world.ctx(KAISEI, &[Grant::Auditor], Purpose::Audit);
    let refused = app.link_decide(&auditor, task, LinkDecision::Linked(queue.one)).await;
    assert_refused(refused, Code::GrantMissing, "総括管理", "case_worker");
    let without = queue.world.ctx(KAISEI, &[Grant::CaseWorker], None);
    let refused = app.link_decide(&without, task, LinkDecision::Linked(queue.one)).await;
    assert_refused(refused, Code::PurposeRequired, "data_quality", "data_quality");
    assert_eq!(resting(&queue.world).await, before);
    assert_eq!(acts(&queue.world, KAISEI).await, acts_before);
}

#[tokio::test]
async fn another_towns_person_is_nobody_here() {
    let mut queue = Queue::open().await;
    queue.world.admit(OI).await;
    let register = testkit::files::file(
        &queue.world,
        OI,
        "resident_register",
        super::today(),
        &[testkit::files::registered(&nth(9))],
    );
    queue.world.load(OI, "resident_register", super::today(), &register).await.unwrap();
    let oi = queue.world.ctx(OI, &[Grant::CaseWorker], Purpose::DataQuality);
    let theirs = queue.world.app.person_list(&oi, None, 1).await.unwrap()[0].id;
    queue.load("attendance", &[attended(&namesake(PUPIL), "2026-05", 3)]).await;
    let task = queue.waiting().await;
    let decided = queue.world.app.link_decide(&queue.ctx(), task, LinkDecision::Linked(theirs)).await;
    assert_refused(decided, Code::PersonNotFound, "住民", "person");
    let decided = queue.world.app.link_decide(&oi, task, LinkDecision::Refused).await;
    assert_refused(decided, Code::LinkTaskNotFound, "突合", "link task");
}

#[tokio::test]
async fn the_second_decision_is_refused_whatever_it_says() {
    let queue = Queue::open().await;
    queue.load("attendance", &[attended(&namesake(PUPIL), "2026-05", 3)]).await;
    let (app, task) = (&queue.world.app, queue.waiting().await);
    let ctx = queue.ctx();
    let (one, two) = tokio::join!(
        app.link_decide(&ctx, task, LinkDecision::Linked(queue.one)),
        app.link_decide(&ctx, task, LinkDecision::Linked(queue.two)),
    );
    assert!(one.is_ok() != two.is_ok(), "one of two at once");
    let before = resting(&queue.world).await;
    for again in [LinkDecision::Linked(queue.one), LinkDecision::Linked(queue.two), LinkDecision::Refused] {
        let again = app.link_decide(&queue.ctx(), task, again).await;
        assert_refused(again, Code::LinkTaskDecided, "もう決まって", "decided already");
    }
    assert_eq!(resting(&queue.world).await, before);
    let numbers = "SELECT count(*) FROM town.identifier WHERE recorded_to IS NULL";
    assert_eq!(number(&queue.world, numbers).await, 4, "three of the register, one learnt");
}
