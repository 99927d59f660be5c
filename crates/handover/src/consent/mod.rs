//! 同意: one data subject's consent, after the sections of ISO/IEC TS 27560:2023 (header, processing, parties,
//! events). Given by the subject or their 法定代理人, for a purpose, to named recipients, until a day.
//!
//! The record is never rewritten: what happens to it is appended as an event, and each event makes a new
//! epoch, so that a package can name exactly the consent it rests on.

mod check;
mod giver;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Blinding;
use kernel::id::{ConsentId, PersonId, StaffId};
use kernel::{Category, Code, Digest, Fault, Purpose, TownCode};
use serde::{Deserialize, Serialize};

use crate::organ::Organ;

pub use check::ConsentRef;
pub use giver::{Authority, Giver, Representative, SecondHolder, SoleActReason};

/// What `schema_version` says (TS 27560: schema_version).
pub const SCHEMA: &str = "tasuki/ts-27560/1";

/// Header (TS 27560: schema_version, record_id, pii_principal_id).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The record's schema: [`SCHEMA`].
    pub schema_version: String,
    /// The record.
    pub record_id: ConsentId,
    /// The data subject, by the sender's opaque id; never by name.
    pub pii_principal_id: PersonId,
    /// Makes the record's digest tell nothing to whoever guesses at its content.
    pub salt: Blinding,
}

/// Processing (TS 27560: what the consent is to).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processing {
    /// Title and version of the explanation that was given (説明書).
    pub privacy_notice: String,
    /// The language it was given in (BCP 47, `ja`).
    pub language: String,
    /// Why the data would be used.
    pub purpose: Purpose,
    /// Which categories.
    pub pii_information: BTreeSet<Category>,
    /// To which towns.
    pub recipient_third_parties: BTreeSet<TownCode>,
    /// Where it is kept, in words.
    pub storage_locations: String,
    /// How long the recipient keeps it, in words.
    pub retention_period: String,
    /// Whose law applies (ISO 3166, `JP`).
    pub jurisdiction: String,
    /// How the consent can be withdrawn, in words.
    pub withdrawal_method: String,
}

/// Parties (TS 27560: who is who).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parties {
    /// The organ that holds the data (pii_controller).
    pub controller: Organ,
    /// Its name, address and telephone, as the explanation said.
    pub controller_contact: String,
    /// Who gave the consent.
    pub giver: Giver,
}

/// Who caused an event (TS 27560: entity_id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// 本人.
    Subject,
    /// The 法定代理人 who gave it.
    Representative,
    /// The other holder of parental authority.
    SecondHolder,
    /// Nobody: its time was over.
    Clock,
}

/// What happened to a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It was given, until the end of this day in Japan.
    Given {
        /// Last day.
        until: NaiveDate,
    },
    /// It was withdrawn. Nothing brings it back; a new consent is a new record.
    Withdrawn,
    /// Its time was over.
    Expired,
}

/// One event (TS 27560: event_time, validity_duration, entity_id, event_type).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentEvent {
    /// When, to the millisecond.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub entity: Entity,
    /// Who wrote it down; nobody when a clock ran out.
    pub recorded_by: Option<StaffId>,
    /// What.
    pub kind: EventKind,
}

/// One data subject's consent with all that happened to it. Sealed wherever it rests: it names people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    header: Header,
    processing: Processing,
    parties: Parties,
    events: Vec<ConsentEvent>,
}

impl Consent {
    /// Records a consent of `subject` given at `at`, valid to the end of `until` in Japan.
    ///
    /// # Errors
    /// `invalid_value` when something the record must say is blank, the categories or recipients are empty,
    /// the end lies before the beginning, or the giver's authority is not made out (see [`Giver`]).
    pub fn give(
        subject: PersonId,
        processing: Processing,
        parties: Parties,
        at: DateTime<Utc>,
        until: NaiveDate,
        recorded_by: StaffId,
    ) -> Result<Self, Fault> {
        check::complete(&processing, &parties, at, until)?;
        let header = Header {
            schema_version: SCHEMA.to_owned(),
            record_id: ConsentId::new(),
            pii_principal_id: subject,
            salt: Blinding::generate(),
        };
        let entity = parties.giver.entity();
        let given =
            ConsentEvent { at, entity, recorded_by: Some(recorded_by), kind: EventKind::Given { until } };
        Ok(Self { header, processing, parties, events: vec![given] })
    }

    /// Appends a withdrawal. Whoever could give it, and the other holder of parental authority, can.
    ///
    /// # Errors
    /// `consent_withdrawn` when it is withdrawn already.
    pub fn withdraw(&mut self, at: DateTime<Utc>, by: Entity, recorded_by: StaffId) -> Result<(), Fault> {
        if self.is_withdrawn() {
            return Err(Code::ConsentWithdrawn.into());
        }
        let kind = EventKind::Withdrawn;
        self.events.push(ConsentEvent { at, entity: by, recorded_by: Some(recorded_by), kind });
        Ok(())
    }

    /// Appends that its time was over, when it was by `at` and that is not yet written. Says whether it
    /// appended.
    pub fn expire(&mut self, at: DateTime<Utc>) -> bool {
        let written = self.events.iter().any(|event| event.kind == EventKind::Expired);
        let due =
            !written && !self.is_withdrawn() && self.until().is_some_and(|until| check::day(at) > until);
        if due {
            let kind = EventKind::Expired;
            self.events.push(ConsentEvent { at, entity: Entity::Clock, recorded_by: None, kind });
        }
        due
    }

    /// The record's id.
    #[must_use]
    pub const fn id(&self) -> ConsentId {
        self.header.record_id
    }

    /// Whose consent it is.
    #[must_use]
    pub const fn subject(&self) -> PersonId {
        self.header.pii_principal_id
    }

    /// What it is to.
    #[must_use]
    pub const fn processing(&self) -> &Processing {
        &self.processing
    }

    /// Who is who.
    #[must_use]
    pub const fn parties(&self) -> &Parties {
        &self.parties
    }

    /// What happened to it, in order.
    #[must_use]
    pub fn events(&self) -> &[ConsentEvent] {
        &self.events
    }

    /// The number of its events: whoever holds a consent of another epoch holds another state of it.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.events.len() as u64
    }

    /// SHA-256 of the record's canonical JSON at its present epoch. The salt inside keeps it from being
    /// guessed.
    ///
    /// # Errors
    /// `internal` when a time is beyond what JSON keeps exactly.
    pub fn digest(&self) -> Result<Digest, Fault> {
        Digest::of_canonical(self).map_err(|_| Code::Internal.into())
    }

    /// Whether it was withdrawn, whenever.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.events.iter().any(|event| event.kind == EventKind::Withdrawn)
    }

    /// Its last day; `None` for a record that was never given, which [`Consent::give`] does not make.
    #[must_use]
    pub fn until(&self) -> Option<NaiveDate> {
        self.events.iter().find_map(|event| match event.kind {
            EventKind::Given { until } => Some(until),
            _ => None,
        })
    }
}

/// A consent in a log would name people: its `Debug` gives the id alone.
impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consent({}, redacted)", self.id())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
