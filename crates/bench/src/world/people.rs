//! The fictional residents of the benchmarks, and the files that a town's systems would export about
//! them. Names are of `synth`'s lists; nobody here exists.

use anyhow::Context;
use chrono::{Days, NaiveDate};
use kernel::{Absence, Datum, Identity, Kin, Known, ResidentStatus, Sex, Value};
use layouts::{EncodeRow, Encoder, Layout, Operation, RecordTime, RoleId};
use synth::name::{FAMILY, FEMALE, MALE, Name};

use crate::random::Random;

/// Who lives together, in turn: a mother with three children, a couple, a family, somebody alone.
const HOUSEHOLDS: [&[Kin]; 4] = [
    &[Kin::Head, Kin::Child, Kin::Child, Kin::Child],
    &[Kin::Head, Kin::Spouse],
    &[Kin::Head, Kin::Spouse, Kin::Child, Kin::Child],
    &[Kin::Head],
];

/// One resident.
#[derive(Debug, Clone)]
pub struct Resident {
    /// 宛名番号.
    pub number: String,
    household: usize,
    kin: Kin,
    family: Name,
    given: Name,
    sex: Sex,
    birth: NaiveDate,
    since: NaiveDate,
    phone: bool,
    moved_in: bool,
}

/// Everybody, household by household, and the mothers with three children among them.
#[derive(Debug)]
pub struct People {
    /// Everybody.
    pub residents: Vec<Resident>,
    /// Of each mother with three children, the places of the four.
    pub families: Vec<[usize; 4]>,
    as_of: NaiveDate,
}

impl People {
    /// At least so many residents, as of a day. The same every time.
    ///
    /// # Errors
    /// When the lists of names are empty.
    pub fn new(count: usize, as_of: NaiveDate) -> anyhow::Result<Self> {
        let mut people = Self { residents: Vec::with_capacity(count + 4), families: Vec::new(), as_of };
        let mut random = Random::new(20_261_121);
        let mut household = 0;
        while people.residents.len() < count {
            people.move_in(&mut random, household)?;
            household += 1;
        }
        people.residents.truncate(count);
        people.families.retain(|family| family.iter().all(|place| *place < count));
        Ok(people)
    }

    fn move_in(&mut self, random: &mut Random, household: usize) -> anyhow::Result<()> {
        let kind = household % HOUSEHOLDS.len();
        let first = self.residents.len();
        let family = *random.pick(&FAMILY).context("there is no family name")?;
        for kin in HOUSEHOLDS.get(kind).copied().unwrap_or_default() {
            let woman = if *kin == Kin::Head && kind == 0 { true } else { random.percent(50) };
            let given =
                *random.pick(if woman { &FEMALE } else { &MALE }).context("there is no given name")?;
            let days = match kin {
                Kin::Child => random.below(17 * 365),
                _ => 20 * 365 + random.below(45 * 365),
            };
            let birth = before(self.as_of, days + 1);
            self.residents.push(Resident {
                number: format!("{:010}", self.residents.len() + 1),
                household,
                kin: *kin,
                family,
                given,
                sex: if woman { Sex::Female } else { Sex::Male },
                birth,
                since: before(self.as_of, random.below(days + 1)),
                phone: random.percent(70),
                moved_in: random.percent(30),
            });
        }
        if kind == 0 {
            self.families.push([first, first + 1, first + 2, first + 3]);
        }
        Ok(())
    }

    /// The resident register.
    ///
    /// # Errors
    /// When the layout has no spelling for something.
    pub fn register(&self, layout: &Layout) -> anyhow::Result<Vec<u8>> {
        let rows = self.residents.iter().enumerate().map(|(place, resident)| resident.registered(place));
        self.written(layout, rows)
    }

    /// One record of each of these residents.
    ///
    /// # Errors
    /// When the layout has no spelling for something.
    pub fn records(&self, layout: &Layout, places: impl Iterator<Item = usize>) -> anyhow::Result<Vec<u8>> {
        let rows = places.filter_map(|place| self.residents.get(place));
        self.written(layout, rows.map(|resident| resident.recorded(before(self.as_of, 20))))
    }

    /// So many records of each of the first residents, a day apart.
    ///
    /// # Errors
    /// When the layout has no spelling for something.
    pub fn many_records(&self, layout: &Layout, residents: usize, each: usize) -> anyhow::Result<Vec<u8>> {
        let of = self.residents.iter().take(residents);
        let rows =
            of.flat_map(|resident| (1..=each).map(move |days| resident.recorded(before(self.as_of, days))));
        self.written(layout, rows)
    }

    fn written(&self, layout: &Layout, rows: impl Iterator<Item = EncodeRow>) -> anyhow::Result<Vec<u8>> {
        let mut encoder = Encoder::new(layout, self.as_of);
        for row in rows {
            encoder.push(&row)?;
        }
        Ok(encoder.finish()?)
    }
}

impl Resident {
    /// A record of this day.
    fn recorded(&self, at: NaiveDate) -> EncodeRow {
        let identity = Identity { local_id: Known::Present(self.number.clone()), ..Identity::default() };
        let record = RecordTime { at: Some(at.into()), ..RecordTime::default() };
        EncodeRow {
            persons: [(RoleId::Person, identity)].into_iter().collect(),
            record,
            ..EncodeRow::default()
        }
    }

    fn registered(&self, place: usize) -> EncodeRow {
        let present = |text: &str| Known::Present(text.to_owned());
        let or = |known: bool, text: String, reason: Absence| {
            if known { Known::Present(text) } else { Known::Absent(reason) }
        };
        let identity = Identity {
            local_id: Known::Present(self.number.clone()),
            family_name: present(self.family.kanji),
            given_name: present(self.given.kanji),
            family_kana: present(self.family.kana),
            given_kana: present(self.given.kana),
            birth_date: Known::Present(self.birth.into()),
            sex: Known::Present(self.sex),
            household_no: Known::Present(format!("{:010}", self.household + 1)),
            relation_to_head: Known::Present(vec![self.kin]),
            postal_code: Known::Present(format!("{:07}", 2_580_000 + self.household % 90)),
            address: Known::Present(format!(
                "架空{}番地{}",
                self.household % 3_000 + 1,
                self.household % 17 + 1
            )),
            phone: or(
                self.phone,
                format!("000-{:04}-{:04}", place / 10_000, place % 10_000),
                Absence::NotCollected,
            ),
            status: Known::Present(ResidentStatus::Resident),
            resident_since: Known::Present(self.since.into()),
            moved_out_on: Known::Absent(Absence::NotApplicable),
            moved_in_from: or(self.moved_in, "142069".to_owned(), Absence::NotApplicable),
        };
        let reason = if self.moved_in { "moved_in" } else { "birth" };
        let locals = [("change_reason".to_owned(), Datum::Present(Value::Code(reason.to_owned())))];
        EncodeRow {
            persons: [(RoleId::Person, identity)].into_iter().collect(),
            record: RecordTime::default(),
            operation: Operation::default(),
            locals: locals.into_iter().collect(),
        }
    }
}

fn before(day: NaiveDate, days: usize) -> NaiveDate {
    let days = Days::new(u64::try_from(days).unwrap_or_default());
    day.checked_sub_days(days).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use layouts::{DecodeOptions, Decoder, Outcome};

    use super::super::profile;
    use super::*;

    #[test]
    fn every_line_of_the_files_is_read_back() {
        let cooperative = profile::checked(&profile::bundle()).unwrap();
        let town = cooperative.towns.first().unwrap();
        let as_of: NaiveDate = "2026-11-20".parse().unwrap();
        let people = People::new(500, as_of).unwrap();
        assert_eq!((people.residents.len(), people.families.len()), (500, 46));
        for source in ["resident_register", "protection_list", "consult_nurse"] {
            let (code, source) = town.sources.iter().find(|(code, _)| code.as_str() == source).unwrap();
            let bytes = match code.as_str() {
                "resident_register" => people.register(&source.layout).unwrap(),
                _ => people.records(&source.layout, 0..500).unwrap(),
            };
            let options = DecodeOptions::new(code.clone(), as_of);
            let mut decoder = Decoder::new(&source.layout, &options);
            let mut rejects = Vec::new();
            let mut out = |outcome: Outcome<'_>| {
                if let Outcome::Reject(reject) = outcome {
                    rejects.extend(reject.reasons);
                }
            };
            decoder.push(&bytes, &mut out).unwrap();
            assert_eq!(decoder.finish(&mut out).unwrap().accepted, 500);
            assert_eq!(rejects, Vec::new());
        }
    }
}
