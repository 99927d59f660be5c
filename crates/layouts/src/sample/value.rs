//! What one field of one row says.

use chrono::{Days, Months, NaiveDate};
use kernel::date::{PartialDate, YearMonth};
use kernel::{Absence, Identity, Known};

use crate::cell::Cell;
use crate::convert::Converter;
use crate::layout::{Field, Gather, Kind, Layout, Part, RecordPart, Target};

/// 氏 and 名, as written and as read. Nobody is called so.
const PEOPLE: [[&str; 4]; 6] = [
    ["架空", "花子", "カクウ", "ハナコ"],
    ["想像", "太郎", "ソウゾウ", "タロウ"],
    ["仮名", "次郎", "カメイ", "ジロウ"],
    ["見本", "桃子", "ミホン", "モモコ"],
    ["例示", "三郎", "レイジ", "サブロウ"],
    ["試行", "桜", "シコウ", "サクラ"],
];

/// One field of row `n`; `tried` values have been refused before.
pub(super) struct Made<'l> {
    pub layout: &'l Layout,
    pub field: &'l Field,
    pub as_of: NaiveDate,
    pub n: usize,
    pub tried: usize,
    /// Whether it says why it has no value, where it can.
    pub says_nothing: bool,
}

impl Made<'_> {
    /// The value, or the reason for none.
    pub fn cell(&self) -> Cell {
        if let Some(reason) = self.absence() {
            return Cell::Absent(reason);
        }
        let nth = self.n + self.tried;
        match &self.field.kind {
            Kind::Text { digits, pad } => Cell::Text(self.text_of(*digits, *pad)),
            Kind::Kana { .. } => Cell::Text(self.person()[2].to_owned()),
            Kind::Int { range, .. } => {
                let low = range.map_or(1, |(low, _)| low);
                Cell::Int(low.saturating_add(i64::try_from(nth).unwrap_or(0)))
            }
            Kind::Date { .. } => Cell::Date(self.date()),
            Kind::Month { .. } => Cell::Month(self.month()),
            Kind::Code { .. } | Kind::Bool { list: Some(_), .. } => self.code(nth),
            Kind::Bool { list: None, .. } => Cell::Bool(nth.is_multiple_of(2)),
        }
    }

    /// The value as the file's name has it.
    pub fn text(&self) -> Option<String> {
        let at = self.layout.fields.iter().position(|field| field.to == self.field.to)?;
        Converter::new(self.layout, self.as_of).write(at, self.field, &self.cell())
    }

    /// In the last row each field without need of a value says why it has none, one reason after the other; in
    /// the others what has not happened yet has not, and what no value fits has none.
    fn absence(&self) -> Option<Absence> {
        let reasons = &self.field.missing;
        let ends =
            matches!(self.field.to, Target::Record(RecordPart::Until) | Target::Person(_, Part::MovedOutOn));
        if self.says_nothing || (ends && self.n != 1) || self.tried > 6 {
            return reasons.get((self.n + self.tried) % reasons.len().max(1)).map(|sentinel| sentinel.reason);
        }
        None
    }

    fn person(&self) -> [&'static str; 4] {
        PEOPLE.get(self.n % PEOPLE.len()).copied().unwrap_or_default()
    }

    /// A text: a number where it must be one, and otherwise what the part of a person asks for. One that its
    /// field has no room for is tried again shorter.
    fn text_of(&self, digits: Option<(usize, usize)>, pad: usize) -> String {
        let number = self.n + 1;
        if digits.is_some() || pad > 0 {
            let width = digits.map_or(pad, |(_, most)| most);
            let width = if matches!(self.field.to, Target::Person(_, Part::MovedInFrom)) { 0 } else { width };
            return match width {
                // 練習町, which exists nowhere.
                0 => "149993".to_owned(),
                width => format!("{number:0>width$}"),
            };
        }
        let [family, given, ..] = self.person();
        let long = match &self.field.to {
            Target::Person(_, Part::FamilyName | Part::Name) => family.to_owned(),
            Target::Person(_, Part::GivenName) => given.to_owned(),
            Target::Person(_, Part::PostalCode) => format!("000-{number:04}"),
            Target::Person(_, Part::Address) => format!("架空一丁目{number}番地"),
            Target::Person(_, Part::Phone) => format!("000-0000-{number:04}"),
            Target::Person(_, Part::LocalId | Part::HouseholdNo) => format!("{number:07}"),
            Target::Local(name) if name.ends_with("no") || name.ends_with("id") => format!("T{number:05}"),
            _ => format!("架空の記録 {number}"),
        };
        match self.tried {
            0 => long,
            1 => format!("T{number:05}"),
            2 => format!("T{number}"),
            _ => number.to_string(),
        }
    }

    /// A day: of birth over the years of school, of anything else in the months before the export.
    fn date(&self) -> PartialDate {
        let n = u32::try_from(self.n).unwrap_or(0);
        let day = match self.field.to {
            Target::Person(_, Part::BirthDate) => self.as_of.checked_sub_months(Months::new(80 + 13 * n)),
            Target::Person(_, Part::ResidentSince) => self.as_of.checked_sub_months(Months::new(24 + n)),
            Target::Record(RecordPart::From) => self.as_of.checked_sub_months(Months::new(6 + n)),
            _ => self.as_of.checked_sub_days(Days::new(u64::from(3 + 5 * n))),
        };
        day.unwrap_or(self.as_of).into()
    }

    /// The month before the export, or the last that the layout takes a record to begin with.
    fn month(&self) -> YearMonth {
        let Gather::Period { always: Some(always), .. } = self.field.gather else {
            return YearMonth::of(self.as_of).prev();
        };
        let months = std::iter::successors(Some(YearMonth::of(self.as_of)), |month| Some(month.prev()));
        months.take(12).find(|month| month.month() == always).unwrap_or(YearMonth::of(self.as_of))
    }

    /// A code of the list, by the day of the export.
    fn code(&self, nth: usize) -> Cell {
        let (list, typing) = match self.field.kind {
            Kind::Code { list, typing, .. } => (Some(list), typing),
            Kind::Bool { list, .. } => (list, crate::layout::Typing::Bool),
            _ => (None, crate::layout::Typing::Plain),
        };
        let entries = list.and_then(|list| self.layout.codes.get(list)).map(|codes| &codes.list.entries);
        let valid: Vec<_> =
            entries.into_iter().flatten().filter(|entry| entry.is_valid_on(self.as_of)).collect();
        let entry = valid.get(nth % valid.len().max(1));
        let cell = entry.and_then(|entry| typing.read(&entry.target).ok());
        // A 続柄 in several columns is one step here; the rest has its own word for "no further".
        match (cell, &self.field.to) {
            (Some(Cell::Kin(mut steps)), Target::Person(_, part)) if part.relation_step().is_some() => {
                steps.truncate(1);
                Cell::Kin(steps)
            }
            (Some(cell), _) => cell,
            (None, _) => Cell::Absent(Absence::NotCollected),
        }
    }
}

/// Puts a value where its part of a person is. `role` keeps the numbers of several persons in a row apart.
pub(super) fn of_part(identity: &mut Identity, part: Part, made: &Made<'_>, role: usize) {
    let cell = made.cell();
    let [family, given, family_kana, given_kana] = made.person();
    let name = |whole: &str| -> Known<String> {
        match &cell {
            Cell::Absent(reason) => Known::Absent(*reason),
            Cell::Text(text) if made.tried > 0 => Known::Present(text.clone()),
            _ => Known::Present(whole.to_owned()),
        }
    };
    match part {
        Part::Name => (identity.family_name, identity.given_name) = (name(family), name(given)),
        Part::FamilyName => identity.family_name = name(family),
        Part::GivenName => identity.given_name = name(given),
        Part::Kana => (identity.family_kana, identity.given_kana) = (name(family_kana), name(given_kana)),
        Part::FamilyKana => identity.family_kana = name(family_kana),
        Part::GivenKana => identity.given_kana = name(given_kana),
        Part::LocalId => identity.local_id = numbered(cell, role),
        Part::BirthDate => identity.birth_date = cell.date(),
        Part::HouseholdNo => identity.household_no = cell.text(),
        Part::PostalCode => identity.postal_code = cell.text(),
        Part::Address => identity.address = cell.text(),
        Part::Phone => identity.phone = cell.text(),
        Part::ResidentSince => identity.resident_since = cell.date(),
        Part::MovedOutOn => identity.moved_out_on = cell.date(),
        Part::MovedInFrom => identity.moved_in_from = cell.text(),
        Part::Sex => {
            identity.sex = match cell {
                Cell::Sex(sex) => Known::Present(sex),
                other => Known::Absent(other.reason()),
            }
        }
        Part::Status => {
            identity.status = match cell {
                Cell::Status(status) => Known::Present(status),
                other => Known::Absent(other.reason()),
            }
        }
        Part::RelationToHead | Part::Relation1 => {
            identity.relation_to_head = match cell {
                Cell::Kin(steps) => Known::Present(steps),
                other => Known::Absent(other.reason()),
            }
        }
        // Further steps follow from the first.
        Part::Relation2 | Part::Relation3 | Part::Relation4 => {}
    }
}

/// A number of its own for each person of a row: the first digit tells which.
fn numbered(cell: Cell, role: usize) -> Known<String> {
    match cell.text() {
        Known::Present(number) if role > 0 && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            let rest = number.get(1..).unwrap_or_default();
            Known::Present(format!("{role}{rest}"))
        }
        other => other,
    }
}
