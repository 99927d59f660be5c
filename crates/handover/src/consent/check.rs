//! Whether a consent is complete, and whether it allows something now. Everything that is not plainly allowed
//! is refused.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::{ConsentId, PersonId};
use kernel::{Category, Code, Digest, Fault, Purpose, TownCode};
use serde::{Deserialize, Serialize};

use super::{Consent, EventKind, Parties, Processing};

/// Proof that a consent allowed something when asked: which one, in which state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRef {
    /// Whose.
    pub subject: PersonId,
    /// Which.
    pub consent: ConsentId,
    /// The record's digest at that epoch.
    pub digest: Digest,
    /// The epoch.
    pub epoch: u64,
    /// Its last day.
    pub until: NaiveDate,
    /// What was asked for and allowed; the consent may allow more.
    pub categories: BTreeSet<Category>,
}

impl Consent {
    /// Whether `subject`'s records of these categories may go to `receiver` for `purpose` at `on`.
    ///
    /// # Errors
    /// `consent_other_person`, `consent_withdrawn` (whenever it was), `consent_expired` (its last day counts in
    /// full, in Japan; before it was given it is out of scope), `consent_scope` naming what is not in it.
    pub fn allows(
        &self,
        subject: PersonId,
        receiver: TownCode,
        categories: &BTreeSet<Category>,
        purpose: Purpose,
        on: DateTime<Utc>,
    ) -> Result<ConsentRef, Fault> {
        if self.subject() != subject {
            return Err(Code::ConsentOtherPerson.into());
        }
        if self.is_withdrawn() {
            return Err(Code::ConsentWithdrawn.into());
        }
        let until = self.runs(on)?;
        if !self.processing.recipient_third_parties.contains(&receiver) {
            return Err(outside(&format!("相手の町 {receiver}"), &format!("the town {receiver}")));
        }
        if self.processing.purpose != purpose {
            return Err(outside(&format!("目的「{}」", purpose.ja()), &format!("the purpose {purpose}")));
        }
        if let Some(category) = categories.difference(&self.processing.pii_information).next() {
            return Err(outside(&format!("分類「{}」", category.ja()), &format!("the category {category}")));
        }
        Ok(ConsentRef {
            subject,
            consent: self.id(),
            digest: self.digest()?,
            epoch: self.epoch(),
            until,
            categories: categories.clone(),
        })
    }

    /// Its last day, when it runs at `on`.
    fn runs(&self, on: DateTime<Utc>) -> Result<NaiveDate, Fault> {
        let given = self.events.iter().find_map(|event| match event.kind {
            EventKind::Given { until } if event.at <= on => Some(until),
            _ => None,
        });
        let until = given.ok_or_else(|| outside("同意より前の日", "a time before it was given"))?;
        let ended = self.events.iter().any(|event| event.kind == EventKind::Expired);
        if ended || day(on) > until {
            return Err(Fault::new(Code::ConsentExpired).with("until", until));
        }
        Ok(until)
    }
}

/// The day in Japan.
pub(super) fn day(at: DateTime<Utc>) -> NaiveDate {
    jst_date(at)
}

fn outside(ja: &str, en: &str) -> Fault {
    Fault::new(Code::ConsentScope).with_words("what", ja, en)
}

/// `invalid_value` at a pointer of the consent as it was sent.
pub(super) fn invalid(pointer: &str, name: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(pointer)
}

/// Refuses blank text where the record must say something.
pub(super) fn filled(pointer: &str, name: &str, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() { Err(invalid(pointer, name, "空欄です", "it is blank")) } else { Ok(()) }
}

/// Everything TS 27560 asks of a record that can be given.
pub(super) fn complete(
    processing: &Processing,
    parties: &Parties,
    at: DateTime<Utc>,
    until: NaiveDate,
) -> Result<(), Fault> {
    for (pointer, name, text) in [
        ("/processing/privacy_notice", "説明書", &processing.privacy_notice),
        ("/processing/language", "言語", &processing.language),
        ("/processing/storage_locations", "保管場所", &processing.storage_locations),
        ("/processing/retention_period", "保存期間", &processing.retention_period),
        ("/processing/jurisdiction", "適用法域", &processing.jurisdiction),
        ("/processing/withdrawal_method", "撤回の方法", &processing.withdrawal_method),
        ("/parties/controller_contact", "連絡先", &parties.controller_contact),
    ] {
        filled(pointer, name, text)?;
    }
    if processing.pii_information.is_empty() {
        return Err(invalid(
            "/processing/pii_information",
            "分類",
            "一つも選ばれていません",
            "none is chosen",
        ));
    }
    if processing.recipient_third_parties.is_empty() {
        let pointer = "/processing/recipient_third_parties";
        return Err(invalid(pointer, "相手の町", "一つも選ばれていません", "none is chosen"));
    }
    if until < day(at) {
        return Err(invalid("/until", "期限", "同意の日より前です", "it lies before the day of consent"));
    }
    parties.giver.made_out()
}
