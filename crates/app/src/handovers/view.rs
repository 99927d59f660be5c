//! Handovers as staff read them: the town's own row and the hub's together.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use handover::{Flag, Kind, SignedReceipt, State};
use kernel::id::{HandoverId, PersonId, StaffId};
use kernel::{TownCode, TownCtx};
use store::TownConn;
use store::hub::HubHandover;
use store::rows::handover::{Direction, HandoverRow};

use super::approval::{Approved, Returned, TakenBack};
use super::record::{Terms, read_in, read_out};
use super::target::Stand;
use super::{HANDLERS, kind_of, not_found, standing};
use crate::error::{internal, store};
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result, auth};

/// A handover in a list: between whom and how far, nobody named.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Id, the same in both towns.
    pub id: HandoverId,
    /// Which way, seen from here.
    pub direction: Direction,
    /// The other town.
    pub peer: TownCode,
    /// ケース移管 or 情報提供.
    pub kind: Kind,
    /// How far.
    pub state: State,
    /// 主担当.
    pub lead: TownCode,
    /// Since when it is on offer.
    pub offered_at: Option<DateTime<Utc>>,
    /// When it lapses unanswered.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last moved.
    pub changed_at: DateTime<Utc>,
}

/// One handover with everything this town knows of it but the content.
#[derive(Debug)]
pub struct HandoverView {
    /// How it stood when it was read.
    pub stand: Stand,
    /// Between whom and how far.
    pub summary: Summary,
    /// Who drafted it; of a sent one.
    pub drafted_by: Option<StaffId>,
    /// Who approved it.
    pub approved_by: Option<StaffId>,
    /// 決裁 in full; of a sent one.
    pub approval: Option<Approved>,
    /// 差戻し, in order; of a sent one.
    pub returned: Vec<Returned>,
    /// 取下げ; of a sent one.
    pub withdrawn: Option<TakenBack>,
    /// What was drafted; of a sent one.
    pub terms: Option<Terms>,
    /// What the flag says; of a received one, once acknowledged.
    pub flag: Option<Flag>,
    /// Who acknowledged it.
    pub acknowledged_by: Option<StaffId>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who each traveller is here, by the sender's id.
    pub links: BTreeMap<PersonId, PersonId>,
    /// The receiver's receipt.
    pub receipt: Option<SignedReceipt>,
}

impl Resident for HandoverView {
    fn persons(&self) -> Vec<PersonId> {
        let sent = self.terms.iter().flat_map(|terms| terms.subjects.iter().map(|subject| subject.person));
        sent.chain(self.links.values().copied()).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A handover's terms tell no whereabouts.
    }
}

/// What a task needs of its handover.
pub(crate) struct HandoverKnown {
    pub direction: Direction,
    pub peer: TownCode,
    pub state: State,
    pub persons: Vec<PersonId>,
    /// Who has it in hand.
    pub staff: Option<StaffId>,
}

/// A handover as both rows have it.
pub(super) struct Found {
    pub row: Option<HandoverRow>,
    pub hub: Option<HubHandover>,
}

/// A handover of this town, either way; the same answer for another town's and for none.
pub(super) async fn find(conn: &mut TownConn, id: HandoverId) -> Result<Found> {
    let row = conn.handover(id).await.map_err(store)?;
    let hub = conn.hub_handover(id).await.map_err(store)?;
    if row.is_none() && hub.is_none() { Err(not_found()) } else { Ok(Found { row, hub }) }
}

impl App {
    /// Handovers this town sends, newest first, from before `before`.
    ///
    /// # Errors
    /// `grant_missing`.
    pub async fn handovers_out(
        &self,
        ctx: &TownCtx,
        before: Option<HandoverId>,
        limit: i64,
    ) -> Result<Vec<Summary>> {
        auth::require_any(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let rows = conn.handover_list(Direction::Out, before, limit).await.map_err(store)?;
        let hub = conn.hub_handovers().await.map_err(store)?;
        let hub: HashMap<HandoverId, &HubHandover> = hub.iter().map(|one| (one.id, one)).collect();
        rows.iter().map(|row| out_summary(row, hub.get(&row.id).copied(), ctx)).collect()
    }

    /// 受信箱: every handover other towns have offered to this one, newest first.
    ///
    /// # Errors
    /// `grant_missing`.
    pub async fn handovers_in(&self, ctx: &TownCtx) -> Result<Vec<Summary>> {
        auth::require_any(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let rows = conn.handover_list(Direction::In, None, i64::MAX).await.map_err(store)?;
        let own: HashMap<HandoverId, &HandoverRow> = rows.iter().map(|row| (row.id, row)).collect();
        let hub = conn.hub_handovers().await.map_err(store)?;
        let received = hub.iter().rev().filter(|one| one.receiver == ctx.town);
        received.map(|one| in_summary(own.get(&one.id).copied(), one, ctx)).collect()
    }

    /// What this town knows of a handover that one of its own things is about.
    pub(crate) async fn handover_known(
        &self,
        conn: &mut TownConn,
        ctx: &TownCtx,
        id: HandoverId,
    ) -> Result<HandoverKnown> {
        let view = view(&find(conn, id).await?, ctx)?;
        let Summary { direction, peer, state, .. } = view.summary;
        let staff = view.drafted_by.or(view.acknowledged_by);
        Ok(HandoverKnown { direction, peer, state, persons: view.persons(), staff })
    }

    /// One handover, sent or received.
    ///
    /// # Errors
    /// `handover_not_found`, and what [`App::release`] refuses.
    pub async fn handover(&self, ctx: &TownCtx, id: HandoverId) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let found = find(&mut conn, id).await?;
        drop(conn);
        let view = view(&found, ctx)?;
        self.release(ctx, "handover_read", HANDLERS, view).await
    }
}

pub(super) fn view(found: &Found, ctx: &TownCtx) -> Result<HandoverView> {
    match (&found.row, &found.hub) {
        (Some(row), hub) if row.direction == Direction::Out => {
            let body = read_out(row)?;
            let receipt =
                hub.as_ref().and_then(|hub| hub.receipt.as_deref()).map(read_receipt).transpose()?;
            Ok(HandoverView {
                stand: Stand::of(found),
                summary: out_summary(row, hub.as_ref(), ctx)?,
                drafted_by: row.drafted_by,
                approved_by: row.approved_by,
                approval: body.approval,
                returned: body.returned,
                withdrawn: body.withdrawn,
                terms: Some(body.terms),
                flag: None,
                acknowledged_by: None,
                acknowledged_at: None,
                accepted_at: None,
                links: BTreeMap::new(),
                receipt: body.receipt.or(receipt),
            })
        }
        (row, Some(hub)) if hub.receiver == ctx.town => {
            let body = row.as_ref().map(read_in).transpose()?;
            let acknowledged = body.as_ref().and_then(|body| body.acknowledged);
            Ok(HandoverView {
                stand: Stand::of(found),
                summary: in_summary(row.as_ref(), hub, ctx)?,
                drafted_by: None,
                approved_by: None,
                approval: None,
                returned: Vec::new(),
                withdrawn: None,
                terms: None,
                flag: acknowledged.map(|by| by.flag),
                acknowledged_by: acknowledged.map(|by| by.by),
                acknowledged_at: acknowledged.map(|by| by.at),
                accepted_at: body.as_ref().and_then(|body| body.accepted_at),
                links: body.as_ref().map(|body| body.links.clone()).unwrap_or_default(),
                receipt: body.and_then(|body| body.receipt),
            })
        }
        _ => Err(internal("a handover's two rows do not fit")),
    }
}

/// The receipt as the hub keeps it.
pub(super) fn read_receipt(bytes: &[u8]) -> Result<SignedReceipt> {
    serde_json::from_slice(bytes).map_err(|_| kernel::Code::ReceiptInvalid.into())
}

fn out_summary(row: &HandoverRow, hub: Option<&HubHandover>, ctx: &TownCtx) -> Result<Summary> {
    let body = read_out(row)?;
    Ok(Summary {
        id: row.id,
        direction: Direction::Out,
        peer: row.peer,
        kind: body.terms.kind,
        state: standing(Some(body.state), hub, ctx.now)?,
        lead: hub.map_or(ctx.town, |hub| hub.lead),
        offered_at: hub.map(|hub| hub.offered_at),
        expires_at: body.expires_at,
        changed_at: hub.map_or(row.updated_at, |hub| hub.changed_at.max(row.updated_at)),
    })
}

fn in_summary(row: Option<&HandoverRow>, hub: &HubHandover, ctx: &TownCtx) -> Result<Summary> {
    let own = row.map(read_in).transpose()?.map(|body| body.state);
    Ok(Summary {
        id: hub.id,
        direction: Direction::In,
        peer: hub.sender,
        kind: kind_of(hub.kind),
        state: standing(own, Some(hub), ctx.now)?,
        lead: hub.lead,
        offered_at: Some(hub.offered_at),
        expires_at: Some(hub.expires_at),
        changed_at: hub.changed_at.max(row.map_or(hub.changed_at, |row| row.updated_at)),
    })
}
