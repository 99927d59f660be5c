//! What is asked of any bytes at all. `tests/fuzz.rs` asks it of bytes that proptest makes, in seconds; the
//! targets in `fuzz/` ask the same of bytes that libFuzzer finds, for as long as one likes. Each panics where
//! something that must hold does not.

use std::fmt::Write as _;

use chrono::NaiveDate;
use kernel::date::{self, DateFormat, EraRule};
use kernel::{Category, Code, ItemDef, ValueKind};
use layouts::sheet::OldBook;
use layouts::{
    CodeLists, DecodeOptions, Decoder, EncodeError, EncodeRow, Layout, LayoutDoc, Outcome, Summary, encode,
    profile,
};

/// Any bytes as a file in any layout: the first eight say which layout and how it is cut, the rest is the
/// file. However it is cut, it gives the same; its rows add up; what was accepted leads back.
pub fn decode(bytes: &[u8]) {
    let Some((choice, file)) = bytes.split_first_chunk::<8>() else { return };
    let layout = layout(&layout_text(choice));
    let whole = read(&layout, file, usize::MAX);
    let cut = read(&layout, file, usize::from(choice[7]).max(1));
    assert!(whole == cut, "another cut gives other rows");
    let Ok(summary) = whole.end else { return };
    assert_eq!(summary.rows, summary.accepted + summary.rejected);
    assert_eq!(summary.accepted, whole.rows.len() as u64);
    leads_back(&layout, &whole.rows);
}

/// Any bytes as a workbook, new or old, and as a file nobody has described.
pub fn sheet(bytes: &[u8]) {
    let Some((which, file)) = bytes.split_first() else { return };
    match which % 3 {
        0 => {
            let book = layout(&layout_text(&[4, 0, 0, 0, 0, 0, 0, 0]));
            let told = read(&book, file, usize::MAX);
            if told.end.is_ok() {
                leads_back(&book, &told.rows);
            }
        }
        1 => {
            let ask = OldBook { sheet: None, bytes: 1 << 20, cells: 1 << 16 };
            // What it says is the file's; that it comes back is all that is asked.
            let _ = ask.rows(file.to_vec(), &mut |_| Ok(()));
        }
        _ => _ = profile::profile(file, day()),
    }
}

/// Any text as a layout: it is read, or refused with faults that have words; what is read resolves or is
/// refused likewise.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let resolved = LayoutDoc::parse("a.toml", text)
        .and_then(|doc| Layout::resolve(None, &doc, &CodeLists::default(), &item));
    match resolved {
        Ok(layout) => {
            assert_eq!(layout.digest(), self::layout(text).digest(), "the same text is another layout")
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a reason");
            assert!(faults.iter().all(|fault| !fault.detail(kernel::Lang::Ja).is_empty()));
        }
    }
}

/// Any text as a date in any spelling: what is read is written in each spelling that can write it, and reads
/// back as the same day.
pub fn dates(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let format = FORMATS[usize::from(*which) % FORMATS.len()];
    for rule in [EraRule::Strict, EraRule::Warn] {
        let Ok(parsed) = date::parse(text, &[format], rule) else { continue };
        let Some(written) = date::format(&parsed.date, format) else { continue };
        let again = date::parse(&written, &[format], EraRule::Strict).map(|again| again.date);
        assert_eq!(again, Ok(parsed.date), "{text} was written {written}");
    }
}

const FORMATS: [DateFormat; 12] = [
    DateFormat::Wareki7,
    DateFormat::WarekiLetter,
    DateFormat::WarekiKanji,
    DateFormat::Iso,
    DateFormat::Slash,
    DateFormat::Ymd8,
    DateFormat::ExcelSerial,
    DateFormat::YmdKanji,
    DateFormat::WarekiYm,
    DateFormat::Yyyymm,
    DateFormat::YmDash,
    DateFormat::YmSlash,
];

/// What a file came to.
#[derive(PartialEq)]
struct Told {
    rows: Vec<EncodeRow>,
    rejects: Vec<(u32, Vec<Code>, Vec<u8>)>,
    end: Result<Summary, Code>,
}

fn read(layout: &Layout, file: &[u8], piece: usize) -> Told {
    let options = DecodeOptions::new("a".parse().unwrap(), day());
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => rows.push(EncodeRow::of(layout, &row)),
        Outcome::Reject(reject) => {
            rejects.push((reject.line, reject.reasons.iter().map(kernel::Fault::code).collect(), reject.raw));
        }
    };
    let mut decoder = Decoder::new(layout, &options);
    let pushed =
        file.chunks(piece.min(file.len()).max(1)).try_for_each(|piece| decoder.push(piece, &mut out));
    let end = pushed.and_then(|()| decoder.finish(&mut out)).map_err(|fault| fault.code());
    // Of a file that is refused as a whole nothing is kept, and how much had come before says nothing.
    let (rows, rejects) = if end.is_ok() { (rows, rejects) } else { (Vec::new(), Vec::new()) };
    Told { rows, rejects, end }
}

fn leads_back(layout: &Layout, rows: &[EncodeRow]) {
    let written = match encode(layout, day(), rows) {
        Ok(written) => written,
        Err(EncodeError::Kind) => return,
        Err(error) => panic!("what was read cannot be written: {error}"),
    };
    let again = read(layout, &written, usize::MAX);
    assert!(again.rejects.is_empty(), "what was written is refused");
    assert!(again.rows == rows, "what was written is read as something else");
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

fn item(code: &str) -> Option<ItemDef> {
    let kind = match code.split_once('.')?.1 {
        "count" => ValueKind::Int,
        "since" => ValueKind::Date,
        _ => ValueKind::Text,
    };
    let (code, category) = (code.parse().ok()?, Category::Attendance);
    let (ja, en, unit, values) = Default::default();
    Some(ItemDef { code, category, kind, ja, en, unit, values })
}

fn layout(text: &str) -> Layout {
    let doc = LayoutDoc::parse("a.toml", text).unwrap();
    Layout::resolve(None, &doc, &CodeLists::default(), &item).unwrap()
}

/// The kind of file that a choice names.
pub fn kind_of(choice: &[u8; 8]) -> &'static str {
    ["csv", "tsv", "fixed", "jsonl", "xlsx"][usize::from(choice[0]) % 5]
}

/// Its encoding; a workbook has none.
pub fn encoding_of(choice: &[u8; 8]) -> Option<&'static str> {
    let encodings: &[&str] = match kind_of(choice) {
        "fixed" => &["cp932", "utf8", "euc_jp"],
        "jsonl" => &["utf8", "utf8_bom", "utf16le", "utf16be"],
        "xlsx" => &[],
        _ => &["cp932", "utf8", "utf8_bom", "utf16le", "utf16be", "euc_jp"],
    };
    encodings.get(usize::from(choice[1]) % encodings.len().max(1)).copied()
}

/// Whether the file's columns have names.
pub fn is_named(choice: &[u8; 8]) -> bool {
    match kind_of(choice) {
        "fixed" => false,
        "jsonl" => true,
        _ => choice[2] % 3 != 2,
    }
}

/// A layout by chance: kind, encoding, header, line ends, delimiter; number, name, kana, birth date, a count and
/// a note.
fn layout_text(choice: &[u8; 8]) -> String {
    let [_, _, header, ends, delimiter, formats, zero, _] = *choice;
    let kind = kind_of(choice);
    let mut text = "format = 1\nidentity = { system = \"a\", creates = true }\nkey = [\"person.local_id\"]\nmode = \"append\"\n[file]\n".to_owned();
    let _ = writeln!(text, "kind = \"{kind}\"");
    if let Some(encoding) = encoding_of(choice) {
        let _ = writeln!(text, "encoding = \"{encoding}\"");
    }
    let named = is_named(choice);
    match kind {
        "fixed" => text.push_str("record_length = 40\n"),
        _ if named => _ = writeln!(text, "header = \"{}\"", ["exact", "subset"][usize::from(header) % 3 % 2]),
        _ => text.push_str("header = \"none\"\ncolumns = 6\n"),
    }
    if ends % 4 == 3 && matches!(kind, "csv" | "tsv" | "fixed") {
        text.push_str("newline = \"cr\"\n");
    }
    if kind == "csv" && delimiter % 3 > 0 {
        let _ = writeln!(text, "delimiter = \"{}\"", [";", "\\t"][usize::from(delimiter) % 3 - 1]);
    }
    let formats = ["iso", "wareki7", "wareki_letter", "ymd8"][usize::from(formats) % 4];
    let zero = ["value", "not_collected"][usize::from(zero) % 2];
    let fields = [
        ("person.local_id", "no", (1, 8), String::new()),
        ("person.name", "name", (9, 12), "missing = { \"\" = \"not_collected\" }\n".to_owned()),
        ("person.kana", "kana", (21, 4), "missing = { \"\" = \"not_collected\" }\n".to_owned()),
        (
            "person.birth_date",
            "born",
            (25, 9),
            format!("formats = [\"{formats}\"]\nmissing = {{ \"\" = \"unreadable\" }}\n"),
        ),
        (
            "count",
            "count",
            (34, 3),
            format!("type = \"int\"\nzero = \"{zero}\"\nmissing = {{ \"-\" = \"not_shared\" }}\n"),
        ),
        ("note", "note", (37, 4), "type = \"text\"\nmissing = { \"\" = \"not_applicable\" }\n".to_owned()),
    ];
    for (position, (to, column, (start, length), more)) in (1..).zip(&fields) {
        let place = match kind {
            "fixed" => format!("at = [{start}, {length}]"),
            _ if named => format!("column = \"{column}\""),
            _ => format!("column = \"{column}\"\nposition = {position}"),
        };
        let _ = write!(text, "[[field]]\nto = \"{to}\"\n{place}\n{more}");
    }
    for local in ["count", "note"] {
        let _ = write!(
            text,
            "[[observation]]\nof = \"person\"\nitem = \"attendance.{local}\"\nfield = \"{local}\"\n"
        );
    }
    text
}
