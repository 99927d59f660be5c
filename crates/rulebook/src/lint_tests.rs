//! What a reader of a rulebook is warned of: rules that cannot matter and thresholds nobody reaches.

use super::*;
use crate::fixtures::town;

fn remarks(slug: &str) -> Vec<(&'static str, String)> {
    lint(&town(slug)).into_iter().map(|remark| (remark.code, remark.about)).collect()
}

#[test]
fn as_printed_the_household_is_redundant_and_the_label_vacuous() {
    let expected =
        [("redundant_indicator", "a1_3".to_owned()), ("vacuous_threshold", "as_printed".to_owned())];
    assert_eq!(remarks("nakai"), expected);
}

#[test]
fn read_as_eleven_the_label_says_something() {
    assert_eq!(remarks("kaisei"), [("redundant_indicator", "a1_3".to_owned())]);
}

#[test]
fn an_indicator_that_cannot_hold_and_a_threshold_nobody_reaches_are_seen() {
    let mut scorer = town("kaisei").program().scorer().clone();
    scorer.rules[0].test = Test::All(vec![Test::Is(0), Test::Not(Box::new(Test::Is(0)))]);
    scorer.threshold = 18;
    let values = telling_values(&scorer);
    let states = values.iter().map(Vec::len).product();
    let found = enumerate(&scorer, &values, states);
    assert_eq!((found.effects[0], found.effects[1], found.reached), (Effect::Never, Effect::Needed, 0));
}
