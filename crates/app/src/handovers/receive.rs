//! 受領: each traveller is tied to a resident, each item decided on, what is accepted sealed under the
//! receiver's own keys, and all of it answered with one signed receipt, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use evidence::Act;
use handover::{Decided, Decision, Event, Item, Opened, SignedReceipt, State, answer, apply};
use kernel::id::{HandoverId, HandoverItemId, LoadId, PersonId};
use kernel::slug::HANDED_OVER;
use kernel::{Category, Code, Fault, TownCtx};
use store::TownKeys;
use store::hub::{HubHandover, HubState};
use store::rows::handover_item::{HandoverItemRow, ItemDecision};
use store::rows::pack::{NewPack, PackBody, PackOrigin};
use store::rows::version::Changed;

use super::content::{Link, open, unacknowledged};
use super::flag::{Incoming, arrived, incoming};
use super::items::STAYS;
use super::record::{InBody, plain, read_in, write_in};
use super::view::HandoverView;
use super::{HANDLERS, facts, kind_of, moved_on, not_found, subjects};
use crate::consents::require_person;
use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::{App, Released, Result, failpoint, leaf};

/// What staff say when they take a package in; what they do not say is decided as written here.
#[derive(Debug, Clone, Default)]
pub struct Taking {
    /// Who a traveller is here, by the sender's id: where a machine may not say, and instead of it.
    pub links: BTreeMap<PersonId, PersonId>,
    /// Items decided on. Others are accepted when their person is known here, else kept apart.
    pub decisions: Vec<Decided>,
}

/// Everything decided, before it is written.
struct Taken {
    links: BTreeMap<PersonId, PersonId>,
    decisions: Vec<Decided>,
}

impl App {
    /// Takes an accepted package in and answers with the receipt; the lead of a transfer moves with it.
    /// A second call answers with the first receipt.
    ///
    /// # Errors
    /// `handover_not_found`; `handover_state` before the acceptance; `person_not_found`,
    /// `link_ambiguous`, `invalid_value` for what was said about travellers and items;
    /// `already_decided` when an item was decided otherwise; `package_tampered`, `package_unreadable`.
    pub async fn handover_receive(
        &self,
        ctx: &TownCtx,
        id: HandoverId,
        taking: &Taking,
    ) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, body, state, .. } = incoming(&mut conn, ctx, id).await?;
        if let Some(receipt) = body.as_ref().and_then(|body| body.receipt.as_ref()) {
            drop(conn);
            same_decisions(receipt, &taking.decisions)?;
            return self.handover(ctx, id).await;
        }
        if state == State::Offered {
            return Err(unacknowledged());
        }
        let known = facts(kind_of(hub.kind), None, hub.expires_at, ctx);
        let none = kernel::Digest::of(&[]);
        apply(state, Event::Receive { receipt: none }, &known)?;
        let body = body.ok_or_else(unacknowledged)?;
        let arrived = arrived(&mut conn, &hub).await?;
        let opened = open(&arrived, &body, ctx, conn.keys())?;
        for (traveller, here) in &taking.links {
            require_person(&mut conn, *here, &format!("/links/{traveller}")).await?;
        }
        drop(conn);
        let people = self.people(ctx.town).await?;
        let profile = self.profile(ctx).await?;
        let taken = decide_all(&opened, taking, &people.index, &profile)?;
        self.take_in(ctx, &hub, &opened, taken).await?;
        self.handover(ctx, id).await
    }

    async fn take_in(&self, ctx: &TownCtx, hub: &HubHandover, opened: &Opened, taken: Taken) -> Result<()> {
        let town_name =
            self.member(hub.sender).await?.map_or_else(|| hub.sender.to_string(), |town| town.name);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let receipt = answer(opened, &taken.decisions, ctx.now, &tx.keys().sign)?;
        let bytes = serde_json::to_vec(&receipt).map_err(|_| internal("a receipt is not JSON"))?;
        // The hub's row first: of two at once, the second waits here and finds the town's row moved.
        match tx.hub_receive(hub.id, &bytes).await.map_err(store)? {
            Some(HubState::Received | HubState::Completed) => {}
            Some(_) => return Err(Fault::new(Code::AlreadyDecided)),
            None => return Err(not_found()),
        }
        let mut row = tx.handover(hub.id).await.map_err(store)?.ok_or_else(unacknowledged)?;
        let mut body = read_in(&row)?;
        if body.receipt.is_some() {
            return Ok(());
        }
        let packs = packs(hub, &town_name, opened, &taken, tx.keys())?;
        tx.pack_insert_many(&packs, ctx.now).await.map_err(store)?;
        tx.handover_item_insert_many(hub.id, &rows(opened, &taken)?).await.map_err(store)?;
        record(&mut body, opened, &taken, receipt);
        write_in(&mut row, &body, ctx.now)?;
        if !tx.handover_update(&row).await.map_err(store)? {
            return Err(moved_on());
        }
        // Who people are comes from the register, which no package holds: only a protection in the
        // package changes anything that is kept in memory.
        if packs.iter().any(|pack| pack.category == Category::Protection) {
            tx.version_bump(Changed::Protection).await.map_err(store)?;
        }
        let digest = super::receipt_digest(body.receipt.as_ref());
        let here = taken.links.values().copied();
        let leaf = leaf::of(ctx, Act::HandoverReceived, subjects(hub.id, here), &digest)?;
        failpoint::reach(failpoint::RECEIVE_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::RECEIVE_AFTER);
        Ok(())
    }
}

fn record(body: &mut InBody, opened: &Opened, taken: &Taken, receipt: SignedReceipt) {
    body.state = State::Received;
    body.travellers = opened.body.persons().to_vec();
    body.links.clone_from(&taken.links);
    body.receipt = Some(receipt);
}

/// A second receipt that decides as the first did is harmless; one that does not is refused.
fn same_decisions(receipt: &SignedReceipt, said: &[Decided]) -> Result<()> {
    let first: handover::Receipt = serde_json::from_str(&receipt.receipt)
        .map_err(|_| internal("a kept receipt is not of the known form"))?;
    if said.iter().all(|decided| first.decisions.contains(decided)) {
        Ok(())
    } else {
        Err(Fault::new(Code::AlreadyDecided))
    }
}

fn decide_all(
    opened: &Opened,
    taking: &Taking,
    people: &linkage::PeopleIndex,
    profile: &Applied,
) -> Result<Taken> {
    let travellers = opened.body.persons();
    if let Some(stranger) =
        taking.links.keys().find(|said| !travellers.iter().any(|one| one.person == **said))
    {
        let pointer = format!("/links/{stranger}");
        return Err(invalid("links", &pointer, "引継ぎの対象者ではありません", "nobody in the package"));
    }
    let mut links = BTreeMap::new();
    let mut candidates = BTreeMap::new();
    for traveller in travellers {
        match (taking.links.get(&traveller.person), Link::of(traveller, people)) {
            (Some(here), _) => drop(links.insert(traveller.person, *here)),
            (None, Link::Linked(here)) => drop(links.insert(traveller.person, here)),
            (None, Link::Ambiguous(near)) => drop(candidates.insert(traveller.person, near.len())),
            (None, Link::Unknown) => drop(candidates.insert(traveller.person, 0)),
        }
    }
    let said = decisions_said(opened, &taking.decisions)?;
    let mut decisions = Vec::with_capacity(opened.body.items().len());
    for item in opened.body.items() {
        let fits = links.contains_key(&item.subject) && known_items(item, profile);
        let decision = match said.get(&item.id) {
            Some(Decision::Accept) if !links.contains_key(&item.subject) => {
                let count = candidates.get(&item.subject).copied().unwrap_or_default();
                return Err(Fault::new(Code::LinkAmbiguous).with("count", count).at_pointer("/links"));
            }
            Some(Decision::Accept) if !fits => Decision::Quarantine,
            Some(decision) => *decision,
            None if fits => Decision::Accept,
            None => Decision::Quarantine,
        };
        decisions.push(Decided { item: item.id, decision });
    }
    Ok(Taken { links, decisions })
}

fn decisions_said(opened: &Opened, decisions: &[Decided]) -> Result<BTreeMap<HandoverItemId, Decision>> {
    let known: BTreeSet<HandoverItemId> = opened.body.items().iter().map(|item| item.id).collect();
    let mut said = BTreeMap::new();
    for (n, decided) in decisions.iter().enumerate() {
        let pointer = format!("/decisions/{n}/item_id");
        if !known.contains(&decided.item) {
            return Err(invalid("item_id", &pointer, "引継ぎにない項目です", "no item of the package"));
        }
        if said.insert(decided.item, decided.decision).is_some() {
            return Err(invalid("item_id", &pointer, "同じ項目が二度あります", "the item comes twice"));
        }
    }
    Ok(said)
}

/// Whether everything in an item is in the dictionary, under the category it came as: what is not must
/// not be sealed as if it were.
fn known_items(item: &Item, profile: &Applied) -> bool {
    let fits = |observation: &kernel::Observation| {
        profile.cooperative.items.get(&observation.item).is_some_and(|known| known.category == item.category)
    };
    item.category != Category::Assessment
        && !STAYS.contains(&item.category)
        && item.observations.iter().all(fits)
}

fn decision_of(taken: &Taken, item: &Item) -> Option<Decision> {
    taken.decisions.iter().find(|decided| decided.item == item.id).map(|decided| decided.decision)
}

/// What is accepted, for sealing under the keys of the persons here.
fn packs(
    hub: &HubHandover,
    town_name: &str,
    opened: &Opened,
    taken: &Taken,
    keys: &TownKeys,
) -> Result<Vec<NewPack>> {
    let mut packs = Vec::new();
    for item in opened.body.items() {
        let here = taken.links.get(&item.subject);
        let (Some(Decision::Accept), Some(here)) = (decision_of(taken, item), here) else { continue };
        let role = opened.body.persons().iter().find(|one| one.person == item.subject).map(|one| one.role);
        let content = serde_json::to_vec(item).map_err(|_| internal("an item is not JSON"))?;
        packs.push(NewPack {
            subject: here.uuid(),
            category: item.category,
            source: HANDED_OVER.to_owned(),
            load: LoadId::from_uuid(hub.id.uuid()),
            line: 0,
            record_key: keys.row_hash.hash(item.id.uuid().as_bytes()).as_bytes().to_vec(),
            row_hash: keys.row_hash.hash(&content).as_bytes().to_vec(),
            body: PackBody {
                role: role.map_or("", handover::Role::as_str).to_owned(),
                identity: None,
                written: None,
                observations: item.observations.clone(),
                origin: Some(PackOrigin {
                    handover: hub.id,
                    town: hub.sender,
                    town_name: town_name.to_owned(),
                    source: item.source.clone(),
                    source_name: item.source_name.clone(),
                    holder: item.holder.clone(),
                    holder_name: item.holder_name.clone(),
                    as_of: item.as_of,
                }),
            },
        });
    }
    Ok(packs)
}

/// The items that stay: accepted and kept apart. What is refused was read and goes.
fn rows(opened: &Opened, taken: &Taken) -> Result<Vec<HandoverItemRow>> {
    let mut rows = Vec::new();
    for item in opened.body.items() {
        let decision = match decision_of(taken, item) {
            Some(Decision::Accept) => ItemDecision::Accepted,
            Some(Decision::Quarantine) => ItemDecision::Quarantined,
            Some(Decision::Refuse(_)) | None => continue,
        };
        rows.push(HandoverItemRow {
            id: item.id,
            person: taken.links.get(&item.subject).copied(),
            category: item.category,
            decision,
            body: plain(item)?,
        });
    }
    Ok(rows)
}

fn invalid(name: &str, pointer: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(pointer)
}
