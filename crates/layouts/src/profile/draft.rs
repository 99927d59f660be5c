//! A source's file proposed from a profile: columns matched by name and by what they hold against the
//! cooperative's layouts, each with how sure that is, and a TODO wherever people have to decide. What a
//! blank means, why the data may be taken in and whom the file is complete for no sample can tell.

use std::collections::BTreeMap;

use kernel::{ItemCode, ItemDef};
use serde::Serialize;

use super::write;
use super::{ColumnProfile, Profile, Shape};
use crate::config::{FieldDoc, FieldType, LayoutDoc};
use crate::layout::Target;
use crate::suggest::likeness;

/// From how sure, in per cent, a column is proposed.
const PROPOSED: u32 = 60;
/// From how sure two columns count as one when a layout is looked for.
const SAME: u32 = 90;
/// Columns of a layout in a hundred that a file must have to extend it.
const EXTENDS: usize = 60;

/// What a draft may propose: the cooperative's layouts and dictionary.
#[derive(Clone, Copy)]
pub struct Knowledge<'k> {
    /// Layouts by name.
    pub layouts: &'k BTreeMap<String, LayoutDoc>,
    /// The dictionary.
    pub items: &'k BTreeMap<ItemCode, ItemDef>,
}

/// What is proposed for one column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The column of the file.
    pub column: String,
    /// Where it goes; `None` for one that nothing is known of.
    pub to: Option<String>,
    /// How sure, in per cent.
    pub confidence: u32,
    /// The layout and column it was known by.
    pub known_as: Option<String>,
}

/// A proposed source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// The file, with comments and TODOs.
    pub toml: String,
    /// The layout it extends, if one is near.
    pub extends: Option<String>,
    /// What became of each column.
    pub proposals: Vec<Proposal>,
}

/// A field that a layout of the cooperative has.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub layout: &'k str,
    pub doc: &'k LayoutDoc,
    pub field: &'k FieldDoc,
}

impl<'k> Known<'k> {
    fn column(&self) -> Option<&'k str> {
        self.field.column.as_ref().map(|column| column.value.as_str())
    }
}

/// Proposes a source named `name` for the file that was looked at.
#[must_use]
pub fn draft(name: &str, profile: &Profile, knowledge: Knowledge<'_>) -> Draft {
    let known: Vec<Known<'_>> = knowledge
        .layouts
        .iter()
        .flat_map(|(layout, doc)| {
            doc.fields.iter().filter(|field| !field.dropped).map(move |field| Known { layout, doc, field })
        })
        .collect();
    let base = nearest(profile, knowledge.layouts);
    let matched = matched(profile, &known, base);
    let proposals = profile
        .columns
        .iter()
        .zip(&matched)
        .map(|(column, found)| Proposal {
            column: column.name.clone(),
            to: found.map(|(known, _)| known.field.to.value.to_string()),
            confidence: found.map_or(0, |(_, sure)| sure),
            known_as: found
                .map(|(known, _)| format!("{} {}", known.layout, known.column().unwrap_or_default())),
        })
        .collect();
    let toml = write::source(name, profile, base, &matched, knowledge.items);
    Draft { toml, extends: base.map(|(name, _)| name.to_owned()), proposals }
}

/// The layout of which the file has most columns, if it has enough of them.
fn nearest<'k>(
    profile: &Profile,
    layouts: &'k BTreeMap<String, LayoutDoc>,
) -> Option<(&'k str, &'k LayoutDoc)> {
    let share = |doc: &LayoutDoc| {
        let columns: Vec<_> =
            doc.fields.iter().filter_map(|field| field.column.as_ref()).map(|at| &at.value).collect();
        let is_there =
            |column: &&&String| profile.columns.iter().any(|found| likeness(column, &found.name) >= SAME);
        let there = columns.iter().filter(is_there).count();
        (100 * there).checked_div(columns.len()).unwrap_or(0)
    };
    let scored = layouts.iter().map(|(name, doc)| (share(doc), name, doc));
    let (score, name, doc) = scored.max_by_key(|(score, name, _)| (*score, std::cmp::Reverse(*name)))?;
    (score >= EXTENDS).then_some((name, doc))
}

/// For each column of the file the field it is likeliest to be, each target once, the surest first.
fn matched<'k>(
    profile: &Profile,
    known: &[Known<'k>],
    base: Option<(&str, &LayoutDoc)>,
) -> Vec<Option<(Known<'k>, u32)>> {
    let mut pairs = Vec::new();
    for (n, column) in profile.columns.iter().enumerate().filter(|(_, column)| !column.name.is_empty()) {
        for one in known {
            let Some(name) = one.column() else { continue };
            let by_name = likeness(name, &column.name);
            let nearer = u32::from(base.is_some_and(|(base, _)| base == one.layout)) * 5;
            let sure =
                (by_name + nearer).min(100).saturating_sub(if fits(one.field, column) { 0 } else { 25 });
            if by_name >= PROPOSED && sure >= PROPOSED {
                pairs.push((sure, n, *one));
            }
        }
    }
    pairs.sort_by_key(|(sure, n, _)| (std::cmp::Reverse(*sure), *n));
    let mut chosen: Vec<Option<(Known<'k>, u32)>> = vec![None; profile.columns.len()];
    let mut taken: Vec<&Target> = Vec::new();
    for (sure, n, one) in pairs {
        let to = &one.field.to.value;
        if let Some(place @ None) = chosen.get_mut(n)
            && !taken.contains(&to)
        {
            *place = Some((one, sure));
            taken.push(to);
        }
    }
    chosen
}

/// Whether what a column holds can be what the field reads.
fn fits(field: &FieldDoc, column: &ColumnProfile) -> bool {
    let is_date =
        field.formats.is_some() || matches!(field.kind.as_ref().map(|at| at.value), Some(FieldType::Date));
    match column.shape() {
        Some(Shape::Date(_) | Shape::Month(_)) => is_date || field.kind.is_none(),
        Some(Shape::Kana | Shape::HalfKana) => {
            !matches!(field.kind.as_ref().map(|at| at.value), Some(FieldType::Int | FieldType::Code))
        }
        Some(Shape::Text | Shape::FullName) => {
            !is_date && !matches!(field.kind.as_ref().map(|at| at.value), Some(FieldType::Int))
        }
        _ => true,
    }
}
