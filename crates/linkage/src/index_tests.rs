//! Who is found by reading and day, and who is not.

use crate::people::{identity, person};

use super::*;

fn town() -> Vec<(PersonId, Identity)> {
    [
        "髙橋 花|タカハシ ハナ|2019-04-01|f",
        "高橋 華|タカハシ ハナ|2019-04-01|m",
        "高橋 花|タカハシ ハナ|2019-04-02|f",
        "佐藤 一|サトウ ハジメ|2019-04|m",
        "佐藤 一|サトウ ハジメ||",
        "|||",
    ]
    .iter()
    .zip(1..)
    .map(|(line, number)| (person(number), identity(line)))
    .collect()
}

fn build(people: &[(PersonId, Identity)]) -> PeopleIndex {
    PeopleIndex::build(people.iter().map(|(id, identity)| (*id, identity)))
}

#[test]
fn a_tuple_finds_by_reading_and_day_and_no_other_sex() {
    let index = build(&town());
    let find = |line| index.find(&MatchTuple::of(&identity(line)).unwrap());
    assert_eq!(find("|ﾀｶﾊｼ ﾊﾅ|2019-04-01|f"), [person(1)]);
    assert_eq!(find("|タカハシ ハナ|2019-04-01|"), [person(1), person(2)]);
    assert_eq!(find("|タカハシ ハナ|2019-04-01|o"), [person(1), person(2)]);
    assert_eq!(find("|タカハシ ハナ|2019-04-03|f"), []);
    assert_eq!(find("|サトウ ハジメ|2019-04-01|m"), [], "a partly known date is no day");
}

#[test]
fn a_name_finds_by_variant_and_day() {
    let index = build(&town());
    let day = "2019-04-01".parse().unwrap();
    assert_eq!(index.find_by_name(day, "高橋 花"), [person(1)]);
    assert_eq!(index.find_by_name(day, "髙橋　華"), [person(2)]);
    assert_eq!(index.find_by_name(day, ""), []);
}

#[test]
fn keys_and_persons_are_found_in_place() {
    let index = build(&town());
    let who = |places: Vec<usize>| {
        let mut who: Vec<_> = places.into_iter().map(|place| index.at(place).unwrap().0).collect();
        who.sort();
        who
    };
    assert_eq!(who(index.with_kana("サトウハジメ").collect()), [person(4), person(5)]);
    assert_eq!(who(index.with_loose("高橋花").collect()), [person(1), person(3)]);
    assert_eq!(who(index.of_person(person(6)).collect()), [person(6)]);
    assert_eq!(who(index.of_person(person(7)).collect()), []);
    assert_eq!(index.len(), 6);
    assert_eq!(format!("{index:?}"), "PeopleIndex(6)");
}

#[test]
fn nobody_is_no_index() {
    let index = build(&[]);
    assert!(index.is_empty());
    assert_eq!(index.find_by_name("2019-04-01".parse().unwrap(), "高橋"), []);
}

#[test]
fn wiping_leaves_no_key_date_or_sex() {
    let mut index = build(&town());
    index.zeroize();
    assert!(index.text.is_empty());
    assert!(index.entries.iter().all(|entry| entry.facts == Facts::default()));
    assert_eq!(index.find_by_name("2019-04-01".parse().unwrap(), "高橋花"), []);
}
