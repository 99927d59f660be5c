//! The committed schedules and fictional records, for this crate's tests.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Utc};
use kernel::id::{LoadId, PackId};
use kernel::{Category, Identity, ItemDef, Known, Observation, ResidentStatus, Value, ValueKind, When};
use retention::Schedule;
use store::rows::pack::{PackBody, PackRow};
use uuid::Uuid;

const COOPERATIVE: &str = include_str!("../../../../tenants/cooperative/retention.toml");
pub(crate) const KAISEI: &str = include_str!("../../../../tenants/kaisei/retention.toml");
pub(crate) const OI: &str = include_str!("../../../../tenants/oi/retention.toml");

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The cooperative's rules with a town's over them.
pub(crate) fn schedule(town: &str) -> Schedule {
    let items = [
        ("allowance.child_rearing", Category::Allowance),
        ("allowance.single_parent_medical", Category::Allowance),
        ("attendance.absent_days", Category::Attendance),
        ("attendance.class_days", Category::Attendance),
        ("attendance.late_days", Category::Attendance),
        ("attendance.school", Category::Attendance),
        ("childcare.enrolment", Category::Childcare),
        ("consultation.general", Category::Consultation),
        ("protection.council_case", Category::Protection),
        ("school_health.nurse_visit", Category::SchoolHealth),
        ("welfare.disability_service", Category::Welfare),
    ]
    .map(|(code, category)| ItemDef {
        code: code.parse().unwrap(),
        category,
        kind: ValueKind::Int,
        ja: code.to_owned(),
        en: code.to_owned(),
        unit: None,
        values: BTreeMap::new(),
    });
    let shared = Schedule::read("retention.toml", COOPERATIVE, &items).unwrap();
    shared.with_town("town.toml", town, &items).unwrap()
}

/// A record of one child.
pub(crate) fn pack(
    subject: Uuid,
    category: Category,
    facts: &[(&str, When)],
    ended: Option<&str>,
) -> PackRow {
    PackRow {
        subject,
        category,
        id: PackId::new(),
        source: "source".to_owned(),
        load: LoadId::new(),
        line: 7,
        recorded_from: Utc::now(),
        recorded_to: ended.map(|at| at.parse().unwrap()),
        body: PackBody { observations: observations(facts), ..PackBody::default() },
        whereabouts: None,
    }
}

pub(crate) fn observations(facts: &[(&str, When)]) -> Vec<Observation> {
    let of = |(item, when): &(&str, When)| Observation {
        item: item.parse().unwrap(),
        datum: Known::Present(Value::Int(1)),
        when: when.clone(),
    };
    facts.iter().map(of).collect()
}

/// The register's row of a child.
pub(crate) fn register(subject: Uuid, born: &str, ended: Option<&str>) -> PackRow {
    let mut row = pack(subject, Category::Register, &[], ended);
    row.body.identity = Some(child(born));
    row
}

/// A resident of that birth date.
pub(crate) fn child(born: &str) -> Identity {
    Identity {
        birth_date: Known::Present(born.parse().unwrap()),
        status: Known::Present(ResidentStatus::Resident),
        ..Identity::default()
    }
}

pub(crate) fn month(text: &str) -> When {
    When::Month(text.parse().unwrap())
}

pub(crate) fn until(text: Option<&str>) -> When {
    When::Period { from: None, until: text.map(|day| day.parse().unwrap()) }
}
