//! 支援措置の有無の確認: the receiver opens a package's flag and says that it was read. Nothing else of a
//! package is opened before.

use chrono::{DateTime, Utc};
use evidence::Act;
use handover::package::Manifest;
use handover::{Acknowledged, Event, Package, Pinned, Receiver, State, apply, open_flag};
use kernel::id::HandoverId;
use kernel::{Code, Fault, TownCode, TownCtx};
use store::hub::{HubHandover, HubState};
use store::rows::handover::{Direction, HandoverRow};
use store::{StoreError, TownConn, TownKeys};

use super::record::{Acknowledgement, InBody, plain, read_in};
use super::view::{HandoverView, find};
use super::{HANDLERS, facts, in_state, kind_of, not_found, standing, subjects};
use crate::error::store;
use crate::peer_keys::sign_key;
use crate::{App, Released, Result, leaf};

/// A handover on its way to this town.
pub(super) struct Incoming {
    pub hub: HubHandover,
    pub row: Option<HandoverRow>,
    pub body: Option<InBody>,
    /// Where it stands, seen from here.
    pub state: State,
}

/// A handover that was sent to this town; one it sends itself is no such thing.
pub(super) async fn incoming(conn: &mut TownConn, ctx: &TownCtx, id: HandoverId) -> Result<Incoming> {
    let found = find(conn, id).await?;
    let hub = found.hub.filter(|hub| hub.receiver == ctx.town).ok_or_else(not_found)?;
    let body = found.row.as_ref().map(read_in).transpose()?;
    let state = standing(body.as_ref().map(|body| body.state), Some(&hub), ctx.now)?;
    Ok(Incoming { hub, row: found.row, body, state })
}

/// A sealed package with what it takes to open it.
pub(super) struct Arrived {
    pub package: Package,
    pinned: Vec<Pinned>,
}

impl Arrived {
    /// What opens it.
    pub fn receiver<'a>(&'a self, town: TownCode, keys: &'a TownKeys) -> Receiver<'a> {
        Receiver { town, key: &keys.kem, pinned: &self.pinned }
    }

    /// Opens the flag, and says that it was acknowledged: only for whoever has recorded that it was.
    pub fn acknowledged(&self, town: TownCode, keys: &TownKeys, at: DateTime<Utc>) -> Result<Acknowledged> {
        Ok(open_flag(&self.package, &self.receiver(town, keys), at)?.acknowledge())
    }
}

/// Fetches a package. It must be the one the hub's row speaks of.
pub(super) async fn arrived(conn: &mut TownConn, hub: &HubHandover) -> Result<Arrived> {
    let bytes = conn.hub_fetch_package(hub.id).await.map_err(store)?;
    let bytes = bytes.ok_or_else(|| in_state(State::Withdrawn))?;
    let package = Package::from_bytes(&bytes)?;
    let tampered = || Fault::new(Code::PackageTampered);
    let manifest: Manifest = serde_json::from_slice(&package.manifest).map_err(|_| tampered())?;
    let head = &manifest.head;
    if head.handover != hub.id || head.sender.town != hub.sender || head.kind != kind_of(hub.kind) {
        return Err(tampered());
    }
    let pinned = sign_key(conn, hub.sender).await?.into_iter().collect();
    Ok(Arrived { package, pinned })
}

impl App {
    /// Opens the flag of a package that waits, and records that it was acknowledged.
    ///
    /// # Errors
    /// `handover_not_found`, `key_not_pinned`, `package_tampered`, `handover_expired`,
    /// `already_decided`, `handover_state`, `handover_too_late`.
    pub async fn handover_acknowledge(
        &self,
        ctx: &TownCtx,
        id: HandoverId,
    ) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, state, .. } = incoming(&mut conn, ctx, id).await?;
        let step = apply(state, Event::Acknowledge, &facts(kind_of(hub.kind), None, hub.expires_at, ctx))?;
        if step.effects.is_empty() {
            drop(conn);
            return self.handover(ctx, id).await;
        }
        let arrived = arrived(&mut conn, &hub).await?;
        let opened = open_flag(&arrived.package, &arrived.receiver(ctx.town, conn.keys()), ctx.now)?;
        drop(conn);
        let acknowledged = Acknowledgement { flag: opened.flag, by: ctx.staff, at: ctx.now };
        let body = InBody::new(step.state, Some(acknowledged));
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        if tx.hub_acknowledge(id).await.map_err(store)? != Some(HubState::Accepting) {
            // Somebody moved it between the look at it and now.
            let now = incoming(&mut tx, ctx, id).await?;
            apply(now.state, Event::Acknowledge, &facts(kind_of(hub.kind), None, hub.expires_at, ctx))?;
            drop(tx);
            return self.handover(ctx, id).await;
        }
        match tx.handover_insert(&new_row(&hub, &body, ctx)?).await {
            Ok(()) => {
                let detail = arrived.package.digest();
                let leaf = leaf::of(ctx, Act::HandoverAccepting, subjects(id, []), &detail)?;
                tx.commit(leaf).await.map_err(store)?;
            }
            // Somebody else of this town acknowledged it at the same instant.
            Err(StoreError::Duplicate) => drop(tx),
            Err(error) => return Err(store(error)),
        }
        self.handover(ctx, id).await
    }
}

/// The receiver's row of a handover, not yet kept.
pub(super) fn new_row(hub: &HubHandover, body: &InBody, ctx: &TownCtx) -> Result<HandoverRow> {
    Ok(HandoverRow {
        id: hub.id,
        direction: Direction::In,
        peer: hub.sender,
        state: body.state.as_str().to_owned(),
        version: 1,
        drafted_by: None,
        approved_by: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        body: plain(body)?,
    })
}
