//! The compiled rules give for every child, known and unknown cells alike, what the rules as written give.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{ask, child, child_with_aid, claims, town, under};
use crate::scorer::UNKNOWN;

/// Cells as any child may have them: values and absences of each kind.
fn cells() -> impl Strategy<Value = Vec<u8>> {
    let program = town("kaisei").program().clone();
    let slots = program.scorer.slots.clone();
    slots
        .into_iter()
        .map(|slot| {
            prop_oneof![4 => 0..=slot.max.min(8), 1 => Just(UNKNOWN), 1 => Just(DECLINED), 1 => Just(NOT_APPLICABLE)]
                .boxed()
        })
        .collect::<Vec<_>>()
}

/// The least and greatest total over everything the absent cells may turn out to be. A count is tried
/// at 0, at each number a condition tells apart, and at the most.
fn over_all_completions(scorer: &Scorer, cells: &[u8], is_open: impl Fn(u8, Slot) -> bool) -> (u8, u8) {
    let choices: Vec<Vec<u8>> = scorer
        .slots
        .iter()
        .zip(cells)
        .map(|(slot, cell)| match *cell {
            value if value <= GREATEST => vec![value],
            absent if is_open(absent, *slot) => {
                if slot.max == 1 {
                    vec![0, 1]
                } else {
                    [0, 1, 2, 3, 4, 8].into_iter().chain([slot.max]).collect()
                }
            }
            // Not open: what does not apply is false where it raises; what was declined is at its least.
            _ => vec![if slot.raises { 0 } else { slot.max }],
        })
        .collect();
    let states: usize = choices.iter().map(Vec::len).product();
    let totals = (0..states).map(|mut n| {
        let values: Vec<u8> = choices
            .iter()
            .map(|choices| {
                let value = choices[n % choices.len()];
                n /= choices.len();
                value
            })
            .collect();
        scorer.score(&values).total
    });
    totals.fold((u8::MAX, 0), |(low, high), total| (low.min(total), high.max(total)))
}

const fn applies(cell: u8, slot: Slot) -> bool {
    cell != NOT_APPLICABLE || !slot.raises
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_interval_is_exact(cells in cells()) {
        let program = town("kaisei").program().clone();
        let mut columns = Columns::with_capacity(&program, 1);
        columns.push_cells(cells.iter().copied());
        let scores = evaluate(&program, &columns);
        let (low, high) = over_all_completions(&program.scorer, &cells, applies);
        prop_assert_eq!(scores.interval(0), Some(Interval { low, high }));
        let (_, member) =
            over_all_completions(&program.scorer, &cells, |cell, slot| cell != DECLINED && applies(cell, slot));
        prop_assert_eq!(scores.member[0], member);
    }

    #[test]
    fn columns_and_the_plain_way_agree(rows in prop::collection::vec(cells(), 1..20)) {
        for slug in ["kaisei", "nakai", "hayama"] {
            let program = town(slug).program().clone();
            let mut columns = Columns::with_capacity(&program, rows.len());
            for row in &rows {
                columns.push_cells(row.iter().copied());
            }
            let scores = evaluate(&program, &columns);
            let lists = scores.lists(&program, &columns);
            for (n, row) in rows.iter().enumerate() {
                let [low, high, member] = Pass::ALL.map(|pass| program.scorer.pass(row, pass).total);
                prop_assert_eq!((scores.low[n], scores.high[n], scores.member[n]), (low, high, member));
                prop_assert_eq!(lists[n], program.scorer.list_of(row));
            }
        }
    }

    #[test]
    fn what_was_declined_puts_nobody_on_a_list(cells in cells()) {
        let scorer = &town("kaisei").program().scorer.clone();
        let listed = |cells: &[u8]| matches!(scorer.list_of(cells), List::Certain | List::Possible | List::NotAssessable);
        let given: Vec<u8> = scorer.slots.iter().zip(&cells).map(|(slot, cell)| {
            if *cell == DECLINED { slot.fill(DECLINED, Pass::Low) } else { *cell }
        }).collect();
        prop_assert!(!listed(&cells) || listed(&given));
    }
}

#[test]
fn any_number_of_children_is_scored() {
    let rules = town("kaisei");
    let program = rules.program();
    for children in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let mut columns = Columns::with_capacity(program, children);
        for n in 0..children {
            let child = if n % 2 == 0 { child_with_aid() } else { child() };
            if n < 2 {
                assert_eq!(columns.push(program, &ask(&child, &claims())), n);
            } else {
                let row: Vec<u8> = columns.row(n - 2).collect();
                columns.push_cells(row.into_iter());
            }
        }
        let scores = evaluate(program, &columns);
        assert_eq!((columns.len(), scores.low.len()), (children, children));
        assert!(scores.low.iter().enumerate().all(|(n, low)| *low == if n % 2 == 0 { 11 } else { 0 }));
    }
}

#[test]
fn the_highest_total_is_seventeen() {
    assert_eq!(town("kaisei").program().highest(), 17);
}

#[test]
fn towns_differ_by_their_overlays() {
    let at = |slug: &str| town(slug).threshold();
    assert_eq!([at("kaisei"), at("oi"), at("nakai"), at("hakone"), at("hayama")], [11, 12, 1, 11, 3]);
    // Late three times in a month: enough in 開成, not in 大井.
    let mut cells = vec![0; town("kaisei").program().scorer.slots.len()];
    cells[6] = 3;
    cells[7] = 3;
    let total = |slug: &str| town(slug).program().scorer.pass(&cells, Pass::Low).total;
    assert_eq!((total("kaisei"), total("oi")), (11, 0));
    assert!(under("").is_err());
}
