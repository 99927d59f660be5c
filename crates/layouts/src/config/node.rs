//! One value of a configuration file, and the types it may be asked for.

use std::fmt::Display;
use std::str::FromStr;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Parser, TableReader, entries_of};
use super::spot::{At, Spot};

/// One value, where it stands, and the file's list of faults.
pub struct Node<'d> {
    doc: Parser<'d>,
    value: &'d Spanned<DeValue<'d>>,
    spot: Spot,
}

impl<'d> Node<'d> {
    pub(super) fn new(doc: Parser<'d>, value: &'d Spanned<DeValue<'d>>, spot: Spot) -> Self {
        Self { doc, value, spot }
    }

    /// Where it stands.
    #[must_use]
    pub const fn spot(&self) -> &Spot {
        &self.spot
    }

    /// Whether it is a `T`. Reports nothing.
    #[must_use]
    pub fn is<T: FromNode>(&self) -> bool {
        T::from_node(self).is_ok()
    }

    /// The value as a `T`; of another type is a fault.
    #[must_use]
    pub fn read<T: FromNode>(self) -> Option<At<T>> {
        match T::from_node(&self) {
            Ok(value) => Some(At::new(value, self.spot)),
            Err(Wrong { ja, en }) => self.refuse(ja, en),
        }
    }

    /// The text read by `T`'s `FromStr`.
    #[must_use]
    pub fn parsed<T: FromStr<Err: Display>>(self) -> Option<At<T>> {
        let text = self.text()?;
        match text.parse() {
            Ok(value) => Some(At::new(value, self.spot)),
            Err(error) => {
                self.refuse(&format!("「{text}」は使えません：{error}"), &format!("{text:?}: {error}"))
            }
        }
    }

    /// The text as one of `choices`.
    #[must_use]
    pub fn choice<T: Copy>(self, choices: &[(&str, T)]) -> Option<At<T>> {
        let text = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(At::new(*value, self.spot));
        }
        let known = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        self.refuse(
            &format!("「{text}」は使えません。使えるのは {known} です"),
            &format!("{text:?} is not one of {known}"),
        )
    }

    /// The value as a table.
    #[must_use]
    pub fn table(self) -> Option<TableReader<'d>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Some(TableReader::new(self.doc, table, self.spot)),
            _ => self.refuse("表（[…]）を書いてください", "a table is expected"),
        }
    }

    /// The items of an array; anything else is a fault and has none.
    #[must_use]
    pub fn items(self) -> Vec<Node<'d>> {
        let DeValue::Array(items) = self.value.get_ref() else {
            self.refuse::<()>("並び（[[…]] または [ ]）を書いてください", "an array is expected");
            return Vec::new();
        };
        items
            .iter()
            .map(|item| Node::new(self.doc, item, self.doc.spot(item.span().start, self.spot.key())))
            .collect()
    }

    /// The entries of a table with free keys, in the order of the file.
    #[must_use]
    pub fn entries(self) -> Vec<(String, Node<'d>)> {
        match self.value.get_ref() {
            DeValue::Table(table) => entries_of(self.doc, table, &self.spot),
            _ => {
                self.refuse::<()>("表（{ … }）を書いてください", "a table is expected");
                Vec::new()
            }
        }
    }

    /// Adds `config_invalid_value` here, with the reason in both languages.
    pub fn refuse<T>(&self, ja: &str, en: &str) -> Option<T> {
        self.doc.report(self.spot.invalid(ja, en));
        None
    }

    fn text(&self) -> Option<&'d str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => self.refuse(TEXT.ja, TEXT.en),
        }
    }
}

/// Why a value is not of the type asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wrong {
    ja: &'static str,
    en: &'static str,
}

const TEXT: Wrong =
    Wrong { ja: "文字列を \"…\" で書いてください", en: "a text in quotes is expected" };
const INTEGER: Wrong = Wrong {
    ja: "整数（±2^53 未満、項目の範囲内）を書いてください",
    en: "a whole number within the key's range is expected",
};
const BOOL: Wrong = Wrong { ja: "true か false を書いてください", en: "true or false is expected" };
const DATE: Wrong = Wrong {
    ja: "日付を 2026-04-01 の形で書いてください",
    en: "a date such as 2026-04-01 is expected",
};
const ARRAY: Wrong = Wrong {
    ja: "並びを [ ] で書き、中身の型をそろえてください",
    en: "an array of values of one type is expected",
};

/// A type a configuration value can have.
pub trait FromNode: Sized {
    /// The value as this type.
    ///
    /// # Errors
    /// [`Wrong`] when it is of another type or out of range.
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong>;
}

impl FromNode for String {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        node.value.get_ref().as_str().map(str::to_owned).ok_or(TEXT)
    }
}

impl FromNode for bool {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        node.value.get_ref().as_bool().ok_or(BOOL)
    }
}

/// Largest whole number that canonical JSON keeps exactly (RFC 7493 §2.2).
const MAX_EXACT: u64 = (1 << 53) - 1;

impl FromNode for i64 {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        let number = node.value.get_ref().as_integer().ok_or(INTEGER)?;
        Self::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|number| number.unsigned_abs() <= MAX_EXACT)
            .ok_or(INTEGER)
    }
}

macro_rules! narrower {
    ($($integer:ty),+) => {$(
        impl FromNode for $integer {
            fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
                i64::from_node(node)?.try_into().map_err(|_| INTEGER)
            }
        }
    )+};
}

narrower!(u8, u16, u32, u64, usize, i32);

impl FromNode for NaiveDate {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        let text = match node.value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return Err(DATE),
        };
        text.parse().map_err(|_| DATE)
    }
}

impl<T: FromNode> FromNode for Vec<At<T>> {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        let DeValue::Array(items) = node.value.get_ref() else { return Err(ARRAY) };
        items
            .iter()
            .map(|item| {
                let spot = node.doc.spot(item.span().start, node.spot.key());
                let item = Node::new(node.doc, item, spot);
                T::from_node(&item).map(|value| At::new(value, item.spot)).map_err(|_| ARRAY)
            })
            .collect()
    }
}
