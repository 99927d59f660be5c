//! What a column without a name may be, from its values alone. Never sure: people have the system's table of
//! columns, a sample has not.

use super::super::{ColumnProfile, Shape};
use super::columns::Column;
use super::known::{Clue, Found};
use crate::layout::{Part, RecordPart, RoleId, Target};

/// Years over which the days of a column lie when they may be days of birth.
const YEARS: u32 = 3;

/// What it may be, the likelier first.
pub(super) fn unnamed<'k>(column: &Column<'_>) -> impl Iterator<Item = Found<'k>> + use<'k> {
    guesses(column).map(found)
}

/// What a column may be, how sure that is in per cent, and by what shape.
type Guess = (Target, u32, &'static str);

fn found<'k>((to, sure, what): Guess) -> Found<'k> {
    Found { to, sure, clue: Clue::Shape(what) }
}

fn guesses(column: &Column<'_>) -> impl Iterator<Item = Guess> + use<> {
    let held = column.profile;
    let person = |part| Target::Person(RoleId::Person, part);
    let guesses: Vec<Guess> = match held.shape() {
        Some(Shape::Kana | Shape::HalfKana) => vec![(person(Part::Kana), 65, "カナ")],
        Some(Shape::FullName) => vec![(person(Part::Name), 70, "氏と名")],
        Some(Shape::PostalCode) => vec![(person(Part::PostalCode), 85, "郵便番号")],
        Some(Shape::Phone) => vec![(person(Part::Phone), 80, "電話番号")],
        Some(Shape::Month(_)) => vec![(Target::Record(RecordPart::Month), 75, "年月")],
        Some(Shape::Date(_)) if is_birth(held) => vec![
            (person(Part::BirthDate), 65, "年の離れた日付"),
            (Target::Record(RecordPart::At), 50, "日付"),
        ],
        Some(Shape::Date(_)) => vec![(Target::Record(RecordPart::At), 60, "日付")],
        Some(Shape::Digits) if is_number(held) => vec![(person(Part::LocalId), 60, "同じ桁の番号")],
        Some(Shape::Short) if is_sex(held) => vec![(person(Part::Sex), 90, "男女")],
        _ => Vec::new(),
    };
    guesses.into_iter()
}

/// Words in a name that say whose value it is, where it is not the person's own.
const OTHERS: [&str; 9] = ["保護者", "世帯主", "父", "母", "担任", "相談員", "担当", "記入者", "学校"];

/// Words in a name that say that its days are of birth.
const BIRTH: [&str; 5] = ["生年", "誕生", "出生", "birth", "dob"];

/// What a column may be whose name is not known, where its values can hardly be anything else. A day is likely
/// the record's, and of birth only where the name says so.
pub(super) fn beside_name<'k>(column: &Column<'_>) -> impl Iterator<Item = Found<'k>> + use<'k> {
    let other = column.is_folded() || OTHERS.iter().any(|word| column.name.contains(word));
    let person = |part| Target::Person(RoleId::Person, part);
    let name = column.name.to_lowercase();
    let names_birth = BIRTH.iter().any(|word| name.contains(word));
    let told = [Part::Kana, Part::Name, Part::PostalCode, Part::Phone].map(person);
    let telling = |to: &Target| told.contains(to) || matches!(to, Target::Record(_));
    let guessed: Vec<_> = match column.profile.shape() {
        _ if other => Vec::new(),
        Some(Shape::Date(_)) if names_birth => vec![(person(Part::BirthDate), 65, "日付")],
        _ => guesses(column).filter(|(to, ..)| telling(to)).collect(),
    };
    guessed.into_iter().map(|(to, sure, what)| (to, sure - LESS, what)).map(found)
}

/// A name that says nothing speaks a little against what the values say.
const LESS: u32 = 10;

fn is_birth(held: &ColumnProfile) -> bool {
    held.days.is_some_and(|(first, last)| last.years_since(first).is_some_and(|years| years >= YEARS))
}

fn is_number(held: &ColumnProfile) -> bool {
    held.length.0 == held.length.1 && held.length.0 >= 5 && held.blank == 0
}

fn is_sex(held: &ColumnProfile) -> bool {
    let known = ["男", "女", "男性", "女性", "M", "F"];
    !held.values.is_empty() && held.values.iter().all(|(value, _)| known.contains(&value.as_str()))
}
