//! Holds a rulebook that was read against itself: names lead somewhere and are defined once, every input
//! is used, in one direction only, and no total can outgrow a byte.

use std::collections::{BTreeSet, HashSet};

use kernel::{Code, Fault};

use crate::reader::Reader;
use crate::rulebook::{Combine, Group, Rulebook};
use crate::scorer::GREATEST;

/// A name in the file and what it has to be.
pub(crate) struct Wanted {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) line: u32,
}

/// What a name has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A parameter that is never below `least`.
    Param {
        /// The least that makes sense there.
        least: i64,
    },
    /// An input of any shape.
    AnyInput,
    /// An input that is true or false.
    Flag,
    /// A `month_count` input.
    Count,
    /// A group.
    Group,
    /// A group defined before the group at this place.
    GroupBefore(usize),
    /// An indicator.
    Indicator,
    /// A variant.
    Variant,
    /// A new input's name.
    FreshInput,
    /// A new indicator's id.
    FreshIndicator,
    /// A new group's id.
    FreshGroup,
}

/// Notes every fault of a rulebook that could be read.
pub(crate) fn check(rulebook: &Rulebook, wanted: &[Wanted], reader: &Reader<'_>) {
    let mut fresh = HashSet::new();
    for want in wanted {
        let fault = match want.kind {
            Kind::FreshInput | Kind::FreshIndicator | Kind::FreshGroup => {
                let first = fresh.insert((std::mem::discriminant(&want.kind), &want.name));
                (!first).then(|| Fault::new(Code::ConfigDuplicate).with("target", &want.name))
            }
            kind => refused(rulebook, kind, &want.name),
        };
        if let Some(fault) = fault {
            reader.note(fault, &want.key, want.line);
        }
    }
    if rulebook.variants.is_empty() {
        reader.note(Fault::new(Code::ConfigMissingKey), "variant", 1);
    }
    if rulebook.params.contains_key("threshold") {
        // The threshold belongs to the variant; a parameter of that name would be two truths.
        reader.note(Fault::new(Code::ConfigDuplicate).with("target", "threshold"), "params.threshold", 1);
    }
    for input in &rulebook.inputs {
        directions(rulebook, &input.name, wanted, reader);
    }
    if highest(rulebook) > u32::from(GREATEST) {
        let (ja, en) = (format!("合計が{GREATEST}を超えます"), format!("the total exceeds {GREATEST}"));
        reader.note(Fault::new(Code::ConfigInvalidValue).with_words("why", &ja, &en), "total", 1);
    }
}

fn refused(rulebook: &Rulebook, kind: Kind, name: &str) -> Option<Fault> {
    let input = rulebook.inputs.iter().find(|input| input.name == name);
    let found = match kind {
        Kind::Param { least } => {
            return match rulebook.params.get(name) {
                None => Some(Fault::new(Code::ConfigReference).with("target", name)),
                Some(param) if param.reach()[0] < least => {
                    let (ja, en) = (
                        format!("ここでは{least}以上が必要です"),
                        format!("at least {least} is needed here"),
                    );
                    Some(Fault::new(Code::ConfigInvalidValue).with_words("why", &ja, &en))
                }
                Some(_) => None,
            };
        }
        Kind::Flag | Kind::Count => {
            if input.is_some_and(|input| input.is_count() != (kind == Kind::Count)) {
                let ja = "回数の入力には ge・rise を、それ以外には is を使います";
                let en = "ge and rise ask counts, is asks the others";
                return Some(Fault::new(Code::ConfigInvalidValue).with_words("why", ja, en));
            }
            input.is_some()
        }
        Kind::AnyInput => input.is_some(),
        Kind::Group => rulebook.group_index(name).is_some(),
        Kind::GroupBefore(nth) => rulebook.group_index(name).is_some_and(|index| index < nth),
        Kind::Indicator => rulebook.indicators.iter().any(|indicator| indicator.id == name),
        Kind::Variant => rulebook.variants.iter().any(|variant| variant.name == name),
        Kind::FreshInput | Kind::FreshIndicator | Kind::FreshGroup => true,
    };
    (!found).then(|| Fault::new(Code::ConfigReference).with("target", name))
}

/// An input used in both directions has no value that makes the total least, so the interval would not
/// be exact; an input nobody uses is data asked for without need.
fn directions(rulebook: &Rulebook, name: &str, wanted: &[Wanted], reader: &Reader<'_>) {
    let uses = rulebook.indicators.iter().flat_map(|indicator| indicator.when.uses());
    let raises: BTreeSet<bool> = uses.filter(|used| used.input == name).map(|used| used.raises).collect();
    let (ja, en) = match raises.len() {
        1 => return,
        0 => (
            "どの指標も使っていません。使わないデータは求めません",
            "no indicator uses it; do not ask for data without need",
        ),
        _ => (
            "点を増やす向きと減らす向きの両方に使われ、範囲が正確になりません",
            "it is used both to raise and to lower points, so the interval would not be exact",
        ),
    };
    let place = wanted.iter().find(|want| want.kind == Kind::FreshInput && want.name == name);
    let (key, line) = place.map_or(("input", 1), |want| (want.key.as_str(), want.line));
    reader.note(Fault::new(Code::ConfigInvalidValue).with_words("why", ja, en), key, line);
}

/// The total no overlay and no child can exceed.
fn highest(rulebook: &Rulebook) -> u32 {
    let points = |group: &Group| -> Vec<u32> {
        let own = rulebook.indicators.iter().filter(|indicator| indicator.group == group.id);
        own.map(|indicator| rulebook.amount_bounds(&indicator.points)[1])
            .map(|high| u32::try_from(high).unwrap_or(u32::MAX))
            .collect()
    };
    let mut totals: Vec<u32> = Vec::new();
    for group in &rulebook.groups {
        let inner = group.of.iter().filter_map(|id| totals.get(rulebook.group_index(id)?).copied());
        let parts = points(group).into_iter().chain(inner.collect::<Vec<_>>());
        totals.push(match group.combine {
            Combine::Sum => parts.fold(0, u32::saturating_add),
            Combine::Max => parts.max().unwrap_or(0),
        });
    }
    let counted = rulebook.total.gate.iter().chain(&rulebook.total.add);
    counted.filter_map(|id| totals.get(rulebook.group_index(id)?).copied()).fold(0, u32::saturating_add)
}
