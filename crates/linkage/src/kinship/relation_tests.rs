//! Relations and siblings, household by household. All people are fictional.

use kernel::id::PersonId;

use super::families::{household, person};
use super::{Certainty, Doubt, Ground, Household, Order, Relation, RelationKind, YoungerSiblings};

fn number(person: PersonId) -> u128 {
    person.uuid().as_u128()
}

/// `from Kind to`, with `?` where ambiguous.
fn relations(household: &Household) -> Vec<String> {
    let kind = |kind| match kind {
        RelationKind::Sibling { order } => format!("{order:?}"),
        other => format!("{other:?}"),
    };
    let line = |relation: Relation| {
        let mark = if relation.certainty == Certainty::Ambiguous { "?" } else { "" };
        format!("{} {}{mark} {}", number(relation.from), kind(relation.kind), number(relation.to))
    };
    household.relations().into_iter().map(line).collect()
}

#[test]
fn a_couple_with_children_and_a_grandmother() {
    let family = household(&[
        "1 head 1984-01-01 森",
        "2 spouse 1985-01-01 森",
        "3 child 2014-01-01 森",
        "4 child 2016-01-01 森",
        "5 parent 1955-01-01 森",
        "6 child 2012-01-01 森 left",
    ]);
    let expected = [
        "1 Parent 3",
        "1 Parent 4",
        "2 Parent? 3",
        "2 Carer 3",
        "2 Parent? 4",
        "2 Carer 4",
        "3 Older 4",
        "4 Younger 3",
        "5 Parent 1",
        "5 Grandparent 3",
        "5 Grandparent 4",
    ];
    assert_eq!(relations(&family), expected);
}

#[test]
fn a_grandfather_as_head() {
    let family = household(&[
        "1 head 1950-01-01 森",
        "2 spouse 1952-01-01 森",
        "3 child 1985-01-01 森",
        "4 child 1988-01-01 森",
        "5 child.child 2016-01-01 森",
        "6 child.child 2018-01-01 森",
    ]);
    let expected = [
        "1 Parent 3",
        "1 Parent 4",
        "1 Grandparent 5",
        "1 Grandparent 6",
        "2 Parent? 3",
        "2 Carer 3",
        "2 Parent? 4",
        "2 Carer 4",
        "2 Grandparent? 5",
        "2 Grandparent? 6",
        "3 Older 4",
        "3 Parent? 5",
        "3 Parent? 6",
        "4 Younger 3",
        "4 Parent? 5",
        "4 Parent? 6",
        "5 Older? 6",
        "6 Younger? 5",
    ];
    assert_eq!(relations(&family), expected);
}

#[test]
fn a_stepfather_as_head() {
    let family = household(&[
        "1 head 1984-01-01 森",
        "2 spouse 1985-01-01 森",
        "3 spouse.child 2012-01-01 林",
        "4 spouse.child 2012-01-01 林",
        "5 child 2018-01-01 森",
    ]);
    let expected = [
        "1 Carer 3",
        "1 Carer 4",
        "1 Parent 5",
        "2 Parent 3",
        "2 Parent 4",
        "2 Parent? 5",
        "2 Carer 5",
        "3 Unknown 4",
        "3 Older? 5",
        "4 Unknown 3",
        "4 Older? 5",
        "5 Younger? 3",
        "5 Younger? 4",
    ];
    assert_eq!(relations(&family), expected);
}

#[test]
fn rows_that_contradict_each_other_make_nothing_certain() {
    let family = household(&[
        "1 head 1984-01-01 森",
        "2 head 1985-01-01 森",
        "3 child 2014-01-01 森",
        "4 child 2016-01-01 森",
        "5 child.child 2024-01-01 森",
    ]);
    let expected = [
        "1 Parent? 3",
        "1 Parent? 4",
        "1 Grandparent? 5",
        "2 Parent? 3",
        "2 Parent? 4",
        "2 Grandparent? 5",
        "3 Older? 4",
        "4 Younger? 3",
    ];
    assert_eq!(relations(&family), expected);
}

#[test]
fn a_head_too_young_is_an_ambiguous_parent() {
    let family = household(&["1 head 2003-01-01 森", "3 child 2016-01-01 森"]);
    let [relation] = family.relations().try_into().unwrap();
    assert_eq!((relation.certainty, relation.evidence), (Certainty::Ambiguous, Ground::Named));
}

#[test]
fn younger_siblings() {
    for (members, certain, maybe) in [
        (vec!["9 child 2014-01-01 森", "2 child 2016-01-01 森", "3 child 2012-01-01 森"], vec![2], vec![]),
        (vec!["9 child 2014-01-01 森", "2 child 2014-01-01 森"], vec![], vec![2]),
        (vec!["9 child 2014-02 森", "2 child 2014-02-10 森", "3 child 2014-03-01 森"], vec![3], vec![2]),
        (vec!["9 child 2014 森", "2 child 2013 森", "3 child - 森"], vec![], vec![3]),
        (vec!["9 child.child 2014-01-01 森", "2 child.child 2016-01-01 森"], vec![], vec![2]),
        (vec!["9 child 2014-01-01 森", "2 spouse.child 2016-01-01 森"], vec![], vec![2]),
        (vec!["9 spouse.child 2014-01-01 森", "2 spouse.child 2016-01-01 森"], vec![2], vec![]),
        (vec!["9 head 2004-01-01 森", "2 sibling 2016-01-01 森"], vec![2], vec![]),
        (vec!["9 sibling 2014-01-01 森", "2 sibling 2016-01-01 森"], vec![], vec![2]),
        (vec!["9 child 2014-01-01 森", "2 child.child 2016-01-01 森"], vec![], vec![]),
        (vec!["9 child 2014-01-01 森", "2 child 2016-01-01 森 left"], vec![], vec![]),
        (vec!["9 child 2014-01-01 森", "2 cohabitant 2016-01-01 林"], vec![], vec![]),
        (vec!["9 cohabitant 2014-01-01 林", "2 cohabitant 2016-01-01 林"], vec![], vec![2]),
        (vec!["9 cohabitant.child 2014-01-01 林", "2 cohabitant.child 2016-01-01 林"], vec![], vec![2]),
        (vec!["9 - 2014-01-01 森", "2 child 2016-01-01 森", "3 head 1984-01-01 森"], vec![], vec![2]),
        (vec!["9 child 2014-01-01 森", "2 - 2016-01-01 森"], vec![], vec![2]),
    ] {
        let persons = |numbers: Vec<u128>| numbers.into_iter().map(person).collect::<Vec<_>>();
        let expected = YoungerSiblings { certain: persons(certain), maybe: persons(maybe) };
        assert_eq!(household(&members).younger_siblings(person(9)), Some(expected), "{members:?}");
    }
    assert_eq!(household(&["1 head 1984-01-01 森"]).younger_siblings(person(9)), None);
}

#[test]
fn relations_travel_as_json_and_have_words() {
    let family = household(&["1 head 1984-01-01 森", "3 child 2014-01-01 森", "4 child 2016-01-01 森"]);
    let relations = family.relations();
    let json = serde_json::to_string(&relations).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Relation>>(&json).unwrap(), relations);
    let order = [Order::Older, Order::Younger, Order::Unknown].map(|order| RelationKind::Sibling { order });
    for kind in
        order.into_iter().chain([RelationKind::Parent, RelationKind::Carer, RelationKind::Grandparent])
    {
        assert!(!kind.words().ja.is_ascii() && kind.words().en.is_ascii());
    }
    for relation in relations {
        assert!(!relation.evidence.words().ja.is_empty() && !relation.certainty.words().ja.is_empty());
    }
    assert_eq!(serde_json::to_value(Doubt::SameAddress).unwrap(), "same_address");
}
