//! Reads a TOML file value by value and gathers every fault with its line, so that whoever writes a
//! rulebook or an overlay sees all that is wrong at once.

use std::cell::RefCell;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use kernel::{Code, Fault};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One file being read, with what was wrong so far.
pub(crate) struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    faults: RefCell<Vec<Fault>>,
}

impl<'t> Reader<'t> {
    pub(crate) const fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, faults: RefCell::new(Vec::new()) }
    }

    /// The document, with the faults of its syntax noted.
    pub(crate) fn document(&self) -> Spanned<DeTable<'t>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let line = self.line(error.span().map_or(0, |span| span.start));
            self.note(Fault::new(Code::ConfigSyntax).with("why", error.message()), "", line);
        }
        document
    }

    /// The line, from 1, of a byte of the file.
    pub(crate) fn line(&self, at: usize) -> u32 {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).map_or(u32::MAX, |n| n + 1)
    }

    /// Notes a fault, with file, line and key filled in.
    pub(crate) fn note(&self, fault: Fault, key: &str, line: u32) {
        self.faults.borrow_mut().push(located(fault, self.file, key, line));
    }

    /// What was read, unless anything was wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, Vec<Fault>> {
        let faults = self.faults.into_inner();
        match read {
            Some(value) if faults.is_empty() => Ok(value),
            _ => Err(faults),
        }
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }
}

/// A configuration fault with its file, line and key, in its words and as its place.
pub(crate) fn located(fault: Fault, file: &str, key: &str, line: u32) -> Fault {
    let column = (!key.is_empty()).then(|| key.to_owned());
    fault.with("file", file).with("line", line).with("key", key).at_line(file, line, column)
}

/// A table of the file. Every key must be asked for before [`Table::close`], which faults the rest.
pub(crate) struct Table<'r> {
    reader: &'r Reader<'r>,
    entries: &'r DeTable<'r>,
    path: String,
    at: usize,
    asked: RefCell<Vec<&'static str>>,
}

impl<'r> Table<'r> {
    /// The whole document as a table.
    pub(crate) fn root(reader: &'r Reader<'r>, document: &'r Spanned<DeTable<'r>>) -> Self {
        Self::new(reader, document.get_ref(), String::new(), 0)
    }

    const fn new(reader: &'r Reader<'r>, entries: &'r DeTable<'r>, path: String, at: usize) -> Self {
        Self { reader, entries, path, at, asked: RefCell::new(Vec::new()) }
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&self, key: &'static str) -> Option<Item<'r>> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(name, value)| Item {
            reader: self.reader,
            path: join(&self.path, key),
            at: name.span().start,
            value: value.get_ref(),
        })
    }

    /// The value of a key; its lack is a fault.
    pub(crate) fn need(&self, key: &'static str) -> Option<Item<'r>> {
        let item = self.get(key);
        if item.is_none() {
            let fault = Fault::new(Code::ConfigMissingKey);
            self.reader.note(fault, &join(&self.path, key), self.line());
        }
        item
    }

    /// The value of a key that must be there, as `read` reads it.
    pub(crate) fn read<T>(&self, key: &'static str, read: impl FnOnce(&Item<'r>) -> Option<T>) -> Option<T> {
        self.need(key).and_then(|item| read(&item))
    }

    /// Likewise for a key that may be missing: `Some(None)` then, `None` only when it cannot be read.
    pub(crate) fn maybe<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Item<'r>) -> Option<T>,
    ) -> Option<Option<T>> {
        self.get(key).map_or(Some(None), |item| read(&item).map(Some))
    }

    /// The table under a key that must be there, as `read` reads it.
    pub(crate) fn inner<T>(&self, key: &'static str, read: impl FnOnce(Self) -> Option<T>) -> Option<T> {
        self.read(key, Item::table).and_then(read)
    }

    /// Every entry, where the names are the writer's to choose.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (String, Item<'r>)> + use<'r> {
        let (reader, path) = (self.reader, self.path.clone());
        self.entries.iter().map(move |(name, value)| {
            let item = Item {
                reader,
                path: join(&path, name.get_ref()),
                at: name.span().start,
                value: value.get_ref(),
            };
            (name.get_ref().to_string(), item)
        })
    }

    /// Faults every key nobody asked for.
    pub(crate) fn close(self) {
        let asked = self.asked.into_inner();
        for (name, _) in self.entries {
            if !asked.iter().any(|key| name.get_ref() == key) {
                let fault = Fault::new(Code::ConfigUnknownKey).with("known", asked.join(", "));
                self.reader.note(
                    fault,
                    &join(&self.path, name.get_ref()),
                    self.reader.line(name.span().start),
                );
            }
        }
    }

    /// The line on which the table begins.
    pub(crate) fn line(&self) -> u32 {
        self.reader.line(self.at)
    }

    /// The tables of an array of tables; none when the key is not there.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Self> {
        self.get(key).map(|item| item.list()).unwrap_or_default().iter().filter_map(Item::table).collect()
    }
}

/// One value of the file.
pub(crate) struct Item<'r> {
    reader: &'r Reader<'r>,
    path: String,
    at: usize,
    value: &'r DeValue<'r>,
}

impl<'r> Item<'r> {
    /// Faults the value.
    pub(crate) fn invalid(&self, ja: &str, en: &str) {
        self.fault(Fault::new(Code::ConfigInvalidValue).with_words("why", ja, en));
    }

    /// Notes a fault at the value's line and key.
    pub(crate) fn fault(&self, fault: Fault) {
        self.reader.note(fault, &self.path, self.line());
    }

    /// The value's line.
    pub(crate) fn line(&self) -> u32 {
        self.reader.line(self.at)
    }

    /// The value's place in the file, as keys: `indicator[3].when`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// A text that is not blank.
    pub(crate) fn text(&self) -> Option<String> {
        match self.value {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => {
                self.invalid("文字列が必要です", "a text is needed");
                None
            }
        }
    }

    /// Whether the value is a text.
    pub(crate) const fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Whether the value is true or false.
    pub(crate) const fn is_flag(&self) -> bool {
        matches!(self.value, DeValue::Boolean(_))
    }

    /// A whole number.
    pub(crate) fn int(&self) -> Option<i64> {
        let number = match self.value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            self.invalid("整数が必要です", "a whole number is needed");
        }
        number
    }

    /// True or false.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.invalid("true か false が必要です", "true or false is needed");
                None
            }
        }
    }

    /// A day without time.
    pub(crate) fn date(&self) -> Option<NaiveDate> {
        let day = match self.value {
            DeValue::Datetime(at) if at.time.is_none() && at.offset.is_none() => at.date,
            _ => None,
        };
        let day = day
            .and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day)));
        if day.is_none() {
            self.invalid(
                "日付（例 2026-04-01、引用符なし）が必要です",
                "a date such as 2026-04-01, unquoted, is needed",
            );
        }
        day
    }

    /// A text that a type reads; its own words say what is wrong.
    pub(crate) fn parse<T: FromStr<Err: fmt::Display>>(&self) -> Option<T> {
        match self.text()?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(Fault::new(Code::ConfigInvalidValue).with("why", error));
                None
            }
        }
    }

    /// A table.
    pub(crate) fn table(&self) -> Option<Table<'r>> {
        match self.value {
            DeValue::Table(entries) => Some(Table::new(self.reader, entries, self.path.clone(), self.at)),
            _ => {
                self.invalid("表（テーブル）が必要です", "a table is needed");
                None
            }
        }
    }

    /// The items of an array.
    pub(crate) fn list(&self) -> Vec<Self> {
        let DeValue::Array(items) = self.value else {
            self.invalid("配列が必要です", "an array is needed");
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(n, value)| Self {
                reader: self.reader,
                path: format!("{}[{n}]", self.path),
                at: value.span().start,
                value: value.get_ref(),
            })
            .collect()
    }

    /// Two whole numbers, the first not above the second.
    pub(crate) fn range(&self) -> Option<[i64; 2]> {
        let numbers: Vec<i64> = self.list().iter().filter_map(Self::int).collect();
        match *numbers {
            [low, high] if low <= high => Some([low, high]),
            _ => {
                self.invalid("[下限, 上限] が必要です", "a pair [low, high] is needed");
                None
            }
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
