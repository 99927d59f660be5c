//! Counts of what a file is like: every row in every column once, and no value in the clear.

use kernel::{Absence, Code};

use super::*;
use crate::decode::{DecodeOptions, Decoder};
use crate::fixtures::{self, ATTENDANCE, REGISTER};
use crate::layout::Layout;
use crate::row::{Outcome, Summary};

fn read(layout: &Layout, bytes: &[u8], piece: usize) -> (Summary, Quality) {
    let options = DecodeOptions::new("example".parse().unwrap(), "2026-11-20".parse().unwrap());
    let mut decoder = Decoder::new(layout, &options);
    let mut out = |_: Outcome<'_>| {};
    for chunk in bytes.chunks(piece) {
        decoder.push(chunk, &mut out).unwrap();
    }
    decoder.finish_with_quality(&mut out).unwrap()
}

fn column<'q>(quality: &'q Quality, name: &str) -> &'q Column {
    quality.columns.iter().find(|column| column.name == name).unwrap()
}

fn attendance(rows: impl IntoIterator<Item = String>) -> (Summary, Quality) {
    let bytes: String = rows.into_iter().map(|row| row + "\n").collect();
    read(&fixtures::layout(ATTENDANCE), bytes.as_bytes(), 7)
}

#[test]
fn every_row_is_filled_absent_or_refused_in_every_column() {
    let (summary, quality) = attendance([
        "1,202604,3,1,E1,x".into(),
        "2,202604,-,,zz,x".into(),
        "3,202604,99,1,zz,x".into(),
        "1,202604,0,0,,x".into(),
        "4,too few".into(),
    ]);
    assert_eq!((summary.rows, quality.rows), (5, 5));
    assert_eq!(quality.uncut[&Code::ColumnCount], Lines { count: 1, first: vec![5] });
    assert_eq!(quality.duplicates, Lines { count: 1, first: vec![4] });
    let late = column(&quality, "遅刻");
    assert_eq!((late.filled, late.to.as_str()), (2, "late"));
    assert_eq!(late.items[0].as_str(), "attendance.late_days");
    assert_eq!(late.absent, [(Absence::NotCollected, 1)].into());
    assert_eq!(late.refused, [(Code::OutOfRange, Lines { count: 1, first: vec![3] })].into());
    let school = column(&quality, "学校");
    let codes: Vec<_> = school.unknown.codes.iter().map(|c| (c.value.as_str(), c.count, c.line)).collect();
    assert_eq!(codes, [("zz", 2, 2), ("E1", 1, 1)], "a list that does not know them lets them be absent");
    assert_eq!((school.unknown.count, school.absent[&Absence::UnknownCode]), (3, 3));
    let counts = quality.counts();
    for column in &counts.columns {
        assert_eq!(column.rows() + counts.uncut.values().sum::<u64>(), counts.rows, "{}", column.name);
    }
}

#[test]
fn what_is_left_in_the_clear_has_no_value_and_no_line() {
    let (_, quality) = attendance(["4711,202604,3,1,秘密,x".into()]);
    assert!(serde_json::to_string(&quality).unwrap().contains("秘密"));
    let clear = serde_json::to_string(&quality.counts()).unwrap();
    assert!(!clear.contains("秘密") && !clear.contains("4711") && !clear.contains("first"), "{clear}");
    assert_eq!(serde_json::from_str::<Quality>(&serde_json::to_string(&quality).unwrap()).unwrap(), quality);
}

#[test]
fn external_characters_and_overflown_eras_are_told_with_their_lines() {
    let text = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考\n\
                1,架空 太郎,カクウ タロウ,4310501,1,02,,-,\n\
                2,架空 次郎,カクウ ジロウ,5091201,9,02,,-,\n\
                3,架空 三郎,カクウ サブロウ,4100101,1,02,,-,\n";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let mut bytes = bytes.into_owned();
    // The last 三 becomes a character of the town's own.
    let at = bytes.windows(4).rposition(|two| two == b"\x8eO\x98Y").unwrap();
    bytes.splice(at..at + 2, *b"\xf0\x40");
    let layout = fixtures::layout(
        &REGISTER.replace("formats = [\"wareki7\"", "era_overflow = \"warn\"\nformats = [\"wareki7\""),
    );
    let (_, quality) = read(&layout, &bytes, 3);
    assert_eq!(quality.reading.encoding, "cp932");
    assert_eq!((quality.reading.byte_order_mark, quality.reading.decided_on_line), (false, Some(1)));
    let name = column(&quality, "氏名");
    assert_eq!(name.gaiji, [Gaiji { code: "F040".into(), line: 4 }]);
    assert_eq!(name.refused[&Code::Gaiji].first, [4]);
    let birth = column(&quality, "生年月日");
    assert_eq!(birth.era_overflow, Lines { count: 1, first: vec![2] });
    assert_eq!(birth.after_export, Lines { count: 1, first: vec![3] }, "令和9年 has not come");
}

#[test]
fn numbers_far_out_are_found_by_the_quartiles_of_a_sample_whatever_the_file_s_size() {
    let row = |n: u64, late: u64| format!("{n},202604,{late},1,,x");
    // 0 to 4 days late in turn; line 5001 says 31.
    let (_, quality) = attendance((0..20_000).map(|n| row(n, if n == 5000 { 31 } else { n % 5 })));
    let outliers = column(&quality, "遅刻").outliers.clone().unwrap();
    assert_eq!(outliers.values, [Outlier { line: 5001, value: "31".into() }]);
    assert_eq!((outliers.low.as_str(), outliers.high.as_str()), ("-5", "9"));
    assert!(!outliers.is_capped);
    let many = attendance((0..2000).map(|n| row(n, if n % 40 == 0 { 31 } else { n % 5 }))).1;
    let many = column(&many, "遅刻").outliers.clone().unwrap();
    assert_eq!((many.values.len(), many.is_capped), (SHOWN, true), "it says that there may be more");
    let same = attendance((0..2000).map(|n| row(n, u64::from(n == 7) * 31))).1;
    assert_eq!(column(&same, "遅刻").outliers, None, "where nearly all are the same nothing is far");
    let few = attendance((0..20).map(|n| row(n, if n == 7 { 31 } else { n % 5 }))).1;
    assert_eq!(column(&few, "遅刻").outliers, None);
}

#[test]
fn what_is_kept_of_findings_is_bounded() {
    let long = "長".repeat(500);
    let (_, quality) = attendance((0..500).map(|n| format!("{n},202604,99,1,{n}{long},x")));
    let (late, school) = (column(&quality, "遅刻"), column(&quality, "学校"));
    assert_eq!(
        (late.refused[&Code::OutOfRange].count, late.refused[&Code::OutOfRange].first.len()),
        (500, SHOWN)
    );
    assert_eq!((school.unknown.codes.len(), school.unknown.beyond), (UNKNOWN_KEPT, 450));
    assert!(school.unknown.codes.iter().all(|code| code.value.chars().count() == VALUE_KEPT));
}
