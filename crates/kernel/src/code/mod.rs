//! Error codes and messages: one catalogue in Japanese and English. A [`Fault`] says what happened,
//! where, and what to do. It may carry a resident's value for the town's own staff to read, so its
//! `Debug` and `Display` show the code alone: a fault that reaches a log says nothing about anyone.

mod catalogue;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use catalogue::Code;

/// The two languages of the API; Japanese is what staff read and the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// 日本語.
    #[default]
    Ja,
    /// English.
    En,
}

/// One code's words.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The stable code clients decide on.
    pub code: &'static str,
    /// HTTP status (RFC 9110).
    pub status: u16,
    /// What happened, short.
    pub title: Words,
    /// What happened, where, and what to do; `{name}` stands for an argument.
    pub detail: Words,
}

/// The same in both languages.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// 日本語.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

impl Words {
    /// The words in one language.
    #[must_use]
    pub const fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

/// Where something is wrong.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In a file, counted from 1.
    Line {
        /// File as its owner names it; for a resident's file the source's code, never the file name.
        file: String,
        /// Line.
        line: u32,
        /// Column name, or key in a configuration file.
        column: Option<String>,
    },
    /// In a request's body (JSON pointer, RFC 6901) or a query parameter.
    Pointer(String),
}

/// An argument's value: text, or text that differs by language.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Arg {
    name: String,
    ja: String,
    en: String,
}

/// Something that went wrong, ready to be shown to the person who can put it right.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    code: Code,
    args: Vec<Arg>,
    place: Option<Place>,
}

impl Fault {
    /// A fault with this code.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, args: Vec::new(), place: None }
    }

    /// Fills `{name}` in the detail.
    #[must_use]
    pub fn with(self, name: &str, value: impl fmt::Display) -> Self {
        let text = value.to_string();
        self.with_words(name, &text, &text)
    }

    /// Fills `{name}` in the detail, with other words in each language.
    #[must_use]
    pub fn with_words(mut self, name: &str, ja: &str, en: &str) -> Self {
        self.args.push(Arg { name: name.to_owned(), ja: ja.to_owned(), en: en.to_owned() });
        self
    }

    /// Says that it is at this line of a file.
    #[must_use]
    pub fn at_line(mut self, file: impl Into<String>, line: u32, column: Option<String>) -> Self {
        self.place = Some(Place::Line { file: file.into(), line, column });
        self
    }

    /// Says that it is at this JSON pointer of a request.
    #[must_use]
    pub fn at_pointer(mut self, pointer: impl Into<String>) -> Self {
        self.place = Some(Place::Pointer(pointer.into()));
        self
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Where it is.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What fills `{name}`, where it is the same in both languages or in Japanese.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|arg| arg.name == name).map(|arg| arg.ja.as_str())
    }

    /// What happened, short.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &'static str {
        self.code.entry().title.get(lang)
    }

    /// What happened, where, and what to do.
    #[must_use]
    pub fn detail(&self, lang: Lang) -> String {
        let mut text = self.code.entry().detail.get(lang).to_owned();
        for arg in &self.args {
            let value = if lang == Lang::Ja { &arg.ja } else { &arg.en };
            text = text.replace(&format!("{{{}}}", arg.name), value);
        }
        text
    }
}

impl From<Code> for Fault {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({})", self.code)
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
    }

    #[test]
    fn every_code_has_both_languages_with_the_same_arguments() {
        for &code in Code::ALL {
            let entry = code.entry();
            for words in [entry.title, entry.detail] {
                assert!(!words.ja.is_ascii(), "{code}: Japanese words are missing");
                assert!(!words.en.chars().any(is_japanese), "{code}: Japanese in English");
                assert!(!words.en.is_empty(), "{code}");
                assert_eq!(placeholders(words.ja), placeholders(words.en), "{code}");
            }
            assert!(entry.detail.ja.ends_with('。'), "{code}: a detail is a sentence that says what to do");
            assert!(entry.detail.en.ends_with('.'), "{code}");
            assert!((400..600).contains(&entry.status), "{code}");
        }
    }

    fn is_japanese(c: char) -> bool {
        matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}')
    }

    #[test]
    fn codes_are_distinct_and_lead_back() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for &code in Code::ALL {
            assert_eq!(serde_json::from_value::<Code>(serde_json::to_value(code).unwrap()).unwrap(), code);
        }
    }

    #[test]
    fn a_bad_cell_reads_as_a_person_would_say_it() {
        let fault = Fault::new(Code::EraBounds)
            .with("line", 12)
            .with("column", "生年月日")
            .with("raw", "5010430")
            .with_words("era", "令和", "Reiwa")
            .with_words("first", "2019年5月1日", "2019-05-01");
        assert_eq!(
            fault.detail(Lang::Ja),
            "12行目『生年月日』が読めません（5010430：令和は2019年5月1日からです）。元の課に確認してください。原本は変更していません。"
        );
        assert_eq!(
            fault.detail(Lang::En),
            "Line 12, 生年月日: 5010430 is before the era it names (Reiwa began on 2019-05-01). Ask the holding section; nothing was changed."
        );
    }

    #[test]
    fn a_fault_in_a_log_says_nothing_about_anyone() {
        let fault = Fault::new(Code::EraBounds).with("raw", "山田太郎");
        assert_eq!(format!("{fault} {fault:?}"), "era_bounds Fault(era_bounds)");
    }
}
