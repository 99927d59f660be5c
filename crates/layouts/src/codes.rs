//! コード表: what a source's codes mean in the cooperative's words, from CSV files with the header
//! `source,target[,valid_from,valid_to]` (UTF-8; days included at both ends).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::Fault;
use serde::Serialize;

use crate::config::UNDECIDED;
use crate::config::reader::Spot;
use crate::decode::Cells;

/// One line of a code list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeEntry {
    /// The code as the file has it.
    pub source: String,
    /// What it means.
    pub target: String,
    /// The first day it means this; open if none.
    pub valid_from: Option<NaiveDate>,
    /// The last day; open if none.
    pub valid_to: Option<NaiveDate>,
    #[serde(skip)]
    pub(crate) spot: Spot,
}

impl CodeEntry {
    /// Whether the code meant this on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    fn meets(&self, other: &Self) -> bool {
        self.source == other.source
            && self.valid_from.is_none_or(|from| other.valid_to.is_none_or(|to| from <= to))
            && other.valid_from.is_none_or(|from| self.valid_to.is_none_or(|to| from <= to))
    }
}

/// One code list, in the order of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CodeList {
    /// Its lines.
    pub entries: Vec<CodeEntry>,
}

/// The code lists of a town or of the cooperative, by name.
#[derive(Debug, Clone, Default)]
pub struct CodeLists {
    lists: BTreeMap<String, CodeList>,
}

const HEADERS: [&[&str]; 2] = [&["source", "target"], &["source", "target", "valid_from", "valid_to"]];

impl CodeLists {
    /// Adds the list `name` from the text of its file; `file` is the name under which faults report it.
    ///
    /// # Errors
    /// Every fault of the file, by line: a wrong header or number of columns, an empty code, a day that
    /// is none, a code that means two things on one day.
    pub fn add(&mut self, name: &str, file: &str, text: &str) -> Result<(), Vec<Fault>> {
        let mut lines = lines(text);
        let header = lines.next().map(|(_, cells)| cells).unwrap_or_default();
        if !HEADERS.contains(&header.iter().map(String::as_str).collect::<Vec<_>>().as_slice()) {
            return Err(vec![Spot::new(file, 1, "source,target").invalid(
                "一行目は source,target または source,target,valid_from,valid_to にしてください",
                "the first line must be source,target or source,target,valid_from,valid_to",
            )]);
        }
        let (mut list, mut faults) = (CodeList::default(), Vec::new());
        for (line, cells) in lines {
            match entry(file, line, header.len(), &cells) {
                Ok(entry) => match list.entries.iter().find(|other| other.meets(&entry)) {
                    Some(_) => faults.push(entry.spot.duplicate(&entry.source)),
                    None => list.entries.push(entry),
                },
                Err(fault) => faults.push(fault),
            }
        }
        // A list with faults is there all the same: that it is named somewhere is no fault besides.
        self.lists.insert(name.to_owned(), list);
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// These lists over those of `base`: in a list of the same name, a code that stands here takes the
    /// place of every line of `base` with that code; the other lines of `base` stay.
    #[must_use]
    pub fn over(mut self, base: &Self) -> Self {
        for (name, inherited) in &base.lists {
            let own = self.lists.entry(name.clone()).or_default();
            let kept = inherited
                .entries
                .iter()
                .filter(|entry| !own.entries.iter().any(|o| o.source == entry.source));
            let kept: Vec<_> = kept.cloned().collect();
            own.entries.splice(0..0, kept);
        }
        self
    }

    /// The list `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CodeList> {
        self.lists.get(name)
    }

    /// The names of all lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.keys().map(String::as_str)
    }
}

/// The lines that are not blank, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (u32, Vec<String>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
        let mut cells = Cells::default();
        cells.split(line.as_bytes(), b',');
        (number, cells.iter(line.as_bytes()).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
    })
}

fn entry(file: &str, line: u32, columns: usize, cells: &[String]) -> Result<CodeEntry, Fault> {
    let spot = |key: &str| Spot::new(file, line, key);
    if cells.len() != columns {
        let (ja, en) = (format!("{columns} 列を書いてください"), format!("write {columns} columns"));
        return Err(spot("source").invalid(&ja, &en));
    }
    let cell = |n: usize| cells.get(n).map(String::as_str).unwrap_or_default();
    let day = |n: usize, key: &str| match cell(n) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            spot(key)
                .invalid("日付を 2026-04-01 の形で書いてください", "a date such as 2026-04-01 is expected")
        }),
    };
    if cell(0).is_empty() || cell(1).is_empty() {
        return Err(
            spot("source").invalid("source と target を書いてください", "write both source and target")
        );
    }
    if cell(1).starts_with(UNDECIDED) {
        return Err(spot("target").invalid(
            "意味がまだ決まっていません（TODO）",
            "what the code means is still to be decided (TODO)",
        ));
    }
    Ok(CodeEntry {
        source: cell(0).to_owned(),
        target: cell(1).to_owned(),
        valid_from: day(2, "valid_from")?,
        valid_to: day(3, "valid_to")?,
        spot: spot("target"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Place;

    fn lists(text: &str) -> CodeLists {
        let mut lists = CodeLists::default();
        lists.add("sex", "codes/sex.csv", text).unwrap();
        lists
    }

    fn targets(lists: &CodeLists) -> Vec<(&str, &str)> {
        let list = lists.get("sex").unwrap();
        list.entries.iter().map(|entry| (entry.source.as_str(), entry.target.as_str())).collect()
    }

    #[test]
    fn the_towns_codes_stand_over_the_cooperatives() {
        let base = lists("source,target\r\n1,male\r\n2,female\r\n9,other\r\n");
        let town = lists("source,target\n9,female\n\"男\",male\n");
        assert_eq!(
            targets(&town.over(&base)),
            [("1", "male"), ("2", "female"), ("9", "female"), ("男", "male")]
        );
        assert_eq!(targets(&CodeLists::default().over(&base)).len(), 3);
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = "source,target,valid_from,valid_to\n1,male,,\n1,female,2020-01-01,\n2\n3,other,2020-13-01,\n,x,,\n4,x,,,\n";
        let faults = CodeLists::default().add("sex", "codes/sex.csv", text).unwrap_err();
        let told: Vec<_> = faults
            .iter()
            .map(|fault| match fault.place() {
                Some(Place::Line { file, line, .. }) => (file.as_str(), *line, fault.code().as_str()),
                _ => unreachable!(),
            })
            .collect();
        assert_eq!(
            told,
            [
                ("codes/sex.csv", 3, "config_duplicate"),
                ("codes/sex.csv", 4, "config_invalid_value"),
                ("codes/sex.csv", 5, "config_invalid_value"),
                ("codes/sex.csv", 6, "config_invalid_value"),
                ("codes/sex.csv", 7, "config_invalid_value"),
            ]
        );
        assert!(CodeLists::default().add("sex", "f", "code,meaning\n1,male\n").is_err());
        assert!(CodeLists::default().add("sex", "f", "").is_err());
    }

    #[test]
    fn a_code_may_change_its_meaning_by_date() {
        let lists = lists("source,target,valid_from,valid_to\n1,old,,2024-03-31\n1,new,2024-04-01,\n");
        let on = |day: &str| {
            let day = day.parse().unwrap();
            lists.get("sex").unwrap().entries.iter().find(|e| e.is_valid_on(day)).unwrap().target.clone()
        };
        assert_eq!((on("2024-03-31"), on("2024-04-01")), ("old".into(), "new".into()));
    }
}
