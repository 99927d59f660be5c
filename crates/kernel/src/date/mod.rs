//! Dates as town halls write and count them: wareki, days nobody knows, the legal age, school years.
//!
//! Everything here is a function of its arguments; "today" is always handed in. A date that is only
//! partly known stays a [`PartialDate`] until a person completes it: nothing turns an unknown day into
//! the first of the month.

mod age;
mod era;
mod fiscal;
mod fold;
mod format;
mod month;
mod outcome;
mod parse;
mod partial;
mod school;
mod text;

pub use age::{age_on, period_end, reaches};
pub use era::{Era, wareki};
pub use fiscal::FiscalYear;
pub use format::{DateFormat, UnknownDateFormat, format};
pub use month::YearMonth;
pub use outcome::{DateError, DateWarning, EraRule, Parsed, UnknownEraRule};
pub use parse::parse;
pub use partial::{PartialDate, Precision};
pub use school::{Grade, SchoolYear, UnknownGrade, first_march_31_after, school_entry};

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod parse_tests;
#[cfg(test)]
mod tests;
