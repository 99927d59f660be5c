//! Puts a row's cells together: persons, times, observations, key.

use chrono::NaiveDate;
use kernel::{Absence, Code, Identity, Known, Observation, When};
use smallvec::SmallVec;

use crate::cell::Cell;
use crate::convert::split_name;
use crate::layout::{Layout, ObservationPlan, Part, RecordPart, RoleId, Seen, WhenPlan};
use crate::row::{Operation, Persons, RecordTime};

/// Steps of a 続柄 in several columns.
type Steps = [Option<Cell>; 4];

/// The values of one row, as far as read.
pub(super) struct Assembly {
    identities: SmallVec<[Identity; 1]>,
    present: SmallVec<[bool; 6]>,
    steps: SmallVec<[Option<Steps>; 1]>,
    pub record: RecordTime,
    pub operation: Operation,
    pub locals: Vec<Cell>,
}

impl Assembly {
    pub fn new(layout: &Layout) -> Self {
        let roles = layout.roles.len();
        Self {
            identities: (0..roles).map(|_| Identity::default()).collect(),
            present: (0..roles).map(|role| role == 0).collect(),
            steps: (0..roles).map(|_| None).collect(),
            record: RecordTime::default(),
            operation: Operation::default(),
            locals: Vec::with_capacity(layout.locals.len()),
        }
    }

    /// Takes the value of a person's part; `stated` when it came from the file.
    pub fn person(&mut self, role: usize, part: Part, cell: Cell, stated: bool) {
        if let Some(present) = self.present.get_mut(role) {
            *present |= stated && cell.is_present();
        }
        if let Some(step) = part.relation_step() {
            let Some(steps) = self.steps.get_mut(role) else { return };
            if let Some(slot) = steps.get_or_insert_with(Steps::default).get_mut(step) {
                *slot = Some(cell);
            }
        } else if let Some(identity) = self.identities.get_mut(role) {
            assign(identity, part, cell);
        }
    }

    /// Takes a time of the record, or what it does.
    pub fn time(&mut self, part: RecordPart, cell: &Cell) {
        match (part, cell) {
            (RecordPart::At, Cell::Date(date)) => self.record.at = Some(*date),
            (RecordPart::From, Cell::Date(date)) => self.record.from = Some(*date),
            (RecordPart::Until, Cell::Date(date)) => self.record.until = Some(*date),
            (RecordPart::Month, Cell::Month(month)) => self.record.month = Some(*month),
            (RecordPart::Operation, Cell::Operation(operation)) => self.operation = *operation,
            _ => {}
        }
    }

    /// Joins the steps of each 続柄.
    ///
    /// # Errors
    /// The role and step where a 続柄 goes on after it has ended.
    pub fn join_steps(&mut self) -> Result<(), (usize, usize)> {
        for (role, (steps, identity)) in self.steps.iter_mut().zip(&mut self.identities).enumerate() {
            if let Some(steps) = steps.take() {
                identity.relation_to_head = relation(steps).map_err(|step| (role, step))?;
            }
        }
        Ok(())
    }

    /// The observations, of the roles the row speaks of. Nearly every local is observed once, its text goes on
    /// and is not copied; `again` says of each plan whether a later one sees the same.
    pub fn observations(
        &mut self,
        layout: &Layout,
        as_of: NaiveDate,
        again: &[bool],
    ) -> Vec<(RoleId, Observation)> {
        let mut seen = Vec::with_capacity(layout.observations.len());
        for (plan, again) in layout.observations.iter().zip(again) {
            seen.extend(self.observation(layout, plan, as_of, *again));
        }
        seen
    }

    /// Of each plan of a layout whether a later one sees the same.
    pub fn again(layout: &Layout) -> Vec<bool> {
        let later = |n: usize, plan: &ObservationPlan| {
            layout.observations.iter().skip(n + 1).any(|later| later.seen == plan.seen)
        };
        layout.observations.iter().enumerate().map(|(n, plan)| later(n, plan)).collect()
    }

    fn observation(
        &mut self,
        layout: &Layout,
        plan: &ObservationPlan,
        as_of: NaiveDate,
        again: bool,
    ) -> Option<(RoleId, Observation)> {
        self.present.get(plan.role).copied().filter(|present| *present)?;
        let when = self.when(plan.when, as_of)?;
        let datum = match &plan.seen {
            Seen::Local(local) if again => self.locals.get(*local)?.clone().datum(),
            Seen::Local(local) => {
                let cell = self.locals.get_mut(*local)?;
                std::mem::replace(cell, Cell::Absent(Absence::NotCollected)).datum()
            }
            Seen::Constant(datum) => datum.clone(),
        };
        Some((*layout.roles.get(plan.role)?, Observation { item: plan.item.clone(), datum, when }))
    }

    fn when(&self, plan: WhenPlan, as_of: NaiveDate) -> Option<When> {
        Some(match plan {
            WhenPlan::AsOf => When::AsOf(as_of),
            WhenPlan::At(part) => When::At(self.day(part)?),
            WhenPlan::Month { plus } => {
                When::Month((0..plus).fold(self.record.month?, |month, _| month.next()))
            }
            WhenPlan::Period { from, until } => When::Period {
                from: from.and_then(|part| self.day(part)),
                until: until.and_then(|part| self.day(part)),
            },
        })
    }

    const fn day(&self, part: RecordPart) -> Option<kernel::date::PartialDate> {
        match part {
            RecordPart::At => self.record.at,
            RecordPart::From => self.record.from,
            RecordPart::Until => self.record.until,
            RecordPart::Month | RecordPart::Operation => None,
        }
    }

    /// The persons the row speaks of.
    pub fn persons(self, layout: &Layout) -> Persons {
        let roles = layout.roles.iter().copied().zip(self.identities).zip(self.present);
        roles.filter(|(_, present)| *present).map(|(person, _)| person).collect()
    }
}

/// One 続柄 from its steps. `not_applicable` says that there is no further step; a step absent for any
/// other reason leaves the whole unknown, for that reason.
fn relation(steps: Steps) -> Result<Known<Vec<kernel::Kin>>, usize> {
    let (mut kin, mut ended) = (Vec::new(), false);
    for (n, step) in steps.into_iter().enumerate() {
        match step {
            None => {}
            Some(Cell::Kin(_)) if ended => return Err(n),
            Some(Cell::Kin(step)) => kin.extend(step),
            Some(Cell::Absent(Absence::NotApplicable)) if n > 0 => ended = true,
            Some(other) => return Ok(Known::Absent(other.reason())),
        }
    }
    Ok(Known::Present(kin))
}

/// The code of a row whose 続柄 has a gap.
pub(super) const GAP: Code = Code::PatternMismatch;

fn assign(identity: &mut Identity, part: Part, cell: Cell) {
    match part {
        Part::LocalId => identity.local_id = cell.text(),
        Part::Name => (identity.family_name, identity.given_name) = halves(cell),
        Part::FamilyName => identity.family_name = cell.text(),
        Part::GivenName => identity.given_name = cell.text(),
        Part::Kana => (identity.family_kana, identity.given_kana) = halves(cell),
        Part::FamilyKana => identity.family_kana = cell.text(),
        Part::GivenKana => identity.given_kana = cell.text(),
        Part::BirthDate => identity.birth_date = cell.date(),
        Part::Sex => {
            identity.sex = match cell {
                Cell::Sex(sex) => Known::Present(sex),
                other => Known::Absent(other.reason()),
            }
        }
        Part::HouseholdNo => identity.household_no = cell.text(),
        Part::RelationToHead => {
            identity.relation_to_head = match cell {
                Cell::Kin(steps) => Known::Present(steps),
                other => Known::Absent(other.reason()),
            }
        }
        Part::PostalCode => identity.postal_code = cell.text(),
        Part::Address => identity.address = cell.text(),
        Part::Phone => identity.phone = cell.text(),
        Part::Status => {
            identity.status = match cell {
                Cell::Status(status) => Known::Present(status),
                other => Known::Absent(other.reason()),
            }
        }
        Part::ResidentSince => identity.resident_since = cell.date(),
        Part::MovedOutOn => identity.moved_out_on = cell.date(),
        Part::MovedInFrom => identity.moved_in_from = cell.text(),
        // Steps of a 続柄 are joined once all are read.
        Part::Relation1 | Part::Relation2 | Part::Relation3 | Part::Relation4 => {}
    }
}

/// 氏 and 名 of one cell. Where no blank tells them apart, all of it stands as 氏 and 名 is unreadable.
fn halves(cell: Cell) -> (Known<String>, Known<String>) {
    match cell.text() {
        Known::Absent(reason) => (Known::Absent(reason), Known::Absent(reason)),
        Known::Present(whole) => match split_name(&whole) {
            (_, None) => (Known::Present(whole), Known::Absent(Absence::Unreadable)),
            (family, Some(given)) => (Known::Present(family.to_owned()), Known::Present(given.to_owned())),
        },
    }
}
