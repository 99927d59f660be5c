//! The towns' files and a fictional child, for this crate's tests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta};
use kernel::date::YearMonth;
use kernel::{Absence, Category, Datum, ItemCode, ItemDef, Known, Value, ValueKind, When};

use crate::coverage::{Cohort, CoverageClaim, Enrolment, Founder, Span, Standing};
use crate::facts::{ChildFacts, Fact, Origin, PersonFacts, Relative, Siblings, SingleParent};
use crate::inputs::{Inputs, inputs};
use crate::overlay::{Effective, Overlay};
use crate::rulebook::Rulebook;
use crate::trace::{Trace, trace};

pub(crate) const RULEBOOK: &str = include_str!("../../../tenants/cooperative/rulebooks/young_carer.toml");
pub(crate) const TOWNS: [(&str, &str); 5] = [
    ("kaisei", include_str!("../../../tenants/kaisei/overlays/young_carer.toml")),
    ("oi", include_str!("../../../tenants/oi/overlays/young_carer.toml")),
    ("nakai", include_str!("../../../tenants/nakai/overlays/young_carer.toml")),
    ("hakone", include_str!("../../../tenants/hakone/overlays/young_carer.toml")),
    ("hayama", include_str!("../../../tenants/hayama/overlays/young_carer.toml")),
];

/// The last day of September 2026, on which every fixture is asked.
pub(crate) const AS_OF: &str = "2026-09-30";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> YearMonth {
    text.parse().unwrap()
}

pub(crate) fn item(text: &str) -> ItemCode {
    text.parse().unwrap()
}

pub(crate) fn dictionary() -> Vec<ItemDef> {
    [
        ("allowance.single_parent_medical", Category::Allowance, ValueKind::Bool),
        ("allowance.child_rearing", Category::Allowance, ValueKind::Bool),
        ("disability.certificate", Category::Disability, ValueKind::Code),
        ("childcare.enrolment", Category::Childcare, ValueKind::Code),
        ("welfare.disability_service", Category::Welfare, ValueKind::Code),
        ("attendance.late_days", Category::Attendance, ValueKind::Int),
        ("attendance.class_days", Category::Attendance, ValueKind::Int),
        ("consultation.single_parent", Category::Consultation, ValueKind::Bool),
        ("consultation.general", Category::Consultation, ValueKind::Bool),
        ("consultation.sc_ssw", Category::Consultation, ValueKind::Bool),
        ("consultation.note", Category::Consultation, ValueKind::Text),
        ("school_health.nurse_visit", Category::SchoolHealth, ValueKind::Bool),
    ]
    .into_iter()
    .map(|(code, category, kind)| ItemDef {
        code: item(code),
        category,
        kind,
        ja: code.into(),
        en: code.into(),
        unit: None,
        values: BTreeMap::new(),
    })
    .collect()
}

/// The shared rulebook, read once.
pub(crate) fn rulebook() -> &'static Rulebook {
    static READ: LazyLock<Rulebook> =
        LazyLock::new(|| parse(RULEBOOK).unwrap_or_else(|faults| panic!("{faults:#?}")));
    &READ
}

/// Parses, with every fault in words.
pub(crate) fn parse(text: &str) -> Result<Rulebook, Vec<String>> {
    Rulebook::parse("young_carer.toml", text, &dictionary()).map_err(in_words)
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err")]
pub(crate) fn in_words(faults: Vec<kernel::Fault>) -> Vec<String> {
    faults.iter().map(|fault| format!("{} {}", fault.code(), fault.detail(kernel::Lang::En))).collect()
}

pub(crate) fn town(slug: &str) -> Effective {
    let (_, text) = TOWNS.into_iter().find(|(name, _)| *name == slug).unwrap();
    under(text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

pub(crate) fn under(overlay: &str) -> Result<Effective, Vec<String>> {
    Overlay::parse("overlay.toml", overlay)
        .and_then(|overlay| rulebook().with_overlay(&overlay))
        .map_err(in_words)
}

pub(crate) fn since(from: &str) -> Span {
    Span { from: day(from), until: None }
}

pub(crate) fn at_school(founder: Founder, from: &str) -> Vec<Enrolment> {
    vec![Enrolment { founder, span: since(from) }]
}

pub(crate) fn claim(source: &str, holder: &str, items: &[&str], cohort: Cohort, when: When) -> CoverageClaim {
    CoverageClaim {
        source: source.parse().unwrap(),
        holder: holder.into(),
        items: items.iter().map(|code| item(code)).collect(),
        cohort,
        when,
    }
}

/// Every source complete on the day; attendance for July to September.
pub(crate) fn claims() -> Vec<CoverageClaim> {
    let on = || When::AsOf(day(AS_OF));
    let residents = |source, holder, item| claim(source, holder, &[item], Cohort::Residents, on());
    let pupils = |source, holder, item| claim(source, holder, &[item], Cohort::TownSchoolPupils, on());
    let mut claims = vec![
        residents("single_parent_medical", "子育て健康課", "allowance.single_parent_medical"),
        residents("child_rearing_allowance", "子育て健康課", "allowance.child_rearing"),
        residents("disability_certificates", "福祉介護課", "disability.certificate"),
        residents("childcare_enrolment", "子育て健康課", "childcare.enrolment"),
        residents("disability_services", "福祉介護課", "welfare.disability_service"),
        residents("consult_single_parent", "子育て健康課", "consultation.single_parent"),
        residents("consult_general", "子育て健康課", "consultation.general"),
        pupils("consult_nurse", "学校", "school_health.nurse_visit"),
        pupils("consult_sc_ssw", "教育委員会", "consultation.sc_ssw"),
    ];
    for name in ["2026-07", "2026-08", "2026-09"] {
        let items = ["attendance.late_days", "attendance.class_days"];
        claims.push(claim("attendance", "学校", &items, Cohort::TownSchoolPupils, When::Month(month(name))));
    }
    claims
}

pub(crate) fn origin(source: &str, holder: &str) -> Origin {
    let recorded_at = day(AS_OF).and_hms_opt(9, 0, 0).unwrap().and_utc() + TimeDelta::days(1);
    Origin { source: source.parse().unwrap(), holder: holder.into(), recorded_at }
}

pub(crate) fn fact(code: &str, datum: Datum, when: When) -> Fact {
    Fact { item: item(code), datum, when, origin: origin("some_source", "ある課") }
}

pub(crate) fn yes(code: &str) -> Fact {
    fact(code, Known::Present(Value::Bool(true)), When::AsOf(day(AS_OF)))
}

pub(crate) fn absent(code: &str, reason: Absence) -> Fact {
    fact(code, Known::Absent(reason), When::AsOf(day(AS_OF)))
}

pub(crate) fn monthly(code: &str, name: &str, count: i64) -> Fact {
    fact(code, Known::Present(Value::Int(count)), When::Month(month(name)))
}

/// Registered since birth, born so as to be in 小4 in September 2026, at a 町立 school.
pub(crate) fn standing() -> Standing {
    Standing {
        birth: Some(day("2016-05-10").into()),
        registered: vec![since("2016-05-10")],
        schools: at_school(Founder::TownPublic, "2023-04-01"),
        in_transit: false,
    }
}

pub(crate) fn adult() -> PersonFacts {
    let standing = Standing {
        birth: Some(day("1985-05-10").into()),
        registered: vec![since("2010-04-01")],
        ..Standing::default()
    };
    PersonFacts { standing, facts: Vec::new() }
}

/// 小4, both parents known, no sibling, nothing on record anywhere.
pub(crate) fn child() -> ChildFacts {
    let parent = || Relative { certain: true, person: adult() };
    ChildFacts {
        own: PersonFacts { standing: standing(), facts: Vec::new() },
        parents: vec![parent(), parent()],
        parents_complete: true,
        siblings: Siblings { members: Vec::new(), complete: true },
        single_parent: SingleParent {
            state: Known::Present(false),
            origin: Some(origin("resident_register", "住民課")),
        },
        class_days: [(month("2026-07"), 19), (month("2026-08"), 0), (month("2026-09"), 20)].into(),
    }
}

/// The same, receiving single-parent medical aid.
pub(crate) fn child_with_aid() -> ChildFacts {
    let mut child = child();
    child.own.facts.push(yes("allowance.single_parent_medical"));
    child.parents.pop();
    child.single_parent.state = Known::Present(true);
    child
}

pub(crate) fn ask(child: &ChildFacts, claims: &[CoverageClaim]) -> Inputs {
    inputs(&town("kaisei"), child, claims, day(AS_OF))
}

pub(crate) fn traced(child: &ChildFacts, claims: &[CoverageClaim]) -> Trace {
    trace(&town("kaisei"), &ask(child, claims))
}

/// The state of one input.
pub(crate) fn state(inputs: &Inputs, name: &str) -> Known<u8> {
    inputs.states[rulebook().input_index(name).unwrap()].value.clone()
}
