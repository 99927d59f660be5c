//! The one family whose records are handed over in the demonstration: a mother, a child in 小4 and a
//! younger one at nursery school. They receive single-parent medical aid, nobody has them in any
//! consultation register, and they have just moved: the new town has registered them under new numbers,
//! the old one has not heard of it yet (転入通知 takes some days).

use chrono::{Days, NaiveDate};
use kernel::date::SchoolYear;
use kernel::{Kin, Sex, TownCode};

use crate::name::Name;
use crate::person::HouseholdKind;
use crate::populate::Maker;

/// How many days ago the new town registered them.
const MOVED_DAYS_AGO: u64 = 14;

const FAMILY_NAME: Name = Name { kanji: "架空", kana: "カクウ" };
const MOTHER: Name = Name { kanji: "襷", kana: "タスキ" };
const CHILD: Name = Name { kanji: "渡", kana: "ワタル" };
const YOUNGER: Name = Name { kanji: "継美", kana: "ツグミ" };

/// The family in one town: places in [`Population::people`](crate::Population::people).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The mother.
    pub mother: usize,
    /// The child in 小4.
    pub child: usize,
    /// The younger child, aged three, at nursery school.
    pub younger: usize,
}

/// Adds the family to a town; `from` is the town they came from, where they have just arrived.
pub(crate) fn add(maker: &mut Maker, from: Option<TownCode>) -> Family {
    let year = SchoolYear::of(maker.as_of).year();
    let home = maker.household(HouseholdKind::SingleParent);
    maker.set_single_parent(home);
    let mother = maker.person(home, FAMILY_NAME, Sex::Female, day(year - 38, 2, 11), &[Kin::Head]);
    // Six is reached in June of `year - 4`, so 小1 was the school year after it and 小4 is this one.
    let child = maker.person(home, FAMILY_NAME, Sex::Male, day(year - 10, 6, 15), &[Kin::Child]);
    let younger = maker.person(home, FAMILY_NAME, Sex::Female, day(year - 4, 9, 10), &[Kin::Child]);
    let arrived = maker.as_of.checked_sub_days(Days::new(MOVED_DAYS_AGO)).unwrap_or(maker.as_of);
    let settled = day(year - 12, 4, 1);
    for (at, given) in [(mother, MOTHER), (child, CHILD), (younger, YOUNGER)] {
        let person = maker.of(at);
        person.given = given;
        person.phone = Some("000-0000-0000".to_owned());
        person.since = from.map_or(settled.max(person.birth), |_| arrived);
        person.moved_in_from = from.map(|town| town.to_string());
        if at != mother {
            person.parents = vec![mother];
        }
    }
    Family { mother, child, younger }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
