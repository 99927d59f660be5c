//! The rules compiled to a straight line of operations over byte columns, so that a town, or all of
//! them, is scored at memory speed: a few nanoseconds a child for the three totals together.

use std::ops::Range;

use crate::list::List;
use crate::rulebook::Combine;
use crate::scorer::{DECLINED, GREATEST, Interval, NOT_APPLICABLE, Pass, Scorer, Slot, Test, UNKNOWN};

/// Children handled at once: the registers of a chunk stay in the first-level cache.
const CHUNK: usize = 512;

type Register = [u8; CHUNK];

/// One operation. It writes the register of its own place in the program and reads only earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    /// The values a pass takes for an input's cells.
    Load(usize),
    /// 1 where the register is at least the number.
    Ge(usize, u8),
    /// 1 where the first is at least the number above the second.
    Rise(usize, usize, u8),
    And(usize, usize),
    Or(usize, usize),
    Not(usize),
    /// The number where the register is 1.
    Points(usize, u8),
    Add(usize, usize),
    Max(usize, usize),
    /// The sum where the first is not 0, else 0.
    Gate(usize, usize),
    Zero,
}

/// A rulebook under one town's choices, compiled. The last operation is the total.
#[derive(Debug, Clone)]
pub struct Program {
    scorer: Scorer,
    ops: Vec<Op>,
}

impl Program {
    pub(crate) fn compile(scorer: Scorer) -> Self {
        let mut compiler = Compiler { ops: Vec::new(), loads: Vec::new() };
        for input in 0..scorer.slots.len() {
            let register = compiler.push(Op::Load(input));
            compiler.loads.push(register);
        }
        let earned: Vec<usize> = scorer
            .rules
            .iter()
            .map(|rule| {
                let state = compiler.test(&rule.test);
                compiler.push(Op::Points(state, rule.points))
            })
            .collect();
        let mut groups: Vec<usize> = Vec::new();
        for part in &scorer.parts {
            let own = part.rules.iter().filter_map(|rule| earned.get(*rule).copied());
            let inner = part.parts.iter().filter_map(|part| groups.get(*part).copied());
            let operands: Vec<usize> = own.chain(inner).collect();
            let combine: fn(usize, usize) -> Op = match part.combine {
                Combine::Sum => Op::Add,
                Combine::Max => Op::Max,
            };
            groups.push(compiler.fold(&operands, combine));
        }
        let pick =
            |of: &[usize]| -> Vec<usize> { of.iter().filter_map(|g| groups.get(*g).copied()).collect() };
        let gate = compiler.fold(&pick(&scorer.gate), Op::Add);
        let add = compiler.fold(&pick(&scorer.add), Op::Add);
        compiler.push(Op::Gate(gate, add));
        Self { scorer, ops: compiler.ops }
    }

    pub(crate) const fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// The greatest total any child can have.
    #[must_use]
    pub fn highest(&self) -> u8 {
        let all_unknown = vec![UNKNOWN; self.scorer.slots.len()];
        self.scorer.pass(&all_unknown, Pass::High).total
    }

    /// The total from which a child is on the list.
    #[must_use]
    pub const fn threshold(&self) -> u8 {
        self.scorer.threshold
    }
}

struct Compiler {
    ops: Vec<Op>,
    loads: Vec<usize>,
}

impl Compiler {
    fn push(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }

    fn load(&self, input: usize) -> usize {
        self.loads.get(input).copied().unwrap_or_default()
    }

    fn test(&mut self, test: &Test) -> usize {
        match test {
            // Only inputs that are 0 or 1 are asked this way.
            Test::Is(input) => self.load(*input),
            Test::Ge(input, least) => self.push(Op::Ge(self.load(*input), *least)),
            Test::Rise { before, now, by } => self.push(Op::Rise(self.load(*now), self.load(*before), *by)),
            Test::All(parts) => self.tests(parts, Op::And),
            Test::Any(parts) => self.tests(parts, Op::Or),
            Test::Not(part) => {
                let part = self.test(part);
                self.push(Op::Not(part))
            }
        }
    }

    fn tests(&mut self, parts: &[Test], combine: fn(usize, usize) -> Op) -> usize {
        let operands: Vec<usize> = parts.iter().map(|part| self.test(part)).collect();
        self.fold(&operands, combine)
    }

    fn fold(&mut self, operands: &[usize], combine: fn(usize, usize) -> Op) -> usize {
        match operands {
            [] => self.push(Op::Zero),
            [first, rest @ ..] => rest.iter().fold(*first, |left, right| self.push(combine(left, *right))),
        }
    }
}

/// The inputs of many children, one byte a cell, column by column.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    columns: Vec<Vec<u8>>,
    children: usize,
}

impl Columns {
    /// No child yet, with room for so many.
    #[must_use]
    pub fn with_capacity(program: &Program, children: usize) -> Self {
        let columns = program.scorer.slots.iter().map(|_| Vec::with_capacity(children)).collect();
        Self { columns, children: 0 }
    }

    /// Takes one child's inputs, made by [`crate::inputs()`] under the same effective rulebook; returns
    /// its place.
    pub fn push(&mut self, program: &Program, inputs: &crate::Inputs) -> usize {
        self.push_cells(inputs.cells(program).into_iter())
    }

    pub(crate) fn push_cells(&mut self, cells: impl Iterator<Item = u8>) -> usize {
        let mut cells = cells.chain(std::iter::repeat(UNKNOWN));
        for (column, cell) in self.columns.iter_mut().zip(&mut cells) {
            column.push(cell);
        }
        self.children += 1;
        self.children - 1
    }

    /// How many children.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.children
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.children == 0
    }

    fn any_declined(&self, rows: &Range<usize>) -> bool {
        // Counting vectorises where a search would stop and branch.
        let declined = |cells: &[u8]| cells.iter().fold(false, |any, cell| any | (*cell == DECLINED));
        self.columns.iter().any(|column| column.get(rows.clone()).is_some_and(declined))
    }

    fn row(&self, child: usize) -> impl Iterator<Item = u8> {
        self.columns.iter().map(move |column| column.get(child).copied().unwrap_or(UNKNOWN))
    }
}

/// The totals of many children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scores {
    /// Least.
    pub low: Vec<u8>,
    /// Greatest.
    pub high: Vec<u8>,
    /// Greatest with declined inputs at their least: what list membership goes by.
    pub member: Vec<u8>,
}

impl Scores {
    /// One child's interval.
    #[must_use]
    pub fn interval(&self, child: usize) -> Option<Interval> {
        Some(Interval { low: *self.low.get(child)?, high: *self.high.get(child)? })
    }

    /// The list each child is on.
    #[must_use]
    pub fn lists(&self, program: &Program, columns: &Columns) -> Vec<List> {
        let totals = self.low.iter().zip(&self.high).zip(&self.member);
        totals
            .enumerate()
            .map(|(child, ((low, high), member))| {
                program
                    .scorer
                    .list(*low, *high, *member, || program.scorer.unknown_percent(columns.row(child)))
            })
            .collect()
    }
}

/// Scores every child of the columns: exact intervals, and the greatest for membership.
#[must_use]
pub fn evaluate(program: &Program, columns: &Columns) -> Scores {
    let mut registers = vec![[0; CHUNK]; program.ops.len()];
    let mut scores = Scores {
        low: vec![0; columns.children],
        high: vec![0; columns.children],
        member: vec![0; columns.children],
    };
    for start in (0..columns.children).step_by(CHUNK) {
        let rows = start..(start + CHUNK).min(columns.children);
        let outs = [&mut scores.low, &mut scores.high, &mut scores.member];
        for (pass, out) in Pass::ALL.into_iter().zip(outs) {
            // Without anything declined, membership goes by the greatest, which the registers still hold.
            if pass != Pass::Member || columns.any_declined(&rows) {
                run(program, columns, &rows, pass, &mut registers);
            }
            if let (Some(out), Some(total)) = (out.get_mut(rows.clone()), registers.last()) {
                out.iter_mut().zip(total).for_each(|(to, from)| *to = *from);
            }
        }
    }
    scores
}

fn run(program: &Program, columns: &Columns, rows: &Range<usize>, pass: Pass, registers: &mut [Register]) {
    for (place, op) in program.ops.iter().enumerate() {
        let (earlier, rest) = registers.split_at_mut(place);
        let Some(to) = rest.first_mut() else { return };
        let read = |register: usize| earlier.get(register).unwrap_or(&[0; CHUNK]);
        match *op {
            Op::Load(input) => {
                let cells = columns.columns.get(input).and_then(|column| column.get(rows.clone()));
                if let (Some(cells), Some(slot)) = (cells, program.scorer.slots.get(input)) {
                    load(to, cells, *slot, pass);
                }
            }
            Op::Ge(a, least) => map(to, read(a), |a| u8::from(a >= least)),
            Op::Rise(now, before, by) => {
                zip(to, read(now), read(before), |now, before| u8::from(now.saturating_sub(before) >= by))
            }
            Op::And(a, b) => zip(to, read(a), read(b), |a, b| a & b),
            Op::Or(a, b) => zip(to, read(a), read(b), |a, b| a | b),
            Op::Not(a) => map(to, read(a), |a| a ^ 1),
            Op::Points(a, points) => map(to, read(a), |a| a.wrapping_neg() & points),
            Op::Add(a, b) => zip(to, read(a), read(b), u8::wrapping_add),
            Op::Max(a, b) => zip(to, read(a), read(b), u8::max),
            Op::Gate(a, b) => {
                zip(to, read(a), read(b), |a, b| a.wrapping_add(u8::from(a != 0).wrapping_neg() & b))
            }
            Op::Zero => to.fill(0),
        }
    }
}

fn load(to: &mut Register, cells: &[u8], slot: Slot, pass: Pass) {
    let inapplicable = slot.fill(NOT_APPLICABLE, pass);
    let unknown = slot.fill(UNKNOWN, pass);
    let declined = slot.fill(DECLINED, pass);
    for (to, cell) in to.iter_mut().zip(cells) {
        let absent = if *cell == DECLINED { declined } else { unknown };
        let absent = if *cell == NOT_APPLICABLE { inapplicable } else { absent };
        *to = if *cell > GREATEST { absent } else { *cell };
    }
}

fn map(to: &mut Register, from: &Register, f: impl Fn(u8) -> u8) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = f(*from));
}

fn zip(to: &mut Register, left: &Register, right: &Register, f: impl Fn(u8, u8) -> u8) {
    to.iter_mut().zip(left).zip(right).for_each(|((to, left), right)| *to = f(*left, *right));
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
