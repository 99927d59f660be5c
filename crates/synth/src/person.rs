//! One made-up person, household and town.

use chrono::NaiveDate;
use kernel::date::Grade;
use kernel::{Kin, ResidentStatus, Sex, TownCode};

use crate::name::Name;

/// A person as the maker of the world knows them.
#[derive(Debug, Clone)]
pub struct Person {
    /// 宛名番号 in the town's core systems, ten digits.
    pub number: String,
    /// Place in [`Population::households`].
    pub household: usize,
    /// 氏.
    pub family: Name,
    /// 名.
    pub given: Name,
    /// 性別.
    pub sex: Sex,
    /// 生年月日.
    pub birth: NaiveDate,
    /// 続柄 to the 世帯主 as registered.
    pub relation: Vec<Kin>,
    /// 住民状態.
    pub status: ResidentStatus,
    /// 住民となった日.
    pub since: NaiveDate,
    /// 転出年月日.
    pub moved_out_on: Option<NaiveDate>,
    /// 転入前の市区町村コード.
    pub moved_in_from: Option<String>,
    /// 電話番号, if the family gave one.
    pub phone: Option<String>,
    /// Who the parents really are: places in [`Population::people`].
    pub parents: Vec<usize>,
    /// School, for those of school age.
    pub pupil: Option<Pupil>,
}

/// 学籍.
#[derive(Debug, Clone)]
pub struct Pupil {
    /// 学籍番号, not yet padded to what the school's system writes.
    pub number: u32,
    /// Place in the profile's list of schools.
    pub school: usize,
    /// Whether the town runs it, and so its attendance is in the town's files.
    pub town_public: bool,
}

impl Person {
    /// 氏名 with a full-width space.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}\u{3000}{}", self.family.kanji, self.given.kanji)
    }

    /// フリガナ, likewise.
    #[must_use]
    pub fn full_kana(&self) -> String {
        format!("{}\u{3000}{}", self.family.kana, self.given.kana)
    }

    /// The grade by age on a day.
    #[must_use]
    pub fn grade(&self, on: NaiveDate) -> Grade {
        Grade::of(self.birth, on)
    }

    /// Whether the person was registered here on a day.
    #[must_use]
    pub fn lives_here(&self, on: NaiveDate) -> bool {
        self.since <= on && self.moved_out_on.is_none_or(|left| on < left)
    }
}

/// What a household really is; the register shows only the 続柄.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HouseholdKind {
    /// One adult.
    Alone,
    /// Two adults.
    Couple,
    /// Two parents and their children.
    Family,
    /// One parent and the children.
    SingleParent,
    /// 祖父母が世帯主: a grandparent as head, parent or parents, children, sometimes an uncle.
    GrandparentHead,
    /// 単身赴任: a parent has moved away for work; the register shows one.
    WorkingAway,
    /// 世帯分離: one family at one address in two registered households.
    SplitRegister,
    /// 兄弟の同居: children live with an uncle or aunt.
    WithRelatives,
}

/// A registered household.
#[derive(Debug, Clone)]
pub struct Household {
    /// 世帯番号, ten digits.
    pub number: String,
    /// What it is.
    pub kind: HouseholdKind,
    /// Whether one parent alone brings up children here.
    pub single_parent: bool,
    /// 郵便番号.
    pub postal_code: String,
    /// 住所 without the town's name.
    pub address: String,
}

/// The people of one town.
#[derive(Debug, Clone)]
pub struct Population {
    /// The town.
    pub town: TownCode,
    /// Everyone in the register.
    pub people: Vec<Person>,
    /// Every household.
    pub households: Vec<Household>,
}

impl Population {
    /// The members of each household, by place.
    #[must_use]
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.households.len()];
        for (at, person) in self.people.iter().enumerate() {
            if let Some(household) = members.get_mut(person.household) {
                household.push(at);
            }
        }
        members
    }
}
