//! Runs the tests a rulebook carries in its own file. A rulebook whose tests fail is not read.

use kernel::{Code, Fault};

use crate::reader::Reader;
use crate::rulebook::{Case, CaseValue, Rulebook, Threshold};
use crate::scorer::{Contact, Interval, Pass, Scorer};

/// Notes every test that fails.
pub(crate) fn run(rulebook: &Rulebook, reader: &Reader<'_>) {
    for case in &rulebook.tests {
        let key = format!("test「{}」", case.name);
        for fault in wrong(rulebook, case) {
            reader.note(fault, &key, case.line);
        }
    }
}

fn wrong(rulebook: &Rulebook, case: &Case) -> Vec<Fault> {
    let Some(variant) = rulebook.variants.iter().find(|variant| variant.name == case.variant) else {
        return Vec::new();
    };
    let allowed = case.params.iter().filter_map(|(name, value)| rulebook.allows(variant, name, *value).err());
    let mut faults: Vec<Fault> = allowed.collect();
    if matches!(variant.threshold, Threshold::Within(_)) && !case.params.contains_key("threshold") {
        faults.push(Code::ConfigMissingKey.into());
    }
    if faults.is_empty() {
        let scorer = rulebook.scorer(variant, &rulebook.chosen(&case.params));
        faults.extend(compare(rulebook, &scorer, case));
    }
    faults
}

fn compare(rulebook: &Rulebook, scorer: &Scorer, case: &Case) -> Vec<Fault> {
    let cells = cells(rulebook, scorer, case);
    let [low, high] = [Pass::Low, Pass::High].map(|pass| scorer.pass(&cells, pass));
    let found = Interval { low: low.total, high: high.total };
    let concern = Interval { low: low.concern, high: high.concern };
    let settles: Vec<_> =
        open(scorer, &cells).filter_map(|n| Some(rulebook.inputs.get(n)?.name.clone())).collect();
    let [expected, expected_concern] = [Some(case.expect.interval), case.expect.concern]
        .map(|pair| pair.map(|[low, high]| Interval { low, high }));
    let contact = scorer.contact(&low.states, &high.states);
    [
        differs("interval", expected, &found),
        differs("list", Some(case.expect.list), &scorer.list_of(&cells)),
        differs("concern", expected_concern, &concern),
        differs("contact", case.expect.contact.map(Contact::as_str), &contact.as_str()),
        differs("settles", case.expect.settles.as_ref().map(|names| names.join(", ")), &settles.join(", ")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The absent inputs of which one value would settle the child.
pub(crate) fn open(scorer: &Scorer, cells: &[u8]) -> impl Iterator<Item = usize> {
    let unknown = cells.iter().enumerate().filter(|(_, cell)| **cell == crate::scorer::UNKNOWN);
    unknown.map(|(n, _)| n).filter(|n| scorer.settles(cells, *n))
}

fn cells(rulebook: &Rulebook, scorer: &Scorer, case: &Case) -> Vec<u8> {
    let inputs = rulebook.inputs.iter().zip(&scorer.slots);
    inputs
        .map(|(input, slot)| match case.given.get(&input.name).unwrap_or(&case.otherwise) {
            CaseValue::Value(value) => slot.cell(Ok(*value)),
            CaseValue::Absent(reason) => slot.cell(Err(*reason)),
        })
        .collect()
}

fn differs<T: PartialEq + std::fmt::Display>(what: &str, expected: Option<T>, found: &T) -> Option<Fault> {
    let expected = expected.filter(|expected| expected != found)?;
    let ja = format!("{what}：期待 {expected}、結果 {found}");
    let en = format!("{what}: expected {expected}, found {found}");
    Some(Fault::new(Code::ConfigInvalidValue).with_words("why", &ja, &en))
}
