//! Files made by hand, row by row, in a town's own layout: for tests that have to know every row. Everybody
//! in them is fictional.

use chrono::NaiveDate;
use kernel::date::YearMonth;
use kernel::{Absence, Datum, Identity, Kin, Known, ResidentStatus, Sex, Value};
use layouts::{EncodeRow, Layout, RoleId};

use crate::TestApp;
use crate::towns::code;

/// A fictional person of the family 架空.
///
/// # Panics
/// When the birth date is none.
#[must_use]
pub fn person(number: &str, given: &str, kana: &str, birth: &str) -> Identity {
    Identity {
        local_id: Known::Present(number.to_owned()),
        family_name: Known::Present("架空".to_owned()),
        given_name: Known::Present(given.to_owned()),
        family_kana: Known::Present("カクウ".to_owned()),
        given_kana: Known::Present(kana.to_owned()),
        birth_date: Known::Present(birth.parse().unwrap()),
        sex: Known::Present(Sex::Female),
        ..Identity::default()
    }
}

/// The `n`-th of many fictional people, each with a 宛名番号, a name and a birth date of their own.
///
/// # Panics
/// When `n` is past 2,000.
#[must_use]
pub fn nth(n: u32) -> Identity {
    let kana: String = [n / 400, n / 20 % 20, n % 20].map(|digit| KANA[digit as usize]).iter().collect();
    let birth = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Days::new(u64::from(n) * 7);
    person(&format!("{n:010}"), &format!("子{n}"), &kana, &birth.to_string())
}

const KANA: [char; 20] = [
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ',
    'ツ', 'テ', 'ト',
];

/// The person's row of the resident register, alone in a household at an address of their own.
#[must_use]
pub fn registered(person: &Identity) -> EncodeRow {
    let number = person.local_id.value().cloned().unwrap_or_default();
    let known = Identity {
        household_no: Known::Present(number.clone()),
        relation_to_head: Known::Present(vec![Kin::Head]),
        postal_code: Known::Present("0000000".to_owned()),
        address: Known::Present(format!("想像{number}番地")),
        phone: Known::Present("000-0000-0000".to_owned()),
        status: Known::Present(ResidentStatus::Resident),
        moved_out_on: Known::Absent(Absence::NotApplicable),
        moved_in_from: Known::Absent(Absence::NotApplicable),
        ..person.clone()
    };
    row(&known)
}

/// The row of one month of attendance, late on so many days.
///
/// # Panics
/// When the month is none.
#[must_use]
pub fn attended(pupil: &Identity, month: &str, late: i64) -> EncodeRow {
    let mut row = row(pupil);
    row.record.month = Some(month.parse::<YearMonth>().unwrap());
    for (name, days) in [("class_days", 20), ("absent_days", 0), ("late_days", late)] {
        row.locals.insert(name.to_owned(), Datum::Present(Value::Int(days)));
    }
    row
}

/// A row of a consultation register.
///
/// # Panics
/// When the day is none.
#[must_use]
pub fn consulted(who: &Identity, receipt: &str, day: &str) -> EncodeRow {
    let mut row = row(who);
    row.record.at = Some(day.parse().unwrap());
    row.locals.insert("receipt_no".to_owned(), text(receipt));
    row
}

/// A row of the protection list: a victim, perhaps a child, from somebody who lives elsewhere.
#[must_use]
pub fn protected(case: &str, victim: &Identity, child: Option<&Identity>, until: NaiveDate) -> EncodeRow {
    let mut row = row(victim);
    row.persons.extend(child.map(|child| (RoleId::Child1, child.clone())));
    let elsewhere = person("", "加害", "カガイ", "1980-01-01");
    let respondent = Identity { address: Known::Present("想像市1番地".to_owned()), ..elsewhere };
    row.persons.push((RoleId::Respondent, respondent));
    row.record.from = Some((until - chrono::Days::new(365)).into());
    row.record.until = Some(until.into());
    row.locals.insert("case_no".to_owned(), text(case));
    row
}

/// Rows as the file that a town's system would export.
///
/// # Panics
/// When the town has no such source, or its layout cannot spell a row.
#[must_use]
pub fn file(world: &TestApp, town: &str, source: &str, as_of: NaiveDate, rows: &[EncodeRow]) -> Vec<u8> {
    layouts::encode(layout(world, town, source), as_of, rows).unwrap()
}

/// The layout of a town's source.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn layout<'w>(world: &'w TestApp, town: &str, source: &str) -> &'w Layout {
    let profile = world.cooperative.towns.iter().find(|profile| profile.code == code(town)).unwrap();
    &profile.sources.iter().find(|(code, _)| code.as_str() == source).unwrap().1.layout
}

fn row(person: &Identity) -> EncodeRow {
    let mut row = EncodeRow::default();
    row.persons.push((RoleId::Person, person.clone()));
    row
}

fn text(text: &str) -> Datum {
    Datum::Present(Value::Text(text.to_owned()))
}
