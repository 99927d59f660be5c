//! Which column of a sample is what: by its name and by what it holds, against the fields of the
//! cooperative's layouts and the items of its dictionary; without header by what it holds alone.

use kernel::{ItemDef, ValueKind};

use super::super::{ColumnProfile, Shape};
use super::Knowledge;
use super::base::{Base, columns_of};
use super::columns::{Column, is_dated};
use super::shapes;
use crate::config::{FieldDoc, FieldType, LayoutDoc};
use crate::layout::{Part, RoleId, Target, natural, number_system};
use crate::suggest::likeness;

/// From how sure, in per cent, a column is proposed.
const PROPOSED: u32 = 60;
/// Digits of the shortest day without separators: a workbook's serial of today has five.
const SERIAL: u64 = 5;
/// What stands below in a header of two rows says less than the whole name.
const LOWER: u32 = 5;
/// From how alike, in per cent, a name is that of somebody beside the row's own person.
const OTHERS: u32 = 90;
/// From how alike, in per cent, two names are one.
const SAME: u32 = 95;
/// Dictionary names are longer than columns': the name of an item counts a little less.
const DICTIONARY: u32 = 5;

/// What a column was known by.
#[derive(Clone)]
pub(super) enum Clue<'k> {
    /// A column of a layout.
    Field { layout: &'k str, doc: &'k LayoutDoc, field: &'k FieldDoc, column: &'k str },
    /// What staff call an item.
    Item(&'k ItemDef),
    /// What it holds.
    Shape(&'static str),
}

impl Clue<'_> {
    /// In words.
    pub fn say(&self) -> String {
        match self {
            Self::Field { layout, column, .. } => format!("{layout} の「{column}」"),
            Self::Item(item) => format!("データ項目「{}」", item.ja),
            Self::Shape(what) => format!("値の形（{what}）"),
        }
    }

    /// The field of a layout.
    pub const fn field(&self) -> Option<&FieldDoc> {
        match self {
            Self::Field { field, .. } => Some(field),
            _ => None,
        }
    }
}

/// What a column is taken for.
#[derive(Clone)]
pub(super) struct Found<'k> {
    pub to: Target,
    /// How sure, in per cent.
    pub sure: u32,
    pub clue: Clue<'k>,
}

impl Found<'_> {
    /// How it is read.
    pub fn kind(&self) -> Option<FieldType> {
        let stated = self.clue.field().and_then(|field| field.kind.as_ref()).map(|kind| kind.value);
        stated.or_else(|| natural(&self.to)).or(match &self.clue {
            Clue::Item(item) => Some(match item.kind {
                ValueKind::Bool => FieldType::Bool,
                ValueKind::Int => FieldType::Int,
                ValueKind::Code => FieldType::Code,
                ValueKind::Text => FieldType::Text,
                ValueKind::Date => FieldType::Date,
                ValueKind::Month => FieldType::Month,
            }),
            _ => None,
        })
    }
}

/// For each column what it is likeliest to be, each target once, the surest first.
pub(super) fn matched<'k>(
    columns: &[Column<'_>],
    knowledge: Knowledge<'k>,
    base: Option<Base<'_>>,
    has_header: bool,
) -> Vec<Option<Found<'k>>> {
    let mut pairs: Vec<(usize, Found<'k>)> = Vec::new();
    for (n, column) in columns.iter().enumerate() {
        if is_dated(&column.name) {
            // One month of several: what it is alone no observation can say.
            continue;
        }
        if has_header {
            let parts = [column.lower_name(), column.leaf_name()];
            let parts = parts.into_iter().flatten().map(|part| (part, LOWER));
            for (name, less) in std::iter::once((column.bare_name(), 0)).chain(parts) {
                let named = by_layouts(&name, column, knowledge, base)
                    .chain(by_dictionary(&name, column, knowledge, base))
                    .map(|found| Found { sure: found.sure.saturating_sub(less), ..found });
                pairs.extend(named.filter(|found| found.sure >= PROPOSED).map(|found| (n, found)));
            }
            pairs.extend(shapes::beside_name(column).map(|found| (n, found)));
        } else {
            pairs.extend(shapes::unnamed(column).map(|found| (n, found)));
        }
    }
    // Of two numbers that may be the row's own, the one that the register knows is.
    let is_own = |n: usize, found: &Found<'_>| {
        found.to == Target::Person(RoleId::Person, Part::LocalId)
            && columns.get(n).is_some_and(|column| likeness("宛名番号", &column.bare_name()) >= SAME)
    };
    // Of two fields of the same name, the one that the source is going to extend.
    let is_base = |found: &Found<'_>| matches!(found.clue, Clue::Field { layout, .. } if base.is_some_and(|base| base.name == layout));
    pairs.sort_by_key(|(n, found)| (std::cmp::Reverse(found.sure), !is_own(*n, found), !is_base(found), *n));
    let mut chosen: Vec<Option<Found<'k>>> = vec![None; columns.len()];
    let mut taken: Vec<Target> = Vec::new();
    for (n, found) in pairs {
        if let Some(place @ None) = chosen.get_mut(n)
            && !taken.iter().any(|other| collide(other, &found.to))
        {
            taken.push(found.to.clone());
            *place = Some(found);
        }
    }
    owned(&mut chosen);
    chosen
}

/// A number of another system is one beside the row's own: alone it is the row's own.
fn owned(chosen: &mut [Option<Found<'_>>]) {
    let own = Target::Person(RoleId::Person, Part::LocalId);
    if chosen.iter().flatten().any(|found| found.to == own) {
        return;
    }
    let is_number = |found: &&mut Found<'_>| matches!(found.clue, Clue::Item(item) if number_system(&item.code).is_some());
    if let Some(number) = chosen.iter_mut().flatten().filter(is_number).max_by_key(|found| found.sure) {
        number.to = own;
    }
}

fn by_layouts<'k>(
    name: &str,
    column: &Column<'_>,
    knowledge: Knowledge<'k>,
    base: Option<Base<'_>>,
) -> impl Iterator<Item = Found<'k>> {
    let fields = knowledge.layouts.iter().flat_map(|(layout, doc)| {
        let live = doc.fields.iter().filter(|field| !field.dropped);
        live.flat_map(move |field| {
            columns_of(field).into_iter().map(move |known| (layout, doc, field, known))
        })
    });
    fields.filter_map(move |(layout, doc, field, known)| {
        let to = &field.to.value;
        // Of months side by side each has a value of its own, and nothing else.
        if column.is_folded() && !matches!(to, Target::Local(_)) {
            return None;
        }
        // Of whom else a number or a name is, its own name says: 番号 alone is nobody's second child.
        let by_name = likeness(known, name);
        if by_name < OTHERS && matches!(to, Target::Person(role, _) if *role != RoleId::Person) {
            return None;
        }
        let nearer = if base.is_some_and(|base| base.name == layout) { 5 } else { 0 };
        let clue = Clue::Field { layout, doc, field, column: known };
        let found = Found { to: to.clone(), sure: 0, clue };
        let sure = sure(by_name, nearer, &found, column)?;
        Some(Found { sure, ..found })
    })
}

fn by_dictionary<'k>(
    name: &str,
    column: &Column<'_>,
    knowledge: Knowledge<'k>,
    base: Option<Base<'_>>,
) -> impl Iterator<Item = Found<'k>> {
    // Whoever makes persons learns no other number of them.
    let creates = base.is_some_and(|base| base.doc.creates.as_ref().is_some_and(|creates| creates.value));
    let may_be = move |item: &&ItemDef| !creates || number_system(&item.code).is_none();
    knowledge.items.values().filter(may_be).filter_map(move |item| {
        let local = item.code.as_str().rsplit('.').next().unwrap_or_default();
        let bare: String = item.ja.chars().filter(|c| *c != 'の').collect();
        let by_name = likeness(&item.ja, name).max(likeness(&bare, name)).saturating_sub(DICTIONARY);
        let found = Found { to: Target::Local(local.to_owned()), sure: 0, clue: Clue::Item(item) };
        let sure = sure(by_name, 0, &found, column)?;
        Some(Found { sure, ..found })
    })
}

/// How sure it is by name and by what the column holds; `None` when not sure enough to be proposed.
fn sure(by_name: u32, nearer: u32, found: &Found<'_>, column: &Column<'_>) -> Option<u32> {
    if by_name < PROPOSED {
        return None;
    }
    let held = match fits(found, column.profile) {
        Some(true) => 5,
        Some(false) => -25,
        None => 0,
    };
    // Only the very name is sure.
    let most = if by_name == 100 { 100 } else { 99 };
    let sure = (by_name + nearer).min(100).saturating_add_signed(held).min(most);
    (sure >= PROPOSED).then_some(sure)
}

/// Whether what a column holds is what the field reads; `None` where it tells nothing.
fn fits(found: &Found<'_>, held: &ColumnProfile) -> Option<bool> {
    let kind = found.kind()?;
    Some(match (kind, held.shape()?) {
        // A month is no day: 年月 stands in 生年月日 and is none.
        (FieldType::Date, Shape::Month(_)) => false,
        (FieldType::Date | FieldType::Month, Shape::Date(_) | Shape::Month(_)) => true,
        (FieldType::Date, Shape::Digits) if held.length.1 < SERIAL => false,
        // A day without separators or a serial may look like any number.
        (FieldType::Date | FieldType::Month, Shape::Digits | Shape::Number) => return None,
        (FieldType::Date | FieldType::Month, _) => false,
        (FieldType::Kana, Shape::Kana | Shape::HalfKana) => true,
        (FieldType::Kana, _) => false,
        (FieldType::Int, Shape::Digits | Shape::Number) => true,
        // 8-digit counts and 7-digit codes may pass for days.
        (FieldType::Int | FieldType::Code | FieldType::Bool, Shape::Date(_) | Shape::Month(_)) => {
            return None;
        }
        (FieldType::Int, _) => false,
        (FieldType::Code | FieldType::Bool, Shape::Digits | Shape::Short) => true,
        (FieldType::Code | FieldType::Bool, Shape::Text) => return None,
        (FieldType::Code | FieldType::Bool, _) => false,
        (FieldType::Text, Shape::Date("wareki_kanji" | "wareki_letter" | "iso" | "slash" | "ymd_kanji")) => {
            false
        }
        (FieldType::Text, _) => return None,
    })
}

/// Whether two targets cannot both be read: the same, or a whole and its part.
fn collide(one: &Target, other: &Target) -> bool {
    let whole = |part: Part| match part {
        Part::FamilyName | Part::GivenName => Some(Part::Name),
        Part::FamilyKana | Part::GivenKana => Some(Part::Kana),
        part if part.relation_step().is_some() => Some(Part::RelationToHead),
        _ => None,
    };
    match (one, other) {
        (Target::Person(role, part), Target::Person(of, other)) if role == of => {
            part == other || whole(*part) == Some(*other) || whole(*other) == Some(*part)
        }
        _ => one == other,
    }
}
