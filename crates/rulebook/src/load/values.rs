//! Small things that rulebook and overlay files are made of.

use chrono::NaiveDate;
use kernel::date::Grade;
use kernel::slug::is_slug;

use crate::reader::{Item, Table};
use crate::rulebook::Words;
use crate::scorer::GREATEST;

/// The format this version reads.
const FORMAT: i64 = 1;

/// Everything, or nothing when anything could not be read. All have been tried by then.
pub(crate) fn all<T>(read: Vec<Option<T>>) -> Option<Vec<T>> {
    read.into_iter().collect()
}

/// Faults a file of another format.
pub(crate) fn format_of(root: &Table<'_>) {
    if let Some(item) = root.need("format")
        && item.int().is_some_and(|format| format != FORMAT)
    {
        item.invalid("この版が読める形式は 1 です", "this version reads format 1");
    }
}

pub(super) fn slug(item: &Item<'_>, name: String) -> Option<String> {
    if is_slug(&name) {
        return Some(name);
    }
    item.invalid(
        "名前は英小文字・数字・下線で書きます",
        "a name is lower-case letters, digits and underscores",
    );
    None
}

/// A number that fits a byte beside the codes for absence.
pub(super) fn within(item: &Item<'_>, number: i64, least: i64) -> Option<i64> {
    if (least..=i64::from(GREATEST)).contains(&number) {
        return Some(number);
    }
    let (ja, en) = (format!("{least}から{GREATEST}まで"), format!("from {least} to {GREATEST}"));
    item.invalid(&ja, &en);
    None
}

pub(super) fn byte(item: &Item<'_>, least: i64) -> Option<u8> {
    within(item, item.int()?, least).and_then(|number| u8::try_from(number).ok())
}

pub(super) fn choose<T: Copy>(item: &Item<'_>, known: &[(&str, T)]) -> Option<T> {
    let text = item.text()?;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        let names = known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        item.invalid(&format!("書けるのは {names}"), &format!("one of {names}"));
    }
    found
}

pub(super) fn words(item: &Item<'_>) -> Option<Words> {
    let table = item.table()?;
    let ja = table.read("ja", Item::text);
    let en = table.read("en", Item::text);
    table.close();
    Some(Words { ja: ja?, en: en? })
}

pub(super) fn effective(table: Table<'_>) -> Option<[NaiveDate; 2]> {
    let days = [table.read("from", Item::date), table.read("until", Item::date)];
    ordered(table, days, "until")
}

pub(super) fn population(table: Table<'_>) -> Option<[Grade; 2]> {
    let grades = [table.read("from", Item::parse), table.read("to", Item::parse)];
    ordered(table, grades, "to")
}

fn ordered<T: PartialOrd>(table: Table<'_>, ends: [Option<T>; 2], last: &'static str) -> Option<[T; 2]> {
    let end = table.get(last);
    table.close();
    let [Some(from), Some(to)] = ends else { return None };
    if to < from {
        end?.invalid("from より前です", "it lies before from");
        return None;
    }
    Some([from, to])
}

pub(super) fn byte_range(item: &Item<'_>) -> Option<[i64; 2]> {
    let [low, high] = item.range()?;
    Some([within(item, low, 0)?, within(item, high, 0)?])
}

pub(super) fn score_range(item: &Item<'_>) -> Option<[u8; 2]> {
    let [low, high] = byte_range(item)?;
    Some([u8::try_from(low).ok()?, u8::try_from(high).ok()?])
}
