//! One value of a configuration file, and the types it may be asked for.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::DeValue;

use serde_json::{Value, json};

use super::reader::{Parser, TableReader, entries_of};
use super::sketch::{self, Sketch, Spelt};
use super::spot::{At, Spot};

/// How a value begins that somebody has still to decide: a draft is made of them, and each is a fault until
/// it is written.
pub const UNDECIDED: &str = "TODO";

/// One value, where it stands, and the file's list of faults.
pub struct Node<'d> {
    doc: Parser<'d>,
    value: &'d Spanned<DeValue<'d>>,
    spot: Spot,
    sketch: Option<Sketch>,
}

/// What stands where a file is drawn and not read.
static NOTHING: LazyLock<Spanned<DeValue<'static>>> =
    LazyLock::new(|| Spanned::new(0..0, DeValue::Boolean(false)));

impl<'d> Node<'d> {
    pub(super) fn new(doc: Parser<'d>, value: &'d Spanned<DeValue<'d>>, spot: Spot) -> Self {
        Self { doc, value, spot, sketch: None }
    }

    pub(super) fn drawn(doc: Parser<'d>, sketch: Sketch, spot: Spot) -> Self {
        Self { doc, value: &NOTHING, spot, sketch: Some(sketch) }
    }

    /// Notes what the value may be, where the file is drawn; whether it is.
    fn draws(&self, schema: impl FnOnce() -> Value) -> bool {
        self.sketch.as_ref().map(|sketch| sketch.may_be(schema())).is_some()
    }

    /// Where it stands.
    #[must_use]
    pub const fn spot(&self) -> &Spot {
        &self.spot
    }

    /// Whether it is a `T`. Reports nothing.
    #[must_use]
    pub fn is<T: FromNode>(&self) -> bool {
        !self.draws(T::schema) && T::from_node(self).is_ok()
    }

    /// The value as a `T`; of another type is a fault.
    #[must_use]
    pub fn read<T: FromNode>(self) -> Option<At<T>> {
        if self.draws(T::schema) || self.is_undecided() {
            return None;
        }
        match T::from_node(&self) {
            Ok(value) => Some(At::new(value, self.spot)),
            Err(Wrong { ja, en }) => self.refuse(ja, en),
        }
    }

    /// The text read by `T`'s `FromStr`.
    #[must_use]
    pub fn parsed<T: FromStr<Err: Display> + Spelt>(self) -> Option<At<T>> {
        if self.draws(T::spelling) {
            return None;
        }
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
        if self.draws(|| sketch::words(choices.iter().map(|(name, _)| *name))) {
            return None;
        }
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
        if let Some(sketch) = &self.sketch {
            return Some(TableReader::drawn(self.doc, sketch.table(), self.spot));
        }
        if self.is_undecided() {
            return None;
        }
        match self.value.get_ref() {
            DeValue::Table(table) => Some(TableReader::new(self.doc, table, self.spot)),
            _ => self.refuse("表（[…]）を書いてください", "a table is expected"),
        }
    }

    /// The items of an array; anything else is a fault and has none.
    #[must_use]
    pub fn items(self) -> Vec<Node<'d>> {
        if let Some(sketch) = &self.sketch {
            return vec![Node::drawn(self.doc, sketch.items(), self.spot)];
        }
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
        if let Some(sketch) = &self.sketch {
            return vec![(String::new(), Node::drawn(self.doc, sketch.entries(), self.spot))];
        }
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

    /// Whether the value has still to be decided, which is reported here.
    fn is_undecided(&self) -> bool {
        let what = self.value.get_ref().as_str().and_then(|text| text.strip_prefix(UNDECIDED));
        let Some(what) = what.map(|what| what.trim_start_matches([':', '：', ' '])) else { return false };
        let (ja, en) = match what {
            "" => (String::new(), String::new()),
            _ => (format!("：{what}"), format!(": {what}")),
        };
        self.doc.note_undecided();
        self.refuse::<()>(
            &format!("まだ決まっていません（{UNDECIDED}{ja}）"),
            &format!("it is still to be decided ({UNDECIDED}{en})"),
        );
        true
    }

    fn text(&self) -> Option<&'d str> {
        if self.is_undecided() {
            return None;
        }
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

    /// The JSON Schema of such a value.
    #[must_use]
    fn schema() -> Value;
}

impl FromNode for String {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        node.value.get_ref().as_str().map(str::to_owned).ok_or(TEXT)
    }

    fn schema() -> Value {
        json!({ "type": "string" })
    }
}

impl FromNode for bool {
    fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
        node.value.get_ref().as_bool().ok_or(BOOL)
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
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

    fn schema() -> Value {
        json!({ "type": "integer" })
    }
}

macro_rules! narrower {
    ($($integer:ty),+) => {$(
        impl FromNode for $integer {
            fn from_node(node: &Node<'_>) -> Result<Self, Wrong> {
                i64::from_node(node)?.try_into().map_err(|_| INTEGER)
            }

            fn schema() -> Value {
                let most = u64::try_from(<$integer>::MAX).unwrap_or(MAX_EXACT).min(MAX_EXACT);
                json!({ "type": "integer", "minimum": <$integer>::MIN, "maximum": most })
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

    fn schema() -> Value {
        json!({ "type": "string", "format": "date" })
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

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}
