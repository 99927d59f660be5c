//! What is absent from a person's records, and why: an item that no record gives is a collected zero where a
//! load claims to be complete for the person, and has a reason everywhere else.

use std::collections::HashMap;

use chrono::NaiveDate;
use kernel::{Absence, Category, Identity, ItemCode, ItemDef, Known};
use layouts::layout::number_system;
use rulebook::{CoverageClaim, Reference, absent_row};

use crate::persons::Timeline;
use crate::profiles::Applied;
use crate::runs::standing;

/// An item without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentItem {
    /// 分類.
    pub category: Category,
    /// データ項目.
    pub item: ItemCode,
    /// Why there is none.
    pub reason: Absence,
    /// The section that would know, as staff see it; `None` where no source of the town gives the item.
    pub holder: Option<String>,
}

/// Every item of the dictionary that has no value for a person today, by category.
pub(super) fn items(
    profile: &Applied,
    claims: &[CoverageClaim],
    identity: Option<&Identity>,
    timeline: &Timeline,
    today: NaiveDate,
) -> Vec<AbsentItem> {
    let mut said: HashMap<&ItemCode, Option<Absence>> = HashMap::new();
    for observation in timeline.entries.iter().map(|entry| &entry.observation) {
        let known = said.entry(&observation.item).or_insert(observation.datum.absence());
        if observation.datum.value().is_some() {
            *known = None;
        }
    }
    let person = standing(identity, timeline.entries.iter().map(|entry| &entry.observation));
    let mut absent = Vec::new();
    // Notes are written, not collected: that there is none says nothing. Numbers of other systems are no facts.
    let is_fact = |def: &&ItemDef| def.category != Category::WatchNote && number_system(&def.code).is_none();
    for def in profile.cooperative.items.values().filter(is_fact) {
        let reason = match said.get(&def.code) {
            Some(None) => continue,
            Some(Some(reason)) => *reason,
            None => {
                let stale = stale_after_days(profile, &def.code);
                match absent_row(claims, &def.code, def.kind, &person, Reference::Day(today), stale).0 {
                    Known::Present(_) => continue,
                    Known::Absent(reason) => reason,
                }
            }
        };
        let holder = giving(profile, &def.code).next().map(|(source, _)| profile.holder(source));
        absent.push(AbsentItem { category: def.category, item: def.code.clone(), reason, holder });
    }
    absent.sort_by(|a, b| (a.category, &a.item).cmp(&(b.category, &b.item)));
    absent
}

/// The sources of the town that give an item.
fn giving<'p>(
    profile: &'p Applied,
    item: &ItemCode,
) -> impl Iterator<Item = (&'p str, &'p profiles::Source)> {
    let sources = profile.town.sources.iter().map(|(code, source)| (code.as_str(), source));
    sources.filter(move |(_, source)| source.layout.observed().any(|(_, observed)| observed == item))
}

/// How old the load of an item's source may be; where the town does not say, a load is never stale.
fn stale_after_days(profile: &Applied, item: &ItemCode) -> u64 {
    let of = giving(profile, item).map(|(_, source)| source.freshness.stale_after_days);
    of.map(|days| days.map_or(u64::MAX, u64::from)).max().unwrap_or(u64::MAX)
}
