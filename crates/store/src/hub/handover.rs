//! A handover's row in the hub, as the two towns read it: its package as ciphertext, its state and its lead. How it
//! is moved stands beside.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use kernel::TownCode;
use kernel::id::HandoverId;
use uuid::Uuid;

use crate::word::words;
use crate::{StoreError, TownConn};

words! {
    /// What is handed over.
    HubKind("hub.handover.kind") {
        /// ケース移管: the lead moves with the receipt.
        Transfer = "transfer";
        /// 情報提供: the lead stays.
        Information = "information";
    }
}

words! {
    /// How far a handover has come between two towns.
    HubState("hub.handover.state") {
        /// The package waits.
        Offered = "offered";
        /// The receiver has read its flag.
        Accepting = "accepting";
        /// The receiver wants it.
        Accepted = "accepted";
        /// The receiver does not; the package is gone.
        Refused = "refused";
        /// The sender took it back; the package is gone.
        Withdrawn = "withdrawn";
        /// Nobody answered in time; the package is gone.
        Expired = "expired";
        /// It ended while the receiver was about to accept; the package is gone.
        TooLate = "too_late";
        /// The receiver's signed receipt is recorded.
        Received = "received";
        /// The receiver accepted it and could not read it; the package is gone.
        Unreadable = "unreadable";
        /// The sender has verified the receipt; the package is gone.
        Completed = "completed";
    }
}

/// A package on offer.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The handover.
    pub id: HandoverId,
    /// To whom.
    pub receiver: TownCode,
    /// Transfer or information.
    pub kind: HubKind,
    /// When it lapses unanswered.
    pub expires_at: DateTime<Utc>,
    /// The sealed package.
    pub package: &'a [u8],
}

/// What the hub says to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferAnswer {
    /// It stands, in this state; the same offer made again answers so too.
    Stands(HubState),
    /// The receiver is no member.
    NotMember,
    /// Another offer has this id.
    Conflict,
}

impl FromStr for OfferAnswer {
    type Err = StoreError;
    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text {
            "not_member" => Ok(Self::NotMember),
            "conflict" => Ok(Self::Conflict),
            state => state.parse().map(Self::Stands),
        }
    }
}

/// What the receiver says to a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubDecision<'a> {
    /// It wants it.
    Accept,
    /// It does not, for the reason of this code.
    Refuse(&'a str),
}

/// A handover as the hub keeps it, without the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubHandover {
    /// Id.
    pub id: HandoverId,
    /// From whom.
    pub sender: TownCode,
    /// To whom.
    pub receiver: TownCode,
    /// Transfer or information.
    pub kind: HubKind,
    /// How far it has come.
    pub state: HubState,
    /// 主担当.
    pub lead: TownCode,
    /// Code of the refusal, or of why it could not be read.
    pub refusal: Option<String>,
    /// The receiver's signed receipt.
    pub receipt: Option<Vec<u8>>,
    /// When it was offered.
    pub offered_at: DateTime<Utc>,
    /// When it lapses unanswered.
    pub expires_at: DateTime<Utc>,
    /// Last moved.
    pub changed_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Columns {
    #[diesel(sql_type = SqlUuid)]
    handover_id: Uuid,
    #[diesel(sql_type = Text)]
    sender: String,
    #[diesel(sql_type = Text)]
    receiver: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    lead: String,
    #[diesel(sql_type = Nullable<Text>)]
    refusal: Option<String>,
    #[diesel(sql_type = Nullable<Bytea>)]
    receipt: Option<Vec<u8>>,
    #[diesel(sql_type = Timestamptz)]
    offered_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
}

fn row(c: Columns) -> Result<HubHandover, StoreError> {
    let town = |code: String| code.parse().map_err(|_| StoreError::Malformed("hub.handover.town"));
    Ok(HubHandover {
        id: HandoverId::from_uuid(c.handover_id),
        sender: town(c.sender)?,
        receiver: town(c.receiver)?,
        kind: c.kind.parse()?,
        state: c.state.parse()?,
        lead: town(c.lead)?,
        refusal: c.refusal,
        receipt: c.receipt,
        offered_at: c.offered_at,
        expires_at: c.expires_at,
        changed_at: c.changed_at,
    })
}

#[derive(QueryableByName)]
struct PackageColumn {
    #[diesel(sql_type = Nullable<Bytea>)]
    package: Option<Vec<u8>>,
}

impl TownConn {
    /// The handovers that this town sent or is to receive, in id order.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_handovers(&mut self) -> Result<Vec<HubHandover>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> =
            sql_query("SELECT * FROM hub.handovers($1)").bind::<Text, _>(town).load(driver).await?;
        rows.into_iter().map(row).collect()
    }

    /// One of this town's handovers; `None` for any other's.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_handover(&mut self, id: HandoverId) -> Result<Option<HubHandover>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> =
            sql_query("SELECT $2 AS handover_id, s.* FROM hub.handover_status($1, $2) AS s")
                .bind::<Text, _>(town)
                .bind::<SqlUuid, _>(id.uuid())
                .get_result(driver)
                .await
                .optional()?;
        found.map(row).transpose()
    }

    /// The sealed package, for its receiver, from the offer to the receipt.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_fetch_package(&mut self, id: HandoverId) -> Result<Option<Vec<u8>>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: PackageColumn = sql_query("SELECT hub.fetch_package($1, $2) AS package")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .get_result(driver)
            .await?;
        Ok(found.package)
    }
}
