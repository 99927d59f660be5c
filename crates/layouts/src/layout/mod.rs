//! レイアウト: how a source's file is read, checked and compiled. Everything a file's rows need stands
//! here resolved: where each value is, how it is read, what absence means, what is observed.

mod checks;
mod field;
mod form;
mod kind;
mod merge;
mod name_pattern;
mod number;
mod observation;
mod observation_plan;
mod place;
mod resolve;
mod shape;
mod target;
mod unfold;
mod unit;
mod version;

use chrono::NaiveDate;
use kernel::{Digest, Fault, ItemCode, ItemDef};
use serde::Serialize;

pub(crate) use field::{Field, Gather, Kind, Reckon, Slot, Split, Typing};
pub(crate) use form::{CsvForm, FixedForm, RecordKinds, SheetForm, TableForm};
pub use form::{Form, Header};
pub(crate) use kind::natural;
pub(crate) use merge::over as merged;
pub(crate) use name_pattern::NamePattern;
pub(crate) use number::Numbering;
pub use number::system_of as number_system;
pub(crate) use observation::{ObservationPlan, Seen, WhenPlan};
pub use target::{Part, RecordPart, RoleId, Target, UnknownTarget};
pub use unfold::local as unfolded_local;
pub(crate) use unit::factor as unit_factor;
pub(crate) use version::Version;

use crate::codes::CodeLists;
use crate::config::LayoutDoc;
use crate::gaiji::Gaiji;
use crate::text::Encoding;

/// Whether a file says all there is or adds to what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each file holds everything; what is gone from it has ended.
    Snapshot,
    /// Each file adds.
    Append,
    /// Each file says what has changed since the last: its rows say which of them end.
    Delta,
}

impl Mode {
    pub(crate) const NAMES: &[(&str, Self)] =
        &[("snapshot", Self::Snapshot), ("append", Self::Append), ("delta", Self::Delta)];
}

/// What a code that is not in its list becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The row is rejected with `code_unmapped`.
    Reject,
    /// The value is absent for the reason `unknown_code`.
    Absent,
    /// The code stands as it is. Only for codes of an item, whose list may lag behind the town's.
    KeepRaw,
}

impl Unknown {
    pub(crate) const NAMES: &[(&str, Self)] =
        &[("reject", Self::Reject), ("absent", Self::Absent), ("keep_raw", Self::KeepRaw)];
}

/// What keeps a truncated or foreign file out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Guard {
    /// Fewer rows than this stop the load.
    pub min_rows: Option<u64>,
    /// More rejects than this percentage of the rows stop the load.
    pub max_reject_ratio: Option<u8>,
    /// A file that would end more than this percentage of the records known before stops the load. Not
    /// written where the layout does not say it: it was not always there, and identities of layouts are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_close_ratio: Option<u8>,
}

/// A compiled layout. Two files with the same layout and bytes give the same rows.
#[derive(Debug, Clone, Serialize)]
pub struct Layout {
    /// The name space of the numbers in `local_id` (`atena`, `gakuseki`).
    pub system: String,
    /// Whether a row of an unknown person makes a person (the register only) or waits for linkage.
    pub creates: bool,
    /// Whether a file is a snapshot.
    pub mode: Mode,
    /// What keeps a truncated or foreign file out.
    pub guard: Guard,
    /// How the file's bytes are cut.
    pub form: Form,
    /// The file's encoding.
    pub encoding: Encoding,
    /// What the file's name tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<NamePattern>,
    /// The town's external characters.
    pub(crate) gaiji: Gaiji,
    /// Other versions of the same export.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) versions: Vec<Version>,
    pub(crate) fields: Vec<Field>,
    /// Fields of the business key, by index, in the order of the key.
    pub(crate) key: Vec<usize>,
    /// Roles of the rows; `person` is always the first.
    pub(crate) roles: Vec<RoleId>,
    /// Names of local fields, in the order of the layout.
    pub(crate) locals: Vec<String>,
    pub(crate) observations: Vec<ObservationPlan>,
    /// Which observations are the person's numbers in other systems. Not written where there are none:
    /// identities of layouts are kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) numbers: Vec<Numbering>,
    /// Code lists in use.
    pub(crate) codes: Vec<NamedCodes>,
    #[serde(skip)]
    pub(crate) digest: Digest,
}

/// A code list in use, with its name for messages.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NamedCodes {
    pub name: String,
    pub list: crate::codes::CodeList,
}

impl Layout {
    /// Merges `own` over `base`, follows every reference and compiles the result. A key of `own` stands
    /// over the same key of `base`; a field of `own` replaces the field of `base` with the same `to`, an
    /// observation the one with the same `of` and `item`; with `drop = true` it only removes it.
    ///
    /// `item` is the cooperative's dictionary.
    ///
    /// # Errors
    /// Every fault, with the file and line of the document it stands in.
    pub fn resolve(
        base: Option<&LayoutDoc>,
        own: &LayoutDoc,
        codes: &CodeLists,
        item: &dyn Fn(&str) -> Option<ItemDef>,
    ) -> Result<Self, Vec<Fault>> {
        let doc = base.map_or_else(|| own.clone(), |base| merge::over(own, base));
        version::resolve(&doc, codes, item)
    }

    /// The versions that may read a file of the day `as_of`, the likeliest first: the dated one in force
    /// that day, then those that only their header tells.
    #[must_use]
    pub fn versions_on(&self, as_of: NaiveDate) -> Vec<&Self> {
        let dated = self.versions.iter().filter(|version| version.from.is_some_and(|from| from <= as_of));
        let in_force = dated.max_by_key(|version| version.from).map_or(self, |version| &version.layout);
        let undated = self.versions.iter().filter(|version| version.from.is_none());
        std::iter::once(in_force).chain(undated.map(|version| &version.layout)).collect()
    }

    /// The version that a file of the day `as_of` is written in.
    #[must_use]
    pub fn on(&self, as_of: NaiveDate) -> &Self {
        self.versions_on(as_of).first().copied().unwrap_or(self)
    }

    /// The identity of what the layout says: the digest of its canonical form with the code lists it
    /// uses. Comments, order of keys and where a value was written do not count.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The column names of the business key as staff say them: `宛名番号・年月`.
    #[must_use]
    pub fn key_label(&self) -> String {
        let labels = self.key.iter().filter_map(|n| self.fields.get(*n)).map(|field| field.label.as_str());
        labels.collect::<Vec<_>>().join("・")
    }

    /// A line of its file as text, whatever its bytes are: for staff, who look for it in their own system. The row
    /// of a workbook comes as text.
    #[must_use]
    pub fn line_text(&self, raw: &[u8]) -> String {
        match self.form {
            Form::Sheet(_) => String::from_utf8_lossy(raw).into_owned(),
            _ => self.encoding.cut_as().decode_lossy(raw).into_owned(),
        }
    }

    /// The roles its rows can speak of, `person` first.
    #[must_use]
    pub fn roles(&self) -> &[RoleId] {
        &self.roles
    }

    /// The names of its local fields, in order: what an [`EncodeRow`](crate::EncodeRow) can hold.
    #[must_use]
    pub fn local_names(&self) -> &[String] {
        &self.locals
    }

    /// What its rows observe, of whom, in order, in any of its versions.
    pub fn observed(&self) -> impl Iterator<Item = (RoleId, &ItemCode)> {
        let layouts = std::iter::once(self).chain(self.versions.iter().map(|version| &version.layout));
        layouts.flat_map(|layout| {
            layout.observations.iter().filter_map(|plan| Some((*layout.roles.get(plan.role)?, &plan.item)))
        })
    }

    /// Items that say the person's number in another system, and that system, in any of its versions.
    pub fn numbers(&self) -> impl Iterator<Item = (&ItemCode, &str)> {
        let layouts = std::iter::once(self).chain(self.versions.iter().map(|version| &version.layout));
        let numbers = layouts.flat_map(|layout| &layout.numbers);
        numbers.map(|number| (&number.item, number.system.as_str()))
    }

    /// Locals that no observation takes: they serve the key alone.
    pub(crate) fn unobserved(&self) -> impl Iterator<Item = usize> {
        let observed = |local| self.observations.iter().any(|plan| plan.seen == Seen::Local(local));
        (0..self.locals.len()).filter(move |local| !observed(*local))
    }

    /// Whether it takes something from a file's name.
    #[must_use]
    pub fn names_files(&self) -> bool {
        self.name.is_some() || self.versions.iter().any(|version| version.layout.name.is_some())
    }

    /// Whether the layout reads `target`.
    #[must_use]
    pub fn reads(&self, target: &Target) -> bool {
        self.fields.iter().any(|field| field.to == *target)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
