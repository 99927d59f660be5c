//! Requests that may come twice: claiming a key, keeping the answer, giving the claim up. Why this makes one act
//! of two requests stands with the claim itself, in `store`.

use chrono::TimeDelta;
use kernel::{Code, Fault, TownCtx};
use serde::{Deserialize, Serialize};
use store::rows::idempotency::{Known, Request};

use crate::error::{internal, store};
use crate::release::Seen;
use crate::{App, Result};

pub use store::town::Claim;

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
    /// The body: JSON.
    pub body: String,
    /// Whom it tells of.
    pub seen: Seen,
}

/// Whether to act.
#[derive(Debug)]
pub enum Turn {
    /// Act, under this claim.
    Act(Claim),
    /// Answer as before.
    Again(KeptAnswer),
}

fn request<'a>(ctx: &TownCtx, asked: &'a Repeatable) -> Request<'a> {
    Request { staff: ctx.staff, key: &asked.key, content: &asked.content, now: ctx.now, lease: asked.lease }
}

impl App {
    /// Claims a request's key for the caller.
    ///
    /// # Errors
    /// `idempotency_key_reused` when it was given to another request, `idempotency_in_progress`,
    /// `idempotency_answer_lost`.
    pub async fn idempotency_claim(&self, ctx: &TownCtx, asked: &Repeatable) -> Result<Turn> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        match conn.idempotency_claim(&request(ctx, asked)).await.map_err(store)? {
            Known::Claimed(claim) => Ok(Turn::Act(claim)),
            Known::Answered(kept) => {
                drop(conn);
                let kept: KeptAnswer = serde_json::from_slice(&kept)
                    .map_err(|_| internal("a kept answer is not of the known form"))?;
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
        ctx: &TownCtx,
        asked: &Repeatable,
        claim: Claim,
        answer: &KeptAnswer,
    ) -> Result<()> {
        let kept =
            seal::Plain::from(serde_json::to_vec(answer).map_err(|_| internal("an answer cannot be kept"))?);
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.idempotency_answer(&request(ctx, asked), claim, &kept).await.map_err(store)
    }

    /// Gives a claim up, so that the same request may be tried again; one whose act was committed stays.
    ///
    /// # Errors
    /// A fault when the database refuses; then the claim lapses by itself.
    pub async fn idempotency_release(&self, ctx: &TownCtx, claim: Claim) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.idempotency_release(claim).await.map_err(store)
    }
}
