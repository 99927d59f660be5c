//! 支援措置: whose whereabouts are hidden from whom, and what a missing or stale list stops.

mod list;
mod stale;

use app::persons::Shown;
use app::release::Hidden;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::PersonId;
use kernel::{Grant, Purpose, TownCtx};
use layouts::EncodeRow;
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::KAISEI;

const LIST: &str = "protection_list";

/// What is shown of somebody's whereabouts.
#[derive(Debug, PartialEq, Eq)]
enum Where {
    Open,
    Protected,
    ListStale,
    Unknown,
}

/// 開成町 with five residents: a victim, her child and three others.
struct Town {
    world: TestApp,
    people: [PersonId; 5],
}

impl Town {
    async fn open() -> Self {
        let world = TestApp::open(&[KAISEI]).await;
        let rows: Vec<_> = (1..=5).map(|n| registered(&nth(n))).collect();
        let bytes = file(&world, KAISEI, "resident_register", today(), &rows);
        world.load(KAISEI, "resident_register", today(), &bytes).await.unwrap();
        let ctx = world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::Support);
        let mut people = Vec::new();
        for n in 1..=5 {
            let found = world.app.person_by_number(&ctx, &format!("{n:010}")).await.unwrap();
            people.push(found.as_ref().unwrap().id);
        }
        Self { people: people.try_into().unwrap(), world }
    }

    /// Loads a list as of a day.
    async fn list(&self, as_of: NaiveDate, rows: &[EncodeRow]) {
        let bytes = file(&self.world, KAISEI, LIST, as_of, rows);
        self.world.load(KAISEI, LIST, as_of, &bytes).await.unwrap();
    }

    fn worker_at(&self, now: DateTime<Utc>) -> TownCtx {
        self.world.desk(KAISEI, Grant::CaseWorker).ctx_at(Purpose::Support, now)
    }

    /// What is shown of everybody's whereabouts at an instant.
    async fn shown_at(&self, now: DateTime<Utc>) -> Vec<Where> {
        let mut shown = Vec::new();
        for person in self.people {
            let view = self.world.app.person(&self.worker_at(now), person).await.unwrap();
            shown.push(match &view.whereabouts {
                Shown::Open(w) => {
                    assert!(w.address.is_some() && w.phone.is_some() && w.postal_code.is_some());
                    Where::Open
                }
                Shown::Hidden(Hidden::Protected) => Where::Protected,
                Shown::Hidden(Hidden::ListStale) => Where::ListStale,
                Shown::Unknown => Where::Unknown,
            });
        }
        shown
    }

    async fn shown(&self) -> Vec<Where> {
        self.shown_at(Utc::now()).await
    }

    /// Those past their end date at an instant.
    async fn past_end(&self) -> Vec<PersonId> {
        let list = self.world.app.protection_list(testkit::towns::code(KAISEI)).await.unwrap();
        let mut past: Vec<_> = list.past_end(today()).map(|(person, _)| person).collect();
        past.sort_unstable();
        past
    }
}

fn today() -> NaiveDate {
    jst_date(Utc::now())
}

fn days(n: u64) -> chrono::Days {
    chrono::Days::new(n)
}
