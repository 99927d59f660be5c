//! Where a field's texts stand: its columns as names, cells or bytes, checked against the kind of file,
//! and how they come together.

use super::field::{Gather, Slot, Split, When};
use super::form::Form;
use super::resolve::Resolver;
use crate::config::reader::At;
use crate::config::{FieldDoc, GatherDoc, MonthDoc, PlaceDoc};

/// A field's columns and what becomes of them.
pub(super) struct Claim {
    pub slot: Slot,
    pub more: Vec<Slot>,
    pub gather: Gather,
    pub when: Option<When>,
    pub split: Option<Split>,
}

impl Claim {
    /// A value that stands in the layout.
    pub const fn constant(slot: Slot) -> Self {
        Self { slot, more: Vec::new(), gather: Gather::Cell, when: None, split: None }
    }
}

/// Every column a field names.
pub(super) fn places(doc: &FieldDoc) -> Vec<At<PlaceDoc>> {
    let mut places: Vec<_> = own(doc).into_iter().collect();
    match doc.claim.gather.as_ref().map(|gather| &gather.value) {
        Some(GatherDoc::Concat(columns, _) | GatherDoc::Coalesce(columns)) => places.extend(columns.clone()),
        Some(GatherDoc::Period { year, month, .. }) => {
            places.push(year.clone());
            if let MonthDoc::Place(place) = &month.value {
                places.push(At::new(place.clone(), month.spot.clone()));
            }
        }
        Some(GatherDoc::Capture(_)) | None => {}
    }
    places.extend(doc.claim.when.iter().map(|when| when.place.clone()));
    places
}

/// The one column of a field that has no other.
fn own(doc: &FieldDoc) -> Option<At<PlaceDoc>> {
    let position = doc.position.clone().map(|at| at.map(PlaceDoc::Position));
    let bytes = doc.at.clone().map(|at| at.map(|(start, length)| PlaceDoc::Bytes(start, length)));
    position.or(bytes)
}

impl Resolver<'_> {
    /// The columns of a field that stands in the file.
    pub fn claim(&mut self, doc: &FieldDoc, form: &Form) -> Option<Claim> {
        let (slots, gather) = match &doc.claim.gather {
            None => (vec![self.slot(doc, form)?], Gather::Cell),
            Some(gather) => self.gather(doc, gather, form)?,
        };
        let mut slots = slots.into_iter();
        let (slot, mut more) = (slots.next()?, slots.collect::<Vec<_>>());
        let when = match &doc.claim.when {
            None => None,
            Some(when) => {
                more.push(self.place(&when.place, form)?);
                Some(When { is: when.is.clone(), otherwise: when.otherwise })
            }
        };
        let split = doc
            .claim
            .split
            .as_ref()
            .map(|split| Split { at: split.value.at.clone(), part: split.value.part - 1 });
        Some(Claim { slot, more, gather, when, split })
    }

    fn gather(&mut self, doc: &FieldDoc, given: &At<GatherDoc>, form: &Form) -> Option<(Vec<Slot>, Gather)> {
        let alone = "列の指定（column、position、at）と一緒に書けません";
        if form.has_header() {
            self.forbid(doc.column.as_ref(), alone, "it stands instead of column");
        }
        self.forbid(doc.position.as_ref(), alone, "it stands instead of position");
        self.forbid(doc.at.as_ref(), alone, "it stands instead of at");
        Some(match &given.value {
            GatherDoc::Concat(columns, with) => {
                (self.several(columns, form)?, Gather::Concat { with: with.clone() })
            }
            GatherDoc::Coalesce(columns) => (self.several(columns, form)?, Gather::Coalesce),
            GatherDoc::Period { fiscal, year, month } => {
                let mut slots = vec![self.place(year, form)?];
                let always = match &month.value {
                    MonthDoc::Always(month) => Some(*month),
                    MonthDoc::Place(place) => {
                        slots.push(self.place(&At::new(place.clone(), month.spot.clone()), form)?);
                        None
                    }
                };
                (slots, Gather::Period { fiscal: *fiscal, always })
            }
            GatherDoc::Capture(name) => {
                let captures = self.captures.iter().position(|capture| capture == name);
                let Some(capture) = captures else {
                    self.faults.push(given.spot.dangling(&format!("{{{name}}} in file.name")));
                    return None;
                };
                (vec![Slot::FileName(capture)], Gather::Cell)
            }
        })
    }

    fn several(&mut self, columns: &[At<PlaceDoc>], form: &Form) -> Option<Vec<Slot>> {
        let slots: Vec<_> = columns.iter().map(|column| self.place(column, form)).collect();
        slots.into_iter().collect()
    }

    /// The slot of a field with one column.
    fn slot(&mut self, doc: &FieldDoc, form: &Form) -> Option<Slot> {
        if form.has_header() {
            self.forbid(
                doc.position.as_ref(),
                "position は見出しのないファイルだけです",
                "position is for files without header",
            );
            self.forbid(doc.at.as_ref(), "at は固定長だけです", "at is for fixed-width files");
            return self.need(doc.column.as_ref(), &doc.spot, "field.column").cloned().map(Slot::Column);
        }
        let key = match form {
            Form::Fixed(_) => {
                self.forbid(doc.position.as_ref(), "position は CSV だけです", "position is for CSV files");
                "field.at"
            }
            _ => {
                self.forbid(doc.at.as_ref(), "at は固定長だけです", "at is for fixed-width files");
                "field.position"
            }
        };
        let wanted =
            own(doc).filter(|place| matches!(place.value, PlaceDoc::Bytes(..)) == (key == "field.at"));
        self.need(wanted.as_ref(), &doc.spot, key)?;
        self.place(&wanted?, form)
    }

    /// One column, as this kind of file knows it.
    fn place(&mut self, place: &At<PlaceDoc>, form: &Form) -> Option<Slot> {
        match (&place.value, form) {
            (PlaceDoc::Column(name), form) if form.has_header() => Some(Slot::Column(name.clone())),
            (PlaceDoc::Bytes(start, length), Form::Fixed(fixed)) => {
                if start.checked_add(*length).is_some_and(|end| end - 1 <= fixed.record_length) {
                    return Some(Slot::Bytes { start: start - 1, length: *length });
                }
                self.outside(place, fixed.record_length)
            }
            (PlaceDoc::Position(position), form) if !form.has_header() && form.table().is_some() => {
                let columns = form.table().map_or(0, |table| table.columns);
                if (1..=columns).contains(position) {
                    return Some(Slot::Position(position - 1));
                }
                self.outside(place, columns)
            }
            _ => {
                self.forbid(
                    Some(place),
                    "見出しのあるファイルは列名、ないファイルは番号、固定長は [始まり, 長さ] で書いてください",
                    "name the column where the file has a header, its number where not, [start, length] in fixed width",
                );
                None
            }
        }
    }

    fn outside(&mut self, place: &At<PlaceDoc>, last: usize) -> Option<Slot> {
        let (ja, en) = (format!("1～{last} の中にしてください"), format!("it must lie within 1 to {last}"));
        self.forbid(Some(place), &ja, &en);
        None
    }
}
