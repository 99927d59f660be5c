//! Two loads of one town at the same time: they take turns, and nobody is made twice.

use kernel::{Identity, Known};
use testkit::TestApp;
use testkit::files::{attended, file, nth};
use testkit::towns::{KAISEI, OI};

use super::{REGISTER, begin, hand_in, people, register, today};
use crate::resting::number;

#[tokio::test(flavor = "multi_thread")]
async fn two_loads_at_once_make_nobody_twice() {
    let world = TestApp::open(&[KAISEI]).await;
    let mut uploads = Vec::new();
    // Everyone from 8 to 49 is in both files, and so are their households. Few enough are in one alone for the
    // second file, whichever it is, to end nobody against a guard.
    for range in [0..50, 8..58] {
        uploads.push(hand_in(&world, KAISEI, REGISTER, &register(&world, &people(range))).await);
    }
    let (one, two) = tokio::join!(begin(&world, uploads[0]), begin(&world, uploads[1]));
    for operation in [one.unwrap(), two.unwrap()] {
        assert_eq!(world.ended(KAISEI, operation).await, "done");
    }
    for table in ["person", "identifier", "household", "keystore JOIN town.person ON person_id = subject_id"]
    {
        assert_eq!(number(&world, &format!("SELECT count(*) FROM town.{table}")).await, 58, "{table}");
    }
    let twice =
        "SELECT count(*) FROM (SELECT number_index FROM town.identifier GROUP BY 1 HAVING count(*) > 1) t";
    assert_eq!(number(&world, twice).await, 0);
    assert_eq!(number(&world, "SELECT count(*) FROM town.membership WHERE recorded_to IS NULL").await, 58);
}

/// A client that lost patience and asked again, with a line in the file that is rejected every time.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_twice_at_once_is_loaded_once() {
    let world = TestApp::open(&[KAISEI]).await;
    let mut bytes = register(&world, &people(0..20));
    bytes.extend_from_slice(b"0000000019,broken\r\n");
    let (one, two) =
        (hand_in(&world, KAISEI, REGISTER, &bytes).await, hand_in(&world, KAISEI, REGISTER, &bytes).await);
    let towns = world.db.towns();
    let held = towns.bulk_load(testkit::towns::code(KAISEI)).await.unwrap();
    let operations = [begin(&world, one).await.unwrap(), begin(&world, two).await.unwrap()];
    drop(held);
    for operation in operations {
        assert_eq!(world.ended(KAISEI, operation).await, "done");
    }
    for (state, loads) in [("loaded", 1), ("unchanged", 1)] {
        assert_eq!(
            number(&world, &format!("SELECT count(*) FROM town.load WHERE state = '{state}'")).await,
            loads
        );
    }
    assert_eq!(number(&world, "SELECT count(*) FROM town.pack").await, 20);
}

/// The second load names people whom the first one brings: it must see them.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_waited_sees_whom_the_one_before_it_brought() {
    let world = TestApp::open(&[OI]).await;
    let as_of = today();
    let residents = file(&world, OI, REGISTER, as_of, &people(0..30));
    let month: Vec<_> = (0..30)
        .map(|n| {
            let pupil = Identity { local_id: Known::Present(format!("{:08}", n + 1)), ..nth(n) };
            attended(&pupil, "2026-05", 1)
        })
        .collect();
    let month = file(&world, OI, "attendance", as_of, &month);
    let ctx = super::loader(&world, OI);
    let (one, two) =
        (hand_in(&world, OI, REGISTER, &residents).await, hand_in(&world, OI, "attendance", &month).await);
    // Both wait for the same lock, the register first.
    let towns = world.db.towns();
    let held = towns.bulk_load(testkit::towns::code(OI)).await.unwrap();
    for (waiting, upload) in [(1, one), (2, two)] {
        world.app.load_begin(&ctx, upload).await.unwrap();
        let query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        for _ in 0..500 {
            if number(&world, query).await == waiting {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(number(&world, query).await, waiting);
    }
    drop(held);
    for _ in 0..500 {
        if number(&world, "SELECT count(*) FROM town.load WHERE state = 'running'").await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(number(&world, "SELECT rows_queued FROM town.load WHERE source = 'attendance'").await, 0);
    assert_eq!(number(&world, "SELECT count(*) FROM town.pack WHERE source = 'attendance'").await, 30);
}
