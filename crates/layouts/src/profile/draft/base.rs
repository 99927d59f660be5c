//! The layout of the cooperative that a sample is nearest to.

use std::collections::BTreeMap;

use super::columns::Column;
use crate::config::{FieldDoc, GatherDoc, LayoutDoc, MonthDoc, PlaceDoc};
use crate::layout::{Target, merged};
use crate::suggest::likeness;

/// From how alike, in per cent, two names are one column.
const SAME: u32 = 90;
/// Columns of a layout in a hundred that a file must have to extend it.
const EXTENDS: u32 = 60;

/// A layout that a source may extend.
#[derive(Clone, Copy)]
pub(super) struct Base<'k> {
    pub name: &'k str,
    pub doc: &'k LayoutDoc,
    /// How many of a hundred of its columns the sample has.
    pub share: u32,
    /// Whether the sample has the columns of one of its versions just so: then nothing is left to say.
    pub is_version: bool,
}

/// The layout of which the file has most columns, if it has enough of them, and not only whose record it is:
/// a name and a birth date every file has.
pub(super) fn nearest<'k>(
    columns: &[Column<'_>],
    layouts: &'k BTreeMap<String, LayoutDoc>,
) -> Option<Base<'k>> {
    let scored = layouts.iter().map(|(name, doc)| {
        let (there, share) = common(columns, doc);
        let is_version = doc.versions.iter().any(|version| is_just(columns, &merged(&version.layout, doc)));
        (there, Base { name, doc, share: if is_version { 100 } else { share }, is_version })
    });
    let fit =
        scored.filter(|(_, base)| base.share >= EXTENDS && (base.is_version || tells(columns, base.doc)));
    let best = fit.max_by_key(|(there, base)| (*there, base.share, std::cmp::Reverse(base.name)));
    best.map(|(_, base)| base)
}

/// How many of the layout's columns the file has, and in a hundred.
fn common(columns: &[Column<'_>], doc: &LayoutDoc) -> (usize, u32) {
    let names: Vec<_> = live(doc).flat_map(columns_of).collect();
    let there = names.iter().filter(|name| has(columns, name)).count();
    (there, u32::try_from(100 * there / names.len().max(1)).unwrap_or_default())
}

/// Whether the file has any column of what the layout tells of a person, where it tells anything.
fn tells(columns: &[Column<'_>], doc: &LayoutDoc) -> bool {
    let mut told = live(doc).filter(|field| !matches!(field.to.value, Target::Person(..))).peekable();
    told.peek().is_none() || told.flat_map(columns_of).any(|name| has(columns, name))
}

fn has(columns: &[Column<'_>], name: &str) -> bool {
    columns.iter().any(|column| likeness(name, &column.name) >= SAME)
}

/// Whether the file has each of the layout's columns by its very name.
fn is_just(columns: &[Column<'_>], doc: &LayoutDoc) -> bool {
    let mut names = live(doc).flat_map(columns_of);
    names.all(|name| columns.iter().any(|column| column.name == name))
}

fn live(doc: &LayoutDoc) -> impl Iterator<Item = &FieldDoc> {
    doc.fields.iter().filter(|field| !field.dropped)
}

/// The columns that a field names.
pub(super) fn columns_of(field: &FieldDoc) -> Vec<&str> {
    let mut names: Vec<&str> = field.column.iter().map(|column| column.value.as_str()).collect();
    match field.claim.gather.as_ref().map(|gather| &gather.value) {
        Some(GatherDoc::Concat(places, _) | GatherDoc::Coalesce(places)) => {
            names.extend(places.iter().filter_map(|place| named(&place.value)));
        }
        Some(GatherDoc::Period { year, month, .. }) => {
            names.extend(named(&year.value));
            if let MonthDoc::Place(place) = &month.value {
                names.extend(named(place));
            }
        }
        Some(GatherDoc::Capture(_)) | None => {}
    }
    names
}

fn named(place: &PlaceDoc) -> Option<&str> {
    match place {
        PlaceDoc::Column(name) => Some(name),
        PlaceDoc::Position(_) | PlaceDoc::Bytes(..) => None,
    }
}
