//! Workbooks as offices keep them.

use base64::Engine;
use kernel::{Code, Known};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::decode::{DecodeOptions, Decoder, Limits};
use crate::fixtures::{decode, layout, options};
use crate::layout::Layout;
use crate::row::{EncodeRow, Outcome};
use crate::{EncodeError, Reject, encode};

/// A register kept by hand: a title, a header in two rows, a total.
pub const LEDGER: &str = r##"
format = 1
identity = { system = "gakuseki", creates = false }
key = ["person.local_id", "record.at"]
mode = "append"
[file]
kind = "xlsx"
sheet = "台帳"
header = "exact"
header_rows = 2
footer = ["合計"]
ignored = ["備考"]
[[field]]
to = "person.local_id"
column = "学籍番号"
pad = 5
[[field]]
to = "person.name"
column = "氏名"
[[field]]
to = "person.birth_date"
column = "生年月日"
formats = ["iso", "wareki_kanji", "excel_serial"]
[[field]]
to = "record.at"
column = "健診_日"
formats = ["iso"]
[[field]]
to = "late"
column = "健診_遅刻"
type = "int"
zero = "value"
missing = { "" = "not_collected", "#N/A" = "unreadable" }
[[observation]]
of = "person"
item = "attendance.late_days"
field = "late"
at = "record.at"
"##;

pub fn ledger() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("表紙").unwrap().write_string(0, 0, "架空").unwrap();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy/m/d");
    sheet.set_name("台帳").unwrap();
    sheet.merge_range(0, 0, 0, 5, "令和8年度 健診台帳（架空）", &Format::new()).unwrap();
    for (column, name) in [(1, "学籍番号"), (2, "氏　名"), (3, "生年月日"), (4, "健診"), (6, "備考")]
    {
        sheet.write_string(2, column, name).unwrap();
    }
    sheet.write_string(3, 4, "日").unwrap().write_string(3, 5, "遅刻").unwrap();
    for (row, number, name) in [(4, 7.0, "襷 花子"), (5, 8.0, "襷 太郎"), (7, 9.0, "襷 次郎")] {
        sheet.write_number(row, 1, number).unwrap().write_string(row, 2, name).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 9, 1).unwrap();
        sheet.write_datetime_with_format(row, 4, &date, &day).unwrap();
    }
    sheet.write_datetime_with_format(4, 3, ExcelDateTime::from_ymd(2018, 4, 1).unwrap(), &day).unwrap();
    sheet.write_string(5, 3, "平成30年4月2日").unwrap();
    sheet.write_number(7, 3, 43_193.0).unwrap();
    sheet.write_number(4, 5, 0.0).unwrap();
    sheet.write_formula(5, 5, Formula::new("=1+2").set_result("3")).unwrap();
    sheet.write_string(8, 1, "合 計").unwrap().write_number(8, 5, 3.0).unwrap();
    sheet.write_string(9, 1, "以上").unwrap();
    book.save_to_buffer().unwrap()
}

fn warned(layout: &Layout, options: &DecodeOptions, bytes: &[u8]) -> (Vec<(u32, Vec<Code>)>, Vec<Reject>) {
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => rows.push((row.line, row.warnings.iter().map(kernel::Fault::code).collect())),
        Outcome::Reject(reject) => rejects.push(reject),
    };
    let mut decoder = Decoder::new(layout, options);
    decoder.push(bytes, &mut out).unwrap();
    decoder.finish(&mut out).unwrap();
    (rows, rejects)
}

#[test]
fn a_ledger_is_read_as_it_is_kept() {
    let layout = layout(LEDGER);
    let (rows, rejects, end) = decode(&layout, &ledger());
    assert!(rejects.is_empty(), "{}", crate::fixtures::told(&rejects.concat()));
    assert_eq!(end.unwrap().accepted, 3);
    let births: Vec<_> = rows.iter().map(|row| row.persons[0].1.birth_date.clone()).collect();
    let day = |text: &str| Known::Present(text.parse().unwrap());
    assert_eq!(births, [day("2018-04-01"), day("2018-04-02"), day("2018-04-03")]);
    assert_eq!(rows[0].persons[0].1.local_id.value().map(String::as_str), Some("00007"));
    let (lines, _) = warned(&layout, &options(), &ledger());
    assert_eq!(lines, [(5, vec![]), (6, vec![Code::FormulaValue]), (8, vec![])]);
}

#[test]
fn a_ledger_that_was_written_reads_the_same() {
    let layout = layout(LEDGER);
    let (rows, ..) = decode(&layout, &ledger());
    let written = encode(&layout, options().as_of, &rows).unwrap();
    assert!(written == encode(&layout, options().as_of, &rows).unwrap());
    let (again, rejects, _) = decode(&layout, &written);
    assert!(rejects.is_empty() && again == rows);
}

#[test]
fn what_a_sheet_lacks_is_told() {
    let code = |text: &str| decode(&layout(text), &ledger()).2.unwrap_err().code();
    assert_eq!(code(&LEDGER.replace("\"台帳\"", "\"名簿\"")), Code::SheetNotFound);
    assert_eq!(code(&LEDGER.replace("\"氏名\"", "\"名前\"")), Code::HeaderMismatch);
    assert_eq!(code(&LEDGER.replace("sheet = \"台帳\"\n", "")), Code::HeaderMismatch);
    for bytes in [&b"PK\x03\x04"[..], b"a,b\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &ledger()[..2_000]] {
        assert_eq!(decode(&layout(LEDGER), bytes).2.unwrap_err().code(), Code::SheetUnreadable);
    }
    for bytes in [&b"a,b\n"[..], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
        let xls = LEDGER.replace("\"xlsx\"", "\"xls\"");
        assert_eq!(decode(&layout(&xls), bytes).2.unwrap_err().code(), Code::SheetUnreadable);
    }
    assert!(matches!(decode(&layout(LEDGER), b"").2, Err(fault) if fault.code() == Code::EmptyFile));
}

/// Two children in a workbook of the format before 2007, as LibreOffice's and other writers keep it.
fn old() -> Vec<u8> {
    let text = include_str!("ledger.xls.b64").replace('\n', "");
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn rows_read_in_another_process_are_the_same() {
    let (layout, options, old) = (layout(&LEDGER.replace("\"xlsx\"", "\"xls\"")), options(), old());
    let ask = layout.old_book(options.as_of, &Limits::USUAL).unwrap();
    let ask: super::OldBook = serde_json::from_str(&serde_json::to_string(&ask).unwrap()).unwrap();
    let mut sent = Vec::new();
    ask.rows(old.clone(), &mut |row| {
        sent.push(serde_json::to_string(&row).unwrap());
        Ok(())
    })
    .unwrap();
    let mut rows = Vec::new();
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => rows.push(EncodeRow::of(&layout, &row)),
        Outcome::Reject(reject) => panic!("{:?}", reject.reasons),
    };
    let mut decoder = Decoder::new(&layout, &options);
    for row in &sent {
        decoder.push_row(&serde_json::from_str(row).unwrap(), &mut out).unwrap();
    }
    decoder.finish(&mut out).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].persons[0].1.local_id, Known::Present("00007".to_owned()));
    assert_eq!(rows[0].persons[0].1.birth_date, Known::Present("2015-04-02".parse().unwrap()));
    assert!(rows == decode(&layout, &old).0);
    // Read only: nobody is to write them any more.
    assert!(matches!(encode(&layout, options.as_of, &rows), Err(EncodeError::Kind)));
    assert!(matches!(encode(&layout, options.as_of, []), Err(EncodeError::Kind)));
    assert!(ask.rows(old[..3_000].to_vec(), &mut |_| Ok(())).is_err());
    let small = super::OldBook { bytes: 100, ..ask };
    assert_eq!(small.rows(old.clone(), &mut |_| Ok(())).unwrap_err().code(), Code::SheetTooLarge);
}
