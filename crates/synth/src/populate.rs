//! Fills a town with households: who lives with whom, how the register states it, who came and went.

use chrono::{Datelike, Days, NaiveDate};
use kernel::{Kin, ResidentStatus, Sex, TownCode};

use crate::chance::Chance;
use crate::name::{FAMILY, FEMALE, MALE, Name, PLACES};
use crate::person::{Household, HouseholdKind, Person, Population};

/// How often each kind of household occurs, of 120: about 8 % single parents and 7 % grandparents as
/// head among those of the register, so that every case of 続柄 occurs in a small town too.
const KINDS: [(u32, HouseholdKind); 8] = [
    (36, HouseholdKind::Alone),
    (24, HouseholdKind::Couple),
    (34, HouseholdKind::Family),
    (10, HouseholdKind::SingleParent),
    (8, HouseholdKind::GrandparentHead),
    (3, HouseholdKind::WorkingAway),
    (3, HouseholdKind::SplitRegister),
    (2, HouseholdKind::WithRelatives),
];

/// Where people come from who come from outside: 小田原市, 秦野市, 南足柄市.
const ELSEWHERE: [&str; 3] = ["142069", "142115", "142174"];

/// Makes one town's people.
pub(crate) struct Maker {
    pub(crate) chance: Chance,
    pub(crate) as_of: NaiveDate,
    pub(crate) population: Population,
    members: Vec<String>,
}

impl Maker {
    /// A town with nobody in it; `members` are the codes of the cooperative's towns, between which
    /// people move.
    pub(crate) fn new(seed: u64, as_of: NaiveDate, town: TownCode, members: &[TownCode]) -> Self {
        let others = members.iter().filter(|other| **other != town).map(ToString::to_string);
        Self {
            chance: Chance::new(seed, &format!("{town}/people")),
            as_of,
            population: Population { town, people: Vec::new(), households: Vec::new() },
            members: others.chain(ELSEWHERE.map(str::to_owned)).collect(),
        }
    }

    /// Adds households until at least `size` people live in the town.
    pub(crate) fn fill(&mut self, size: usize) {
        while self.population.people.len() < size {
            match self.chance.weighted(&KINDS, HouseholdKind::Alone) {
                HouseholdKind::Alone => self.alone(),
                HouseholdKind::Couple => self.couple(),
                HouseholdKind::Family => self.family(),
                HouseholdKind::SingleParent => self.single_parent(),
                HouseholdKind::GrandparentHead => self.grandparent_head(),
                HouseholdKind::WorkingAway => self.working_away(),
                HouseholdKind::SplitRegister => self.split_register(),
                HouseholdKind::WithRelatives => self.with_relatives(),
            }
        }
    }

    fn alone(&mut self) {
        let home = self.household(HouseholdKind::Alone);
        let (family, sex) = (self.family_name(), self.sex());
        let birth = self.aged(19, 94);
        self.person(home, family, sex, birth, &[Kin::Head]);
        self.arrivals_and_departures(home);
    }

    fn couple(&mut self) {
        let home = self.household(HouseholdKind::Couple);
        let family = self.family_name();
        let birth = self.aged(25, 88);
        let head = self.person(home, family, Sex::Male, birth, &[Kin::Head]);
        let birth = self.near(birth, 6);
        let spouse = if self.chance.percent(4) { Kin::UnregisteredSpouse } else { Kin::Spouse };
        let other = self.person(home, family, Sex::Female, birth, &[spouse]);
        if self.chance.percent(2) {
            self.of(head).status = ResidentStatus::Deceased;
            self.of(other).relation = vec![Kin::Head];
        }
        self.arrivals_and_departures(home);
    }

    fn family(&mut self) {
        let home = self.household(HouseholdKind::Family);
        let family = self.family_name();
        let eldest = self.chance.number(0, 19);
        let birth = self.parent_birth(eldest);
        let head = if self.chance.percent(90) { Sex::Male } else { Sex::Female };
        let one = self.person(home, family, head, birth, &[Kin::Head]);
        let birth = self.near(birth, 6);
        let two = self.person(home, family, opposite(head), birth, &[Kin::Spouse]);
        self.children(home, family, eldest, &[Kin::Child], &[one, two]);
        self.arrivals_and_departures(home);
    }

    fn single_parent(&mut self) {
        let home = self.household(HouseholdKind::SingleParent);
        let family = self.family_name();
        let eldest = self.chance.number(1, 18);
        let birth = self.parent_birth(eldest);
        let sex = if self.chance.percent(87) { Sex::Female } else { Sex::Male };
        let parent = self.person(home, family, sex, birth, &[Kin::Head]);
        self.children(home, family, eldest, &[Kin::Child], &[parent]);
        self.set_single_parent(home);
        self.arrivals_and_departures(home);
    }

    /// A grandfather as head, his child or his child and the spouse, their children; an uncle in the
    /// house makes it impossible to read from the 続柄 who is whose parent.
    fn grandparent_head(&mut self) {
        let home = self.household(HouseholdKind::GrandparentHead);
        let family = self.family_name();
        let eldest = self.chance.number(0, 18);
        let birth = self.parent_birth(eldest);
        let old = birth.checked_sub_days(Days::new(28 * 365)).unwrap_or(birth);
        self.person(home, family, Sex::Male, old, &[Kin::Head]);
        if self.chance.percent(60) {
            let birth = self.near(old, 5);
            self.person(home, family, Sex::Female, birth, &[Kin::Spouse]);
        }
        let mut parents = Vec::new();
        if self.chance.percent(45) {
            parents.push(self.person(home, family, Sex::Male, birth, &[Kin::Child]));
            let birth = self.near(birth, 5);
            parents.push(self.person(home, family, Sex::Female, birth, &[Kin::Child, Kin::Spouse]));
        } else {
            parents.push(self.person(home, family, Sex::Female, birth, &[Kin::Child]));
            self.set_single_parent(home);
        }
        self.children(home, family, eldest, &[Kin::Child, Kin::Child], &parents);
        if self.chance.percent(40) {
            let birth = self.near(birth, 7);
            self.person(home, family, Sex::Male, birth, &[Kin::Child]);
        }
        self.arrivals_and_departures(home);
    }

    /// 単身赴任: the father's row says 転出; the household looks like a mother and her children.
    fn working_away(&mut self) {
        let home = self.household(HouseholdKind::WorkingAway);
        let family = self.family_name();
        let eldest = self.chance.number(3, 18);
        let birth = self.parent_birth(eldest);
        let father = self.person(home, family, Sex::Male, birth, &[Kin::Head]);
        let left = self.chance.day_before(self.as_of, 20, 900);
        let away = self.of(father);
        (away.status, away.moved_out_on) = (ResidentStatus::MovedOut, Some(left));
        let birth = self.near(birth, 6);
        let mother = self.person(home, family, Sex::Female, birth, &[Kin::Head]);
        self.children(home, family, eldest, &[Kin::Child], &[father, mother]);
    }

    /// 世帯分離: one family, one address, two registered households.
    fn split_register(&mut self) {
        let home = self.household(HouseholdKind::SplitRegister);
        let family = self.family_name();
        let eldest = self.chance.number(0, 18);
        let birth = self.parent_birth(eldest);
        let mother = self.person(home, family, Sex::Female, birth, &[Kin::Head]);
        let other = self.household(HouseholdKind::SplitRegister);
        let home_of = self.population.households.get(home).cloned();
        if let (Some(home_of), Some(other)) = (home_of, self.population.households.get_mut(other)) {
            (other.address, other.postal_code) = (home_of.address, home_of.postal_code);
        }
        let birth = self.near(birth, 6);
        let father = self.person(other, family, Sex::Male, birth, &[Kin::Head]);
        self.children(home, family, eldest, &[Kin::Child], &[mother, father]);
    }

    fn with_relatives(&mut self) {
        let home = self.household(HouseholdKind::WithRelatives);
        let family = self.family_name();
        let eldest = self.chance.number(4, 18);
        let (birth, sex) = (self.parent_birth(eldest), self.sex());
        self.person(home, family, sex, birth, &[Kin::Head]);
        self.children(home, family, eldest, &[Kin::Sibling, Kin::Child], &[]);
        self.arrivals_and_departures(home);
    }

    fn children(&mut self, home: usize, family: Name, eldest: u32, relation: &[Kin], parents: &[usize]) {
        let mut age = eldest;
        for _ in 0..self.chance.weighted(&[(45, 1), (40, 2), (15, 3)], 1) {
            let (birth, sex) = (self.aged(age, age.saturating_add(1)), self.sex());
            let child = self.person(home, family, sex, birth, relation);
            self.of(child).parents = parents.to_vec();
            match age.checked_sub(self.chance.number(2, 5)) {
                Some(younger) => age = younger,
                None => break,
            }
        }
    }

    /// Some households came within the last year, some left.
    fn arrivals_and_departures(&mut self, home: usize) {
        if self.chance.permille(45) {
            let since = self.chance.day_before(self.as_of, 5, 360);
            let from = self.chance.pick(&self.members).cloned();
            for person in
                self.population.people.iter_mut().rev().take_while(|person| person.household == home)
            {
                if person.birth < since {
                    (person.since, person.moved_in_from) = (since, from.clone());
                }
            }
        } else if self.chance.permille(15) {
            let left = self.chance.day_before(self.as_of, 5, 360);
            for person in
                self.population.people.iter_mut().rev().take_while(|person| person.household == home)
            {
                if person.since < left && person.status == ResidentStatus::Resident {
                    (person.status, person.moved_out_on) = (ResidentStatus::MovedOut, Some(left));
                }
            }
        }
    }

    /// Adds a household and gives its place.
    pub(crate) fn household(&mut self, kind: HouseholdKind) -> usize {
        let at = self.population.households.len();
        let place = self.chance.pick(&PLACES).copied().unwrap_or_default();
        let (block, house) = (self.chance.number(1, 60), self.chance.number(1, 30));
        self.population.households.push(Household {
            number: format!("{:010}", 500_000 + 7 * at),
            kind,
            single_parent: false,
            // No post office has numbers that begin with 000.
            postal_code: format!("000{:04}", self.chance.number(1, 900)),
            address: format!("{place}{block}番地{house}"),
        });
        at
    }

    /// Adds a person and gives its place.
    pub(crate) fn person(
        &mut self,
        home: usize,
        family: Name,
        sex: Sex,
        birth: NaiveDate,
        relation: &[Kin],
    ) -> usize {
        let at = self.population.people.len();
        let names = if sex == Sex::Male { &MALE } else { &FEMALE };
        let given = self.chance.pick(names).copied().unwrap_or(FEMALE[0]);
        let since = self.chance.day_before(self.as_of, 400, 9000).max(birth);
        // No exchange has numbers of this form.
        let phone = self
            .chance
            .percent(60)
            .then(|| format!("000-00{:02}-{:04}", at % 100, self.chance.number(0, 10_000)));
        self.population.people.push(Person {
            number: format!("{:010}", 1_000_000 + 3 * at),
            household: home,
            family,
            given,
            sex,
            birth,
            relation: relation.to_vec(),
            status: ResidentStatus::Resident,
            since,
            moved_out_on: None,
            moved_in_from: None,
            phone,
            parents: Vec::new(),
            pupil: None,
        });
        at
    }

    pub(crate) fn set_single_parent(&mut self, home: usize) {
        if let Some(household) = self.population.households.get_mut(home) {
            household.single_parent = true;
        }
    }

    /// The person at a place that [`person`](Self::person) gave.
    #[expect(clippy::indexing_slicing, reason = "places come from `person` and nobody is ever taken out")]
    pub(crate) fn of(&mut self, at: usize) -> &mut Person {
        &mut self.population.people[at]
    }

    fn family_name(&mut self) -> Name {
        self.chance.pick(&FAMILY).copied().unwrap_or(FAMILY[0])
    }

    fn sex(&mut self) -> Sex {
        if self.chance.percent(50) { Sex::Male } else { Sex::Female }
    }

    /// A birth date of somebody at least `low` and under `high` years old.
    fn aged(&mut self, low: u32, high: u32) -> NaiveDate {
        let age = self.chance.number(low, high);
        let days = self.chance.number(0, 365);
        let year = self.as_of.year().saturating_sub(i32::try_from(age).unwrap_or_default());
        let birthday = NaiveDate::from_ymd_opt(year, self.as_of.month(), self.as_of.day().min(28));
        birthday.and_then(|day| day.checked_sub_days(Days::new(u64::from(days)))).unwrap_or(self.as_of)
    }

    /// A birth date up to `years` before or after another.
    fn near(&mut self, birth: NaiveDate, years: u32) -> NaiveDate {
        let earliest = birth.checked_sub_days(Days::new(u64::from(years) * 365)).unwrap_or(birth);
        earliest.checked_add_days(Days::new(u64::from(self.chance.number(0, years * 730)))).unwrap_or(birth)
    }

    fn parent_birth(&mut self, eldest: u32) -> NaiveDate {
        let older = self.chance.number(22, 40);
        self.aged(eldest.saturating_add(older), eldest.saturating_add(older).saturating_add(1))
    }
}

fn opposite(sex: Sex) -> Sex {
    if sex == Sex::Male { Sex::Female } else { Sex::Male }
}
