//! What comes of reading a date: the date, a warning, or the reason there is none.
//!
//! None of it carries the text of the cell: that may be a resident's birth date, and whoever reports
//! the row has it at hand.

use std::fmt;
use std::str::FromStr;

use super::era::Era;
use super::partial::PartialDate;
use super::text::serde_as_text;

/// What a field says about dates past the end of the era they name (`H31.05.01`), which systems write
/// that have not learned of the next era. Configured as `warn` or `strict`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EraRule {
    /// `warn`: read it as the day it counts to, with [`DateWarning::EraOverflow`].
    #[default]
    Warn,
    /// `strict`: refuse it with [`DateError::EraOverflow`].
    Strict,
}

impl fmt::Display for EraRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warn => "warn",
            Self::Strict => "strict",
        })
    }
}

/// A configured text that is no [`EraRule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a rule for dates past their era: write warn or strict")]
pub struct UnknownEraRule;

impl FromStr for EraRule {
    type Err = UnknownEraRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "warn" => Ok(Self::Warn),
            "strict" => Ok(Self::Strict),
            _ => Err(UnknownEraRule),
        }
    }
}

serde_as_text!(EraRule);

/// A date that was read, with what staff should hear about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The date, as far as the file knows it.
    pub date: PartialDate,
    /// Why it deserves a second look.
    pub warning: Option<DateWarning>,
}

/// Something odd about a date that could be read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateWarning {
    /// The date lies after the last day of the era it names.
    #[error("past the last day of {}, {}", .era.name(), .era.last_day())]
    EraOverflow {
        /// The era as written.
        era: Era,
    },
}

impl DateWarning {
    /// The stable reason code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EraOverflow { .. } => "era_overflow",
        }
    }
}

/// Why a text is not a date of the declared formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The date lies before the first day of the era it names.
    #[error("before the era it names ({} began on {})", .era.name(), .era.first_day())]
    EraBounds {
        /// The era as written.
        era: Era,
    },
    /// The date lies after the last day of the era it names, and the field forbids that.
    #[error("past the era it names ({} ended on {})", .era.name(), .era.last_day())]
    EraOverflow {
        /// The era as written.
        era: Era,
    },
    /// The shape fits, but there is no such day: month 13, 31 February, a known day of an unknown
    /// month, year 0 of an era.
    #[error("no such day exists")]
    Impossible,
    /// The shape of no declared format, or nothing but zeros or nines.
    #[error("not a date in any declared format")]
    NotADate,
}

impl DateError {
    /// The stable reason code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EraBounds { .. } => "era_bounds",
            Self::EraOverflow { .. } => "era_overflow",
            Self::Impossible => "impossible",
            Self::NotADate => "not_a_date",
        }
    }
}
