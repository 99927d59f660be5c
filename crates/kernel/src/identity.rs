//! Who a row or a person is: the facts by which records are joined and people are shown. Sealed
//! wherever it rests.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::date::PartialDate;
use crate::observation::Known;

crate::words! {
    /// 性別, as the source states it.
    Sex {
        /// 男.
        Male = "male";
        /// 女.
        Female = "female";
        /// Stated as neither or unknown.
        Other = "other";
    }
}

crate::words! {
    /// 住民状態.
    ResidentStatus {
        /// 現住民.
        Resident = "resident";
        /// 転出者.
        MovedOut = "moved_out";
        /// 死亡者.
        Deceased = "deceased";
        /// 消除者.
        Removed = "removed";
        /// 住登外: known to the town without registration.
        Unregistered = "unregistered";
    }
}

crate::words! {
    /// One step of a 続柄. 「子の妻」 is two steps: a child, then that child's spouse.
    Kin {
        /// 世帯主.
        Head = "head";
        /// 夫・妻.
        Spouse = "spouse";
        /// 未届の夫・妻: lives as a spouse, unregistered.
        UnregisteredSpouse = "unregistered_spouse";
        /// 子.
        Child = "child";
        /// 父・母.
        Parent = "parent";
        /// 兄弟姉妹.
        Sibling = "sibling";
        /// 祖父母.
        Grandparent = "grandparent";
        /// Another relative.
        Relative = "relative";
        /// 縁故者・同居人: no kinship.
        Cohabitant = "cohabitant";
    }
}

/// A person as one row or one town's register states them. Every part is known or absent for a
/// reason.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// The number in the source's system: 宛名番号, 学籍番号.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub local_id: Known<String>,
    /// 氏.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub family_name: Known<String>,
    /// 名.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub given_name: Known<String>,
    /// 氏（フリガナ）, full-width katakana.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub family_kana: Known<String>,
    /// 名（フリガナ）, full-width katakana.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub given_kana: Known<String>,
    /// 生年月日.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub birth_date: Known<PartialDate>,
    /// 性別.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub sex: Known<Sex>,
    /// 世帯番号 in the source's system.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub household_no: Known<String>,
    /// 続柄 to the 世帯主, step by step.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub relation_to_head: Known<Vec<Kin>>,
    /// 郵便番号.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub postal_code: Known<String>,
    /// 住所, without the town's name. Whereabouts: sealed under a key of its own.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub address: Known<String>,
    /// 電話番号. Whereabouts, likewise.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub phone: Known<String>,
    /// 住民状態.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub status: Known<ResidentStatus>,
    /// 住民となった日 in this town.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub resident_since: Known<PartialDate>,
    /// 転出年月日.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub moved_out_on: Known<PartialDate>,
    /// 転入前の市区町村コード.
    #[serde(skip_serializing_if = "Known::is_not_collected")]
    pub moved_in_from: Known<String>,
}

impl Identity {
    /// 氏 and 名 joined by a full-width space, as registers print it; `None` when neither is known.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        join(&self.family_name, &self.given_name)
    }

    /// The reading, likewise.
    #[must_use]
    pub fn full_kana(&self) -> Option<String> {
        join(&self.family_kana, &self.given_kana)
    }
}

/// An identity in a log would be a leak: its `Debug` says nothing.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

fn join(family: &Known<String>, given: &Known<String>) -> Option<String> {
    match (family.value(), given.value()) {
        (Some(family), Some(given)) => Some(format!("{family}\u{3000}{given}")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absence::Absence;

    #[test]
    fn a_name_is_shown_as_registers_print_it() {
        let mut identity = Identity { family_name: Known::Present("襷".into()), ..Identity::default() };
        assert_eq!(identity.full_name().as_deref(), Some("襷"));
        identity.given_name = Known::Present("花子".into());
        assert_eq!(identity.full_name().as_deref(), Some("襷\u{3000}花子"));
        assert_eq!(identity.full_kana(), None);
        assert_eq!(format!("{identity:?}"), "Identity(redacted)");
    }

    #[test]
    fn what_nobody_stated_is_not_collected() {
        assert_eq!(Identity::default().phone.absence(), Some(Absence::NotCollected));
    }

    #[test]
    fn codes_lead_back() {
        for &kin in Kin::ALL {
            assert_eq!(kin.as_str().parse(), Ok(kin));
            assert_eq!(serde_json::to_value(kin).unwrap(), kin.as_str());
        }
        for &sex in Sex::ALL {
            assert_eq!(sex.as_str().parse(), Ok(sex));
        }
        for &status in ResidentStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
