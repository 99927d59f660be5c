//! 統合キーマスタ: which number in which system is the same person. What the town says once, every file that knows
//! nothing but such a number goes by; no number is taken from anybody; and the town gets its table back.

use app::denials::{NewDenial, Reason};
use app::exports::Charset;
use app::loads::Begun;
use app::rows::{LinkDecision, LinkTaskState};
use encoding_rs::SHIFT_JIS;
use evidence::Act;
use kernel::id::PersonId;
use kernel::{Absence, Code, Datum, Grant, Identity, Known, Purpose, Value};
use layouts::EncodeRow;
use serde_json::json;
use store::rows::load::LoadRow;
use testkit::TestApp;
use testkit::files::{attended, file, nth, protected, registered};

use super::{REGISTER, hand_in, loader, today};
use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused, number};

/// 寒川町, whose schools know a 学籍番号 and no reading.
pub const SAMUKAWA: &str = "143219";
pub const SOURCE: &str = "key_master";

pub async fn town(people: std::ops::Range<u32>) -> TestApp {
    let world = TestApp::open(&[SAMUKAWA]).await;
    let rows: Vec<_> = people.map(|n| registered(&nth(n))).collect();
    load(&world, REGISTER, &rows).await;
    world
}

pub async fn load(world: &TestApp, source: &str, rows: &[EncodeRow]) -> LoadRow {
    let bytes = file(world, SAMUKAWA, source, today(), rows);
    world.load(SAMUKAWA, source, today(), &bytes).await.unwrap()
}

/// The row of the `n`-th person: their number at school, and at the counter if there is one.
pub fn pair(n: u32, school: u32, counter: Option<&str>) -> EncodeRow {
    let mut row = EncodeRow::default();
    row.persons.push((layouts::RoleId::Person, nth(n)));
    let text = |text: String| Datum::Present(Value::Text(text));
    row.locals.insert("school_number".into(), text(format!("{school:08}")));
    let counter = counter.map_or(Datum::Absent(Absence::NotApplicable), |number| text(number.into()));
    row.locals.insert("case_number".into(), counter);
    row
}

/// A month of the `n`-th person at school, who has this number there.
pub fn month(n: u32, school: u32, month: &str) -> EncodeRow {
    let pupil = Identity { local_id: Known::Present(format!("{school:08}")), ..nth(n) };
    attended(&pupil, month, 1)
}

pub async fn numbered(world: &TestApp, n: u32) -> PersonId {
    let ctx = world.ctx(SAMUKAWA, &[Grant::CaseWorker], Purpose::Support);
    world.app.person_by_number(&ctx, &format!("{n:010}")).await.unwrap().as_ref().unwrap().id
}

/// Months of attendance in force of a person.
pub async fn months(world: &TestApp, person: PersonId) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM town.pack WHERE source = 'attendance' AND subject_id = '{}' AND recorded_to IS NULL",
        person.uuid()
    );
    number(world, &sql).await
}

pub async fn numbers(world: &TestApp) -> i64 {
    number(world, "SELECT count(*) FROM town.identifier WHERE recorded_to IS NULL").await
}

#[tokio::test]
async fn a_schools_own_number_finds_the_person_whom_the_table_says() {
    let world = town(1..7).await;
    let first = numbered(&world, 1).await;
    let april = load(&world, "attendance", &[month(1, 101, "2026-04")]).await;
    assert_eq!((april.counts.loaded, april.counts.queued), (1, 1), "without a reading nobody is found");

    let pairs = [pair(1, 101, Some("77")), pair(2, 102, None), pair(3, 103, None)];
    let bytes = file(&world, SAMUKAWA, SOURCE, today(), &pairs);
    let head = SHIFT_JIS.decode(&bytes).0.replace('"', "");
    assert!(head.starts_with("宛名番号,氏名,学籍番号,相談管理番号"), "{head}");
    let before = numbers(&world).await;
    let taught = world.load(SAMUKAWA, SOURCE, today(), &bytes).await.unwrap();
    assert_eq!((taught.counts.loaded, taught.counts.queued, taught.counts.rejected), (3, 0, 0));
    assert_eq!(numbers(&world).await, before + 4, "three at school, one at the counter");
    let clear = "SELECT count(*) FROM town.pack WHERE position('00000101'::bytea IN body) > 0";
    assert_eq!(number(&world, clear).await, 0, "kept sealed");

    let may = load(&world, "attendance", &[month(1, 101, "2026-05"), month(2, 102, "2026-05")]).await;
    assert_eq!((may.counts.loaded, may.counts.queued), (2, 0), "linked, nothing waits");
    assert_eq!((months(&world, first).await, months(&world, numbered(&world, 2).await).await), (1, 1));

    let upload = hand_in(&world, SAMUKAWA, SOURCE, &bytes).await;
    let again = world.app.load_begin(&loader(&world, SAMUKAWA), upload).await.unwrap();
    assert!(matches!(again, Begun::Same(load) if load.id == taught.id));
    let [one, two, three] = pairs;
    let more = load(&world, SOURCE, &[three, one, two, pair(5, 105, None)]).await;
    assert_eq!((more.counts.loaded, more.counts.unchanged), (1, 3));
    assert_eq!(numbers(&world).await, before + 5);

    // What a load taught goes with it.
    let june = async || {
        let june = load(&world, "attendance", &[month(5, 105, "2026-06")]).await;
        june.counts.queued
    };
    let ctx = world.ctx(SAMUKAWA, &[Grant::Approver], None);
    world.app.load_rollback(&ctx, more.id, "架空の取り違え").await.unwrap();
    assert_eq!((numbers(&world).await, june().await), (before + 4, 1));
}

#[tokio::test]
async fn no_number_is_taken_from_whoever_has_it() {
    let world = town(1..6).await;
    let (first, fourth) = (numbered(&world, 1).await, numbered(&world, 4).await);
    load(&world, SOURCE, &[pair(1, 101, None)]).await;
    let before = numbers(&world).await;
    // Known as another's; twice in one file; of somebody whom the town does not know.
    let rows =
        [pair(1, 101, None), pair(4, 101, None), pair(2, 102, None), pair(3, 102, None), pair(9, 109, None)];
    let loaded = load(&world, SOURCE, &rows).await;
    assert_eq!((loaded.counts.loaded, loaded.counts.queued, loaded.counts.unchanged), (4, 3, 1));
    assert_eq!(numbers(&world).await, before + 1);
    let ctx = world.ctx(SAMUKAWA, &[Grant::OverallManager], Purpose::DataQuality);
    let tasks = world.app.link_tasks(&ctx, LinkTaskState::Open, None, 10).await.unwrap();
    let waiting = tasks.iter().find(|task| task.0.line == 3).unwrap();
    let body = waiting.0.body.as_ref().unwrap();
    assert_eq!(body.reason_ja, "ほかのシステムの番号が、すでに別の人のものです");
    assert_eq!(body.candidates.iter().map(|one| one.person).collect::<Vec<_>>(), [fourth, first]);
    assert_eq!(load(&world, "attendance", &[month(1, 101, "2026-04")]).await.counts.queued, 0);
    assert_eq!((months(&world, first).await, months(&world, fourth).await), (1, 0));

    // A human takes the record for the fourth's: the number is the first's all the same.
    world.app.link_decide(&ctx, waiting.0.id, LinkDecision::Linked(fourth)).await.unwrap();
    assert_eq!(load(&world, "attendance", &[month(1, 101, "2026-05")]).await.counts.queued, 0);
    assert_eq!((months(&world, first).await, months(&world, fourth).await), (2, 0));
    // Another, whom the town has not known, turns out to be the fifth, and their number is learned.
    let fifth = numbered(&world, 5).await;
    let stranger = tasks.iter().find(|task| task.0.line == 6).unwrap().0.id;
    world.app.link_decide(&ctx, stranger, LinkDecision::Linked(fifth)).await.unwrap();
    assert_eq!(load(&world, "attendance", &[month(5, 109, "2026-05")]).await.counts.queued, 0);
    assert_eq!(months(&world, fifth).await, 1);
    world.app.link_undo(&ctx, stranger).await.unwrap();
    assert_eq!(load(&world, "attendance", &[month(5, 109, "2026-06")]).await.counts.queued, 1);
}

/// The rows of an exported table, without its days.
pub fn rows(text: &str) -> Vec<[String; 3]> {
    let body = text.split("\"宛名番号\",\"システム\",\"番号\",\"時点\"\r\n").nth(1).unwrap();
    let row = |line: &str| {
        let mut cells = line.split(',').map(|cell| cell.trim_matches('"').to_owned());
        [(); 3].map(|()| cells.next().unwrap())
    };
    body.lines().map(row).collect()
}

fn expected(pairs: &[(u32, &str, &str)]) -> Vec<[String; 3]> {
    pairs.iter().map(|(n, system, number)| [format!("{n:010}"), (*system).into(), (*number).into()]).collect()
}

#[actix_web::test]
async fn the_table_comes_back_without_whom_the_file_may_not_name() {
    let world = town(1..7).await;
    let http = Http::open(&world).await;
    load(&world, SOURCE, &[pair(1, 101, Some("77")), pair(2, 102, None), pair(3, 103, None)]).await;
    let manager = world.desk(SAMUKAWA, Grant::OverallManager);
    let ctx = manager.ctx(Purpose::DataQuality);
    let stale = world.app.export_key_master(&ctx, Charset::Utf8).await;
    assert_refused(stale, Code::ProtectionListStale, "最新の一覧", "Load the current list");
    load(&world, "protection_list", &[]).await;

    let ask = async |token: &str, charset: &str| {
        let ask = Ask::post("/api/v1/key-master-exports", json!({"charset": charset}));
        http.send(ask.by(token).to("data_quality")).await
    };
    let whole = ask(&manager.token, "utf-8").await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    let all = [
        (1, "gakuseki", "00000101"),
        (1, "sodan", "77"),
        (2, "gakuseki", "00000102"),
        (3, "gakuseki", "00000103"),
    ];
    assert_eq!(rows(&whole.text), expected(&all));
    assert_eq!(acts(&world, SAMUKAWA).await.iter().filter(|act| **act == Act::Exported).count(), 1);
    let looked = "SELECT count(*) FROM town.access WHERE operation = 'key_master_export'";
    assert_eq!(number(&world, looked).await, 3);
    let worker = &world.desk(SAMUKAWA, Grant::CaseWorker).token;
    let refused = ask(worker, "utf-8").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "grant_missing"));

    // A pair that a human took in although the number is another's is none that a load goes by.
    load(
        &world,
        SOURCE,
        &[pair(1, 101, Some("77")), pair(2, 102, None), pair(3, 103, None), pair(4, 101, None)],
    )
    .await;
    let waiting = world.app.link_tasks(&ctx, LinkTaskState::Open, None, 10).await.unwrap()[0].0.id;
    let fourth = numbered(&world, 4).await;
    world.app.link_decide(&ctx, waiting, LinkDecision::Linked(fourth)).await.unwrap();

    let admin = world.desk(SAMUKAWA, Grant::TownAdmin).ctx(Purpose::Support);
    let person = numbered(&world, 2).await;
    let denial = NewDenial { person, reason: Reason::Kin, from: admin.today(), until: None };
    world.app.denial_add(&admin, manager.staff, denial).await.unwrap();
    load(&world, "protection_list", &[protected("架空一", &nth(3), None, today())]).await;
    let cut = world.app.export_key_master(&ctx, Charset::Cp932).await.unwrap();
    let text = SHIFT_JIS.decode(&cut.bytes).0.into_owned();
    assert_eq!(rows(&text), expected(&all[..2]));
    for said in ["\"件数\",\"1人\"", "\"支援措置のため除外\",\"1人", "\"閲覧制限のため除外\",\"1人\""]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(number(&world, looked).await, 4);
}
