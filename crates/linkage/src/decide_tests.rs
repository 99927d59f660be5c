//! Who a record is, case by case. All people are fictional.

use kernel::id::PersonId;

use crate::people::{identity, person};
use crate::{Decision, Field, HumanDecisions, Key, Outcome, PeopleIndex, QueueReason, Reason, Rule, decide};

const TOWN: [&str; 13] = [
    /* 1 */ "髙橋 花|タカハシ ハナ|2019-04-01|f",
    /* 2 */ "佐藤 優希|サトウ ユウキ|2015-05-12|m",
    /* 3 */ "佐藤 勇気|サトウ ユウキ|2015-05-12|m",
    /* 4 */ "渡邊 翔|ワタナベ ショウ|2012-11-03|m",
    /* 5 */ "渡邊 航|ワタナベ ワタル|2012-11-03|m",
    /* 6 */ "山本 結|ヤマモト ユイ|2010-02|f",
    /* 7 */ "鈴木 蓮|スズキ レン|2014-07-08|m",
    /* 8 */ "伊藤|イトウ|2020-01-05|",
    /* 9 */ "中村 葵|ナカムラ アオイ|2013-09-09|f",
    /* 10 */ "中村 葵|ナカムラ アオイ|2011-01-01|m",
    /* 11 */ "小林 〓子|コバヤシ ケイコ|1980-03-03|f",
    /* 12 */ "加藤 大翔|カトウ ヒロト|2016-06-06|m",
    /* 13 */ "加藤 大翔|カトウ タイガ|2016-06-06|m",
];

fn town() -> PeopleIndex {
    let people: Vec<_> = TOWN.iter().map(|line| identity(line)).collect();
    PeopleIndex::build((1..).map(person).zip(&people))
}

fn run(line: &str, key: Key, human: &HumanDecisions) -> Decision {
    decide(&identity(line), key, &town(), human)
}

/// The shape of a decision: rule or reason, with the persons' numbers and their reasons.
fn shape(decision: &Decision) -> String {
    let number = |person: &PersonId| person.uuid().as_u128();
    match decision {
        Decision::Linked { person, rule, .. } => format!("{rule:?} {}", number(person)),
        Decision::Queue { why, candidates } => {
            let each = candidates.iter().map(|c| format!(" {}{:?}", number(&c.person), c.reasons));
            format!("{why:?}{}", each.collect::<String>())
        }
        Decision::Unknown => "Unknown".into(),
    }
}

#[test]
fn without_a_number() {
    for (record, expected) in [
        ("|ﾀｶﾊｼ ﾊﾅ|2019-04-01|f", "KanaAndBirth 1"),
        ("|タカハシハナ|2019-04-01|", "KanaAndBirth 1"),
        ("高橋 花|タカハシ ハナ|2019-04-01|o", "KanaAndBirth 1"),
        ("〓橋 花|タカハシ ハナ|2019-04-01|f", "KanaAndBirth 1"),
        ("高橋|タカハシ ハナ|2019-04-01|f", "KanaAndBirth 1"),
        ("髙橋 花|タカハシ ハナ|2019-04-01|m", "Contradiction 1[KanaAndBirth, SexDiffers]"),
        ("高梁 花|タカハシ ハナ|2019-04-01|f", "Contradiction 1[KanaAndBirth, NameDiffers]"),
        ("|サトウ ユウキ|2015-05-12|m", "Several 2[KanaAndBirth] 3[KanaAndBirth]"),
        ("佐藤 勇気|サトウ ユウキ|2015-05-12|m", "Several 3[KanaAndBirth] 2[KanaAndBirth, NameDiffers]"),
        ("渡辺 翔||2012-11-03|m", "Partial 4[VariantNameAndBirth]"),
        ("渡邊 翔||2012-11-03|", "Partial 4[NameAndBirth]"),
        ("渡邊 翔||2012-11-03|f", "Partial 4[NameAndBirth, SexDiffers]"),
        ("渡邊||2012-11-03|", "Partial 4[PartOfNameAndBirth] 5[PartOfNameAndBirth]"),
        ("渡邊 歩|ワタナベ アユム|2012-11-03|m", "Unknown"),
        ("|ヤマモト ユイ|2010-02-14|f", "Partial 6[NameAndPartialBirth]"),
        ("|ヤマモト ユイ|2010-02|f", "Partial 6[NameAndPartialBirth]"),
        ("|ヤマモト ユイ|2010-03-14|f", "Unknown"),
        ("|スズキ レン|2014-08-07|m", "Partial 7[NameAndSwappedBirth]"),
        ("|スズキ レン|2014-07-09|m", "Partial 7[NameAndNearBirth]"),
        ("|スズキ レン|2013-07-09|m", "Unknown"),
        ("田中 蓮|タナカ レン|2014-07-08|m", "Partial 7[PartOfNameAndBirth]"),
        ("|イトウ|2020-01-05|", "Contradiction 8[KanaAndBirth, GivenNameUnknown]"),
        ("中村 葵|ナカムラ アオイ||", "Partial 9[NameOnly] 10[NameOnly]"),
        ("小林 恵子||1980-03-03|f", "Partial 11[VariantNameAndBirth]"),
        ("小林 〓子||1980-03-03|f", "Partial 11[VariantNameAndBirth]"),
        ("|コバヤシ 〓イコ|1980-03-03|f", "Unknown"),
        ("加藤 大翔|カトウ ヒロト|2016-06-06|m", "KanaAndBirth 12"),
        ("森 光|モリ ヒカル|2000-01-01|f", "Unknown"),
        ("|||", "Unknown"),
    ] {
        assert_eq!(shape(&run(record, Key::None, &HumanDecisions::none())), expected, "{record}");
    }
}

#[test]
fn with_a_number() {
    let found = |number| Key::Found(person(number));
    for (record, key, expected) in [
        ("髙橋 花|タカハシ ハナ|2019-04-01|f", found(1), "Key 1"),
        ("|||", found(1), "Key 1"),
        ("森 花|モリ ハナ|2019-04-01|f", found(1), "Key 1"),
        ("髙橋 花||2001-12-31|", found(1), "Key 1"),
        ("森 光|モリ ヒカル||", found(1), "Key 1"),
        ("森 光|モリ ヒカル|2000-01-01|f", found(1), "KeyContradicted 1[SameKey, NameDiffers, BirthDiffers]"),
        (
            "鈴木 蓮|スズキ レン|2014-07-08|m",
            found(1),
            "KeyContradicted 1[SameKey, NameDiffers, BirthDiffers, SexDiffers] 7[KanaAndBirth]",
        ),
        (
            "渡邊 航|ワタナベ ワタル|2012-11-03|m",
            found(4),
            "KeyPointsElsewhere 4[SameKey, NameDiffers] 5[KanaAndBirth]",
        ),
        ("|スズキ レン|2014-07-08|m", found(99), "KeyUnverified 99[SameKey] 7[KanaAndBirth]"),
        ("|スズキ レン|2014-07-08|m", Key::Unknown, "KeyUnknown 7[KanaAndBirth]"),
        ("森 光|モリ ヒカル|2000-01-01|f", Key::Unknown, "Unknown"),
    ] {
        assert_eq!(shape(&run(record, key, &HumanDecisions::none())), expected, "{record} {key:?}");
    }
}

#[test]
fn a_human_outranks_the_machine() {
    let none = HumanDecisions::none;
    let exact = "|スズキ レン|2014-07-08|m";
    for (record, key, human, expected) in [
        (exact, Key::None, none().must_link(person(1)), "Human 1"),
        (exact, Key::Found(person(7)), none().must_link(person(1)), "Human 1"),
        (exact, Key::None, none().must_link(person(99)), "Human 99"),
        (exact, Key::None, none().cannot_link(person(7)), "Unknown"),
        (exact, Key::Found(person(7)), none().cannot_link(person(7)), "Unknown"),
        (exact, Key::Found(person(1)), none().cannot_link(person(1)), "KeyRefused 7[KanaAndBirth]"),
        ("|サトウ ユウキ|2015-05-12|m", Key::None, none().cannot_link(person(2)), "KanaAndBirth 3"),
        (exact, Key::None, none().must_link(person(7)).cannot_link(person(7)), "Unknown"),
        (exact, Key::None, none().cannot_link(person(1)).must_link(person(1)), "Human 1"),
        (exact, Key::None, none().must_link(person(1)).must_link(person(2)), "Human 2"),
    ] {
        assert_eq!(shape(&run(record, key, &human)), expected, "{record} {key:?} {human:?}");
    }
}

#[test]
fn the_waterfall_names_every_field() {
    let decision = run("高橋 花|タカハシ ハナ|2019-04-01|", Key::None, &HumanDecisions::none());
    let Decision::Linked { comparisons, .. } = decision else { panic!("{decision:?}") };
    let lines: Vec<_> = comparisons.iter().map(|line| (line.field, line.outcome)).collect();
    assert_eq!(
        lines,
        [
            (Field::Key, Outcome::Absent),
            (Field::Kana, Outcome::Agree),
            (Field::Name, Outcome::Partly),
            (Field::BirthDate, Outcome::Agree),
            (Field::Sex, Outcome::Absent),
        ]
    );
}

#[test]
fn two_identities_of_one_person_are_one_candidate() {
    let (now, before) =
        (identity("森 花|モリ ハナ|2019-04-01|f"), identity("林 花|ハヤシ ハナ|2019-04-01|f"));
    let index = PeopleIndex::build([(person(1), &now), (person(1), &before)]);
    let record = identity("林 花|ハヤシ ハナ|2019-04-01|f");
    assert_eq!(shape(&decide(&record, Key::None, &index, &HumanDecisions::none())), "KanaAndBirth 1");
    let key = Key::Found(person(1));
    assert_eq!(shape(&decide(&record, key, &index, &HumanDecisions::none())), "Key 1");
}

#[test]
fn a_decision_leads_back_and_holds_no_value() {
    let decision = run("佐藤 勇気|サトウ ユウキ|2015-05-12|m", Key::None, &HumanDecisions::none());
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
    assert!(json.is_ascii() && !json.contains("2015"), "{json}");
}

#[test]
fn every_word_is_in_both_languages() {
    let words = [Rule::Human, Rule::Key, Rule::KanaAndBirth].map(Rule::words);
    for word in words.into_iter().chain([QueueReason::Several.words(), Reason::SexDiffers.words()]) {
        assert!(!word.ja.is_ascii() && word.en.is_ascii());
    }
}
