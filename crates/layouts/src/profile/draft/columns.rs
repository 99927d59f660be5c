//! The columns of a sample, months side by side taken together: `4月_遅刻`, `5月_遅刻` … are one column
//! `{month}月_遅刻`.

use unicode_normalization::UnicodeNormalization;

use super::super::{ColumnProfile, Profile};

/// Months side by side from which they count as such.
const LEAST: usize = 2;

/// What a row's person is called in JSON.
const PERSONS: [&str; 7] = ["child", "person", "pupil", "student", "resident", "児童", "本人"];
/// Members that only what stands above them tells.
const BARE: [&str; 7] = ["name", "kana", "id", "no", "code", "number", "番号"];

/// One column, or one for each month.
pub(super) struct Column<'p> {
    /// Its name in the header, with `{month}` where there are several; empty without header.
    pub name: String,
    /// The cell it stands in, from 1; the first of several.
    pub position: usize,
    /// What it holds; of several, the one that says most.
    pub profile: &'p ColumnProfile,
    all: Vec<&'p ColumnProfile>,
}

impl Column<'_> {
    /// Whether it stands for one column a month.
    pub fn is_folded(&self) -> bool {
        self.all.len() > 1
    }

    /// Its names in the header: one, or one a month.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|one| one.name.as_str())
    }

    /// Rows in which it is blank, in any month.
    pub fn blank(&self) -> u64 {
        self.all.iter().map(|one| one.blank).sum()
    }

    /// Texts that look like no value, in any month, with how many of each.
    pub fn odd(&self) -> Vec<(&str, u64)> {
        let mut odd: Vec<(&str, u64)> = Vec::new();
        for (text, count) in self.all.iter().flat_map(|one| &one.odd) {
            match odd.iter_mut().find(|(known, _)| known == text) {
                Some((_, sum)) => *sum += count,
                None => odd.push((text, *count)),
            }
        }
        odd
    }

    /// Whether any value is a lone 0, in any month.
    pub fn zero(&self) -> bool {
        self.all.iter().any(|one| one.zero)
    }

    /// The name by which it is looked up: without the month.
    pub fn bare_name(&self) -> String {
        let mut bare = self.name.clone();
        for month in ["{month2}月", "{month_wide}月", "{month}月"] {
            bare = bare.replace(month, "");
        }
        bare.trim_matches(['_', '（', '）', '(', ')', ' ', '・', '-']).to_owned()
    }

    /// What stands under its group in a header of two rows, without the month; `None` where that is all of it.
    pub fn lower_name(&self) -> Option<String> {
        let bare = self.bare_name();
        bare.split_once('_').map(|(_, lower)| lower.to_owned()).filter(|lower| !lower.is_empty())
    }

    /// The last part of a path in JSON, `child.name.family`; `None` where it says of whom or what nothing by itself.
    pub fn leaf_name(&self) -> Option<String> {
        let (above, leaf) = self.name.rsplit_once('.')?;
        let person = above.rsplit('.').next().is_some_and(|above| PERSONS.contains(&above));
        (!leaf.is_empty() && (person || !BARE.contains(&leaf))).then(|| leaf.to_owned())
    }

    /// The name, or the place where there is none.
    pub fn shown_name(&self) -> String {
        if self.name.is_empty() { format!("（{} 列目）", self.position) } else { self.name.clone() }
    }
}

/// Columns whose names differ in the month alone: what stands before and after it, and where each is.
struct Group<'n> {
    before: &'n str,
    after: &'n str,
    members: Vec<(usize, u32)>,
    /// Whether months have two digits, 04.
    padded: bool,
    /// Whether its digits have full width, ４.
    wide: bool,
}

impl Group<'_> {
    fn months(&self) -> Vec<u32> {
        self.members.iter().map(|(_, month)| *month).collect()
    }

    fn is_run(&self) -> bool {
        let follow = |two: &[u32]| matches!(two, [one, next] if *next == one % 12 + 1);
        (LEAST..=12).contains(&self.members.len()) && self.months().windows(2).all(follow)
    }

    fn name(&self) -> String {
        let month = match (self.wide, self.padded) {
            (true, _) => "{month_wide}",
            (false, true) => "{month2}",
            (false, false) => "{month}",
        };
        format!("{}{month}月{}", self.before, self.after)
    }
}

/// The columns, and the months that stand side by side in the order of the file.
pub(super) fn fold(profile: &Profile) -> (Vec<Column<'_>>, Vec<u32>) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (n, column) in profile.columns.iter().enumerate() {
        let Some((before, digits, after)) = month_in(&column.name) else { continue };
        let narrow: String = digits.nfkc().collect();
        let Some(month) = narrow.parse().ok().filter(|month| (1..=12).contains(month)) else { continue };
        let (padded, wide) = (digits.starts_with('0'), narrow != digits);
        let same = |group: &&mut Group<'_>| (group.before, group.after, group.wide) == (before, after, wide);
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.padded |= padded;
                group.members.push((n, month));
            }
            None => groups.push(Group { before, after, members: vec![(n, month)], padded, wide }),
        }
    }
    groups.retain(Group::is_run);
    let months = groups.first().map(Group::months).unwrap_or_default();
    groups.retain(|group| group.months() == months);
    let column = |(n, column)| one(profile, &groups, n, column);
    (profile.columns.iter().enumerate().filter_map(column).collect(), months)
}

/// The column in place `n`; `None` where it is a later month of an earlier one.
fn one<'p>(
    profile: &'p Profile,
    groups: &[Group<'_>],
    n: usize,
    column: &'p ColumnProfile,
) -> Option<Column<'p>> {
    let group = groups.iter().find(|group| group.members.iter().any(|(at, _)| *at == n));
    let Some(group) = group else {
        let name = column.name.clone();
        return Some(Column { name, position: n + 1, profile: column, all: vec![column] });
    };
    group.members.first().filter(|(at, _)| *at == n)?;
    let all: Vec<_> = group.members.iter().filter_map(|(at, _)| profile.columns.get(*at)).collect();
    let fullest = all.iter().max_by_key(|one| one.filled).copied().unwrap_or(column);
    Some(Column { name: group.name(), position: n + 1, profile: fullest, all })
}

/// Whether a column is named after a month of a year, 2026年4月 or 令和8年4月.
pub(super) fn is_dated(name: &str) -> bool {
    let month = |rest: &str| rest.split_once('月').and_then(|(month, _)| month.parse::<u32>().ok());
    name.split_once('年').and_then(|(_, rest)| month(rest)).is_some_and(|month| (1..=12).contains(&month))
}

/// What stands before the digits of a month, the digits, and what stands after 月.
fn month_in(name: &str) -> Option<(&str, &str, &str)> {
    let (head, after) = name.split_once('月')?;
    let before = head.trim_end_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let digits = head.strip_prefix(before).filter(|digits| (1..=2).contains(&digits.chars().count()))?;
    // Of a month with its year the name is another in every year: no name with {month} stands for it.
    (!before.ends_with('年')).then_some((before, digits, after))
}
