//! How a field's text comes together, as written: one column or several, a condition on another column,
//! a part of the file's name, and what is done to the text before it is read.

use kernel::Absence;

use super::document::slot;
use super::node::Node;
use super::reader::{At, TableReader};
use crate::clean::Clean;

/// One column, named in the way its kind of file has: by header, by place or by bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlaceDoc {
    Column(String),
    Position(usize),
    Bytes(usize, usize),
}

/// Where a field's text comes from when not from one column.
#[derive(Debug, Clone)]
pub(crate) enum GatherDoc {
    /// `concat`: all of these, with `join` between them.
    Concat(Vec<At<PlaceDoc>>, String),
    /// `coalesce`: the first of these that says something.
    Coalesce(Vec<At<PlaceDoc>>),
    /// `period`: a month from a year and a month.
    Period { fiscal: bool, year: At<PlaceDoc>, month: At<MonthDoc> },
    /// `capture`: this part of the file's name.
    Capture(String),
}

/// The month of a `period`: a column, or always the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MonthDoc {
    Place(PlaceDoc),
    Always(u32),
}

/// `when`: the value counts only where another column says one of these.
#[derive(Debug, Clone)]
pub(crate) struct WhenDoc {
    pub place: At<PlaceDoc>,
    pub is: Vec<String>,
    pub otherwise: Absence,
}

/// `split`: one part of the text.
#[derive(Debug, Clone)]
pub(crate) struct SplitDoc {
    pub at: String,
    pub part: usize,
}

/// How a number becomes whole: `scale`, `unit`, `zero`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReckonDoc {
    pub scale: Option<At<u32>>,
    pub unit: Option<At<(String, String)>>,
    pub zero: Option<At<Option<Absence>>>,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimDoc {
    pub gather: Option<At<GatherDoc>>,
    pub when: Option<WhenDoc>,
    pub clean: Option<At<Vec<Clean>>>,
    pub split: Option<At<SplitDoc>>,
}

impl ClaimDoc {
    pub fn read(table: &mut TableReader<'_>) -> Self {
        let concat = table.node("concat").and_then(|node| places(table, node));
        let join = table.get::<String>("join");
        let coalesce = table.node("coalesce").and_then(|node| places(table, node));
        let period = table.table("period").and_then(period);
        let capture = table.get::<String>("capture");
        if let (Some(join), None) = (&join, &concat) {
            table.report(join.spot.invalid("concat と一緒に書いてください", "only together with concat"));
        }
        let join = join.map(|join| join.value).unwrap_or_default();
        let mut given = [
            concat.map(|places| places.map(|places| GatherDoc::Concat(places, join))),
            coalesce.map(|places| places.map(GatherDoc::Coalesce)),
            period,
            capture.map(|name| name.map(GatherDoc::Capture)),
        ]
        .into_iter()
        .flatten();
        let gather = given.next();
        for second in given {
            table.report(second.spot.invalid(
                "concat、coalesce、period、capture はどれか一つです",
                "write only one of concat, coalesce, period, capture",
            ));
        }
        Self {
            gather,
            when: table.table("when").and_then(WhenDoc::read),
            clean: table.node("clean").and_then(|node| clean(table, node)),
            split: table.table("split").and_then(SplitDoc::read),
        }
    }
}

impl ReckonDoc {
    pub fn read(table: &mut TableReader<'_>) -> Self {
        let unit = table.table("unit").and_then(|mut unit| {
            let (from, to) = (unit.need::<String>("from"), unit.need::<String>("to"));
            Some(At::new((from?.value, to?.value), unit.spot().clone()))
        });
        let reasons = Absence::ALL.iter().copied().filter(|reason| reason.is_statable());
        let reasons = reasons.map(|reason| (reason.as_str(), Some(reason)));
        let words: Vec<_> = std::iter::once(("value", None)).chain(reasons).collect();
        let zero = table.choice("zero", &words);
        Self { scale: table.get("scale"), unit, zero }
    }
}

impl WhenDoc {
    fn read(mut table: TableReader<'_>) -> Option<Self> {
        let place = table.node("column").and_then(|node| place(&table, node));
        let is = table.need::<Vec<At<String>>>("is");
        let otherwise = table.need_parsed::<Absence>("otherwise");
        if place.is_none() {
            table.report(table.spot().missing("when.column"));
        }
        if let Some(reason) = otherwise.as_ref().filter(|reason| !reason.value.is_statable()) {
            table.report(
                reason.spot.invalid("ファイルには書けない理由です", "a file cannot state this reason"),
            );
        }
        let is = is?.value.into_iter().map(|text| text.value).collect();
        Some(Self { place: place?, is, otherwise: otherwise?.value })
    }
}

impl SplitDoc {
    fn read(mut table: TableReader<'_>) -> Option<At<Self>> {
        let (at, part) = (table.need::<String>("at"), table.need::<usize>("part"));
        let (at, part) = (at?, part?);
        if at.value.is_empty() || !(1..=9).contains(&part.value) {
            let (ja, en) =
                ("区切りの文字と 1～9 の番号を書いてください", "write a separator and a part from 1 to 9");
            table.report(table.spot().invalid(ja, en));
            return None;
        }
        Some(At::new(Self { at: at.value, part: part.value }, table.spot().clone()))
    }
}

fn clean(table: &TableReader<'_>, node: Node<'_>) -> Option<At<Vec<Clean>>> {
    let spot = node.spot().clone();
    let steps: Vec<_> =
        node.items().into_iter().filter_map(|item| item.choice(Clean::NAMES)).map(|at| at.value).collect();
    if steps.is_empty() {
        table.report(spot.invalid("一つ以上書いてください", "write at least one"));
        return None;
    }
    Some(At::new(steps, spot))
}

fn places(table: &TableReader<'_>, node: Node<'_>) -> Option<At<Vec<At<PlaceDoc>>>> {
    let spot = node.spot().clone();
    let places: Vec<_> = node.items().into_iter().filter_map(|item| place(table, item)).collect();
    if places.len() < 2 {
        table.report(spot.invalid("二つ以上の列を書いてください", "name at least two columns"));
        return None;
    }
    Some(At::new(places, spot))
}

fn place(table: &TableReader<'_>, node: Node<'_>) -> Option<At<PlaceDoc>> {
    if node.is::<usize>() {
        return node.read().map(|position| position.map(PlaceDoc::Position));
    }
    if node.is::<Vec<At<usize>>>() {
        return slot(table, node.read()?).map(|at| at.map(|(start, length)| PlaceDoc::Bytes(start, length)));
    }
    node.read().map(|name| name.map(PlaceDoc::Column))
}

fn period(mut table: TableReader<'_>) -> Option<At<GatherDoc>> {
    let year = table.node("year").and_then(|node| place(&table, node));
    let fiscal = table.node("fiscal_year").and_then(|node| place(&table, node));
    let month = table.node("month").and_then(|node| place(&table, node));
    let always = table.get::<u32>("always");
    let spot = table.spot().clone();
    if let Some(always) = always.as_ref().filter(|always| !(1..=12).contains(&always.value)) {
        table.report(always.spot.invalid("1～12 の月を書いてください", "write a month from 1 to 12"));
    }
    let month = month.map(|place| place.map(MonthDoc::Place)).xor(always.map(|at| at.map(MonthDoc::Always)));
    let is_fiscal = fiscal.is_some();
    match (year.xor(fiscal), month) {
        (Some(year), Some(month)) => {
            Some(At::new(GatherDoc::Period { fiscal: is_fiscal, year, month }, spot))
        }
        _ => {
            table.report(spot.invalid(
                "year か fiscal_year のどちらかと、month（列）か always（月）のどちらかを書いてください",
                "write year or fiscal_year, and month (a column) or always (a month)",
            ));
            None
        }
    }
}
