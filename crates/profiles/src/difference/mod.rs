//! What changes from one version of a town's profile to another: file by file, and by meaning. A comment or
//! the order of keys is a changed file and no change of meaning.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use kernel::SourceCode;

use crate::{Cooperative, TownBundle, TownProfile};
use facts::Facts;

kernel::words! {
    /// What becomes of a thing.
    Step {
        /// It is new.
        Added = "added", "追加";
        /// It says something else.
        Changed = "changed", "変更";
        /// It is gone.
        Removed = "removed", "削除";
    }
}

kernel::words! {
    /// What kind of thing changes.
    Kind {
        /// The town itself.
        Town = "town", "町";
        /// 機関.
        Organ = "organ", "機関";
        /// 課・班.
        Section = "section", "課・班";
        /// A school.
        School = "school", "学校";
        /// 連携元.
        Source = "source", "連携元";
        /// One column of a source's layout.
        Field = "field", "列";
        /// One item that a source's rows give.
        Observation = "observation", "記録";
        /// コード表 in use by a source.
        CodeList = "code_list", "コード表";
        /// データ項目.
        Item = "item", "データ項目";
        /// 保存期間 of one record.
        Retention = "retention", "保存期間";
        /// 判定基準 with the town's parameters.
        Rulebook = "rulebook", "判定基準と町の設定値";
    }
}

impl Kind {
    /// Whether things of this kind belong to a source and come and go with it.
    const fn is_of_source(self) -> bool {
        matches!(self, Self::Field | Self::Observation | Self::CodeList)
    }
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Path from `tenants/`.
    pub path: String,
    /// What becomes of it.
    pub step: Step,
}

/// One change of meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing.
    pub kind: Kind,
    /// Which one: a source's code, `<source>/<column>`, a rule's code.
    pub of: String,
    /// What becomes of it.
    pub step: Step,
    /// Which of its members changes; `None` where the whole is added or removed.
    pub member: Option<String>,
    /// What it said.
    pub old: Option<String>,
    /// What it says.
    pub new: Option<String>,
}

/// What differs between two versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Files, by path.
    pub files: Vec<ChangedFile>,
    /// Meanings, by kind and name.
    pub changes: Vec<Change>,
    /// Sources whose next load takes every row for changed, because how the file is read has changed.
    pub reread: Vec<SourceCode>,
}

/// A version as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct Version<'v> {
    /// Its files.
    pub bundle: &'v TownBundle,
    /// What the town shares with the others.
    pub cooperative: &'v Cooperative,
    /// The town's own.
    pub town: &'v TownProfile,
}

impl Difference {
    /// What differs from `old` to `new`; from nothing where no version was there before.
    #[must_use]
    pub fn between(old: Option<Version<'_>>, new: Version<'_>) -> Self {
        let nothing = BTreeMap::new();
        let files = files(old.map_or(&nothing, |old| old.bundle.files()), new.bundle.files());
        let before = old.map(|old| facts::of(old.cooperative, old.town)).unwrap_or_default();
        let changes = changes(&before, &facts::of(new.cooperative, new.town));
        let reread = old.map(|old| reread(old.town, new.town)).unwrap_or_default();
        Self { files, changes, reread }
    }

    /// Whether nothing differs at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether something that was there is gone: a source, a column, a rule.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.changes.iter().any(|change| change.step == Step::Removed)
    }
}

fn files(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<ChangedFile> {
    steps(old, new).map(|(path, step)| ChangedFile { path: path.clone(), step }).collect()
}

/// The keys of two maps whose values differ, in order, with what becomes of them.
fn steps<'m, K: Ord, V: PartialEq>(
    old: &'m BTreeMap<K, V>,
    new: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = (&'m K, Step)> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter_map(|key| match (old.get(key), new.get(key)) {
        (None, Some(_)) => Some((key, Step::Added)),
        (Some(_), None) => Some((key, Step::Removed)),
        (Some(a), Some(b)) if a != b => Some((key, Step::Changed)),
        _ => None,
    })
}

fn changes(old: &Facts, new: &Facts) -> Vec<Change> {
    let mut changes = Vec::new();
    let both = |source: &str| {
        let key = (Kind::Source, source.to_owned());
        old.contains_key(&key) && new.contains_key(&key)
    };
    for ((kind, of), step) in steps(old, new) {
        // What belongs to a source that is new or gone is said with it.
        if kind.is_of_source() && !of.split('/').next().is_some_and(both) {
            continue;
        }
        let change = |step, member, old, new| Change { kind: *kind, of: of.clone(), step, member, old, new };
        let key = (*kind, of.clone());
        match (old.get(&key), new.get(&key)) {
            (Some(before), Some(after)) => changes.extend(steps(before, after).map(|(member, step)| {
                change(step, Some(member.clone()), before.get(member).cloned(), after.get(member).cloned())
            })),
            _ => changes.push(change(step, None, None, None)),
        }
    }
    changes
}

fn reread(old: &TownProfile, new: &TownProfile) -> Vec<SourceCode> {
    let differs = |code: &SourceCode| match (old.sources.get(code), new.sources.get(code)) {
        (Some(old), Some(new)) => old.layout.digest() != new.layout.digest(),
        _ => false,
    };
    new.sources.keys().filter(|code| differs(code)).cloned().collect()
}

#[cfg(test)]
mod tests;
