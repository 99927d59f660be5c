//! 記録: an item's value, or the reason it has none, for one subject at a date or over a period,
//! with the line of the file it came from.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::absence::Absence;
use crate::date::{PartialDate, YearMonth};
use crate::id::{HouseholdId, LoadId, PersonId};
use crate::item::{ItemCode, Value};
use crate::slug::SourceCode;

/// Whom a record is about. Facts about a household are the household's; their key dies with its
/// last member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 住民.
    Person(PersonId),
    /// 世帯.
    Household(HouseholdId),
}

impl Subject {
    /// The bare UUID under which keys and packs are kept.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Person(id) => id.uuid(),
            Self::Household(id) => id.uuid(),
        }
    }
}

/// A value, or the reason there is none. There is no third thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known<T> {
    /// It has a value.
    Present(T),
    /// It has none, for this reason.
    Absent(Absence),
}

/// An item's value or its absence.
pub type Datum = Known<Value>;

impl<T> Known<T> {
    /// Nobody asked yet.
    pub const NOT_COLLECTED: Self = Self::Absent(Absence::NotCollected);

    /// The value, if there is one.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent(_) => None,
        }
    }

    /// Whether nobody asked yet: what a sealed record need not spell out.
    #[must_use]
    pub const fn is_not_collected(&self) -> bool {
        matches!(self, Self::Absent(Absence::NotCollected))
    }

    /// The reason, if there is no value.
    #[must_use]
    pub const fn absence(&self) -> Option<Absence> {
        match self {
            Self::Present(_) => None,
            Self::Absent(reason) => Some(*reason),
        }
    }
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self::NOT_COLLECTED
    }
}

/// When it was so (*valid* time).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// On one date, perhaps partial.
    At(PartialDate),
    /// Over one calendar month.
    Month(YearMonth),
    /// From a date until a date, both included, either open.
    Period {
        /// First day, if known.
        from: Option<PartialDate>,
        /// Last day, if it has ended.
        until: Option<PartialDate>,
    },
    /// As the register stood on the day of the export.
    AsOf(NaiveDate),
}

impl When {
    /// Whether it was so on `day`, as far as known: a partial date counts over all it may mean.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        match self {
            Self::At(date) => date.earliest() <= day && day <= date.latest(),
            Self::Month(month) => month.first_day() <= day && day <= month.last_day(),
            Self::Period { from, until } => {
                from.as_ref().is_none_or(|from| from.earliest() <= day)
                    && until.as_ref().is_none_or(|until| day <= until.latest())
            }
            Self::AsOf(from) => *from <= day,
        }
    }
}

/// From any value back to the line of the file it came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Provenance {
    /// 連携元.
    pub source: SourceCode,
    /// 取込.
    pub load: LoadId,
    /// Line of the file, from 1, as an editor counts.
    pub line: u32,
    /// When the platform learned it (*recorded* time).
    pub recorded_at: DateTime<Utc>,
}

/// One item for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Observation {
    /// データ項目.
    pub item: ItemCode,
    /// The value or the reason.
    pub datum: Datum,
    /// Valid time.
    pub when: When,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_partial_date_covers_all_it_may_mean() {
        let when = When::At("2008-02".parse().unwrap());
        assert!(when.covers(day("2008-02-01")) && when.covers(day("2008-02-29")));
        assert!(!when.covers(day("2008-03-01")));
    }

    #[test]
    fn an_open_period_has_no_end() {
        let when = When::Period { from: Some("2024-04-01".parse().unwrap()), until: None };
        assert!(!when.covers(day("2024-03-31")));
        assert!(when.covers(day("2099-01-01")));
    }

    #[test]
    fn zero_and_absent_never_look_alike() {
        let zero = serde_json::to_string(&Datum::Present(Value::Int(0))).unwrap();
        let none = serde_json::to_string(&Datum::Absent(Absence::NotCollected)).unwrap();
        assert_eq!(zero, r#"{"present":{"kind":"int","value":0}}"#);
        assert_eq!(none, r#"{"absent":"not_collected"}"#);
    }
}
