//! A town's layout as the writer of its files needs to see it: which columns there are, where they
//! stand, and which reasons for an absent value each can spell. Taken from the layout's published form.

use chrono::NaiveDate;
use kernel::{Absence, Datum, Identity, Known};
use layouts::{EncodeError, EncodeRow, Layout, RoleId};
use serde_json::Value;

use crate::chance::Chance;
use crate::row::{LeftOut, Row};

/// How many values of a thousand are absent where a column can say so.
const RARELY: u32 = 8;

/// The layout, seen from the writer's side.
pub(crate) struct Sheet {
    pub form: Form,
    pub columns: Vec<Column>,
}

/// How the file is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Csv {
        header: bool,
        delimiter: u8,
    },
    Fixed {
        record_length: usize,
    },
    /// A workbook, JSON or UTF-16: nothing of it is damaged.
    Whole {
        extension: &'static str,
    },
}

/// One column, in the order in which columns are written.
pub(crate) struct Column {
    pub to: String,
    pub place: Place,
    pub kind: Kind,
    pub missing: Vec<(String, Absence)>,
    /// Digits to which a number is filled with zeros on the left.
    pub pad: usize,
}

/// Where it stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Cell(usize),
    Bytes { start: usize, length: usize },
}

/// What it holds, as far as a faulty cell has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Date(String),
    StrictCode,
    Other,
}

impl Sheet {
    /// Reads the layout's published form.
    pub(crate) fn of(layout: &Layout) -> Option<Self> {
        let whole = serde_json::to_value(layout).ok()?;
        let encoding = whole.get("encoding")?.as_str()?;
        let form = match (whole.pointer("/form/csv"), whole.pointer("/form/fixed/record_length")) {
            // Its commas and line ends have two bytes.
            (Some(_), _) if encoding.starts_with("utf16") => Form::Whole { extension: "txt" },
            (Some(csv), _) => Form::Csv {
                header: csv.get("header")? != "none",
                delimiter: u8::try_from(csv.get("delimiter")?.as_u64()?).ok()?,
            },
            (_, Some(length)) => Form::Fixed { record_length: number(length)? },
            _ if whole.pointer("/form/json").is_some() => Form::Whole { extension: "jsonl" },
            _ => Form::Whole { extension: "xlsx" },
        };
        let fields = whole.get("fields")?.as_array()?;
        let written: Vec<_> =
            fields.iter().filter(|field| field.pointer("/slot/constant").is_none()).collect();
        let names = names(&written);
        let columns = written.iter().map(|field| column(&names, field)).collect::<Option<_>>()?;
        Some(Self { form, columns })
    }

    /// What a file of this kind is called.
    pub(crate) const fn extension(&self) -> &'static str {
        match self.form {
            Form::Csv { .. } => "csv",
            Form::Fixed { .. } => "dat",
            Form::Whole { extension } => extension,
        }
    }

    /// The file. A value nobody collected is spelt in one of the ways the column has for an absent one,
    /// and now and then attendance is absent for one of the town's own reasons.
    ///
    /// # Errors
    /// When the layout has no spelling for what the system knows.
    pub(crate) fn write(
        &self,
        layout: &Layout,
        rows: &[Row],
        as_of: NaiveDate,
        chance: &mut Chance,
    ) -> Result<Vec<u8>, EncodeError> {
        let rows: Vec<_> = rows.iter().map(|row| self.spelt(row, chance)).collect();
        layouts::encode(layout, as_of, &rows)
    }

    fn spelt(&self, row: &Row, chance: &mut Chance) -> EncodeRow {
        let (left_out, mut row) = (row.left_out, row.encoded().clone());
        for (role, identity) in &mut row.persons {
            self.leave_out(*role, identity, left_out);
            if chance.permille(RARELY) && self.can(&format!("{role}.postal_code")) {
                identity.postal_code = Known::NOT_COLLECTED;
            }
            for (part, absent) in absences(identity) {
                self.choose(&format!("{role}.{part}"), absent, chance);
            }
            if let Known::Present(number) = &mut identity.local_id {
                let pad = self.column(&format!("{role}.local_id")).map_or(0, |column| column.pad);
                *number = format!("{number:0>pad$}");
            }
        }
        for (name, value) in &mut row.locals {
            let counted = matches!(name.split('@').next(), Some("late_days" | "absent_days"));
            if counted && chance.permille(RARELY) && self.can(name) {
                *value = Datum::NOT_COLLECTED;
            }
        }
        for (name, value) in &mut row.locals {
            match value {
                Known::Absent(absent) => self.choose(name, absent, chance),
                Known::Present(kernel::Value::Text(number)) => {
                    let pad = self.column(name).map_or(0, |column| column.pad);
                    *number = format!("{number:0>pad$}");
                }
                Known::Present(_) => {}
            }
        }
        row
    }

    /// Takes away what the line leaves out, where the layout can say so.
    fn leave_out(&self, role: RoleId, identity: &mut Identity, left_out: LeftOut) {
        let can = |part: &str| {
            let column = self.column(&format!("{role}.{part}"));
            column.is_none_or(|column| {
                column.missing.iter().any(|(_, reason)| *reason == Absence::NotCollected)
            })
        };
        if role != RoleId::Person || !["kana", "family_kana", "given_kana"].into_iter().all(can) {
            return;
        }
        if left_out >= LeftOut::Kana {
            (identity.family_kana, identity.given_kana) = (Known::NOT_COLLECTED, Known::NOT_COLLECTED);
        }
        if left_out == LeftOut::KanaAndBirth && can("birth_date") {
            identity.birth_date = Known::NOT_COLLECTED;
        }
    }

    /// Keeps a reason the column can spell, and puts one of the column's own in the place of another, or
    /// of 未収集, which says least.
    fn choose(&self, to: &str, absent: &mut Absence, chance: &mut Chance) {
        let Some(column) = self.column(to) else { return };
        let spelt = column.missing.iter().any(|(_, reason)| reason == absent);
        if (!spelt || *absent == Absence::NotCollected)
            && let Some((_, reason)) = chance.pick(&column.missing)
        {
            *absent = *reason;
        }
    }

    /// Whether there is a column with a spelling for an absent value.
    fn can(&self, to: &str) -> bool {
        self.column(to).is_some_and(|column| !column.missing.is_empty())
    }

    fn column(&self, to: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.to == to)
    }
}

/// The absent parts of an identity that a column of their own may spell.
fn absences(identity: &mut Identity) -> impl Iterator<Item = (&'static str, &mut Absence)> {
    fn of<T>(known: &mut Known<T>) -> Option<&mut Absence> {
        match known {
            Known::Absent(reason) => Some(reason),
            Known::Present(_) => None,
        }
    }
    [
        ("local_id", of(&mut identity.local_id)),
        ("birth_date", of(&mut identity.birth_date)),
        ("sex", of(&mut identity.sex)),
        ("postal_code", of(&mut identity.postal_code)),
        ("address", of(&mut identity.address)),
        ("phone", of(&mut identity.phone)),
        ("resident_since", of(&mut identity.resident_since)),
        ("moved_out_on", of(&mut identity.moved_out_on)),
        ("moved_in_from", of(&mut identity.moved_in_from)),
    ]
    .into_iter()
    .filter_map(|(part, absent)| Some((part, absent?)))
}

/// The names of the columns in the order in which they are written: each where it is first named.
fn names<'f>(fields: &[&'f Value]) -> Vec<&'f str> {
    let mut names: Vec<&str> = Vec::new();
    for field in fields {
        let more = field.get("more").and_then(Value::as_array).into_iter().flatten();
        for slot in field.get("slot").into_iter().chain(more) {
            if let Some(name) = slot.get("column").and_then(Value::as_str)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    names
}

fn column(names: &[&str], field: &Value) -> Option<Column> {
    let slot = field.get("slot")?;
    let named = slot.get("column").and_then(Value::as_str);
    let nth = named.and_then(|name| names.iter().position(|known| *known == name)).unwrap_or_default();
    let place = match (slot.get("position"), slot.get("bytes")) {
        (Some(position), _) => Place::Cell(number(position)?),
        (_, Some(bytes)) => {
            Place::Bytes { start: number(bytes.get("start")?)?, length: number(bytes.get("length")?)? }
        }
        _ => Place::Cell(nth),
    };
    let kind = field.get("kind")?;
    let kind = if let Some(format) = kind.pointer("/date/formats/0") {
        Kind::Date(format.as_str()?.to_owned())
    } else if kind.pointer("/code/on_unknown").is_some_and(|unknown| unknown == "reject") {
        Kind::StrictCode
    } else {
        Kind::Other
    };
    let missing = field.get("missing")?.as_array()?.iter().map(|sentinel| {
        let reason = sentinel.get("reason")?.as_str()?.parse().ok()?;
        Some((sentinel.get("text")?.as_str()?.to_owned(), reason))
    });
    let missing = missing.collect::<Option<_>>()?;
    let pad = field.pointer("/kind/text/pad").and_then(number).unwrap_or_default();
    Some(Column { to: field.get("to")?.as_str()?.to_owned(), place, kind, missing, pad })
}

fn number(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}
