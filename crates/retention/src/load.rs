//! Reads `retention.toml`, the cooperative's and a town's, into rules and overrides.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use kernel::{Category, Code, Fault, ItemCode, ItemDef, Lang};

use crate::clock::Clock;
use crate::reader::{Item, Table, read};
use crate::rule::{Bound, Checked, Decision, Override, Rule, RuleCode, Source};
use crate::schedule::Schedule;
use crate::term::{MAX_YEARS, Term};
use crate::words::Words;

const RULE: [&str; 11] = [
    "code",
    "ja",
    "en",
    "categories",
    "items",
    "clock",
    "years",
    "period",
    "bound",
    "effective_from",
    "source",
];
const DECISION: [&str; 2] = ["decided_by", "decided_on"];
const OVERRIDE: [&str; 6] = ["rule", "clock", "years", "period", "effective_from", "source"];
const SOURCE: [&str; 4] = ["article", "row", "checked", "note"];

/// The versions met so far: a name and the day it takes effect.
type Versions = BTreeSet<(RuleCode, NaiveDate)>;

/// The cooperative's rules.
pub(crate) fn shared(file: &str, text: &str, items: &[ItemDef]) -> Result<Vec<Rule>, Vec<Fault>> {
    read(file, text, &["rule"], |root| {
        let mut met = Versions::new();
        let rules = root.tables("rule", &RULE);
        rules.iter().filter_map(|table| rule(table, items, &mut met, None)).collect()
    })
}

/// A town's own rules and its overrides of the shared ones.
pub(crate) fn town(
    file: &str,
    text: &str,
    items: &[ItemDef],
    shared: &Schedule,
) -> Result<(Vec<Rule>, Vec<Override>), Vec<Fault>> {
    read(file, text, &["rule", "override"], |root| {
        let (mut met, mut overridden) = (Versions::new(), Versions::new());
        let own = root.tables("rule", &[RULE.as_slice(), &DECISION].concat());
        let own = own.iter().filter_map(|table| rule(table, items, &mut met, Some(shared))).collect();
        let overrides = root.tables("override", &[OVERRIDE.as_slice(), &DECISION].concat());
        let overrides = overrides.iter().filter_map(|table| override_of(table, shared, &mut overridden));
        (own, overrides.collect())
    })
}

/// One rule; a town's own one stands beside the `shared` ones and says who decided it.
fn rule(table: &Table<'_>, items: &[ItemDef], met: &mut Versions, shared: Option<&Schedule>) -> Option<Rule> {
    let code = name(table, "code");
    let (ja, en) = (text(table, "ja"), text(table, "en"));
    let covered = covered(table, items);
    let term = term(table);
    let bound = table.need("bound").and_then(|item| item.choose(Bound::ALL, Bound::as_str));
    let (source, effective_from) = (source(table), date(table, "effective_from"));
    let decision = shared.map_or(Some(None), |_| decision(table).map(Some));
    if let (Some(shared), Some((code, item))) = (shared, &code)
        && shared.rules().iter().any(|rule| rule.code == *code)
    {
        item.fault(Fault::new(Code::ConfigDuplicate).with("target", code));
    }
    let ((code, item), effective_from) = (code?, effective_from?);
    once(met, &code, effective_from, &item);
    let (categories, items) = covered?;
    Some(Rule {
        code,
        record: Words { ja: ja?, en: en? },
        categories,
        items,
        term: term?.0,
        bound: bound?,
        source: source?,
        effective_from,
        decision: decision?,
    })
}

fn override_of(table: &Table<'_>, shared: &Schedule, met: &mut Versions) -> Option<Override> {
    let rule = name(table, "rule");
    let term = term(table);
    let (source, effective_from, decision) = (source(table), date(table, "effective_from"), decision(table));
    let ((rule, item), effective_from) = (rule?, effective_from?);
    once(met, &rule, effective_from, &item);
    if !shared.rules().iter().any(|shared| shared.code == rule) {
        item.fault(Fault::new(Code::ConfigReference).with("target", &rule));
    }
    let (term, spot) = term?;
    if term == Term::Undecided {
        spot.invalid("町が決める期間を書いてください", "say the period that the town decided");
    }
    if let Some(passed) = shared.versions_from(&rule, effective_from).find(|rule| passes(&term, rule)) {
        out_of_bound(&spot, passed);
    }
    Some(Override { rule, term, source: source?, effective_from, decision: decision? })
}

/// Whether a town's term is shorter than a floor or longer than a ceiling, whatever the facts.
fn passes(term: &Term, rule: &Rule) -> bool {
    match term.compare(&rule.term) {
        Some(Ordering::Less) => rule.bound == Bound::Floor,
        Some(Ordering::Greater) => rule.bound == Bound::Ceiling,
        Some(Ordering::Equal) | None => false,
    }
}

fn out_of_bound(spot: &Item<'_>, rule: &Rule) {
    let (ja, en) = match rule.bound {
        Bound::Floor => ("より短くできません", "it may not be shorter than"),
        Bound::Ceiling | Bound::Guide => ("より長くできません", "it may not be longer than"),
    };
    let said = |lang| (rule.bound.say(lang), rule.term.say(lang), rule.source.say(lang));
    let (bound, term, source) = said(Lang::Ja);
    let ja = format!("{bound}「{term}」（{source}）{ja}");
    let (bound, term, source) = said(Lang::En);
    spot.invalid(&ja, &format!("{en} the {bound}, {term} ({source})"));
}

/// Either `clock` and `years`, or `period`. Also the value to blame.
fn term<'r>(table: &Table<'r>) -> Option<(Term, Item<'r>)> {
    const WORDS: [(&str, Term); 2] = [("permanent", Term::Permanent), ("undecided", Term::Undecided)];
    let Some(period) = table.get("period") else {
        let clock = table.need("clock").and_then(|item| {
            item.parse::<Clock>(
                &format!("書けるのは {}", Clock::KNOWN),
                &format!("it may be {}", Clock::KNOWN),
            )
        });
        let years = table.need("years").and_then(|item| Some((item.number(0, MAX_YEARS)?, item)));
        let (clock, (years, item)) = (clock?, years?);
        return Some((Term::Years { clock, years }, item));
    };
    if table.get("clock").or_else(|| table.get("years")).is_some() {
        period.invalid("clock・years と一緒には書けません", "it cannot stand beside clock and years");
        return None;
    }
    let (_, term) = period.choose(&WORDS, |(word, _)| word)?;
    Some((term, period))
}

/// The categories covered whole and the single items. Either may be empty, but both must be said: a line
/// that is lost must not leave records without a rule.
fn covered(table: &Table<'_>, dictionary: &[ItemDef]) -> Option<(Vec<Category>, Vec<ItemCode>)> {
    let categories = table
        .need("categories")
        .and_then(|item| each(&item, |item| item.choose(Category::ALL, Category::as_str)));
    let items = table.need("items").and_then(|item| each(&item, |item| known_item(item, dictionary)));
    Some((categories?, items?))
}

fn known_item(item: &Item<'_>, dictionary: &[ItemDef]) -> Option<ItemCode> {
    let code = item.text()?;
    let found = dictionary.iter().find(|def| def.code.as_str() == code).map(|def| def.code.clone());
    if found.is_none() {
        item.fault(Fault::new(Code::ConfigReference).with("target", &code));
    }
    found
}

/// Every value of an array; none when one cannot be read. All have been tried by then.
fn each<T>(item: &Item<'_>, read: impl Fn(&Item<'_>) -> Option<T>) -> Option<Vec<T>> {
    let read: Vec<_> = item.list()?.iter().map(read).collect();
    read.into_iter().collect()
}

fn source(table: &Table<'_>) -> Option<Source> {
    let table = table.need("source")?.table(&SOURCE)?;
    let (article, row) = (text(&table, "article"), text(&table, "row"));
    let checked = table.need("checked").and_then(|item| item.choose(Checked::ALL, Checked::as_str));
    let note = table.get("note").map_or(Some(None), |item| item.text().map(Some));
    Some(Source { article: article?, row: row?, checked: checked?, note: note? })
}

fn decision(table: &Table<'_>) -> Option<Decision> {
    let (by, on) = (text(table, "decided_by"), date(table, "decided_on"));
    Some(Decision { by: by?, on: on? })
}

fn text(table: &Table<'_>, key: &str) -> Option<String> {
    table.need(key)?.text()
}

fn date(table: &Table<'_>, key: &str) -> Option<NaiveDate> {
    table.need(key)?.date()
}

/// A rule's name and where it stands.
fn name<'r>(table: &Table<'r>, key: &str) -> Option<(RuleCode, Item<'r>)> {
    let item = table.need(key)?;
    let code = item.parse(
        "名前は英小文字で始まり、英小文字・数字・_ の64字までです",
        "a name is 1 to 64 lower-case letters, digits and underscores, beginning with a letter",
    )?;
    Some((code, item))
}

/// Faults a second version of one name from one day.
fn once(met: &mut Versions, code: &RuleCode, from: NaiveDate, item: &Item<'_>) {
    if !met.insert((code.clone(), from)) {
        item.fault(Fault::new(Code::ConfigDuplicate).with("target", format!("{code} {from}")));
    }
}
