//! Who acts, for which town, with which grants, why and when. The first argument of every use
//! case. The town comes from the credential, never from path, header or body.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{RequestId, StaffId};
use crate::town::TownCode;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident / $error:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $ja:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in code, configuration and API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The name staff see.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self { $(Self::$variant => $ja,)+ }
            }
        }

        /// A text that names none of them.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("expected one of: {}", $name::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", "))]
        pub struct $error;

        impl FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or($error)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// 権限: what a member of staff may do. One person may hold several; in a small town one 班
    /// holds all four roles of 図表10.
    Grant / UnknownGrant {
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

named! {
    /// 利用目的: why residents are read now. Required by header wherever they are.
    Purpose / UnknownPurpose {
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
        assert!(Grant::ALL.len() <= 16, "the set is a u16");
    }

    #[test]
    fn names_lead_back() {
        for &grant in Grant::ALL {
            assert_eq!(grant.as_str().parse(), Ok(grant));
            assert_eq!(serde_json::to_value(grant).unwrap(), grant.as_str());
        }
        for &purpose in Purpose::ALL {
            assert_eq!(purpose.as_str().parse(), Ok(purpose));
        }
        assert!("root".parse::<Grant>().unwrap_err().to_string().contains("case_worker"));
    }

    #[test]
    fn the_day_turns_at_midnight_in_japan() {
        let at = "2026-03-31T15:00:00Z".parse().unwrap();
        assert_eq!(jst_date(at).to_string(), "2026-04-01");
    }
}
