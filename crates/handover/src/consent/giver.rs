//! Who may consent for a data subject, and what was seen of their authority (親権は民法818条・824条の2,
//! 2026-04-01 施行; which act counts as which is for the staff who record it).

use std::fmt;

use kernel::id::PersonId;
use kernel::{Fault, Known};
use serde::{Deserialize, Serialize};

use super::Entity;
use super::check::{filled, invalid};

kernel::words! {
    /// 法定代理人 by what authority.
    Authority {
        /// 婚姻中の父母（共同）.
        MarriedJoint = "married_joint", "婚姻中（共同）" / "married, joint";
        /// 離婚後の単独親権.
        DivorcedSole = "divorced_sole", "離婚後（単独）" / "divorced, sole";
        /// 離婚後の共同親権.
        DivorcedJoint = "divorced_joint", "離婚後（共同）" / "divorced, joint";
        /// 未成年後見人.
        MinorGuardian = "minor_guardian", "未成年後見人" / "guardian of a minor";
        /// 施設長・児童相談所長.
        InstitutionHead = "institution_head", "施設長・児童相談所長" / "head of an institution or child guidance centre";
    }
}

impl Authority {
    /// Whether two persons hold it together.
    #[must_use]
    pub const fn is_joint(self) -> bool {
        matches!(self, Self::MarriedJoint | Self::DivorcedJoint)
    }
}

kernel::words! {
    /// Why one of two holders of parental authority may act alone (民法824条の2).
    SoleActReason {
        /// 子の利益のため急迫の事情がある.
        Urgent = "urgent", "子の利益のため急迫の事情" / "urgent circumstances in the child's interest";
        /// 監護及び教育に関する日常の行為.
        DailyAct = "daily_act", "監護教育に関する日常の行為" / "a daily act of care and education";
        /// 家庭裁判所の定め.
        CourtGrant = "court_grant", "家庭裁判所の定め" / "granted by the family court";
        /// 他の一方が親権を行うことができない.
        OtherUnable = "other_unable", "他の一方が親権を行えない" / "the other holder is unable to act";
    }
}

/// The other holder of joint parental authority.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecondHolder {
    /// There is none: the authority is not joint.
    None,
    /// Consented too.
    Consented {
        /// Name.
        name: String,
        /// What was seen of it (署名のある同意書).
        evidence: String,
    },
    /// Need not consent.
    NotNeeded {
        /// Why.
        reason: SoleActReason,
        /// What was seen of it.
        evidence: String,
    },
}

/// A 法定代理人 who consents for the subject.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representative {
    /// The person, when a resident of the town.
    pub person: Option<PersonId>,
    /// Name.
    pub name: String,
    /// By what authority.
    pub authority: Authority,
    /// What was seen of it (戸籍全部事項証明書, 審判書).
    pub evidence_seen: String,
    /// The other holder.
    pub second_holder: SecondHolder,
    /// What the child said, or why it was not asked.
    pub own_view: Known<String>,
}

/// Who gave a consent. Only an authority that is made out counts: evidence seen, and where two hold it
/// together, the second one's consent or why it is not needed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Giver {
    /// 本人.
    Subject,
    /// 法定代理人.
    Representative(Representative),
}

impl Giver {
    pub(super) const fn entity(&self) -> Entity {
        match self {
            Self::Subject => Entity::Subject,
            Self::Representative(_) => Entity::Representative,
        }
    }

    pub(super) fn made_out(&self) -> Result<(), Fault> {
        let Self::Representative(by) = self else { return Ok(()) };
        filled("/giver/representative/name", "法定代理人の氏名", &by.name)?;
        filled("/giver/representative/evidence_seen", "確認した書類", &by.evidence_seen)?;
        let second = "/giver/representative/second_holder";
        match (&by.second_holder, by.authority.is_joint()) {
            (SecondHolder::None, false) => Ok(()),
            (SecondHolder::None, true) => Err(invalid(
                second,
                "もう一方の親権者",
                "共同親権のため、もう一方の同意か、要らない理由が必要です",
                "the authority is joint: the other holder's consent, or why it is not needed, is required",
            )),
            (_, false) => Err(invalid(
                second,
                "もう一方の親権者",
                "共同親権ではないため、もう一方はいません",
                "the authority is not joint: there is no other holder",
            )),
            (SecondHolder::Consented { name, evidence }, true) => {
                filled(second, "もう一方の親権者の氏名", name)?;
                filled(second, "もう一方の同意を確認した書類", evidence)
            }
            (SecondHolder::NotNeeded { evidence, .. }, true) => {
                filled(second, "もう一方の同意が要らないことを確認した書類", evidence)
            }
        }
    }
}

macro_rules! silent {
    ($($name:ident),+) => {$(
        /// It names people: its `Debug` says nothing.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )+};
}

silent!(Giver, Representative, SecondHolder);
