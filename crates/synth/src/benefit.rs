//! What the core systems know besides the register: medical aid, allowance, certificates, services,
//! childcare. Those of single parents lie where single parents are, but never for all of them.

use chrono::{Days, NaiveDate};
use kernel::date::{Grade, first_march_31_after};
use kernel::{Absence, ResidentStatus, Value};
use layouts::RoleId;

use crate::chance::Chance;
use crate::person::{Person, Population};
use crate::row::Row;
use crate::world::{Stay, Town};

const CERTIFICATES: [&str; 10] = [
    "physical_1",
    "physical_2",
    "physical_3",
    "physical_4",
    "intellectual_a2",
    "intellectual_b1",
    "intellectual_b2",
    "mental_1",
    "mental_2",
    "mental_3",
];

/// 住民基本台帳: everyone, with those who left or died within the year.
pub(crate) fn resident_register(town: &Town) -> Vec<Row> {
    let population = &town.population;
    let row = |person: &Person| {
        let household = population.households.get(person.household)?;
        Some(Row::default().registered(person, household))
    };
    population.people.iter().filter_map(row).collect()
}

/// ひとり親家庭等医療費助成: parent and children each with a row.
pub(crate) fn single_parent_medical(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for members in single_parents(&town.population) {
        let chosen = match town.family_among(&members) {
            Some(stay) => stay == Stay::Settled,
            None => chance.percent(85),
        };
        if !chosen {
            continue;
        }
        let from = chance.day_before(town.as_of, 30, 1500);
        for (at, person) in &members {
            let is_parent =
                members.iter().any(|(_, child)| is_minor(child, town.as_of) && child.parents.contains(at));
            if is_parent || is_minor(person, town.as_of) {
                rows.push(core(person).period(from.max(person.since), ended(person)));
            }
        }
    }
    rows
}

/// 児童扶養手当: one row a child, with the parent who receives it. What the prefecture has still to
/// decide is absent from the town's own register.
pub(crate) fn child_rearing_allowance(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for members in single_parents(&town.population) {
        if town.family_among(&members).is_some() || !chance.percent(75) {
            continue;
        }
        let from = chance.day_before(town.as_of, 30, 1500);
        for (_, child) in members.iter().filter(|(_, person)| is_minor(person, town.as_of)) {
            let parent = child.parents.first().and_then(|parent| town.population.people.get(*parent));
            let Some(parent) = parent else { continue };
            let row = core(child).who(RoleId::Recipient, parent, Some(parent.number.clone()));
            let row = if chance.percent(4) {
                row.absent("status", Absence::HeldElsewhere)
            } else {
                row.value("status", Value::Bool(!chance.percent(5)))
            };
            rows.push(row.period(from.max(child.since), ended(child)));
        }
    }
    rows
}

/// 障害者手帳.
pub(crate) fn disability_certificates(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in &town.population.people {
        if chance.permille(if is_minor(person, town.as_of) { 12 } else { 40 })
            && town.stay_of(person).is_none()
        {
            let kind = chance.pick(&CERTIFICATES).copied().unwrap_or_default();
            let from = chance.day_before(town.as_of, 100, 3000).max(person.birth);
            rows.push(core(person).code("certificate", kind).period(from, ended(person)));
        }
    }
    rows
}

/// 障害福祉サービス of children and adults.
pub(crate) fn disability_services(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in &town.population.people {
        let grade = person.grade(town.as_of);
        let (permille, service) = match grade {
            Grade::Preschool => (14, "child_development"),
            Grade::Adult => (6, "home_care"),
            _ => (12, "after_school_day"),
        };
        if chance.permille(permille) && town.stay_of(person).is_none() {
            let from = chance.day_before(town.as_of, 30, 330).max(person.birth);
            let until = ended(person).or_else(|| from.checked_add_days(Days::new(730)));
            rows.push(core(person).code("service", service).period(from, until));
        }
    }
    rows
}

/// 保育施設の在籍 of children before school.
pub(crate) fn childcare_enrolment(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in &town.population.people {
        let Some(age) = kernel::date::age_on(person.birth, town.as_of) else { continue };
        if person.grade(town.as_of) != Grade::Preschool {
            continue;
        }
        let enrolled = match town.stay_of(person) {
            Some(stay) => stay == Stay::Settled,
            None => chance.percent(if age == 0 { 20 } else { 65 }),
        };
        if enrolled {
            let kind =
                if age < 3 { "type_3" } else { chance.weighted(&[(40, "type_1"), (60, "type_2")], "type_2") };
            let from = chance.day_before(town.as_of, 1, 900).max(person.since);
            rows.push(core(person).code("enrolment", kind).period(from, ended(person)));
        }
    }
    rows
}

fn core(person: &Person) -> Row {
    Row::default().who(RoleId::Person, person, Some(person.number.clone()))
}

/// What a person received ended on the day they left.
fn ended(person: &Person) -> Option<NaiveDate> {
    person.moved_out_on
}

/// Whether somebody lives here and 18歳到達後最初の3月31日 has not passed.
pub(crate) fn is_minor(person: &Person, on: NaiveDate) -> bool {
    person.status == ResidentStatus::Resident && on <= first_march_31_after(person.birth, 18)
}

/// The members, with their places, of every household in which one parent brings up children alone.
fn single_parents(population: &Population) -> Vec<Vec<(usize, &Person)>> {
    let homes = population.households.iter().zip(population.members());
    homes
        .filter(|(household, _)| household.single_parent)
        .map(|(_, places)| places.iter().filter_map(|at| Some((*at, population.people.get(*at)?))).collect())
        .collect()
}
