//! The same source again: what did not change goes no further, what changed is closed and written once, and
//! what vanished is closed where the file claims to be whole.

use app::loads::Begun;
use evidence::Act;
use kernel::{Code, Grant, Purpose};
use serde_json::json;
use testkit::TestApp;
use testkit::files::{consulted, file};
use testkit::towns::{KAISEI, code};

use super::{REGISTER, begin, hand_in, loader, people, pupil, register, today};
use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused, number, resting};

/// Packs of a source: in force, and closed.
async fn packs(world: &TestApp, source: &str) -> (i64, i64) {
    let count = async |held: &str| {
        number(
            world,
            &format!("SELECT count(*) FROM town.pack WHERE source = '{source}' AND recorded_to {held}"),
        )
        .await
    };
    (count("IS NULL").await, count("IS NOT NULL").await)
}

#[actix_web::test]
async fn the_same_file_again_changes_nothing() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let bytes = register(&world, &people(0..20));
    let first = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    let before = resting(&world).await;
    let versions = "SELECT people FROM town.version";
    let people_before = number(&world, versions).await;
    let upload = hand_in(&world, KAISEI, REGISTER, &bytes).await;
    let token = &world.desk(KAISEI, Grant::OverallManager).token;
    let ask = Ask::post("/api/v1/loads", json!({"upload_id": upload.to_string()})).by(token);
    let answer = http.send(ask).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["id"], first.id.to_string());
    assert_eq!(resting(&world).await, before);
    assert_eq!(number(&world, "SELECT count(*) FROM town.load").await, 1);
    assert_eq!(number(&world, versions).await, people_before);
    assert_eq!(acts(&world, KAISEI).await.last(), Some(&Act::UploadReceived), "no load, no leaf of one");
}

/// A client that did not hear the answer asks for the same upload again.
#[tokio::test]
async fn the_same_upload_asked_for_again_keeps_its_rejects_readable() {
    let world = TestApp::open(&[KAISEI]).await;
    let list = file(&world, KAISEI, "protection_list", today(), &[]);
    world.load(KAISEI, "protection_list", today(), &list).await.unwrap();
    let bytes = spoilt(&world, 10);
    let load = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    assert_eq!(load.counts.rejected, 1);
    let ctx = loader(&world, KAISEI);
    for _ in 0..2 {
        let begun = world.app.load_begin(&ctx, load.upload).await.unwrap();
        assert!(matches!(begun, Begun::Same(same) if same.id == load.id));
    }
    assert_eq!(world.app.upload(&ctx, load.upload).await.unwrap().state, "loaded");
    let rejects = world.app.reject_list(&ctx, load.id, None, 10).await.unwrap();
    assert_eq!(rejects.0[0].detail.reasons[0].code(), Code::EraBounds);
    assert!(!rejects.0[0].detail.raw.is_empty());
}

#[tokio::test]
async fn one_upload_is_loaded_by_one_load() {
    let world = TestApp::open(&[KAISEI]).await;
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..20))).await;
    // Another load of the town holds the first one up.
    let towns = world.db.towns();
    let held = towns.bulk_load(code(KAISEI)).await.unwrap();
    let operation = begin(&world, upload).await.unwrap();
    assert_refused(begin(&world, upload).await, Code::LoadNotReady, "処理中", "running");
    drop(held);
    assert_eq!(world.ended(KAISEI, operation).await, "done");
    assert_eq!(number(&world, "SELECT count(*) FROM town.load").await, 1);
    assert_eq!(number(&world, "SELECT count(*) FROM town.person").await, 20);
}

#[tokio::test]
async fn the_same_rows_in_another_order_change_nothing() {
    let world = TestApp::open(&[KAISEI]).await;
    let mut rows = people(0..20);
    world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    let before = resting(&world).await;
    rows.reverse();
    let load = world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    let c = &load.counts;
    assert_eq!((c.read, c.loaded, c.unchanged, c.rejected, c.closed), (20, 0, 20, 0, 0));
    assert_eq!(load.state, "unchanged");
    assert_eq!(resting(&world).await, before);
}

#[tokio::test]
async fn one_changed_row_is_closed_once_and_written_once() {
    let world = TestApp::open(&[KAISEI]).await;
    let mut rows = people(0..20);
    world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    assert_eq!(packs(&world, REGISTER).await, (20, 0));
    rows[7].persons[0].1.address = kernel::Known::Present("想像転居先7番地".into());
    let load = world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    let c = &load.counts;
    assert_eq!((c.read, c.loaded, c.unchanged, c.rejected, c.closed), (20, 1, 19, 0, 0));
    assert_eq!(packs(&world, REGISTER).await, (20, 1));
    assert_eq!(number(&world, "SELECT count(*) FROM town.person").await, 20, "nobody was made twice");
    assert_eq!(
        number(&world, "SELECT count(DISTINCT subject_id) FROM town.pack WHERE recorded_to IS NULL").await,
        20
    );
}

#[tokio::test]
async fn a_vanished_row_is_closed_in_a_snapshot_and_kept_in_an_append_source() {
    let world = TestApp::open(&[KAISEI]).await;
    let rows = people(0..20);
    world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    let without = [&rows[..4], &rows[5..]].concat();
    let load = world.load(KAISEI, REGISTER, today(), &register(&world, &without)).await.unwrap();
    assert_eq!((load.counts.unchanged, load.counts.closed), (19, 1));
    assert_eq!(packs(&world, REGISTER).await, (19, 1));
    assert_eq!(number(&world, "SELECT count(*) FROM town.person").await, 20, "the person stays known");

    // 保健室: each file brings new visits.
    let visit = |n: u32| consulted(&pupil(n), &n.to_string(), "2026-05-01");
    for visits in [vec![visit(1), visit(2)], vec![visit(3)]] {
        let bytes = file(&world, KAISEI, "consult_nurse", today(), &visits);
        let load = world.load(KAISEI, "consult_nurse", today(), &bytes).await.unwrap();
        assert_eq!(load.counts.closed, 0);
    }
    assert_eq!(packs(&world, "consult_nurse").await, (3, 0));
}

/// A line with a fault is still in the file: what was known of the record stays.
#[tokio::test]
async fn a_rejected_row_is_not_a_vanished_one() {
    let world = TestApp::open(&[KAISEI]).await;
    world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..20))).await.unwrap();
    let before = resting(&world).await;
    let load = world.load(KAISEI, REGISTER, today(), &spoilt(&world, 20)).await.unwrap();
    let c = &load.counts;
    assert_eq!((c.unchanged, c.rejected, c.closed), (19, 1, 0));
    let mut now = resting(&world).await;
    assert_eq!(now.insert("reject true".into(), 0), Some(1));
    assert_eq!(now, before);

    // A line that cannot even be cut into cells may be anybody's: nobody's record is closed.
    let mut bytes = register(&world, &people(0..19));
    bytes.extend_from_slice(b"0000000019,broken\r\n");
    let load = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    assert_eq!((load.counts.unchanged, load.counts.rejected, load.counts.closed), (19, 1, 0));
    assert_eq!(packs(&world, REGISTER).await, (20, 0));
}

#[tokio::test]
async fn only_who_may_loads_sees_loads() {
    let world = TestApp::open(&[KAISEI]).await;
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..3))).await;
    for &grant in Grant::ALL {
        let ctx = world.ctx(KAISEI, &[grant], Purpose::DataQuality);
        let allowed = matches!(grant, Grant::Holder | Grant::OverallManager);
        assert_eq!(world.app.load_list(&ctx, None, 1).await.is_ok(), allowed, "{grant}");
        if !allowed {
            let begun = world.app.load_begin(&ctx, upload).await;
            assert_refused(begun.map(drop), Code::GrantMissing, "総括管理", "overall_manager");
        }
    }
    assert_eq!(number(&world, "SELECT count(*) FROM town.load").await, 0);
}

/// The register of so many people, the first one's birth date in a 令和 that had not begun.
fn spoilt(world: &TestApp, people_in: u32) -> Vec<u8> {
    let bytes = register(world, &people(0..people_in));
    // 1990-01-01, 平成2年.
    let born: &[u8] = b",4020101,";
    let at = bytes.windows(born.len()).position(|window| window == born).unwrap();
    [&bytes[..at], b",5010430,", &bytes[at + born.len()..]].concat()
}
