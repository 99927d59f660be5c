//! Who is found by what, who is not, and what cannot be asked.

use std::collections::HashMap;

use kernel::id::RequestId;
use kernel::id::{HouseholdId, RelationId, StaffId};
use kernel::{Identity, Kin, Known};
use linkage::kinship::{Certainty, Ground, Relation, RelationKind};

use super::*;
use crate::people::Registered;

type Given = &'static [(&'static str, &'static str)];

/// Fictional people: `氏|名|シ|メイ|birth|address|household and 続柄`.
const TOWN: &[&str] = &[
    "中村|花|ナカムラ|ハナ|2015-04-01|想像1番地|1 child",
    "中村|太郎|ナカムラ|タロウ|1985-05-05|想像1番地|1 head",
    "仲村|ゆうき|ナカムラ|ユーキ|2015|空想2番地|2 head",
    "大田|一|オオタ|ハジメ|2016-12-31|想像3番地|3 head",
    "松本|修|マツモト|オサム|2015-04|想像3番地|3 child",
    "NGUYEN|AN|||2015-01-01|想像4番地|4 head",
];

fn identity(line: &str) -> (Identity, String, u128) {
    let parts: Vec<&str> = line.split('|').collect();
    let known =
        |text: &str| if text.is_empty() { Known::NOT_COLLECTED } else { Known::Present(text.to_owned()) };
    let (household, kin) = parts[6].split_once(' ').unwrap();
    let identity = Identity {
        family_name: known(parts[0]),
        given_name: known(parts[1]),
        family_kana: known(parts[2]),
        given_kana: known(parts[3]),
        birth_date: Known::Present(parts[4].parse().unwrap()),
        relation_to_head: Known::Present(vec![kin.parse::<Kin>().unwrap()]),
        ..Identity::default()
    };
    (identity, parts[5].to_owned(), household.parse().unwrap())
}

fn town() -> People {
    let mut registered = Registered::default();
    for line in TOWN {
        settle(&mut registered, line);
    }
    People::of(registered)
}

fn settle(registered: &mut Registered, line: &str) -> PersonId {
    let person = PersonId::new();
    let (identity, address, household) = identity(line);
    registered.add(person, Some(identity), Some(address));
    registered.join(person, HouseholdId::from_uuid(uuid::Uuid::from_u128(household)));
    person
}

fn ctx(code: &str) -> TownCtx {
    TownCtx {
        town: code.parse().unwrap(),
        staff: StaffId::new(),
        grants: [].into_iter().collect(),
        purpose: None,
        now: "2026-11-21T01:00:00Z".parse().unwrap(),
        request: RequestId::new(),
    }
}

fn asked(conditions: &[(&str, &str)]) -> Asked {
    let given: HashMap<&str, &str> = conditions.iter().copied().collect();
    let text = |name: &str| given.get(name).map(|value| (*value).to_owned());
    Asked {
        name: text("name"),
        birth_date: text("birth_date"),
        birth_year: text("birth_year"),
        grade: text("grade").map(|grade| grade.parse().unwrap()),
        town_block: text("town_block"),
        parent: text("parent"),
        number: text("number"),
    }
}

fn conditions<'a>(people: &'a People, search: &'a Search, hidden: HashSet<PersonId>) -> Conditions<'a> {
    Conditions {
        search,
        today: ctx("143669").today(),
        numbered: None,
        children: search.parent.as_ref().map(|parent| people.children_of(parent)),
        places: search.block.as_ref().map(|block| (people.search().places_in(block), hidden)),
    }
}

/// 名 of those found, in order.
fn found(people: &People, given: &[(&str, &str)]) -> Vec<String> {
    let search = Search::read(&asked(given), &ctx("143669")).ok().unwrap();
    let page = people.page(&conditions(people, &search, HashSet::new()), None, 100).unwrap();
    page.rows.iter().map(|brief| brief.identity.given_name.value().unwrap().clone()).collect()
}

#[test]
fn a_child_is_found_by_what_is_known_of_it() {
    let people = town();
    let cases: &[(Given, &[&str])] = &[
        (&[], &["一", "太郎", "花", "ゆうき", "修", "AN"]),
        (&[("name", "なかむ")], &["太郎", "花", "ゆうき"]),
        (&[("name", "ﾅｶﾑﾗ")], &["太郎", "花", "ゆうき"]),
        (&[("name", "nakamur")], &["太郎", "花", "ゆうき"]),
        (&[("name", "なかむら は")], &["花"]),
        (&[("name", "なかむらは")], &["花"]),
        (&[("name", "はな なかむら")], &["花"]),
        (&[("name", "hana nakamura")], &["花"]),
        (&[("name", "はな")], &["花"]),
        (&[("name", "ゆうき")], &["ゆうき"]),
        (&[("name", "おーた")], &["一"]),
        (&[("name", "まつもとおさ")], &["修"]),
        (&[("name", "中村")], &["太郎", "花"]),
        (&[("name", "仲村ゆ")], &["ゆうき"]),
        (&[("name", "中村 はな")], &["花"]),
        (&[("name", "nguy")], &["AN"]),
        (&[("name", "なかや")], &[]),
        (&[("name", "なかむら"), ("birth_year", "2015")], &["花", "ゆうき"]),
        (&[("name", "な"), ("birth_year", "H27")], &["花", "ゆうき"]),
        (&[("birth_date", "H27.4.1")], &["花", "ゆうき", "修"]),
        (&[("birth_date", "2015-04-02")], &["ゆうき", "修"]),
        (&[("grade", "elementary_6")], &["花", "ゆうき", "修", "AN"]),
        (&[("grade", "elementary_4")], &["一"]),
        (&[("town_block", "想像")], &["一", "太郎", "花", "修", "AN"]),
        (&[("town_block", "想像１"), ("name", "なかむら")], &["太郎", "花"]),
        (&[("parent", "なかむら たろう")], &["花"]),
        (&[("parent", "たろう"), ("birth_year", "2015")], &["花"]),
        (&[("parent", "はな")], &[]),
    ];
    for (given, names) in cases {
        assert_eq!(found(&people, given), *names, "{given:?}");
    }
}

#[test]
fn a_child_is_found_by_a_parent_who_lives_elsewhere_where_people_recorded_it() {
    let mut registered = Registered::default();
    let persons: Vec<PersonId> = TOWN.iter().map(|line| settle(&mut registered, line)).collect();
    let told = Relation {
        from: persons[3],
        to: persons[2],
        kind: RelationKind::Parent,
        certainty: Certainty::Certain,
        evidence: Ground::Koseki,
        recorded: Some(RelationId::new()),
    };
    for person in [told.from, told.to] {
        registered.recorded.insert(person, vec![(told, ctx("143669").now)]);
    }
    let people = People::of(registered);
    assert_eq!(found(&people, &[("parent", "おおた")]), ["ゆうき", "修"], "one elsewhere, one beside");
    assert_eq!(found(&town(), &[("parent", "おおた")]), ["修"]);
}

#[test]
fn whose_whereabouts_are_hidden_is_not_found_by_them() {
    let people = town();
    let search = Search::read(&asked(&[("town_block", "想像1")]), &ctx("143669")).ok().unwrap();
    let everybody = people.page(&conditions(&people, &search, HashSet::new()), None, 10).unwrap();
    let hidden = everybody.rows[0].id;
    let page = people.page(&conditions(&people, &search, HashSet::from([hidden])), None, 10).unwrap();
    assert_eq!((everybody.rows.len(), page.rows.len()), (2, 1));
    assert_ne!(page.rows[0].id, hidden);
}

#[test]
fn a_walk_gives_everybody_once_and_a_cursor_serves_one_search_of_one_town() {
    let people = town();
    let read = |given: &[(&str, &str)], town| Search::read(&asked(given), &ctx(town)).ok().unwrap();
    let search = read(&[("name", "なかむ")], "143669");
    let (mut walked, mut cursor) = (Vec::new(), None);
    loop {
        let page = people.page(&conditions(&people, &search, HashSet::new()), cursor, 2).unwrap();
        assert!(page.rows.len() <= 2);
        walked.extend(page.rows.iter().map(|brief| brief.id));
        cursor = page.next(&search);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((walked.len(), walked.iter().collect::<HashSet<_>>().len()), (3, 3));
    let first = people.page(&conditions(&people, &search, HashSet::new()), None, 1).unwrap().next(&search);
    let unknown = first.map(|cursor| PersonCursor { person: PersonId::new(), ..cursor });
    for (other, cursor) in [
        (read(&[("name", "なか")], "143669"), first),
        (read(&[], "143669"), first),
        (read(&[("name", "なかむ")], "143626"), first),
        (read(&[("name", "なかむ")], "143669"), unknown),
    ] {
        let refused = people.page(&conditions(&people, &other, HashSet::new()), cursor, 1).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidCursor);
    }
}

#[test]
fn what_cannot_be_searched_is_said_all_at_once() {
    let cases: &[(Given, &[(&str, Code)])] = &[
        (&[("name", "な")], &[("name", Code::NameTooShort)]),
        (&[("name", "k")], &[("name", Code::NameTooShort)]),
        (&[("name", "")], &[("name", Code::NameUnreadable)]),
        (&[("name", "★")], &[("name", Code::NameUnreadable)]),
        (&[("name", "123")], &[("name", Code::NameUnreadable)]),
        (&[("parent", "は"), ("name", "なか")], &[("parent", Code::NameTooShort)]),
        (&[("birth_date", "H27.2.30")], &[("birth_date", Code::BirthDateImpossible)]),
        (&[("birth_date", "R99.1.1")], &[("birth_date", Code::BirthDateImpossible)]),
        (&[("number", " 　")], &[("number", Code::InvalidValue)]),
        (&[("birth_year", "昨年")], &[("birth_year", Code::BirthDateUnreadable)]),
        (&[("town_block", " ")], &[("town_block", Code::InvalidValue)]),
        (
            &[("name", "★"), ("birth_date", "x")],
            &[("name", Code::NameUnreadable), ("birth_date", Code::BirthDateUnreadable)],
        ),
    ];
    for (given, expected) in cases {
        let faults = Search::read(&asked(given), &ctx("143669")).err().unwrap();
        let faults: Vec<(&str, Code)> = faults.iter().map(|(name, fault)| (*name, fault.code())).collect();
        assert_eq!(faults, *expected, "{given:?}");
    }
    assert!(Search::read(&asked(&[("name", "林")]), &ctx("143669")).is_ok(), "one kanji is a whole name");
}
