//! The watchdog ends a session that nobody else will end, and no other (design §4).

use std::time::Duration;

use store::watch::{Patience, Watch};
use testkit::TestDb;
use testkit::towns::{KAISEI, OI};

/// So long that nothing in a test reaches it.
const LONG: Duration = Duration::from_secs(3_600);

/// What a lost connection is told by.
const LOST: [&str; 2] = ["57P01", ""];

#[tokio::test]
async fn a_transaction_in_which_nothing_is_asked_is_ended_after_its_time() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let watch = Watch::new(db.installation()).unwrap();
    let (forgotten, at_rest) = (db.login(KAISEI).await, db.login(OI).await);
    forgotten.run("BEGIN; SELECT count(*) FROM town.staff").await;
    let patient = Patience { idle: LONG, blocking: LONG };
    assert_eq!(watch.end_stuck(patient).await.unwrap(), 0, "its time has not come");
    let ended = watch.end_stuck(Patience { idle: Duration::ZERO, ..patient }).await.unwrap();
    assert_eq!(ended, 1, "the one with a transaction open, and not the one at rest");
    assert!(LOST.contains(&forgotten.refusal("SELECT 1").await.as_str()));
    at_rest.run("SELECT 1").await;
}

#[tokio::test]
async fn whoever_holds_what_others_wait_for_is_ended_after_its_time() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let watch = Watch::new(db.installation()).unwrap();
    let (holder, waiter) = (db.login(KAISEI).await, db.login(KAISEI).await);
    holder.run(&format!("BEGIN; SELECT hub.lock_town('{KAISEI}')")).await;
    let impatient = Patience { idle: LONG, blocking: Duration::ZERO };
    assert_eq!(watch.end_stuck(impatient).await.unwrap(), 0, "nobody waits");
    let lock = format!("SELECT hub.lock_town('{KAISEI}')");
    let (ended, ()) = tokio::join!(
        async {
            let mut ended = 0;
            for _ in 0..200 {
                ended = watch.end_stuck(impatient).await.unwrap();
                if ended > 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            ended
        },
        waiter.run(&lock)
    );
    assert_eq!(ended, 1);
    assert!(LOST.contains(&holder.refusal("SELECT 1").await.as_str()));
}
