//! Files as they are found: archives, encodings, line ends, external characters, JSON Lines, names that tell.

use std::io::Write;

use kernel::{Code, Lang};

use super::{Decoder, Limits};
use crate::encode;
use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, cp932, decode, decode_in, layout, options, refused};

const HEADER: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考";
const ROW: &str = "1,襷　花子,ﾀｽｷ ﾊﾅｺ,5050401,2,20,,本町1,";

fn register() -> Vec<u8> {
    cp932(&format!("{HEADER}\r\n{ROW}\r\n"))
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn end(text: &str, bytes: &[u8]) -> Result<u64, Code> {
    decode(&layout(text), bytes).2.map(|end| end.accepted).map_err(|fault| fault.code())
}

#[test]
fn an_archive_holds_one_file() {
    let plain = decode_in(&layout(REGISTER), &options(), &register(), usize::MAX);
    for archive in
        [gzip(&register()), zip(&[("住基.csv", &register())]), zip(&[("a/", b""), ("a/b", &register())])]
    {
        for piece in [1, 7, usize::MAX] {
            assert_eq!(decode_in(&layout(REGISTER), &options(), &archive, piece), plain);
        }
    }
    assert_eq!(end(REGISTER, &zip(&[("a", b"1"), ("b", b"2")])), Err(Code::ArchiveUnreadable));
    assert_eq!(end(REGISTER, &zip(&[])), Err(Code::ArchiveUnreadable));
    for archive in [gzip(&register()), zip(&[("a", &register())])] {
        assert_eq!(end(REGISTER, &archive[..archive.len() - 9]), Err(Code::ArchiveUnreadable));
    }
    let two = [gzip(&register()), gzip(&cp932(&ROW.replace('1', "2")))].concat();
    assert_eq!(end(REGISTER, &two), Ok(2));
}

#[test]
fn a_total_below_the_rows_of_a_text_is_no_row_and_hides_none() {
    let with = REGISTER.replacen("kind = \"csv\"", "kind = \"csv\"\nfooter = [\"合計\"]", 1);
    let total = format!("{HEADER}\r\n{ROW}\r\n合　計,1人,,,,,,,\r\n,※外国人を含む,,,,,,,\r\n");
    assert_eq!(end(&with, &cp932(&total)), Ok(1));
    let (rows, rejects, _) =
        decode(&layout(&with), &cp932(&format!("{total}{}\r\n", ROW.replacen('1', "2", 1))));
    assert_eq!((rows.len(), rejects.len()), (1, 1));
    assert_eq!(rejects[0][0].code(), Code::RowBelowTotal);
    let (rows, rejects, _) = decode(&layout(REGISTER), &cp932(&total));
    assert_eq!((rows.len(), rejects.len()), (1, 2), "where the layout says nothing, each line is a row");
}

#[test]
fn what_comes_out_of_an_archive_is_counted() {
    let zeros = vec![b'0'; 40 << 20];
    let long = [cp932(&format!("{HEADER}\n")), zeros].concat();
    let mut options = options();
    options.limits.line_bytes = 1 << 30;
    for archive in [gzip(&long), zip(&[("a", &long)])] {
        let refused = |limits: Limits| {
            let mut options = options.clone();
            options.limits = Limits { line_bytes: 1 << 30, ..limits };
            let layout = layout(REGISTER);
            let mut decoder = Decoder::new(&layout, &options);
            decoder.push(&archive, &mut |_| {}).and_then(|()| decoder.finish(&mut |_| {})).unwrap_err().code()
        };
        // The ratio: deflate makes 40 MiB of zeros from 40 KiB.
        assert_eq!(refused(Limits::USUAL), Code::ArchiveTooLarge);
        let large = Limits { inflated_ratio: u64::MAX, inflated_bytes: 1 << 20, ..Limits::USUAL };
        assert_eq!(refused(large), Code::ArchiveTooLarge);
        // A line without end goes first where the archive may be so large.
        assert_eq!(end(REGISTER, &archive), Err(Code::LineTooLong));
    }
}

#[test]
fn a_zip_is_held_only_so_far_and_names_only_so_many_files() {
    let archive = zip(&[("a/", &[]), ("a/b.csv", &register())]);
    let end = |limits: Limits| {
        let mut options = options();
        options.limits = limits;
        let layout = layout(REGISTER);
        let mut decoder = Decoder::new(&layout, &options);
        let pushed = archive.chunks(64).try_for_each(|piece| decoder.push(piece, &mut |_| {}));
        pushed.and_then(|()| decoder.finish(&mut |_| {}).map(drop)).map_err(|fault| fault.code())
    };
    assert_eq!(end(Limits::USUAL), Ok(()));
    assert_eq!(end(Limits { archive_bytes: 128, ..Limits::USUAL }), Err(Code::ArchiveTooLarge));
    assert_eq!(end(Limits { parts: 1, ..Limits::USUAL }), Err(Code::ArchiveTooLarge));
}

#[test]
fn encodings_of_other_systems() {
    let text = format!("{HEADER}\r\n{ROW}\r\n");
    let units = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
    let utf16 = |name: &str| REGISTER.replace("cp932", name);
    let le = units(u16::to_le_bytes);
    let be = units(u16::to_be_bytes);
    assert_eq!(end(&utf16("utf16le"), &le), Ok(1));
    assert_eq!(end(&utf16("utf16le"), &[&b"\xff\xfe"[..], &le[..]].concat()), Ok(1));
    assert_eq!(end(&utf16("utf16be"), &[&b"\xfe\xff"[..], &be[..]].concat()), Ok(1));
    assert_eq!(end(&utf16("utf16le"), &[&b"\xfe\xff"[..], &be[..]].concat()), Err(Code::WrongEncoding));
    assert_eq!(end(&utf16("utf16le"), text.as_bytes()), Err(Code::WrongEncoding));
    let (euc, _, _) = encoding_rs::EUC_JP.encode(&text);
    assert_eq!(end(&utf16("euc_jp"), &euc), Ok(1));
    assert_eq!(end(&utf16("euc_jp"), &register()), Err(Code::WrongEncoding));
    for encoding in ["utf16le", "utf16be", "euc_jp"] {
        let layout = layout(&utf16(encoding));
        let (rows, ..) = decode(&layout, &encode(&layout, options().as_of, []).unwrap());
        assert!(rows.is_empty());
        let written =
            encode(&layout, options().as_of, &decode(&crate::fixtures::layout(REGISTER), &register()).0);
        assert_eq!(decode(&layout, &written.unwrap()).0.len(), 1, "{encoding}");
    }
    assert_eq!(refused(&PROTECTION.replace("cp932", "utf16le")), ["config_invalid_value 9 file.encoding"]);
}

#[test]
fn a_file_of_two_encodings_is_told_cell_by_cell() {
    let mixed = [register(), format!("2,{}\n", &ROW[2..]).into_bytes()].concat();
    let (rows, rejects, end) = decode(&layout(REGISTER), &mixed);
    assert_eq!((rows.len(), end.unwrap().rejected), (1, 1));
    assert!(rejects[0].iter().all(|fault| fault.code() == Code::BadEncoding));
}

#[test]
fn line_ends_of_every_age() {
    let text = format!("{HEADER}\n{ROW}\n2{}\n\n", &ROW[1..]);
    for (newline, ends) in [("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")] {
        let layout = layout(&REGISTER.replace("[file]", &format!("[file]\nnewline = \"{newline}\"")));
        let file = [cp932(&text.replace('\n', ends)), vec![0x1A; 5]].concat();
        let (rows, _, end) = decode(&layout, &file);
        assert_eq!((rows.len(), end.unwrap().rejected), (2, 0), "{newline}");
        let written = encode(&layout, options().as_of, &rows).unwrap();
        assert!(decode(&layout, &written).0 == rows);
    }
    let tsv = REGISTER.replace("\"csv\"", "\"tsv\"");
    assert_eq!(end(&tsv, &cp932(&format!("{HEADER}\r\n{ROW}\r\n").replace(',', "\t"))), Ok(1));
}

#[test]
fn external_characters_are_what_the_towns_table_says() {
    let text = REGISTER.replace("[file]", "[file]\ngaiji = \"gaiji\"");
    let layout = layout(&text);
    let named = |name: &[u8]| {
        let row = [b"1,".as_slice(), name, cp932(",,5050401,2,20,,本町1,\n").as_slice()].concat();
        [cp932(&format!("{HEADER}\n")), row].concat()
    };
    let (rows, ..) = decode(&layout, &named(b"\xf0\x40\x93\x63 \x89\xd4"));
    assert_eq!(rows[0].persons[0].1.family_name.value().map(String::as_str), Some("\u{20bb7}田"));
    let written = encode(&layout, options().as_of, &rows).unwrap();
    assert!(written.windows(2).any(|pair| pair == b"\xf0\x40"));
    assert!(decode(&layout, &written).0 == rows);
    let (_, rejects, _) = decode(&layout, &named(b"\xf0\x41"));
    assert_eq!(rejects[0][0].code(), Code::Gaiji);
    assert!(rejects[0][0].detail(Lang::Ja).contains("外字（F041）"));
}

pub const CHILDREN: &str = r#"
format = 1
identity = { system = "gakuseki", creates = false }
key = ["person.local_id", "record.month"]
mode = "append"
[file]
kind = "jsonl"
encoding = "utf8"
header = "exact"
ignored = ["meta"]
[[field]]
to = "person.local_id"
column = "child.no"
pad = 4
[[field]]
to = "person.name"
column = "child.name"
missing = { "" = "not_collected" }
[[field]]
to = "record.month"
period = { fiscal_year = "year", month = "month" }
[[field]]
to = "late"
column = "late"
type = "int"
zero = "value"
missing = { "" = "not_collected" }
[[observation]]
of = "person"
item = "attendance.late_days"
field = "late"
month = "record.month"
"#;

#[test]
fn json_lines_are_read_by_path() {
    let layout = layout(CHILDREN);
    let file = "{\"child\":{\"no\":7,\"name\":\"襷 花子\"},\"year\":2026,\"month\":2,\"late\":0,\"meta\":{\"x\":[1]}}\n\
                {\"child\":{\"no\":\"8\"},\"year\":\"令和8年度\",\"month\":\"4月\",\"late\":null}\n\
                {\"child\":{\"no\":9},\"year\":2026,\"month\":5,\"late\":[1]}\n\
                [1]\n\
                {\"child\":{\"no\":10},\"year\":2026,\"month\":5,\"late\":1,\"colour\":\"red\"}\n\
                {\"child\":{\"no\":11},\"year\":2026,\"month\":5,\"late\":1,\"late\":2}\n";
    let (rows, rejects, end) = decode(&layout, file.as_bytes());
    assert_eq!(end.unwrap().rows, 6);
    assert_eq!(rows[0].record.month.map(|month| month.to_string()).as_deref(), Some("2027-02"));
    assert_eq!(rows[1].persons[0].1.local_id.value().map(String::as_str), Some("0008"));
    assert_eq!(rows[1].record.month.map(|month| month.to_string()).as_deref(), Some("2026-04"));
    let codes: Vec<_> = rejects.iter().map(|reasons| reasons[0].code()).collect();
    assert_eq!(
        codes,
        [Code::JsonNotOneValue, Code::JsonUnreadable, Code::JsonKeyUnknown, Code::JsonKeyTwice]
    );
    let words: Vec<_> = rejects.iter().map(|reasons| reasons[0].detail(Lang::En)).collect();
    assert!(words[0].starts_with("Line 3, late is not one value"), "{}", words[0]);
    assert!(words[2].contains("Line 5") && words[2].contains("(colour)"), "{}", words[2]);
    assert!(words[3].starts_with("Line 6 has late twice"), "{}", words[3]);
    let written = encode(&layout, options().as_of, &rows).unwrap();
    assert!(decode(&layout, &written).0 == rows);
}

#[test]
fn a_title_over_a_header_in_utf16_is_no_other_encoding() {
    let text = REGISTER.replace("cp932", "utf16le").replace("header =", "titles = 3\nheader =");
    let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let titled = format!("住民の一覧\r\n,,\r\n{HEADER}\r\n{ROW}\r\n");
    assert_eq!(end(&text, &units(&titled)), Ok(1));
    // Bytes of another encoding have no line that would be one, and no name that would be a column's.
    assert_eq!(end(&text, &register()), Err(Code::WrongEncoding));
    assert_eq!(end(&text, &units("一\r\n二\r\n三\r\n四\r\n五\r\n")), Err(Code::WrongEncoding));
}

#[test]
fn lines_that_end_otherwise_and_files_put_together_are_told() {
    let old = format!("{HEADER}\r{ROW}\r");
    assert_eq!(end(REGISTER, &cp932(&old)), Err(Code::LineEndsCr));
    let text = REGISTER.replace("cp932", "utf8");
    let two = format!("{HEADER}\n{ROW}\n\u{feff}{}\n", ROW.replacen('1', "2", 1));
    let (rows, rejects, _) = decode(&layout(&text), two.as_bytes());
    assert_eq!((rows.len(), rejects[0][0].code()), (1, Code::BadEncoding));
}

#[test]
fn a_month_in_text_may_be_its_first_day() {
    let text = ATTENDANCE.replace("[\"yyyymm\", \"ym_dash\"]", "[\"slash\", \"ymd_kanji\"]");
    let layout = layout(&text);
    for (month, read) in [("2026/9/1", true), ("2026年9月分", true), ("2026/9/2", false)] {
        let file = format!("1,{month},4,1,1,\n");
        let told = decode_in(&layout, &options(), file.as_bytes(), 64);
        assert_eq!(told.rows.iter().any(|row| row.contains("2026-09")), read, "{month} {:?}", told.rejects);
    }
}

#[test]
fn a_files_name_tells_its_month() {
    let text = ATTENDANCE.replace("[file]", "[file]\nname = \"出欠_{month}.csv\"").replace(
        "to = \"record.month\"\nposition = 2\ncolumn = \"年月\"",
        "to = \"record.month\"\ncapture = \"month\"",
    );
    let layout = layout(&text);
    let mut named = options();
    let file = b"1,x,4,1,1,\n";
    assert!(decode_in(&layout, &named, file, 3).end.unwrap_err().contains("出欠_{month}.csv"));
    named.file_name = Some("出欠_202609.csv".into());
    assert!(decode_in(&layout, &named, file, 3).rows[0].contains("2026-09"));
    named.file_name = Some("出欠_2026.csv".into());
    assert_eq!(decode_in(&layout, &named, file, 3).rejects.len(), 1);
    assert!(
        refused(&text.replace("capture = \"month\"", "capture = \"year\""))[0]
            .starts_with("config_reference")
    );
}

/// Attendance with a header in two rows, and perhaps titles over it.
fn doubled(titles: &str) -> String {
    let text = r#"
format = 1
identity = { system = "gakuseki", creates = false }
key = ["person.local_id"]
mode = "append"

[file]
kind = "csv"
encoding = "utf8"
header = "exact"
header_rows = 2

[[field]]
to = "person.local_id"
column = "学籍番号"

[[field]]
to = "late"
column = "4月_遅刻"
type = "int"
zero = "value"

[[field]]
to = "nurse"
column = "4月_保健室"
type = "bool"

[[observation]]
of = "person"
item = "attendance.late_days"
field = "late"

[[observation]]
of = "person"
item = "school_health.nurse_visit"
field = "nurse"
"#;
    text.replace("header_rows = 2", &format!("header_rows = 2\n{titles}"))
}

#[test]
fn a_header_in_two_rows_stands_in_text_too() {
    let once = "学籍番号,4月,\r\n,遅刻,保健室\r\n0000001,3,1\r\n";
    let each = once.replace("4月,\r", "4月,4月\r");
    let two = layout(&doubled(""));
    let read = decode_in(&two, &options(), once.as_bytes(), usize::MAX);
    assert_eq!((read.rows.len(), read.end.as_ref().unwrap().accepted), (1, 1));
    for (file, piece) in [(once, 1), (once, 7), (&each, 3), (&each, usize::MAX)] {
        assert_eq!(decode_in(&two, &options(), file.as_bytes(), piece).rows, read.rows);
    }
    let (rows, _, _) = decode(&two, once.as_bytes());
    assert_eq!(encode(&two, options().as_of, &rows).unwrap(), each.as_bytes());
    // One row of it is none, and neither is another one.
    assert_eq!(end(&doubled(""), "学籍番号,4月,4月\r\n".as_bytes()), Err(Code::HeaderMismatch));
    let other = once.replace("保健室", "欠席");
    let fault = decode(&two, other.as_bytes()).2.unwrap_err();
    let told = fault.detail(Lang::Ja);
    assert!(told.contains("4月_保健室") && told.contains("4月_欠席"), "{told}");
}

#[test]
fn titles_may_stand_over_a_header_where_the_layout_says_so() {
    let file =
        "令和8年度　出欠,\r\n作成日,2026-11-20\r\n\r\n学籍番号,4月,\r\n,遅刻,保健室\r\n0000001,3,1\r\n";
    let titled = doubled("titles = 3");
    assert_eq!(end(&titled, file.as_bytes()), Ok(1));
    assert_eq!(end(&doubled(""), file.as_bytes()), Err(Code::HeaderMismatch));
    assert_eq!(
        end(&doubled("titles = 2"), file.as_bytes()),
        Err(Code::HeaderMismatch),
        "it is the fourth row"
    );
    // None at all: told by what came nearest.
    let fault = decode(&layout(&titled), file.replace("保健室", "欠席").as_bytes()).2.unwrap_err();
    let told = fault.detail(Lang::Ja);
    assert!(fault.code() == Code::HeaderMismatch && told.contains("4月_欠席"), "{told}");
    let refused = refused(&doubled("titles = 101"));
    assert!(refused[0].starts_with("config_invalid_value"), "{refused:?}");
    let none = doubled("titles = 1").replace("\"exact\"", "\"none\"");
    assert!(!crate::fixtures::refused(&none).is_empty());
}
