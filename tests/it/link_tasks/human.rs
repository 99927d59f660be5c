//! A human's word: it can be taken back, it holds over every later file, and it takes nobody's number.

use app::rows::{LinkDecision, LinkTaskState};
use kernel::Identity;
use kernel::Known;
use testkit::files::{attended, consulted, nth, registered};
use testkit::towns::KAISEI;

use super::{Queue, nameless, namesake};
use crate::resting::number;

const PUPIL: &str = "0000071";
const COUNSEL: &str = "consult_sc_ssw";

#[tokio::test]
async fn undoing_closes_what_the_decision_brought_and_forgets_the_number() {
    let queue = Queue::open().await;
    queue.load("attendance", &[attended(&namesake(PUPIL), "2026-05", 3)]).await;
    let (app, task) = (&queue.world.app, queue.waiting().await);
    app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.two)).await.unwrap();
    app.link_undo(&queue.ctx(), task).await.unwrap();
    assert_eq!(queue.known(queue.two, "attendance").await, 0);
    assert_eq!(queue.waiting().await, task, "the record waits again");
    // The number was never hers: the next file must not follow it.
    assert_eq!(queue.load("attendance", &[attended(&namesake(PUPIL), "2026-06", 5)]).await, (1, 1));
    assert_eq!(queue.known(queue.two, "attendance").await, 0);
    // And the other one can be chosen now.
    app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.one)).await.unwrap();
    assert_eq!(queue.known(queue.one, "attendance").await, 3);
    assert_eq!(queue.load("attendance", &[attended(&namesake(PUPIL), "2026-07", 1)]).await, (1, 0));
    assert_eq!(queue.known(queue.one, "attendance").await, 6);
}

#[tokio::test]
async fn a_decision_holds_over_every_later_file() {
    let queue = Queue::open().await;
    let app = &queue.world.app;
    assert_eq!(queue.load(COUNSEL, &[consulted(&nameless(), "7", "2026-05-01")]).await, (1, 1));
    let task = queue.waiting().await;
    app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.two)).await.unwrap();
    // The row changes again and again; no number tells whose it is, only the human's word.
    for day in ["2026-05-02", "2026-05-03", "2026-05-04"] {
        assert_eq!(queue.load(COUNSEL, &[consulted(&nameless(), "7", day)]).await, (1, 0), "{day}");
        assert_eq!(queue.known(queue.two, COUNSEL).await, 1, "{day}");
        assert_eq!(queue.known(queue.one, COUNSEL).await, 0, "{day}");
    }
    let row = app.link_task(&queue.ctx(), task).await.unwrap();
    assert_eq!((row.0.state, row.0.person), (LinkTaskState::Linked, Some(queue.two)));
    // It can still be taken back, and what waits then is what the newest file says.
    app.link_undo(&queue.ctx(), task).await.unwrap();
    assert_eq!(queue.known(queue.two, COUNSEL).await, 0);
    let row = app.link_task(&queue.ctx(), task).await.unwrap();
    let body = row.0.body.as_ref().unwrap();
    assert_eq!(body.observations[0].when, kernel::When::At("2026-05-04".parse().unwrap()));
    assert_eq!(body.candidates.len(), 2, "with the candidates the machine sees now");
    app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.one)).await.unwrap();
    assert_eq!(queue.known(queue.one, COUNSEL).await, 1);
}

#[tokio::test]
async fn nobodys_record_stays_nobodys() {
    let queue = Queue::open().await;
    let app = &queue.world.app;
    queue.load(COUNSEL, &[consulted(&nameless(), "7", "2026-05-01")]).await;
    let task = queue.waiting().await;
    app.link_decide(&queue.ctx(), task, LinkDecision::Refused).await.unwrap();
    // Even a row that the machine would link by itself.
    let plain = Identity { local_id: Known::NOT_COLLECTED, ..nth(3) };
    for row in [consulted(&nameless(), "7", "2026-05-02"), consulted(&plain, "7", "2026-05-03")] {
        assert_eq!(queue.load(COUNSEL, &[row]).await, (1, 0));
        assert!(queue.tasks(LinkTaskState::Open).await.is_empty());
        assert_eq!(queue.known(queue.other, COUNSEL).await, 0);
    }
    // Another record of the same girl is another question.
    let rows = [consulted(&plain, "7", "2026-05-03"), consulted(&plain, "8", "2026-05-04")];
    assert_eq!(queue.load(COUNSEL, &rows).await, (1, 0));
    assert_eq!(queue.known(queue.other, COUNSEL).await, 1);
}

#[tokio::test]
async fn a_record_that_vanishes_is_closed_with_its_decision() {
    let queue = Queue::open().await;
    let rows = [consulted(&nameless(), "7", "2026-05-01"), consulted(&nameless(), "8", "2026-05-01")];
    assert_eq!(queue.load(COUNSEL, &rows).await, (2, 2));
    let task = queue.tasks(LinkTaskState::Open).await[0].0.id;
    queue.world.app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.one)).await.unwrap();
    assert_eq!(queue.load(COUNSEL, &[consulted(&nth(3), "9", "2026-05-09")]).await, (1, 0));
    assert_eq!(queue.known(queue.one, COUNSEL).await, 0);
    assert_eq!(queue.tasks(LinkTaskState::Closed).await.len(), 2);
    assert!(queue.tasks(LinkTaskState::Open).await.is_empty());
}

/// Gone from one file and back in the next, as a record is that a clerk filtered out by mistake.
#[tokio::test]
async fn a_decision_outlives_its_records_absence() {
    let queue = Queue::open().await;
    let app = &queue.world.app;
    let rows = |day| [consulted(&nameless(), "7", day), consulted(&nameless(), "8", day)];
    assert_eq!(queue.load(COUNSEL, &rows("2026-05-01")).await, (2, 2));
    let tasks: Vec<_> = queue.tasks(LinkTaskState::Open).await.iter().map(|task| task.0.id).collect();
    app.link_decide(&queue.ctx(), tasks[0], LinkDecision::Linked(queue.one)).await.unwrap();
    app.link_decide(&queue.ctx(), tasks[1], LinkDecision::Refused).await.unwrap();
    let other = |day| consulted(&nth(3), "9", day);
    assert_eq!(queue.load(COUNSEL, &[other("2026-05-09")]).await, (1, 0));
    assert_eq!(queue.known(queue.one, COUNSEL).await, 0);
    // Back again, as it was and then changed: nobody is asked anew, and nobody's stays nobody's.
    for day in ["2026-05-01", "2026-05-02"] {
        let file = [rows(day).as_slice(), &[other("2026-05-09")]].concat();
        assert_eq!(queue.load(COUNSEL, &file).await, (2, 0), "{day}");
        assert_eq!(queue.known(queue.one, COUNSEL).await, 1, "{day}");
        assert!(queue.tasks(LinkTaskState::Open).await.is_empty(), "{day}");
    }
    let again = app.link_task(&queue.ctx(), tasks[0]).await.unwrap();
    assert_eq!((again.0.state, again.0.person), (LinkTaskState::Linked, Some(queue.one)));
    assert_eq!(again.0.decided_by, Some(queue.ctx().staff), "it is still that human's word");
    assert_eq!(queue.tasks(LinkTaskState::Refused).await.len(), 1);
    // It can be taken back, and what was taken back is asked anew.
    app.link_undo(&queue.ctx(), tasks[0]).await.unwrap();
    assert_eq!(queue.known(queue.one, COUNSEL).await, 0);
    assert_eq!(queue.load(COUNSEL, &[other("2026-05-10")]).await, (1, 0));
    assert_eq!(queue.load(COUNSEL, &rows("2026-05-03")).await, (2, 1));
}

/// A record with somebody's 宛名番号 and another one's name: a human says whose it is, and the number stays
/// whose it was.
#[tokio::test]
async fn a_decision_takes_nobodys_number() {
    let queue = Queue::open().await;
    let mistaken = Identity { local_id: Known::Present("0000000001".into()), ..nth(3) };
    let row = consulted(&mistaken, "7", "2026-05-01");
    let mut row = row;
    row.locals.insert("note".into(), kernel::Datum::NOT_COLLECTED);
    assert_eq!(queue.load("consult_general", &[row]).await, (1, 1));
    let task = queue.waiting().await;
    queue.world.app.link_decide(&queue.ctx(), task, LinkDecision::Linked(queue.other)).await.unwrap();
    let holder = queue.world.app.person_by_number(&queue.ctx(), "0000000001").await.unwrap();
    assert_eq!(holder.as_ref().unwrap().id, queue.one);
    let twice = "SELECT count(*) FROM (SELECT number_index FROM town.identifier WHERE recorded_to IS NULL GROUP BY 1 HAVING count(*) > 1) t";
    assert_eq!(number(&queue.world, twice).await, 0, "no number is two people's");
    // The register's next file finds each by their own number.
    let mut rows: Vec<_> =
        [namesake("0000000001"), namesake("0000000002"), nth(3)].iter().map(registered).collect();
    rows[0].persons[0].1.address = Known::Present("想像転居先1番地".into());
    assert_eq!(queue.load("resident_register", &rows).await, (1, 0));
    let packs = format!(
        "SELECT count(*) FROM town.pack WHERE subject_id = '{}' AND source = 'resident_register'",
        queue.one.uuid()
    );
    assert_eq!(number(&queue.world, &packs).await, 2, "before and after {KAISEI}'s move");
}

/// A decision while a load runs that has read the queue already: they take turns, and the decision holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_waits_for_a_load_that_runs() {
    let queue = Queue::open().await;
    let rows = [consulted(&nameless(), "7", "2026-05-01"), consulted(&nameless(), "8", "2026-05-01")];
    queue.load(COUNSEL, &rows).await;
    let tasks: Vec<_> = queue.tasks(LinkTaskState::Open).await.iter().map(|task| task.0.id).collect();
    for (task, decision) in [(tasks[0], LinkDecision::Refused), (tasks[1], LinkDecision::Linked(queue.two))] {
        let towns = queue.world.db.towns();
        let held = towns.bulk_load(testkit::towns::code(KAISEI)).await.unwrap();
        let (app, ctx) = (std::sync::Arc::clone(&queue.world.app), queue.ctx());
        let deciding = tokio::spawn(async move { app.link_decide(&ctx, task, decision).await });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!deciding.is_finished(), "{decision:?}");
        drop(held);
        deciding.await.unwrap().unwrap();
    }
    assert_eq!(queue.known(queue.two, COUNSEL).await, 1);
    assert_eq!(queue.tasks(LinkTaskState::Refused).await.len(), 1);
}
