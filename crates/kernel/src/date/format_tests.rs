//! What is written, and that it reads back as the same date.

use chrono::NaiveDate;

use super::{DateFormat, Era, EraRule, PartialDate, YearMonth, format, parse};

fn partial(text: &str) -> PartialDate {
    text.parse().unwrap()
}

#[test]
fn every_format_writes_its_spelling() {
    let table = [
        (DateFormat::Wareki7, "5050401", Some("4200200"), Some("4200000")),
        (DateFormat::WarekiLetter, "R05.04.01", Some("H20.02.00"), Some("H20.00.00")),
        (DateFormat::WarekiKanji, "令和5年4月1日", Some("平成20年2月不詳日"), Some("平成20年不詳月不詳日")),
        (DateFormat::Iso, "2023-04-01", Some("2008-02"), Some("2008")),
        (DateFormat::Slash, "2023/4/1", Some("2008/2/0"), Some("2008/0/0")),
        (DateFormat::YmdKanji, "2023年4月1日", Some("2008年2月不詳日"), Some("2008年不詳月不詳日")),
        (DateFormat::Ymd8, "20230401", Some("20080200"), Some("20080000")),
        (DateFormat::ExcelSerial, "45017", None, None),
    ];
    for (spelling, day, month, year) in table {
        assert_eq!(format(&partial("2023-04-01"), spelling).as_deref(), Some(day), "{spelling}");
        assert_eq!(format(&partial("2008-02"), spelling).as_deref(), month, "{spelling}");
        assert_eq!(format(&partial("2008"), spelling).as_deref(), year, "{spelling}");
    }
    assert_eq!(format(&partial("2026-09"), DateFormat::WarekiYm).as_deref(), Some("R08.09"));
    assert_eq!(format(&partial("2026-09"), DateFormat::Yyyymm).as_deref(), Some("202609"));
    assert_eq!(format(&partial("2026-09"), DateFormat::YmSlash).as_deref(), Some("2026/9"));
    assert_eq!(format(&partial("2026-09"), DateFormat::YmDash).as_deref(), Some("2026-09"));
    assert_eq!(format(&partial("2019-05-01"), DateFormat::WarekiKanji).as_deref(), Some("令和元年5月1日"));
}

#[test]
fn what_a_spelling_cannot_hold_is_not_written() {
    let table = [
        ("1868-01-24", DateFormat::Wareki7),
        ("1868-01-24", DateFormat::WarekiLetter),
        ("1868-01-24", DateFormat::WarekiKanji),
        ("2118-01-01", DateFormat::Wareki7),
        ("1899-12-31", DateFormat::ExcelSerial),
        ("2026-09-01", DateFormat::WarekiYm),
        ("2026-09-01", DateFormat::Yyyymm),
        ("2026-09-01", DateFormat::YmDash),
        ("2026-09-01", DateFormat::YmSlash),
    ];
    for (date, spelling) in table {
        assert_eq!(format(&partial(date), spelling), None, "{date} as {spelling}");
    }
    for spelling in DateFormat::ALL {
        assert_eq!(format(&PartialDate::from(NaiveDate::MAX), spelling), None, "{spelling}");
        assert_eq!(format(&PartialDate::from(NaiveDate::MIN), spelling), None, "{spelling}");
    }
}

/// Writes and reads back; says how many dates the spelling could hold.
fn round_trip(dates: impl Iterator<Item = PartialDate>, spelling: DateFormat) -> usize {
    let written = dates.filter_map(|date| Some((date, format(&date, spelling)?)));
    written
        .inspect(|(date, text)| {
            let parsed = parse(text, &[spelling], EraRule::Strict);
            assert_eq!(parsed.map(|parsed| parsed.date), Ok(*date), "{text} as {spelling}");
        })
        .count()
}

/// 1868-01-01 to 2100-12-31.
const DAYS: usize = 85_102;
/// 1868-01-01 to 1868-01-24, before Meiji.
const BEFORE_MEIJI: usize = 24;
/// 1868-01-01 to 1899-12-31, before the first serial.
const BEFORE_SERIALS: usize = 11_688;

#[test]
fn every_day_from_1868_to_2100_reads_back_in_every_format() {
    let first = NaiveDate::from_ymd_opt(1868, 1, 1).unwrap();
    for spelling in DateFormat::ALL {
        let held = match spelling {
            DateFormat::Wareki7 | DateFormat::WarekiLetter | DateFormat::WarekiKanji => DAYS - BEFORE_MEIJI,
            DateFormat::ExcelSerial => DAYS - BEFORE_SERIALS,
            DateFormat::WarekiYm | DateFormat::Yyyymm | DateFormat::YmDash | DateFormat::YmSlash => 0,
            DateFormat::Iso | DateFormat::Slash | DateFormat::YmdKanji | DateFormat::Ymd8 => DAYS,
        };
        let days = first.iter_days().take(DAYS).map(PartialDate::from);
        assert_eq!(round_trip(days, spelling), held, "{spelling}");
    }
}

#[test]
fn every_month_and_year_reads_back_in_every_format_that_holds_one() {
    for spelling in DateFormat::ALL {
        let months =
            (1868..=2100).flat_map(|year| (1..=12).filter_map(move |month| YearMonth::new(year, month)));
        let years = (1868..=2100).filter_map(PartialDate::from_year);
        let held = if spelling == DateFormat::ExcelSerial { 0 } else { 233 * 13 };
        assert_eq!(round_trip(months.map(PartialDate::from).chain(years), spelling), held, "{spelling}");
    }
}

#[test]
fn a_full_day_is_written_in_its_own_era() {
    for era in Era::ALL {
        let text = format(&PartialDate::from(era.first_day()), DateFormat::WarekiLetter).unwrap();
        assert!(text.starts_with(era.letter()), "{text}");
    }
}

#[test]
fn configuration_names_formats_and_hears_of_the_valid_ones() {
    for spelling in DateFormat::ALL {
        assert_eq!(spelling.to_string().parse(), Ok(spelling));
        let json = serde_json::to_string(&spelling).unwrap();
        assert_eq!(serde_json::from_str::<DateFormat>(&json).unwrap(), spelling);
    }
    let message = "wareki".parse::<DateFormat>().unwrap_err().to_string();
    assert_eq!(
        message,
        "unknown date format \"wareki\": write one of wareki7, wareki_letter, wareki_kanji, iso, slash, \
         ymd_kanji, ymd8, excel_serial, wareki_ym, yyyymm, ym_dash, ym_slash"
    );
    assert!(serde_json::from_str::<DateFormat>("\"Wareki7\"").is_err());
    assert_eq!("strict".parse(), Ok(EraRule::Strict));
    assert_eq!(serde_json::from_str::<EraRule>("\"warn\"").unwrap(), EraRule::default());
    assert!("lenient".parse::<EraRule>().is_err());
}
