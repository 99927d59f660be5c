//! Workbooks as offices keep them, and workbooks made to hurt.

use std::io::Write;

use kernel::{Code, Known};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::decode::{DecodeOptions, Decoder, Limits};
use crate::fixtures::{decode, layout, options};
use crate::layout::Layout;
use crate::row::{EncodeRow, Outcome};
use crate::{Reject, encode};

/// A register kept by hand: a title, a header in two rows, a total.
pub const LEDGER: &str = r#"
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
"#;

pub fn ledger() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("表紙").unwrap().write_string(0, 0, "架空").unwrap();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy/m/d");
    sheet.set_name("台帳").unwrap();
    sheet.merge_range(0, 0, 0, 5, "令和8年度 健診台帳（架空）", &Format::new()).unwrap();
    for (column, name) in [(1, "学籍番号"), (2, "氏　名"), (3, "生年月日"), (4, "健診"), (6, "備考")] {
        sheet.write_string(2, column, name).unwrap();
    }
    sheet.write_string(3, 4, "日").unwrap().write_string(3, 5, "遅刻").unwrap();
    for (row, number, name) in [(4, 7.0, "襷 花子"), (5, 8.0, "襷 太郎"), (7, 9.0, "襷 次郎")] {
        sheet.write_number(row, 1, number).unwrap().write_string(row, 2, name).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 9, 1).unwrap();
        sheet.write_datetime_with_format(row, 4, &date, &day).unwrap();
    }
    sheet.write_datetime_with_format(4, 3, &ExcelDateTime::from_ymd(2018, 4, 1).unwrap(), &day).unwrap();
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
        let xls = LEDGER.replace("\"xlsx\"", "\"xls\"");
        assert_eq!(decode(&layout(&xls), bytes).2.unwrap_err().code(), Code::SheetUnreadable);
    }
    assert!(matches!(decode(&layout(LEDGER), b"").2, Err(fault) if fault.code() == Code::EmptyFile));
}

const NS: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A small workbook of raw parts, some replaced.
fn raw(replaced: &[(&str, &[u8])]) -> Vec<u8> {
    let rels = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"r1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns=\"{NS}\" xmlns:r=\"{RELATIONS}\"><workbookPr date1904=\"1\"/>\
         <sheets><sheet name=\"台帳\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let sheets = rels.replace("officeDocument\" Target=\"xl/workbook.xml", "worksheet\" Target=\"worksheets/sheet1.xml");
    let sheet = sheet_of(&(row_of(1, &["番号", "生年月日"]) + &row_of(2, &["7", "43555"])));
    let parts: [(&str, &[u8]); 4] = [
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", sheets.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let added = replaced.iter().filter(|(name, _)| !parts.iter().any(|(known, _)| known == name));
    for (name, bytes) in parts.iter().chain(added) {
        let bytes = replaced.iter().find(|(other, _)| other == name).map_or(*bytes, |(_, bytes)| bytes);
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn sheet_of(rows: &str) -> String {
    format!("<worksheet xmlns=\"{NS}\"><dimension ref=\"A1:XFD1048576\"/><sheetData>{rows}</sheetData></worksheet>")
}

fn row_of(number: u32, cells: &[&str]) -> String {
    let cell = |text: &&str| match text.parse::<f64>() {
        Ok(_) => format!("<c><v>{text}</v></c>"),
        Err(_) => format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    format!("<row r=\"{number}\">{}</row>", cells.iter().map(cell).collect::<String>())
}

const SMALL: &str = r#"
format = 1
identity = { system = "gakuseki", creates = false }
key = ["person.local_id"]
mode = "append"
[file]
kind = "xlsx"
header = "exact"
[[field]]
to = "person.local_id"
column = "番号"
[[field]]
to = "person.birth_date"
column = "生年月日"
formats = ["excel_serial"]
"#;

fn refused(replaced: &[(&str, &[u8])]) -> Code {
    let (rows, _, end) = decode(&layout(SMALL), &raw(replaced));
    assert!(rows.is_empty());
    end.unwrap_err().code()
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_does() {
    let (rows, rejects, _) = decode(&layout(SMALL), &raw(&[]));
    assert!(rejects.is_empty());
    assert_eq!(rows[0].persons[0].1.birth_date, Known::Present("2023-04-01".parse().unwrap()));
}

#[test]
fn a_cell_in_the_last_column_costs_nothing() {
    let far = row_of(1, &["番号", "生年月日"])
        + "<row r=\"2\"><c r=\"A2\"><v>7</v></c><c r=\"B2\"><v>43555</v></c><c r=\"XFD2\"><v>1</v></c></row>\
           <row r=\"1048576\"><c r=\"A1048576\"><v>8</v></c><c r=\"B1048576\"><v>43555</v></c></row>";
    let (rows, rejects, end) = decode(&layout(SMALL), &raw(&[("xl/worksheets/sheet1.xml", sheet_of(&far).as_bytes())]));
    assert_eq!((rows.len(), end.unwrap().rows), (1, 2));
    assert_eq!(rejects[0][0].code(), Code::ColumnCount);
    let every = (0..16_384).map(|n| format!("c{n}")).collect::<Vec<_>>();
    let wide = sheet_of(&row_of(1, &every.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(refused(&[("xl/worksheets/sheet1.xml", wide.as_bytes())]), Code::HeaderMismatch);
}

#[test]
fn parts_made_to_hurt_are_refused_before_they_are_opened() {
    let texts = |inside: &str| format!("<sst xmlns=\"{NS}\" {inside}</sst>");
    let long = "a".repeat(300 << 10);
    let styles = format!("<styleSheet xmlns=\"{NS}\"><fonts><font><name val=\"{}\"/></font></fonts></styleSheet>", &long[..5_000]);
    let sheet = |inside: &str| sheet_of(&format!("<row r=\"1\"><c>{inside}</c></row>"));
    let utf16: Vec<u8> = sheet_of("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let elsewhere = format!(
        "<Relationships xmlns=\"x\"><Relationship Id=\"r1\" Type=\"{RELATIONS}/officeDocument\" Target=\"docProps/w.xml\"/></Relationships>"
    );
    let many = "<c><v>1</v></c>".repeat(1 << 20);
    let cases: Vec<(&str, Vec<u8>, Code)> = vec![
        ("xl/sharedStrings.xml", texts("uniqueCount=\"99999999999\">").into(), Code::SheetUnreadable),
        ("xl/sharedStrings.xml", texts("uniqueCount = '9999999'><si><t>a</t></si>").into(), Code::SheetUnreadable),
        ("xl/sharedStrings.xml", texts(&format!("><si><t>{long}</t></si>")).into(), Code::SheetTooLarge),
        ("xl/styles.xml", styles.into(), Code::SheetTooLarge),
        ("xl/styles.xml", vec![b' '; 3 << 20], Code::SheetTooLarge),
        ("xl/worksheets/sheet1.xml", sheet(&format!("<v>{long}</v>")).into(), Code::SheetTooLarge),
        ("xl/worksheets/sheet1.xml", sheet("<!-- a --><v>1</v>").into(), Code::SheetUnreadable),
        ("xl/worksheets/sheet1.xml", sheet("<f t=\"shared\" ref=\"A1:B9\" si=\"4000000000\">1</f>").into(), Code::SheetTooLarge),
        ("xl/media/a.png", b" si='4000000000'".to_vec(), Code::SheetTooLarge),
        ("xl/worksheets/sheet1.xml", utf16, Code::SheetUnreadable),
        ("xl/worksheets/sheet1.xml", b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".to_vec(), Code::SheetUnreadable),
        ("xl/worksheets/sheet1.xml", b"\0\0\0".to_vec(), Code::SheetUnreadable),
        ("xl/worksheets/sheet1.xml", b"<a><b".to_vec(), Code::SheetUnreadable),
        ("_rels/.rels", elsewhere.into(), Code::SheetUnreadable),
        ("xl/worksheets/sheet1.xml", sheet_of(&format!("<row r=\"1\">{many}</row>")).into(), Code::SheetTooLarge),
    ];
    let mut limited = options();
    limited.limits = Limits { cells: 1 << 19, inflated_ratio: u64::MAX, ..Limits::USUAL };
    for (name, bytes, code) in cases {
        let layout = layout(SMALL);
        let mut decoder = Decoder::new(&layout, &limited);
        let end = decoder
            .push(&raw(&[(name, &bytes)]), &mut |_| {})
            .and_then(|()| decoder.finish(&mut |_| {}));
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(90)]).into_owned();
        assert_eq!(end.unwrap_err().code(), code, "{name} {shown}");
    }
}

#[test]
fn archives_that_lie_about_their_size_are_counted() {
    // 64 MiB of blanks between two tags compress to 64 KiB.
    let blown = sheet_of(&format!("{}{}", row_of(1, &["番号", "生年月日"]), "<row> </row>".repeat(3 << 20)));
    assert_eq!(refused(&[("xl/worksheets/sheet1.xml", blown.as_bytes())]), Code::SheetTooLarge);
    let parts: Vec<_> = (0..1_200).map(|n| format!("xl/media/{n}.png")).collect();
    let parts: Vec<_> = parts.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert_eq!(refused(&parts), Code::SheetTooLarge);
}

#[test]
fn rows_read_in_another_process_are_the_same() {
    let layout = layout(LEDGER);
    let mut sent = Vec::new();
    super::rows(&layout, ledger(), &Limits::USUAL, &mut |row| {
        sent.push(serde_json::to_string(&row).unwrap());
        Ok(())
    })
    .unwrap();
    let options = options();
    let mut rows = Vec::new();
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => rows.push(EncodeRow::of(&layout, &row)),
        Outcome::Reject(_) => {}
    };
    let mut decoder = Decoder::new(&layout, &options);
    for row in &sent {
        decoder.push_row(&serde_json::from_str(row).unwrap(), &mut out).unwrap();
    }
    decoder.finish(&mut out).unwrap();
    assert!(rows == decode(&layout, &ledger()).0);
}
