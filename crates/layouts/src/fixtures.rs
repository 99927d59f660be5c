//! Layouts and helpers for the tests of this crate. All residents are fictional.

use kernel::{Category, Fault, Identity, ItemDef, Lang, Place, ValueKind};

use crate::codes::CodeLists;
use crate::config::LayoutDoc;
use crate::decode::{DecodeOptions, Decoder};
use crate::layout::{Layout, RoleId};
use crate::row::{EncodeRow, Outcome, Summary};

/// A resident register: CP932 CSV with header, wareki, 続柄 in two columns.
pub const REGISTER: &str = r#"
format = 1
name = "住民基本台帳"
identity = { system = "atena", creates = true }
key = ["person.local_id"]
mode = "snapshot"

[file]
kind = "csv"
encoding = "cp932"
header = "exact"
ignored = ["備考"]

[[field]]
to = "person.local_id"
column = "宛名番号"
digits = 10
pad = 10
required = true

[[field]]
to = "person.name"
column = "氏名"

[[field]]
to = "person.kana"
column = "氏名カナ"
missing = { "" = "not_collected" }

[[field]]
to = "person.birth_date"
column = "生年月日"
formats = ["wareki7", "wareki_letter", "wareki_kanji"]
missing = { "00000000" = "unreadable" }

[[field]]
to = "person.sex"
column = "性別"
codes = "sex"

[[field]]
to = "person.relation_1"
column = "続柄1"
codes = "relation"
pad = 2
missing = { "" = "not_collected" }

[[field]]
to = "person.relation_2"
column = "続柄2"
codes = "relation"
missing = { "" = "not_applicable" }

[[field]]
to = "person.address"
column = "住所"
missing = { "" = "not_collected", "-" = "not_applicable", "9999999" = "held_elsewhere", "　" = "declined" }
"#;

/// Attendance by month: UTF-8 CSV without header.
pub const ATTENDANCE: &str = r#"
format = 1
identity = { system = "gakuseki", creates = false }
key = ["person.local_id", "record.month"]
mode = "append"

[file]
kind = "csv"
encoding = "utf8"
header = "none"
columns = 6
trailing_comma = true

[[field]]
to = "person.local_id"
position = 1

[[field]]
to = "record.month"
position = 2
column = "年月"
formats = ["yyyymm", "ym_dash"]

[[field]]
to = "late"
position = 3
column = "遅刻"
type = "int"
zero = "value"
range = [0, 31]
missing = { "-" = "not_collected", "" = "declined" }

[[field]]
to = "nurse"
position = 4
column = "保健室"
type = "bool"
missing = { "" = "held_elsewhere" }

[[field]]
to = "school"
position = 5
column = "学校"
type = "code"
codes = "school"
on_unknown = "absent"

[[observation]]
of = "person"
item = "attendance.late_days"
field = "late"
month = "record.month"

[[observation]]
of = "person"
item = "school_health.nurse_visit"
field = "nurse"
month = "record.month"

[[observation]]
of = "person"
item = "attendance.school"
field = "school"
"#;

/// A protection list: fixed width with header and trailer; three persons a row.
pub const PROTECTION: &str = r#"
format = 1
identity = { system = "atena", creates = false }
key = ["person.local_id", "record.from"]
mode = "snapshot"

[file]
kind = "fixed"
encoding = "cp932"
record_length = 60

[file.records]
at = [1, 1]
header = "1"
data = "2"
trailer = "9"
trailer_count = [2, 8]

[[field]]
to = "person.local_id"
at = [2, 10]
digits = 10

[[field]]
to = "person.name"
at = [12, 12]
column = "被害者"

[[field]]
to = "respondent.name"
at = [24, 12]
column = "加害者"
missing = { "" = "not_applicable", "-" = "declined" }

[[field]]
to = "child_1.local_id"
at = [36, 10]
missing = { "" = "not_applicable" }

[[field]]
to = "record.from"
at = [46, 7]
formats = ["wareki7"]

[[field]]
to = "record.until"
at = [53, 8]
formats = ["ymd8"]
missing = { "" = "not_applicable" }

[[observation]]
of = "person"
item = "protection.measure"
const = "victim"
from = "record.from"
until = "record.until"

[[observation]]
of = "child_1"
item = "protection.measure"
const = "child"
from = "record.from"

[[observation]]
of = "respondent"
item = "protection.measure"
const = "respondent"
at = "record.from"
"#;

pub fn codes() -> CodeLists {
    let mut lists = CodeLists::default();
    lists.add("sex", "codes/sex.csv", "source,target\n1,male\n2,female\n男,male\n").unwrap();
    let relations = "source,target\n02,head\n20,child\n11,spouse\n12,spouse\n2020,child.child\n";
    lists.add("relation", "codes/relation.csv", relations).unwrap();
    let schools = "source,target,valid_from,valid_to\n1,town_public,,2025-03-31\n1,private,2025-04-01,\n";
    lists.add("school", "codes/school.csv", schools).unwrap();
    lists.add("operation", "codes/operation.csv", "source,target\nU,upsert\nD,close\n").unwrap();
    lists.add("gaiji", "codes/gaiji.csv", "source,target\nF040,\u{20bb7}\n").unwrap();
    lists
}

pub fn item(code: &str) -> Option<ItemDef> {
    let kind = match code {
        "attendance.late_days" | "growth.height" | "growth.tenths" => ValueKind::Int,
        "school_health.nurse_visit" => ValueKind::Bool,
        "attendance.school" | "protection.measure" => ValueKind::Code,
        "number.gakuseki" | "number.sodan" | "number.travels" => ValueKind::Text,
        "number.counted" => ValueKind::Int,
        _ => return None,
    };
    let stays = code.starts_with("number.") && code != "number.travels";
    let category = if stays { Category::Household } else { Category::Attendance };
    let unit = match code {
        "growth.height" => Some("cm".to_owned()),
        "growth.tenths" => Some("0.1cm".to_owned()),
        _ => None,
    };
    let values: &[(&str, &str)] = match code {
        "protection.measure" => &[("victim", "被害者"), ("child", "被害者の児童"), ("respondent", "加害者")],
        _ => &[],
    };
    let values = values.iter().map(|(code, ja)| ((*code).to_owned(), (*ja).to_owned())).collect();
    let code = code.parse().unwrap();
    Some(ItemDef { code, category, kind, ja: String::new(), en: String::new(), unit, values })
}

pub fn layout(text: &str) -> Layout {
    let doc =
        LayoutDoc::parse("sources/test.toml", text).unwrap_or_else(|faults| panic!("{}", told(&faults)));
    Layout::resolve(None, &doc, &codes(), &item).unwrap_or_else(|faults| panic!("{}", told(&faults)))
}

/// The faults of a layout that does not resolve, as `code line`.
pub fn refused(text: &str) -> Vec<String> {
    let faults = match LayoutDoc::parse("sources/test.toml", text) {
        Err(faults) => faults,
        Ok(doc) => Layout::resolve(None, &doc, &codes(), &item).err().unwrap_or_default(),
    };
    lines(&faults)
}

pub fn lines(faults: &[Fault]) -> Vec<String> {
    let line = |fault: &Fault| match fault.place() {
        Some(Place::Line { line, column, .. }) => format!("{line} {}", column.as_deref().unwrap_or("")),
        _ => "-".to_owned(),
    };
    faults.iter().map(|fault| format!("{} {}", fault.code(), line(fault))).collect()
}

pub fn told(faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.detail(Lang::Ja)).collect::<Vec<_>>().join("\n")
}

pub fn options() -> DecodeOptions {
    DecodeOptions::new("resident_register".parse().unwrap(), "2026-11-20".parse().unwrap())
}

/// What one file gives, comparable.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub rows: Vec<String>,
    pub rejects: Vec<String>,
    pub end: Result<Summary, String>,
}

/// Decodes `bytes` in pieces of `piece` bytes.
pub fn decode_in(layout: &Layout, options: &DecodeOptions, bytes: &[u8], piece: usize) -> Decoded {
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => rows.push(format!(
            "{} {:?} {} {} {:?} {:?} {:?}",
            row.line,
            row.raw,
            row.key,
            row.persons.iter().map(|(role, who)| format!("{role}:{}", json(who))).collect::<String>(),
            row.observations,
            row.record,
            row.warnings.iter().map(|fault| fault.detail(Lang::En)).collect::<Vec<_>>(),
        )),
        Outcome::Reject(reject) => {
            rejects.push(format!("{} {:?} {}", reject.line, reject.raw, told(&reject.reasons)));
        }
    };
    let mut decoder = Decoder::new(layout, options);
    let pushed = bytes.chunks(piece.max(1)).try_for_each(|chunk| decoder.push(chunk, &mut out));
    let end = pushed.and_then(|()| decoder.finish(&mut out)).map_err(|fault| fault.detail(Lang::Ja));
    Decoded { rows, rejects, end }
}

fn json(identity: &Identity) -> String {
    serde_json::to_string(identity).unwrap()
}

/// Decodes a whole file: rows ready to be written, the reasons of rejects, and the end.
pub fn decode(layout: &Layout, bytes: &[u8]) -> (Vec<EncodeRow>, Vec<Vec<Fault>>, Result<Summary, Fault>) {
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let options = options();
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => rows.push(EncodeRow::of(layout, &row)),
        Outcome::Reject(reject) => rejects.push(reject.reasons),
    };
    let mut decoder = Decoder::new(layout, &options);
    let end = decoder.push(bytes, &mut out).and_then(|()| decoder.finish(&mut out));
    (rows, rejects, end)
}

pub fn cp932(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!unmappable, "{text}");
    bytes.into_owned()
}

pub fn who(row: &EncodeRow, role: RoleId) -> &Identity {
    &row.persons.iter().find(|(known, _)| *known == role).unwrap().1
}
