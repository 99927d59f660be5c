//! 要対協 and 支援措置: the two registers that must never be wrong about who sees them.

use chrono::{Days, NaiveDate};
use kernel::{Identity, Known, Sex};
use layouts::RoleId;

use crate::benefit::is_minor;
use crate::chance::Chance;
use crate::name::{FAMILY, FEMALE, MALE};
use crate::person::Person;
use crate::row::Row;
use crate::world::Town;

/// 要対協 進行管理台帳: about eight of a thousand children; two cases in three are open.
pub(crate) fn council_register(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in town.population.people.iter().filter(|person| is_minor(person, town.as_of)) {
        if chance.permille(8) && town.stay_of(person).is_none() {
            let from = chance.day_before(town.as_of, 30, 900).max(person.birth);
            let closed = chance.percent(33).then(|| chance.day_before(town.as_of, 1, 29));
            let status = if closed.is_some() { "closed" } else { "open" };
            let row = case(rows.len()).who(RoleId::Person, person, Some(person.number.clone()));
            rows.push(row.code("status", status).period(from, closed));
        }
    }
    rows
}

/// 支援措置: parents with their children, a few in every town; the first one is past its end date, and
/// protects all the same until a person ends it. The one it protects from lives elsewhere.
pub(crate) fn protection_list(town: &Town, chance: &mut Chance) -> Vec<Row> {
    let people = &town.population.people;
    let wanted = people.len().div_ceil(4000).max(2);
    let mut rows = Vec::new();
    for (home, places) in town.population.households.iter().zip(town.population.members()) {
        let members: Vec<_> = places.iter().filter_map(|at| people.get(*at)).collect();
        let children: Vec<_> = members.iter().filter(|person| is_minor(person, town.as_of)).collect();
        let victim = children.first().and_then(|child| people.get(*child.parents.first()?));
        let Some(victim) = victim.filter(|one| one.sex == Sex::Female && town.stay_of(one).is_none()) else {
            continue;
        };
        if !home.single_parent || rows.len() == wanted || !chance.percent(20) {
            continue;
        }
        let (from, until) = term(town.as_of, rows.is_empty(), chance);
        let mut row = case(rows.len())
            .who(RoleId::Person, victim, Some(victim.number.clone()))
            .period(from, Some(until));
        for (role, child) in [RoleId::Child1, RoleId::Child2, RoleId::Child3].into_iter().zip(&children) {
            row = row.who(role, child, Some(child.number.clone()));
        }
        rows.push(respondent(row, victim, chance));
    }
    rows
}

/// One year from the decision (住民基本台帳事務処理要領 第5-10), ended 20 days ago or still running.
fn term(as_of: NaiveDate, past: bool, chance: &mut Chance) -> (NaiveDate, NaiveDate) {
    let ran = if past { 385 } else { chance.number(10, 350) };
    let from = as_of.checked_sub_days(Days::new(u64::from(ran))).unwrap_or(as_of);
    (from, from.checked_add_days(Days::new(365)).unwrap_or(as_of))
}

fn respondent(row: Row, victim: &Person, chance: &mut Chance) -> Row {
    let family = if chance.percent(70) {
        victim.family
    } else {
        chance.pick(&FAMILY).copied().unwrap_or(victim.family)
    };
    let names = if victim.sex == Sex::Female { &MALE } else { &FEMALE };
    let given = chance.pick(names).copied().unwrap_or(victim.given);
    let birth =
        victim.birth.checked_sub_days(Days::new(u64::from(chance.number(0, 2000)))).unwrap_or(victim.birth);
    let unknown = Identity {
        family_name: Known::Present(family.kanji.to_owned()),
        given_name: Known::Present(given.kanji.to_owned()),
        family_kana: Known::Present(family.kana.to_owned()),
        given_kana: Known::Present(given.kana.to_owned()),
        birth_date: Known::Present(birth.into()),
        address: Known::Present(format!("架空県想像市{}番地", chance.number(1, 500))),
        ..Identity::default()
    };
    row.stranger(RoleId::Respondent, unknown)
}

fn case(before: usize) -> Row {
    Row::default().text("case_no", format!("K{:05}", before + 1))
}
