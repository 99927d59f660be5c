//! Files that are refused as a whole: nothing of them is loaded, the reason is told in both languages, the
//! refusal leaves its leaf, and the right file is taken afterwards.

use encoding_rs::SHIFT_JIS;
use evidence::Act;
use kernel::{Code, Identity, Known};
use testkit::TestApp;
use testkit::files::{attended, consulted, file, nth};
use testkit::towns::{KAISEI, NAKAI, code};

use super::{REGISTER, loader, people, pupil, register, today};
use crate::resting::{acts, assert_refused, number, resting};

/// Loads a bad file after a good register and sees that it changes nothing.
async fn refuse(world: &TestApp, town: &str, source: &str, bytes: &[u8], code: Code, ja: &str, en: &str) {
    let before = resting(world).await;
    assert_refused(world.load(town, source, today(), bytes).await, code, ja, en);
    assert_eq!(resting(world).await, before, "{source}: nothing half done");
    let ctx = loader(world, town);
    let newest = world.app.load_list(&ctx, None, 1).await.unwrap().remove(0);
    assert_eq!((newest.source.as_str(), newest.state.as_str()), (source, "failed"));
    assert_eq!(world.app.upload(&ctx, newest.upload).await.unwrap().state, "failed");
    assert_eq!(acts(world, town).await.last(), Some(&Act::LoadRefused));
    let again = world.app.load_begin(&ctx, newest.upload).await;
    assert_refused(again.map(drop), Code::LoadNotReady, "失敗", "failed");
}

async fn world(town: &str) -> TestApp {
    let world = TestApp::open(&[town]).await;
    let rows = people(0..5);
    let bytes = file(&world, town, REGISTER, today(), &rows);
    world.load(town, REGISTER, today(), &bytes).await.unwrap();
    world
}

#[tokio::test]
async fn a_file_that_does_not_fit_its_layout() {
    let world = world(KAISEI).await;
    // Another source's header.
    let school = file(&world, KAISEI, "consult_sc_ssw", today(), &[consulted(&nth(1), "1", "2026-05-01")]);
    let (school, _, _) = encoding_rs::UTF_8.decode(&school);
    let (school, _, _) = SHIFT_JIS.encode(&school);
    refuse(&world, KAISEI, REGISTER, &school, Code::HeaderMismatch, "宛名番号", "宛名番号").await;
    // Another source's rows, where the layout has no header to tell.
    let visits: Vec<_> = (0..10).map(|n| consulted(&pupil(n), &n.to_string(), "2026-05-01")).collect();
    let visits = file(&world, KAISEI, "consult_nurse", today(), &visits);
    refuse(&world, KAISEI, "attendance", &visits, Code::LayoutMismatch, "10 行のうち 10 行", "10 of 10")
        .await;
    // The right file is taken afterwards.
    let month: Vec<_> = (0..5).map(|n| attended(&pupil(n), "2026-05", 1)).collect();
    let month = file(&world, KAISEI, "attendance", today(), &month);
    assert_eq!(world.load(KAISEI, "attendance", today(), &month).await.unwrap().counts.loaded, 5);
}

#[tokio::test]
async fn a_file_in_another_encoding() {
    let world = world(KAISEI).await;
    let bytes = register(&world, &people(0..6));
    let (text, _, _) = SHIFT_JIS.decode(&bytes);
    refuse(&world, KAISEI, REGISTER, text.as_bytes(), Code::WrongEncoding, "文字コード", "encoding").await;
}

#[tokio::test]
async fn a_file_without_its_end() {
    let world = world(NAKAI).await;
    // 学籍番号 has six digits there.
    let pupil = |n| Identity { local_id: Known::Present(format!("{:06}", n + 1)), ..nth(n) };
    let rows: Vec<_> = (0..5).map(|n| attended(&pupil(n), "2026-05", 1)).collect();
    let whole = file(&world, NAKAI, "attendance", today(), &rows);
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let [records @ .., trailer] = lines.as_slice() else { panic!("no lines") };
    refuse(&world, NAKAI, "attendance", &records.concat(), Code::TrailerMissing, "途中で切れて", "cut off")
        .await;
    let short = [&records[..records.len() - 1].concat(), *trailer].concat();
    refuse(&world, NAKAI, "attendance", &short, Code::TrailerCount, "5 件", "5 records, the file has 4")
        .await;
    let cut = &whole[..whole.len() - trailer.len() - 9];
    refuse(
        &world,
        NAKAI,
        "attendance",
        cut,
        Code::TrailerMissing,
        "何も取り込んでいません",
        "nothing was loaded",
    )
    .await;
    assert_eq!(world.load(NAKAI, "attendance", today(), &whole).await.unwrap().counts.loaded, 5);
}

#[tokio::test]
async fn a_quotation_mark_that_is_never_closed() {
    let world = world(KAISEI).await;
    let mut bytes = register(&world, &people(0..6));
    bytes.extend_from_slice(b"\"0000000009,");
    refuse(&world, KAISEI, REGISTER, &bytes, Code::UnterminatedQuote, "8行目", "line 8").await;
}

#[tokio::test]
async fn a_file_without_a_line() {
    let world = world(KAISEI).await;
    refuse(&world, KAISEI, REGISTER, b"", Code::EmptyFile, "一行もありません", "no line").await;
    // A header alone would close the whole register.
    let header = world.load(KAISEI, REGISTER, today(), &register(&world, &[])).await;
    assert_refused(
        header,
        Code::GuardTripped,
        "行数が 0 で、決めた限度 1",
        "rows: 0, outside the limit of 1",
    );
}

/// A load that cannot write its leaf does not happen.
#[tokio::test]
async fn a_load_without_evidence_is_none() {
    let world = world(KAISEI).await;
    let (before, sql) = (resting(&world).await, world.db.superuser().await);
    let upload = super::hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..9))).await;
    sql.run("REVOKE EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea) FROM tst0_town").await;
    let operation = super::begin(&world, upload).await.unwrap();
    assert_eq!(world.ended(KAISEI, operation).await, "failed");
    let ctx = loader(&world, KAISEI);
    let work = world.app.operation(&ctx, operation).await.unwrap();
    assert_eq!(work.fault_code.as_deref(), Some("evidence_refused"));
    let spooled = number(&world, "SELECT count(*) FROM town.upload_chunk").await;
    assert_eq!(
        spooled, 1,
        "the refusal could not be recorded either: the load is taken up at the next start"
    );
    sql.run("GRANT EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea) TO tst0_town").await;
    let mut now = resting(&world).await;
    now.insert("upload_chunk true".into(), 0);
    assert_eq!(now, before);
    assert_eq!(world.app.loads_resume(code(KAISEI)).await.unwrap(), 1);
    for _ in 0..500 {
        if number(&world, "SELECT count(*) FROM town.load WHERE state = 'running'").await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(number(&world, "SELECT count(*) FROM town.person").await, 9);
}
