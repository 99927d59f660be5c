//! The made-up world, read back through the towns' own layouts: the same seed makes the same bytes,
//! every file reads as it says, and the demonstration's family is where its script looks for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use kernel::date::Grade;
use kernel::{Absence, Code, Datum, ResidentStatus, When};
use layouts::{DecodeOptions, Decoder, Outcome, RoleId};
use profiles::{Bundle, Cooperative, TownProfile};

use super::*;

fn cooperative() -> Cooperative {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenants");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    let told =
        |faults: Vec<kernel::Fault>| faults.iter().map(|f| f.detail(kernel::Lang::En)).collect::<Vec<_>>();
    Cooperative::read(&Bundle::new(files)).map_err(told).unwrap()
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

fn settings(residents: usize, seed: u64) -> Settings {
    let moves = Some(("kaisei".parse().unwrap(), "oi".parse().unwrap()));
    Settings { seed, residents, as_of: day("2026-11-20"), family_moves: moves }
}

/// So many residents of a town make every rare case likely.
const ENOUGH: usize = 600;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Reads a file as a load would, and counts what it finds.
fn read(town: &TownProfile, file: &SynthFile, mut each: impl FnMut(&layouts::Row<'_>)) -> Counts {
    let options = DecodeOptions::new(file.source.clone(), file.as_of);
    let mut decoder = Decoder::new(&town.sources[&file.source].layout, &options);
    let mut found = Counts::default();
    let mut take = |outcome: Outcome<'_>| {
        found.rows += 1;
        match outcome {
            Outcome::Row(row) => each(&row),
            Outcome::Reject(reject) => *found.rejects.entry(reject.reasons[0].code()).or_default() += 1,
        }
    };
    decoder.push(&file.bytes, &mut take).unwrap();
    decoder.finish(&mut take).unwrap();
    found
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    let cooperative = cooperative();
    let make = |seed| {
        let synth = Synth::new(settings(800, seed), &cooperative);
        cooperative.towns.iter().map(|town| synth.files(town.code).unwrap()).collect::<Vec<_>>()
    };
    assert!(make(7) == make(7));
    assert!(make(7) != make(8));
}

#[test]
fn every_file_reads_as_it_says() {
    let cooperative = cooperative();
    let synth = Synth::new(settings(6000, 1), &cooperative);
    let mut codes = std::collections::BTreeSet::new();
    for town in &cooperative.towns {
        let files = synth.files(town.code).unwrap();
        let sources: Vec<_> = files.iter().map(|file| file.source.clone()).collect();
        assert_eq!(sources, town.sources.keys().cloned().collect::<Vec<_>>(), "{}", town.name);
        for file in &files {
            let found = read(town, file, |_| {});
            assert_eq!(found, file.expected, "{} {}", town.name, file.source);
            codes.extend(found.rejects.into_keys());
        }
    }
    for code in [Code::EraBounds, Code::ImpossibleDate, Code::CodeUnmapped, Code::BlankUndeclared] {
        assert!(codes.contains(&code), "{code}");
    }
}

#[test]
fn every_reason_a_town_declares_occurs_somewhere() {
    let cooperative = cooperative();
    let synth = Synth::new(settings(6_000, 1), &cooperative);
    let mut seen = std::collections::BTreeSet::new();
    for town in &cooperative.towns {
        for file in synth.files(town.code).unwrap() {
            read(town, &file, |row| {
                for (_, observation) in &row.observations {
                    seen.extend(observation.datum.absence());
                }
                seen.extend(row.persons.iter().filter_map(|(_, identity)| identity.phone.absence()));
            });
        }
    }
    for reason in [
        Absence::NotCollected,
        Absence::NotApplicable,
        Absence::HeldElsewhere,
        Absence::Declined,
        Absence::NotShared,
    ] {
        assert!(seen.contains(&reason), "{reason}");
    }
}

#[test]
fn residents_are_spread_by_population() {
    let cooperative = cooperative();
    let synth = Synth::new(settings(20_000, 1), &cooperative);
    let truth = synth.truth();
    let (training, members): (Vec<_>, Vec<_>) = cooperative.towns.iter().partition(|town| town.training);
    let trained: usize = training.iter().map(|town| town.population as usize).sum();
    for residents in [0, 1, 7, 999, 20_000] {
        assert_eq!(world::spread(residents, &cooperative.towns).iter().sum::<usize>(), residents + trained);
    }
    let total: u32 = members.iter().map(|town| town.population).sum();
    let shares = members.iter().map(|town| (town, 20_000 * town.population as usize / total as usize));
    for (town, share) in shares.chain(training.iter().map(|town| (town, town.population as usize))) {
        let made = truth.towns[&town.code].people.len();
        // The last household may overshoot by its members.
        assert!((share..share + 10).contains(&made), "{}: {made} for {share}", town.name);
    }
}

#[test]
fn a_training_town_is_the_same_in_every_world() {
    let cooperative = cooperative();
    let [one, other] = [settings(800, 1), settings(3000, 2)].map(|world| Synth::new(world, &cooperative));
    let mut towns = 0;
    for town in cooperative.towns.iter().filter(|town| town.training) {
        assert!(one.files(town.code).unwrap() == other.files(town.code).unwrap(), "{}", town.name);
        let from = town.code.to_string();
        let truth = other.truth();
        let mut people = truth.towns.values().flat_map(|town| &town.people);
        assert!(people.all(|person| person.moved_in_from.as_ref() != Some(&from)), "nobody comes from it");
        towns += 1;
    }
    assert_eq!(towns, 1);
}

#[test]
fn every_kind_of_household_occurs() {
    let cooperative = cooperative();
    let synth = Synth::new(settings(20_000, 1), &cooperative);
    let truth = synth.truth();
    let households: Vec<_> = truth.towns.values().flat_map(|town| &town.households).collect();
    let share = |kind| households.iter().filter(|home| home.kind == kind).count() * 100 / households.len();
    assert!((6..=10).contains(&share(HouseholdKind::SingleParent)));
    assert!((5..=9).contains(&share(HouseholdKind::GrandparentHead)));
    assert!(share(HouseholdKind::WorkingAway) > 0);
    assert!(share(HouseholdKind::SplitRegister) > 0);
    for town in truth.towns.values() {
        assert!(
            town.people.iter().all(|person| person.birth <= person.since),
            "nobody lives here before birth"
        );
        let parents = town.people.iter().flat_map(|child| child.parents.iter().map(move |at| (child, *at)));
        assert!(parents.clone().count() > 0);
        for (child, at) in parents {
            let years = child.birth.years_since(town.people[at].birth).unwrap_or(0);
            assert!((14..=60).contains(&years), "a parent is {years} years older");
        }
    }
}

#[test]
fn the_family_stands_in_both_towns() {
    let cooperative = cooperative();
    let settings = settings(3000, 1);
    let on = settings.as_of;
    let synth = Synth::new(settings, &cooperative);
    let truth = synth.truth();
    let ((from, here), (to, there)) = (truth.leaves.unwrap(), truth.arrives.unwrap());
    assert_eq!((from.to_string(), to.to_string()), ("143669".to_owned(), "143626".to_owned()));
    let child = truth.person(from, here.child).unwrap();
    assert_eq!(child.grade(on), Grade::Elementary(4));
    assert_eq!(truth.person(from, here.younger).unwrap().grade(on), Grade::Preschool);
    let moved = truth.person(to, there.child).unwrap();
    assert_eq!((child.full_kana(), child.birth), (moved.full_kana(), moved.birth));
    assert_eq!((moved.moved_in_from.as_deref(), moved.status), (Some("143669"), ResidentStatus::Resident));
    let (old, new) = (child.number.clone(), moved.number.clone());
    let (name, birth) = (child.full_name(), child.birth);
    let in_town = |code| {
        let town = cooperative.town(code).unwrap();
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for file in synth.files(code).unwrap() {
            read(town, &file, |row| {
                for (role, identity) in &row.persons {
                    let it = identity.full_name().as_deref() == Some(name.as_str())
                        && identity.birth_date.value() == Some(&birth.into());
                    if it && *role == RoleId::Person {
                        *found.entry(file.source.to_string()).or_default() += 1;
                    }
                }
            });
        }
        found
    };
    let left = in_town(from);
    assert_eq!(left.get("single_parent_medical"), Some(&1), "{left:?}");
    assert_eq!(left.get("attendance"), Some(&7), "{left:?}");
    let consultations =
        left.keys().filter(|source| source.starts_with("consult") || source.starts_with("co")).count();
    assert_eq!(consultations, 0, "{left:?}");
    let arrived = in_town(to);
    assert_eq!(arrived.keys().collect::<Vec<_>>(), ["resident_register", "school_register"], "{arrived:?}");
    assert!(!old.is_empty() && !new.is_empty());
}

#[test]
fn schools_know_no_town_number_and_some_children_share_name_and_birth_date() {
    let cooperative = cooperative();
    let synth = Synth::new(settings(20_000, 1), &cooperative);
    let truth = synth.truth();
    for town in &cooperative.towns {
        let people = &truth.towns[&town.code].people;
        let mut alike: BTreeMap<_, u32> = BTreeMap::new();
        for person in people.iter().filter(|person| person.pupil.is_some()) {
            *alike.entry((person.full_kana(), person.birth)).or_default() += 1;
        }
        assert!(alike.values().any(|count| *count == 2), "{}: nobody is ambiguous", town.name);
        let numbers: std::collections::BTreeSet<_> =
            people.iter().map(|person| person.number.as_str()).collect();
        assert_eq!(numbers.len(), people.len());
        assert_eq!(town.sources[&"attendance".parse().unwrap()].layout.system, "gakuseki");
    }
}

#[test]
fn august_has_no_class_and_one_protection_has_run_out() {
    let cooperative = cooperative();
    let synth = Synth::new(settings(20_000, 1), &cooperative);
    let asked = ["attendance", "protection_list"];
    for town in &cooperative.towns {
        let enough = synth.truth().towns[&town.code].people.len() >= ENOUGH;
        let mut august = 0;
        let mut past = 0;
        let mut measures = 0;
        let files = synth.files(town.code).unwrap();
        for file in files.iter().filter(|file| asked.contains(&file.source.as_str())) {
            read(town, file, |row| {
                for (_, observation) in &row.observations {
                    let in_august = matches!(&observation.when, When::Month(month) if month.month() == 8);
                    if in_august && observation.item.as_str() == "attendance.class_days" {
                        august += 1;
                        assert!(
                            !matches!(observation.datum, Datum::Present(kernel::Value::Int(days)) if days != 0)
                        );
                    }
                    if observation.item.as_str() == "protection.measure" {
                        measures += 1;
                        past += u32::from(!observation.when.covers(day("2026-11-20")));
                    }
                }
            });
        }
        let measured = !enough || (measures > past && past >= 2);
        assert!(august > 0 && measured, "{}: {august} {measures} {past}", town.name);
    }
}
