//! What a profile says, as one table: kind and name of each thing to its members in words. Two tables are
//! compared line by line, so a new kind of configuration needs its lines here and nothing else.

use std::collections::BTreeMap;

use ::retention::{Override, Rule, Schedule};
use kernel::{Lang, OrganKind};
use rulebook::Effective;
use serde_json::Value;

use super::Kind;
use crate::{Cohort, Cooperative, SchoolLevel, Source, TownProfile};

/// The members of one thing, in words.
pub(super) type Members = BTreeMap<String, String>;

/// Everything a profile says.
pub(super) type Facts = BTreeMap<(Kind, String), Members>;

/// What holds in a town.
pub(super) fn of(cooperative: &Cooperative, town: &TownProfile) -> Facts {
    let mut facts = Facts::new();
    let mut put = |kind, of: &str, members| _ = facts.insert((kind, of.to_owned()), members);
    put(Kind::Town, "", of_town(town));
    for organ in &town.organs {
        put(Kind::Organ, &organ.code, members([("kind", organ_kind(organ.kind)), ("name", &organ.name)]));
    }
    for section in &town.sections {
        put(Kind::Section, section.code.as_str(), members([("name", section.name.as_str())]));
    }
    for school in &town.schools {
        let level = match school.level {
            SchoolLevel::Elementary => "elementary",
            SchoolLevel::JuniorHigh => "junior_high",
        };
        let said = [("name", school.name.as_str()), ("founder", school.founder_code()), ("level", level)];
        put(Kind::School, &school.code, members(said));
    }
    for item in cooperative.items.values() {
        put(Kind::Item, item.code.as_str(), flat(&serde_json::to_value(item).unwrap_or_default()));
    }
    for effective in town.rulebooks.values() {
        put(Kind::Rulebook, effective.rulebook.code.as_str(), of_rulebook(effective));
    }
    facts.extend(of_retention(&town.retention));
    for (code, source) in &town.sources {
        facts.extend(of_source(code.as_str(), source));
    }
    facts
}

fn members<'m>(said: impl IntoIterator<Item = (&'m str, &'m str)>) -> Members {
    said.into_iter().map(|(member, value)| (member.to_owned(), value.to_owned())).collect()
}

const fn organ_kind(kind: OrganKind) -> &'static str {
    match kind {
        OrganKind::Mayor => "mayor",
        OrganKind::BoardOfEducation => "board_of_education",
        OrganKind::School => "school",
    }
}

fn of_town(town: &TownProfile) -> Members {
    let (population, training) = (town.population.to_string(), town.training.to_string());
    members([
        ("name", town.name.as_str()),
        ("kana", town.kana.as_str()),
        ("population", population.as_str()),
        ("training", training.as_str()),
    ])
}

/// The shared rules' identity, and every number as it holds here.
fn of_rulebook(effective: &Effective) -> Members {
    let (book, choices) = (&effective.rulebook, &effective.choices);
    let mut said = members([("version", book.version.as_str()), ("variant", choices.variant.value.as_str())]);
    said.insert("release".to_owned(), effective.release.to_string());
    said.insert("effective_from".to_owned(), choices.effective_from.to_string());
    for (name, param) in &book.params {
        let chosen = choices.params.get(name).map_or(param.default, |decision| decision.value);
        said.insert(name.clone(), chosen.to_string());
    }
    said.insert("threshold".to_owned(), effective.threshold().to_string());
    said
}

fn of_retention(schedule: &Schedule) -> Facts {
    let rule = |rule: &Rule| {
        let covers = rule.categories.iter().map(ToString::to_string);
        let covers: Vec<_> = covers.chain(rule.items.iter().map(ToString::to_string)).collect();
        let said = [
            ("period", rule.term.say(Lang::Ja)),
            ("bound", rule.bound.as_str().to_owned()),
            ("covers", covers.join(", ")),
            ("article", rule.source.article.clone()),
        ];
        let said = said.into_iter().map(|(member, value)| (member.to_owned(), value)).collect();
        ((Kind::Retention, format!("{}@{}", rule.code, rule.effective_from)), said)
    };
    let own = |own: &Override| {
        let said = [("period", own.term.say(Lang::Ja)), ("article", own.source.article.clone())];
        let said = said.into_iter().map(|(member, value)| (member.to_owned(), value)).collect();
        ((Kind::Retention, format!("{}@{} (町)", own.rule, own.effective_from)), said)
    };
    schedule.rules().iter().map(rule).chain(schedule.overrides().iter().map(own)).collect()
}

fn of_source(code: &str, source: &Source) -> Facts {
    let mut facts = Facts::new();
    // The layout's published form: whatever a layout can say is compared, also what is added later.
    let mut layout = serde_json::to_value(&source.layout).unwrap_or_default();
    let mut part = |name: &str| layout.get_mut(name).map(Value::take).unwrap_or_default();
    for field in list(part("fields")) {
        let to = field.get("to").and_then(Value::as_str).unwrap_or_default().to_owned();
        facts.insert((Kind::Field, format!("{code}/{to}")), flat(&field));
    }
    for ((role, item), plan) in source.layout.observed().zip(list(part("observations"))) {
        facts.insert((Kind::Observation, format!("{code}/{role} {item}")), flat(&plan));
    }
    for codes in list(part("codes")) {
        let name = codes.get("name").and_then(Value::as_str).unwrap_or_default();
        facts.insert((Kind::CodeList, format!("{code}/{name}")), entries(&codes));
    }
    let mut said = of_legal(source);
    said.extend(flat(&layout));
    facts.insert((Kind::Source, code.to_owned()), said);
    facts
}

/// What a source says beside its layout.
fn of_legal(source: &Source) -> Members {
    let cohort = match source.coverage.cohort {
        Cohort::Residents => "residents",
        Cohort::Children => "children",
        Cohort::TownSchoolPupils => "town_school_pupils",
        Cohort::Listed => "listed",
    };
    let legal = &source.legal;
    let mut said = members([
        ("name", source.name.as_str()),
        ("section", source.section.as_str()),
        ("legal.purpose", legal.purpose.as_str()),
        ("legal.article", legal.article.as_str()),
        ("legal.decided_by", legal.decided_by.as_str()),
        ("coverage.cohort", cohort),
    ]);
    said.insert("legal.decided_on".to_owned(), legal.decided_on.to_string());
    said.insert("legal.until".to_owned(), legal.until.to_string());
    said.insert("coverage.complete".to_owned(), source.coverage.complete.to_string());
    if let Some(days) = source.freshness.stale_after_days {
        said.insert("freshness.stale_after_days".to_owned(), days.to_string());
    }
    if let Some(arrival) = &source.arrival {
        said.insert("arrival".to_owned(), arrival.say());
    }
    said
}

/// The lines of a code list: the code, and its days where it has some, to what it means.
fn entries(codes: &Value) -> Members {
    let lines = codes.pointer("/list/entries").and_then(Value::as_array).into_iter().flatten();
    let text =
        |line: &Value, member: &str| line.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    lines
        .map(|line| {
            let days = [text(line, "valid_from"), text(line, "valid_to")];
            let days = if days.iter().all(String::is_empty) {
                String::new()
            } else {
                format!(" {}", days.join(".."))
            };
            (format!("{}{days}", text(line, "source")), text(line, "target"))
        })
        .collect()
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        _ => Vec::new(),
    }
}

/// Every leaf of a JSON value by its path; what is null is not there.
fn flat(value: &Value) -> Members {
    let mut leaves = Members::new();
    flatten("", value, &mut leaves);
    leaves
}

fn flatten(path: &str, value: &Value, leaves: &mut Members) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Null => {}
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| flatten(&below(name), value, leaves));
        }
        Value::Array(values) => {
            (0..)
                .zip(values)
                .for_each(|(at, value): (usize, _)| flatten(&below(&at.to_string()), value, leaves));
        }
        Value::String(text) => _ = leaves.insert(path.to_owned(), text.clone()),
        other => _ = leaves.insert(path.to_owned(), other.to_string()),
    }
}
