//! 受領: each traveller is tied to a resident, each item decided on, what is accepted sealed under the
//! receiver's own keys, and all of it answered with one signed receipt, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use evidence::Act;
use handover::machine::already_decided;
use handover::{Decided, Decision, Event, Item, Opened, SignedReceipt, State, answer, apply};
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use kernel::{Category, Code, Fault, TownCtx};
use store::hub::{HubHandover, HubState};
use store::rows::handover_item::HandoverItemRow;
use store::rows::new_pack::NewPack;
use store::rows::version::Changed;
use store::{TownConn, TownKeys};

use super::content::{Link, open, unacknowledged};
use super::flag::{Incoming, arrived, incoming};
use super::record::{InBody, read_in, write_in};
use super::taken::{Parcel, invalid, known_items, row};
use super::target::Target;
use super::view::HandoverView;
use super::{HANDLERS, facts, kind_of, not_found, subjects};
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
    /// A second call answers with the first receipt, until the sender has closed.
    ///
    /// # Errors
    /// `handover_not_found`; `handover_state` before the acceptance and once it is completed; `person_not_found`,
    /// `link_ambiguous`, `invalid_value` for what was said about travellers and items;
    /// `already_decided` when an item was decided otherwise; `package_tampered`, `package_unreadable`,
    /// `precondition_failed`.
    pub async fn handover_receive(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        taking: &Taking,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        let id = target.id;
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (hub, opened) = match accepted(&mut conn, ctx, id).await {
            Ok(accepted) => accepted,
            // The receipt was given before, or by somebody else of this town since the look at it.
            Err(fault) => {
                let Incoming { body, state, .. } = incoming(&mut conn, ctx, id).await?;
                drop(conn);
                let given = body.and_then(|body| body.receipt).filter(|_| state == State::Received);
                same_decisions(&given.ok_or(fault)?, &taking.decisions)?;
                return self.handover(ctx, id).await;
            }
        };
        for (traveller, here) in &taking.links {
            require_person(&mut conn, *here, &format!("/links/{traveller}")).await?;
        }
        drop(conn);
        let people = self.people(ctx.town).await?;
        let profile = self.profile(ctx).await?;
        let taken = decide_all(&opened, taking, &people.index, &profile)?;
        self.take_in(ctx, target, (&hub, &opened), taken).await?;
        self.handover(ctx, id).await
    }

    async fn take_in(
        &self,
        ctx: &TownCtx,
        target: Target,
        (hub, opened): (&HubHandover, &Opened),
        taken: Taken,
    ) -> Result<()> {
        let town_name =
            self.member(hub.sender).await?.map_or_else(|| hub.sender.to_string(), |town| town.name);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        // Whoever they are here, by a person's word or by the index.
        self.refuse_denied(&mut tx, ctx, taken.links.values().copied()).await?;
        let receipt = answer(opened, &taken.decisions, ctx.now, &tx.keys().sign)?;
        let bytes = serde_json::to_vec(&receipt).map_err(|_| internal("a receipt is not JSON"))?;
        // Of two at once, the second waits here and finds the town's row moved.
        target.hold(&mut tx).await?;
        match tx.hub_receive(hub.id, &bytes).await.map_err(store)? {
            Some(HubState::Received | HubState::Completed) => {}
            Some(_) => return Err(already_decided(incoming(&mut tx, ctx, hub.id).await?.state)),
            None => return Err(not_found()),
        }
        let mut row = tx.handover(hub.id).await.map_err(store)?.ok_or_else(unacknowledged)?;
        let mut body = read_in(&row)?;
        if body.receipt.is_some() {
            return Ok(());
        }
        let from = Parcel { hub, town_name: &town_name, travellers: opened.body.persons() };
        let packs = packs(&from, opened, &taken, tx.keys())?;
        tx.pack_insert_many(&packs, ctx.now).await.map_err(store)?;
        tx.handover_item_insert_many(hub.id, &rows(opened, &taken)?).await.map_err(store)?;
        record(&mut body, opened, &taken, receipt);
        write_in(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
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

/// A handover that waits to be taken in, opened.
async fn accepted(conn: &mut TownConn, ctx: &TownCtx, id: HandoverId) -> Result<(HubHandover, Opened)> {
    let Incoming { hub, body, state, .. } = incoming(conn, ctx, id).await?;
    if state == State::Offered {
        return Err(unacknowledged());
    }
    let known = facts(kind_of(hub.kind), None, hub.expires_at, ctx);
    let none = kernel::Digest::of(&[]);
    apply(state, Event::Receive { receipt: none }, &known)?;
    let body = body.ok_or_else(unacknowledged)?;
    let arrived = arrived(conn, &hub).await?;
    let opened = open(&arrived, &body, ctx, conn.keys())?;
    Ok((hub, opened))
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
        Err(already_decided(State::Received))
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

fn decision_of(taken: &Taken, item: &Item) -> Option<Decision> {
    taken.decisions.iter().find(|decided| decided.item == item.id).map(|decided| decided.decision)
}

/// What is accepted, for sealing under the keys of the persons here.
fn packs(from: &Parcel<'_>, opened: &Opened, taken: &Taken, keys: &TownKeys) -> Result<Vec<NewPack>> {
    let accepted = opened.body.items().iter().filter_map(|item| {
        let here = taken.links.get(&item.subject)?;
        (decision_of(taken, item) == Some(Decision::Accept)).then_some((item, *here))
    });
    accepted.map(|(item, here)| from.pack(item, here, keys)).collect()
}

/// Every item with its decision; what was refused was read and is purged.
fn rows(opened: &Opened, taken: &Taken) -> Result<Vec<HandoverItemRow>> {
    let decided = opened.body.items().iter().filter_map(|item| Some((item, decision_of(taken, item)?)));
    decided.map(|(item, decision)| row(item, taken.links.get(&item.subject).copied(), decision)).collect()
}
