//! Requests that may come twice: claiming a key, keeping the answer, giving the claim up. Why this makes one act
//! of two requests stands with the claims themselves, in `store`: a town's, and the operator's.

use chrono::TimeDelta;
use kernel::id::StaffId;
use kernel::{Code, Fault};
use serde::{Deserialize, Serialize};
use store::coop::Repeated;
use store::rows::idempotency::{Known, Request};
use store::town::Claim;

use crate::error::{internal, store};
use crate::release::Seen;
use crate::{App, Caller, Result};

/// A request that may come twice.
#[derive(Debug, Clone)]
pub struct Repeatable {
    /// Its Idempotency-Key.
    pub key: String,
    /// What must be the same for it to be the same request: operation, parameters, purpose, body.
    pub content: Vec<u8>,
    /// How long an attempt that has not been heard of counts as under way.
    pub lease: TimeDelta,
}

/// An answer as it is given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// The header `Location`.
    pub location: Option<String>,
    /// The body: JSON; of a refusal its faults.
    pub body: String,
    /// Whom it tells of.
    pub seen: Seen,
}

/// A claim on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// By a member of staff: what the act commits marks it.
    Town(Claim),
    /// By the operator.
    Operator,
}

impl Held {
    /// Runs an act under this claim.
    pub async fn hold<F: Future>(self, act: F) -> F::Output {
        match self {
            Self::Town(claim) => claim.hold(act).await,
            Self::Operator => act.await,
        }
    }
}

/// Whether to act.
#[derive(Debug)]
pub enum Turn {
    /// Act, under this claim.
    Act(Held),
    /// Answer as before.
    Again(KeptAnswer),
}

fn request<'a>(caller: &Caller, asked: &'a Repeatable) -> Request<'a> {
    let (staff, now): (StaffId, _) = match caller {
        Caller::Town(ctx) => (ctx.staff, ctx.now),
        Caller::Coop(ctx) => (ctx.operator, ctx.now),
    };
    Request { staff, key: &asked.key, content: &asked.content, now, lease: asked.lease }
}

fn kept(answer: &[u8]) -> Result<KeptAnswer> {
    serde_json::from_slice(answer).map_err(|_| internal("a kept answer is not of the known form"))
}

impl App {
    /// Claims a request's key for the caller.
    ///
    /// # Errors
    /// `idempotency_key_reused` when it was given to another request, `idempotency_in_progress`,
    /// `idempotency_answer_lost`.
    pub async fn idempotency_claim(&self, caller: &Caller, asked: &Repeatable) -> Result<Turn> {
        let asked = request(caller, asked);
        let ctx = match caller {
            Caller::Town(ctx) => ctx,
            Caller::Coop(_) => {
                return match self.coop.repeat_claim(&asked).await.map_err(store)? {
                    Repeated::Claimed => Ok(Turn::Act(Held::Operator)),
                    Repeated::Answered(answer) => Ok(Turn::Again(kept(&answer)?)),
                    Repeated::Other => Err(Fault::new(Code::IdempotencyKeyReused)),
                    Repeated::Running => Err(Fault::new(Code::IdempotencyInProgress)),
                    Repeated::Lost => Err(Fault::new(Code::IdempotencyAnswerLost)),
                };
            }
        };
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        match conn.idempotency_claim(&asked).await.map_err(store)? {
            Known::Claimed(claim) => Ok(Turn::Act(Held::Town(claim))),
            Known::Answered(answer) => {
                drop(conn);
                let kept = kept(&answer)?;
                self.release_again(ctx, &kept.seen).await?;
                Ok(Turn::Again(kept))
            }
            Known::Other => Err(Fault::new(Code::IdempotencyKeyReused)),
            Known::Running => Err(Fault::new(Code::IdempotencyInProgress)),
            Known::Lost => Err(Fault::new(Code::IdempotencyAnswerLost)),
        }
    }

    /// Keeps the answer of what was done under a claim.
    ///
    /// # Errors
    /// A fault when the database refuses; then the answer cannot be given again.
    pub async fn idempotency_keep(
        &self,
        caller: &Caller,
        asked: &Repeatable,
        held: Held,
        answer: &KeptAnswer,
    ) -> Result<()> {
        let kept =
            seal::Plain::from(serde_json::to_vec(answer).map_err(|_| internal("an answer cannot be kept"))?);
        let asked = request(caller, asked);
        match (caller, held) {
            (Caller::Town(ctx), Held::Town(claim)) => {
                let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
                conn.idempotency_answer(&asked, claim, &kept).await.map_err(store)
            }
            (_, _) => self.coop.repeat_answer(&asked, &kept).await.map_err(store),
        }
    }

    /// Gives a claim up, so that the same request may be tried again; one whose act was committed stays, and false
    /// says so.
    ///
    /// # Errors
    /// A fault when the database refuses; then the claim lapses by itself.
    pub async fn idempotency_release(&self, caller: &Caller, asked: &Repeatable, held: Held) -> Result<bool> {
        match (caller, held) {
            (Caller::Town(ctx), Held::Town(claim)) => {
                let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
                conn.idempotency_release(claim).await.map_err(store)
            }
            (_, _) => {
                self.coop.repeat_release(&request(caller, asked)).await.map_err(store)?;
                Ok(true)
            }
        }
    }
}
