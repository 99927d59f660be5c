//! The value each field takes from a row that is to be written.

use kernel::{Absence, Identity, Kin, Known};

use crate::cell::Cell;
use crate::convert::split_name;
use crate::layout::{Field, Kind, Layout, Part, RecordPart, Seen, Target};
use crate::row::{EncodeRow, RecordTime, Row};
use crate::text::{is_blank, trim};

/// The value of `field` in `row`; `None` where the row says nothing and any sentinel will do.
pub(super) fn cell(row: &EncodeRow, field: &Field) -> Option<Cell> {
    match &field.to {
        Target::Person(role, part) => {
            let (_, identity) = row.persons.iter().find(|(known, _)| known == role)?;
            Some(person(identity, *part))
        }
        Target::Record(RecordPart::Operation) => Some(Cell::Operation(row.operation)),
        Target::Record(part) => time(row.record, *part),
        Target::Local(name) => {
            Some(row.locals.get(name).map_or(Cell::Absent(Absence::NotCollected), Cell::of_datum))
        }
    }
}

/// Whether two cells say the same. A reading in half-width kana has only the ASCII blank, and of a whole name the
/// two parts count, not which blank is between them.
pub(super) fn same(read: &Cell, meant: &Cell, field: &Field) -> bool {
    match (read, meant) {
        (Cell::Text(read), Cell::Text(meant)) if matches!(field.kind, Kind::Kana { half_width: true }) => {
            *read == meant.replace('\u{3000}', " ")
        }
        (Cell::Text(read), Cell::Text(meant)) if is_whole_name(field) => {
            split_name(read) == split_name(meant)
        }
        _ => read == meant,
    }
}

/// Whether a field is 氏 and 名, or their readings, in one cell.
pub(super) const fn is_whole_name(field: &Field) -> bool {
    matches!(field.to, Target::Person(_, Part::Name | Part::Kana))
}

/// A name or reading in one cell whose parts a blank would not tell apart again. Why a given name is
/// absent has no place in such a cell; that alone is not kept.
pub(super) fn undivided<'l>(layout: &'l Layout, row: &EncodeRow) -> Option<&'l Field> {
    let whole = |family: &Known<String>, given: &Known<String>| match (family.value(), given.value()) {
        (Some(family), Some(given)) => {
            !family.contains(is_blank) && trim(given) == given && !given.is_empty()
        }
        (Some(family), None) => !family.contains(is_blank),
        (None, given) => given.is_none(),
    };
    layout.fields.iter().find(|field| {
        let Target::Person(role, part) = field.to else { return false };
        let Some((_, who)) = row.persons.iter().find(|(known, _)| *known == role) else { return false };
        match part {
            Part::Name => !whole(&who.family_name, &who.given_name),
            Part::Kana => !whole(&who.family_kana, &who.given_kana),
            _ => false,
        }
    })
}

fn person(identity: &Identity, part: Part) -> Cell {
    match part {
        Part::LocalId => identity.local_id.clone().into(),
        Part::Name => whole(&identity.family_name, &identity.given_name),
        Part::FamilyName => identity.family_name.clone().into(),
        Part::GivenName => identity.given_name.clone().into(),
        Part::Kana => whole(&identity.family_kana, &identity.given_kana),
        Part::FamilyKana => identity.family_kana.clone().into(),
        Part::GivenKana => identity.given_kana.clone().into(),
        Part::BirthDate => identity.birth_date.clone().into(),
        Part::Sex => identity.sex.clone().into(),
        Part::HouseholdNo => identity.household_no.clone().into(),
        Part::RelationToHead => identity.relation_to_head.clone().into(),
        Part::Relation1 => step(&identity.relation_to_head, 0),
        Part::Relation2 => step(&identity.relation_to_head, 1),
        Part::Relation3 => step(&identity.relation_to_head, 2),
        Part::Relation4 => step(&identity.relation_to_head, 3),
        Part::PostalCode => identity.postal_code.clone().into(),
        Part::Address => identity.address.clone().into(),
        Part::Phone => identity.phone.clone().into(),
        Part::Status => identity.status.clone().into(),
        Part::ResidentSince => identity.resident_since.clone().into(),
        Part::MovedOutOn => identity.moved_out_on.clone().into(),
        Part::MovedInFrom => identity.moved_in_from.clone().into(),
    }
}

/// One column of a 続柄: after its last step there is no further one.
fn step(relation: &Known<Vec<Kin>>, n: usize) -> Cell {
    match relation {
        Known::Absent(reason) if n == 0 => Cell::Absent(*reason),
        Known::Absent(_) => Cell::Absent(Absence::NotApplicable),
        Known::Present(steps) => {
            steps.get(n).map_or(Cell::Absent(Absence::NotApplicable), |kin| Cell::Kin(vec![*kin]))
        }
    }
}

/// The last column of a 続柄 that has more steps than the layout has columns.
pub(super) fn lost_step<'l>(layout: &'l Layout, row: &EncodeRow) -> Option<&'l Field> {
    row.persons.iter().find_map(|(role, identity)| {
        let steps = |field: &&Field| match field.to {
            Target::Person(of, part) if of == *role => part.relation_step(),
            _ => None,
        };
        let last = layout.fields.iter().filter(|field| steps(field).is_some()).max_by_key(steps)?;
        let written = steps(&last)? + 1;
        identity.relation_to_head.value().filter(|kin| kin.len() > written).map(|_| last)
    })
}

/// Both parts in one cell with a full-width blank between them, as registers print names.
fn whole(family: &Known<String>, given: &Known<String>) -> Cell {
    match (family, given) {
        (Known::Present(family), Known::Present(given)) => Cell::Text(format!("{family}\u{3000}{given}")),
        (Known::Present(one), Known::Absent(_)) => Cell::Text(one.clone()),
        (Known::Absent(reason), _) => Cell::Absent(*reason),
    }
}

fn time(record: RecordTime, part: RecordPart) -> Option<Cell> {
    match part {
        RecordPart::At => record.at.map(Cell::Date),
        RecordPart::From => record.from.map(Cell::Date),
        RecordPart::Until => record.until.map(Cell::Date),
        RecordPart::Month => record.month.map(Cell::Month),
        RecordPart::Operation => None,
    }
}

impl EncodeRow {
    /// A decoded row, ready to be written again with the same layout.
    #[must_use]
    pub fn of(layout: &Layout, row: &Row<'_>) -> Self {
        let mut encoded = Self {
            persons: row.persons.clone(),
            record: row.record,
            operation: row.operation,
            ..Self::default()
        };
        let mut observations = row.observations.iter();
        for plan in &layout.observations {
            let Some(role) = layout.roles.get(plan.role) else { continue };
            // A row speaks of each of its roles in every plan, and of no other.
            if !row.persons.iter().any(|(known, _)| known == role) {
                continue;
            }
            let Some((_, observation)) = observations.next() else { break };
            if let Seen::Local(local) = plan.seen
                && let Some(name) = layout.locals.get(local)
            {
                encoded.locals.insert(name.clone(), observation.datum.clone());
            }
        }
        for (local, datum) in layout.unobserved().zip(&row.locals) {
            encoded.locals.extend(layout.locals.get(local).map(|name| (name.clone(), datum.clone())));
        }
        encoded
    }
}
