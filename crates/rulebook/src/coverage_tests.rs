//! When no row means zero and when it means absent: what a source claims to cover, of whom and when.

use super::*;
use crate::fixtures::{at_school, claim, day, item, month, since, standing};

const LATE: &str = "attendance.late_days";

fn september() -> Vec<CoverageClaim> {
    vec![claim("attendance", "学校", &[LATE], Cohort::TownSchoolPupils, When::Month(month("2026-09")))]
}

fn late_in_september(person: &Standing) -> Datum {
    let asked = Reference::Month(month("2026-09"));
    absent_row(&september(), &item(LATE), ValueKind::Int, person, asked, 45).0
}

fn moved_in_on_the_tenth(in_transit: bool) -> Standing {
    Standing {
        registered: vec![since("2026-09-10")],
        schools: at_school(Founder::TownPublic, "2026-09-10"),
        in_transit,
        ..standing()
    }
}

#[test]
fn no_row_of_september_2026() {
    let at = |founder| Standing { schools: at_school(founder, "2023-04-01"), ..standing() };
    let three = Standing { birth: Some(day("2023-05-10").into()), schools: Vec::new(), ..standing() };
    for (what, person, expected) in [
        ("enrolled there on 9月1日", standing(), Known::Present(Value::Int(0))),
        ("moved in on 9月10日", moved_in_on_the_tenth(false), Known::Absent(Absence::NotCollected)),
        ("a handover is under way", moved_in_on_the_tenth(true), Known::Absent(Absence::InTransit)),
        ("県立", at(Founder::Prefectural), Known::Absent(Absence::HeldElsewhere)),
        ("private", at(Founder::Private), Known::Absent(Absence::HeldElsewhere)),
        ("three years old", three, Known::Absent(Absence::NotApplicable)),
        (
            "school unknown",
            Standing { schools: Vec::new(), ..standing() },
            Known::Absent(Absence::NotCollected),
        ),
    ] {
        assert_eq!(late_in_september(&person), expected, "{what}");
    }
}

#[test]
fn nobody_is_zero_by_a_claim_for_another_month_item_or_cohort() {
    let none = Known::Absent(Absence::NotCollected);
    let ask = |claims: &[CoverageClaim], code: &str, name: &str| {
        absent_row(claims, &item(code), ValueKind::Int, &standing(), Reference::Month(month(name)), 45).0
    };
    assert_eq!(ask(&september(), LATE, "2026-08"), none);
    assert_eq!(ask(&september(), "attendance.absent_days", "2026-09"), none);
    assert_eq!(ask(&[], LATE, "2026-09"), none);
    let mut listed = september();
    listed[0].cohort = Cohort::Listed;
    assert_eq!(ask(&listed, LATE, "2026-09"), none);
}

const AID: &str = "allowance.single_parent_medical";

fn aid(cohort: Cohort, exported: &str, person: &Standing, reference: Reference) -> Datum {
    let claims = [claim("single_parent_medical", "子育て健康課", &[AID], cohort, When::AsOf(day(exported)))];
    absent_row(&claims, &item(AID), ValueKind::Bool, person, reference, 45).0
}

#[test]
fn a_register_covers_who_was_registered_all_the_time() {
    let zero = Known::Present(Value::Bool(false));
    let none = Known::Absent(Absence::NotCollected);
    let on = Reference::Day(day("2026-09-30"));
    let year = Reference::Window(day("2026-04-01"), day("2026-09-30"));
    let moved = moved_in_on_the_tenth(false);
    let away = |until, from| Standing {
        registered: vec![Span { from: day("2016-05-10"), until: Some(day(until)) }, since(from)],
        ..standing()
    };
    for cohort in [Cohort::Residents, Cohort::Children] {
        assert_eq!(aid(cohort, "2026-09-30", &standing(), on), zero);
        assert_eq!(aid(cohort, "2026-09-30", &standing(), year), zero);
        assert_eq!(aid(cohort, "2026-09-30", &moved, on), zero);
        assert_eq!(aid(cohort, "2026-09-30", &moved, year), none);
        assert_eq!(aid(cohort, "2026-09-30", &away("2026-06-30", "2026-07-02"), year), none);
        assert_eq!(aid(cohort, "2026-09-30", &away("2026-06-30", "2026-07-01"), year), zero);
        assert_eq!(aid(cohort, "2026-09-30", &Standing::default(), on), none);
    }
    let grown = Standing { birth: Some(day("1985-05-10").into()), ..standing() };
    assert_eq!(aid(Cohort::Children, "2026-09-30", &grown, on), none);
    assert_eq!(aid(Cohort::Residents, "2026-09-30", &grown, on), zero);
}

#[test]
fn a_newborn_is_covered_from_birth() {
    let born = Standing {
        birth: Some(day("2026-07-07").into()),
        registered: vec![since("2026-07-07")],
        ..Standing::default()
    };
    let year = Reference::Window(day("2026-04-01"), day("2026-09-30"));
    assert_eq!(aid(Cohort::Residents, "2026-09-30", &born, year), Known::Present(Value::Bool(false)));
}

#[test]
fn an_old_export_says_nothing_and_a_later_one_nothing_about_that_day() {
    let on = Reference::Day(day("2026-09-30"));
    let zero = Known::Present(Value::Bool(false));
    assert_eq!(aid(Cohort::Residents, "2026-08-16", &standing(), on), zero);
    assert_eq!(aid(Cohort::Residents, "2026-08-15", &standing(), on), Known::NOT_COLLECTED);
    assert_eq!(aid(Cohort::Residents, "2026-10-01", &standing(), on), Known::NOT_COLLECTED);
    let year = Reference::Window(day("2026-04-01"), day("2026-09-30"));
    assert_eq!(aid(Cohort::Residents, "2026-10-01", &standing(), year), zero);
}

#[test]
fn a_first_year_pupil_was_at_no_school_before() {
    let first_year = Standing {
        birth: Some(day("2020-03-01").into()),
        registered: vec![since("2020-03-01")],
        schools: at_school(Founder::TownPublic, "2026-04-01"),
        in_transit: false,
    };
    let long = Reference::Window(day("2026-02-01"), day("2026-04-30"));
    let asked = |last| aid(Cohort::TownSchoolPupils, "2026-09-30", &first_year, last);
    assert_eq!(asked(long), Known::Present(Value::Bool(false)));
    let mut left = first_year.clone();
    left.schools[0].span.until = Some(day("2026-04-20"));
    left.schools.extend(at_school(Founder::Private, "2026-04-21"));
    assert_eq!(
        aid(Cohort::TownSchoolPupils, "2026-09-30", &left, long),
        Known::Absent(Absence::HeldElsewhere)
    );
}

#[test]
fn the_claim_that_made_a_zero_is_named() {
    let claims = september();
    let asked = Reference::Month(month("2026-09"));
    let (_, claim) = absent_row(&claims, &item(LATE), ValueKind::Int, &standing(), asked, 45);
    assert_eq!(claim.map(|claim| claim.holder.as_str()), Some("学校"));
}
