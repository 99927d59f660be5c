//! The property that makes a feed worth having: whatever is under way while it is read, its pages together are
//! the truth, each change exactly once and in the order of commit.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::changes::{Change, Noun, Position, Start};
use app::watch_notes::Noticed;
use chrono::{DateTime, Utc};
use evidence::{Act, Committed, Leaf};
use kernel::id::{PersonId, StaffId};
use kernel::{Grant, Purpose};
use store::town::LeafRow;
use testkit::TestApp;
use testkit::files::file;
use testkit::towns::{KAISEI, code};

use super::{REGISTER, follow, load, now, numbered, people, reader, today};
use crate::resting::leaves;

/// Notes that each of two members of staff writes.
const NOTES: usize = 12;

/// Residents of the file that is loaded meanwhile.
const RESIDENTS: u32 = 1_500;

async fn write_notes(world: &TestApp, grant: Grant, person: PersonId, done: &AtomicUsize) {
    let ctx = world.desk(KAISEI, grant).ctx(Purpose::Support);
    for n in 0..NOTES {
        let text = format!("{n}回目");
        let noticed = Noticed { seen_on: today(), text, section: "mayor/kosodate".parse().unwrap() };
        world.app.watch_note_write(&ctx, person, noticed).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    done.fetch_add(1, Ordering::SeqCst);
}

/// Polls, with pages of changing size, until everybody is done and nothing is left.
async fn poll(world: &TestApp, from: Position, done: &AtomicUsize, until: usize) -> Vec<Change> {
    let (mut told, mut at) = (Vec::new(), from);
    for round in 0.. {
        let all_done = done.load(Ordering::SeqCst) == until;
        let limit = 1 + round * 7 % 60;
        let page = world.app.changes(&reader(world), Start::At(at), None, limit).await.unwrap();
        at = page.next;
        if page.items.is_empty() && !page.more && all_done {
            break;
        }
        told.extend(page.items);
    }
    told
}

/// What the chain says after the fact: every subject of every act after a place, and whom the one load changed.
async fn truth(world: &TestApp, after: i64, loaded: &[String]) -> BTreeSet<(i64, String)> {
    let mut all = BTreeSet::new();
    for entry in leaves(world, KAISEI).await.iter().filter(|entry| entry.n > after) {
        let leaf = Leaf::from_bytes(&entry.body).unwrap();
        all.extend(leaf.subjects.iter().map(|subject| (entry.n, subject.to_string())));
        if leaf.act == Act::LoadApplied {
            all.extend(loaded.iter().map(|person| (entry.n, person.clone())));
        }
    }
    all
}

fn assert_exactly_once(told: &[Change], truth: &BTreeSet<(i64, String)>) {
    let keys: Vec<_> = told.iter().map(|c| (c.place, c.id.as_ref().unwrap().to_string())).collect();
    let once: BTreeSet<_> = keys.iter().cloned().collect();
    assert_eq!(keys.len(), once.len(), "nothing twice");
    assert_eq!(&once, truth, "nothing missed and nothing made up");
    assert!(told.is_sorted_by_key(|change| change.place), "in the order of commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_and_a_load_are_told_exactly_once() {
    let world = TestApp::open(&[KAISEI]).await;
    load(&world, REGISTER, &people(1..=2)).await;
    let (one, two) = (numbered(&world, 1).await, numbered(&world, 2).await);
    let from = now(&world).await;
    let after = leaves(&world, KAISEI).await.last().unwrap().n;
    let done = AtomicUsize::new(0);
    let bytes = file(&world, KAISEI, REGISTER, today(), &people(1..=RESIDENTS));
    let loading = async {
        world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
        done.fetch_add(1, Ordering::SeqCst);
    };
    let ((), (), (), told) = tokio::join!(
        loading,
        write_notes(&world, Grant::CaseWorker, one, &done),
        write_notes(&world, Grant::Holder, two, &done),
        poll(&world, from, &done, 3),
    );
    let everybody = world.app.person_list(&reader(&world), None, 10_000).await.unwrap();
    let known = [one, two];
    let loaded: Vec<_> =
        everybody.iter().map(|p| p.id).filter(|id| !known.contains(id)).map(|id| id.to_string()).collect();
    assert_eq!(loaded.len(), RESIDENTS as usize - 2);
    assert_exactly_once(&told, &truth(&world, after, &loaded).await);
    let notes = told.iter().filter(|change| change.noun == Noun::WatchNote).count();
    assert_eq!(notes, 2 * NOTES);
}

/// A transaction that began long before, and whose leaf bears the time of its beginning, commits after a poll:
/// a reader who asked by time would never hear of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_began_before_a_poll_and_ends_after_it_is_not_missed() {
    let world = TestApp::open(&[KAISEI]).await;
    load(&world, REGISTER, &people(1..=2)).await;
    let (slow, quick) = (numbered(&world, 1).await, numbered(&world, 2).await);
    let (from, began) = (now(&world).await, Utc::now());
    let towns = world.db.towns();
    let tx = towns.begin(code(KAISEI)).await.unwrap();
    let done = AtomicUsize::new(0);
    write_notes(&world, Grant::CaseWorker, quick, &done).await;
    let before = world.app.changes(&reader(&world), Start::At(from.clone()), None, 200).await.unwrap();
    assert_eq!(before.items.len(), 2 * NOTES, "person and note");
    assert!(before.items.iter().all(|change| change.at > began));
    tx.commit(leaf(slow, began)).await.unwrap();
    let told = follow(&world, before.next, None, 200).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].id.as_ref().unwrap().to_string(), slow.to_string());
    assert!(told[0].at < before.items[0].at, "told later, began earlier");
}

fn leaf(person: PersonId, at: DateTime<Utc>) -> LeafRow {
    let detail = Committed::to(&1).unwrap().digest;
    let act = Act::WatchNoteWritten;
    let leaf =
        Leaf::new(code(KAISEI), act, at.timestamp_millis(), StaffId::new(), vec![person.into()], detail);
    LeafRow { id: leaf.id, body: leaf.bytes().unwrap() }
}
