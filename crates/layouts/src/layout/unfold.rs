//! `[unfold]`: twelve months side by side in one row. A field whose column name holds `{month}` stands for
//! one field a month, an observation that takes it for one observation a month, each so many months after
//! the record's own.

use super::resolve::Resolver;
use crate::config::reader::At;
use crate::config::{FieldDoc, LayoutDoc, ObservationDoc};

/// What stands in a column's name for the month, as a number and in two digits.
const MONTH: &str = "{month}";
const MONTH_2: &str = "{month2}";
/// And in full width.
const MONTH_WIDE: &str = "{month_wide}";

/// The document with everything unfolded; `None` when `months` is no such list.
pub(super) fn expand(resolver: &mut Resolver<'_>, doc: &LayoutDoc) -> Option<LayoutDoc> {
    let Some(months) = &doc.months else {
        for field in doc.fields.iter().filter(|field| is_folded(field)) {
            resolver.faults.push(field.spot.dangling("unfold.months"));
        }
        return Some(doc.clone());
    };
    let list: Vec<u32> = months.value.iter().map(|month| month.value).collect();
    let follow = list.iter().zip(list.iter().skip(1)).all(|(one, next)| *next == one % 12 + 1);
    if list.is_empty() || list.len() > 12 || !follow || !list.iter().all(|month| (1..=12).contains(month)) {
        resolver.forbid(
            Some(months),
            "続く月を 12 まで、ファイルの順に書いてください（例 [4, 5, 6]）",
            "write up to twelve months that follow each other, as in [4, 5, 6]",
        );
        return None;
    }
    let folded: Vec<String> =
        doc.fields.iter().filter(|field| is_folded(field)).map(|field| field.to.value.to_string()).collect();
    let mut unfolded = doc.clone();
    unfolded.fields = doc.fields.iter().flat_map(|field| fields(field, &list)).collect();
    unfolded.observations = doc
        .observations
        .iter()
        .flat_map(|observation| {
            let is_folded = observation.field.as_ref().is_some_and(|field| folded.contains(&field.value));
            observations(observation, if is_folded { list.len() } else { 0 })
        })
        .collect();
    Some(unfolded)
}

fn is_folded(field: &FieldDoc) -> bool {
    let marks = [MONTH, MONTH_2, MONTH_WIDE];
    field.column.as_ref().is_some_and(|column| marks.iter().any(|mark| column.value.contains(mark)))
}

/// The local name of a field for the `nth` month, which no configuration can spell.
#[must_use]
pub fn local(name: &str, nth: usize) -> String {
    format!("{name}@{nth}")
}

fn fields(field: &FieldDoc, months: &[u32]) -> Vec<FieldDoc> {
    if !is_folded(field) {
        return vec![field.clone()];
    }
    let one = |(nth, month): (usize, &u32)| {
        let mut one = field.clone();
        let plain = month.to_string();
        let name = |text: &String| {
            let text = text.replace(MONTH_2, &format!("{month:02}"));
            text.replace(MONTH_WIDE, &wide(&plain)).replace(MONTH, &plain)
        };
        one.column = field.column.as_ref().map(|column| At::new(name(&column.value), column.spot.clone()));
        if let super::Target::Local(local_name) = &field.to.value {
            one.to.value = super::Target::Local(local(local_name, nth));
        }
        one
    };
    months.iter().enumerate().map(one).collect()
}

/// Digits in full width.
fn wide(digits: &str) -> String {
    let one = |digit: char| digit.to_digit(10).and_then(|value| char::from_u32(u32::from('０') + value));
    digits.chars().map(|digit| one(digit).unwrap_or(digit)).collect()
}

fn observations(observation: &ObservationDoc, months: usize) -> Vec<ObservationDoc> {
    if months == 0 {
        return vec![observation.clone()];
    }
    let one = |nth: usize| {
        let mut one = observation.clone();
        one.plus = u32::try_from(nth).unwrap_or_default();
        one.field =
            observation.field.as_ref().map(|field| At::new(local(&field.value, nth), field.spot.clone()));
        one
    };
    (0..months).map(one).collect()
}
