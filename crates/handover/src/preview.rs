//! Preview: item by item, what would travel and what the basis keeps back, and why. Shown before anybody
//! approves.

use chrono::{DateTime, Utc};
use kernel::id::{HandoverItemId, PersonId};
use kernel::{Category, Code, Purpose, TownCode};
use serde::Serialize;

use crate::basis::{Chosen, allowing};
use crate::consent::Consent;
use crate::item::Item;

kernel::words! {
    /// Why an item stays behind.
    Exclusion {
        /// Scores and assessments never travel.
        Assessment = "assessment", "判定・アセスメントは引き継がない（相手の町が判定し直す）" / "scores and assessments do not travel; the receiver scores again";
        /// The subject has not consented.
        NoConsent = "no_consent", "本人の同意がない" / "the data subject has not consented";
        /// The subject's consent does not reach so far.
        OutsideConsent = "outside_consent", "同意の範囲（分類・相手の町・目的）の外" / "outside the consent's categories, receiving town or purpose";
        /// It was withdrawn.
        Withdrawn = "withdrawn", "同意が撤回されている" / "the consent was withdrawn";
        /// Its time is over.
        Expired = "expired", "同意の期限が切れている" / "the consent has expired";
    }
}

/// One item of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewRow {
    /// Which item.
    pub item: HandoverItemId,
    /// About whom.
    pub subject: PersonId,
    /// 分類.
    pub category: Category,
    /// 連携元, as staff say it.
    pub source_name: String,
    /// 保有課.
    pub holder_name: String,
    /// How many facts.
    pub observations: usize,
    /// Why it stays behind; `None` when it travels.
    pub excluded: Option<Exclusion>,
}

/// What a handover would carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Every item considered, in the order given.
    pub rows: Vec<PreviewRow>,
}

impl Preview {
    /// What travels, by subject: the choice to make the basis out for.
    #[must_use]
    pub fn chosen(&self) -> Chosen {
        let mut chosen = Chosen::new();
        for row in self.rows.iter().filter(|row| row.excluded.is_none()) {
            chosen.entry(row.subject).or_default().insert(row.category);
        }
        chosen
    }

    /// Whether this item travels.
    #[must_use]
    pub fn travels(&self, item: HandoverItemId) -> bool {
        self.rows.iter().any(|row| row.item == item && row.excluded.is_none())
    }
}

/// Shows what would travel to `receiver` for `purpose` at `on` under these consents.
#[must_use]
pub fn preview(
    items: &[Item],
    consents: &[Consent],
    receiver: TownCode,
    purpose: Purpose,
    on: DateTime<Utc>,
) -> Preview {
    let excluded = |item: &Item| {
        if item.category == Category::Assessment {
            return Some(Exclusion::Assessment);
        }
        let refused = allowing(consents, item.subject, receiver, item.category, purpose, on).err()?;
        Some(match refused.code() {
            Code::ConsentWithdrawn => Exclusion::Withdrawn,
            Code::ConsentExpired => Exclusion::Expired,
            Code::ConsentScope => Exclusion::OutsideConsent,
            _ => Exclusion::NoConsent,
        })
    };
    let rows = items.iter().map(|item| PreviewRow {
        item: item.id,
        subject: item.subject,
        category: item.category,
        source_name: item.source_name.clone(),
        holder_name: item.holder_name.clone(),
        observations: item.observations.len(),
        excluded: excluded(item),
    });
    Preview { rows: rows.collect() }
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;
