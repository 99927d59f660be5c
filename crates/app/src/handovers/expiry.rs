//! How long an item is kept by each of two towns, and when the receiver's copy will be due. What the sender
//! sees of the receiver are its rules, not its residents.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use handover::Item;
use kernel::id::{HandoverItemId, PersonId};
use kernel::{ItemCode, TownCode, TownCtx};
use retention::{Decider, Due, Record, RuleCode, Schedule, effective_expiry};

use crate::error::store;
use crate::retention::{PersonFacts, RuleStep, steps_of};
use crate::{App, Result};

/// One part of an item: what both towns keep equally long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemExpiry {
    /// データ項目.
    pub items: Vec<ItemCode>,
    /// How many facts.
    pub observations: usize,
    /// When it is due here.
    pub sender: Due,
    /// By which rules.
    pub sender_rules: Vec<RuleStep>,
    /// When it would be due there by the receiver's own rules.
    pub receiver: Due,
    /// By which rules.
    pub receiver_rules: Vec<RuleStep>,
    /// When the receiver's copy is due.
    pub effective: Due,
    /// What settled that.
    pub decider: Decider,
}

impl App {
    /// How long these items are kept here and by the receiver.
    pub(super) async fn handover_expiries(
        &self,
        ctx: &TownCtx,
        items: &[Item],
        receiver: TownCode,
    ) -> Result<BTreeMap<HandoverItemId, Vec<ItemExpiry>>> {
        let here = self.profile(ctx).await?;
        let there = self.profile_of_member(receiver).await?;
        let none = Schedule::default();
        let schedules =
            (&here.town.retention, there.as_ref().map_or(&none, |applied| &applied.town.retention));
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let mut persons: HashMap<PersonId, PersonFacts> = HashMap::new();
        for item in items {
            if persons.contains_key(&item.subject) {
                continue;
            }
            let row = conn.person(item.subject).await.map_err(store)?;
            let identity = row.and_then(|row| row.body.identity);
            let known = identity.map(|identity| PersonFacts::of(&identity, true)).unwrap_or_default();
            persons.insert(item.subject, known);
        }
        drop(conn);
        let of_item = |item: &Item| {
            let person = persons.get(&item.subject).copied().unwrap_or_default();
            (item.id, expiries(item, person, schedules, ctx.today()))
        };
        Ok(items.iter().map(of_item).collect())
    }
}

/// The parts of one item, in the order in which its facts name them.
fn expiries(
    item: &Item,
    person: PersonFacts,
    (here, there): (&Schedule, &Schedule),
    day: NaiveDate,
) -> Vec<ItemExpiry> {
    let mut parts: Vec<ItemExpiry> = Vec::new();
    for observation in &item.observations {
        let when = Some(&observation.when);
        let (facts, facts_there) = (person.with(when, None), person.elsewhere().with(when, None));
        let of = |facts| Record { category: item.category, item: Some(&observation.item), facts, holds: &[] };
        let (from, to) = (here.outcome(&of(&facts), day), there.outcome(&of(&facts_there), day));
        let expiry = effective_expiry(&from, &to, None);
        let part = ItemExpiry {
            items: vec![observation.item.clone()],
            observations: 1,
            sender: expiry.sender,
            sender_rules: steps_of(&from),
            receiver: expiry.receiver,
            receiver_rules: steps_of(&to),
            effective: expiry.effective,
            decider: expiry.decider,
        };
        match parts.iter_mut().find(|known| known.keeps_as(&part)) {
            Some(known) => known.take(part),
            None => parts.push(part),
        }
    }
    parts
}

impl ItemExpiry {
    /// Whether both towns keep the other part as long as this one, by the same rules.
    fn keeps_as(&self, other: &Self) -> bool {
        same_rules(&self.sender_rules, &other.sender_rules)
            && same_rules(&self.receiver_rules, &other.receiver_rules)
            && (&self.sender, &self.receiver) == (&other.sender, &other.receiver)
    }

    fn take(&mut self, other: Self) {
        self.observations += other.observations;
        for item in other.items {
            if !self.items.contains(&item) {
                self.items.push(item);
            }
        }
    }
}

fn same_rules(some: &[RuleStep], others: &[RuleStep]) -> bool {
    fn key(step: &RuleStep) -> (&RuleCode, bool, bool) {
        (&step.rule, step.overrides, step.decides)
    }
    some.iter().map(key).eq(others.iter().map(key))
}

#[cfg(test)]
#[path = "expiry_tests.rs"]
mod tests;
