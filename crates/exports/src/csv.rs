//! A list as CSV (RFC 4180): every field in quotes, lines ended by CR LF. UTF-8 begins with a BOM, without which
//! Excel takes it for CP932; CP932 itself for systems that read nothing else.

use std::borrow::Cow;

use encoding_rs::SHIFT_JIS;

use crate::table::{Cell, Table, looks_like_formula};

/// Stands for a character that CP932 does not have (げた記号, as printers set it for a missing sort).
const GETA: char = '〓';

const BOM: &[u8] = b"\xef\xbb\xbf";

kernel::words! {
    /// How the text is written.
    Charset {
        /// UTF-8 with a byte order mark.
        Utf8 = "utf-8", "UTF-8";
        /// Microsoft's form of Shift_JIS (Windows-31J).
        Cp932 = "cp932", "CP932（Shift_JIS）";
    }
}

/// A list as CSV.
#[derive(Debug, PartialEq, Eq)]
pub struct Csv {
    /// The file.
    pub bytes: Vec<u8>,
    /// Characters that the character set does not have; 〓 stands for each, and the file says how many.
    pub unencodable: usize,
}

/// Writes a list as CSV.
#[must_use]
pub fn csv(table: &Table, charset: Charset) -> Csv {
    let body: String = rows(table);
    match charset {
        Charset::Utf8 => {
            let text = preamble(table, None) + &body;
            Csv { bytes: [BOM, text.as_bytes()].concat(), unencodable: 0 }
        }
        Charset::Cp932 => {
            let (_, in_head) = cp932(&preamble(table, None));
            let (rows, in_body) = cp932(&body);
            let unencodable = in_head + in_body;
            let (head, _) = cp932(&preamble(table, Some(unencodable)));
            Csv { bytes: [head, rows].concat(), unencodable }
        }
    }
}

/// A CSV that is to be edited and read again: UTF-8, the columns on its first line and nothing above them.
#[must_use]
pub fn plain_csv<'a>(columns: &[&'a str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut text = String::new();
    line(&mut text, columns.iter().map(|column: &&'a str| Cow::Borrowed(*column)));
    for row in rows {
        line(&mut text, row.iter().map(|cell| neutral(cell)));
    }
    [BOM, text.as_bytes()].concat()
}

/// What stands above the columns, and a line of nothing. `unencodable` is told where it can be any.
fn preamble(table: &Table, unencodable: Option<usize>) -> String {
    let mut lines = table.preamble();
    if let Some(count) = unencodable {
        lines.push(("表せない文字", format!("{count}字（{GETA}で示した）")));
    }
    let mut text = String::new();
    for (label, said) in lines {
        line(&mut text, [Cow::Borrowed(label), neutral(&said)]);
    }
    text.push_str("\r\n");
    text
}

fn rows(table: &Table) -> String {
    let mut text = String::new();
    line(&mut text, table.columns.iter().map(|column| Cow::Borrowed(column.name)));
    for row in &table.rows {
        line(
            &mut text,
            row.iter().map(|cell| match cell {
                Cell::Text(said) => neutral(said),
                Cell::Number(number) => Cow::Owned(number.to_string()),
            }),
        );
    }
    text
}

/// A text that no spreadsheet computes: an apostrophe before whatever looks like a formula.
fn neutral(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn line<'a>(text: &mut String, fields: impl IntoIterator<Item = Cow<'a, str>>) {
    for (n, field) in fields.into_iter().enumerate() {
        text.push_str(if n == 0 { "\"" } else { ",\"" });
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

/// A text in CP932, and how many characters it has no code for. A character counts as there only when its bytes
/// lead back to it: encoders that put a backslash for ¥ would be guessing.
fn cp932(text: &str) -> (Vec<u8>, usize) {
    let (mut bytes, mut missing) = (Vec::with_capacity(text.len()), 0);
    for c in text.chars() {
        match encoded(c) {
            Some(code) => bytes.extend(code),
            None => {
                missing += 1;
                bytes.extend(encoded(GETA).unwrap_or_default());
            }
        }
    }
    (bytes, missing)
}

fn encoded(c: char) -> Option<Vec<u8>> {
    let text = c.to_string();
    let (bytes, _, lost) = SHIFT_JIS.encode(&text);
    let (back, _) = SHIFT_JIS.decode_without_bom_handling(&bytes);
    (!lost && back == text).then(|| bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stamp::example;
    use crate::table::Column;

    fn table(cells: &[&str]) -> Table {
        Table {
            title: "支援対象の候補（例）".into(),
            stamp: example(),
            remarks: vec![("件数", "1件".into())],
            columns: cells.iter().map(|_| Column { name: "氏名", width: 10 }).collect(),
            rows: vec![cells.iter().map(|cell| Cell::text(*cell)).collect()],
        }
    }

    fn last(csv: &Csv) -> String {
        String::from_utf8_lossy(&csv.bytes).lines().last().unwrap().to_owned()
    }

    #[test]
    fn excel_reads_it_and_it_says_who_when_and_why() {
        let csv = csv(&table(&["架空 \"花\"子", "=1+1"]), Charset::Utf8);
        let text = String::from_utf8(csv.bytes.clone()).unwrap();
        assert!(text.starts_with("\u{feff}\"表題\",\"支援対象の候補（例）\"\r\n"));
        for said in
            ["架空　花子（子育て健康課）", "令和8年11月21日 00時04分", "支援の検討・実施", "部外秘", "時点"]
        {
            assert!(text.contains(said), "{said}");
        }
        assert_eq!(last(&csv), "\"架空 \"\"花\"\"子\",\"'=1+1\"");
    }

    #[test]
    fn what_cp932_has_not_is_marked_and_counted_and_never_guessed() {
        for (name, missing) in
            [("架空　花子", 0), ("髙﨑", 0), ("𠮷田", 1), ("葛\u{e0100}城", 1), ("¥\u{203e}", 2), ("café", 1)]
        {
            let written = csv(&table(&[name]), Charset::Cp932);
            assert_eq!(written.unencodable, missing, "{name}");
            let (text, _, lost) = SHIFT_JIS.decode(&written.bytes);
            assert!(
                !lost && text.contains(&format!("\"表せない文字\",\"{missing}字（〓で示した）\"")),
                "{text}"
            );
            let row = text.lines().last().unwrap();
            assert_eq!(row.matches('〓').count(), missing, "{row}");
        }
    }

    proptest! {
        /// Whatever a record holds, the file's last line has as many fields as it should, and none of them begins as
        /// a formula does.
        #[test]
        fn no_field_escapes_or_computes(one in "\\PC*", two in "[=+@＝＋－＠\t\r\n\"',-]{0,6}") {
            let written = csv(&table(&[&one, &two]), Charset::Utf8);
            let text = String::from_utf8(written.bytes).unwrap();
            let row = text.rsplit("\"氏名\",\"氏名\"\r\n").next().unwrap();
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
            let records: Vec<_> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!((records.len(), records[0].len()), (1, 2));
            for field in &records[0] {
                prop_assert!(!looks_like_formula(field), "{:?}", field);
            }
        }
    }
}
