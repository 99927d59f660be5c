//! The fuzz targets in short form: the same questions as in `fuzz/`, asked of bytes that proptest makes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod hostile;

use encoding_rs::{EUC_JP, SHIFT_JIS};
use proptest::prelude::*;

/// Columns of the layouts, and bytes of each in a record of one length.
const COLUMNS: [(&str, usize); 6] =
    [("no", 8), ("name", 12), ("kana", 4), ("born", 9), ("count", 3), ("note", 4)];

/// What no file should hold, or not there.
const ODD: &[&str] =
    &["\"a\nb\"", "\"\"\"\"", "\"open", "=1+1", "\u{0}", "\u{e000}", "〓", "", "-", "99999999999"];

/// A day in each of the spellings that a layout may choose.
const DAYS: [&[&str]; 4] = [
    &["2023-04-01", "2008-02"],
    &["5050401", "4310401"],
    &["R05.04.01", "H31.4.30"],
    &["20230401", "20080200"],
];

/// Cells that are right, but for one in sixteen.
fn row(days: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let right = (
        "[0-9]{1,8}",
        "[一-十ぁ-ん]{1,2} [一-十]{1,2}",
        "[ァ-ヶ]{0,2}",
        prop::sample::select(days),
        prop_oneof!["[0-9]{1,2}", Just("-".to_owned())],
        "[a-zあ-お,]{0,2}",
    );
    let odd = prop::option::weighted(0.3, (0_usize..6, prop::sample::select(ODD)));
    (right, odd).prop_map(|((no, name, kana, born, count, note), odd)| {
        let mut cells = vec![no, name, kana, born.to_owned(), count, note];
        if let Some((at, odd)) = odd {
            odd.clone_into(&mut cells[at]);
        }
        cells
    })
}

/// Such rows as the kind of file that a choice names, in its encoding; sometimes with a byte changed.
fn file() -> impl Strategy<Value = Vec<u8>> {
    any::<[u8; 8]>().prop_flat_map(|choice| {
        let rows = prop::collection::vec(row(DAYS[usize::from(choice[5]) % 4]), 1..6);
        let spoilt = prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()));
        (rows, spoilt).prop_map(move |(rows, spoilt)| {
            let mut file = written(&choice, &rows);
            if let Some((at, byte)) = spoilt {
                let at = at.index(file.len());
                file[at] = byte;
            }
            [choice.as_slice(), &file].concat()
        })
    })
}

fn written(choice: &[u8; 8], rows: &[Vec<String>]) -> Vec<u8> {
    let kind = hostile::kind_of(choice);
    let delimiter = match (kind, choice[4] % 3) {
        ("tsv", _) | ("csv", 2) => "\t",
        ("csv", 1) => ";",
        _ => ",",
    };
    let end = if choice[3] % 4 == 3 && kind != "jsonl" { "\r" } else { "\n" };
    let mut lines = Vec::new();
    if hostile::is_named(choice) && kind != "jsonl" {
        lines.push(COLUMNS.map(|(name, _)| name).join(delimiter));
    }
    lines.extend(rows.iter().map(|row| match kind {
        "jsonl" => {
            let members =
                COLUMNS.iter().zip(row).map(|((name, _), cell)| (name.to_string(), cell.clone().into()));
            serde_json::Value::Object(members.collect()).to_string()
        }
        _ => row.iter().map(|cell| quoted(cell, delimiter)).collect::<Vec<_>>().join(delimiter),
    }));
    if kind == "fixed" {
        return rows.iter().flat_map(|row| [record(choice, row), end.into()].concat()).collect();
    }
    lines.iter().flat_map(|line| in_bytes(choice, &format!("{line}{end}"))).collect()
}

fn quoted(cell: &str, delimiter: &str) -> String {
    if cell.contains(delimiter) && !cell.starts_with('"') { format!("\"{cell}\"") } else { cell.to_owned() }
}

/// Cells filled up with blanks, and cut, to their bytes.
fn record(choice: &[u8; 8], row: &[String]) -> Vec<u8> {
    let fill = |((_, length), cell): (&(&str, usize), &String)| {
        let mut bytes = in_bytes(choice, cell);
        bytes.resize(*length, b' ');
        bytes
    };
    COLUMNS.iter().zip(row).flat_map(fill).collect()
}

fn in_bytes(choice: &[u8; 8], text: &str) -> Vec<u8> {
    match hostile::encoding_of(choice) {
        Some("cp932") => SHIFT_JIS.encode(text).0.into_owned(),
        Some("euc_jp") => EUC_JP.encode(text).0.into_owned(),
        Some("utf16le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("utf16be") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn files_that_are_nearly_right(file in file()) {
        hostile::decode(&file);
    }

    #[test]
    fn any_bytes_as_a_file(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        hostile::decode(&bytes);
    }

    #[test]
    fn any_bytes_as_a_workbook(
        which in any::<u8>(),
        head in prop_oneof![Just(&b"PK\x03\x04"[..]), Just(&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..]), Just(&b""[..])],
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        hostile::sheet(&[&[which], head, &bytes].concat());
    }

    #[test]
    fn any_text_as_a_layout(
        lines in prop::collection::vec(prop_oneof![
            "[a-z_\\[\\]]{0,12} = [\"0-9a-z\\[\\]{},= -]{0,16}",
            prop::sample::select(vec![
                "format = 1", "key = [\"person.local_id\"]", "mode = \"append\"", "identity = { system = \"a\" }",
                "[file]", "kind = \"csv\"", "encoding = \"cp932\"", "header = \"exact\"", "[[field]]",
                "to = \"person.local_id\"", "column = \"a\"", "digits = [1, 99999999999]", "pad = 4000000000",
                "[unfold]", "months = [1, 1, 13]", "at = [0, 18446744073709551615]", "record_length = 0",
            ]).prop_map(str::to_owned),
        ], 0..24),
    ) {
        hostile::config(lines.join("\n").as_bytes());
    }

    #[test]
    fn any_text_as_a_date(
        which in any::<u8>(),
        text in prop_oneof!["[0-9]{0,9}", "[MTSHRmtshr][0-9 .]{0,9}", "(令和|平成|昭和|令|㋿)?[元0-9一二十]{1,3}年[0-9不詳]{1,2}月[0-9不詳]{1,2}日", "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}", "\\PC{0,8}"],
    ) {
        hostile::dates(&[&[which], text.as_bytes()].concat());
    }
}
