//! Who acts, for which town, with which grants, why and when. The first argument of every use
//! case. The town comes from the credential, never from path, header or body.

use crate::id::{RequestId, StaffId};
use crate::town::TownCode;
use chrono::{DateTime, NaiveDate, Utc};

crate::words! {
    /// 権限: what a member of staff may do. One person may hold several; in a small town one 班
    /// holds all four roles of 図表10.
    Grant {
        /// 総括管理主体: loads, links, runs 判定.
        OverallManager = "overall_manager", "総括管理";
        /// 保有・管理主体: hands files in, sees and corrects what its section holds.
        Holder = "holder", "保有・管理";
        /// 分析主体: builds rules on counts, sees no resident.
        Analyst = "analyst", "分析";
        /// 活用主体: reads children, assesses, supports, drafts handovers.
        CaseWorker = "case_worker", "活用";
        /// 決裁者: approves what another drafted.
        Approver = "approver", "決裁";
        /// Accounts and profile of the town.
        TownAdmin = "town_admin", "町管理者";
        /// Reads the access log and the evidence.
        Auditor = "auditor", "監査";
    }
}

crate::words! {
    /// 利用目的: why residents are read now. Required by header wherever they are.
    Purpose {
        /// 支援の検討と実施.
        Support = "support", "支援の検討・実施";
        /// 判定の確認（人による絞り込み）.
        Assessment = "assessment", "候補の確認（人による絞り込み）";
        /// 取込・突合の確認.
        DataQuality = "data_quality", "取込・突合の確認";
        /// 引継ぎ.
        Handover = "handover", "引継ぎ";
        /// 監査.
        Audit = "audit", "監査";
    }
}

/// The grants of one credential, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grants(u16);

impl Grants {
    /// Whether `grant` is among them.
    #[must_use]
    pub const fn has(self, grant: Grant) -> bool {
        self.0 & (1 << grant as u16) != 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every grant held, in order.
    pub fn iter(self) -> impl Iterator<Item = Grant> {
        Grant::ALL.iter().copied().filter(move |grant| self.has(*grant))
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        Self(grants.into_iter().fold(0, |set, grant| set | 1 << grant as u16))
    }
}

/// One member of staff of one town, acting now.
#[derive(Debug, Clone)]
pub struct TownCtx {
    /// The credential's town; every row touched is this town's.
    pub town: TownCode,
    /// Who acts.
    pub staff: StaffId,
    /// What they may do.
    pub grants: Grants,
    /// Why residents are read, where they are.
    pub purpose: Option<Purpose>,
    /// The instant everything in this act happens at.
    pub now: DateTime<Utc>,
    /// From header to log.
    pub request: RequestId,
}

impl TownCtx {
    /// Today in Japan (日本標準時, UTC+9, no summer time: 明治28年勅令第167号).
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        jst_date(self.now)
    }
}

/// The cooperative's operator, acting now. Reads no resident's record.
#[derive(Debug, Clone)]
pub struct CoopCtx {
    /// Who acts.
    pub operator: StaffId,
    /// The instant everything in this act happens at.
    pub now: DateTime<Utc>,
    /// From header to log.
    pub request: RequestId,
}

/// The date in Japan at an instant.
#[must_use]
pub fn jst_date(at: DateTime<Utc>) -> NaiveDate {
    (at + chrono::Duration::hours(9)).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_a_set() {
        let grants: Grants = [Grant::Approver, Grant::CaseWorker, Grant::Approver].into_iter().collect();
        assert!(grants.has(Grant::Approver) && !grants.has(Grant::TownAdmin));
        assert_eq!(grants.iter().collect::<Vec<_>>(), [Grant::CaseWorker, Grant::Approver]);
        let token: Grants = [Grant::Approver, Grant::TownAdmin].into_iter().collect();
        assert_eq!(grants.and(token).iter().collect::<Vec<_>>(), [Grant::Approver]);
        assert!(grants.and(Grants::default()).is_empty() && !grants.is_empty());
        assert!(Grant::ALL.len() <= 16, "the set is a u16");
    }

    #[test]
    fn the_day_turns_at_midnight_in_japan() {
        let at = "2026-03-31T15:00:00Z".parse().unwrap();
        assert_eq!(jst_date(at).to_string(), "2026-04-01");
    }
}
