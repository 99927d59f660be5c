//! Why a relation is unknown, in the words staff read.

use kernel::code::Words;
use serde::{Deserialize, Serialize};

/// One reason for which parents, or whether there is one parent only, cannot be told from the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The child is not in this household.
    NotInHousehold,
    /// The child's 続柄 is not stated.
    RelationUnstated,
    /// The 続柄 says nothing of parents (同居人, 縁故者, 孫 by another line …).
    NotDerivable,
    /// Nobody in the household is the 世帯主.
    HeadMissing,
    /// Two members are the 世帯主: the rows contradict each other.
    SeveralHeads,
    /// The parent whom the 続柄 names (妻の子) is not in the household.
    NamedParentAbsent,
    /// The 世帯主 is no parent, and nobody in the household may be one.
    NoCandidate,
    /// The 世帯主 is no parent; one member may be, or a brother or sister of theirs who is not here.
    OneCandidate,
    /// The 世帯主 is no parent, and several members may be.
    SeveralCandidates,
    /// Whom the 続柄 makes a parent is too young to be one.
    AgeImplausible,
    /// A spouse or former head is registered elsewhere: 単身赴任, 別居 or 離婚, the register does not say.
    PartnerLeft,
    /// Another household at the address has an adult of the same 氏 without a spouse: perhaps 世帯分離.
    SameAddress,
    /// An adult in the household has a 続柄 that says nothing: perhaps a partner.
    OtherAdult,
    /// Whom the 続柄 makes a parent is recorded as something else.
    Overruled,
    /// A recorded parent or carer lives elsewhere: 別居, 離婚 or 単身赴任, nobody said which.
    ParentElsewhere,
    /// Somebody is recorded as perhaps a parent or a parent's partner.
    PerhapsRecorded,
    /// The household has a spouse of one of several, of whom the parent is one.
    SpouseUnclear,
}

impl Doubt {
    /// Every one.
    pub const ALL: &'static [Self] = &[
        Self::NotInHousehold,
        Self::RelationUnstated,
        Self::NotDerivable,
        Self::HeadMissing,
        Self::SeveralHeads,
        Self::NamedParentAbsent,
        Self::NoCandidate,
        Self::OneCandidate,
        Self::SeveralCandidates,
        Self::AgeImplausible,
        Self::PartnerLeft,
        Self::SameAddress,
        Self::OtherAdult,
        Self::Overruled,
        Self::ParentElsewhere,
        Self::PerhapsRecorded,
        Self::SpouseUnclear,
    ];

    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::NotInHousehold => Words {
                ja: "この世帯の世帯員ではありません",
                en: "Not a member of this household",
            },
            Self::RelationUnstated => {
                Words { ja: "続柄が分かりません", en: "The relation to the head is not stated" }
            }
            Self::NotDerivable => Words {
                ja: "続柄からは親が分かりません",
                en: "The relation to the head says nothing of parents",
            },
            Self::HeadMissing => {
                Words { ja: "世帯主が見当たりません", en: "The household has no head" }
            }
            Self::SeveralHeads => {
                Words { ja: "世帯主が二人います", en: "The household has two heads" }
            }
            Self::NamedParentAbsent => Words {
                ja: "続柄が示す親が世帯にいません",
                en: "The parent whom the relation names is not in the household",
            },
            Self::NoCandidate => Words {
                ja: "世帯主は親ではなく、親にあたる人が世帯にいません",
                en: "The head is not the parent, and nobody in the household may be",
            },
            Self::OneCandidate => Words {
                ja: "世帯主は親ではなく、親かもしれない人が一人いますが、続柄からは決まりません",
                en: "The head is not the parent; one member may be, but the relation does not say so",
            },
            Self::SeveralCandidates => Words {
                ja: "世帯主は親ではなく、親かもしれない人が複数います",
                en: "The head is not the parent, and several members may be",
            },
            Self::AgeImplausible => Words {
                ja: "続柄では親ですが、年齢の差が14歳未満です",
                en: "A parent by the relation, but less than 14 years older",
            },
            Self::PartnerLeft => Words {
                ja: "配偶者または前の世帯主が世帯の外にいます（単身赴任・別居・離婚の別は分かりません）",
                en: "A spouse or former head is registered elsewhere (working away, separated or divorced: unknown)",
            },
            Self::SameAddress => Words {
                ja: "同じ住所の別世帯に、同じ氏の大人がいます（世帯分離の可能性）",
                en: "Another household at the address has an adult of the same surname (perhaps a split household)",
            },
            Self::OtherAdult => Words {
                ja: "続柄から関係の分からない大人が世帯にいます",
                en: "The household has an adult whose relation says nothing",
            },
            Self::Overruled => Words {
                ja: "続柄では親ですが、記録では親ではありません",
                en: "A parent by the relation to the head, but recorded as something else",
            },
            Self::ParentElsewhere => Words {
                ja: "記録された親または養育者が別の所にいます（別居・離婚・単身赴任の別は分かりません）",
                en: "A recorded parent or carer lives elsewhere (separated, divorced or working away: unknown)",
            },
            Self::PerhapsRecorded => Words {
                ja: "親または親のパートナーかもしれない人が記録されています",
                en: "Somebody is recorded as perhaps a parent or a parent's partner",
            },
            Self::SpouseUnclear => Words {
                ja: "世帯にいる配偶者が、親とそのきょうだいのどちらの配偶者か分かりません",
                en: "The household has a spouse either of the parent or of the parent's sibling",
            },
        }
    }
}
