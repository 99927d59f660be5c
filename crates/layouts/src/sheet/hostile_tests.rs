//! Workbooks made to hurt, put together part by part.

use std::io::Write;

use kernel::{Code, Known, Lang};

use crate::decode::{Decoder, Limits};
use crate::fixtures::{decode, layout, options};

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
    let sheets = rels
        .replace("officeDocument\" Target=\"xl/workbook.xml", "worksheet\" Target=\"worksheets/sheet1.xml");
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
    format!(
        "<worksheet xmlns=\"{NS}\"><dimension ref=\"A1:XFD1048576\"/><sheetData>{rows}</sheetData></worksheet>"
    )
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
    let (rows, rejects, end) =
        decode(&layout(SMALL), &raw(&[("xl/worksheets/sheet1.xml", sheet_of(&far).as_bytes())]));
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
    let styles = format!(
        "<styleSheet xmlns=\"{NS}\"><fonts><font><name val=\"{}\"/></font></fonts></styleSheet>",
        &long[..5_000]
    );
    let sheet = |inside: &str| sheet_of(&format!("<row r=\"1\"><c>{inside}</c></row>"));
    let utf16: Vec<u8> = sheet_of("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let elsewhere = format!(
        "<Relationships xmlns=\"x\"><Relationship Id=\"r1\" Type=\"{RELATIONS}/officeDocument\" Target=\"docProps/w.xml\"/></Relationships>"
    );
    let many = "<c><v>1</v></c>".repeat(1 << 20);
    let cases: Vec<(&str, Vec<u8>, Code)> = vec![
        ("xl/sharedStrings.xml", texts("uniqueCount=\"99999999999\">").into(), Code::SheetUnreadable),
        (
            "xl/sharedStrings.xml",
            texts("uniqueCount = '9999999'><si><t>a</t></si>").into(),
            Code::SheetUnreadable,
        ),
        ("xl/sharedStrings.xml", texts(&format!("><si><t>{long}</t></si>")).into(), Code::SheetTooLarge),
        ("xl/sharedStrings.xml", format!("<sst><si><t>{long}").into(), Code::SheetTooLarge),
        ("xl/styles.xml", styles.into(), Code::SheetTooLarge),
        ("xl/styles.xml", b"<a>".repeat(1 << 20), Code::SheetTooLarge),
        ("xl/worksheets/sheet1.xml", sheet(&format!("<v>{long}</v>")).into(), Code::SheetTooLarge),
        ("xl/worksheets/sheet1.xml", sheet("<!-- a --><v>1</v>").into(), Code::SheetUnreadable),
        (
            "xl/worksheets/sheet1.xml",
            sheet("<f t=\"shared\" ref=\"A1:B9\" si=\"4000000000\">1</f>").into(),
            Code::SheetTooLarge,
        ),
        ("xl/media/a.png", b" si='4000000000'".to_vec(), Code::SheetTooLarge),
        ("xl/worksheets/sheet1.xml", utf16, Code::SheetUnreadable),
        (
            "xl/worksheets/sheet1.xml",
            b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>".to_vec(),
            Code::SheetUnreadable,
        ),
        ("xl/worksheets/sheet1.xml", b"\0\0\0".to_vec(), Code::SheetUnreadable),
        ("xl/worksheets/sheet1.xml", b"<a><b".to_vec(), Code::SheetUnreadable),
        ("_rels/.rels", elsewhere.into(), Code::SheetUnreadable),
        (
            "xl/worksheets/sheet1.xml",
            sheet_of(&format!("<row r=\"1\">{many}</row>")).into(),
            Code::SheetTooLarge,
        ),
    ];
    let mut limited = options();
    limited.limits = Limits { cells: 1 << 19, inflated_ratio: u64::MAX, ..Limits::USUAL };
    for (name, bytes, code) in cases {
        let layout = layout(SMALL);
        let mut decoder = Decoder::new(&layout, &limited);
        let end =
            decoder.push(&raw(&[(name, &bytes)]), &mut |_| {}).and_then(|()| decoder.finish(&mut |_| {}));
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(90)]).into_owned();
        assert_eq!(end.unwrap_err().code(), code, "{name} {shown}");
    }
}

/// What the scan could not see through is told by the scan: a reader that found it odd would be too late.
#[test]
fn what_is_no_plain_xml_is_not_scanned() {
    let why = |name: &str, bytes: &[u8]| {
        let layout = layout(SMALL);
        let options = options();
        let mut decoder = Decoder::new(&layout, &options);
        let end = decoder.push(&raw(&[(name, bytes)]), &mut |_| {});
        let fault = end.and_then(|()| decoder.finish(&mut |_| {})).unwrap_err();
        fault.detail(Lang::En)
    };
    let utf16: Vec<u8> = sheet_of("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&utf16[..], b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", b"a<a/>"] {
        let why = why("xl/worksheets/sheet1.xml", bytes);
        assert!(why.contains("no XML in UTF-8"), "{why}");
    }
    let elsewhere = format!(
        "<Relationships xmlns=\"x\"><Relationship Id=\"r1\" Type=\"{RELATIONS}/officeDocument\" Target=\"docProps/w.xml\"/></Relationships>"
    );
    let why = why("_rels/.rels", elsewhere.as_bytes());
    assert!(why.contains("not as spreadsheets write them"), "{why}");
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
