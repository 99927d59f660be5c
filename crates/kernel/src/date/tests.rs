//! Eras, partly known dates, ages, school years, months and fiscal years.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{
    DateError, Era, FiscalYear, Grade, PartialDate, Precision, SchoolYear, YearMonth, age_on,
    first_march_31_after, period_end, reaches, school_entry, wareki,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn partial(text: &str) -> PartialDate {
    text.parse().unwrap()
}

#[test]
fn eras_meet_without_gap_or_overlap() {
    let by_time: Vec<Era> = Era::ALL.into_iter().rev().collect();
    for pair in by_time.windows(2) {
        assert!(pair[0] < pair[1]);
        assert_eq!(pair[0].last_day().succ_opt(), Some(pair[1].first_day()));
    }
    let first_days: Vec<String> = by_time.iter().map(|era| era.first_day().to_string()).collect();
    assert_eq!(first_days, ["1868-01-25", "1912-07-30", "1926-12-25", "1989-01-08", "2019-05-01"]);
    for era in Era::ALL {
        assert_eq!(Era::of(era.first_day()), Some(era));
        assert_eq!(Era::of(era.last_day()), Some(era));
        assert_eq!(Era::from_digit(era.digit()), Some(era));
        assert_eq!(Era::from_letter(u8::try_from(era.letter()).unwrap()), Some(era));
    }
    assert_eq!(Era::of(day("1868-01-24")), None);
    assert_eq!(serde_json::to_string(&Era::Reiwa).unwrap(), "\"reiwa\"");
}

#[test]
fn days_as_staff_write_them() {
    let table = [
        ("2023-04-01", "令和5年4月1日"),
        ("2019-05-01", "令和元年5月1日"),
        ("2019-04-30", "平成31年4月30日"),
        ("1989-01-08", "平成元年1月8日"),
        ("1989-01-07", "昭和64年1月7日"),
        ("1926-12-25", "昭和元年12月25日"),
        ("1926-12-24", "大正15年12月24日"),
        ("1912-07-29", "明治45年7月29日"),
        ("1868-01-25", "明治元年1月25日"),
        ("1867-12-01", "1867年12月1日"),
    ];
    for (date, expected) in table {
        assert_eq!(wareki(day(date)), expected);
    }
}

#[test]
fn partly_known_dates_as_staff_write_them() {
    let table = [
        ("2008-02-01", "平成20年2月1日"),
        ("2008-02", "平成20年2月（日不詳）"),
        ("2008", "平成20年（月日不詳）"),
        ("2019", "平成31年・令和元年（月日不詳）"),
        ("1989-01", "昭和64年・平成元年1月（日不詳）"),
        ("2019-05", "令和元年5月（日不詳）"),
    ];
    for (date, expected) in table {
        assert_eq!(partial(date).wareki(), expected);
    }
}

#[test]
fn a_partial_date_knows_its_bounds_and_no_more() {
    let table = [
        ("2008-02-01", Precision::Day, Some("2008-02-01"), "2008-02-01", "2008-02-01", Some("2008-02")),
        ("2008-02", Precision::Month, None, "2008-02-01", "2008-02-29", Some("2008-02")),
        ("2009-02", Precision::Month, None, "2009-02-01", "2009-02-28", Some("2009-02")),
        ("2008-12", Precision::Month, None, "2008-12-01", "2008-12-31", Some("2008-12")),
        ("2008", Precision::Year, None, "2008-01-01", "2008-12-31", None),
    ];
    for (text, precision, full, earliest, latest, month) in table {
        let date = partial(text);
        assert_eq!(date.precision(), precision, "{text}");
        assert_eq!(date.day(), full.map(day), "{text}");
        assert_eq!((date.earliest(), date.latest()), (day(earliest), day(latest)), "{text}");
        assert_eq!(date.month(), month.map(|month| month.parse().unwrap()), "{text}");
        assert_eq!(date.to_string(), text);
        let json = serde_json::to_string(&date).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<PartialDate>(&json).unwrap(), date);
    }
    assert_ne!(partial("2008-02"), partial("2008-02-01"));
    assert_ne!(partial("2008"), partial("2008-01"));
}

#[test]
fn a_partial_date_has_one_spelling() {
    for text in ["2008-02-00", "2008-00", "2008-13", "2008-02-30", "0000", "2008-00-01", "2008-99-99"] {
        assert_eq!(text.parse::<PartialDate>(), Err(DateError::Impossible), "{text}");
    }
    for text in
        ["", "2008-2", "2008/02/01", "20080201", " 2008", "+2008", "2008-02-01T00:00", "２００８", "年年"]
    {
        assert_eq!(text.parse::<PartialDate>(), Err(DateError::NotADate), "{text}");
    }
    assert!(serde_json::from_str::<PartialDate>("2008").is_err());
}

#[test]
fn an_age_is_reached_the_day_before_the_birthday() {
    let table = [
        ("2019-04-01", 6, "2025-03-31"),
        ("2019-04-02", 6, "2025-04-01"),
        ("2008-04-01", 18, "2026-03-31"),
        ("2008-04-02", 18, "2026-04-01"),
        ("2008-02-29", 1, "2009-02-28"),
        ("2008-02-29", 4, "2012-02-28"),
        ("2008-02-28", 1, "2009-02-27"),
        ("2008-03-01", 1, "2009-02-28"),
        ("2008-03-01", 4, "2012-02-29"),
        ("2019-01-01", 1, "2019-12-31"),
        ("2019-04-01", 0, "2019-03-31"),
    ];
    for (birth, age, expected) in table {
        assert_eq!(reaches(day(birth), age), day(expected), "{age} of {birth}");
    }
    assert_eq!(period_end(day("2024-06-01"), 5), day("2029-05-31"));
    assert_eq!(reaches(day("2019-04-01"), u32::MAX), NaiveDate::MAX);
    assert_eq!(reaches(NaiveDate::MIN, 0), NaiveDate::MIN);
}

#[test]
fn age_on_a_day() {
    let table = [
        ("2019-04-01", "2019-03-31", None),
        ("2019-04-01", "2019-04-01", Some(0)),
        ("2019-04-01", "2025-03-30", Some(5)),
        ("2019-04-01", "2025-03-31", Some(6)),
        ("2019-04-01", "2026-03-30", Some(6)),
        ("2008-02-29", "2009-02-27", Some(0)),
        ("2008-02-29", "2009-02-28", Some(1)),
        ("2019-01-01", "2019-12-30", Some(0)),
        ("2019-01-01", "2019-12-31", Some(1)),
        ("2019-12-31", "2020-01-01", Some(0)),
    ];
    for (birth, on, expected) in table {
        assert_eq!(age_on(day(birth), day(on)), expected, "{birth} on {on}");
    }
}

#[test]
fn school_begins_in_the_first_april_after_six() {
    assert_eq!(school_entry(day("2019-04-01")), day("2025-04-01"));
    assert_eq!(school_entry(day("2019-04-02")), day("2026-04-01"));
    assert_eq!(school_entry(day("2020-02-29")), day("2026-04-01"));
    assert_eq!(school_entry(day("2018-12-31")), day("2025-04-01"));
}

#[test]
fn the_31st_of_march_after_an_age() {
    assert_eq!(first_march_31_after(day("2008-04-01"), 18), day("2026-03-31"));
    assert_eq!(first_march_31_after(day("2008-04-02"), 18), day("2027-03-31"));
    assert_eq!(first_march_31_after(day("2021-05-05"), 18), day("2040-03-31"));
}

#[test]
fn grades_and_their_names() {
    let table = [
        ("2019-04-01", "2025-03-31", Grade::Preschool, "未就学"),
        ("2019-04-01", "2025-04-01", Grade::Elementary(1), "小1"),
        ("2019-04-02", "2025-04-01", Grade::Preschool, "未就学"),
        ("2016-05-05", "2026-09-30", Grade::Elementary(4), "小4"),
        ("2014-04-01", "2026-03-31", Grade::Elementary(6), "小6"),
        ("2014-04-01", "2026-04-01", Grade::JuniorHigh(1), "中1"),
        ("2011-04-01", "2026-03-31", Grade::JuniorHigh(3), "中3"),
        ("2011-04-01", "2026-04-01", Grade::HighSchoolAge(1), "高校生年代1年"),
        ("2008-04-01", "2026-03-31", Grade::HighSchoolAge(3), "高校生年代3年"),
        ("2008-04-01", "2026-04-01", Grade::Adult, "成人年代"),
        ("2008-04-01", "2007-04-01", Grade::Preschool, "未就学"),
        ("1908-04-01", "2326-04-01", Grade::Adult, "成人年代"),
    ];
    for (birth, on, grade, ja) in table {
        assert_eq!(Grade::of(day(birth), day(on)), grade, "{birth} on {on}");
        assert_eq!(grade.ja(), ja);
    }
    assert!(Grade::ALL.is_sorted());
}

#[test]
fn grades_as_text_and_as_register_codes() {
    for grade in Grade::ALL {
        assert_eq!(grade.to_string().parse(), Ok(grade));
        if let Some(code) = grade.register_code() {
            assert_eq!(Grade::from_register_code(&code), Some(grade));
        }
    }
    assert_eq!(Grade::Elementary(4).to_string(), "elementary_4");
    assert_eq!(Grade::Elementary(4).register_code().as_deref(), Some("P4"));
    assert_eq!(Grade::JuniorHigh(3).register_code().as_deref(), Some("J3"));
    assert_eq!(Grade::Preschool.register_code(), None);
    assert_eq!(Grade::from_register_code("E3"), Some(Grade::Preschool));
    for text in ["elementary_0", "elementary_7", "junior_high_4", "high_school_age_44", "小4", ""] {
        assert!(text.parse::<Grade>().is_err(), "{text}");
    }
    for code in ["P0", "P7", "J4", "E4", "P10", "p1", ""] {
        assert_eq!(Grade::from_register_code(code), None, "{code}");
    }
}

#[test]
fn months_follow_each_other() {
    let month: YearMonth = "2026-12".parse().unwrap();
    assert_eq!(month.next().to_string(), "2027-01");
    assert_eq!(month.next().prev(), month);
    assert!(month < month.next());
    assert_eq!((month.year(), month.month()), (2026, 12));
    assert_eq!((month.first_day(), month.last_day()), (day("2026-12-01"), day("2026-12-31")));
    assert_eq!(YearMonth::of(day("2024-02-29")).last_day(), day("2024-02-29"));
    assert_eq!(YearMonth::of(day("2023-02-01")).last_day(), day("2023-02-28"));
    assert_eq!("2026-09".parse::<YearMonth>().unwrap().wareki(), "令和8年9月");
    assert_eq!(serde_json::to_string(&month).unwrap(), "\"2026-12\"");
    assert_eq!(serde_json::from_str::<YearMonth>("\"2026-12\"").unwrap(), month);
    assert_eq!(YearMonth::of(NaiveDate::MAX).next().last_day(), NaiveDate::MAX);
    assert_eq!(YearMonth::of(NaiveDate::MIN).prev().first_day(), NaiveDate::MIN);
    assert_eq!("2026-13".parse::<YearMonth>(), Err(DateError::Impossible));
    assert_eq!("0000-01".parse::<YearMonth>(), Err(DateError::Impossible));
    for text in ["2026-9", "202609", "2026/09", "2026-09-01", "", "令和8年"] {
        assert_eq!(text.parse::<YearMonth>(), Err(DateError::NotADate), "{text}");
    }
}

#[test]
fn fiscal_years_run_from_april() {
    let year = FiscalYear::of(day("2025-03-31"));
    assert_eq!(year, FiscalYear::new(2024));
    assert_eq!((year.start(), year.end()), (day("2024-04-01"), day("2025-03-31")));
    assert_eq!(FiscalYear::of(day("2025-04-01")), year.next());
    assert_eq!(year.next().prev(), year);
    assert_eq!(serde_json::to_string(&year).unwrap(), "\"2024\"");
    assert_eq!(serde_json::from_str::<FiscalYear>("\"2024\"").unwrap(), year);
    assert!("24".parse::<FiscalYear>().is_err());
    assert_eq!(FiscalYear::new(i32::MAX).end(), NaiveDate::MAX);
    assert_eq!(FiscalYear::new(i32::MIN).start(), NaiveDate::MIN);
}

/// A 児童扶養手当 decision completed 2024-06-15, five years from the fiscal year after completion.
#[test]
fn five_fiscal_years_after_completion() {
    let clock = FiscalYear::of(day("2024-06-15")).next();
    assert_eq!(clock.start(), day("2025-04-01"));
    assert_eq!(clock.plus(4).end(), day("2030-03-31"));
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..85_102_usize).prop_map(|nth| day("1868-01-01").iter_days().nth(nth).unwrap())
}

proptest! {
    #[test]
    fn an_age_lasts_from_its_day_to_the_eve_of_the_next(birth in any_day(), age in 1..120_u32) {
        let reached = reaches(birth, age);
        prop_assert_eq!(age_on(birth, reached), Some(age));
        prop_assert_eq!(age_on(birth, reached.pred_opt().unwrap()), Some(age - 1));
    }

    #[test]
    fn school_begins_after_six_and_within_a_year(birth in any_day()) {
        let (six, entry) = (reaches(birth, 6), school_entry(birth));
        prop_assert!(six < entry && entry <= period_end(six, 1).succ_opt().unwrap());
        prop_assert_eq!(SchoolYear::of(entry).start(), entry);
        prop_assert_eq!(Grade::of(birth, entry), Grade::Elementary(1));
        prop_assert_eq!(Grade::of(birth, entry.pred_opt().unwrap()), Grade::Preschool);
    }

    #[test]
    fn the_school_ages_end_on_the_31st_of_march_after_18(birth in any_day()) {
        let last = first_march_31_after(birth, 18);
        prop_assert_eq!(Grade::of(birth, last), Grade::HighSchoolAge(3));
        prop_assert_eq!(Grade::of(birth, last.succ_opt().unwrap()), Grade::Adult);
    }

    #[test]
    fn a_month_ends_where_the_next_begins(date in any_day()) {
        let month = YearMonth::of(date);
        prop_assert!(month.first_day() <= date && date <= month.last_day());
        prop_assert_eq!(month.last_day().succ_opt().unwrap(), month.next().first_day());
        prop_assert_eq!(month.to_string().parse(), Ok(month));
    }

    #[test]
    fn no_text_stops_the_small_readers(text in any::<String>()) {
        let _ = (text.parse::<PartialDate>(), text.parse::<YearMonth>(), text.parse::<FiscalYear>());
        let _ = (text.parse::<Grade>(), Grade::from_register_code(&text));
    }
}
