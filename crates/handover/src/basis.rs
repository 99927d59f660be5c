//! 根拠: the legal ground a handover rests on, made out before anything is sealed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{ConsentId, PersonId};
use kernel::{Category, Code, Fault, Purpose, TownCode};
use serde::{Deserialize, Serialize};

use crate::consent::{Consent, ConsentRef};

/// Whom and what a handover is about: the categories chosen for each data subject.
pub type Chosen = BTreeMap<PersonId, BTreeSet<Category>>;

/// What stands in the record beside the ground itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grounds {
    /// The article relied on, as the town cites it (個人情報保護法69条2項1号).
    pub article: String,
    /// Why it is necessary.
    pub necessity: String,
    /// Whether the family is told, and when not, why not.
    pub family_told: FamilyTold,
}

/// Whether the family is told of the handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FamilyTold {
    /// It is.
    Told,
    /// It is not.
    NotTold {
        /// Why not.
        reason: String,
    },
}

impl Grounds {
    fn stated(&self) -> Result<(), Fault> {
        let mut texts = vec![
            ("/grounds/article", "根拠条文", &self.article),
            ("/grounds/necessity", "必要性", &self.necessity),
        ];
        if let FamilyTold::NotTold { reason } = &self.family_told {
            texts.push(("/grounds/family_told", "家族に知らせない理由", reason));
        }
        match texts.into_iter().find(|(_, _, text)| text.trim().is_empty()) {
            None => Ok(()),
            Some((pointer, name, _)) => Err(Fault::new(Code::InvalidValue)
                .with("name", name)
                .with_words("why", "空欄です", "it is blank")
                .at_pointer(pointer)),
        }
    }
}

/// A ground that was checked. It can only be made by checking, so that nothing is sealed without one; it is
/// made anew from the consents each time, never read back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// Each data subject's own consent.
    Consent(ConsentBasis),
}

/// The consents a handover rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentBasis {
    receiver: TownCode,
    consents: Vec<ConsentRef>,
}

impl Basis {
    /// Makes out consent as the ground: for each category chosen of each subject, one of the subject's consents
    /// allows it, to this receiver, for this purpose, at `on`.
    ///
    /// # Errors
    /// `nothing_to_hand_over` when nothing is chosen, `invalid_value` for blank grounds,
    /// `consent_other_person` when a subject has no consent, else the fault of the subject's last consent
    /// (see [`Consent::allows`]).
    pub fn on_consent(
        consents: &[Consent],
        chosen: &Chosen,
        receiver: TownCode,
        purpose: Purpose,
        grounds: &Grounds,
        on: DateTime<Utc>,
    ) -> Result<Self, Fault> {
        grounds.stated()?;
        let mut by_consent = BTreeMap::<ConsentId, ConsentRef>::new();
        for (&subject, categories) in chosen {
            for &category in categories {
                let found = allowing(consents, subject, receiver, category, purpose, on)?;
                by_consent.entry(found.consent).or_insert(found).categories.insert(category);
            }
        }
        if by_consent.is_empty() {
            return Err(Code::NothingToHandOver.into());
        }
        Ok(Self::Consent(ConsentBasis { receiver, consents: by_consent.into_values().collect() }))
    }

    /// The consents it rests on.
    #[must_use]
    pub fn consents(&self) -> &[ConsentRef] {
        match self {
            Self::Consent(basis) => &basis.consents,
        }
    }

    /// The town it allows to receive.
    #[must_use]
    pub const fn receiver(&self) -> TownCode {
        match self {
            Self::Consent(basis) => basis.receiver,
        }
    }

    /// Whether it covers a category of a subject.
    #[must_use]
    pub fn covers(&self, subject: PersonId, category: Category) -> bool {
        self.consents().iter().any(|by| by.subject == subject && by.categories.contains(&category))
    }

    /// The last day on which all of it holds.
    #[must_use]
    pub fn until(&self) -> Option<NaiveDate> {
        self.consents().iter().map(|by| by.until).min()
    }
}

/// The first of the subject's consents that allows it; else the last one's refusal.
pub(crate) fn allowing(
    consents: &[Consent],
    subject: PersonId,
    receiver: TownCode,
    category: Category,
    purpose: Purpose,
    on: DateTime<Utc>,
) -> Result<ConsentRef, Fault> {
    let categories = BTreeSet::from([category]);
    let mut refused = Err(Code::ConsentOtherPerson.into());
    for consent in consents.iter().filter(|consent| consent.subject() == subject) {
        refused = consent.allows(subject, receiver, &categories, purpose, on);
        if refused.is_ok() {
            break;
        }
    }
    refused
}

#[cfg(test)]
#[path = "basis_tests.rs"]
mod tests;
