//! 分類: what kind of thing an item says. Keys, retention, grants and handovers go by category.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $code:literal, $ja:literal;)+) => {
        /// The closed set of categories. The number is part of every sealed box: never reuse one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Category {
            $($(#[$doc])* $name = $number,)+
        }

        impl Category {
            /// Every category, in the order staff see them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name used in code, configuration and API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The name staff see.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self { $(Self::$name => $ja,)+ }
            }

            /// The number that boxes and rows carry.
            #[must_use]
            pub const fn number(self) -> u8 {
                self as u8
            }

            /// The category with this number, if there is one.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

categories! {
    /// 住民基本台帳 facts of a person.
    Register = 1, "register", "住民登録";
    /// 世帯.
    Household = 2, "household", "世帯";
    /// 親族関係.
    Kinship = 3, "kinship", "親族関係";
    /// 母子保健.
    MaternalChildHealth = 4, "maternal_child_health", "母子保健";
    /// 予防接種.
    Immunisation = 5, "immunisation", "予防接種";
    /// 保育.
    Childcare = 6, "childcare", "保育";
    /// 出欠.
    Attendance = 7, "attendance", "出欠";
    /// 学校保健.
    SchoolHealth = 8, "school_health", "学校保健";
    /// 手当・医療費助成.
    Allowance = 9, "allowance", "手当・助成";
    /// 障害者手帳.
    Disability = 10, "disability", "障害";
    /// 福祉サービス.
    Welfare = 11, "welfare", "福祉サービス";
    /// 相談.
    Consultation = 12, "consultation", "相談";
    /// 要対協・支援措置.
    Protection = 13, "protection", "要保護・支援措置";
    /// 見守り情報.
    WatchNote = 14, "watch_note", "見守り情報";
    /// 判定・アセスメント.
    Assessment = 15, "assessment", "判定・アセスメント";
    /// 支援.
    Support = 16, "support", "支援";
}

/// A text that names no category.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a category; the categories are: register, household, kinship, maternal_child_health, immunisation, childcare, attendance, school_health, allowance, disability, welfare, consultation, protection, watch_note, assessment, support"
)]
pub struct UnknownCategory;

impl FromStr for Category {
    type Err = UnknownCategory;
    fn from_str(text: &str) -> Result<Self, UnknownCategory> {
        Self::ALL.iter().copied().find(|c| c.as_str() == text).ok_or(UnknownCategory)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back() {
        for &category in Category::ALL {
            assert_eq!(category.as_str().parse(), Ok(category));
            assert_eq!(Category::from_number(category.number()), Some(category));
            assert_eq!(serde_json::to_value(category).unwrap(), category.as_str());
            assert!(UnknownCategory.to_string().contains(category.as_str()));
        }
        assert_eq!(Category::ALL.len(), 16);
        assert_eq!(Category::from_number(0), None);
    }
}
