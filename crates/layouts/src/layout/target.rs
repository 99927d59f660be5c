//! Where a column's value goes: a part of one person in the row, a time of the record, or a local name
//! that an observation takes up.

use std::fmt;
use std::str::FromStr;

use kernel::slug::is_slug;
use serde::{Serialize, Serializer};

kernel::words! {
    /// Whom of a row's persons a part or an observation is about.
    RoleId {
        /// 本人: whom the row is about; every row has one.
        Person = "person", "本人";
        /// 受給者 of an allowance.
        Recipient = "recipient", "受給者";
        /// 加害者 of a 支援措置: need not be a resident.
        Respondent = "respondent", "相手方";
        /// The first child a 支援措置 names.
        Child1 = "child_1", "子1";
        /// The second.
        Child2 = "child_2", "子2";
        /// The third.
        Child3 = "child_3", "子3";
    }
}

kernel::words! {
    /// One part of a person's identity as a column states it.
    Part {
        /// The number in the source's system.
        LocalId = "local_id", "宛名番号";
        /// 氏名 in one cell, split at the first blank.
        Name = "name", "氏名";
        /// 氏.
        FamilyName = "family_name", "氏";
        /// 名.
        GivenName = "given_name", "名";
        /// フリガナ in one cell, split at the first blank.
        Kana = "kana", "氏名フリガナ";
        /// 氏のフリガナ.
        FamilyKana = "family_kana", "氏フリガナ";
        /// 名のフリガナ.
        GivenKana = "given_kana", "名フリガナ";
        /// 生年月日.
        BirthDate = "birth_date", "生年月日";
        /// 性別.
        Sex = "sex", "性別";
        /// 世帯番号.
        HouseholdNo = "household_no", "世帯番号";
        /// 続柄 in one cell; the code list gives all its steps (`child.child` for 子の子).
        RelationToHead = "relation_to_head", "続柄";
        /// 続柄コード1: the first step of a 続柄 in several columns.
        Relation1 = "relation_1", "続柄1";
        /// The second step.
        Relation2 = "relation_2", "続柄2";
        /// The third step.
        Relation3 = "relation_3", "続柄3";
        /// The fourth step.
        Relation4 = "relation_4", "続柄4";
        /// 郵便番号.
        PostalCode = "postal_code", "郵便番号";
        /// 住所.
        Address = "address", "住所";
        /// 電話番号.
        Phone = "phone", "電話番号";
        /// 住民状態.
        Status = "status", "住民状態";
        /// 住民となった日.
        ResidentSince = "resident_since", "住民となった日";
        /// 転出・死亡・消除の日.
        MovedOutOn = "moved_out_on", "転出日";
        /// 転入前の市区町村コード.
        MovedInFrom = "moved_in_from", "転入前市区町村";
    }
}

impl Part {
    /// Which step of a 続柄 the column holds, from 0.
    pub(crate) const fn relation_step(self) -> Option<usize> {
        match self {
            Self::Relation1 => Some(0),
            Self::Relation2 => Some(1),
            Self::Relation3 => Some(2),
            Self::Relation4 => Some(3),
            _ => None,
        }
    }
}

kernel::words! {
    /// A time of the record, to which observations refer.
    RecordPart {
        /// The day it happened.
        At = "at", "日付";
        /// The month it is about.
        Month = "month", "年月";
        /// The first day of the period.
        From = "from", "開始日";
        /// The last day of the period.
        Until = "until", "終了日";
        /// What the row of a delta does: `upsert` or `close`.
        Operation = "operation", "異動区分";
    }
}

/// Where a column's value goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// `person.birth_date`, `child_1.name`.
    Person(RoleId, Part),
    /// `record.month`.
    Record(RecordPart),
    /// A name without a dot, which observations and keys of the same layout use.
    Local(String),
}

impl Target {
    /// What staff call it when the layout gives no column name.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Person(RoleId::Person, part) => part.ja().to_owned(),
            Self::Person(role, part) => format!("{}の{}", role.ja(), part.ja()),
            Self::Record(part) => part.ja().to_owned(),
            Self::Local(name) => name.clone(),
        }
    }
}

/// A text that is no target; its message lists what may stand there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownTarget {
    /// The part before the dot.
    #[error("before the dot stands one of: {}, record", RoleId::NAMES.join(", "))]
    Role,
    /// The part after the dot.
    #[error("after the dot stands one of: {}", Part::NAMES.join(", "))]
    Part,
    /// The part after `record.`.
    #[error("after record. stands one of: {}", RecordPart::NAMES.join(", "))]
    Record,
    /// A local name.
    #[error("a local name is lower-case letters, digits and underscores")]
    Local,
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        match text.split_once('.') {
            None if is_slug(text) => Ok(Self::Local(text.to_owned())),
            None => Err(UnknownTarget::Local),
            Some(("record", part)) => part.parse().map(Self::Record).map_err(|_| UnknownTarget::Record),
            Some((role, part)) => {
                let role = role.parse().map_err(|_| UnknownTarget::Role)?;
                part.parse().map(|part| Self::Person(role, part)).map_err(|_| UnknownTarget::Part)
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(role, part) => write!(f, "{role}.{part}"),
            Self::Record(part) => write!(f, "record.{part}"),
            Self::Local(name) => f.write_str(name),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_lead_back() {
        for &role in RoleId::ALL {
            for &part in Part::ALL {
                let target = Target::Person(role, part);
                assert_eq!(target.to_string().parse(), Ok(target));
            }
        }
        assert_eq!("late".parse(), Ok(Target::Local("late".into())));
        assert_eq!("record.until".parse(), Ok(Target::Record(RecordPart::Until)));
    }

    #[test]
    fn a_wrong_target_hears_what_may_stand_there() {
        let wrong = |text: &str| text.parse::<Target>().unwrap_err().to_string();
        assert!(wrong("uncle.name").contains("child_3"));
        assert!(wrong("person.nmae").contains("family_kana"));
        assert!(wrong("record.day").contains("month"));
        assert!(wrong("遅刻").contains("local name"));
    }
}
