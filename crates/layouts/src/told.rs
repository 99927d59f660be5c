//! What a row or a reject says, as JSON: every part that its layout reads, each value or the reason for none.
//! For looking at a file before it is loaded, and for holding a layout to what its samples say. A resident's
//! data, like the row itself.

use kernel::{Datum, Fault, Identity, Known, Observation, Value as ItemValue, When};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::layout::{Layout, Part, RoleId, Target};
use crate::row::{Operation, Outcome, RecordTime, Reject, Row};

/// One outcome. A row: `line`, `persons` by role, `record`, `observations`, and where there are any `operation`, `overtaken_by`,
/// `keys` (locals that serve the key alone) and `warnings`; a reject: `line` and `rejects` with code, column and
/// raw text.
#[must_use]
pub fn outcome(layout: &Layout, outcome: &Outcome<'_>) -> Value {
    match outcome {
        Outcome::Row(row) => self::row(layout, row),
        Outcome::Reject(reject) => self::reject(reject),
    }
}

/// The bytes of a row as text, as far as they are text.
#[must_use]
pub fn raw(layout: &Layout, bytes: &[u8]) -> String {
    layout.encoding.cut_as().decode_lossy(bytes).into_owned()
}

fn row(layout: &Layout, row: &Row<'_>) -> Value {
    let persons: Map<_, _> = row
        .persons
        .iter()
        .map(|(role, identity)| (role.to_string(), Value::Object(person(layout, *role, identity))))
        .collect();
    let mut told = Map::new();
    told.insert("line".to_owned(), row.line.into());
    if row.operation != Operation::default() {
        told.insert("operation".to_owned(), row.operation.as_str().into());
    }
    if let Some(later) = row.overtaken_by {
        told.insert("overtaken_by".to_owned(), later.into());
    }
    told.insert("persons".to_owned(), persons.into());
    told.insert("record".to_owned(), time(row.record).into());
    let keys: Map<_, _> = layout
        .unobserved()
        .zip(&row.locals)
        .filter_map(|(local, datum)| Some((layout.locals.get(local)?.clone(), self::datum(datum))))
        .collect();
    if !keys.is_empty() {
        told.insert("keys".to_owned(), keys.into());
    }
    let seen = row.observations.iter().map(|(of, seen)| observation(*of, seen));
    told.insert("observations".to_owned(), seen.collect());
    if !row.warnings.is_empty() {
        let codes = row.warnings.iter().map(|fault| Value::from(fault.code().as_str()));
        told.insert("warnings".to_owned(), codes.collect());
    }
    told.into()
}

fn reject(reject: &Reject) -> Value {
    let reason = |fault: &Fault| {
        let mut reason = Map::new();
        reason.insert("code".to_owned(), fault.code().as_str().into());
        for name in ["column", "raw"] {
            reason.extend(fault.argument(name).map(|text| (name.to_owned(), text.into())));
        }
        Value::Object(reason)
    };
    json!({ "line": reject.line, "rejects": reject.reasons.iter().map(reason).collect::<Vec<_>>() })
}

/// The parts of a person that the layout reads, in any of its versions.
fn person(layout: &Layout, role: RoleId, identity: &Identity) -> Map<String, Value> {
    let versions = || std::iter::once(layout).chain(layout.versions.iter().map(|version| &version.layout));
    let reads = |part| versions().any(|version| version.reads(&Target::Person(role, part)));
    let mut told = Map::new();
    for part in Part::ALL.iter().copied().filter(|part| reads(*part)) {
        match part {
            Part::Name => {
                told.insert("family_name".to_owned(), known(&identity.family_name));
                told.insert("given_name".to_owned(), known(&identity.given_name));
            }
            Part::Kana => {
                told.insert("family_kana".to_owned(), known(&identity.family_kana));
                told.insert("given_kana".to_owned(), known(&identity.given_kana));
            }
            Part::Relation1 | Part::Relation2 | Part::Relation3 | Part::Relation4 => {
                told.insert("relation_to_head".to_owned(), known(&identity.relation_to_head));
            }
            part => _ = told.insert(part.as_str().to_owned(), one(identity, part)),
        }
    }
    told
}

fn one(identity: &Identity, part: Part) -> Value {
    match part {
        Part::LocalId => known(&identity.local_id),
        Part::FamilyName | Part::Name => known(&identity.family_name),
        Part::GivenName => known(&identity.given_name),
        Part::FamilyKana | Part::Kana => known(&identity.family_kana),
        Part::GivenKana => known(&identity.given_kana),
        Part::BirthDate => known(&identity.birth_date),
        Part::Sex => known(&identity.sex),
        Part::HouseholdNo => known(&identity.household_no),
        Part::RelationToHead | Part::Relation1 | Part::Relation2 | Part::Relation3 | Part::Relation4 => {
            known(&identity.relation_to_head)
        }
        Part::PostalCode => known(&identity.postal_code),
        Part::Address => known(&identity.address),
        Part::Phone => known(&identity.phone),
        Part::Status => known(&identity.status),
        Part::ResidentSince => known(&identity.resident_since),
        Part::MovedOutOn => known(&identity.moved_out_on),
        Part::MovedInFrom => known(&identity.moved_in_from),
    }
}

fn known<T: Serialize>(known: &Known<T>) -> Value {
    match known {
        Known::Absent(reason) => json!({ "absent": reason }),
        // What a person's parts are made of is always JSON.
        Known::Present(value) => serde_json::to_value(value).unwrap_or_default(),
    }
}

fn datum(datum: &Datum) -> Value {
    match datum {
        Known::Absent(reason) => json!({ "absent": reason }),
        Known::Present(ItemValue::Text(text) | ItemValue::Code(text)) => text.as_str().into(),
        Known::Present(ItemValue::Int(number)) => (*number).into(),
        Known::Present(ItemValue::Bool(flag)) => (*flag).into(),
        Known::Present(ItemValue::Date(date)) => date.to_string().into(),
        Known::Present(ItemValue::Month(month)) => month.to_string().into(),
    }
}

fn time(record: RecordTime) -> Map<String, Value> {
    let parts = [
        ("at", record.at.map(|date| date.to_string())),
        ("month", record.month.map(|month| month.to_string())),
        ("from", record.from.map(|date| date.to_string())),
        ("until", record.until.map(|date| date.to_string())),
    ];
    parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))).collect()
}

fn observation(of: RoleId, seen: &Observation) -> Value {
    let mut told = Map::new();
    told.insert("of".to_owned(), of.as_str().into());
    told.insert("item".to_owned(), seen.item.as_str().into());
    told.insert("value".to_owned(), datum(&seen.datum));
    let mut put = |name: &str, text: String| told.insert(name.to_owned(), text.into());
    match &seen.when {
        When::At(date) => _ = put("at", date.to_string()),
        When::Month(month) => _ = put("month", month.to_string()),
        When::AsOf(day) => _ = put("as_of", day.to_string()),
        When::Period { from, until } => {
            from.map(|date| put("from", date.to_string()));
            until.map(|date| put("until", date.to_string()));
        }
    }
    told.into()
}
