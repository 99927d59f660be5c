//! 親族関係の記録: what people saw in 戸籍 or were told stands over the register, through loads and runs, and can
//! be taken back. The household is the worked example of 図表7: the grandfather is the 世帯主.

mod record;
mod stands;

use app::entries::Change;
use app::relations::{How, RelationSaid};
use chrono::{NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::PersonId;
use kernel::{Grant, Kin, Known, Purpose, TownCtx};
use layouts::EncodeRow;
use linkage::kinship::{Certainty, RelationKind, SingleParent};
use testkit::TestApp;
use testkit::files::{file, person, registered};
use testkit::towns::KAISEI;

/// 開成町 with a grandfather (世帯主), mother, uncle and child in one household.
pub struct House {
    pub world: TestApp,
    pub grandfather: PersonId,
    pub mother: PersonId,
    pub uncle: PersonId,
    pub child: PersonId,
}

const FAMILY: [(&str, &str, &str, &str, &[Kin]); 4] = [
    ("0000000001", "太郎", "タロウ", "1950-01-01", &[Kin::Head]),
    ("0000000002", "花子", "ハナコ", "1985-01-01", &[Kin::Child]),
    ("0000000003", "次郎", "ジロウ", "1988-01-01", &[Kin::Child]),
    ("0000000004", "陽菜", "ヒナ", "2016-06-15", &[Kin::Child, Kin::Child]),
];

impl House {
    pub async fn open() -> Self {
        let world = TestApp::open(&[KAISEI]).await;
        let list = file(&world, KAISEI, "protection_list", today(), &[]);
        world.load(KAISEI, "protection_list", today(), &list).await.unwrap();
        load_register(&world, "想像1番地").await;
        let ctx = world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::Support);
        let of = async |number| world.app.person_by_number(&ctx, number).await.unwrap().as_ref().unwrap().id;
        let [grandfather, mother, uncle, child] =
            [of(FAMILY[0].0).await, of(FAMILY[1].0).await, of(FAMILY[2].0).await, of(FAMILY[3].0).await];
        Self { world, grandfather, mother, uncle, child }
    }

    /// The register again, with everybody at another address: every row changes.
    pub async fn load_again(&self) {
        load_register(&self.world, "想像2番地").await;
    }

    /// A case worker of 開成町.
    pub fn worker(&self) -> TownCtx {
        self.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support)
    }

    /// Whether one parent alone brings the child up.
    pub async fn single(&self) -> SingleParent {
        let relations = self.world.app.relations(&self.worker(), self.child).await.unwrap();
        relations.single_parent.clone().unwrap()
    }

    /// Of how many children the parents and ひとり親 are not known to a run.
    pub async fn unknown_to_a_run(&self) -> (usize, usize) {
        let manager = self.world.desk(KAISEI, Grant::OverallManager).ctx(None);
        let known = self.world.app.kinship(&manager).await.unwrap();
        assert_eq!(known.children, 1);
        (known.parents_unknown, known.single_unknown)
    }
}

async fn load_register(world: &TestApp, address: &str) {
    let row = |(number, given, kana, birth, chain): &(&str, &str, &str, &str, &[Kin])| -> EncodeRow {
        let mut row = registered(&person(number, given, kana, birth));
        let identity = &mut row.persons[0].1;
        identity.household_no = Known::Present("0000000001".into());
        identity.relation_to_head = Known::Present(chain.to_vec());
        identity.address = Known::Present(address.to_owned());
        row
    };
    let rows: Vec<EncodeRow> = FAMILY.iter().map(row).collect();
    let register = file(world, KAISEI, "resident_register", today(), &rows);
    let loaded = world.load(KAISEI, "resident_register", today(), &register).await.unwrap();
    assert_eq!(loaded.counts.loaded, 4);
}

/// What was seen in 戸籍 today.
pub fn seen(other: PersonId, kind: RelationKind) -> RelationSaid {
    RelationSaid {
        other,
        kind,
        certainty: Certainty::Certain,
        how: How::Koseki,
        on: today(),
        what: "戸籍全部事項証明書".into(),
        ended_on: None,
    }
}

pub fn change(version: u32) -> Change {
    Change { version, reason: "聞き違い".into() }
}

pub fn today() -> NaiveDate {
    jst_date(Utc::now())
}
