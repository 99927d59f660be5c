//! `[[field]]`, `[[observation]]` and `[[number]]` as written.

use kernel::date::{DateFormat, EraRule};
use kernel::{Absence, ItemCode};

use super::document::{SentinelDoc, slot};
use super::gather::{ClaimDoc, ReckonDoc};
use super::node::Node;
use super::reader::{At, Spot, TableReader};
use crate::layout::{RoleId, Target, Unknown};

/// `[[field]]`.
#[derive(Debug, Clone)]
pub(crate) struct FieldDoc {
    pub spot: Spot,
    pub to: At<Target>,
    pub dropped: bool,
    pub column: Option<At<String>>,
    pub position: Option<At<usize>>,
    pub at: Option<At<(usize, usize)>>,
    pub constant: Option<At<Constant>>,
    pub kind: Option<At<FieldType>>,
    pub formats: Option<At<Vec<DateFormat>>>,
    pub era: Option<At<EraRule>>,
    pub codes: Option<At<String>>,
    pub on_unknown: Option<At<Unknown>>,
    pub required: bool,
    pub missing: Vec<SentinelDoc>,
    pub digits: Option<At<(usize, usize)>>,
    pub pad: Option<At<usize>>,
    pub range: Option<At<(i64, i64)>>,
    pub half_width: Option<At<bool>>,
    pub claim: ClaimDoc,
    pub reckon: ReckonDoc,
}

/// `type` of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    Text,
    Kana,
    Int,
    Date,
    Month,
    Code,
    Bool,
}

impl FieldType {
    const NAMES: &[(&str, Self)] = &[
        ("text", Self::Text),
        ("kana", Self::Kana),
        ("int", Self::Int),
        ("date", Self::Date),
        ("month", Self::Month),
        ("code", Self::Code),
        ("bool", Self::Bool),
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// A value that stands in the layout instead of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Constant {
    Text(String),
    Int(i64),
    Bool(bool),
}

/// `[[observation]]`.
#[derive(Debug, Clone)]
pub(crate) struct ObservationDoc {
    pub spot: Spot,
    pub of: At<RoleId>,
    pub item: At<ItemCode>,
    pub dropped: bool,
    pub field: Option<At<String>>,
    pub constant: Option<At<Constant>>,
    pub at: Option<At<Target>>,
    pub month: Option<At<Target>>,
    pub from: Option<At<Target>>,
    pub until: Option<At<Target>>,
    /// Months after the record's own, where the row holds several.
    pub plus: u32,
}

/// `[[number]]`: the person's number in another system.
#[derive(Debug, Clone)]
pub(crate) struct NumberDoc {
    pub system: At<String>,
    pub field: Option<At<String>>,
    pub dropped: bool,
}

impl FieldDoc {
    pub fn read(mut table: TableReader<'_>) -> Option<Self> {
        let to: Option<At<Target>> = table.need_parsed("to");
        let at = table.get("at").and_then(|pair| slot(&table, pair));
        let field = Self {
            spot: table.spot().clone(),
            // Every key is asked for, also when `to` is wrong: see the reader.
            to: to.clone().unwrap_or_else(|| At::new(Target::Local(String::new()), table.spot().clone())),
            dropped: flag(&mut table, "drop"),
            column: table.get("column"),
            position: table.get("position"),
            at,
            constant: table.node("const").and_then(Constant::read),
            kind: table.choice("type", FieldType::NAMES),
            formats: formats(&mut table),
            era: table.choice("era_overflow", &[("warn", EraRule::Warn), ("reject", EraRule::Strict)]),
            codes: table.get("codes"),
            on_unknown: table.choice("on_unknown", Unknown::NAMES),
            required: flag(&mut table, "required"),
            missing: missing(&mut table),
            digits: digits(&mut table),
            pad: table.get("pad"),
            range: range(&mut table),
            half_width: table.get("half_width"),
            claim: ClaimDoc::read(&mut table),
            reckon: ReckonDoc::read(&mut table),
        };
        to.map(|_| field)
    }
}

fn flag(table: &mut TableReader<'_>, key: &'static str) -> bool {
    table.get::<bool>(key).is_some_and(|flag| flag.value)
}

fn formats(table: &mut TableReader<'_>) -> Option<At<Vec<DateFormat>>> {
    let node = table.node("formats")?;
    let spot = node.spot().clone();
    let items = node.items();
    let is_empty = items.is_empty();
    let formats: Vec<_> = items.into_iter().filter_map(Node::parsed).map(|format| format.value).collect();
    if is_empty {
        table.report(spot.invalid("日付の書き方を一つ以上書いてください", "name at least one date format"));
    }
    Some(At::new(formats, spot))
}

fn missing(table: &mut TableReader<'_>) -> Vec<SentinelDoc> {
    let mut sentinels = Vec::new();
    for (text, node) in table.entries("missing") {
        let Some(reason) = node.parsed::<Absence>() else { continue };
        if reason.value.is_statable() {
            sentinels.push((text, reason));
        } else {
            table.report(reason.spot.invalid(
                "expired と in_transit は導かれる理由で、ファイルには書けません",
                "expired and in_transit are derived; a file cannot state them",
            ));
        }
    }
    sentinels
}

/// `digits = 10` or `digits = [1, 10]`.
fn digits(table: &mut TableReader<'_>) -> Option<At<(usize, usize)>> {
    let node = table.node("digits")?;
    if node.is::<usize>() {
        return node.read::<usize>().map(|exact| exact.map(|exact| (exact, exact)));
    }
    let pair = node.read::<Vec<At<usize>>>()?;
    match pair.value.as_slice() {
        [low, high] if low.value <= high.value => Some(At::new((low.value, high.value), pair.spot)),
        _ => {
            table.report(
                pair.spot.invalid("桁数か [最小, 最大] を書いてください", "write a count or [least, most]"),
            );
            None
        }
    }
}

fn range(table: &mut TableReader<'_>) -> Option<At<(i64, i64)>> {
    let pair = table.get::<Vec<At<i64>>>("range")?;
    match pair.value.as_slice() {
        [low, high] if low.value <= high.value => Some(At::new((low.value, high.value), pair.spot)),
        _ => {
            table.report(pair.spot.invalid("[最小, 最大] を書いてください", "write [least, most]"));
            None
        }
    }
}

impl Constant {
    fn read(node: Node<'_>) -> Option<At<Self>> {
        if node.is::<bool>() {
            return node.read().map(|flag| flag.map(Self::Bool));
        }
        if node.is::<i64>() {
            return node.read().map(|number| number.map(Self::Int));
        }
        node.read().map(|text| text.map(Self::Text))
    }
}

impl ObservationDoc {
    pub fn read(mut table: TableReader<'_>) -> Option<Self> {
        let (of, item) = (table.need_parsed("of"), table.need_parsed("item"));
        let (dropped, spot) = (flag(&mut table, "drop"), table.spot().clone());
        let (field, constant) = (table.get("field"), table.node("const").and_then(Constant::read));
        let (at, month) = (table.parsed("at"), table.parsed("month"));
        let (from, until) = (table.parsed("from"), table.parsed("until"));
        Some(Self { spot, of: of?, item: item?, dropped, field, constant, at, month, from, until, plus: 0 })
    }
}

impl NumberDoc {
    pub fn read(mut table: TableReader<'_>) -> Option<Self> {
        let (system, field, dropped) = (table.need("system"), table.get("field"), flag(&mut table, "drop"));
        Some(Self { system: system?, field, dropped })
    }
}
