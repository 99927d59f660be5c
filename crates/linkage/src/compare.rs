//! Two identities field by field: what agrees, what differs, what cannot be said.

use chrono::{Datelike, NaiveDate};
use kernel::code::Words;
use kernel::date::PartialDate;
use serde::{Deserialize, Serialize};

use crate::keys::{Face, Name};
use crate::normalise::is_unreadable;

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 宛名番号 or another number of the source's system.
    Key,
    /// 氏名カナ.
    Kana,
    /// 氏名.
    Name,
    /// 生年月日.
    BirthDate,
    /// 性別.
    Sex,
}

impl Field {
    /// The name staff see.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Key => Words { ja: "番号", en: "Number" },
            Self::Kana => Words { ja: "氏名カナ", en: "Kana" },
            Self::Name => Words { ja: "氏名", en: "Name" },
            Self::BirthDate => Words { ja: "生年月日", en: "Birth date" },
            Self::Sex => Words { ja: "性別", en: "Sex" },
        }
    }
}

/// How a field compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The same.
    Agree,
    /// Alike but not the same: a variant character, one part of the name, a slip in the date.
    Partly,
    /// Another.
    Differ,
    /// At least one side does not state it.
    Absent,
}

impl Outcome {
    /// As staff read it.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Agree => Words { ja: "一致", en: "agrees" },
            Self::Partly => Words { ja: "一部一致", en: "agrees in part" },
            Self::Differ => Words { ja: "不一致", en: "differs" },
            Self::Absent => Words { ja: "比較できない", en: "not stated on both sides" },
        }
    }
}

/// One line of the waterfall: a field and how it compared. Holds no value of anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Comparison {
    /// What was compared.
    pub field: Field,
    /// How.
    pub outcome: Outcome,
}

/// How two names, or two readings, are alike; best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alike {
    Same,
    /// The same when variant characters are folded.
    Variant,
    /// The same but for characters one system could not write.
    Unreadable,
    /// One side states less: 氏 alone, or the beginning of the other.
    Shorter,
    /// Another 氏, the same 名: perhaps 改姓.
    GivenOnly,
    Different,
    Absent,
}

/// How two birth dates are alike.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Birth {
    /// The same whole day.
    Same,
    /// One is known in part, and the other may be it.
    Within,
    /// Month and day exchanged.
    Swapped,
    /// One of year, month and day is another.
    OneOff,
    Different,
    Absent,
}

/// Everything compared between a record and a person.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    pub kana: Alike,
    pub name: Alike,
    pub birth: Birth,
    pub sex: Outcome,
    /// 氏 and 名 of the reading are known apart on one side at least, so that the whole reading is one.
    pub whole_kana: bool,
}

impl Compared {
    pub fn of(record: &Face<'_>, person: &Face<'_>) -> Self {
        Self {
            kana: both(record.kana, person.kana).map_or(Alike::Absent, |(a, b)| alike(a, b)),
            name: name(record, person),
            birth: both(record.birth, person.birth).map_or(Birth::Absent, |(a, b)| birth(a, b)),
            sex: both(record.sex, person.sex)
                .map_or(Outcome::Absent, |(a, b)| if a == b { Outcome::Agree } else { Outcome::Differ }),
            whole_kana: [record.kana, person.kana].into_iter().flatten().any(|kana| kana.given.is_some()),
        }
    }

    /// The likeness of whichever of name and reading is more alike.
    pub fn best_name(&self) -> Alike {
        self.kana.min(self.name)
    }

    /// The waterfall; `key` is how the number compared.
    pub fn lines(&self, key: Outcome) -> Vec<Comparison> {
        [
            (Field::Key, key),
            (Field::Kana, self.kana.outcome()),
            (Field::Name, self.name.outcome()),
            (Field::BirthDate, self.birth.outcome()),
            (Field::Sex, self.sex),
        ]
        .map(|(field, outcome)| Comparison { field, outcome })
        .to_vec()
    }
}

impl Alike {
    fn outcome(self) -> Outcome {
        match self {
            Self::Same => Outcome::Agree,
            Self::Variant | Self::Unreadable | Self::Shorter | Self::GivenOnly => Outcome::Partly,
            Self::Different => Outcome::Differ,
            Self::Absent => Outcome::Absent,
        }
    }

    /// Whether both are known as whole names, and are two.
    pub fn contradicts(self) -> bool {
        matches!(self, Self::GivenOnly | Self::Different)
    }
}

impl Birth {
    /// Whether two days are known, and they are two.
    pub fn contradicts(self) -> bool {
        matches!(self, Self::Swapped | Self::OneOff | Self::Different)
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Same => Outcome::Agree,
            Self::Within | Self::Swapped | Self::OneOff => Outcome::Partly,
            Self::Different => Outcome::Differ,
            Self::Absent => Outcome::Absent,
        }
    }
}

fn both<T>(a: Option<T>, b: Option<T>) -> Option<(T, T)> {
    a.zip(b)
}

/// Names by their strict keys, then by the loose ones.
fn name(record: &Face<'_>, person: &Face<'_>) -> Alike {
    let strict = both(record.strict, person.strict).map_or(Alike::Absent, |(a, b)| alike(a, b));
    let loose = both(record.loose, person.loose).map_or(Alike::Absent, |(a, b)| match alike(a, b) {
        Alike::Same => Alike::Variant,
        other => other,
    });
    strict.min(loose)
}

fn alike(a: Name<'_>, b: Name<'_>) -> Alike {
    let apart = a.given.is_some() && b.given.is_some();
    if a.whole == b.whole {
        // 〓 equals 〓 in spelling only.
        if a.whole.chars().any(is_unreadable) { Alike::Unreadable } else { Alike::Same }
    } else if same_but_unreadable(a.whole, b.whole) {
        Alike::Unreadable
    } else if !apart && (a.whole.starts_with(b.whole) || b.whole.starts_with(a.whole)) {
        Alike::Shorter
    } else if apart && a.given == b.given {
        Alike::GivenOnly
    } else {
        Alike::Different
    }
}

/// Equal character by character, where an unreadable one equals any; at least one readable pair.
fn same_but_unreadable(a: &str, b: &str) -> bool {
    let readable = |c: &char| !is_unreadable(*c);
    let (mut left, mut right) = (a.chars(), b.chars());
    let mut proven = false;
    loop {
        match (left.next(), right.next()) {
            (None, None) => return proven,
            (Some(l), Some(r)) if readable(&l) && readable(&r) => {
                if l != r {
                    return false;
                }
                proven = true;
            }
            (Some(_), Some(_)) => {}
            _ => return false,
        }
    }
}

fn birth(a: PartialDate, b: PartialDate) -> Birth {
    let (Some(left), Some(right)) = (a.day(), b.day()) else {
        let overlap = a.earliest() <= b.latest() && b.earliest() <= a.latest();
        return if overlap { Birth::Within } else { Birth::Different };
    };
    if left == right {
        return Birth::Same;
    }
    let (left, right) = (parts(left), parts(right));
    let differing = left.iter().zip(&right).filter(|(l, r)| l != r).count();
    let [year, month, day] = left;
    if right == [year, day, month] {
        Birth::Swapped
    } else if differing == 1 {
        Birth::OneOff
    } else {
        Birth::Different
    }
}

/// Year, month and day.
fn parts(day: NaiveDate) -> [i64; 3] {
    [day.year().into(), day.month().into(), day.day().into()]
}
