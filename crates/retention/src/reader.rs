//! Reads a schedule's TOML value by value and gathers every fault with its line, so that whoever writes
//! the file sees all that is wrong at once.

use std::cell::RefCell;
use std::str::FromStr;

use chrono::NaiveDate;
use kernel::{Code, Fault};
use toml::de::{DeTable, DeValue};

/// The format this version reads.
const FORMAT: u32 = 1;

/// The file and what was wrong in it so far.
struct Doc<'t> {
    file: &'t str,
    text: &'t str,
    faults: RefCell<Vec<Fault>>,
}

/// Reads a file: `known` are the keys of its top besides `format`, `read` asks for their values.
pub(crate) fn read<T>(
    file: &str,
    text: &str,
    known: &[&str],
    read: impl FnOnce(&Table<'_>) -> T,
) -> Result<T, Vec<Fault>> {
    let doc = Doc { file, text, faults: RefCell::default() };
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        doc.note(Fault::new(Code::ConfigSyntax).with("why", error.message()), "", at);
    }
    if !doc.faults.borrow().is_empty() {
        return Err(doc.faults.into_inner());
    }
    let known: Vec<_> = ["format"].iter().chain(known).copied().collect();
    let root = Table::open(&doc, document.get_ref(), String::new(), 0, &known);
    if let Some(format) = root.need("format")
        && format.integer() != Some(FORMAT)
    {
        format.invalid("読めるのは 1 だけです", "only 1 can be read");
    }
    let value = read(&root);
    let faults = doc.faults.take();
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

impl Doc<'_> {
    /// Notes a fault at a byte of the file, with file, line and key filled in.
    fn note(&self, fault: Fault, key: &str, at: usize) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let column = (!key.is_empty()).then(|| key.to_owned());
        let fault = fault.with("file", self.file).with("line", line).with("key", key);
        self.faults.borrow_mut().push(fault.at_line(self.file, line, column));
    }
}

/// A table of the file whose keys are all known.
pub(crate) struct Table<'r> {
    doc: &'r Doc<'r>,
    entries: &'r DeTable<'r>,
    path: String,
    at: usize,
}

impl<'r> Table<'r> {
    fn open(doc: &'r Doc<'r>, entries: &'r DeTable<'r>, path: String, at: usize, known: &[&str]) -> Self {
        let table = Self { doc, entries, path, at };
        for name in entries.keys().filter(|name| !known.contains(&name.get_ref().as_ref())) {
            let fault = Fault::new(Code::ConfigUnknownKey).with("known", known.join(", "));
            doc.note(fault, &table.key(name.get_ref()), name.span().start);
        }
        table
    }

    fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<Item<'r>> {
        let (name, value) = self.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        let (at, value) = (name.span().start, value.get_ref());
        Some(Item { doc: self.doc, path: self.key(key), at, value })
    }

    /// The value of a key; its lack is a fault.
    pub(crate) fn need(&self, key: &str) -> Option<Item<'r>> {
        let item = self.get(key);
        if item.is_none() {
            self.doc.note(Fault::new(Code::ConfigMissingKey), &self.key(key), self.at);
        }
        item
    }

    /// The tables of an array of tables; none when the key is not there.
    pub(crate) fn tables(&self, key: &str, known: &[&str]) -> Vec<Self> {
        let items = self.get(key).and_then(|item| item.list()).unwrap_or_default();
        items.iter().filter_map(|item| item.table(known)).collect()
    }
}

/// One value of the file.
pub(crate) struct Item<'r> {
    doc: &'r Doc<'r>,
    path: String,
    at: usize,
    value: &'r DeValue<'r>,
}

impl<'r> Item<'r> {
    /// Notes a fault at the value's line and key.
    pub(crate) fn fault(&self, fault: Fault) {
        self.doc.note(fault, &self.path, self.at);
    }

    /// Says that the value is wrong and why.
    pub(crate) fn invalid(&self, ja: &str, en: &str) {
        self.fault(Fault::new(Code::ConfigInvalidValue).with_words("why", ja, en));
    }

    /// The value, or the fault of what it should have been.
    fn or_invalid<T>(&self, value: Option<T>, ja: &str, en: &str) -> Option<T> {
        if value.is_none() {
            self.invalid(ja, en);
        }
        value
    }

    /// A text that is not blank.
    pub(crate) fn text(&self) -> Option<String> {
        let text = match self.value {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => None,
        };
        self.or_invalid(text, "空でない文字列が必要です", "a text that is not blank is needed")
    }

    /// A text of a type, and what to say of one that is not.
    pub(crate) fn parse<T: FromStr>(&self, ja: &str, en: &str) -> Option<T> {
        let read = self.text()?.parse().ok();
        self.or_invalid(read, ja, en)
    }

    /// One of a closed set of names.
    pub(crate) fn choose<T: Copy>(&self, all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
        let text = self.text()?;
        let known = all.iter().map(|value| name(*value)).collect::<Vec<_>>().join(", ");
        let chosen = all.iter().copied().find(|value| name(*value) == text);
        self.or_invalid(chosen, &format!("書けるのは {known}"), &format!("it may be {known}"))
    }

    fn integer(&self) -> Option<u32> {
        match self.value {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number(&self, least: u32, most: u32) -> Option<u32> {
        let number = self.integer().filter(|number| (least..=most).contains(number));
        let (ja, en) =
            (format!("{least}から{most}までの整数"), format!("a whole number from {least} to {most}"));
        self.or_invalid(number, &ja, &en)
    }

    /// A day without time.
    pub(crate) fn date(&self) -> Option<NaiveDate> {
        let day = match self.value {
            DeValue::Datetime(at) if at.time.is_none() && at.offset.is_none() => at.date,
            _ => None,
        };
        let day = day
            .and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        self.or_invalid(
            day,
            "日付（例 2026-04-01、引用符なし）が必要です",
            "a date such as 2026-04-01, unquoted, is needed",
        )
    }

    /// A table.
    pub(crate) fn table(&self, known: &[&str]) -> Option<Table<'r>> {
        let table = match self.value {
            DeValue::Table(entries) => {
                Some(Table::open(self.doc, entries, self.path.clone(), self.at, known))
            }
            _ => None,
        };
        self.or_invalid(table, "表（テーブル）が必要です", "a table is needed")
    }

    /// The items of an array.
    pub(crate) fn list(&self) -> Option<Vec<Self>> {
        let items = match self.value {
            DeValue::Array(items) => Some(items),
            _ => None,
        };
        let items = self.or_invalid(items, "配列が必要です", "an array is needed")?;
        let item = |(n, value): (usize, &'r toml::Spanned<DeValue<'r>>)| Self {
            doc: self.doc,
            path: format!("{}[{n}]", self.path),
            at: value.span().start,
            value: value.get_ref(),
        };
        Some(items.iter().enumerate().map(item).collect())
    }
}
