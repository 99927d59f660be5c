//! Parents and ひとり親, household by household. All people are fictional. The child asked about is 9.

use kernel::id::PersonId;
use kernel::{Identity, Kin, Known, ResidentStatus};
use proptest::prelude::*;

use super::families::{beside, household, member, person};
use super::{Doubt, Household, Member, Parents, Presence, SingleParent};

const MOTHER: &str = "1 head 1985-03-01 森";
const CHILD: &str = "9 child 2016-06-06 森";
const GRANDCHILD: &str = "9 child.child 2016-06-06 森";

fn numbers(persons: &[PersonId]) -> String {
    persons.iter().map(|person| person.uuid().as_u128().to_string()).collect::<Vec<_>>().join(",")
}

/// `parents+carers` or `? why candidates`.
fn parents(household: &Household) -> String {
    match household.parents_of(person(9)) {
        Parents::Known { parents, carers } => format!("{}+{}", numbers(&parents), numbers(&carers)),
        Parents::Unknown { why, candidates } => format!("? {why:?} {}", numbers(&candidates)),
    }
}

fn single(household: &Household) -> String {
    match household.single_parent(person(9)) {
        SingleParent::Yes { parent } => format!("yes {}", numbers(&[parent])),
        SingleParent::No { adults } => format!("no {}", numbers(&adults)),
        SingleParent::Unknown { why } => format!("? {why:?}"),
    }
}

#[test]
fn by_the_household_alone() {
    for (members, whose, one) in [
        // A parent is the head.
        (vec![MOTHER, CHILD], "1+", "yes 1"),
        (vec!["1 head - -", "9 child - -"], "1+", "yes 1"),
        (vec![MOTHER, "2 spouse 1984-01-01 森", CHILD], "1+2", "no 1,2"),
        (vec![MOTHER, "2 spouse 2004-01-01 森", CHILD], "1+2", "no 1,2"),
        (vec![MOTHER, "2 unregistered_spouse 1984-01-01 林", CHILD], "1+2", "no 1,2"),
        (vec![MOTHER, "2 spouse 1984-01-01 森", "9 spouse.child 2016-06-06 林"], "2+1", "no 2,1"),
        (vec![MOTHER, "9 spouse.child 2016-06-06 林"], "? [NamedParentAbsent] ", "? [NamedParentAbsent]"),
        (vec!["1 head 2003-01-01 森", CHILD], "? [AgeImplausible] 1", "? [AgeImplausible]"),
        (vec!["1 head 2002-06-06 森", CHILD], "1+", "yes 1"),
        (vec!["1 head 2002-06-07 森", CHILD], "? [AgeImplausible] 1", "? [AgeImplausible]"),
        (vec!["1 head 2002 森", CHILD], "1+", "yes 1"),
        // Kin by blood in the household are no partners; those of whom nothing is said may be.
        (vec![MOTHER, "3 parent 1955-01-01 森", CHILD], "1+", "yes 1"),
        (vec![MOTHER, "3 sibling 1988-01-01 森", CHILD], "1+", "yes 1"),
        (vec![MOTHER, "3 child 2001-01-01 森", CHILD], "1+", "yes 1"),
        (vec![MOTHER, "3 cohabitant 1980-01-01 林", CHILD], "1+", "? [OtherAdult]"),
        (vec![MOTHER, "3 relative 1980-01-01 森", CHILD], "1+", "? [OtherAdult]"),
        (vec![MOTHER, "3 - 1980-01-01 森", CHILD], "1+", "? [OtherAdult]"),
        (vec![MOTHER, "3 cohabitant - 林", CHILD], "1+", "? [OtherAdult]"),
        (vec![MOTHER, "3 cohabitant 2014-01-01 林", CHILD], "1+", "yes 1"),
        // Who left: 単身赴任, 別居 or 離婚.
        (vec![MOTHER, "2 spouse 1984-01-01 森 left", CHILD], "1+", "? [PartnerLeft]"),
        (vec![MOTHER, "2 unregistered_spouse 1984-01-01 森 left", CHILD], "1+", "? [PartnerLeft]"),
        (vec![MOTHER, "2 head 1984-01-01 森 left", CHILD], "1+", "? [PartnerLeft]"),
        (vec![MOTHER, "2 - 1984-01-01 森 left", CHILD], "1+", "? [PartnerLeft]"),
        (vec![MOTHER, "2 spouse 1984-01-01 森 deceased", CHILD], "1+", "yes 1"),
        (vec![MOTHER, "2 child 2001-01-01 森 left", CHILD], "1+", "yes 1"),
        (vec![MOTHER, "2 cohabitant 1984-01-01 林 left", CHILD], "1+", "yes 1"),
        (
            vec![MOTHER, "2 spouse 1984-01-01 森 left", "3 cohabitant 1980-01-01 林", CHILD],
            "1+",
            "? [PartnerLeft, OtherAdult]",
        ),
        // A grandparent is the head.
        (
            vec!["1 head 1950-01-01 森", "2 child 1985-01-01 森", "3 child 1988-01-01 森", GRANDCHILD],
            "? [SeveralCandidates] 2,3",
            "? [SeveralCandidates]",
        ),
        (
            vec!["1 head 1950-01-01 森", "2 child 1985-01-01 森", GRANDCHILD],
            "? [OneCandidate] 2",
            "? [OneCandidate]",
        ),
        (
            vec!["1 head 1950-01-01 森", "2 child 1985-01-01 森", "3 child 2004-01-01 森", GRANDCHILD],
            "? [OneCandidate] 2",
            "? [OneCandidate]",
        ),
        (
            vec!["1 head 1950-01-01 森", "2 child 1985-01-01 森", "3 child.spouse 1986-01-01 森", GRANDCHILD],
            "? [OneCandidate] 2,3",
            "? [OneCandidate]",
        ),
        (vec!["1 head 1950-01-01 森", GRANDCHILD], "? [NoCandidate] ", "? [NoCandidate]"),
        // Others.
        (
            vec!["1 head 1990-01-01 森", "2 sibling 1992-01-01 森", "9 sibling.child 2016-06-06 森"],
            "? [OneCandidate] 2",
            "? [OneCandidate]",
        ),
        (
            vec!["1 head 1998-01-01 森", "2 parent 1970-01-01 森", "9 sibling 2010-01-01 森"],
            "? [OneCandidate] 2",
            "? [OneCandidate]",
        ),
        (vec!["9 head 2008-01-01 森", "2 parent 1970-01-01 森"], "2+", "yes 2"),
        (vec!["9 head 2008-01-01 森", "2 parent 1970-01-01 森", "3 parent 1971-01-01 森"], "2,3+", "no 2,3"),
        (
            vec!["9 head 2008-01-01 森", "2 parent 1970-01-01 森", "3 parent.spouse 1971-01-01 森"],
            "2+3",
            "no 2,3",
        ),
        (
            vec!["9 head 2008-01-01 森", "2 parent 1970-01-01 森", "3 parent 1971-01-01 森 left"],
            "2+",
            "? [PartnerLeft]",
        ),
        (vec!["9 head 2008-01-01 森"], "? [NoCandidate] ", "? [NoCandidate]"),
        (vec![MOTHER, "9 cohabitant 2016-06-06 林"], "? [NotDerivable] ", "? [NotDerivable]"),
        (vec![MOTHER, "9 relative.child 2016-06-06 林"], "? [NotDerivable] ", "? [NotDerivable]"),
        (vec![MOTHER, "9 - 2016-06-06 森"], "? [RelationUnstated] ", "? [RelationUnstated]"),
        (vec![CHILD], "? [HeadMissing] ", "? [HeadMissing]"),
        (
            vec!["2 spouse 1984-01-01 森", "9 spouse.child 2016-06-06 林"],
            "? [HeadMissing] ",
            "? [HeadMissing]",
        ),
        (vec![MOTHER, "2 head 1984-01-01 森", CHILD], "? [SeveralHeads] 1,2", "? [SeveralHeads]"),
        (vec![MOTHER], "? [NotInHousehold] ", "? [NotInHousehold]"),
        (vec![MOTHER, "9 child 2016-06-06 森 left"], "? [NotInHousehold] ", "? [NotInHousehold]"),
    ] {
        let household = household(&members);
        assert_eq!(parents(&household), whose, "{members:?}");
        assert_eq!(single(&household), one, "{members:?}");
    }
}

#[test]
fn by_the_address() {
    const GRANDPARENTS: &[&str] = &["21 head 1950-01-01 森", "22 spouse 1952-01-01 森"];
    for (neighbours, one) in [
        (&["21 head 1984-01-01 森"][..], "? [SameAddress]"),
        (&["21 head 1984-01-01 -"], "? [SameAddress]"),
        (&["21 head - 森"], "? [SameAddress]"),
        (&["21 head 1950-01-01 森", "22 child 1984-01-01 森"], "? [SameAddress]"),
        (&["21 head 1984-01-01 林"], "yes 1"),
        (&["21 head 2005-01-01 森"], "yes 1"),
        (&["21 head 1984-01-01 森 left"], "yes 1"),
        (&["21 head 1984-01-01 森 deceased"], "yes 1"),
        (GRANDPARENTS, "yes 1"),
        (&["21 head 1950-01-01 森", "22 spouse 1952-01-01 森 left"], "? [SameAddress]"),
        (&["21 head 1950-01-01 森", "22 spouse 1952-01-01 森", "23 child 1984-01-01 森"], "? [SameAddress]"),
        (
            &[
                "21 head 1950-01-01 森",
                "22 spouse 1952-01-01 森",
                "23 child 1984-01-01 森",
                "24 child.spouse 1984-01-01 森",
            ],
            "yes 1",
        ),
        (
            &[
                "21 head 1950-01-01 森",
                "22 spouse 1952-01-01 森",
                "23 child 1984-01-01 森",
                "24 child 1986-01-01 森",
                "25 child.spouse 1984-01-01 林",
            ],
            "? [SameAddress]",
        ),
    ] {
        assert_eq!(single(&beside(&[MOTHER, CHILD], &[neighbours])), one, "{neighbours:?}");
    }
    // The child may have the other parent's name.
    let other_name = beside(&[MOTHER, "9 child 2016-06-06 林"], &[&["21 head 1984-01-01 林"]]);
    assert_eq!(single(&other_name), "? [SameAddress]");
    // Two parents in the household: who else lives at the address does not matter.
    let two = beside(&[MOTHER, "2 spouse 1984-01-01 森", CHILD], &[&["21 head 1984-01-01 森"]]);
    assert_eq!(single(&two), "no 1,2");
}

#[test]
fn a_row_becomes_a_member() {
    let row = |status| Identity {
        family_name: Known::Present("髙橋".into()),
        relation_to_head: Known::Present(vec![Kin::Child, Kin::Child]),
        birth_date: Known::Present("2016".parse().unwrap()),
        status,
        ..Identity::default()
    };
    for (status, presence) in [
        (Known::NOT_COLLECTED, Presence::Here),
        (Known::Present(ResidentStatus::Resident), Presence::Here),
        (Known::Present(ResidentStatus::Unregistered), Presence::Here),
        (Known::Present(ResidentStatus::MovedOut), Presence::Left),
        (Known::Present(ResidentStatus::Removed), Presence::Left),
        (Known::Present(ResidentStatus::Deceased), Presence::Deceased),
    ] {
        assert_eq!(Member::of(person(1), &row(status)).presence, presence);
    }
    let child = Member::of(person(1), &row(Known::NOT_COLLECTED));
    assert_eq!(child.surname.as_deref(), Some("高橋"));
    assert_eq!(child.chain, [Kin::Child, Kin::Child]);
    assert_eq!(child.left().presence, Presence::Left);
    assert!(Member::of(person(1), &Identity::default()).chain.is_empty());
}

#[test]
fn who_came_back_is_here() {
    let household = household(&[MOTHER, "2 spouse 1984-01-01 森 left", "2 spouse 1984-01-01 森", CHILD]);
    assert_eq!(single(&household), "no 1,2");
}

#[test]
fn every_doubt_has_words() {
    for doubt in Doubt::ALL {
        let words = doubt.words();
        assert!(!words.ja.is_ascii() && words.en.is_ascii(), "{doubt:?}");
    }
}

/// Members from so small a world that every 続柄 meets every other.
fn any_member() -> impl Strategy<Value = String> {
    let chain = prop::sample::select(vec![
        "head",
        "spouse",
        "unregistered_spouse",
        "child",
        "child.child",
        "child.spouse",
        "spouse.child",
        "parent",
        "sibling",
        "sibling.child",
        "grandparent",
        "relative",
        "cohabitant",
        "-",
    ]);
    let birth = prop::sample::select(vec!["1950-01-01", "1985-01-01", "2003", "2016-06-06", "2016-06", "-"]);
    let rest = prop::sample::select(vec!["森", "林", "-", "森 left", "森 deceased"]);
    (1..10_u8, chain, birth, rest).prop_map(|(id, chain, birth, rest)| format!("{id} {chain} {birth} {rest}"))
}

proptest! {
    #[test]
    fn order_changes_nothing_and_a_doubt_never_makes_a_single_parent(
        lines in prop::collection::vec(any_member(), 0..8),
        others in prop::collection::vec(any_member(), 0..4),
        shuffled in any::<prop::sample::Index>(),
    ) {
        let members: Vec<Member> = lines.iter().map(|line| member(line)).collect();
        let others: Vec<Member> = others.iter().map(|line| member(line)).collect();
        let mut turned = members.clone();
        if !turned.is_empty() {
            let by = shuffled.index(turned.len());
            turned.rotate_left(by);
            turned[by..].reverse();
        }
        let one = Household::new(members, vec![others.clone()]);
        let two = Household::new(turned, vec![others.into_iter().rev().collect()]);
        prop_assert_eq!(one.relations(), two.relations());
        for number in 1..10 {
            let child = person(number);
            prop_assert_eq!(one.parents_of(child), two.parents_of(child));
            prop_assert_eq!(one.single_parent(child), two.single_parent(child));
            prop_assert_eq!(one.younger_siblings(child), two.younger_siblings(child));
            match (one.parents_of(child), one.single_parent(child)) {
                (Parents::Known { parents, carers }, SingleParent::Yes { parent }) => {
                    prop_assert_eq!(parents, vec![parent]);
                    prop_assert!(carers.is_empty());
                }
                (Parents::Unknown { why, .. }, single) => {
                    prop_assert_eq!(single, SingleParent::Unknown { why });
                }
                (Parents::Known { .. }, SingleParent::Unknown { why }) => prop_assert!(!why.is_empty()),
                (Parents::Known { parents, carers }, SingleParent::No { .. }) => {
                    prop_assert!(parents.len() + carers.len() > 1);
                }
            }
        }
    }
}
