//! Moving a handover's row in the hub, by compare-and-set. Each move answers with the state after it, so that a
//! repeated one is harmless.

use diesel::sql_types::{Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use kernel::id::HandoverId;

use super::{HubDecision, HubState, Offer, OfferAnswer};
use crate::{StoreError, TownTx};

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Nullable<Text>)]
    answer: Option<String>,
}

impl Answer {
    fn state(self) -> Result<Option<HubState>, StoreError> {
        self.answer.map(|state| state.parse()).transpose()
    }
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    held: bool,
}

impl TownTx {
    /// Offers a package to another town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_offer(&mut self, offer: Offer<'_>) -> Result<OfferAnswer, StoreError> {
        let (driver, town) = self.parts()?;
        let answer: Answer = sql_query("SELECT hub.offer($1, $2, $3, $4, $5, $6) AS answer")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(offer.id.uuid())
            .bind::<Text, _>(offer.receiver.as_str())
            .bind::<Text, _>(offer.kind.as_str())
            .bind::<Timestamptz, _>(offer.expires_at)
            .bind::<Bytea, _>(offer.package)
            .get_result(driver)
            .await?;
        answer.answer.ok_or(StoreError::Malformed("hub.offer"))?.parse()
    }

    /// Holds a handover's row still until the transaction ends: whoever moves it waits. It is held before the
    /// town's own row, always in this order. False when this town has no such handover on the hub.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_hold(&mut self, id: HandoverId) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let held: Held = sql_query("SELECT hub.hold_handover($1, $2) AS held")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .get_result(driver)
            .await?;
        Ok(held.held)
    }

    /// The receiver has read the flag and is about to accept. Answers with the state after; `None` when no such
    /// handover is for this town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_acknowledge(&mut self, id: HandoverId) -> Result<Option<HubState>, StoreError> {
        self.hub_move("SELECT hub.acknowledge($1, $2) AS answer", id).await
    }

    /// The receiver accepts or refuses, once. Answers with the state after; `None` when no such
    /// handover is for this town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_decide(
        &mut self,
        id: HandoverId,
        decision: HubDecision<'_>,
    ) -> Result<Option<HubState>, StoreError> {
        let (accept, refusal) = match decision {
            HubDecision::Accept => (true, None),
            HubDecision::Refuse(code) => (false, Some(code)),
        };
        let (driver, town) = self.parts()?;
        let answer: Answer = sql_query("SELECT hub.decide($1, $2, $3, $4) AS answer")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .bind::<Bool, _>(accept)
            .bind::<Nullable<Text>, _>(refusal)
            .get_result(driver)
            .await?;
        answer.state()
    }

    /// The sender takes an offer back while nobody has accepted. Answers with the state after;
    /// `None` when this town sent no such handover.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_withdraw(&mut self, id: HandoverId) -> Result<Option<HubState>, StoreError> {
        self.hub_move("SELECT hub.withdraw($1, $2) AS answer", id).await
    }

    /// The receiver hands in its signed receipt; the lead of a transfer moves with it. Answers with
    /// the state after; `None` when no such handover is for this town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_receive(
        &mut self,
        id: HandoverId,
        receipt: &[u8],
    ) -> Result<Option<HubState>, StoreError> {
        let (driver, town) = self.parts()?;
        let answer: Answer = sql_query("SELECT hub.receive($1, $2, $3) AS answer")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .bind::<Bytea, _>(receipt)
            .get_result(driver)
            .await?;
        answer.state()
    }

    /// The receiver accepted a package and cannot read it, for the reason of this code. Answers with the state
    /// after; `None` when no such handover is for this town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_unreadable(
        &mut self,
        id: HandoverId,
        code: &str,
    ) -> Result<Option<HubState>, StoreError> {
        let (driver, town) = self.parts()?;
        let answer: Answer = sql_query("SELECT hub.report_unreadable($1, $2, $3) AS answer")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .bind::<Text, _>(code)
            .get_result(driver)
            .await?;
        answer.state()
    }

    /// The sender has verified the receipt and closes. Answers with the state after; `None` when
    /// this town sent no such handover.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_complete(&mut self, id: HandoverId) -> Result<Option<HubState>, StoreError> {
        self.hub_move("SELECT hub.complete($1, $2) AS answer", id).await
    }

    async fn hub_move(
        &mut self,
        statement: &'static str,
        id: HandoverId,
    ) -> Result<Option<HubState>, StoreError> {
        let (driver, town) = self.parts()?;
        let answer: Answer = sql_query(statement)
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .get_result(driver)
            .await?;
        answer.state()
    }
}
