//! What holds for every record and every town: a human's word stands, and the order of the
//! people changes nothing.

use proptest::prelude::*;

use crate::people::{identity, person};
use crate::{Decision, HumanDecisions, Key, PeopleIndex, Rule, decide, verified};

/// People from so small a world that many share name, reading or birth date.
fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["高橋 花", "髙橋 花", "高橋", "森 花", "〓橋 花", ""]);
    let kana = prop::sample::select(vec!["タカハシ ハナ", "ﾀｶﾊｼ ﾊﾅ", "タカハシ", "モリ ハナ", ""]);
    let birth = prop::sample::select(vec!["2019-04-01", "2019-01-04", "2019-04-02", "2019-04", "2019", ""]);
    let sex = prop::sample::select(vec!["m", "f", "o", ""]);
    (name, kana, birth, sex).prop_map(|(name, kana, birth, sex)| format!("{name}|{kana}|{birth}|{sex}"))
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        Just(Key::None),
        Just(Key::Unknown),
        (1..8_u128).prop_map(|number| Key::Found(person(number)))
    ]
}

proptest! {
    #[test]
    fn a_human_is_never_overridden(
        town in prop::collection::vec(line(), 0..8),
        record in line(),
        key in key(),
        must in prop::option::of(1..8_u128),
        cannot in prop::collection::btree_set(1..8_u128, 0..4),
    ) {
        let people: Vec<_> = town.iter().map(|line| identity(line)).collect();
        let index = PeopleIndex::build((1..).map(person).zip(&people));
        let mut human = HumanDecisions::none();
        for number in &cannot {
            human = human.cannot_link(person(*number));
        }
        if let Some(number) = must {
            human = human.must_link(person(number));
        }
        let decision = decide(&identity(&record), key, &index, &human);
        match (&decision, must) {
            (Decision::Linked { person: linked, .. }, Some(number)) => prop_assert_eq!(*linked, person(number)),
            (_, Some(_)) => prop_assert!(false, "a human linked it: {:?}", decision),
            (Decision::Linked { person: linked, .. }, None) => prop_assert!(!human.refuses(*linked)),
            (Decision::Queue { candidates, .. }, None) => {
                prop_assert!(!candidates.is_empty());
                prop_assert!(candidates.iter().all(|candidate| !human.refuses(candidate.person)));
            }
            (Decision::Unknown, None) => {}
        }
    }

    #[test]
    fn a_number_that_is_verified_links_whoever_else_there_is(
        town in prop::collection::vec((1..6_u128, line()), 0..10),
        record in line(),
        holder in 1..6_u128,
    ) {
        let people: Vec<_> = town.iter().map(|(number, line)| (person(*number), identity(line))).collect();
        let index = PeopleIndex::build(people.iter().map(|(id, identity)| (*id, identity)));
        let (record, holder) = (identity(&record), person(holder));
        let own = people.iter().filter(|(id, _)| *id == holder).map(|(_, identity)| identity);
        if verified(&record, own) {
            let decision = decide(&record, Key::Found(holder), &index, &HumanDecisions::none());
            let links = matches!(decision, Decision::Linked { person, rule: Rule::Key, .. } if person == holder);
            prop_assert!(links, "{:?}", decision);
        }
    }

    #[test]
    fn order_changes_nothing(
        town in prop::collection::vec((1..6_u128, line()), 0..10),
        record in line(),
        key in key(),
        turn in any::<prop::sample::Index>(),
    ) {
        let mut people: Vec<_> = town.iter().map(|(number, line)| (person(*number), identity(line))).collect();
        let build = |people: &[_]| PeopleIndex::build(people.iter().map(|(id, identity)| (*id, identity)));
        let (record, human) = (identity(&record), HumanDecisions::none());
        let first = decide(&record, key, &build(&people), &human);
        if !people.is_empty() {
            let by = turn.index(people.len());
            people.rotate_left(by);
            people[by..].reverse();
        }
        prop_assert_eq!(decide(&record, key, &build(&people), &human), first);
    }
}
