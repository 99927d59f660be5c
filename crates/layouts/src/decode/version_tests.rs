//! Exports that change: versions by day and by header, deltas, months side by side.

use kernel::{Code, Lang, When};

use super::Decoder;
use crate::fixtures::{REGISTER, cp932, layout, options, refused};
use crate::row::{Operation, Outcome};
use crate::{EncodeRow, encode};

const HEADER: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考";
const ROW: &str = "1,襷　花子,ﾀｽｷ ﾊﾅｺ,5050401,2,20,,本町1,";

/// A register whose header changes in the middle of the year.
pub fn versioned() -> String {
    format!(
        "{REGISTER}\n[[version]]\nfrom = 2026-10-01\n[version.file]\nignored = [\"備考\", \"版\"]\n\
         [[version.field]]\nto = \"person.address\"\ncolumn = \"住所_町字番地号表記\"\n\
         [[version]]\n[[version.field]]\nto = \"person.address\"\ncolumn = \"現住所\"\n"
    )
}

#[test]
fn a_version_is_told_by_its_day_or_by_its_header() {
    let layout = layout(&versioned());
    let on = |day: &str, header: &str, row: &str| {
        let mut options = options();
        options.as_of = day.parse().unwrap();
        let mut decoder = Decoder::new(&layout, &options);
        let file = cp932(&format!("{header}\n{row}\n"));
        decoder
            .push(&file, &mut |_| {})
            .and_then(|()| decoder.finish(&mut |_| {}))
            .map(|end| end.accepted)
            .map_err(|fault| fault.detail(Lang::En))
    };
    let new = HEADER.replace("住所", "住所_町字番地号表記") + ",版";
    let row = format!("{ROW},2");
    assert_eq!(on("2026-09-30", HEADER, ROW), Ok(1));
    assert_eq!(on("2026-10-01", &new, &row), Ok(1));
    assert_eq!(on("2026-09-30", &HEADER.replace("住所", "現住所"), ROW), Ok(1));
    assert_eq!(on("2026-10-01", &HEADER.replace("住所", "現住所"), ROW), Ok(1));
    let old = on("2026-10-01", HEADER, ROW).unwrap_err();
    assert!(old.contains("Renamed, by the look of it: 住所_町字番地号表記 → 住所."), "{old}");
    assert!(on("2026-09-30", &new, &row).is_err());
}

#[test]
fn versions_say_when_and_agree_on_whose_they_are() {
    let twice = versioned() + "[[version]]\nfrom = 2026-10-01\n";
    assert!(refused(&twice).iter().any(|told| told.starts_with("config_duplicate")));
    let other = format!("{REGISTER}\n[[version]]\nfrom = 2026-10-01\nmode = \"append\"\n");
    assert!(refused(&other).iter().any(|told| told.starts_with("config_invalid_value")));
    let blind = format!("{REGISTER}\n[[version]]\n[version.file]\nencoding = \"utf8\"\n");
    assert!(refused(&blind).iter().any(|told| told.starts_with("config_invalid_value")));
}

#[test]
fn a_delta_says_what_each_row_does() {
    let text = REGISTER.replace("\"snapshot\"", "\"delta\"").replace("[\"備考\"]", "[]")
        + "[[field]]\nto = \"record.operation\"\ncolumn = \"備考\"\ncodes = \"operation\"\n";
    let layout = layout(&text);
    let file = cp932(&format!("{HEADER}\n{ROW}U\n2,,,,,,,,D\n3,,,,,,,,U\n4,,,,,,,,X\n"));
    let (mut operations, mut codes) = (Vec::new(), Vec::new());
    let options = options();
    let mut decoder = Decoder::new(&layout, &options);
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => operations.push((row.key.clone(), row.operation, row.observations.len())),
        Outcome::Reject(reject) => codes.push(reject.reasons.last().unwrap().code()),
    };
    decoder.push(&file, &mut out).unwrap();
    decoder.finish(&mut out).unwrap();
    let close = ("0000000002".to_owned(), Operation::Close, 0);
    assert_eq!(operations, [("0000000001".to_owned(), Operation::Upsert, 0), close]);
    assert_eq!(codes, [Code::BlankUndeclared, Code::CodeUnmapped]);
    assert_eq!(refused(&REGISTER.replace("\"snapshot\"", "\"delta\"")), ["config_reference 1 "]);
    let stray = text.replace("\"delta\"", "\"snapshot\"");
    assert!(refused(&stray).iter().any(|told| told.starts_with("config_invalid_value")));
}

#[test]
fn the_last_row_of_a_key_is_how_a_delta_leaves_it() {
    let text = REGISTER.replace("\"snapshot\"", "\"delta\"").replace("[\"備考\"]", "[]")
        + "[[field]]\nto = \"record.operation\"\ncolumn = \"備考\"\ncodes = \"operation\"\n";
    let layout = layout(&text);
    let two = ROW.replace("1,襷", "2,襷");
    // Changed twice; made and ended; changed, and then a row that nobody can read.
    let file = cp932(&format!("{HEADER}\n{ROW}U\n{two}U\n{ROW}U\n2,,,,,,,,D\n3,,,,,,,,D\n3,,,,,,,,X\n"));
    let mut options = options();
    let rows = |options: &crate::DecodeOptions, file: &[u8]| {
        let mut told = Vec::new();
        let mut decoder = Decoder::new(&layout, options);
        let mut out = |outcome: Outcome<'_>| {
            told.push(match outcome {
                Outcome::Row(row) => (row.line, row.overtaken_by, None),
                Outcome::Reject(reject) => {
                    (reject.line, None, reject.reasons.last().map(kernel::Fault::code))
                }
            });
        };
        decoder.push(file, &mut out).unwrap();
        let (summary, quality) = decoder.finish_with_quality(&mut out).unwrap();
        (told, summary, quality.duplicates.first)
    };
    options.last_lines = super::last_lines(&layout, &options, &file).unwrap();
    let (told, summary, duplicates) = rows(&options, &file);
    let expected = [
        (2, Some(4), None),
        (3, Some(5), None),
        (4, None, None),
        (5, None, None),
        (6, Some(7), None),
        (7, None, Some(Code::CodeUnmapped)),
    ];
    assert_eq!(told, expected);
    assert_eq!((summary.rows, summary.accepted, summary.rejected), (6, 5, 1));
    assert_eq!(duplicates, [2, 3, 6]);
    // Read once, a second row of a key is refused as in any other file.
    options.last_lines = None;
    assert!(rows(&options, &file).0.contains(&(4, None, Some(Code::DuplicateKey))));
    // A snapshot has no order in time: which of two is right nobody can say.
    let snapshot = crate::fixtures::layout(REGISTER);
    assert!(super::last_lines(&snapshot, &options, &file).unwrap().is_none());
}

/// Attendance with the months of a school year side by side.
pub const MONTHS: &str = r#"
format = 1
identity = { system = "gakuseki", creates = false }
key = ["person.local_id", "record.month"]
mode = "snapshot"
[file]
kind = "csv"
encoding = "utf8"
header = "exact"
[unfold]
months = [4, 5, 6]
[[field]]
to = "person.local_id"
column = "学籍番号"
[[field]]
to = "record.month"
period = { fiscal_year = "年度", always = 4 }
[[field]]
to = "late"
column = "{month}月_遅刻"
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
fn months_side_by_side_unfold() {
    let layout = layout(MONTHS);
    let file = "学籍番号,年度,4月_遅刻,5月_遅刻,6月_遅刻\r\n7,2026,0,3,\r\n";
    let options = options();
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    let mut decoder = Decoder::new(&layout, &options);
    let mut out = |outcome: Outcome<'_>| {
        let Outcome::Row(row) = outcome else { panic!("a reject") };
        rows.push(EncodeRow::of(&layout, &row));
        for (_, observation) in &row.observations {
            let When::Month(month) = observation.when else { panic!("no month") };
            seen.push((month.to_string(), format!("{:?}", observation.datum)));
        }
    };
    decoder.push(file.as_bytes(), &mut out).unwrap();
    decoder.finish(&mut out).unwrap();
    let months: Vec<_> = seen.iter().map(|(month, _)| month.as_str()).collect();
    assert_eq!(months, ["2026-04", "2026-05", "2026-06"]);
    assert!(seen[0].1.contains("Int(0)") && seen[2].1.contains("NotCollected"), "{seen:?}");
    assert_eq!(encode(&layout, options.as_of, &rows).unwrap(), file.as_bytes());
    let without = MONTHS.replace("[unfold]\nmonths = [4, 5, 6]\n", "");
    assert!(refused(&without).iter().any(|told| told.starts_with("config_reference")));
    assert!(refused(&MONTHS.replace("[4, 5, 6]", "[4, 6]"))[0].starts_with("config_invalid_value"));
}
