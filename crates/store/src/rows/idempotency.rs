//! Requests that may come twice, by the keyed hash of their Idempotency-Key. The statements here are each their
//! own transaction; the mark that an act leaves is in [`crate::town::Claim`], with the reason why it all holds.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::StaffId;
use seal::Plain;
use uuid::Uuid;

use crate::schema::idempotency;
use crate::town::Claim;
use crate::{StoreError, TownConn};

/// How long a request is remembered.
pub(crate) const REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// A request that may come twice.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks, a member of staff or the operator: another person's equal key is another key.
    pub staff: StaffId,
    /// The Idempotency-Key.
    pub key: &'a str,
    /// Everything that must be the same for it to be the same request.
    pub content: &'a [u8],
    /// Now.
    pub now: DateTime<Utc>,
    /// How long an attempt that has not been heard of counts as under way.
    pub lease: TimeDelta,
}

/// What is known of a request.
#[derive(Debug)]
pub enum Known {
    /// Nothing that was done: it is the caller's to do, under this claim.
    Claimed(Claim),
    /// It was done; its answer as it was kept.
    Answered(Plain),
    /// Another request came with this key.
    Other,
    /// It is being done.
    Running,
    /// It was done, and the answer was lost.
    Lost,
}

type Columns = (Vec<u8>, Uuid, bool, Option<Vec<u8>>, DateTime<Utc>);

impl Request<'_> {
    /// The key with whom it belongs to, which is also the word that opens the answer.
    pub(crate) fn word(&self) -> Vec<u8> {
        [b"tasuki idempotency\0", self.staff.uuid().as_bytes().as_slice(), self.key.as_bytes()].concat()
    }
}

impl TownConn {
    /// Claims a request's key, or says what is known of it. What is older than a day is forgotten first.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails; nothing is claimed then.
    pub async fn idempotency_claim(&mut self, request: &Request<'_>) -> Result<Known, StoreError> {
        let word = request.word();
        let key_index = *self.keys().row_hash.hash(&word).as_bytes();
        let mac = *self.keys().row_hash.hash(&[b"tasuki request\0", request.content].concat()).as_bytes();
        let claim = Claim { key_index, attempt: Uuid::now_v7() };
        self.forget_expired(request.now).await?;
        let (driver, town) = self.parts()?;
        let inserted = diesel::insert_into(idempotency::table)
            .values((
                idempotency::town_id.eq(town.clone()),
                idempotency::key_index.eq(key_index.as_slice()),
                idempotency::request_mac.eq(mac.as_slice()),
                idempotency::attempt.eq(claim.attempt),
                idempotency::acted.eq(false),
                idempotency::claimed_at.eq(request.now),
                idempotency::expires_at.eq(request.now + REMEMBERED),
            ))
            .on_conflict_do_nothing()
            .execute(driver)
            .await?;
        if inserted == 1 {
            return Ok(Known::Claimed(claim));
        }
        let found: Option<Columns> = idempotency::table
            .filter(idempotency::town_id.eq(town))
            .filter(idempotency::key_index.eq(key_index.as_slice()))
            .select((
                idempotency::request_mac,
                idempotency::attempt,
                idempotency::acted,
                idempotency::answer,
                idempotency::claimed_at,
            ))
            .first(driver)
            .await
            .optional()?;
        // Given up by another attempt in this very moment: whoever asks again gets it.
        let Some((of, attempt, acted, answer, claimed_at)) = found else { return Ok(Known::Running) };
        if of != mac {
            return Ok(Known::Other);
        }
        if let Some(answer) = answer {
            let place = self.place("idempotency", &key_index, 0, 0);
            return Ok(Known::Answered(self.keys().row_hash.boxes_of(&word).open(&place, &answer)?));
        }
        if claimed_at + request.lease > request.now {
            return Ok(Known::Running);
        }
        if acted {
            return Ok(Known::Lost);
        }
        self.take_over(claim, attempt, request.now).await
    }

    async fn forget_expired(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::delete(idempotency::table)
            .filter(idempotency::town_id.eq(town))
            .filter(idempotency::expires_at.le(now))
            .execute(driver)
            .await?;
        Ok(())
    }

    async fn take_over(&mut self, claim: Claim, from: Uuid, now: DateTime<Utc>) -> Result<Known, StoreError> {
        let (driver, town) = self.parts()?;
        let taken = diesel::update(idempotency::table)
            .filter(idempotency::town_id.eq(town))
            .filter(idempotency::key_index.eq(claim.key_index.as_slice()))
            .filter(idempotency::attempt.eq(from))
            .filter(idempotency::acted.eq(false))
            .set((idempotency::attempt.eq(claim.attempt), idempotency::claimed_at.eq(now)))
            .execute(driver)
            .await?;
        Ok(if taken == 1 { Known::Claimed(claim) } else { Known::Running })
    }

    /// Keeps the answer of a request that was done.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn idempotency_answer(
        &mut self,
        request: &Request<'_>,
        claim: Claim,
        answer: &[u8],
    ) -> Result<(), StoreError> {
        let key = self.keys().row_hash.boxes_of(&request.word());
        let sealed = key.seal(&self.place("idempotency", &claim.key_index, 0, 0), answer);
        let (driver, town) = self.parts()?;
        diesel::update(idempotency::table)
            .filter(idempotency::town_id.eq(town))
            .filter(idempotency::key_index.eq(claim.key_index.as_slice()))
            .filter(idempotency::attempt.eq(claim.attempt))
            .set(idempotency::answer.eq(sealed))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Gives a claim up, unless its act was committed: then false.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails; the claim then lapses by itself.
    pub async fn idempotency_release(&mut self, claim: Claim) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let given_up = diesel::delete(idempotency::table)
            .filter(idempotency::town_id.eq(town))
            .filter(idempotency::key_index.eq(claim.key_index.as_slice()))
            .filter(idempotency::attempt.eq(claim.attempt))
            .filter(idempotency::acted.eq(false))
            .execute(driver)
            .await?;
        Ok(given_up == 1)
    }
}
