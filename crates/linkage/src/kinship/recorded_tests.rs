//! What people recorded over the register, household by household. All people are fictional. The child asked
//! about is 9.

use kernel::id::{PersonId, RelationId};
use proptest::prelude::*;
use uuid::Uuid;

use super::families::{beside, household, member, person};
use super::{
    Certainty, Conflict, Ground, Household, Order, Parents, Relation, RelationKind, SingleParent, clash,
};

const SIBLING: RelationKind = RelationKind::Sibling { order: Order::Older };

/// `from kind to`, with a `?` behind the kind where it is not certain: `2 parent? 9`.
fn record(line: &str) -> Relation {
    let parts: Vec<&str> = line.split_whitespace().collect();
    let (kind, certainty) = match parts[1].strip_suffix('?') {
        Some(kind) => (kind, Certainty::Ambiguous),
        None => (parts[1], Certainty::Certain),
    };
    let kind = match kind {
        "parent" => RelationKind::Parent,
        "carer" => RelationKind::Carer,
        "grandparent" => RelationKind::Grandparent,
        "older" => SIBLING,
        _ => RelationKind::OtherCarer,
    };
    let [from, to] = [parts[0], parts[2]].map(|number| person(number.parse().unwrap()));
    let id = from.uuid().as_u128() * 1_000 + to.uuid().as_u128();
    let recorded = Some(RelationId::from_uuid(Uuid::from_u128(id)));
    Relation { from, to, kind, certainty, evidence: Ground::Koseki, recorded }
}

fn told(household: Household, records: &[&str], elsewhere: &[&str]) -> Household {
    let records = records.iter().map(|line| record(line)).collect();
    household.with_recorded(records, elsewhere.iter().map(|line| member(line)).collect())
}

fn numbers(persons: &[PersonId]) -> String {
    persons.iter().map(|person| person.uuid().as_u128().to_string()).collect::<Vec<_>>().join(",")
}

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

/// The worked example: the 世帯主 is the grandfather (1), mother (2) and child (9) are his 子 and 子の子, an
/// uncle (3) is in the household too.
const EXAMPLE: &[&str] = &[
    "1 head 1950-01-01 森",
    "2 child 1985-01-01 森",
    "3 child 1988-01-01 森",
    "9 child.child 2016-06-06 森",
];

#[test]
fn the_worked_example_is_known_once_the_mother_is_recorded() {
    for (records, whose, one) in [
        (&[][..], "? [SeveralCandidates] 2,3", "? [SeveralCandidates]"),
        (&["2 parent 9"], "2+", "yes 2"),
        (&["2 parent? 9"], "? [SeveralCandidates] 2,3", "? [SeveralCandidates]"),
        // Only the uncle is ruled out: that alone makes nobody the parent.
        (&["3 other 9"], "? [SeveralCandidates] 2,3", "? [SeveralCandidates]"),
        (&["2 parent 9", "3 parent? 9"], "2+", "? [PerhapsRecorded]"),
        (&["2 parent 9", "3 carer 9"], "2+3", "no 2,3"),
        (&["2 parent 9", "3 other 9"], "2+", "yes 2"),
        (&["2 parent 9", "1 parent 9"], "1,2+", "no 1,2"),
    ] {
        let household = told(household(EXAMPLE), records, &[]);
        assert_eq!(parents(&household), whose, "{records:?}");
        assert_eq!(single(&household), one, "{records:?}");
    }
    let known = told(household(EXAMPLE), &["2 parent 9"], &[]);
    let certain: Vec<_> = known.relations().into_iter().filter(|r| r.to == person(9)).collect();
    let told: Vec<_> =
        certain.iter().map(|r| (numbers(&[r.from]), r.kind, r.certainty, r.recorded.is_some())).collect();
    assert_eq!(
        told,
        [
            ("1".to_owned(), RelationKind::Grandparent, Certainty::Certain, false),
            ("2".to_owned(), RelationKind::Parent, Certainty::Certain, true),
        ],
        "the uncle is no candidate any more"
    );
}

#[test]
fn a_record_stands_over_the_register_of_the_same_two() {
    const MOTHER: &str = "1 head 1985-03-01 森";
    const CHILD: &str = "9 child 2016-06-06 森";
    for (members, records, elsewhere, whose, one) in [
        // 「子」 who is a grandchild: the head is no parent, and her husband none either.
        (
            &["1 head 1955-03-01 森", "2 spouse 1954-01-01 森", CHILD][..],
            &["1 grandparent 9"][..],
            &[][..],
            "? [Overruled] ",
            "? [Overruled]",
        ),
        (
            &["1 head 1955-03-01 森", "4 child 1985-01-01 森", CHILD],
            &["1 grandparent 9", "4 parent 9"],
            &[],
            "4+",
            "yes 4",
        ),
        // A word that is not certain changes nothing that is.
        (&[MOTHER, CHILD], &["1 grandparent? 9"], &[], "1+", "yes 1"),
        (&[MOTHER, CHILD], &["1 parent? 9"], &[], "1+", "yes 1"),
        // The father lives elsewhere: whether they are separated is not said.
        (&[MOTHER, CHILD], &["5 parent 9"], &["5 head 1984-01-01 林"], "1,5+", "? [ParentElsewhere]"),
        (&[MOTHER, CHILD], &["5 parent 9"], &["5 head 1984-01-01 林 deceased"], "1,5+", "yes 1"),
        // Nobody but a parent who lives elsewhere.
        (
            &["1 head 1950-01-01 森", "9 child.child 2016-06-06 森"],
            &["5 parent 9"],
            &["5 head 1984-01-01 林"],
            "5+",
            "? [ParentElsewhere]",
        ),
        // An adult of whom the register says nothing.
        (&[MOTHER, "3 cohabitant 1980-01-01 林", CHILD], &["3 carer 9"], &[], "1+3", "no 1,3"),
        (&[MOTHER, "3 cohabitant 1980-01-01 林", CHILD], &["3 other 9"], &[], "1+", "yes 1"),
        // The recorded parent's spouse stands beside her; of two 子 nobody knows whose spouse it is.
        (
            &[
                "1 head 1950-01-01 森",
                "2 child 1985-01-01 森",
                "4 child.spouse 1984-01-01 森",
                "9 child.child 2016-06-06 森",
            ],
            &["2 parent 9"],
            &[],
            "2+4",
            "no 2,4",
        ),
        (
            &[
                "1 head 1950-01-01 森",
                "2 child 1985-01-01 森",
                "3 child 1988-01-01 森",
                "4 child.spouse 1984-01-01 森",
                "9 child.child 2016-06-06 森",
            ],
            &["2 parent 9"],
            &[],
            "2+",
            "? [SpouseUnclear]",
        ),
    ] {
        let household = told(household(members), records, elsewhere);
        assert_eq!(parents(&household), whose, "{members:?} {records:?}");
        assert_eq!(single(&household), one, "{members:?} {records:?}");
    }
}

#[test]
fn a_parent_next_door_is_near_and_explains_who_lives_there() {
    let family = &["1 head 1985-03-01 森", "9 child 2016-06-06 森"];
    let next_door: &[&[&str]] = &[&["21 head 1984-01-01 森"]];
    assert_eq!(single(&beside(family, next_door)), "? [SameAddress]");
    assert_eq!(single(&told(beside(family, next_door), &["21 parent 9"], &[])), "no 1,21");
    assert_eq!(single(&told(beside(family, next_door), &["21 other 9"], &[])), "yes 1");
    let grandparents = &["1 head 1955-03-01 森", "9 child.child 2016-06-06 森"];
    let household = told(beside(grandparents, next_door), &["21 parent 9"], &[]);
    assert_eq!((parents(&household), single(&household)), ("21+".into(), "? [ParentElsewhere]".into()));
    assert!(household.is_near(person(21)) && household.is_near(person(1)) && !household.is_near(person(5)));
}

#[test]
fn siblings_follow_from_a_recorded_parent_or_from_a_record() {
    let cousins = &[
        "1 head 1950-01-01 森",
        "2 child 1985-01-01 森",
        "3 child 1988-01-01 森",
        "8 child.child 2018-01-01 森",
        "9 child.child 2016-06-06 森",
    ];
    let younger = |records: &[&str]| {
        let younger = told(household(cousins), records, &[]).younger_siblings(person(9)).unwrap();
        format!("{}?{}", numbers(&younger.certain), numbers(&younger.maybe))
    };
    assert_eq!(younger(&[]), "?8");
    assert_eq!(younger(&["2 parent 9", "2 parent 8"]), "8?");
    assert_eq!(younger(&["9 older 8"]), "8?");
    assert_eq!(younger(&["2 parent 9", "3 parent 8"]), "?8", "a second parent may be the same");
    assert_eq!(younger(&["8 older 9"]), "?", "people say that 8 is the older one");
    let both = told(household(cousins), &["9 older 8"], &[]).relations();
    let ways: Vec<_> =
        both.iter().filter(|r| r.recorded.is_some()).map(|r| (numbers(&[r.from]), r.kind)).collect();
    let younger = RelationKind::Sibling { order: Order::Younger };
    assert_eq!(ways, [("8".to_owned(), younger), ("9".to_owned(), SIBLING)]);
}

#[test]
fn disagreement_with_the_register_is_shown() {
    let family =
        &["1 head 1985-03-01 森", "2 spouse 1984-01-01 森", "8 child 2018-01-01 森", "9 child 2016-06-06 森"];
    let conflicts = |records: &[&str]| {
        let household = told(household(family), records, &["5 head 2010-01-01 林"]);
        household.contradictions().into_iter().map(|found| found.conflict).collect::<Vec<_>>()
    };
    assert_eq!(conflicts(&[]), []);
    assert_eq!(conflicts(&["1 parent 9", "2 parent 9", "9 older 8", "1 other 9"]), []);
    let [Conflict::Register { says }] = conflicts(&["1 grandparent 9"])[..] else { panic!("no conflict") };
    assert_eq!((says.kind, says.from, says.recorded), (RelationKind::Parent, person(1), None));
    let [Conflict::Register { says }, Conflict::Age] = conflicts(&["9 parent? 1"])[..] else {
        panic!("none")
    };
    assert_eq!(says.to, person(9), "the other way round");
    assert_eq!(conflicts(&["8 older 9"]), [Conflict::BirthOrder]);
    assert_eq!(conflicts(&["5 parent 9"]), [Conflict::Age]);
    for conflict in [Conflict::Register { says }, Conflict::Age, Conflict::BirthOrder] {
        assert!(!conflict.words().ja.is_ascii() && conflict.words().en.is_ascii());
    }
}

#[test]
fn two_records_that_cannot_both_be_are_told_apart() {
    let known = [record("1 parent 2"), record("2 parent 3")];
    let against = |new: &str| clash(&known, &record(new)).is_some();
    for refused in [
        "2 parent 1",
        "2 grandparent 1",
        "1 carer 2",
        "1 parent 2",
        "1 older 2",
        "3 parent 1",
        "3 grandparent 1",
    ] {
        // The same line again is the same record, changed: only another id clashes.
        let mut new = record(refused);
        new.recorded = Some(RelationId::from_uuid(Uuid::from_u128(1)));
        assert!(clash(&known, &new).is_some(), "{refused}");
    }
    for fine in ["4 parent 2", "1 grandparent 3", "1 other 2", "3 older 4", "3 carer 4"] {
        assert!(!against(fine), "{fine}");
    }
    assert_eq!(
        clash(&known, &Relation { kind: RelationKind::Carer, ..known[0] }),
        None,
        "a correction of itself"
    );
}

fn any_member() -> impl Strategy<Value = String> {
    let chain = prop::sample::select(vec![
        "head",
        "spouse",
        "child",
        "child.child",
        "child.spouse",
        "spouse.child",
        "parent",
        "sibling",
        "cohabitant",
        "-",
    ]);
    let birth = prop::sample::select(vec!["1950-01-01", "1985-01-01", "2003", "2016-06-06", "-"]);
    let rest = prop::sample::select(vec!["森", "林", "森 left", "森 deceased"]);
    (1..10_u8, chain, birth, rest).prop_map(|(id, chain, birth, rest)| format!("{id} {chain} {birth} {rest}"))
}

fn any_record() -> impl Strategy<Value = String> {
    let kinds = vec![
        "parent",
        "carer",
        "grandparent",
        "older",
        "other",
        "parent?",
        "carer?",
        "grandparent?",
        "older?",
    ];
    (1..12_u8, prop::sample::select(kinds), 1..12_u8)
        .prop_map(|(from, kind, to)| format!("{from} {kind} {to}"))
}

/// Records as they may stand together.
fn settled(lines: &[String]) -> Vec<Relation> {
    let mut known: Vec<Relation> = Vec::new();
    for new in lines.iter().map(|line| record(line)).filter(|new| new.from != new.to) {
        if clash(&known, &new).is_none() && known.iter().all(|one| one.recorded != new.recorded) {
            known.push(new);
        }
    }
    known
}

proptest! {
    #[test]
    fn a_certain_word_stands_and_taking_it_back_leaves_the_register(
        lines in prop::collection::vec(any_member(), 0..8),
        records in prop::collection::vec(any_record(), 0..5),
    ) {
        let members = || lines.iter().map(|line| member(line)).collect::<Vec<_>>();
        let elsewhere = || ["10 head 1985-01-01 林", "11 head 1950-01-01 林"].map(member).to_vec();
        let known = settled(&records);
        let plain = Household::new(members(), Vec::new());
        let household = plain.clone().with_recorded(known.clone(), elsewhere());
        let mut turned = known.clone();
        turned.reverse();
        prop_assert_eq!(household.relations(), plain.clone().with_recorded(turned, elsewhere()).relations());
        let relations = household.relations();
        for told in known.iter().filter(|told| told.certainty == Certainty::Certain) {
            prop_assert!(relations.contains(told), "{:?}", told);
            let of_two = |r: &&Relation| [(told.from, told.to), (told.to, told.from)].contains(&(r.from, r.to));
            let others = relations.iter().filter(of_two).filter(|r| r.recorded.is_none());
            prop_assert!(told.kind == RelationKind::OtherCarer || others.count() == 0);
        }
        for number in 1..10 {
            let child = person(number);
            let named: Vec<PersonId> = known
                .iter()
                .filter(|told| told.to == child && told.kind == RelationKind::Parent && told.certainty == Certainty::Certain)
                .map(|told| told.from)
                .filter(|parent| *parent > person(9) || members().iter().any(|member| member.person == *parent))
                .collect();
            match (household.parents_of(child), household.single_parent(child)) {
                (Parents::Known { parents, carers }, single) => {
                    prop_assert!(named.iter().all(|parent| parents.contains(parent)));
                    prop_assert!(carers.iter().all(|carer| !parents.contains(carer)));
                    if let SingleParent::Yes { parent } = single {
                        prop_assert!(parents.contains(&parent) || carers.contains(&parent));
                    }
                }
                (Parents::Unknown { why, .. }, single) => {
                    prop_assert!(named.is_empty() || household.younger_siblings(child).is_none());
                    prop_assert_eq!(single, SingleParent::Unknown { why });
                }
            }
            let undone = household.clone().with_recorded(Vec::new(), Vec::new());
            prop_assert_eq!(undone.parents_of(child), plain.parents_of(child));
            prop_assert_eq!(undone.single_parent(child), plain.single_parent(child));
        }
        prop_assert!(plain.contradictions().is_empty());
    }
}
