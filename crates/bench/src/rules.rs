//! 図表7 over children in memory: exact intervals and list membership from packed inputs.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use chrono::NaiveDate;
use kernel::{Absence, Known};
use rulebook::{Columns, InputState, Inputs, Program, evaluate};

use crate::figure::{Bar, Figure, Peer, number};
use crate::random::Random;
use crate::world;

/// How often all children are scored; the fastest counts, because everything else on the machine only
/// ever adds time.
const ROUNDS: usize = 9;

/// Nanoseconds a child at most (issue 2).
const BAR: f64 = 10.0;

/// Of a hundred cells: absent for some reason, the rest known.
const ABSENT: usize = 15;
/// Of a hundred known cells: not zero.
const RAISED: usize = 25;

/// Reasons for an absent input, the common ones more often.
const REASONS: [Absence; 6] = [
    Absence::NotCollected,
    Absence::NotCollected,
    Absence::HeldElsewhere,
    Absence::NotApplicable,
    Absence::NotShared,
    Absence::Declined,
];

/// Scores so many children again and again.
///
/// # Errors
/// When the rulebook cannot be read.
pub fn run(children: usize) -> anyhow::Result<Vec<Figure>> {
    let cooperative = world::checked(&world::bundle())?;
    let town = cooperative.towns.first().context("there is no town")?;
    let rules = town.rulebooks.values().next().context("the town has chosen no rulebook")?;
    let program = rules.program();
    let greatest: Vec<u8> = rules.rulebook.inputs.iter().map(rulebook::Input::max).collect();
    let columns = packed(program, &greatest, children)?;
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let scores = evaluate(program, black_box(&columns));
        best = best.min(began.elapsed().as_secs_f64());
        black_box(&scores);
    }
    let scores = evaluate(program, &columns);
    let open = scores.low.iter().zip(&scores.high).filter(|(low, high)| low != high).count();
    Ok(vec![Figure {
        name: "rules",
        unit: "ns/child",
        ours: best * 1e9 / number(children),
        peer: Peer::None,
        bar: Bar::AtMost(BAR),
        n: children,
        notes: vec![format!(
            "one thread, {} inputs a child, best of {ROUNDS}; {} % of the children have an interval wider than a point",
            greatest.len(),
            open * 100 / children.max(1)
        )],
    }])
}

/// Children with every sort of input: zero, raised, and absent for every reason; some declined in nearly
/// every chunk, so that the third pass is run too.
fn packed(program: &Program, greatest: &[u8], children: usize) -> anyhow::Result<Columns> {
    let as_of: NaiveDate = "2026-11-20".parse().context("a day")?;
    let mut random = Random::new(7);
    let mut columns = Columns::with_capacity(program, children);
    for _ in 0..children {
        let states = greatest.iter().map(|max| {
            let value = if random.percent(ABSENT) {
                Known::Absent(random.pick(&REASONS).copied().unwrap_or(Absence::NotCollected))
            } else if random.percent(RAISED) {
                Known::Present(u8::try_from(1 + random.below(usize::from(*max))).unwrap_or(*max))
            } else {
                Known::Present(0)
            };
            InputState { value, evidence: Vec::new(), holders: Vec::new() }
        });
        let inputs = Inputs { as_of, grade: None, in_population: true, states: states.collect() };
        columns.push(program, &inputs);
    }
    Ok(columns)
}
