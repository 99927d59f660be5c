//! What schools and counselling know: the school register, attendance by month, the four consultation
//! registers of 図表7. Schools know a 学籍番号 and a name, never a 宛名番号, unless the town's own
//! layout of the school register asks for one.

use kernel::date::YearMonth;
use kernel::{Absence, Value};
use layouts::RoleId;

use crate::benefit::is_minor;
use crate::chance::Chance;
use crate::person::{Person, Pupil};
use crate::row::{LeftOut, Row};
use crate::school::{at_school, class_days, enrolled_from};
use crate::world::Town;

/// How many whole months of attendance the schools export.
const MONTHS: usize = 7;

/// Notes as a counter would write them: the rules never read them.
const NOTES: [&str; 4] = [
    "子の登校しぶりについて（架空の記録）",
    "保育の利用について（架空の記録）",
    "家計について（架空の記録）",
    "きょうだいの世話について（架空の記録）",
];

/// Which number a system knows a person by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    /// 宛名番号.
    Atena,
    /// 学籍番号.
    School,
}

impl Number {
    fn of(self, person: &Person) -> Option<String> {
        match self {
            Self::Atena => Some(person.number.clone()),
            Self::School => person.pupil.as_ref().map(|pupil| pupil.number.to_string()),
        }
    }
}

/// 学齢簿: every child of school age, wherever it goes to school.
pub(crate) fn school_register(town: &Town, number: Number) -> Vec<Row> {
    pupils(town)
        .filter_map(|(person, pupil)| {
            let founder = town.schools.get(pupil.school)?.founder_code();
            let row = Row::default().who(RoleId::Person, person, number.of(person));
            Some(row.code("school", founder).period(enrolled_from(person), None))
        })
        .collect()
}

/// 統合キーマスタ: which 学籍番号 is whose. Nobody has put the counter's numbers in yet.
pub(crate) fn key_master(town: &Town) -> Vec<Row> {
    pupils(town)
        .map(|(person, pupil)| {
            let row = Row::default().who(RoleId::Person, person, Number::Atena.of(person));
            row.text("school_number", pupil.number.to_string()).absent("case_number", Absence::NotApplicable)
        })
        .collect()
}

/// 月別の出欠 of the town's own schools. Most children are hardly late, some always, and some more from
/// month to month: those are the ones to see.
pub(crate) fn attendance(town: &Town, number: Number, chance: &mut Chance) -> Vec<Row> {
    let months = months(town);
    let mut rows = Vec::new();
    for (person, _) in pupils(town).filter(|(_, pupil)| pupil.town_public) {
        let habit = match town.stay_of(person) {
            Some(_) => Habit::Punctual,
            None => chance
                .weighted(&[(88, Habit::Punctual), (7, Habit::Late), (5, Habit::Later)], Habit::Punctual),
        };
        for (nth, month) in (0..).zip(&months) {
            let (late, absent) = (habit.late(nth, chance), chance.weighted(&[(80, 0), (15, 1), (5, 3)], 0));
            if !at_school(person, *month) {
                continue;
            }
            let days = class_days(*month);
            let row = Row::default().who(RoleId::Person, person, number.of(person)).month(*month);
            let days_of = |days: u32| Value::Int(i64::from(days));
            let row = row.value("class_days", days_of(days)).value("absent_days", days_of(absent.min(days)));
            rows.push(row.value("late_days", days_of(late.min(days))));
        }
    }
    rows
}

/// How a child's lateness goes.
#[derive(Clone, Copy)]
enum Habit {
    Punctual,
    Late,
    Later,
}

impl Habit {
    fn late(self, nth: u32, chance: &mut Chance) -> u32 {
        match self {
            Self::Punctual => chance.weighted(&[(85, 0), (15, 1)], 0),
            Self::Late => chance.number(2, 6),
            Self::Later => nth + chance.number(0, 2),
        }
    }
}

/// The last whole months before the export, the earliest first.
fn months(town: &Town) -> Vec<YearMonth> {
    let last = YearMonth::of(town.as_of).prev();
    let mut months: Vec<_> =
        std::iter::successors(Some(last), |month| Some(month.prev())).take(MONTHS).collect();
    months.reverse();
    months
}

/// ひとり親相談: the parent came; the register names up to two children.
pub(crate) fn consult_single_parent(town: &Town, number: Number, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    let people = &town.population.people;
    for (home, places) in town.population.households.iter().zip(town.population.members()) {
        let children: Vec<_> =
            places.iter().filter_map(|at| people.get(*at)).filter(|p| is_minor(p, town.as_of)).collect();
        let parent = children.first().and_then(|child| people.get(*child.parents.first()?));
        let Some(parent) = parent.filter(|parent| town.stay_of(parent).is_none()) else { continue };
        if !home.single_parent || !chance.percent(12) {
            continue;
        }
        let mut row = consultation(town, chance, rows.len()).who(
            RoleId::Person,
            parent,
            known(number.of(parent), chance),
        );
        for (role, child) in [RoleId::Child1, RoleId::Child2].into_iter().zip(&children) {
            row = row.who(role, child, Some(child.number.clone()));
        }
        rows.push(row);
    }
    rows
}

/// 子育て総合相談 about a child of any age.
pub(crate) fn consult_general(town: &Town, number: Number, chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in town.population.people.iter().filter(|person| is_minor(person, town.as_of)) {
        if chance.permille(30) && town.stay_of(person).is_none() {
            let row = consultation(town, chance, rows.len());
            let row = match chance.pick(&NOTES).filter(|_| chance.percent(80)) {
                Some(note) => row.text("note", *note),
                None => row.absent("note", Absence::NotCollected),
            };
            rows.push(row.who(RoleId::Person, person, known(number.of(person), chance)));
        }
    }
    rows
}

/// 保健室 and SC・SSW: pupils of the town's schools, `permille` of them.
pub(crate) fn school_consultation(
    town: &Town,
    number: Number,
    permille: u32,
    chance: &mut Chance,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (person, _) in pupils(town).filter(|(_, pupil)| pupil.town_public) {
        if chance.permille(permille) && town.stay_of(person).is_none() {
            let row = consultation(town, chance, rows.len()).value("held", Value::Bool(true));
            rows.push(kanji_only(row.who(RoleId::Person, person, number.of(person)), chance));
        }
    }
    rows
}

fn consultation(town: &Town, chance: &mut Chance, before: usize) -> Row {
    let day = chance.day_before(town.as_of, 1, 360);
    Row::default().text("receipt_no", format!("S{:05}", before + 1)).at(day)
}

/// Some registers are kept by hand and have no number.
fn known(number: Option<String>, chance: &mut Chance) -> Option<String> {
    number.filter(|_| !chance.percent(25))
}

/// Some rows have no reading, a few not even a birth date.
fn kanji_only(mut row: Row, chance: &mut Chance) -> Row {
    if chance.percent(12) {
        row.left_out = if chance.percent(25) { LeftOut::KanaAndBirth } else { LeftOut::Kana };
    }
    row
}

fn pupils(town: &Town) -> impl Iterator<Item = (&Person, &Pupil)> {
    town.population.people.iter().filter_map(|person| Some((person, person.pupil.as_ref()?)))
}
