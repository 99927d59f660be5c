//! 突合待ち: what no machine may place waits for a human, whose word holds until a human takes it back.

mod decide;
mod human;
mod rest;

use app::Released;
use app::links::LinkTasks;
use app::rows::LinkTaskState;
use chrono::{NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::{LinkTaskId, PersonId};
use kernel::{Grant, Identity, Known, Purpose, TownCtx};
use layouts::EncodeRow;
use testkit::TestApp;
use testkit::files::{file, nth, person, registered};
use testkit::towns::KAISEI;

/// 開成町, where two girls share name, reading and birth date.
pub struct Queue {
    pub world: TestApp,
    /// The two, and somebody else.
    pub one: PersonId,
    pub two: PersonId,
    pub other: PersonId,
}

impl Queue {
    pub async fn open() -> Self {
        let world = TestApp::open(&[KAISEI]).await;
        let list = file(&world, KAISEI, "protection_list", today(), &[]);
        world.load(KAISEI, "protection_list", today(), &list).await.unwrap();
        let rows: Vec<_> =
            [namesake("0000000001"), namesake("0000000002"), nth(3)].iter().map(registered).collect();
        let register = file(&world, KAISEI, "resident_register", today(), &rows);
        world.load(KAISEI, "resident_register", today(), &register).await.unwrap();
        let ctx = world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::DataQuality);
        let of = async |number| world.app.person_by_number(&ctx, number).await.unwrap().as_ref().unwrap().id;
        let (one, two, other) = (of("0000000001").await, of("0000000002").await, of("0000000003").await);
        Self { world, one, two, other }
    }

    pub fn ctx(&self) -> TownCtx {
        self.world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::DataQuality)
    }

    /// Loads rows of a source; how many were loaded and how many of them wait.
    pub async fn load(&self, source: &str, rows: &[EncodeRow]) -> (i64, i64) {
        let bytes = file(&self.world, KAISEI, source, today(), rows);
        let counts = self.world.load(KAISEI, source, today(), &bytes).await.unwrap().counts;
        (counts.loaded, counts.queued)
    }

    /// Records in a state, oldest first.
    pub async fn tasks(&self, state: LinkTaskState) -> Released<LinkTasks> {
        self.world.app.link_tasks(&self.ctx(), state, None, 100).await.unwrap()
    }

    /// The one record that waits.
    pub async fn waiting(&self) -> LinkTaskId {
        let tasks = self.tasks(LinkTaskState::Open).await;
        assert_eq!(tasks.len(), 1);
        tasks[0].0.id
    }

    /// What of a source is in force about somebody: so many entries.
    pub async fn known(&self, person: PersonId, source: &str) -> usize {
        let timeline = self.world.app.timeline(&self.ctx(), person, None).await.unwrap();
        timeline.entries.iter().filter(|entry| entry.source == source).count()
    }
}

pub fn today() -> NaiveDate {
    jst_date(Utc::now())
}

/// One of the two girls, or a pupil of their name, by her number.
pub fn namesake(number: &str) -> Identity {
    person(number, "花子", "ハナコ", "2015-06-15")
}

/// The same without a number, as a counsellor writes her down.
pub fn nameless() -> Identity {
    Identity { local_id: Known::NOT_COLLECTED, ..namesake("") }
}
