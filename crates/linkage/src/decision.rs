//! The outcome of a 突合, with its reasons in the words staff read; and what humans decided before.

use std::collections::BTreeSet;

use kernel::code::Words;
use kernel::id::PersonId;
use serde::{Deserialize, Serialize};

use crate::compare::Comparison;

/// Whether a record is a person of the town. Names persons by id; holds no value of anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is this person.
    Linked {
        /// Who.
        person: PersonId,
        /// What decided.
        rule: Rule,
        /// The waterfall; empty when the person is not in the index.
        comparisons: Vec<Comparison>,
    },
    /// A human has to choose among these, or say that it is nobody of them. Never empty.
    Queue {
        /// Why no machine decides.
        why: QueueReason,
        /// Nearest first, then by id.
        candidates: Vec<LinkCandidate>,
    },
    /// Nobody comes near: 住登外, not yet registered, or moved. It waits in the queue without candidates.
    Unknown,
}

/// What decided a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A human said so.
    Human,
    /// The number of the source's system, verified against name and birth date.
    Key,
    /// The same reading and day of birth, one person only, nothing against it.
    KanaAndBirth,
}

impl Rule {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Human => Words { ja: "職員の判断", en: "decided by staff" },
            Self::Key => Words {
                ja: "番号の一致（氏名・生年月日で確認）",
                en: "number, checked by name and birth date",
            },
            Self::KanaAndBirth => Words {
                ja: "氏名カナと生年月日が一致する人が一人だけ",
                en: "the only person with this kana and birth date",
            },
        }
    }
}

/// Why a record waits for a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueReason {
    /// Several persons share reading and day of birth.
    Several,
    /// One person shares them, but something speaks against.
    Contradiction,
    /// Nobody shares them, somebody comes near.
    Partial,
    /// The number is this person's, name and birth date are not.
    KeyContradicted,
    /// The number is this person's, the name is not, and another has name and birth date.
    KeyPointsElsewhere,
    /// The number's person is not in the index, so nothing could be verified.
    KeyUnverified,
    /// The record has a number that is nobody's.
    KeyUnknown,
    /// The number is the one of a person whom a human has ruled out.
    KeyRefused,
}

impl QueueReason {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Several => Words {
                ja: "氏名カナと生年月日が同じ人が複数います",
                en: "Several persons share kana and birth date",
            },
            Self::Contradiction => Words {
                ja: "氏名カナと生年月日は同じですが、食い違う項目があります",
                en: "Kana and birth date agree, but something speaks against it",
            },
            Self::Partial => {
                Words { ja: "一部だけ一致する人がいます", en: "Somebody agrees in part only" }
            }
            Self::KeyContradicted => Words {
                ja: "番号は一致しますが、氏名も生年月日も違います",
                en: "The number agrees, but name and birth date both differ",
            },
            Self::KeyPointsElsewhere => Words {
                ja: "番号の人と氏名が違い、氏名カナと生年月日が同じ人がほかにいます",
                en: "The number's holder has another name, and somebody else has this kana and birth date",
            },
            Self::KeyUnverified => Words {
                ja: "番号の人を確かめられません",
                en: "The number's holder could not be checked",
            },
            Self::KeyUnknown => Words {
                ja: "この番号の人はいませんが、近い人がいます",
                en: "Nobody has this number, but somebody comes near",
            },
            Self::KeyRefused => Words {
                ja: "番号の人は、職員が別人と判断しています",
                en: "Staff decided that the number's holder is somebody else",
            },
        }
    }
}

/// A person whom a record may be (突合の候補; not a 支援対象の候補).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LinkCandidate {
    /// What speaks for and against, the strongest first.
    pub reasons: Vec<Reason>,
    /// Who.
    pub person: PersonId,
    /// The waterfall.
    pub comparisons: Vec<Comparison>,
}

/// What makes a person a candidate, or speaks against them. In order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The same number.
    SameKey,
    /// The same reading and day of birth.
    KanaAndBirth,
    /// The same name and day of birth.
    NameAndBirth,
    /// The same day of birth, the name the same with variant or unreadable characters.
    VariantNameAndBirth,
    /// The same name or reading, the birth date partly unknown and compatible.
    NameAndPartialBirth,
    /// The same name or reading, month and day exchanged.
    NameAndSwappedBirth,
    /// The same name or reading, one of year, month and day another.
    NameAndNearBirth,
    /// The same day of birth and a part of the name: perhaps 改姓.
    PartOfNameAndBirth,
    /// The same name or reading; no birth date to compare.
    NameOnly,
    /// Against: another name.
    NameDiffers,
    /// Against: another day of birth.
    BirthDiffers,
    /// Against: another sex.
    SexDiffers,
    /// Against: the given name is unknown on both sides, so the reading may be a 氏 alone.
    GivenNameUnknown,
}

impl Reason {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::SameKey => Words { ja: "番号が同じ", en: "the same number" },
            Self::KanaAndBirth => {
                Words { ja: "氏名カナと生年月日が同じ", en: "the same kana and birth date" }
            }
            Self::NameAndBirth => {
                Words { ja: "氏名と生年月日が同じ", en: "the same name and birth date" }
            }
            Self::VariantNameAndBirth => Words {
                ja: "生年月日が同じで、氏名は異体字・外字を除けば同じ",
                en: "the same birth date; the name but for variant or unreadable characters",
            },
            Self::NameAndPartialBirth => Words {
                ja: "氏名が同じで、生年月日は分かる範囲で合う",
                en: "the same name; the birth date fits as far as it is known",
            },
            Self::NameAndSwappedBirth => Words {
                ja: "氏名が同じで、生年月日の月と日が入れ替わっている",
                en: "the same name; month and day of birth exchanged",
            },
            Self::NameAndNearBirth => Words {
                ja: "氏名が同じで、生年月日は年・月・日の一つだけ違う",
                en: "the same name; one of year, month and day of birth differs",
            },
            Self::PartOfNameAndBirth => Words {
                ja: "生年月日が同じで、氏名の一部が同じ（改姓の可能性）",
                en: "the same birth date and a part of the name (perhaps a changed surname)",
            },
            Self::NameOnly => Words {
                ja: "氏名が同じ（生年月日は比べられない）",
                en: "the same name; no birth date to compare",
            },
            Self::NameDiffers => Words { ja: "氏名が違う", en: "another name" },
            Self::BirthDiffers => Words { ja: "生年月日が違う", en: "another birth date" },
            Self::SexDiffers => Words { ja: "性別が違う", en: "another sex" },
            Self::GivenNameUnknown => Words {
                ja: "どちらも名のカナが分からない",
                en: "the given name's kana is unknown on both sides",
            },
        }
    }
}

/// What humans decided about one record, given to every run: their word outranks the machine's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HumanDecisions {
    must_link: Option<PersonId>,
    cannot_link: BTreeSet<PersonId>,
}

impl HumanDecisions {
    /// Nobody has decided anything.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// "It is this person." Replaces an earlier word about this person and an earlier link.
    #[must_use]
    pub fn must_link(mut self, person: PersonId) -> Self {
        self.cannot_link.remove(&person);
        self.must_link = Some(person);
        self
    }

    /// "It is not this person." Ends an earlier link to this person.
    #[must_use]
    pub fn cannot_link(mut self, person: PersonId) -> Self {
        if self.must_link == Some(person) {
            self.must_link = None;
        }
        self.cannot_link.insert(person);
        self
    }

    /// The person a human linked.
    #[must_use]
    pub fn linked(&self) -> Option<PersonId> {
        self.must_link
    }

    /// Whether a human ruled this person out.
    #[must_use]
    pub fn refuses(&self, person: PersonId) -> bool {
        self.cannot_link.contains(&person)
    }
}
