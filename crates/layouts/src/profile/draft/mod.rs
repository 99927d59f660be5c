//! A source's file proposed from a profile: columns matched by name and by what they hold against the
//! cooperative's layouts and dictionary, each with how sure that is. What a blank means, why the data may be
//! taken in and whom the file is complete for no sample can tell: there stands `TODO`, which is a fault until
//! somebody has decided it.

mod base;
mod columns;
mod known;
mod naming;
mod shapes;
mod write;

use std::collections::BTreeMap;

use kernel::{ItemCode, ItemDef};
use serde::Serialize;

use super::Profile;
use crate::codes::CodeLists;
use crate::config::LayoutDoc;

/// What a draft may propose: the cooperative's layouts, dictionary and code lists.
#[derive(Clone, Copy)]
pub struct Knowledge<'k> {
    /// Layouts by name.
    pub layouts: &'k BTreeMap<String, LayoutDoc>,
    /// The dictionary.
    pub items: &'k BTreeMap<ItemCode, ItemDef>,
    /// The shared code lists.
    pub codes: &'k CodeLists,
}

/// What is drafted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The town's folder.
    pub town: &'w str,
    /// The source's code; without one it is proposed.
    pub source: Option<&'w str>,
    /// The sample's file name.
    pub file: &'w str,
}

/// What is proposed for one column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The column of the file.
    pub column: String,
    /// Where it goes; `None` for one that nothing is known of.
    pub to: Option<String>,
    /// How sure, in per cent.
    pub confidence: u32,
    /// What it was known by.
    pub known_as: Option<String>,
}

/// A proposed source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// The source's code.
    pub source: String,
    /// The file, with comments and TODOs.
    pub toml: String,
    /// The layout it extends, if one is near, and how many of a hundred of its columns the sample has.
    pub extends: Option<(String, u32)>,
    /// What became of each column.
    pub proposals: Vec<Proposal>,
    /// Code lists to go with it, by name: CSV with a TODO for every code nobody knows.
    pub codes: Vec<(String, String)>,
}

/// Proposes a source for the file that was looked at.
#[must_use]
pub fn draft(wanted: Wanted<'_>, profile: &Profile, knowledge: Knowledge<'_>) -> Draft {
    let (columns, months) = columns::fold(profile);
    let base = base::nearest(&columns, knowledge.layouts);
    let found = known::matched(&columns, knowledge, base, profile.header_row.is_some());
    let proposals = columns
        .iter()
        .zip(&found)
        .map(|(column, found)| Proposal {
            column: column.shown_name(),
            to: found.as_ref().map(|found| found.to.to_string()),
            confidence: found.as_ref().map_or(0, |found| found.sure),
            known_as: found.as_ref().map(|found| found.clue.say()),
        })
        .collect();
    let source = naming::source(wanted, base, &found);
    let mut writer = write::Writer { wanted, profile, knowledge, base, months: &months, codes: Vec::new() };
    let toml = writer.source(&columns, &found);
    let extends = base.map(|base| (base.name.to_owned(), base.share));
    Draft { source, toml, extends, proposals, codes: writer.codes }
}

#[cfg(test)]
mod folded_tests;
#[cfg(test)]
mod honest_tests;
