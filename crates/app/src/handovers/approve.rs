//! 決裁・差戻し・後閲: the second person decides, gives back, or looks at what was decided on their behalf.

use evidence::Act;
use handover::{Event, State, apply};
use kernel::{Code, Fault, Grant, TownCtx};
use store::TownTx;
use store::rows::handover::{Direction, HandoverRow};

use super::approval::{Approval, Approved, Returned, Review};
use super::draft::sent;
use super::record::{OutBody, read_out, write_out};
use super::target::Target;
use super::view::{Found, HandoverView};
use super::{HANDLERS, facts, in_state, moved_on, not_found, standing, subjects};
use crate::error::store;
use crate::{App, Released, Result, auth, leaf};

impl App {
    /// Approves a draft, as a second person. A decision on somebody's behalf changes nothing of that. The same
    /// decision again changes nothing; another one on what was decided is refused.
    ///
    /// # Errors
    /// `handover_not_found`, `grant_missing`, `invalid_value`, `self_approval`, `protected_person`,
    /// `handover_state`, `precondition_failed`.
    pub async fn handover_approve(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        approval: Approval,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        let read = self.deciding(ctx, target).await?;
        approval.sound(ctx)?;
        let protected = self.anybody_protected(ctx, &read.terms).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let (mut row, mut body, state) = held_standing(&mut tx, target, ctx).await?;
        if body.terms != read.terms {
            return Err(moved_on());
        }
        let facts = handover::Facts { protected, ..facts(body.terms.kind, Some(&row), ctx.now, ctx) };
        let step = apply(state, Event::Approve { by: ctx.staff }, &facts)?;
        if step.effects.is_empty() {
            drop(tx);
            let decided = body.approval.as_ref();
            let is_same = decided.is_some_and(|one| one.by == ctx.staff && one.approval == approval);
            return self.said_again(ctx, target, is_same, &body).await;
        }
        body.state = step.state;
        body.approval = Some(Approved::new(ctx, approval));
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_approve(&row, ctx.staff).await.map_err(store)?;
        commit(tx, ctx, Act::HandoverApproved, &body, &(&body.terms, &body.approval), target).await?;
        self.handover(ctx, target.id).await
    }

    /// Gives a draft, or what was approved and not yet offered, back to the drafter. An approval is undone by it. The
    /// same again changes nothing; for another reason it is refused.
    ///
    /// # Errors
    /// `handover_not_found`, `grant_missing`, `handover_state`, `precondition_failed`.
    pub async fn handover_return(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        reason: &str,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        self.deciding(ctx, target).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let (mut row, mut body, state) = held_standing(&mut tx, target, ctx).await?;
        let step = apply(state, Event::Return, &facts(body.terms.kind, Some(&row), ctx.now, ctx))?;
        if step.effects.is_empty() {
            drop(tx);
            let returned = body.returned.last();
            let is_same = returned.is_some_and(|one| one.by == ctx.staff && one.reason == reason);
            return self.said_again(ctx, target, is_same, &body).await;
        }
        let undone = body.approval.take();
        body.state = step.state;
        body.returned.push(Returned { by: ctx.staff, at: ctx.now, reason: reason.to_owned(), undone });
        row.approved_by = None;
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        commit(tx, ctx, Act::HandoverReturned, &body, &reason, target).await?;
        self.handover(ctx, target.id).await
    }

    /// 後閲: records that the head has looked at what was decided on their behalf. A second time changes nothing;
    /// somebody else's look after it is refused.
    ///
    /// # Errors
    /// `handover_not_found`, `grant_missing`, `review_not_waiting`; `self_review` for whoever drafted or decided
    /// it; `precondition_failed`.
    pub async fn handover_review(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        self.deciding(ctx, target).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let (mut row, mut body) = held(&mut tx, target).await?;
        let decided = body.approval.as_mut().filter(|decided| decided.approval.on_behalf.is_some());
        let decided = decided.ok_or_else(|| Fault::new(Code::ReviewNotWaiting))?;
        if decided.by == ctx.staff || row.drafted_by == Some(ctx.staff) {
            return Err(Fault::new(Code::SelfReview));
        }
        if let Some(review) = decided.review {
            drop(tx);
            if review.by != ctx.staff {
                return Err(Fault::new(Code::ReviewNotWaiting));
            }
            return self.handover(ctx, target.id).await;
        }
        decided.review = Some(Review { by: ctx.staff, at: ctx.now });
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        commit(tx, ctx, Act::HandoverReviewed, &body, &body.approval, target).await?;
        self.handover(ctx, target.id).await
    }

    /// Answers the same word of the same person as the first time. Another one would be lost without anybody
    /// noticing.
    async fn said_again(
        &self,
        ctx: &TownCtx,
        target: Target,
        is_same: bool,
        body: &OutBody,
    ) -> Result<Released<HandoverView>> {
        if is_same { self.handover(ctx, target.id).await } else { Err(in_state(body.state)) }
    }

    /// Looks the handover up before anything else, then asks whether the caller decides.
    async fn deciding(&self, ctx: &TownCtx, target: Target) -> Result<OutBody> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (_, body) = sent(&mut conn, target.id).await?;
        self.refuse_denied(&mut conn, ctx, body.terms.persons()).await?;
        auth::require(ctx, Grant::Approver)?;
        Ok(body)
    }
}

/// A handover that this town sends, held still.
pub(super) async fn held(tx: &mut TownTx, target: Target) -> Result<(HandoverRow, OutBody)> {
    own(target.hold(tx).await?)
}

/// The same with where it stands between the two towns.
pub(super) async fn held_standing(
    tx: &mut TownTx,
    target: Target,
    ctx: &TownCtx,
) -> Result<(HandoverRow, OutBody, State)> {
    let found = target.hold(tx).await?;
    let hub = found.hub.clone();
    let (row, body) = own(found)?;
    let state = standing(Some(body.state), hub.as_ref(), ctx.now)?;
    Ok((row, body, state))
}

/// The town's own row of what it sends; a received one is no such thing.
pub(super) fn own(found: Found) -> Result<(HandoverRow, OutBody)> {
    let row = found.row.filter(|row| row.direction == Direction::Out).ok_or_else(not_found)?;
    let body = read_out(&row)?;
    Ok((row, body))
}

async fn commit(
    tx: TownTx,
    ctx: &TownCtx,
    act: Act,
    body: &OutBody,
    detail: &(impl serde::Serialize + Sync),
    target: Target,
) -> Result<()> {
    let persons = body.terms.subjects.iter().map(|subject| subject.person);
    let leaf = leaf::of(ctx, act, subjects(target.id, persons), detail)?;
    tx.commit(leaf).await.map_err(store)
}
