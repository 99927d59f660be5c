//! The town's people in memory: who they are and how they are found, decrypted when first needed and
//! kept while the town's `people` counter stands still. The database keeps, the process knows.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, TownCode};
use linkage::PeopleIndex;

use crate::cache::Versioned;
use crate::error::store;
use crate::{App, Result};

/// Everybody a town knows.
pub struct People {
    /// Who each person is, by the register; without whereabouts.
    pub identities: HashMap<PersonId, Identity>,
    /// 住所 as one comparable text, where known: for households at the same address.
    pub addresses: HashMap<PersonId, String>,
    /// Households at each address.
    pub by_address: HashMap<String, Vec<HouseholdId>>,
    /// The household each is in.
    pub households: HashMap<PersonId, HouseholdId>,
    /// Who is in each household.
    pub members: HashMap<HouseholdId, Vec<PersonId>>,
    /// Look-up by kana and birth date.
    pub index: PeopleIndex,
}

/// People of every town that was asked for.
pub(crate) type PeopleCache = Versioned<TownCode, i64, Arc<People>>;

impl App {
    /// The town's people as they are now.
    ///
    /// # Errors
    /// A fault when the database cannot be reached or a box does not open.
    pub(crate) async fn people(&self, town: TownCode) -> Result<Arc<People>> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let version = conn.versions().await.map_err(store)?.people;
        if let Some(people) = self.people.get(&town, &version) {
            return Ok(people);
        }
        let keys = conn.keysets_all().await.map_err(store)?;
        let packs = conn.packs_all(&[Category::Register], &keys).await.map_err(store)?;
        let memberships = conn.membership_all().await.map_err(store)?;
        drop(conn);
        let mut identities = HashMap::with_capacity(packs.len());
        let mut addresses = HashMap::new();
        for pack in packs {
            let person = PersonId::from_uuid(pack.subject);
            if let Some(identity) = pack.body.identity {
                identities.insert(person, identity);
            }
            if let Some(address) = pack.whereabouts.and_then(|w| w.address) {
                addresses.insert(person, address);
            }
        }
        let mut members: HashMap<HouseholdId, Vec<PersonId>> = HashMap::new();
        for membership in &memberships {
            members.entry(membership.household).or_default().push(membership.person);
        }
        let households: HashMap<PersonId, HouseholdId> =
            memberships.iter().map(|m| (m.person, m.household)).collect();
        let mut by_address: HashMap<String, Vec<HouseholdId>> = HashMap::new();
        for (person, address) in &addresses {
            if let Some(household) = households.get(person) {
                let there = by_address.entry(address.clone()).or_default();
                if !there.contains(household) {
                    there.push(*household);
                }
            }
        }
        let index = PeopleIndex::build(identities.iter().map(|(person, identity)| (*person, identity)));
        let people = Arc::new(People { identities, addresses, by_address, households, members, index });
        self.people.put(town, version, Arc::clone(&people));
        Ok(people)
    }
}
