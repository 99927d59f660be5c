//! The whole made-up world: every town's people, and who among them is who.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::TownCode;
use kernel::slug::TownSlug;
use profiles::{Cooperative, School, TownProfile};

use crate::chance::Chance;
use crate::family::{self, Family};
use crate::person::{Person, Population};
use crate::populate::Maker;
use crate::register::{self, SynthFile, Unspelt};
use crate::school;

/// What to make.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The same seed makes the same bytes. A training town does not ask: exercises count on its people.
    pub seed: u64,
    /// Residents of all members together, spread by population. A training town has its own number
    /// besides.
    pub residents: usize,
    /// The day on which every system exports.
    pub as_of: NaiveDate,
    /// The towns between which the demonstration's family moves: from, to.
    pub family_moves: Option<(TownSlug, TownSlug)>,
}

/// Where the demonstration's family stands in a town.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stay {
    /// In the town they leave, where the records are.
    Settled,
    /// In the town they have just come to.
    JustArrived,
}

/// One town as it is made.
pub(crate) struct Town {
    pub as_of: NaiveDate,
    pub population: Population,
    pub schools: Vec<School>,
    pub family: Option<(Family, Stay)>,
}

impl Town {
    /// Where the demonstration's family stands here, if this person belongs to it.
    pub(crate) fn stay_of(&self, person: &Person) -> Option<Stay> {
        let (family, stay) = self.family?;
        let mother = self.population.people.get(family.mother)?;
        (mother.household == person.household).then_some(stay)
    }

    /// The same for a household.
    pub(crate) fn family_among(&self, members: &[(usize, &Person)]) -> Option<Stay> {
        members.first().and_then(|(_, person)| self.stay_of(person))
    }
}

/// The made-up world. Every person in it is invented; a likeness to anyone is chance.
pub struct Synth<'c> {
    settings: Settings,
    cooperative: &'c Cooperative,
    towns: BTreeMap<TownCode, Town>,
}

impl<'c> Synth<'c> {
    /// Makes every town's people.
    #[must_use]
    pub fn new(settings: Settings, cooperative: &'c Cooperative) -> Self {
        let members = cooperative.towns.iter().filter(|town| !town.training);
        let codes: Vec<_> = members.map(|town| town.code).collect();
        let sizes = spread(settings.residents, &cooperative.towns);
        let towns = cooperative
            .towns
            .iter()
            .zip(sizes)
            .map(|(town, size)| (town.code, make(&settings, town, size, &codes, cooperative)))
            .collect();
        Self { settings, cooperative, towns }
    }

    /// The files of one town's systems, one for each source of its profile that this crate knows; none
    /// for a town that is not a member.
    ///
    /// # Errors
    /// When a layout has no spelling for what the system behind the file knows: the layout needs a look.
    pub fn files(&self, town: TownCode) -> Result<Vec<SynthFile>, Unspelt> {
        let profile = self.cooperative.towns.iter().find(|profile| profile.code == town);
        let (Some(profile), Some(made)) = (profile, self.towns.get(&town)) else { return Ok(Vec::new()) };
        profile
            .sources
            .iter()
            .filter_map(|(code, source)| {
                register::file(seed_of(&self.settings, profile), made, profile, code, source).transpose()
            })
            .collect()
    }

    /// Who is who, for tests and for the demonstration's script.
    #[must_use]
    pub fn truth(&self) -> Truth<'_> {
        let towns = self.towns.iter().map(|(code, town)| (*code, &town.population)).collect();
        let family = |stay| {
            self.towns.iter().find_map(|(code, town)| match town.family {
                Some((family, at)) if at == stay => Some((*code, family)),
                _ => None,
            })
        };
        Truth { towns, leaves: family(Stay::Settled), arrives: family(Stay::JustArrived) }
    }
}

/// Who is who.
pub struct Truth<'s> {
    /// Every town's people.
    pub towns: BTreeMap<TownCode, &'s Population>,
    /// The demonstration's family in the town they leave.
    pub leaves: Option<(TownCode, Family)>,
    /// The same people, under new numbers, in the town they have come to.
    pub arrives: Option<(TownCode, Family)>,
}

impl Truth<'_> {
    /// A person by place.
    #[must_use]
    pub fn person(&self, town: TownCode, at: usize) -> Option<&Person> {
        self.towns.get(&town)?.people.get(at)
    }
}

fn make(
    settings: &Settings,
    profile: &TownProfile,
    size: usize,
    codes: &[TownCode],
    all: &Cooperative,
) -> Town {
    let seed = seed_of(settings, profile);
    let mut maker = Maker::new(seed, settings.as_of, profile.code, codes);
    let code_of = |slug: &TownSlug| all.towns.iter().find(|town| town.slug == *slug).map(|town| town.code);
    let family = settings.family_moves.as_ref().and_then(|(from, to)| {
        if profile.slug == *from {
            Some((family::add(&mut maker, None), Stay::Settled))
        } else if profile.slug == *to {
            Some((family::add(&mut maker, code_of(from)), Stay::JustArrived))
        } else {
            None
        }
    });
    maker.fill(size);
    let mut population = maker.population;
    let mut chance = Chance::new(seed, &format!("{}/school", profile.code));
    school::enrol(&mut population, &profile.schools, settings.as_of, &mut chance);
    let family_home =
        family.and_then(|(family, _)| population.people.get(family.mother)).map(|p| p.household);
    school::make_homonyms(&mut population, size.div_ceil(1500).min(3), settings.as_of, family_home);
    Town { as_of: settings.as_of, population, schools: profile.schools.clone(), family }
}

/// The seed of a town's people and files.
const fn seed_of(settings: &Settings, profile: &TownProfile) -> u64 {
    if profile.training { 0 } else { settings.seed }
}

/// Residents of each town: of members by population, the largest remainders rounded up; of a training
/// town its own number.
pub(crate) fn spread(residents: usize, towns: &[TownProfile]) -> Vec<usize> {
    let weight = |town: &TownProfile| if town.training { 0 } else { population(town) };
    let total: usize = towns.iter().map(weight).sum::<usize>().max(1);
    let share = |town: &TownProfile| residents.saturating_mul(weight(town));
    let mut sizes: Vec<_> = towns.iter().map(|town| share(town) / total).collect();
    let mut by_remainder: Vec<_> = (0..towns.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(towns.get(*at).map_or(0, |town| share(town) % total)));
    let short = residents.saturating_sub(sizes.iter().sum());
    for at in by_remainder.into_iter().take(short) {
        if let Some(size) = sizes.get_mut(at) {
            *size += 1;
        }
    }
    for (size, town) in sizes.iter_mut().zip(towns).filter(|(_, town)| town.training) {
        *size = population(town);
    }
    sizes
}

fn population(town: &TownProfile) -> usize {
    usize::try_from(town.population).unwrap_or(usize::MAX)
}
