//! What each spelling is read as, and what is refused and why.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::{DateError, DateFormat, DateWarning, Era, EraRule, PartialDate, parse};
use DateFormat::{
    ExcelSerial, Iso, Slash, Wareki7, WarekiKanji, WarekiLetter, WarekiYm, YmDash, YmSlash, Ymd8, YmdKanji,
    Yyyymm,
};

/// What reading comes to, in one line: the date as ISO with a warning behind it, or the reason code.
fn read(text: &str, formats: &[DateFormat], rule: EraRule) -> String {
    match parse(text, formats, rule) {
        Ok(parsed) => match parsed.warning {
            None => parsed.date.to_string(),
            Some(warning) => format!("{} {}", parsed.date, warning.code()),
        },
        Err(error) => error.code().to_owned(),
    }
}

fn check(table: &[(DateFormat, &str, &str)]) {
    for (format, text, expected) in table {
        assert_eq!(read(text, &[*format], EraRule::Warn), *expected, "{text} as {format}");
    }
}

#[test]
fn worked_examples() {
    check(&[
        (Wareki7, "5050401", "2023-04-01"),
        (WarekiLetter, "R5.4.1", "2023-04-01"),
        (WarekiLetter, "R05.04.01", "2023-04-01"),
        (WarekiKanji, "令和5年4月1日", "2023-04-01"),
        (WarekiLetter, "Ｒ５．４．１", "2023-04-01"),
        (Wareki7, "5010430", "era_bounds"),
        (WarekiLetter, "H31.05.01", "2019-05-01 era_overflow"),
        (Wareki7, "4310501", "2019-05-01 era_overflow"),
        (WarekiKanji, "令和元年5月1日", "2019-05-01"),
        (Wareki7, "4200200", "2008-02"),
        (WarekiKanji, "平成20年2月不詳日", "2008-02"),
        (WarekiLetter, "H00.00.00", "not_a_date"),
        (Ymd8, "00000000", "not_a_date"),
    ]);
}

#[test]
fn western_years_in_kanji_and_months_without_a_day() {
    check(&[
        (YmdKanji, "2025年4月1日", "2025-04-01"),
        (YmdKanji, "２０２５年１０月３１日", "2025-10-31"),
        (YmdKanji, "2026年10月", "2026-10"),
        (YmdKanji, "2026年10月分", "2026-10"),
        (YmdKanji, "2026年", "2026"),
        (YmdKanji, "2025年2月30日", "impossible"),
        (YmdKanji, "令和8年10月", "not_a_date"),
        (YmdKanji, "10月分", "not_a_date"),
        (WarekiKanji, "令和8年10月分", "2026-10"),
        (WarekiKanji, "平成31年5月分", "2019-05 era_overflow"),
        (WarekiKanji, "令和8年10月1日分", "not_a_date"),
        (WarekiYm, "R8.10", "2026-10"),
        (WarekiYm, "R08/10", "2026-10"),
        (WarekiYm, "R0810", "2026-10"),
        (WarekiYm, "R8.10.1", "not_a_date"),
        (WarekiYm, "R8.13", "impossible"),
        (WarekiYm, "R8.", "not_a_date"),
        (YmSlash, "2026/10", "2026-10"),
        (YmSlash, "2026/9", "2026-09"),
        (YmSlash, "2026/9/1", "not_a_date"),
        (Slash, "2025.4.1", "2025-04-01"),
        (Slash, "2025-4-1", "2025-04-01"),
        (Slash, "2025.4", "not_a_date"),
        (Slash, "2025/4.1", "not_a_date"),
        (WarekiYm, "50810", "2026-10"),
        (WarekiYm, "43105", "2019-05 era_overflow"),
        (WarekiYm, "50104", "era_bounds"),
        (WarekiYm, "5081001", "not_a_date"),
    ]);
}

#[test]
fn every_spelling_of_a_full_day() {
    check(&[
        (WarekiLetter, "R050401", "2023-04-01"),
        (WarekiLetter, "Ｒ０５０４０１", "2023-04-01"),
        (WarekiLetter, "r5/4/1", "2023-04-01"),
        (WarekiLetter, "R5-4-1", "2023-04-01"),
        (WarekiLetter, "R 5. 4. 1", "2023-04-01"),
        (WarekiLetter, "Ｒ　５．　４．　１", "2023-04-01"),
        (WarekiLetter, "R元.5.1", "2019-05-01"),
        (WarekiLetter, "㋿5.4.1", "2023-04-01"),
        (WarekiLetter, "M45.7.29", "1912-07-29"),
        (WarekiLetter, "T15.12.24", "1926-12-24"),
        (WarekiLetter, "S64.1.7", "1989-01-07"),
        (WarekiKanji, "㍻20年2月1日", "2008-02-01"),
        (WarekiKanji, "平20年2月1日", "2008-02-01"),
        (WarekiKanji, "令和 5年 4月 1日", "2023-04-01"),
        (WarekiKanji, "令和五年四月一日", "2023-04-01"),
        (WarekiKanji, "昭和六十三年十二月三十一日", "1988-12-31"),
        (WarekiKanji, "平成二〇年一〇月二〇日", "2008-10-20"),
        (WarekiKanji, "平成十年二十月十日", "impossible"),
        (WarekiKanji, "明治四十五年七月二十九日", "1912-07-29"),
        (WarekiKanji, "大正十五年十二月二十四日", "1926-12-24"),
        (Iso, "2023-04-01", "2023-04-01"),
        (Iso, "２０２３－０４－０１", "2023-04-01"),
        (Slash, "2023/4/1", "2023-04-01"),
        (Slash, "2023/04/01", "2023-04-01"),
        (Ymd8, "20230401", "2023-04-01"),
        (Ymd8, "　20230401 ", "2023-04-01"),
        (Ymd8, "99991231", "9999-12-31"),
        (ExcelSerial, "1", "1900-01-01"),
        (ExcelSerial, "59", "1900-02-28"),
        (ExcelSerial, "60", "impossible"),
        (ExcelSerial, "61", "1900-03-01"),
        (ExcelSerial, "45017", "2023-04-01"),
        (ExcelSerial, "2958465", "9999-12-31"),
    ]);
}

#[test]
fn what_is_not_known_stays_unknown() {
    check(&[
        (Wareki7, "4200299", "2008-02"),
        (Wareki7, "4200000", "2008"),
        (Wareki7, "4209999", "2008"),
        (WarekiLetter, "H20.02.00", "2008-02"),
        (WarekiLetter, "H20.2.99", "2008-02"),
        (WarekiLetter, "H20.2.不詳", "2008-02"),
        (WarekiLetter, "H20.不詳.不詳", "2008"),
        (WarekiLetter, "H200200", "2008-02"),
        (WarekiKanji, "平成20年2月00日", "2008-02"),
        (WarekiKanji, "平成20年2月日不詳", "2008-02"),
        (WarekiKanji, "平成20年2月（日不詳）", "2008-02"),
        (WarekiKanji, "平成20年2月不詳", "2008-02"),
        (WarekiKanji, "平成20年2月", "2008-02"),
        (WarekiKanji, "平成20年不詳月不詳日", "2008"),
        (WarekiKanji, "平成20年（月日不詳）", "2008"),
        (WarekiKanji, "平成20年月日不詳", "2008"),
        (WarekiKanji, "平成20年不詳", "2008"),
        (WarekiKanji, "令和元年", "2019"),
        (Iso, "2008-02", "2008-02"),
        (Iso, "2008-02-00", "2008-02"),
        (Iso, "2008", "2008"),
        (Slash, "2008/2/0", "2008-02"),
        (Slash, "2008/99/99", "2008"),
        (Ymd8, "20080200", "2008-02"),
        (Ymd8, "20150000", "2015"),
        (Ymd8, "20159999", "2015"),
        (Yyyymm, "202609", "2026-09"),
        (Yyyymm, "202600", "2026"),
        (YmDash, "2026-09", "2026-09"),
    ]);
}

#[test]
fn an_unknown_day_is_no_day() {
    let parsed = parse("4200200", &[Wareki7], EraRule::Warn).unwrap();
    assert_eq!(parsed.date.day(), None);
    assert_ne!(parsed.date, PartialDate::from(NaiveDate::from_ymd_opt(2008, 2, 1).unwrap()));
}

#[test]
fn days_that_do_not_exist() {
    check(&[
        (Wareki7, "5051301", "impossible"),
        (Wareki7, "5050231", "impossible"),
        (Wareki7, "5000401", "impossible"),
        (Wareki7, "5050001", "impossible"),
        (WarekiLetter, "R5.2.29", "impossible"),
        (WarekiLetter, "R6.2.29", "2024-02-29"),
        (WarekiKanji, "令和5年4月31日", "impossible"),
        (Iso, "2023-02-29", "impossible"),
        (Iso, "2000-02-29", "2000-02-29"),
        (Iso, "1900-02-29", "impossible"),
        (Slash, "2023/13/1", "impossible"),
        (Ymd8, "20231301", "impossible"),
        (Ymd8, "20231300", "impossible"),
        (Ymd8, "00000401", "impossible"),
        (Ymd8, "20150012", "impossible"),
        (Yyyymm, "202613", "impossible"),
        (YmDash, "2026-13", "impossible"),
    ]);
}

#[test]
fn texts_that_are_no_date() {
    check(&[
        (Wareki7, "", "not_a_date"),
        (Wareki7, "0000000", "not_a_date"),
        (Wareki7, "9999999", "not_a_date"),
        (Wareki7, "5000000", "not_a_date"),
        (Wareki7, "5999999", "not_a_date"),
        (Wareki7, "6010101", "not_a_date"),
        (Wareki7, "505040", "not_a_date"),
        (Wareki7, "50504011", "not_a_date"),
        (Wareki7, "5 50401", "not_a_date"),
        (WarekiLetter, "H99.99.99", "not_a_date"),
        (WarekiLetter, "X5.4.1", "not_a_date"),
        (WarekiLetter, "R5.4", "not_a_date"),
        (WarekiLetter, "R5.4/1", "not_a_date"),
        (WarekiLetter, "R5.4.1.", "not_a_date"),
        (WarekiLetter, "R5.4.123", "not_a_date"),
        (WarekiLetter, "R5 4 1", "not_a_date"),
        (WarekiLetter, "R不詳.4.1", "not_a_date"),
        (WarekiKanji, "令和", "not_a_date"),
        (WarekiKanji, "令和年4月1日", "not_a_date"),
        (WarekiKanji, "令和5年4月1", "not_a_date"),
        (WarekiKanji, "令和5年4月1日頃", "not_a_date"),
        (WarekiKanji, "令成5年4月1日", "not_a_date"),
        (WarekiKanji, "不令和5年4月1日", "not_a_date"),
        (WarekiKanji, "平成20年2月不良日", "not_a_date"),
        (WarekiKanji, "2023年4月1日", "not_a_date"),
        (Iso, "2023-4-1", "not_a_date"),
        (Iso, "2023/04/01", "not_a_date"),
        (Iso, "0000-00-00", "not_a_date"),
        (Slash, "05/04/01", "not_a_date"),
        (Slash, "2023/4", "not_a_date"),
        (Ymd8, "99999999", "not_a_date"),
        (Ymd8, "2023 401", "not_a_date"),
        (Ymd8, "+2023401", "not_a_date"),
        (ExcelSerial, "0", "not_a_date"),
        (ExcelSerial, "045017", "not_a_date"),
        (ExcelSerial, "45017.5", "not_a_date"),
        (ExcelSerial, "-1", "not_a_date"),
        (ExcelSerial, "2958466", "not_a_date"),
        (ExcelSerial, "99999999999999999999", "not_a_date"),
        (Yyyymm, "000000", "not_a_date"),
        (YmDash, "2026-9", "not_a_date"),
        (YmDash, "2026-09-01", "not_a_date"),
    ]);
}

#[test]
fn era_edges() {
    check(&[
        (WarekiLetter, "M1.1.24", "era_bounds"),
        (WarekiLetter, "M1.1.25", "1868-01-25"),
        (WarekiLetter, "T1.7.29", "era_bounds"),
        (WarekiLetter, "T1.7.30", "1912-07-30"),
        (WarekiLetter, "M45.7.30", "1912-07-30 era_overflow"),
        (WarekiLetter, "S1.12.24", "era_bounds"),
        (WarekiLetter, "S1.12.25", "1926-12-25"),
        (WarekiLetter, "T15.12.25", "1926-12-25 era_overflow"),
        (WarekiLetter, "H1.1.7", "era_bounds"),
        (WarekiLetter, "H1.1.8", "1989-01-08"),
        (WarekiLetter, "S64.1.8", "1989-01-08 era_overflow"),
        (WarekiLetter, "R1.4.30", "era_bounds"),
        (WarekiLetter, "R1.5.1", "2019-05-01"),
        (WarekiLetter, "H31.4.30", "2019-04-30"),
    ]);
}

#[test]
fn a_partly_unknown_date_is_held_against_its_era_as_a_whole() {
    check(&[
        (Wareki7, "5010400", "era_bounds"),
        (Wareki7, "5010500", "2019-05"),
        (Wareki7, "5010000", "2019"),
        (Wareki7, "4310400", "2019-04"),
        (Wareki7, "4310500", "2019-05 era_overflow"),
        (Wareki7, "4310000", "2019"),
        (Wareki7, "4320000", "2020 era_overflow"),
        (Wareki7, "3640100", "1989-01"),
        (Wareki7, "4010100", "1989-01"),
    ]);
}

#[test]
fn a_strict_field_forbids_overflow() {
    assert_eq!(read("H31.05.01", &[WarekiLetter], EraRule::Strict), "era_overflow");
    assert_eq!(read("H31.04.30", &[WarekiLetter], EraRule::Strict), "2019-04-30");
}

#[test]
fn refusals_and_warnings_name_the_era() {
    let error = parse("5010430", &[Wareki7], EraRule::Warn).unwrap_err();
    assert_eq!(error, DateError::EraBounds { era: Era::Reiwa });
    assert_eq!(error.to_string(), "before the era it names (Reiwa began on 2019-05-01)");
    let parsed = parse("4310501", &[Wareki7], EraRule::Warn).unwrap();
    assert_eq!(parsed.warning, Some(DateWarning::EraOverflow { era: Era::Heisei }));
}

#[test]
fn formats_are_tried_in_order_and_the_first_that_fits_decides() {
    let all = [Wareki7, Iso, Slash, WarekiKanji];
    assert_eq!(read("2023/4/1", &all, EraRule::Warn), "2023-04-01");
    assert_eq!(read("令和5年4月1日", &all, EraRule::Warn), "2023-04-01");
    assert_eq!(read("201713", &[Yyyymm, ExcelSerial], EraRule::Warn), "impossible");
    assert_eq!(read("45017", &[Yyyymm, ExcelSerial], EraRule::Warn), "2023-04-01");
    assert_eq!(read("202609", &[ExcelSerial, Yyyymm], EraRule::Warn), "2454-09-20");
    assert_eq!(read("2023-04-01", &[], EraRule::Warn), "not_a_date");
}

/// Characters of dates, to reach deeper than arbitrary text does.
const ALPHABET: &str = "[0-9０-９MTSHRＲ./\\- 　年月日元十〇一九明治令和平成不詳（）㋿－é]{0,40}";

proptest! {
    #[test]
    fn no_text_stops_the_reader(text in any::<String>()) {
        let _ = parse(&text, &DateFormat::ALL, EraRule::Warn);
    }

    #[test]
    fn no_date_like_text_stops_the_reader_or_yields_another_year(text in ALPHABET) {
        if let Ok(parsed) = parse(&text, &DateFormat::ALL, EraRule::Warn) {
            prop_assert!((1..=9999).contains(&parsed.date.year()));
            prop_assert!(parsed.date.earliest() <= parsed.date.latest());
        }
    }

    #[test]
    fn full_width_digits_read_as_ascii(text in "[1-5][0-9]{6}") {
        let wide: String = text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        prop_assert_eq!(parse(&wide, &[Wareki7], EraRule::Warn), parse(&text, &[Wareki7], EraRule::Warn));
    }

    #[test]
    fn strict_differs_from_warn_only_in_overflow(text in "[1-5][0-9]{6}") {
        match (parse(&text, &[Wareki7], EraRule::Warn), parse(&text, &[Wareki7], EraRule::Strict)) {
            (Ok(warned), Err(DateError::EraOverflow { era })) => {
                prop_assert_eq!(warned.warning, Some(DateWarning::EraOverflow { era }));
            }
            (warn, strict) => prop_assert_eq!(warn, strict),
        }
    }
}
