//! One value as read from a cell: typed, or absent for a reason.

use std::fmt::Write;

use kernel::date::{PartialDate, YearMonth};
use kernel::{Absence, Datum, Kin, Known, ResidentStatus, Sex, Value};
use serde::Serialize;

use crate::row::Operation;

/// One value, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cell {
    Absent(Absence),
    Text(String),
    Int(i64),
    Bool(bool),
    Code(String),
    Sex(Sex),
    Status(ResidentStatus),
    Kin(Vec<Kin>),
    Date(PartialDate),
    Month(YearMonth),
    Operation(Operation),
}

impl Cell {
    pub const fn is_present(&self) -> bool {
        !matches!(self, Self::Absent(_))
    }

    /// What a person's part keeps of it; a value of another type is not there (layouts never mix them).
    pub fn text(self) -> Known<String> {
        match self {
            Self::Text(text) | Self::Code(text) => Known::Present(text),
            other => Known::Absent(other.reason()),
        }
    }

    /// As [`text`](Self::text), for dates.
    pub const fn date(&self) -> Known<PartialDate> {
        match self {
            Self::Date(date) => Known::Present(*date),
            other => Known::Absent(other.reason()),
        }
    }

    /// The value for an observation. Identity-only codes have no place in one.
    pub fn datum(self) -> Datum {
        Known::Present(match self {
            Self::Text(text) => Value::Text(text),
            Self::Int(number) => Value::Int(number),
            Self::Bool(flag) => Value::Bool(flag),
            Self::Code(code) => Value::Code(code),
            Self::Date(date) => Value::Date(date),
            Self::Month(month) => Value::Month(month),
            other => return Known::Absent(other.reason()),
        })
    }

    /// The cell of an observation's value.
    pub fn of_datum(datum: &Datum) -> Self {
        match datum {
            Known::Absent(reason) => Self::Absent(*reason),
            Known::Present(Value::Text(text)) => Self::Text(text.clone()),
            Known::Present(Value::Int(number)) => Self::Int(*number),
            Known::Present(Value::Bool(flag)) => Self::Bool(*flag),
            Known::Present(Value::Code(code)) => Self::Code(code.clone()),
            Known::Present(Value::Date(date)) => Self::Date(*date),
            Known::Present(Value::Month(month)) => Self::Month(*month),
        }
    }

    /// The reason for absence; `not_collected` for a value that is no absence.
    pub const fn reason(&self) -> Absence {
        match self {
            Self::Absent(reason) => *reason,
            _ => Absence::NotCollected,
        }
    }

    /// Appends the value as part of a business key: the same value always the same text.
    pub fn write_key(&self, key: &mut String) {
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Text(text) | Self::Code(text) => key.write_str(text),
            Self::Int(number) => write!(key, "{number}"),
            Self::Bool(flag) => write!(key, "{flag}"),
            Self::Date(date) => write!(key, "{date}"),
            Self::Month(month) => write!(key, "{month}"),
            Self::Sex(sex) => write!(key, "{sex}"),
            Self::Status(status) => write!(key, "{status}"),
            Self::Kin(steps) => steps.iter().try_for_each(|step| write!(key, "{step}.")),
            Self::Operation(_) | Self::Absent(_) => Ok(()),
        };
    }
}

impl<T> From<Known<T>> for Cell
where
    Self: From<T>,
{
    fn from(known: Known<T>) -> Self {
        match known {
            Known::Present(value) => value.into(),
            Known::Absent(reason) => Self::Absent(reason),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<PartialDate> for Cell {
    fn from(date: PartialDate) -> Self {
        Self::Date(date)
    }
}

impl From<Sex> for Cell {
    fn from(sex: Sex) -> Self {
        Self::Sex(sex)
    }
}

impl From<ResidentStatus> for Cell {
    fn from(status: ResidentStatus) -> Self {
        Self::Status(status)
    }
}

impl From<Vec<Kin>> for Cell {
    fn from(steps: Vec<Kin>) -> Self {
        Self::Kin(steps)
    }
}
