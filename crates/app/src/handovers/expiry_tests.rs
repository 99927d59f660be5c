//! Until when what arrives may be kept: the stricter of two towns' rules.

use kernel::id::HandoverItemId;
use kernel::{Category, When};

use super::*;
use crate::retention::fixtures::{KAISEI, OI, child, day, month, observations, schedule, until};

fn shown(category: Category, facts: &[(&str, When)], there: &Schedule) -> Vec<(usize, [String; 3], Decider)> {
    let item = Item {
        id: HandoverItemId::new(),
        subject: PersonId::new(),
        category,
        source: "source".parse().unwrap(),
        source_name: "連携元".to_owned(),
        holder: "mayor/kosodate".parse().unwrap(),
        holder_name: "子育て健康課".to_owned(),
        as_of: day("2026-11-01"),
        observations: observations(facts),
    };
    let person = PersonFacts::of(&child("2014-06-15"), true);
    let parts = expiries(&item, person, (&schedule(KAISEI), there), day("2026-11-21"));
    let day = |due: &Due| due.kept_to().map(|day| day.to_string()).unwrap_or_default();
    parts
        .iter()
        .map(|part| {
            (part.observations, [&part.sender, &part.receiver, &part.effective].map(day), part.decider)
        })
        .collect()
}

fn days(days: [&str; 3]) -> [String; 3] {
    days.map(str::to_owned)
}

#[test]
fn the_stricter_of_the_two_towns_holds() {
    let oi = schedule(OI);
    let ended = || until(Some("2026-03-31"));
    for (category, item, when, expected, decider) in [
        // 児童扶養手当: five years in 開成町, seven in 大井町.
        (
            Category::Allowance,
            "allowance.child_rearing",
            ended(),
            ["2031-03-31", "2033-03-31", "2031-03-31"],
            Decider::Sender,
        ),
        // 相談: 開成町 counts from a closing that nobody recorded, 大井町 from the birth date.
        (
            Category::Consultation,
            "consultation.general",
            month("2026-09"),
            ["", "2038-03-31", "2038-03-31"],
            Decider::Receiver,
        ),
        (
            Category::Attendance,
            "attendance.late_days",
            month("2026-09"),
            ["2032-03-31", "2032-03-31", "2032-03-31"],
            Decider::Same,
        ),
        (Category::Disability, "disability.certificate", ended(), ["", "", ""], Decider::Open),
    ] {
        assert_eq!(shown(category, &[(item, when)], &oi), [(1, days(expected), decider)], "{item}");
    }
}

#[test]
fn facts_are_together_only_where_both_towns_keep_them_alike() {
    let facts = [
        ("attendance.late_days", month("2026-09")),
        ("attendance.late_days", month("2026-10")),
        ("attendance.class_days", month("2026-09")),
        ("attendance.late_days", month("2027-04")),
    ];
    let parts = shown(Category::Attendance, &facts, &schedule(OI));
    let last = |year: &str| [year, year, year].map(|year| format!("{year}-03-31"));
    assert_eq!(parts, [(3, last("2032"), Decider::Same), (1, last("2033"), Decider::Same)]);
}

#[test]
fn a_receiver_without_rules_says_so_and_the_senders_day_holds() {
    let facts = [("attendance.late_days", month("2026-09"))];
    let parts = shown(Category::Attendance, &facts, &Schedule::default());
    assert_eq!(parts, [(1, days(["2032-03-31", "", "2032-03-31"]), Decider::Sender)]);
}
