//! 留め置いた項目の処理: what was kept apart at the receipt is taken in or refused later, by a person. The receipt
//! stays as it was given; this is the receiver's own decision.

use std::collections::{BTreeMap, BTreeSet};

use evidence::Act;
use handover::{Decided, Decision, Item};
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use kernel::{Category, Code, Fault, TownCtx};
use store::TownTx;
use store::rows::handover_item::{HandoverItemRow, ItemDecided, ItemDecision};
use store::rows::new_pack::NewPack;
use store::rows::version::Changed;

use super::content::Content;
use super::flag::{Incoming, incoming};
use super::receive::Taking;
use super::record::{InBody, write_in};
use super::taken::{Parcel, invalid, known_items, read, stored};
use super::target::Target;
use super::{HANDLERS, in_state, moved_on, subjects};
use crate::consents::require_person;
use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::{App, Released, Result, leaf};

/// Everything settled, before it is written.
struct Settled {
    /// Items taken in, each with the person here.
    accepted: Vec<(Item, PersonId)>,
    decided: Vec<ItemDecided>,
    links: BTreeMap<PersonId, PersonId>,
}

impl App {
    /// Takes in or refuses items that were kept apart. What is refused was read and is purged; its decision
    /// stays. A decision made before is made again without effect.
    ///
    /// # Errors
    /// `handover_not_found`; `handover_state` before the receipt; `person_not_found`, `link_ambiguous`,
    /// `invalid_value`; `already_decided` when an item was decided otherwise; `precondition_failed`.
    pub async fn handover_settle(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        taking: &Taking,
    ) -> Result<Released<Content>> {
        let target = target.into();
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, .. } = incoming(&mut conn, ctx, target.id).await?;
        for (traveller, here) in &taking.links {
            require_person(&mut conn, *here, &format!("/links/{traveller}")).await?;
        }
        drop(conn);
        let profile = self.profile(ctx).await?;
        let town_name =
            self.member(hub.sender).await?.map_or_else(|| hub.sender.to_string(), |town| town.name);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        target.hold(&mut tx).await?;
        let Incoming { hub, row, body, state } = incoming(&mut tx, ctx, target.id).await?;
        let (Some(mut row), Some(mut body)) = (row, body.filter(|body| body.receipt.is_some())) else {
            return Err(in_state(state));
        };
        let kept = tx.handover_item_list(target.id).await.map_err(store)?;
        let settled = settle(&kept, &body, taking, &profile)?;
        self.refuse_denied(&mut tx, ctx, settled.links.values().copied()).await?;
        if settled.decided.is_empty() {
            drop(tx);
            return self.handover_content(ctx, target.id).await;
        }
        let from = Parcel { hub: &hub, town_name: &town_name, travellers: &body.travellers };
        let packs = settled.accepted.iter().map(|(item, here)| from.pack(item, *here, tx.keys()));
        let packs = packs.collect::<Result<Vec<_>>>()?;
        let here: BTreeSet<PersonId> = settled.accepted.iter().map(|(_, here)| *here).collect();
        write(&mut tx, ctx, target.id, &packs, &settled.decided).await?;
        body.links = settled.links;
        write_in(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        let leaf = leaf::of(ctx, Act::HandoverSettled, subjects(target.id, here), &taking.decisions)?;
        tx.commit(leaf).await.map_err(store)?;
        self.handover_content(ctx, target.id).await
    }
}

async fn write(
    tx: &mut TownTx,
    ctx: &TownCtx,
    id: HandoverId,
    packs: &[NewPack],
    decided: &[ItemDecided],
) -> Result<()> {
    tx.pack_insert_many(packs, ctx.now).await.map_err(store)?;
    let done = tx.handover_item_decide(id, ItemDecision::Quarantined, decided).await.map_err(store)?;
    if done != decided.len() {
        return Err(moved_on());
    }
    if packs.iter().any(|pack| pack.category == Category::Protection) {
        tx.version_bump(Changed::Protection).await.map_err(store)?;
    }
    Ok(())
}

fn settle(kept: &[HandoverItemRow], body: &InBody, taking: &Taking, profile: &Applied) -> Result<Settled> {
    let mut settled = Settled { accepted: Vec::new(), decided: Vec::new(), links: links(body, taking)? };
    let mut seen = BTreeSet::new();
    for (n, decided) in taking.decisions.iter().enumerate() {
        let pointer = format!("/decisions/{n}/item_id");
        if !seen.insert(decided.item) {
            return Err(invalid("item_id", &pointer, "同じ項目が二度あります", "the item comes twice"));
        }
        let row = find(kept, decided.item, &pointer)?;
        if is_decided_so(row, decided)? {
            continue;
        }
        let person = match decided.decision {
            Decision::Accept => {
                let item = read(row)?.ok_or_else(|| internal("an item kept apart has no content"))?;
                let here = settled.links.get(&item.subject).copied();
                let here = here
                    .ok_or_else(|| Fault::new(Code::LinkAmbiguous).with("count", 0).at_pointer("/links"))?;
                if !known_items(&item, profile) {
                    let (ja, en) =
                        ("この町のデータ項目にない値があります", "it holds what no item here means");
                    return Err(invalid("item_id", &pointer, ja, en));
                }
                settled.accepted.push((item, here));
                Some(here)
            }
            _ => None,
        };
        let (decision, refusal) = stored(decided.decision);
        settled.decided.push(ItemDecided { item: decided.item, decision, refusal, person });
    }
    Ok(settled)
}

fn find<'a>(kept: &'a [HandoverItemRow], item: HandoverItemId, pointer: &str) -> Result<&'a HandoverItemRow> {
    let found = kept.iter().find(|row| row.id == item);
    found.ok_or_else(|| invalid("item_id", pointer, "引継ぎにない項目です", "no item of the handover"))
}

/// Whether an item stands as it is to be decided; refuses another decision than the one that stands.
fn is_decided_so(row: &HandoverItemRow, decided: &Decided) -> Result<bool> {
    if (row.decision, row.refusal.clone()) == stored(decided.decision) {
        return Ok(true);
    }
    let (ja, en) = match row.decision {
        ItemDecision::Quarantined => return Ok(false),
        ItemDecision::Pending => ("項目は未処理", "the item is pending"),
        ItemDecision::Accepted => ("項目は受取り済", "the item was accepted"),
        ItemDecision::Refused => ("項目は辞退済", "the item was refused"),
    };
    Err(Fault::new(Code::AlreadyDecided).with_words("state", ja, en))
}

/// Who the travellers are here, with what is said now: nobody who was linked becomes somebody else.
fn links(body: &InBody, taking: &Taking) -> Result<BTreeMap<PersonId, PersonId>> {
    let mut links = body.links.clone();
    for (traveller, here) in &taking.links {
        let pointer = format!("/links/{traveller}");
        if !body.travellers.iter().any(|one| one.person == *traveller) {
            return Err(invalid("links", &pointer, "引継ぎの対象者ではありません", "nobody in the package"));
        }
        if *links.entry(*traveller).or_insert(*here) != *here {
            return Err(invalid(
                "links",
                &pointer,
                "もう別の住民に突合されています",
                "already tied to another person",
            ));
        }
    }
    Ok(links)
}
