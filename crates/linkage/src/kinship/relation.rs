//! A relation between two members of a household, how sure it is, and what it rests on.

use kernel::code::Words;
use kernel::id::{PersonId, RelationId};
use serde::{Deserialize, Serialize};

/// 親族関係: `from` is to `to` what `kind` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Relation {
    /// The parent, the grandparent, the sibling …
    pub from: PersonId,
    /// … of this one.
    pub to: PersonId,
    /// Which.
    pub kind: RelationKind,
    /// How sure.
    pub certainty: Certainty,
    /// What it rests on.
    pub evidence: Ground,
    /// The record, if people recorded it; `None` for what follows from the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<RelationId>,
}

/// What one is to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// 親, by birth or adoption.
    Parent,
    /// In a parent's place: the spouse of a parent, registered or not.
    Carer,
    /// 祖父母.
    Grandparent,
    /// その他の養育者: raises the child and is no parent's spouse or partner. Recorded by people only; nothing
    /// follows from it.
    OtherCarer,
    /// 兄弟姉妹, half-brothers and half-sisters included.
    Sibling {
        /// Which of the two is older.
        order: Order,
    },
}

/// Whether `from` is older or younger than `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// 兄・姉.
    Older,
    /// 弟・妹.
    Younger,
    /// Twins, or birth dates not known well enough.
    Unknown,
}

/// How sure a relation is. Ambiguous counts as unknown wherever something follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It follows from the register, or people are sure of it.
    Certain,
    /// It may be.
    Ambiguous,
}

/// What a relation rests on: what people saw or were told, or the 続柄 to the 世帯主 in one of these ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Seen in 戸籍.
    Koseki,
    /// Seen in another document.
    Document,
    /// Told by somebody.
    Told,
    /// The 続柄 names the parent: 世帯主と子, 妻と妻の子, 世帯主と父母.
    Named,
    /// The spouse of a named parent.
    SpouseOfParent,
    /// Of the generation above, not named: 子 above 子の子.
    GenerationAbove,
    /// The parent of a parent, or the head above 子の子, or 祖父母 above the head.
    TwoGenerations,
    /// Children of the same named person, or 兄弟姉妹 beside the head.
    SameParent,
    /// The same 続柄 without a named parent (子の子 and 子の子: siblings or cousins), or 子 and 妻の子.
    SameGeneration,
}

impl RelationKind {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Parent => Words { ja: "親", en: "parent" },
            Self::Carer => {
                Words { ja: "親の配偶者・パートナー", en: "spouse or partner of a parent" }
            }
            Self::Grandparent => Words { ja: "祖父母", en: "grandparent" },
            Self::OtherCarer => Words { ja: "その他の養育者", en: "other carer" },
            Self::Sibling { order: Order::Older } => Words { ja: "兄・姉", en: "older sibling" },
            Self::Sibling { order: Order::Younger } => Words { ja: "弟・妹", en: "younger sibling" },
            Self::Sibling { order: Order::Unknown } => {
                Words { ja: "兄弟姉妹（上下不明）", en: "sibling (older or younger: unknown)" }
            }
        }
    }
}

impl Certainty {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Certain => Words { ja: "確実", en: "certain" },
            Self::Ambiguous => Words { ja: "不確実", en: "ambiguous" },
        }
    }
}

impl Ground {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Koseki => Words { ja: "戸籍で確認", en: "seen in the family register (koseki)" },
            Self::Document => Words { ja: "その他の書類で確認", en: "seen in another document" },
            Self::Told => Words { ja: "聞き取り", en: "told by somebody" },
            Self::Named => Words {
                ja: "続柄が親を示している",
                en: "the relation to the head names the parent",
            },
            Self::SpouseOfParent => Words { ja: "親の配偶者", en: "the spouse of a parent" },
            Self::GenerationAbove => Words {
                ja: "続柄は一つ上の世代だが、親とは示していない",
                en: "of the generation above, but not named as the parent",
            },
            Self::TwoGenerations => Words { ja: "続柄は二つ上の世代", en: "two generations above" },
            Self::SameParent => Words { ja: "同じ親の子", en: "children of the same parent" },
            Self::SameGeneration => Words {
                ja: "同じ世代だが、同じ親とは示していない",
                en: "of the same generation, but no common parent is named",
            },
        }
    }
}
