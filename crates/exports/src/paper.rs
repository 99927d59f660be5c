//! A report on paper: facts and tables under headings in two languages, as one HTML file for A4. As the child's
//! sheet it refers to nothing outside itself and runs nothing.

use askama::Template;
use kernel::{Code, Fault};

use crate::sheet::{CSS, POLICY};
use crate::stamp::CONFIDENTIAL;
use crate::{Fact, Stamp};

/// A heading in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// What staff read.
    pub ja: &'static str,
    /// The same in English, beside it.
    pub en: &'static str,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// What stands above the columns: Japanese and English.
    pub heads: Vec<Heading>,
    /// The rows, each with a cell a column.
    pub rows: Vec<Vec<String>>,
}

/// One part of a report.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is about.
    pub heading: Heading,
    /// Which of several, if there are: a name of configuration.
    pub of: String,
    /// What has to be known to read it.
    pub hints: Vec<String>,
    /// Single facts.
    pub facts: Vec<Fact>,
    /// Tables that are empty are left out.
    pub grid: Grid,
}

/// A report.
#[derive(Debug, Clone, Template)]
#[template(path = "paper.html")]
pub struct Paper {
    /// Who made it, when and why.
    pub stamp: Stamp,
    /// What it is.
    pub title: Heading,
    /// What it is about.
    pub subject: String,
    /// Its parts.
    pub parts: Vec<Part>,
}

impl Paper {
    fn css(&self) -> &'static str {
        CSS
    }

    fn policy(&self) -> &'static str {
        &POLICY
    }

    /// Whether a cell is better not broken into lines: a number, a share, a few lines.
    fn is_short(&self, cell: &str) -> bool {
        cell.chars().count() <= 8
    }

    fn confidential(&self) -> &'static str {
        CONFIDENTIAL
    }
}

impl Part {
    /// A part with nothing in it yet.
    #[must_use]
    pub fn new(ja: &'static str, en: &'static str) -> Self {
        let heading = Heading { ja, en };
        Self { heading, of: String::new(), hints: Vec::new(), facts: Vec::new(), grid: Grid::default() }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// With a fact.
    #[must_use]
    pub fn fact(mut self, label: &str, said: impl Into<String>) -> Self {
        self.facts.push(Fact { label: label.to_owned(), said: said.into(), absent: false });
        self
    }

    /// With a table of these columns.
    #[must_use]
    pub fn grid(mut self, heads: &[(&'static str, &'static str)], rows: Vec<Vec<String>>) -> Self {
        self.grid = Grid { heads: heads.iter().map(|&(ja, en)| Heading { ja, en }).collect(), rows };
        self
    }
}

/// Writes a report.
///
/// # Errors
/// `internal` when the template cannot be filled.
pub fn paper(paper: &Paper) -> Result<Vec<u8>, Fault> {
    paper.render().map(String::into_bytes).map_err(|_| Fault::new(Code::Internal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::example;

    #[test]
    fn whatever_a_file_holds_it_stays_text_on_every_page_of_paper() {
        let bad = "<script>alert(1)</script><img src=x>";
        let part = Part::new("列", "Columns").hint(bad).fact(bad, bad);
        let part = part.grid(&[("列", "Column"), ("行", "Lines")], vec![vec![bad.into(), "12".into()]]);
        let page = Paper {
            stamp: example(),
            title: Heading { ja: "取込品質報告", en: "Quality of a load" },
            subject: bad.into(),
            parts: vec![part, Part::new("なし", "None")],
        };
        let page = String::from_utf8(paper(&page).unwrap()).unwrap();
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert!(page.contains("架空　花子（子育て健康課）") && page.contains("部外秘"));
        assert!(page.contains(&format!("content=\"{}\"", POLICY.replace('\'', "&#39;"))));
        for outside in ["http:", "https:", "src=\"", "href=", "@import", "url(", "style="] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
