//! One field, compiled: where it stands, how it is read, what its sentinels mean.

use kernel::date::{DateFormat, EraRule};
use kernel::{Absence, Kin, ResidentStatus, Sex};
use serde::Serialize;

use super::Unknown;
use super::target::{Part, Target};
use crate::cell::Cell;

/// One field.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Field {
    pub to: Target,
    /// The column in staff's words.
    pub label: String,
    pub slot: Slot,
    pub kind: Kind,
    pub missing: Vec<Sentinel>,
    pub required: bool,
}

/// Where the value stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Slot {
    /// Under this name of the header.
    Column(String),
    /// In this cell, from 0.
    Position(usize),
    /// In these bytes of the record, from 0.
    Bytes { start: usize, length: usize },
    /// In the layout.
    Constant(Cell),
}

/// A text that means absence, compared with the raw cell.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sentinel {
    pub text: String,
    #[serde(skip)]
    pub bytes: Vec<u8>,
    pub reason: Absence,
}

/// How the text of a cell is read.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Text {
        digits: Option<(usize, usize)>,
        pad: usize,
    },
    Kana {
        half_width: bool,
    },
    Int {
        range: Option<(i64, i64)>,
        digits: Option<(usize, usize)>,
        pad: usize,
    },
    Date {
        formats: Vec<DateFormat>,
        era: EraRule,
    },
    Month {
        formats: Vec<DateFormat>,
        era: EraRule,
    },
    Code {
        list: usize,
        typing: Typing,
        on_unknown: Unknown,
        pad: usize,
    },
    /// Without a list, 1 and 0.
    Bool {
        list: Option<usize>,
        on_unknown: Unknown,
        pad: usize,
    },
}

/// What the targets of a field's code list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Typing {
    Plain,
    Sex,
    Status,
    Kin,
    Bool,
}

impl Typing {
    /// The typing of a part's code list; `None` for parts that are no codes.
    pub fn of_part(part: Part) -> Option<Self> {
        match part {
            Part::Sex => Some(Self::Sex),
            Part::Status => Some(Self::Status),
            Part::RelationToHead | Part::Relation1 | Part::Relation2 | Part::Relation3 | Part::Relation4 => {
                Some(Self::Kin)
            }
            _ => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Sex => "sex",
            Self::Status => "status",
            Self::Kin => "kin",
            Self::Bool => "bool",
        }
    }

    /// Reads a target.
    ///
    /// # Errors
    /// What would have been right, when it is none of this typing.
    pub fn read(self, target: &str) -> Result<Cell, String> {
        match self {
            Self::Plain => Ok(Cell::Code(target.to_owned())),
            Self::Sex => target.parse::<Sex>().map(Cell::Sex).map_err(|error| error.to_string()),
            Self::Status => {
                target.parse::<ResidentStatus>().map(Cell::Status).map_err(|error| error.to_string())
            }
            Self::Kin => {
                let steps: Result<Vec<Kin>, _> = target.split('.').map(str::parse).collect();
                steps.map(Cell::Kin).map_err(|error| error.to_string())
            }
            Self::Bool => match target {
                "true" => Ok(Cell::Bool(true)),
                "false" => Ok(Cell::Bool(false)),
                _ => Err("expected one of: true, false".to_owned()),
            },
        }
    }
}
