//! データ項目: the cooperative's data dictionary, and the values an item can have.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::category::Category;
use crate::date::{PartialDate, YearMonth};
use crate::observation::{Datum, Known};
use crate::slug::{SlugError, is_slug};

/// An item's name in the dictionary: `<group>.<name>`, such as `attendance.late_days`. Shared, because
/// every observation of every row carries one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemCode(Arc<str>);

impl ItemCode {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ItemCode {
    type Err = SlugError;
    fn from_str(text: &str) -> Result<Self, SlugError> {
        match text.split_once('.') {
            Some((group, name)) if is_slug(group) && is_slug(name) => Ok(Self(text.into())),
            _ => Err(SlugError),
        }
    }
}

impl fmt::Display for ItemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ItemCode {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ItemCode {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What shape an item's value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// 有・無.
    Bool,
    /// A whole number in the item's unit.
    Int,
    /// A code of the cooperative's list.
    Code,
    /// Free text. Never an input of a rule.
    Text,
    /// A date, perhaps with day or month unknown.
    Date,
    /// A year and month.
    Month,
}

/// One entry of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemDef {
    /// The item's name.
    pub code: ItemCode,
    /// The category whose key seals it.
    pub category: Category,
    /// What its values look like.
    pub kind: ValueKind,
    /// The name staff see.
    pub ja: String,
    /// The English name.
    pub en: String,
    /// The unit of an `int`, as staff say it (`回`, `日`, `円`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The values that a `code` may have, with what staff call each (`prefectural` = 県立). Without any, every
    /// code may stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl ItemDef {
    /// Whether a configuration may say this code of the item.
    #[must_use]
    pub fn admits(&self, code: &str) -> bool {
        self.values.is_empty() || self.values.contains_key(code)
    }

    /// What staff call a code.
    #[must_use]
    pub fn called(&self, datum: &Datum) -> Option<&str> {
        match datum {
            Known::Present(Value::Code(code)) => self.values.get(code).map(String::as_str),
            _ => None,
        }
    }

    /// The values that a code may have, as a fault lists them.
    #[must_use]
    pub fn admitted(&self) -> String {
        let values: Vec<String> = self.values.iter().map(|(code, ja)| format!("{code}（{ja}）")).collect();
        values.join(", ")
    }
}

/// A value that is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Value {
    /// 有・無.
    Bool(bool),
    /// A whole number in the item's unit.
    Int(i64),
    /// A code of the cooperative's list.
    Code(String),
    /// Free text.
    Text(String),
    /// A date, perhaps partial.
    Date(PartialDate),
    /// A year and month.
    Month(YearMonth),
}

impl Value {
    /// The shape of this value.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        match self {
            Self::Bool(_) => ValueKind::Bool,
            Self::Int(_) => ValueKind::Int,
            Self::Code(_) => ValueKind::Code,
            Self::Text(_) => ValueKind::Text,
            Self::Date(_) => ValueKind::Date,
            Self::Month(_) => ValueKind::Month,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_code_has_two_parts() {
        assert!("attendance.late_days".parse::<ItemCode>().is_ok());
        for bad in ["late_days", "a.b.c", ".x", "x.", "A.b"] {
            assert!(bad.parse::<ItemCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_value_says_its_kind() {
        assert_eq!(Value::Int(0).kind(), ValueKind::Int);
        assert_eq!(serde_json::to_string(&Value::Int(0)).unwrap(), r#"{"kind":"int","value":0}"#);
    }
}
