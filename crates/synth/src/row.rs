//! Builds one line of a file: everything the system behind the file knows. A town's layout takes what it
//! asks for and spells it its own way.

use chrono::NaiveDate;
use kernel::date::YearMonth;
use kernel::{Absence, Datum, Identity, Known, Value};
use layouts::{EncodeRow, RoleId};

use crate::person::{Household, Person};

/// One line being made.
#[derive(Clone, Default)]
pub(crate) struct Row {
    line: EncodeRow,
    /// What whoever wrote the line left out, where the layout lets them.
    pub left_out: LeftOut,
}

/// What a line does not say of whom it is about: a machine must not decide such a line alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum LeftOut {
    #[default]
    Nothing,
    /// The reading.
    Kana,
    /// The reading and the birth date.
    KanaAndBirth,
}

impl Row {
    /// The line as `layouts` writes it.
    pub(crate) const fn encoded(&self) -> &EncodeRow {
        &self.line
    }

    /// Takes the values of another line under other names: those of one month of several.
    pub(crate) fn add_month(&mut self, other: &Self, name: impl Fn(&str) -> String) {
        let values = other.line.locals.iter().map(|(local, value)| (name(local), value.clone()));
        self.line.locals.extend(values);
    }

    /// Gives its own values other names.
    pub(crate) fn keep_months(&mut self, name: impl Fn(&str) -> String) {
        let values = std::mem::take(&mut self.line.locals);
        self.line.locals = values.into_iter().map(|(local, value)| (name(&local), value)).collect();
    }

    /// Adds somebody. `number` is the person's number in the system behind the file, when it knows one.
    pub(crate) fn who(mut self, role: RoleId, person: &Person, number: Option<String>) -> Self {
        self.line.persons.push((role, identity(person, number)));
        self
    }

    /// Adds somebody the town's register does not know.
    pub(crate) fn stranger(mut self, role: RoleId, identity: Identity) -> Self {
        self.line.persons.push((role, identity));
        self
    }

    /// Adds somebody with all that the resident register alone knows.
    pub(crate) fn registered(mut self, person: &Person, household: &Household) -> Self {
        let number = Some(person.number.clone());
        let known = Identity {
            household_no: Known::Present(household.number.clone()),
            relation_to_head: Known::Present(person.relation.clone()),
            postal_code: Known::Present(household.postal_code.clone()),
            address: Known::Present(household.address.clone()),
            status: Known::Present(person.status),
            resident_since: Known::Present(person.since.into()),
            moved_out_on: or(person.moved_out_on.map(Into::into), Absence::NotApplicable),
            moved_in_from: or(person.moved_in_from.clone(), Absence::NotApplicable),
            ..identity(person, number)
        };
        self.line.persons.push((RoleId::Person, known));
        self
    }

    /// Sets the day it happened.
    pub(crate) fn at(mut self, day: NaiveDate) -> Self {
        self.line.record.at = Some(day.into());
        self
    }

    /// Sets the month it is about.
    pub(crate) fn month(mut self, month: YearMonth) -> Self {
        self.line.record.month = Some(month);
        self
    }

    /// Sets the period; an end that has not come is open.
    pub(crate) fn period(mut self, from: NaiveDate, until: Option<NaiveDate>) -> Self {
        self.line.record.from = Some(from.into());
        self.line.record.until = until.map(Into::into);
        self
    }

    /// Sets a value of the record.
    pub(crate) fn value(mut self, name: &str, value: Value) -> Self {
        self.line.locals.insert(name.to_owned(), Datum::Present(value));
        self
    }

    /// Says that a value of the record is absent.
    pub(crate) fn absent(mut self, name: &str, reason: Absence) -> Self {
        self.line.locals.insert(name.to_owned(), Datum::Absent(reason));
        self
    }

    /// Sets a code of the cooperative's list.
    pub(crate) fn code(self, name: &str, code: &str) -> Self {
        self.value(name, Value::Code(code.to_owned()))
    }

    /// Sets text.
    pub(crate) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.value(name, Value::Text(text.into()))
    }
}

fn identity(person: &Person, number: Option<String>) -> Identity {
    Identity {
        local_id: or(number, Absence::NotCollected),
        family_name: Known::Present(person.family.kanji.to_owned()),
        given_name: Known::Present(person.given.kanji.to_owned()),
        family_kana: Known::Present(person.family.kana.to_owned()),
        given_kana: Known::Present(person.given.kana.to_owned()),
        birth_date: Known::Present(person.birth.into()),
        sex: Known::Present(person.sex),
        phone: or(person.phone.clone(), Absence::NotCollected),
        ..Identity::default()
    }
}

fn or<T>(value: Option<T>, reason: Absence) -> Known<T> {
    value.map_or(Known::Absent(reason), Known::Present)
}
