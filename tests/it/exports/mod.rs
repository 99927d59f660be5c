//! 書き出し: what leaves as a file, for whom, and what is written down when it does.

mod list;
mod refusals;
mod sheet;

use app::Released;
use app::exports::{Charset, Export, Form, Writing};
use app::runs::Candidate;
use chrono::{NaiveDate, Utc};
use evidence::Act;
use kernel::ctx::jst_date;
use kernel::id::{PersonId, RunId};
use kernel::{Grant, Purpose, TownCtx};
use rulebook::List;
use testkit::TestApp;
use testkit::files::{file, protected};
use testkit::towns::KAISEI;

use crate::resting::acts;

const CSV: Writing = Writing { form: Form::Csv, charset: Charset::Utf8 };
const XLSX: Writing = Writing { form: Form::Xlsx, charset: Charset::Utf8 };

/// A town with fictional residents, a run over its children, and the list most of them are on.
struct Scored {
    world: TestApp,
    run: RunId,
    list: List,
}

impl Scored {
    async fn open() -> Self {
        let world = TestApp::open(&[KAISEI]).await;
        world.load_fictional(&[KAISEI], 500, today()).await;
        let manager = world.ctx(KAISEI, &[Grant::OverallManager], Purpose::Assessment);
        let (run, work) = world.app.run_begin(&manager, &"young_carer".parse().unwrap(), None).await.unwrap();
        assert_eq!(world.ended(KAISEI, work).await, "done");
        let this = Self { world, run: run.id, list: List::Certain };
        let (mut list, mut most) = (List::Certain, 0);
        for one in List::ALL {
            let count = this.on(one).await.rows.len();
            if count > most {
                (list, most) = (one, count);
            }
        }
        assert!(most > 3, "{most}");
        Self { list, ..this }
    }

    async fn on(&self, list: List) -> Released<app::release::Listed<Candidate>> {
        self.world.app.candidates(&worker(&self.world), self.run, (list, None), None, 10_000).await.unwrap()
    }

    async fn export(&self, writing: Writing) -> Released<Export> {
        self.world.app.export_candidates(&worker(&self.world), self.run, self.list, writing).await.unwrap()
    }

    /// Puts a child of the run on the list of protections, beside those who are.
    async fn protect(&self, child: &Candidate) {
        let row = protected("書出試験", child.identity.as_ref().unwrap(), None, today());
        let bytes = file(&self.world, KAISEI, "protection_list", today(), &[row]);
        self.world.load(KAISEI, "protection_list", today(), &bytes).await.unwrap();
    }

    async fn is_protected(&self, person: PersonId) -> bool {
        let list = self.world.app.protection_list(testkit::towns::code(KAISEI)).await.unwrap();
        list.of(person).is_some()
    }
}

fn today() -> NaiveDate {
    jst_date(Utc::now())
}

fn worker(world: &TestApp) -> TownCtx {
    world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support)
}

/// How often something was exported, as the evidence has it.
async fn exported(world: &TestApp) -> usize {
    acts(world, KAISEI).await.iter().filter(|act| **act == Act::Exported).count()
}

/// Persons recorded as looked at by an export.
async fn looked_at(world: &TestApp) -> Vec<String> {
    let sql = world.db.superuser().await;
    sql.column("SELECT DISTINCT person_id::text FROM town.access WHERE operation = 'export' ORDER BY 1").await
}
