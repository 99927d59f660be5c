//! 値なしの理由: why a value is not there. Never zero, never null without a reason.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The closed set of reasons for which an item has no value for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// 未収集: no source covers this person, item and period.
    NotCollected,
    /// 対象外: the question does not arise (a three-year-old's school attendance).
    NotApplicable,
    /// 他機関保有: another body holds it (県, a private school).
    HeldElsewhere,
    /// 提供辞退: the family declined.
    Declined,
    /// 課内限り: a section holds it and does not share it.
    NotShared,
    /// 未知のコード: the code list does not know the code.
    UnknownCode,
    /// 判読不能.
    Unreadable,
    /// 保存期間満了: derived from the schedule, never stored.
    Expired,
    /// 引継ぎ待ち: awaiting the previous town.
    InTransit,
}

impl Absence {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::NotCollected,
        Self::NotApplicable,
        Self::HeldElsewhere,
        Self::Declined,
        Self::NotShared,
        Self::UnknownCode,
        Self::Unreadable,
        Self::Expired,
        Self::InTransit,
    ];

    /// The name used in code, configuration and API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotCollected => "not_collected",
            Self::NotApplicable => "not_applicable",
            Self::HeldElsewhere => "held_elsewhere",
            Self::Declined => "declined",
            Self::NotShared => "not_shared",
            Self::UnknownCode => "unknown_code",
            Self::Unreadable => "unreadable",
            Self::Expired => "expired",
            Self::InTransit => "in_transit",
        }
    }

    /// The name staff see.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::NotCollected => "未収集",
            Self::NotApplicable => "対象外",
            Self::HeldElsewhere => "他機関が保有",
            Self::Declined => "本人・保護者が提供を辞退",
            Self::NotShared => "保有課が共有していない",
            Self::UnknownCode => "コードの意味が不明",
            Self::Unreadable => "読み取れない",
            Self::Expired => "保存期間満了",
            Self::InTransit => "前住所地からの引継ぎ待ち",
        }
    }

    /// Whether a file or a person may state it. `expired` is derived from the retention schedule
    /// and `in_transit` from an open handover; neither is ever stored as a tombstone.
    #[must_use]
    pub const fn is_statable(self) -> bool {
        !matches!(self, Self::Expired | Self::InTransit)
    }
}

/// A text that names no reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a reason for absence; the reasons are: not_collected, not_applicable, held_elsewhere, declined, not_shared, unknown_code, unreadable, expired, in_transit"
)]
pub struct UnknownAbsence;

impl FromStr for Absence {
    type Err = UnknownAbsence;
    fn from_str(text: &str) -> Result<Self, UnknownAbsence> {
        Self::ALL.iter().copied().find(|a| a.as_str() == text).ok_or(UnknownAbsence)
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_one_name_everywhere() {
        for &reason in Absence::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
            assert!(UnknownAbsence.to_string().contains(reason.as_str()));
        }
        assert_eq!(Absence::ALL.len(), 9);
    }

    #[test]
    fn derived_reasons_cannot_be_stated() {
        assert!(!Absence::Expired.is_statable());
        assert!(!Absence::InTransit.is_statable());
        assert!(Absence::Declined.is_statable());
    }
}
