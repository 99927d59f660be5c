//! What is taken in, as rows: an accepted item becomes a record of the resident it is about, under their keys and
//! with where it came from; one kept apart stays sealed under the handover's key; one that was refused was read
//! and is purged, its decision stays.

use handover::{Decision, Item, Traveller};
use kernel::id::{LoadId, PersonId};
use kernel::slug::HANDED_OVER;
use kernel::{Category, Code, Fault};
use store::TownKeys;
use store::hub::HubHandover;
use store::rows::handover_item::{HandoverItemRow, ItemDecision};
use store::rows::new_pack::NewPack;
use store::rows::pack::{PackBody, PackOrigin};

use super::items::STAYS;
use super::record::plain;
use crate::Result;
use crate::error::internal;
use crate::profiles::Applied;

/// Where items come from.
pub(super) struct Parcel<'a> {
    pub hub: &'a HubHandover,
    pub town_name: &'a str,
    pub travellers: &'a [Traveller],
}

impl Parcel<'_> {
    /// An accepted item, for sealing under the keys of the person here.
    pub fn pack(&self, item: &Item, here: PersonId, keys: &TownKeys) -> Result<NewPack> {
        let role = self.travellers.iter().find(|one| one.person == item.subject).map(|one| one.role);
        let content = serde_json::to_vec(item).map_err(|_| internal("an item is not JSON"))?;
        Ok(NewPack {
            subject: here.uuid(),
            category: item.category,
            source: HANDED_OVER.to_owned(),
            load: LoadId::from_uuid(self.hub.id.uuid()),
            line: 0,
            record_key: keys.row_hash.hash(item.id.uuid().as_bytes()).as_bytes().to_vec(),
            row_hash: keys.row_hash.hash(&content).as_bytes().to_vec(),
            body: PackBody {
                role: role.map_or("", handover::Role::as_str).to_owned(),
                identity: None,
                written: None,
                observations: item.observations.clone(),
                origin: Some(PackOrigin {
                    handover: self.hub.id,
                    town: self.hub.sender,
                    town_name: self.town_name.to_owned(),
                    source: item.source.clone(),
                    source_name: item.source_name.clone(),
                    holder: item.holder.clone(),
                    holder_name: item.holder_name.clone(),
                    as_of: item.as_of,
                }),
            },
        })
    }
}

/// What a decision is in the row of its item, with the code of a refusal.
pub(super) fn stored(decision: Decision) -> (ItemDecision, Option<String>) {
    match decision {
        Decision::Accept => (ItemDecision::Accepted, None),
        Decision::Quarantine => (ItemDecision::Quarantined, None),
        Decision::Refuse(code) => (ItemDecision::Refused, Some(code.as_str().to_owned())),
    }
}

/// The row of an item that was decided on.
pub(super) fn row(item: &Item, person: Option<PersonId>, decision: Decision) -> Result<HandoverItemRow> {
    let (decision, refusal) = stored(decision);
    let body = if decision == ItemDecision::Refused { None } else { Some(plain(item)?) };
    Ok(HandoverItemRow { id: item.id, person, category: item.category, decision, refusal, body })
}

/// An item as it was kept.
pub(super) fn read(row: &HandoverItemRow) -> Result<Option<Item>> {
    let malformed = |_| internal("an item is not of the known form");
    row.body.as_ref().map(|body| serde_json::from_slice(body).map_err(malformed)).transpose()
}

/// Whether everything in an item is in the dictionary, under the category it came as: what is not must
/// not be sealed as if it were.
pub(super) fn known_items(item: &Item, profile: &Applied) -> bool {
    let fits = |observation: &kernel::Observation| {
        profile.cooperative.items.get(&observation.item).is_some_and(|known| known.category == item.category)
    };
    item.category != Category::Assessment
        && !STAYS.contains(&item.category)
        && item.observations.iter().all(fits)
}

pub(super) fn invalid(name: &str, pointer: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(pointer)
}
