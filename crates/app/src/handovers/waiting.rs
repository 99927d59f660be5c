//! Which handovers wait for somebody, for what, and until when.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use handover::State;
use kernel::TownCtx;
use kernel::ctx::jst_date;
use kernel::id::{ConsentId, HandoverId, PersonId, StaffId};
use store::TownConn;
use store::hub::HubHandover;
use store::rows::handover::{Direction, HandoverRow};

use super::record::{read_in, read_out};
use super::standing;
use crate::error::store;
use crate::{App, Result};

/// What a handover waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A decision, since this day.
    Approval(NaiveDate),
    /// Its drafter, since this day.
    Redraft(NaiveDate),
    /// Its offer, since this day.
    Offer(NaiveDate),
    /// The receiver's answer, until this day.
    Acceptance(NaiveDate),
    /// The receiver's receipt; the offer would have lapsed on this day.
    Receipt(NaiveDate),
    /// The head's look at what was decided on their behalf, until this day.
    Review(NaiveDate),
}

/// A handover that waits.
pub(crate) struct WaitingHandover {
    pub id: HandoverId,
    pub wait: Wait,
    /// Whom it is about, as far as the town knows.
    pub persons: Vec<PersonId>,
    /// The consents it rests on; of a sent one.
    pub consents: Vec<ConsentId>,
    /// Who has it in hand: who drafted it, or who acknowledged its flag.
    pub staff: Option<StaffId>,
}

impl App {
    /// Everything that waits, sent or received.
    pub(crate) async fn handovers_waiting(
        &self,
        conn: &mut TownConn,
        ctx: &TownCtx,
    ) -> Result<Vec<WaitingHandover>> {
        let hub = conn.hub_handovers().await.map_err(store)?;
        let hub: HashMap<HandoverId, &HubHandover> = hub.iter().map(|one| (one.id, one)).collect();
        let mut all = Vec::new();
        for row in conn.handover_list(Direction::Out, None, i64::MAX).await.map_err(store)? {
            all.extend(sent(&row, hub.get(&row.id).copied(), ctx)?);
        }
        let mut known = HashSet::new();
        for row in conn.handover_list(Direction::In, None, i64::MAX).await.map_err(store)? {
            if let Some(hub) = hub.get(&row.id) {
                known.insert(row.id);
                all.extend(received(Some(&row), hub, ctx)?);
            }
        }
        let unopened = hub.values().filter(|one| one.receiver == ctx.town && !known.contains(&one.id));
        for one in unopened {
            all.extend(received(None, one, ctx)?);
        }
        Ok(all)
    }
}

/// What a sent handover waits for; a decision on somebody's behalf may wait beside everything else.
fn sent(row: &HandoverRow, hub: Option<&HubHandover>, ctx: &TownCtx) -> Result<Vec<WaitingHandover>> {
    let body = read_out(row)?;
    let since = jst_date(row.updated_at);
    let step = match standing(Some(body.state), hub, ctx.now)? {
        State::Draft => Some(Wait::Approval(since)),
        State::Returned => Some(Wait::Redraft(since)),
        State::Approved => Some(Wait::Offer(since)),
        state => hub.and_then(|hub| between(state, hub)),
    };
    let review = body.approval.as_ref().and_then(super::Approved::review_due).map(Wait::Review);
    let persons: Vec<PersonId> = body.terms.subjects.iter().map(|subject| subject.person).collect();
    let waiting = |wait| WaitingHandover {
        id: row.id,
        wait,
        persons: persons.clone(),
        consents: body.terms.consents.clone(),
        staff: row.drafted_by,
    };
    Ok(step.into_iter().chain(review).map(waiting).collect())
}

fn received(row: Option<&HandoverRow>, hub: &HubHandover, ctx: &TownCtx) -> Result<Option<WaitingHandover>> {
    let body = row.map(read_in).transpose()?;
    let state = standing(body.as_ref().map(|body| body.state), Some(hub), ctx.now)?;
    Ok(between(state, hub).map(|wait| WaitingHandover {
        id: hub.id,
        wait,
        persons: body.as_ref().map(|body| body.links.values().copied().collect()).unwrap_or_default(),
        consents: Vec::new(),
        staff: body.and_then(|body| body.acknowledged).map(|by| by.by),
    }))
}

/// What both towns wait for.
fn between(state: State, hub: &HubHandover) -> Option<Wait> {
    let until = jst_date(hub.expires_at);
    match state {
        State::Offered | State::Accepting => Some(Wait::Acceptance(until)),
        State::Accepted => Some(Wait::Receipt(until)),
        _ => None,
    }
}
