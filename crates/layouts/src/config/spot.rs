//! Where in a configuration file something stands, kept with every value that later checks may refuse.

use std::sync::Arc;

use kernel::{Code, Fault};

/// A key of a configuration file: file, line from 1, and the key's path (`file.encoding`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    file: Arc<str>,
    line: u32,
    key: Arc<str>,
}

impl Spot {
    /// The spot of `key` on line `line` (from 1) of `file`.
    #[must_use]
    pub fn new(file: impl Into<Arc<str>>, line: u32, key: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line, key: key.into() }
    }

    /// The file, as handed in.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The key's path.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A fault here, with `{file}`, `{line}` and `{key}` filled.
    #[must_use]
    pub fn fault(&self, code: Code) -> Fault {
        self.fault_of(code, &self.key)
    }

    /// `config_invalid_value`: the value is wrong, and why, in both languages.
    #[must_use]
    pub fn invalid(&self, ja: &str, en: &str) -> Fault {
        self.fault(Code::ConfigInvalidValue).with_words("why", ja, en)
    }

    /// `config_reference`: the value names something that does not exist.
    #[must_use]
    pub fn dangling(&self, target: &str) -> Fault {
        self.fault(Code::ConfigReference).with("target", target)
    }

    /// `config_duplicate`: the value stands twice.
    #[must_use]
    pub fn duplicate(&self, target: &str) -> Fault {
        self.fault(Code::ConfigDuplicate).with("target", target)
    }

    /// `config_missing_key`: `key` should stand here and does not.
    #[must_use]
    pub fn missing(&self, key: &str) -> Fault {
        self.fault_of(Code::ConfigMissingKey, key)
    }

    pub(super) fn fault_of(&self, code: Code, key: &str) -> Fault {
        Fault::new(code).with("file", &self.file).with("line", self.line).with("key", key).at_line(
            &*self.file,
            self.line,
            Some(key.to_owned()),
        )
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub spot: Spot,
}

impl<T> At<T> {
    /// `value`, standing at `spot`.
    #[must_use]
    pub const fn new(value: T, spot: Spot) -> Self {
        Self { value, spot }
    }

    /// Another value in the same place.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), spot: self.spot }
    }
}
