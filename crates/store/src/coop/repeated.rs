//! The operator's requests that may come twice. A town's act marks its claim as acted in its own transaction
//! ([`crate::town::Claim`]); an operator's reaches into a town's database or makes one, where no mark of the
//! cooperative's can stand. So nothing is ever taken over: what was begun, not heard of since and not given up is not
//! done again under its key, and whoever asks looks for the result.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use seal::sha256;

use super::Coop;
use crate::StoreError;
use crate::rows::idempotency::{REMEMBERED, Request};
use crate::schema::coop_idempotency as table;

/// What is known of an operator's request.
#[derive(Debug, PartialEq, Eq)]
pub enum Repeated {
    /// Nothing: it is the caller's to do.
    Claimed,
    /// It was done; its answer as it was kept.
    Answered(Vec<u8>),
    /// Another request came with this key.
    Other,
    /// It is being done.
    Running,
    /// It was begun, and nobody knows how it ended.
    Lost,
}

type Columns = (Vec<u8>, Option<Vec<u8>>, DateTime<Utc>);

fn key(request: &Request<'_>) -> [u8; 32] {
    sha256(&[&request.word()])
}

impl Coop {
    /// Claims a request's key, or says what is known of it. What is older than a day is forgotten first.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails; nothing is claimed then.
    pub async fn repeat_claim(&self, request: &Request<'_>) -> Result<Repeated, StoreError> {
        let (key, hash) = (key(request), sha256(&[request.content]));
        let mut conn = self.conn().await?;
        diesel::delete(table::table).filter(table::expires_at.le(request.now)).execute(&mut conn).await?;
        let inserted = diesel::insert_into(table::table)
            .values((
                table::key_index.eq(key.as_slice()),
                table::request_hash.eq(hash.as_slice()),
                table::claimed_at.eq(request.now),
                table::expires_at.eq(request.now + REMEMBERED),
            ))
            .on_conflict_do_nothing()
            .execute(&mut conn)
            .await?;
        if inserted == 1 {
            return Ok(Repeated::Claimed);
        }
        let found: Option<Columns> = table::table
            .filter(table::key_index.eq(key.as_slice()))
            .select((table::request_hash, table::answer, table::claimed_at))
            .first(&mut conn)
            .await
            .optional()?;
        Ok(match found {
            // Given up by another attempt in this very moment: whoever asks again gets it.
            None => Repeated::Running,
            Some((of, ..)) if of != hash => Repeated::Other,
            Some((_, Some(answer), _)) => Repeated::Answered(answer),
            Some((_, None, claimed_at)) if claimed_at + request.lease > request.now => Repeated::Running,
            Some(_) => Repeated::Lost,
        })
    }

    /// Keeps the answer of a request that was done.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn repeat_answer(&self, request: &Request<'_>, answer: &[u8]) -> Result<(), StoreError> {
        diesel::update(table::table)
            .filter(table::key_index.eq(key(request).as_slice()))
            .set(table::answer.eq(answer))
            .execute(&mut self.conn().await?)
            .await?;
        Ok(())
    }

    /// Gives a claim up, so that the same request may be tried again.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails; the claim then ends with its day.
    pub async fn repeat_release(&self, request: &Request<'_>) -> Result<(), StoreError> {
        diesel::delete(table::table)
            .filter(table::key_index.eq(key(request).as_slice()))
            .filter(table::answer.is_null())
            .execute(&mut self.conn().await?)
            .await?;
        Ok(())
    }
}
