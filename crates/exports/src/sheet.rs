//! A child's sheet: one HTML file to be printed on A4, with who printed it, when and why on each page. It refers
//! to nothing outside itself, runs nothing, and says so to the browser.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::{Code, Digest, Fault};

use crate::Stamp;
use crate::stamp::CONFIDENTIAL;

pub(crate) const CSS: &str = include_str!("../templates/sheet.css");

/// What a browser may load for a sheet: its own style sheet, known by its digest, and nothing else. It stands in
/// the file too, so that it holds for a saved copy.
pub static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = BASE64_STANDARD.encode(Digest::of(CSS.as_bytes()).as_bytes());
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
});

/// A label and what is said under it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says: a value, or the reason there is none.
    pub said: String,
    /// Whether it is a reason and no value.
    pub absent: bool,
}

/// Somebody of the household.
#[derive(Debug, Clone)]
pub struct Member {
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 生年月日, as staff write it.
    pub birth: String,
    /// What they are to the child, how sure, and by what.
    pub relation: String,
}

/// One record of the time-line.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it was so.
    pub when: String,
    /// What it says.
    pub fact: Fact,
    /// 保有課.
    pub holder: String,
    /// 連携元, and the line of its file.
    pub source: String,
    /// When the platform learnt it.
    pub recorded: String,
}

/// The records of one category.
#[derive(Debug, Clone)]
pub struct Group {
    /// 分類.
    pub category: String,
    /// Oldest source first.
    pub entries: Vec<Entry>,
}

/// One indicator of a score.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// What it says.
    pub say: String,
    /// 該当, 非該当 or 不明.
    pub state: String,
    /// What it adds to the least and greatest total.
    pub points: String,
    /// What it rests on: holder, source, when; or what is missing and whom to ask.
    pub grounds: Vec<String>,
}

/// Where a run put the child, and why.
#[derive(Debug, Clone)]
pub struct Score {
    /// The rulebook.
    pub rulebook: String,
    /// The day it was run for.
    pub as_of: String,
    /// 判定区分.
    pub list: String,
    /// Totals, contact and what else is said beside them.
    pub facts: Vec<Fact>,
    /// Each indicator.
    pub indicators: Vec<Indicator>,
}

/// One version of a watch note.
#[derive(Debug, Clone)]
pub struct Note {
    /// When it was seen.
    pub seen: String,
    /// What was seen.
    pub text: String,
    /// 保有課, version, and why it was corrected.
    pub by: String,
}

/// Everything about one child that staff take along.
#[derive(Debug, Clone, Template)]
#[template(path = "sheet.html")]
pub struct Sheet {
    /// Who printed it, when and why.
    pub stamp: Stamp,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// Birth date, age, grade and what else the register says of the child.
    pub who: Vec<Fact>,
    /// The household, the child not among them.
    pub household: Vec<Member>,
    /// The latest run of each rulebook that scored the child.
    pub scores: Vec<Score>,
    /// What is recorded, by category.
    pub records: Vec<Group>,
    /// What is absent, and why.
    pub absent: Vec<Fact>,
    /// 見守り情報, oldest first.
    pub notes: Vec<Note>,
}

impl Sheet {
    fn css(&self) -> &'static str {
        CSS
    }

    fn policy(&self) -> &'static str {
        &POLICY
    }

    fn confidential(&self) -> &'static str {
        CONFIDENTIAL
    }
}

/// Writes a sheet.
///
/// # Errors
/// `internal` when the template cannot be filled.
pub fn html(sheet: &Sheet) -> Result<Vec<u8>, Fault> {
    sheet.render().map(String::into_bytes).map_err(|_| Fault::new(Code::Internal))
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
