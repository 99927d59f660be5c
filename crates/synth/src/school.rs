//! Who goes to which school, and the few children whom no machine can tell apart.

use chrono::NaiveDate;
use kernel::ResidentStatus;
use kernel::date::{Grade, YearMonth, school_entry};
use profiles::{Founder, School, SchoolLevel};

use crate::chance::Chance;
use crate::person::{Person, Population, Pupil};

/// Puts every registered child of school age into a school; about 3 % go to one the town does not run.
pub(crate) fn enrol(population: &mut Population, schools: &[School], as_of: NaiveDate, chance: &mut Chance) {
    let mut number = 10_000;
    for person in &mut population.people {
        if person.status != ResidentStatus::Resident {
            continue;
        }
        let Some(level) = level_of(person.grade(as_of)) else { continue };
        let elsewhere = chance.percent(3);
        let open =
            |school: &School| school.level == level && (school.founder != Founder::TownPublic) == elsewhere;
        let mut choice: Vec<_> =
            (0..).zip(schools).filter(|(_, school)| open(school)).map(|(at, _)| at).collect();
        if choice.is_empty() {
            choice =
                (0..).zip(schools).filter(|(_, school)| school.level == level).map(|(at, _)| at).collect();
        }
        let Some(school) = chance.pick(&choice).copied() else { continue };
        let town_public = schools.get(school).is_some_and(|school| school.founder == Founder::TownPublic);
        number += 1;
        person.pupil = Some(Pupil { number, school, town_public });
    }
}

/// Gives pairs of children of different households one name and one birth date.
/// `spared` is a household that stays as it is.
pub(crate) fn make_homonyms(
    population: &mut Population,
    pairs: usize,
    as_of: NaiveDate,
    spared: Option<usize>,
) {
    let pupils: Vec<_> = (0..)
        .zip(&population.people)
        .filter(|(_, person)| person.pupil.as_ref().is_some_and(|pupil| pupil.town_public))
        .filter(|(_, person)| Some(person.household) != spared)
        .map(|(at, person)| (at, person.clone()))
        .collect();
    let mut left = pairs;
    let mut single: Vec<&Person> = Vec::new();
    for (at, other) in &pupils {
        if left == 0 {
            return;
        }
        let fits = |one: &&Person| {
            one.sex == other.sex && one.grade(as_of) == other.grade(as_of) && one.household != other.household
        };
        let Some(place) = single.iter().position(fits) else {
            single.push(other);
            continue;
        };
        let (model, home) = (single.swap_remove(place), other.household);
        for person in population.people.iter_mut().filter(|person| person.household == home) {
            person.family = model.family;
        }
        if let Some(person) = population.people.get_mut(*at) {
            (person.given, person.birth) = (model.given, model.birth);
            person.since = person.since.max(model.birth);
        }
        left -= 1;
    }
}

/// The day from which the school lists the child.
pub(crate) fn enrolled_from(person: &Person) -> NaiveDate {
    person.since.max(school_entry(person.birth))
}

/// Whether a school of the town lists the child on the first day of a month.
pub(crate) fn at_school(person: &Person, month: YearMonth) -> bool {
    let first = month.first_day();
    level_of(person.grade(first)).is_some() && person.lives_here(first)
}

/// 授業日数 of a month: none in August.
pub(crate) fn class_days(month: YearMonth) -> u32 {
    match month.month() {
        4 | 12 | 1 => 17,
        5 | 7 | 11 => 19,
        6 => 22,
        8 => 0,
        9 => 20,
        10 => 21,
        2 => 18,
        _ => 15,
    }
}

fn level_of(grade: Grade) -> Option<SchoolLevel> {
    match grade {
        Grade::Elementary(_) => Some(SchoolLevel::Elementary),
        Grade::JuniorHigh(_) => Some(SchoolLevel::JuniorHigh),
        Grade::Preschool | Grade::HighSchoolAge(_) | Grade::Adult => None,
    }
}
