//! What is known, or why it is not, as clients read it. Absence is typed end to end: a part of a record is
//! a value or a reason, never an empty text and never a bare null.

use std::collections::BTreeMap;

use kernel::date::{Grade as KernelGrade, PartialDate, YearMonth};
use kernel::{Absence, Datum as KernelDatum, ItemCode, ItemDef, Known, Value, When as KernelWhen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;
use crate::schema::Day;

/// A value, or the reason there is none (値なしの理由).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Part<T> {
    /// It is known.
    Present {
        /// The value.
        value: T,
    },
    /// It is not.
    Absent {
        /// Why: a stable code.
        #[schema(value_type = schema::Absence)]
        absent: Absence,
        /// Why, as staff read it.
        absent_ja: &'static str,
    },
}

impl<T> Part<T> {
    /// A known thing as `show` shows it, or its reason.
    pub fn of<V>(known: &Known<V>, show: impl FnOnce(&V) -> T) -> Self {
        match known {
            Known::Present(value) => Self::Present { value: show(value) },
            Known::Absent(reason) => Self::absent(*reason),
        }
    }

    /// No value, for this reason.
    #[must_use]
    pub const fn absent(reason: Absence) -> Self {
        Self::Absent { absent: reason, absent_ja: reason.ja() }
    }
}

impl Part<String> {
    /// A text as it is.
    #[must_use]
    pub fn text(known: &Known<String>) -> Self {
        Self::of(known, Clone::clone)
    }
}

/// A date as far as it is known, and as staff write it (和暦).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartialDay {
    /// ISO 8601; `2016-06` or `2016` where the rest is not known.
    #[schema(value_type = String, pattern = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", example = "2016-06-15")]
    date: PartialDate,
    /// 和暦; says what is not known (`平成28年6月（日不詳）`).
    #[schema(example = "平成28年6月15日")]
    wareki: String,
}

impl From<PartialDate> for PartialDay {
    fn from(date: PartialDate) -> Self {
        Self { date, wareki: date.wareki() }
    }
}

/// A school grade by age (学年).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grade {
    /// `preschool`, `elementary_1` to `_6`, `junior_high_1` to `_3`, `high_school_age_1` to `_3`, `adult`.
    #[schema(example = "elementary_4")]
    code: String,
    /// As staff say it.
    #[schema(example = "小4")]
    ja: String,
}

impl From<KernelGrade> for Grade {
    fn from(grade: KernelGrade) -> Self {
        Self { code: grade.to_string(), ja: grade.ja() }
    }
}

/// When something was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum When {
    /// On one date.
    At(PartialDay),
    /// Over one month.
    Month(Month),
    /// From a date until a date, both included.
    Period {
        /// First day; null if not known.
        #[schema(required = true)]
        from: Option<PartialDay>,
        /// Last day; null while it has not ended.
        #[schema(required = true)]
        until: Option<PartialDay>,
    },
    /// As the register stood on a day.
    AsOf(Day),
}

/// A month, and as staff write it (和暦).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Month {
    /// `2026-09`.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-09")]
    month: YearMonth,
    /// 和暦.
    #[schema(example = "令和8年9月")]
    wareki: String,
}

impl From<YearMonth> for Month {
    fn from(month: YearMonth) -> Self {
        Self { month, wareki: month.wareki() }
    }
}

impl From<KernelWhen> for When {
    fn from(when: KernelWhen) -> Self {
        match when {
            KernelWhen::At(date) => Self::At(date.into()),
            KernelWhen::Month(month) => Self::Month(month.into()),
            KernelWhen::Period { from, until } => {
                Self::Period { from: from.map(PartialDay::from), until: until.map(PartialDay::from) }
            }
            KernelWhen::AsOf(day) => Self::AsOf(day.into()),
        }
    }
}

/// Read in the form in which a sealed trace keeps it.
impl<'de> Deserialize<'de> for When {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        KernelWhen::deserialize(from).map(Self::from)
    }
}

/// What staff call an item; the item itself where the dictionary no longer has it.
pub fn item_ja(item: &ItemCode, items: &BTreeMap<ItemCode, ItemDef>) -> String {
    items.get(item).map_or_else(|| item.to_string(), |def| def.ja.clone())
}

/// What an item says: a value of its kind, or the reason there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Datum {
    /// A value.
    Present(ItemValue),
    /// None.
    Absent {
        /// Why: a stable code.
        #[schema(value_type = schema::Absence)]
        absent: Absence,
        /// Why, as staff read it.
        absent_ja: &'static str,
    },
}

/// A value of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemValue {
    /// 有・無.
    Bool {
        /// Whether.
        value: bool,
    },
    /// A whole number in the item's unit.
    Int {
        /// How many.
        value: i64,
    },
    /// A code of the cooperative's list.
    Code {
        /// The code.
        value: String,
    },
    /// Free text.
    Text {
        /// The text.
        value: String,
    },
    /// A date.
    Date {
        /// The date.
        value: PartialDay,
    },
    /// A month.
    Month {
        /// The month.
        value: Month,
    },
}

impl From<&KernelDatum> for Datum {
    fn from(datum: &KernelDatum) -> Self {
        match datum {
            Known::Present(value) => Self::Present(value.into()),
            Known::Absent(reason) => Self::Absent { absent: *reason, absent_ja: reason.ja() },
        }
    }
}

impl From<&Value> for ItemValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool { value: *value },
            Value::Int(value) => Self::Int { value: *value },
            Value::Code(value) => Self::Code { value: value.clone() },
            Value::Text(value) => Self::Text { value: value.clone() },
            Value::Date(value) => Self::Date { value: (*value).into() },
            Value::Month(value) => Self::Month { value: (*value).into() },
        }
    }
}

/// A stable code and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Word {
    /// The code.
    code: String,
    /// As staff read it.
    ja: String,
    /// The same in English.
    en: String,
}

impl Word {
    /// A code with the words for it.
    pub fn new(code: impl Into<String>, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: code.into(), ja: ja.into(), en: en.into() }
    }

    /// A kernel word: its code is what it writes itself as.
    #[must_use]
    pub fn of(coded: &impl Serialize, words: kernel::code::Words) -> Self {
        let code = serde_json::to_value(coded).ok().and_then(|value| value.as_str().map(str::to_owned));
        Self::new(code.unwrap_or_default(), words.ja, words.en)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: impl Serialize) -> serde_json::Value {
        serde_json::to_value(value).unwrap()
    }

    #[test]
    fn every_part_is_a_value_or_a_reason() {
        assert_eq!(shown(Part::text(&Known::Present("襷".into()))), json!({"value": "襷"}));
        for &reason in Absence::ALL {
            let part = shown(Part::text(&Known::Absent(reason)));
            assert_eq!(part, json!({"absent": reason.as_str(), "absent_ja": reason.ja()}));
        }
    }

    #[test]
    fn zero_and_absent_never_look_alike() {
        let zero = Datum::from(&Known::Present(Value::Int(0)));
        assert_eq!(shown(zero), json!({"kind": "int", "value": 0}));
        let none = Datum::from(&Known::Absent(Absence::HeldElsewhere));
        assert_eq!(shown(none), json!({"absent": "held_elsewhere", "absent_ja": "他機関が保有"}));
    }

    #[test]
    fn a_date_is_no_more_exact_than_it_is_known() {
        let when = |json: serde_json::Value| shown(serde_json::from_value::<When>(json).unwrap());
        assert_eq!(
            when(json!({"at": "2008-02"})),
            json!({"kind": "at", "date": "2008-02", "wareki": "平成20年2月（日不詳）"})
        );
        assert_eq!(
            when(json!({"month": "2026-09"})),
            json!({"kind": "month", "month": "2026-09", "wareki": "令和8年9月"})
        );
        assert_eq!(
            when(json!({"period": {"from": "2024-04-01", "until": null}})),
            json!({"kind": "period", "from": {"date": "2024-04-01", "wareki": "令和6年4月1日"}, "until": null})
        );
        assert_eq!(
            when(json!({"as_of": "2026-09-30"})),
            json!({"kind": "as_of", "date": "2026-09-30", "wareki": "令和8年9月30日"})
        );
    }

    #[test]
    fn a_grade_has_a_code_and_what_staff_say() {
        assert_eq!(
            shown(Grade::from(KernelGrade::Elementary(4))),
            json!({"code": "elementary_4", "ja": "小4"})
        );
    }
}
