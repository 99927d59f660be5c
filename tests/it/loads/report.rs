//! 取込品質報告, what came of rejects, and what sections are asked: with numbers for whoever runs the platform, and
//! lines and values for the town's own staff alone.

use app::exports::Charset;
use app::loads::{Differs, FindingsState};
use app::rows::LoadRow;
use encoding_rs::SHIFT_JIS;
use evidence::Act;
use kernel::{Code, Grant, Purpose};
use serde_json::json;
use testkit::TestApp;
use testkit::files::{file, nth, protected};
use testkit::towns::KAISEI;

use super::{REGISTER, begin, hand_in, loader, people, register, today};
use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused, number};

/// Stands in a cell that cannot be read, and so must not stand in anything the operator sees.
const CANARY: &str = "カナリア";

/// Lines of a file, header first.
struct Sheet(Vec<Vec<Vec<u8>>>);

impl Sheet {
    fn of(bytes: &[u8]) -> Self {
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|l| !l.is_empty());
        Self(lines.map(|line| line.split(|byte| *byte == b',').map(<[u8]>::to_vec).collect()).collect())
    }

    /// Writes into a column of a line, counted as an editor does.
    fn set(&mut self, line: usize, column: &str, cell: &[u8]) {
        let (name, _, _) = SHIFT_JIS.encode(column);
        let at = self.0[0].iter().position(|head| **head == *name).unwrap();
        self.0[line - 1][at] = cell.to_vec();
    }

    fn bytes(&self) -> Vec<u8> {
        self.0
            .iter()
            .map(|line| [line.join(&b","[..]), b"\r\n".to_vec()].concat())
            .collect::<Vec<_>>()
            .concat()
    }

    fn only(&self, lines: &[usize]) -> Self {
        Self(std::iter::once(&1).chain(lines).map(|line| self.0[line - 1].clone()).collect())
    }
}

/// 開成町 with a current list of protections on which the second person stands.
async fn world() -> TestApp {
    let world = TestApp::open(&[KAISEI]).await;
    world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..40))).await.unwrap();
    let rows = [protected("1", &nth(1), None, today() + chrono::Days::new(90))];
    let list = file(&world, KAISEI, "protection_list", today(), &rows);
    world.load(KAISEI, "protection_list", today(), &list).await.unwrap();
    world
}

/// A register of forty with something wrong on seven lines, and how it was right.
fn spoilt(world: &TestApp) -> (Sheet, Sheet) {
    let right = Sheet::of(&register(world, &people(0..40)));
    let mut bad = Sheet::of(&register(world, &people(0..40)));
    bad.set(3, "性別", &SHIFT_JIS.encode(CANARY).0);
    bad.set(4, "性別", &SHIFT_JIS.encode(CANARY).0);
    bad.set(5, "名_日本人", b"\xf0\x40");
    bad.set(6, "生年月日", b"4340101");
    bad.set(7, "生年月日", b"");
    bad.set(8, "氏名_振り仮名（フリガナ）", b"");
    let twice = bad.0[9].clone();
    bad.0.push(twice);
    (bad, right)
}

async fn spoil(world: &TestApp) -> (LoadRow, Sheet) {
    let (bad, right) = spoilt(world);
    (world.load(KAISEI, REGISTER, today(), &bad.bytes()).await.unwrap(), right)
}

#[tokio::test]
async fn a_report_tells_staff_what_was_found_and_the_operator_how_much() {
    let world = world().await;
    let (load, _) = spoil(&world).await;
    let c = &load.counts;
    assert_eq!((c.read, c.rejected), (41, 5));
    assert_eq!(c.read, c.loaded + c.unchanged + c.rejected);
    let ctx = loader(&world, KAISEI);
    let (report, findings) = world.app.load_report_shown(&ctx, load.id).await.unwrap();
    let findings = findings.unwrap();
    let counts = &report.numbers.file;
    for column in &counts.columns {
        assert_eq!(column.rows() + counts.uncut.values().sum::<u64>(), counts.rows, "{}", column.name);
    }
    assert_eq!((counts.duplicates, counts.reading.encoding.as_str()), (1, "cp932"));
    let quality = findings.quality.as_ref().unwrap();
    let of = |name: &str| quality.columns.iter().find(|column| column.name == name).unwrap();
    let unknown = &of("性別").unknown;
    assert_eq!((unknown.count, unknown.codes[0].value.as_str(), unknown.codes[0].line), (2, CANARY, 3));
    assert_eq!((of("名_日本人").gaiji[0].code.as_str(), of("名_日本人").gaiji[0].line), ("F040", 5));
    assert_eq!(of("生年月日").era_overflow.first, [6]);
    assert_eq!(of("生年月日").refused[&Code::BlankUndeclared].first, [7]);
    assert_eq!(quality.duplicates.first, [42]);

    let http = Http::open(&world).await;
    let (path, staff) =
        (format!("/api/v1/loads/{}/report", load.id), &world.desk(KAISEI, Grant::Holder).token);
    let json = http.send(Ask::get(&path).by(staff).to("data_quality")).await;
    assert_eq!((json.status, json.json()["findings_state"]["code"].as_str()), (200, Some("shown")));
    assert!(json.text.contains(CANARY));
    let page = http.send(Ask::get(&path).by(staff).to("data_quality").header(("Accept", "text/html"))).await;
    assert!(page.text.contains(CANARY) && page.text.contains("取込品質報告") && page.text.contains("部外秘"));
    assert!(page.value("content-type").unwrap().starts_with("text/html"));
    let plain = http.send(Ask::get(&path).by(staff)).await;
    assert_eq!(plain.json()["findings_state"]["code"], "not_asked");
    let auditor = &world.desk(KAISEI, Grant::Auditor).token;
    let audit = http.send(Ask::get(&path).by(auditor).to("audit")).await;
    let (operator, town) =
        (world.operator_token().await, format!("/api/v1/towns/{KAISEI}/loads/{}/report", load.id));
    let operators = http.send(Ask::get(&town).by(&operator)).await;
    assert_eq!(operators.json()["findings_state"]["code"], "town_only");
    assert_eq!(operators.json()["columns"], json.json()["columns"], "the same numbers");
    let printed =
        world.app.load_report_page_for_operator(&world.coop(), KAISEI.parse().unwrap(), load.id).await;
    let rested =
        world.db.superuser().await.column("SELECT counts::text FROM town.load_quality").await.concat();
    let operators_page = String::from_utf8(printed.unwrap()).unwrap();
    for seen in [&plain.text, &audit.text, &operators.text, &operators_page, &rested] {
        assert!(!seen.contains(CANARY) && !seen.contains("F040") && !seen.contains("4340101"), "{seen}");
    }
    let worker = &world.desk(KAISEI, Grant::CaseWorker).token;
    assert_eq!(http.send(Ask::get(&path).by(worker)).await.code(), "grant_missing");
}

#[tokio::test]
async fn a_report_is_signed_once_and_loses_its_values_with_the_load_s_key() {
    let world = world().await;
    let (load, _) = spoil(&world).await;
    let http = Http::open(&world).await;
    let (path, staff) = (format!("/api/v1/loads/{}", load.id), &world.desk(KAISEI, Grant::Holder).token);
    let sign_off = format!("{path}/sign-off");
    let signed = http.send(Ask::post(&sign_off, json!({"remark": "次回までに直す"})).by(staff)).await;
    assert_eq!(signed.status, 200, "{}", signed.text);
    let again = http.send(Ask::post(&sign_off, json!({})).by(staff)).await;
    assert_eq!((again.status, again.code().as_str()), (409, "load_signed_off"));
    assert_eq!(acts(&world, KAISEI).await.last(), Some(&Act::LoadSignedOff));
    let ctx = loader(&world, KAISEI);
    let findings = world.app.load_findings(&ctx, load.id).await.unwrap();
    assert_eq!(findings.remark.as_deref(), Some("次回までに直す"));
    let worker = world.ctx(KAISEI, &[Grant::Auditor], Purpose::Audit);
    assert_refused(
        world.app.load_sign_off(&worker, load.id, None).await,
        Code::GrantMissing,
        "保有",
        "holder",
    );

    let sql = world.db.superuser().await;
    sql.run("UPDATE town.upload SET load_key = NULL").await;
    let (report, findings) = world.app.load_report_shown(&ctx, load.id).await.unwrap();
    assert_eq!(findings.unwrap().state, FindingsState::Gone);
    assert_eq!(report.signed.unwrap().by, world.desk(KAISEI, Grant::Holder).staff, "who signed stays");
    assert_eq!(report.numbers.file.columns.len(), 18);
}

#[tokio::test]
async fn what_differs_from_the_last_three_loads_is_told() {
    let world = world().await;
    let ctx = loader(&world, KAISEI);
    for n in [41, 42] {
        world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..n))).await.unwrap();
    }
    let mut fourth = Sheet::of(&register(&world, &people(0..60)));
    for line in 2..12 {
        fourth.set(line, "氏名_振り仮名（フリガナ）", b"");
    }
    let load = world.load(KAISEI, REGISTER, today(), &fourth.bytes()).await.unwrap();
    let report = world.app.load_report(&ctx, load.id).await.unwrap();
    assert_eq!(report.compared.len(), 3);
    let told: Vec<_> =
        report.drift.iter().map(|c| (c.what, c.column.as_deref(), c.now, c.least, c.most)).collect();
    let kana = Some("氏名_振り仮名（フリガナ）");
    let expected = [
        (Differs::Rows, None, 60, 40, 42),
        (Differs::Filled, kana, 833, 1000, 1000),
        (Differs::Absent, kana, 166, 0, 0),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn corrected_lines_are_loaded_alone_and_settle_their_rejects() {
    let world = world().await;
    let (load, right) = spoil(&world).await;
    let ctx = loader(&world, KAISEI);
    let here = "SELECT count(*) FROM town.pack WHERE recorded_to IS NULL";
    let standing = number(&world, here).await;

    let export = world.app.reject_export(&ctx, load.id, Charset::Utf8).await.unwrap();
    let csv = String::from_utf8(export.bytes.clone()).unwrap();
    assert!(csv.contains("性別") && csv.contains("未訂正 5行") && csv.contains(CANARY), "{csv}");
    assert!(csv.contains("1行（支援措置・閲覧制限）"), "{csv}");
    assert!(!csv.contains("想像0000000001番地"), "the second person is under protection: {csv}");
    assert_eq!(acts(&world, KAISEI).await.last(), Some(&Act::Exported));
    let rejects = world.app.reject_list(&ctx, load.id, None, 10).await.unwrap();
    assert!(rejects.0[0].detail.raw.is_empty() && !rejects.0[1].detail.raw.is_empty());
    let looks = "SELECT count(*) FROM town.access WHERE operation = 'reject_list'";
    assert_eq!(number(&world, looks).await, 4, "whoever's record it is known to be was looked at");

    let asked = world.app.entry_requests(&ctx, Some(&"mayor/jumin".parse().unwrap())).await.unwrap();
    let asks = &asked[0].sources.iter().find(|one| one.source.as_str() == REGISTER).unwrap().asks;
    let sex = asks.iter().find(|ask| ask.column.as_deref() == Some("性別") && !ask.lines.is_empty()).unwrap();
    assert_eq!((sex.code, sex.count, sex.lines.as_slice()), (Some(Code::CodeUnmapped), 2, &[3, 4][..]));
    let page = world.app.entry_request_page(&ctx, Some(&"mayor/jumin".parse().unwrap())).await.unwrap();
    let page = String::from_utf8(page.bytes.clone()).unwrap();
    assert!(page.contains("入力依頼票") && page.contains("町民課") && page.contains("3、4"));
    assert!(!page.contains(CANARY) && !page.contains("架空　子"), "lines and columns alone");

    // Lines 3 and 4 are put right; line 5 still has its character.
    let mut three = right.only(&[3, 4, 5]);
    three.set(4, "名_日本人", b"\xf0\x40");
    let upload = hand_in(&world, KAISEI, REGISTER, &three.bytes()).await;
    let app::loads::Begun::Running { load: correction, operation } =
        world.app.correction_begin(&ctx, load.id, upload, &[]).await.unwrap()
    else {
        panic!("it was never loaded")
    };
    assert_eq!(world.ended(KAISEI, operation).await, "done");
    let (correction, _) = world.app.load(&ctx, correction.id).await.unwrap();
    let c = &correction.counts;
    assert_eq!((c.read, c.loaded + c.unchanged, c.rejected, c.closed), (3, 2, 1, 0));
    assert_eq!(number(&world, here).await, standing, "nobody's record was closed");
    let report = world.app.load_report(&ctx, load.id).await.unwrap();
    assert_eq!((report.rejects["open"], report.rejects["corrected"]), (3, 2));
    let rejects = world.app.reject_list(&ctx, load.id, None, 10).await.unwrap();
    let states: Vec<_> = rejects.0.iter().map(|row| (row.line, row.state.as_str())).collect();
    assert_eq!(states, [(3, "corrected"), (4, "corrected"), (5, "open"), (7, "open"), (42, "open")]);
    assert_eq!(rejects.0[0].settled_by, Some(correction.id));
    let arrivals = "SELECT count(*) FROM hub.arrival WHERE source = 'resident_register'";
    assert_eq!(number(&world, arrivals).await, 2, "a correction is no arrival");

    // Another source's file, and a load that is not the newest any more.
    let list = hand_in(&world, KAISEI, "protection_list", &three.bytes()).await;
    let mismatch = world.app.correction_begin(&ctx, load.id, list, &[]).await.map(drop);
    assert_refused(mismatch, Code::CorrectionMismatch, "resident_register", "resident_register");
    let whole = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..41))).await;
    let operation = begin(&world, whole).await.unwrap();
    assert_eq!(world.ended(KAISEI, operation).await, "done");
    let report = world.app.load_report(&ctx, load.id).await.unwrap();
    assert_eq!(report.rejects.get("open"), None, "{:?}", report.rejects);
    let late = hand_in(&world, KAISEI, REGISTER, &right.only(&[7]).bytes()).await;
    let superseded = world.app.correction_begin(&ctx, load.id, late, &[]).await.map(drop);
    assert_refused(superseded, Code::LoadSuperseded, "新しい", "later file");
}
