//! Code lists: the cooperative's where it has every value of the sample, otherwise one of the town's own with
//! a TODO for each that nobody knows.

use super::super::columns::Column;
use super::super::known::Found;
use super::Writer;
use crate::layout::{Part, Target};

/// Spellings of 性別 that no list of the cooperative needs to have.
const SEXES: [(&str, &str); 6] =
    [("男", "male"), ("女", "female"), ("男性", "male"), ("女性", "female"), ("M", "male"), ("F", "female")];

impl Writer<'_> {
    /// The name of the list that reads the column, and whether it is one to be completed.
    pub(super) fn list(&mut self, column: &Column<'_>, found: &Found<'_>) -> (String, bool) {
        let known =
            found.clue.field().and_then(|field| field.codes.as_ref()).map(|codes| codes.value.as_str());
        let values: Vec<&str> = column.profile.values.iter().map(|(value, _)| value.as_str()).collect();
        let known = known.or(match found.to {
            Target::Person(_, Part::Sex) => Some("sex"),
            _ => None,
        });
        if let Some(name) = known
            && !values.is_empty()
            && values.iter().all(|value| self.meaning(name, value).is_some())
        {
            return (name.to_owned(), false);
        }
        if values.is_empty() {
            // A sample without values, or with more of them than codes have.
            return match known {
                Some(name) if column.profile.filled == 0 => (name.to_owned(), false),
                _ => ("TODO: コード表の名前（値が多く、見本からは作れない）".to_owned(), false),
            };
        }
        let own = self.fresh(known.unwrap_or_else(|| short(&found.to)));
        let item = self.item(found).cloned();
        let word = |value: &str| {
            item.as_ref()?.values.iter().find(|(_, ja)| *ja == value).map(|(code, _)| code.as_str())
        };
        let is_sex = matches!(found.to, Target::Person(_, Part::Sex));
        let mut csv = "source,target\n".to_owned();
        for value in values {
            let sex = SEXES.iter().find(|(spelling, _)| is_sex && *spelling == value).map(|(_, sex)| *sex);
            let target = known.and_then(|name| self.meaning(name, value));
            let target = target.or(sex).or_else(|| word(value)).unwrap_or("TODO");
            csv += &format!("{},{target}\n", cell(value));
        }
        let open = csv.contains(",TODO\n");
        self.codes.push((own.clone(), csv));
        (own, open)
    }

    /// What a value means in a list of the cooperative. Zeros that a spreadsheet has eaten count for nothing.
    fn meaning(&self, list: &str, value: &str) -> Option<&str> {
        let entries = &self.knowledge.codes.get(list)?.entries;
        let bare = |code: &str| code.trim_start_matches('0').to_owned();
        let found = entries.iter().find(|entry| entry.source == value);
        let digits = value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty();
        let padded = || entries.iter().find(|entry| digits && bare(&entry.source) == bare(value));
        found.or_else(padded).map(|entry| entry.target.as_str())
    }

    /// A name that neither the cooperative nor the town has.
    fn fresh(&self, name: &str) -> String {
        let first = format!("{name}_{}", self.wanted.town);
        let taken = |name: &str| {
            self.knowledge.codes.get(name).is_some() || self.codes.iter().any(|(known, _)| known == name)
        };
        let later = (2..).map(|n| format!("{first}_{n}"));
        std::iter::once(first.clone()).chain(later).find(|name| !taken(name)).unwrap_or(first)
    }
}

/// The last part of a target's name.
fn short(to: &Target) -> &str {
    match to {
        Target::Person(_, part) => part.as_str(),
        Target::Record(part) => part.as_str(),
        Target::Local(name) => name,
    }
}

/// A cell of a CSV file.
fn cell(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
