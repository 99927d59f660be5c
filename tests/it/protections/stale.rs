//! A list that is missing, old or of a day to come: the town's own staff see nobody's whereabouts, and nothing
//! leaves the town.

use app::release::{Hidden, READERS, Resident};
use chrono::{DateTime, TimeDelta, Utc};
use kernel::Code;
use kernel::id::PersonId;
use testkit::files::{nth, protected};

use super::Where::{ListStale, Open, Protected};
use super::{Town, days, today};
use crate::resting::{assert_refused, number};

/// Anything about somebody that is to leave the town.
struct Sheet(PersonId);

impl Resident for Sheet {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.0]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {}
}

impl Town {
    async fn send_out(&self, person: PersonId, now: DateTime<Utc>) -> Result<(), kernel::Fault> {
        let ctx = self.worker_at(now);
        self.world.app.release_outside(&ctx, "print", READERS, Sheet(person)).await.map(drop)
    }

    /// That nothing leaves the town at an instant, and no look at it is recorded.
    async fn assert_shut(&self, now: DateTime<Utc>) {
        assert_eq!(self.shown_at(now).await, [ListStale, ListStale, ListStale, ListStale, ListStale]);
        let looks = "SELECT count(*) FROM town.access WHERE operation = 'print'";
        let before = number(&self.world, looks).await;
        for person in self.people {
            let sent = self.send_out(person, now).await;
            assert_refused(
                sent,
                Code::ProtectionListStale,
                "町の外へ出すことはできません",
                "nothing may leave the town",
            );
        }
        assert_eq!(number(&self.world, looks).await, before);
        assert_eq!(Code::ProtectionListStale.status(), 409);
    }
}

#[tokio::test]
async fn a_list_that_was_never_loaded() {
    let town = Town::open().await;
    town.assert_shut(Utc::now()).await;
}

#[tokio::test]
async fn an_empty_list_that_was_loaded_as_such() {
    let town = Town::open().await;
    town.list(today(), &[]).await;
    assert_eq!(town.shown().await, [Open, Open, Open, Open, Open]);
    for person in town.people {
        town.send_out(person, Utc::now()).await.unwrap();
    }
    // The same empty list of the next day is a list again.
    assert_eq!(
        number(&town.world, "SELECT count(*) FROM town.load WHERE source = 'protection_list'").await,
        1
    );
}

#[tokio::test]
async fn a_list_that_has_grown_old() {
    let town = Town::open().await;
    town.list(today(), &[protected("K1", &nth(1), None, today() + days(300))]).await;
    // 開成町's list stands for 31 days.
    let last = Utc::now() + TimeDelta::days(31);
    assert_eq!(town.shown_at(last).await, [Protected, Open, Open, Open, Open]);
    town.send_out(town.people[1], last).await.unwrap();
    town.assert_shut(last + TimeDelta::days(1)).await;
}

#[tokio::test]
async fn a_list_that_was_old_when_it_came() {
    let town = Town::open().await;
    town.list(today() - days(32), &[]).await;
    town.assert_shut(Utc::now()).await;
    town.list(today() - days(31), &[]).await;
    assert_eq!(town.shown().await, [Open, Open, Open, Open, Open]);
}

/// An older list that comes late does not take the newer one's place.
#[tokio::test]
async fn an_older_list_after_a_newer_one() {
    let town = Town::open().await;
    town.list(today(), &[]).await;
    town.list(today() - days(40), &[protected("K1", &nth(1), None, today() + days(300))]).await;
    assert_eq!(town.shown().await, [Protected, Open, Open, Open, Open]);
}

/// A list of a day to come cannot be relied on: a slip of the year must not keep the town open for years.
#[tokio::test]
async fn a_list_of_a_day_to_come() {
    let town = Town::open().await;
    town.list(today(), &[]).await;
    town.assert_shut(Utc::now() - TimeDelta::days(2)).await;
}

#[tokio::test]
async fn a_failed_load_of_the_list_is_no_list() {
    let town = Town::open().await;
    let bad = town.world.load(testkit::towns::KAISEI, super::LIST, today(), b"broken\r\n").await;
    assert_refused(bad, Code::HeaderMismatch, "見出し", "header");
    town.assert_shut(Utc::now()).await;
}

#[tokio::test]
async fn the_protected_are_in_nothing_that_leaves() {
    let town = Town::open().await;
    town.list(today(), &[protected("K1", &nth(1), Some(&nth(2)), today() - days(1))]).await;
    for person in [town.people[0], town.people[1]] {
        let sent = town.send_out(person, Utc::now()).await;
        assert_refused(sent, Code::ProtectedPerson, "支援措置を受けて", "under protection");
    }
    town.send_out(town.people[2], Utc::now()).await.unwrap();
}
