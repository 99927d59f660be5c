//! 支援措置: who is protected, and whether the town's list can be relied on. A protection that has
//! passed its end date protects until a person ends it; without a current list nothing leaves the town.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use kernel::date::PartialDate;
use kernel::id::PersonId;
use kernel::{Absence, Category, Code, Datum, Fault, Known, TownCode, TownCtx, Value, When};
pub use profiles::{PROTECTION_LIST as LIST, PROTECTION_MEASURE as MEASURE};
use store::rows::version::Versions;

use crate::cache::Versioned;
use crate::error::store;
use crate::{App, Result};

/// The part a person plays in a protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The person protected.
    Victim,
    /// A child protected with them.
    Child,
    /// The person they are protected from. Not protected.
    Respondent,
}

/// One person's protection.
#[derive(Debug, Clone)]
pub struct Protection {
    /// Their part.
    pub part: Part,
    /// Last day, if the list gives one.
    pub until: Option<NaiveDate>,
}

/// What the town's list says now.
pub struct ProtectionList {
    /// The day the newest list shows; `None` when none was ever loaded.
    pub as_of: Option<NaiveDate>,
    /// Days after which it is stale.
    pub stale_after_days: u32,
    persons: HashMap<PersonId, Protection>,
}

impl ProtectionList {
    /// Whether the list can be relied on today; one of a day that has not come cannot.
    #[must_use]
    pub fn is_current(&self, today: NaiveDate) -> bool {
        self.as_of
            .is_some_and(|as_of| (0..=i64::from(self.stale_after_days)).contains(&(today - as_of).num_days()))
    }

    /// The protection of a person, past its end date or not; a respondent has none.
    #[must_use]
    pub fn of(&self, person: PersonId) -> Option<&Protection> {
        self.persons.get(&person).filter(|protection| protection.part != Part::Respondent)
    }

    /// Protections past their end date, which a person has to confirm or renew.
    pub fn past_end(&self, today: NaiveDate) -> impl Iterator<Item = (PersonId, &Protection)> {
        self.persons
            .iter()
            .filter(move |(_, p)| p.part != Part::Respondent && p.until.is_some_and(|until| until < today))
            .map(|(person, protection)| (*person, protection))
    }

    /// The list without some people.
    pub(crate) fn without(&self, denied: &dyn Fn(PersonId) -> bool) -> Self {
        let persons = self.persons.iter().filter(|(person, _)| !denied(**person));
        let persons = persons.map(|(person, protection)| (*person, protection.clone())).collect();
        Self { as_of: self.as_of, stale_after_days: self.stale_after_days, persons }
    }

    /// Everybody protected.
    pub fn protected(&self) -> impl Iterator<Item = (PersonId, &Protection)> {
        self.persons.iter().filter(|(_, p)| p.part != Part::Respondent).map(|(person, p)| (*person, p))
    }
}

/// Days after which a list is stale where the town's profile does not say: one week.
const STALE_AFTER_DAYS: u32 = 7;

/// Lists read, each with the `protection` and `auth` counters it was read under.
pub(crate) type ProtectionCache = Versioned<TownCode, (i64, i64), Arc<ProtectionList>>;

impl App {
    /// The town's list as it stands.
    ///
    /// # Errors
    /// A fault when the database cannot be reached or a box does not open.
    pub async fn protection_list(&self, town: TownCode) -> Result<Arc<ProtectionList>> {
        let versions = self.towns.versions(town).await.map_err(store)?;
        self.protection_list_at(town, versions).await
    }

    /// The town's list under counters that the caller's own statement has just read.
    pub(crate) async fn protection_list_at(
        &self,
        town: TownCode,
        versions: Versions,
    ) -> Result<Arc<ProtectionList>> {
        let key = (versions.protection, versions.auth);
        if let Some(list) = self.protection.get(&town, &key) {
            return Ok(list);
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let as_of = conn.load_latest_by_source().await.map_err(store)?.get(LIST).map(|load| load.as_of);
        // The keys of the few who are named are asked for as they are met.
        let packs = conn.packs_all(&[Category::Protection], &HashMap::new()).await.map_err(store)?;
        drop(conn);
        let mut persons = HashMap::new();
        for pack in packs {
            for observation in pack.body.observations.iter().filter(|o| o.item.as_str() == MEASURE) {
                if let Some(protection) = protection(&observation.datum, &observation.when) {
                    merge(&mut persons, PersonId::from_uuid(pack.subject), protection);
                }
            }
        }
        let stale_after_days = self.stale_after_days(town).await?;
        let list = Arc::new(ProtectionList { as_of, stale_after_days, persons });
        self.protection.put(town, key, Arc::clone(&list));
        Ok(list)
    }

    pub(crate) async fn stale_after_days(&self, town: TownCode) -> Result<u32> {
        match self.profile_of(town).await {
            Ok(profile) => Ok(profile
                .town
                .sources
                .iter()
                .find(|(code, _)| code.as_str() == LIST)
                .and_then(|(_, source)| source.freshness.stale_after_days)
                .unwrap_or(STALE_AFTER_DAYS)),
            Err(fault) if fault.code() == Code::ProfileMissing => Ok(STALE_AFTER_DAYS),
            Err(fault) => Err(fault),
        }
    }

    /// Refuses whatever would leave the town while its list is missing or stale.
    ///
    /// # Errors
    /// `protection_list_stale`.
    pub(crate) async fn require_current_list(&self, ctx: &TownCtx) -> Result<Arc<ProtectionList>> {
        let list = self.protection_list(ctx.town).await?;
        if list.is_current(ctx.today()) { Ok(list) } else { Err(Fault::new(Code::ProtectionListStale)) }
    }
}

/// What a row of the list says of somebody. It names them, so that what nobody can read of their part protects.
fn protection(datum: &Datum, when: &When) -> Option<Protection> {
    let part = match datum {
        Known::Present(Value::Code(code)) => match code.as_str() {
            "child" => Part::Child,
            "respondent" => Part::Respondent,
            _ => Part::Victim,
        },
        Known::Absent(Absence::UnknownCode | Absence::Unreadable) => Part::Victim,
        _ => return None,
    };
    let until = match when {
        When::Period { until, .. } => until.map(PartialDate::latest),
        _ => None,
    };
    Some(Protection { part, until })
}

/// Several rows may name one person: being protected outweighs being a respondent, and the later or
/// open end outweighs the earlier.
fn merge(persons: &mut HashMap<PersonId, Protection>, person: PersonId, new: Protection) {
    let known = persons.entry(person).or_insert_with(|| new.clone());
    let replace = match (known.part == Part::Respondent, new.part == Part::Respondent) {
        (true, false) => true,
        (false, true) => false,
        _ => known.until.is_some() && (new.until.is_none() || new.until > known.until),
    };
    if replace {
        *known = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is on the list and cannot be read is hidden; whom the list says nothing of is not.
    #[test]
    fn what_nobody_can_read_of_a_part_protects() {
        let part = |datum: &Datum| {
            protection(datum, &When::Period { from: None, until: None }).map(|protection| protection.part)
        };
        let code = |text: &str| Known::Present(Value::Code(text.to_owned()));
        for (datum, expected) in [
            (code("victim"), Some(Part::Victim)),
            (code("child"), Some(Part::Child)),
            (code("respondent"), Some(Part::Respondent)),
            (code("9"), Some(Part::Victim)),
            (Known::Absent(Absence::UnknownCode), Some(Part::Victim)),
            (Known::Absent(Absence::Unreadable), Some(Part::Victim)),
            (Known::Absent(Absence::NotApplicable), None),
        ] {
            assert_eq!(part(&datum), expected, "{datum:?}");
        }
    }
}
