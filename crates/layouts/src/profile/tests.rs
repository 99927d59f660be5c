//! Samples as they arrive, and what is told of them.

use std::collections::BTreeMap;

use kernel::Code;

use super::draft::{Knowledge, draft};
use super::{ColumnProfile, FileShape, Shape, profile};
use crate::config::LayoutDoc;
use crate::fixtures::{ATTENDANCE, REGISTER, cp932};
use crate::text::Encoding;

fn day() -> chrono::NaiveDate {
    "2026-11-20".parse().unwrap()
}

const SAMPLE: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄コード,郵便番号,現住所,電話,備考\r\n\
    0000000001,襷　花子,ﾀｽｷ ﾊﾅｺ,5050401,2,02,999-0001,架空町一丁目1,0999000001,\r\n\
    0000000002,襷　太郎,ﾀｽｷ ﾀﾛｳ,4200229,1,20,999-0001,架空町一丁目1,,要確認\r\n\
    0000000003,髙﨑　次郎,ﾀｶｻｷ ｼﾞﾛｳ,3640107,1,20,999-0002,架空町二丁目2,0999000003,\r\n";

#[test]
fn a_register_is_recognised() {
    let found = profile(&cp932(SAMPLE), day()).unwrap();
    assert_eq!((found.shape, found.header_row, found.rows), (FileShape::Separated(b','), Some(1), 3));
    assert_eq!(found.encoding.encoding, Encoding::Cp932);
    let shapes: Vec<_> = found.columns.iter().map(ColumnProfile::shape).collect();
    assert_eq!(
        shapes[..5],
        [
            Some(Shape::Digits),
            Some(Shape::FullName),
            Some(Shape::HalfKana),
            Some(Shape::Date("wareki7")),
            Some(Shape::Digits)
        ]
    );
    assert_eq!((shapes[6], shapes[8]), (Some(Shape::PostalCode), Some(Shape::Phone)));
    let number = &found.columns[0];
    assert!(number.is_unique() && number.leading_zeros && number.fill_rate() == 100);
    assert_eq!((found.columns[8].filled, found.columns[8].blank), (2, 1));
    assert!(found.blind().columns.iter().all(|column| column.values.is_empty()));
}

#[test]
fn encodings_and_separators_are_told_by_evidence() {
    let of = |bytes: &[u8]| {
        let found = profile(bytes, day()).unwrap();
        (found.encoding.encoding, found.shape, found.carriage_return, found.rows)
    };
    let comma = FileShape::Separated(b',');
    let utf16: Vec<u8> = SAMPLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(of(SAMPLE.as_bytes()), (Encoding::Utf8, comma, false, 3));
    assert_eq!(of(&utf16), (Encoding::Utf16Le, comma, false, 3));
    assert_eq!(of(&encoding_rs::EUC_JP.encode(SAMPLE).0).0, Encoding::EucJp);
    let tabs = SAMPLE.replace(',', "\t").replace("\r\n", "\r");
    assert_eq!(of(&cp932(&tabs)), (Encoding::Cp932, FileShape::Separated(b'\t'), true, 3));
    assert_eq!(of(b"{\"a\":1}\n{\"b\":\"x\"}\n"), (Encoding::Cp932, FileShape::Jsonl, false, 2));
    let fixed = "20000000001ABCDEFGHIJKLMN\r\n20000000002ABCDEFGHIJKLMN\r\n";
    assert_eq!(of(fixed.as_bytes()).1, FileShape::Fixed(25));
    assert_eq!(profile(b"\r\n", day()).unwrap_err().code(), Code::EmptyFile);
    assert_eq!(profile(b"", day()).unwrap_err().code(), Code::EmptyFile);
}

#[test]
fn a_file_without_header_has_none() {
    let found = profile(b"7,202609,4,1\n8,202609,0,1\n", day()).unwrap();
    assert_eq!((found.header_row, found.rows, found.columns.len()), (None, 2, 4));
    assert_eq!(found.columns[1].shape(), Some(Shape::Month("yyyymm")));
    assert!(found.columns[2].zero);
}

fn drafted(sample: &str) -> super::draft::Draft {
    let layouts: BTreeMap<_, _> = [("core/register", REGISTER), ("school/attendance", ATTENDANCE)]
        .map(|(name, text)| (name.to_owned(), LayoutDoc::parse(name, text).unwrap()))
        .into();
    let items = BTreeMap::new();
    let found = profile(&cp932(sample), day()).unwrap();
    draft("住民", &found, Knowledge { layouts: &layouts, items: &items })
}

#[test]
fn a_draft_extends_the_layout_it_is_like() {
    let draft = drafted(SAMPLE);
    assert_eq!(draft.extends.as_deref(), Some("core/register"));
    let of = |column: &str| draft.proposals.iter().find(|one| one.column == column).unwrap();
    assert_eq!(of("続柄コード").to.as_deref(), Some("person.relation_1"));
    assert_eq!(of("現住所").to.as_deref(), Some("person.address"));
    assert_eq!((of("宛名番号").confidence, of("電話").to.as_deref()), (100, None));
    for part in [
        "extends = \"core/register\"",
        "column = \"現住所\"",
        "to = \"person.relation_2\"\ndrop = true",
        "\"電話\", # 記入率 66%、2 種類、電話番号",
        "# [legal]",
        "TODO",
    ] {
        assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
    }
    assert!(!draft.toml.contains("column = \"宛名番号\""), "what is inherited stands once");
    let own = LayoutDoc::parse("draft.toml", &only_layout(&draft.toml));
    assert!(own.is_ok(), "{}\n{}", draft.toml, crate::fixtures::told(&own.unwrap_err()));
}

#[test]
fn a_draft_of_a_file_like_none_stands_alone() {
    let draft = drafted("番号,対象年月,遅刻日数,委員会\r\n7,202609,3,図書\r\n8,202609,0,\r\n");
    assert_eq!(draft.extends, None);
    let late = draft.proposals.iter().find(|one| one.column == "遅刻日数").unwrap();
    assert_eq!((late.to.as_deref(), late.confidence >= 90), (Some("late"), true));
    assert!(
        draft.toml.contains("item = \"attendance.late_days\"\nfield = \"late\"\nmonth = \"record.month\"")
    );
    assert!(draft.toml.contains("formats = [\"yyyymm\"]") && draft.toml.contains("zero = \"value\""));
    assert!(LayoutDoc::parse("draft.toml", &only_layout(&draft.toml)).is_ok());
}

/// A draft without the keys of a source that are no part of its layout.
fn only_layout(toml: &str) -> String {
    toml.replace("section = \"mayor/TODO\"\n", "")
        .replace("[coverage]", "")
        .replace("complete = false\ncohort = \"listed\"\n", "")
}
