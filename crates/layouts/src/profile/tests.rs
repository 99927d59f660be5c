//! Samples as they arrive, and what is told of them.

use std::collections::BTreeMap;

use kernel::Code;

use super::draft::{Knowledge, Wanted, draft};
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
    let noise: Vec<u8> = (0..5_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    assert_eq!(profile(&noise, day()).unwrap_err().code(), Code::NotATable);
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
    let (items, codes) = (BTreeMap::new(), crate::fixtures::codes());
    let found = profile(&cp932(sample), day()).unwrap();
    let wanted = Wanted { town: "shinmachi", source: None, file: "住民_20261120.csv" };
    draft(wanted, &found, Knowledge { layouts: &layouts, items: &items, codes: &codes })
}

#[test]
fn a_draft_extends_the_layout_it_is_like() {
    let draft = drafted(SAMPLE);
    assert_eq!(draft.extends, Some(("core/register".to_owned(), 87)));
    assert_eq!(draft.source, "register");
    let of = |column: &str| draft.proposals.iter().find(|one| one.column == column).unwrap();
    assert_eq!(of("続柄コード").to.as_deref(), Some("person.relation_1"));
    assert_eq!(of("現住所").to.as_deref(), Some("person.address"));
    assert_eq!((of("宛名番号").confidence, of("備考").to.as_deref()), (100, None));
    assert_eq!((of("電話").confidence, of("電話").to.as_deref()), (70, Some("person.phone")));
    for part in [
        "name = \"住民\"",
        "extends = \"core/register\"",
        "column = \"現住所\"",
        "to = \"person.relation_2\"\ndrop = true",
        "\"備考\", # 記入率 33%、1 種類、短い文字",
        "[legal]\npurpose = \"TODO",
    ] {
        assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
    }
    assert!(!draft.toml.contains("column = \"宛名番号\""), "what is inherited stands once");
    assert_eq!(undecided(&draft.toml), 9, "{}", draft.toml);
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
    undecided(&draft.toml);
}

#[test]
fn whose_record_it_is_makes_no_file_like_another() {
    let draft = drafted(
        "番号,児童氏名,健診日,学年,判定\r\n0000001,架空　花子,R8.5.1,1,A\r\n0000002,架空　次郎,R8.6.2,2,B\r\n",
    );
    assert_eq!(draft.extends, None, "a number and a name every file has");
    let of = |column: &str| draft.proposals.iter().find(|one| one.column == column).unwrap();
    assert_eq!((of("健診日").to.as_deref(), of("健診日").confidence), (Some("record.at"), 50));
    assert_eq!(of("学年").to, None, "one digit is no day, whatever it is called");
}

#[test]
fn a_total_at_the_end_of_a_text_is_no_value_of_its_columns() {
    let rows: String = (1..=9).map(|n| format!("{n},202609,{n}\r\n")).collect();
    let draft = drafted(&format!("番号,対象年月,遅刻日数\r\n{rows}合計,,45\r\n"));
    assert!(draft.toml.contains("footer = [\"合計\"]"), "{}", draft.toml);
    assert!(!draft.toml.contains("対象年月は"), "{}", draft.toml);
    undecided(&draft.toml);
}

#[test]
fn names_in_the_alphabet_are_known_too() {
    let json =
        |n: u32| format!("{{\"child\":{{\"id\":\"{n}\",\"birth\":\"2015-05-0{n}\"}},\"sex\":\"男\"}}\n");
    let found = profile((json(1) + &json(2)).as_bytes(), day()).unwrap();
    let (layouts, items, codes) = (BTreeMap::new(), BTreeMap::new(), crate::fixtures::codes());
    let wanted = Wanted { town: "shinmachi", source: None, file: "a.jsonl" };
    let draft = draft(wanted, &found, Knowledge { layouts: &layouts, items: &items, codes: &codes });
    let birth = draft.proposals.iter().find(|one| one.column == "child.birth").unwrap();
    assert_eq!(birth.to.as_deref(), Some("person.birth_date"));
}

#[test]
fn months_side_by_side_are_one_column() {
    let months = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3];
    let names: Vec<_> = months.iter().flat_map(|m| [format!("{m}月_遅刻"), format!("{m}月_委員")]).collect();
    let draft =
        drafted(&format!("年度,番号,{}\r\n2026,0000001,{}\r\n", names.join(","), ["3,a"; 12].join(",")));
    for part in [
        "months = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]",
        "period = { fiscal_year = \"年度\", always = 4 }",
        "to = \"late\"\ncolumn = \"{month}月_遅刻\"",
        "key = [\"person.local_id\", \"record.month\"]",
        "\"5月_委員\",",
    ] {
        assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
    }
}

#[test]
fn what_looks_like_no_value_is_asked_about() {
    let draft = drafted(
        "学籍番号,対象年月,遅刻\r\n0000001,202609,-\r\n0000002,202609,9999999\r\n0000003,202609,2\r\n0000004,202609,　\r\n",
    );
    for part in ["\"-\" = \"not_collected\"", "\"9999999\" = \"TODO", "\"　\" = \"", "「9999999」1 件"] {
        assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
    }
}

#[test]
fn without_header_columns_are_told_by_what_they_hold() {
    let draft =
        drafted("0000001,襷　花子,ﾀｽｷ ﾊﾅｺ,4200229,202609,3\r\n0000002,襷　太郎,ﾀｽｷ ﾀﾛｳ,5010601,202609,0\r\n");
    let to: Vec<_> = draft.proposals.iter().map(|one| one.to.as_deref().unwrap_or("")).collect();
    assert_eq!(
        to,
        ["person.local_id", "person.name", "person.kana", "person.birth_date", "record.month", ""]
    );
    assert!(draft.toml.contains("header = \"none\"\ncolumns = 6") && draft.toml.contains("position = 4"));
    undecided(&draft.toml);
}

#[test]
fn of_fixed_length_a_draft_says_what_is_needed() {
    let records = "10000001襷花子　　　20130401\r\n10000002襷太郎　　　20150401\r\n";
    let draft = drafted(records);
    for part in
        ["kind = \"fixed\"", "record_length = 28", "桁の表", "#   1～8（8 バイト）：数字", "漢字・カナ"]
    {
        assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
    }
    assert!(draft.proposals.is_empty());
    undecided(&draft.toml);
}

#[test]
fn codes_nobody_knows_become_a_list_to_complete() {
    let draft = drafted(
        "宛名番号,氏名,性別\r\n0000000001,襷　花子,女\r\n0000000002,襷　太郎,男\r\n0000000003,襷　次郎,Z\r\n",
    );
    assert_eq!(
        draft.codes,
        [("sex_shinmachi".to_owned(), "source,target\nZ,TODO\n女,female\n男,male\n".to_owned())]
    );
    assert!(draft.toml.contains("codes = \"sex_shinmachi\""), "{}", draft.toml);
}

/// How many faults a draft has; each of them says that something is still to be decided, and nothing else.
fn undecided(toml: &str) -> usize {
    let doc = crate::config::reader::Doc::parse("draft.toml", toml).unwrap_or_else(|faults| {
        panic!("{toml}\n{}", crate::fixtures::told(&faults));
    });
    {
        let mut root = doc.root();
        let _ = (root.need::<i64>("format"), root.need::<String>("name"));
        let _ = root.need_parsed::<kernel::SectionCode>("section");
        let mut legal = root.need_table("legal").unwrap();
        for key in ["purpose", "article", "decided_by"] {
            let _ = legal.need::<String>(key);
        }
        let _ = (legal.need::<chrono::NaiveDate>("decided_on"), legal.need::<chrono::NaiveDate>("until"));
        let mut coverage = root.need_table("coverage").unwrap();
        let _ = (coverage.need::<bool>("complete"), coverage.need::<String>("cohort"));
        let _ = LayoutDoc::read(&mut root);
    }
    assert!(doc.is_undecided());
    let faults = doc.into_faults();
    let all = faults.iter().all(|fault| fault.detail(kernel::Lang::En).contains("to be decided (TODO"));
    assert!(all, "{toml}\n{}", crate::fixtures::told(&faults));
    faults.len()
}
