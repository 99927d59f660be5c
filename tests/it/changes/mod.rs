//! 変更: what an integrator's cursor is given: every change once, in the order of commit.

mod feed;
mod plans;
mod refusals;
mod together;

use app::changes::{Change, Noun, Position, Start};
use chrono::{NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::PersonId;
use kernel::{Grant, Purpose, TownCtx};
use layouts::EncodeRow;
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::KAISEI;

const REGISTER: &str = "resident_register";

fn today() -> NaiveDate {
    jst_date(Utc::now())
}

fn reader(world: &TestApp) -> TownCtx {
    world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::Support)
}

fn people(range: std::ops::RangeInclusive<u32>) -> Vec<EncodeRow> {
    range.map(|n| registered(&nth(n))).collect()
}

/// Loads these rows as a source's file of today.
async fn load(world: &TestApp, source: &str, rows: &[EncodeRow]) -> String {
    let bytes = file(world, KAISEI, source, today(), rows);
    world.load(KAISEI, source, today(), &bytes).await.unwrap().id.to_string()
}

/// The `n`-th of many, as the town knows them.
async fn numbered(world: &TestApp, n: u32) -> PersonId {
    let found = world.app.person_by_number(&reader(world), &format!("{n:010}")).await.unwrap();
    found.as_ref().unwrap().id
}

/// The place behind everything done until now.
async fn now(world: &TestApp) -> Position {
    world.app.changes(&reader(world), Start::Now, None, 1).await.unwrap().next
}

/// Everything after a place, page after page of this size.
async fn follow(world: &TestApp, from: Position, noun: Option<Noun>, limit: usize) -> Vec<Change> {
    let (mut told, mut at) = (Vec::new(), from);
    loop {
        let page = world.app.changes(&reader(world), Start::At(at), noun, limit).await.unwrap();
        assert!(page.items.len() <= limit);
        told.extend(page.items);
        at = page.next;
        if !page.more {
            return told;
        }
    }
}

/// A change's act, noun and id, as text.
fn plain(change: &Change) -> (&'static str, &'static str, String) {
    let id = change.id.as_ref().map(ToString::to_string).unwrap_or_default();
    (change.act.as_str(), change.noun.as_str(), id)
}
