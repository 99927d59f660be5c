//! One field, compiled: where it stands, how it is read, what its sentinels mean.

use kernel::date::{DateFormat, EraRule};
use kernel::{Absence, Kin, ResidentStatus, Sex};
use serde::Serialize;

use super::Unknown;
use super::target::{Part, Target};
use crate::cell::Cell;
use crate::clean::Clean;
use crate::row::Operation;

/// One field.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Field {
    pub to: Target,
    /// The column in staff's words.
    pub label: String,
    pub slot: Slot,
    /// Further columns: the others of `gather`, then the one of `when`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Slot>,
    #[serde(skip_serializing_if = "Gather::is_cell")]
    pub gather: Gather,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What is done to the text, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clean: Vec<Clean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    pub kind: Kind,
    pub missing: Vec<Sentinel>,
    pub required: bool,
}

impl Field {
    /// All its columns.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        std::iter::once(&self.slot).chain(&self.more)
    }

    /// Whether its text is one cell, as it stands.
    pub const fn is_plain(&self) -> bool {
        self.gather.is_cell() && self.when.is_none() && self.clean.is_empty() && self.split.is_none()
    }
}

/// How the texts of several columns become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gather {
    /// There is one.
    Cell,
    /// All that say something, with this between them.
    Concat { with: String },
    /// The first that says something.
    Coalesce,
    /// A year, and a month that stands beside it or is always the same.
    Period { fiscal: bool, always: Option<u32> },
}

impl Gather {
    pub const fn is_cell(&self) -> bool {
        matches!(self, Self::Cell)
    }
}

/// The value counts where the last column of the field says one of these; elsewhere it is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct When {
    pub is: Vec<String>,
    pub otherwise: Absence,
}

/// One part of a text, from 0; a blank separates at any run of blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Split {
    pub at: String,
    pub part: usize,
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
    /// In this part of the file's name, from 0.
    FileName(usize),
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
        reckon: Reckon,
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

/// How a number becomes whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Reckon {
    /// Decimal digits that are kept: with 1, `145.3` is 1453.
    pub scale: u32,
    /// What the number is multiplied with and divided by, from the file's unit to the item's.
    pub factor: (i64, i64),
    /// The item's unit, where the field states it.
    pub unit: Option<String>,
    /// Why 0 is no value, where it is none.
    pub zero: Option<Absence>,
}

impl Reckon {
    /// Whether a number is taken as it stands.
    pub const fn is_plain(&self) -> bool {
        self.scale == 0 && self.factor.0 == 1 && self.factor.1 == 1
    }
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
    Operation,
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
            Self::Operation => "operation",
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
            Self::Operation => {
                target.parse::<Operation>().map(Cell::Operation).map_err(|error| error.to_string())
            }
            Self::Bool => match target {
                "true" => Ok(Cell::Bool(true)),
                "false" => Ok(Cell::Bool(false)),
                _ => Err("expected one of: true, false".to_owned()),
            },
        }
    }
}
