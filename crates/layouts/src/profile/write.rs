//! The text of a proposed source.

use std::collections::BTreeMap;
use std::fmt::Write;

use kernel::{ItemCode, ItemDef};

use super::draft::Known;
use super::{ColumnProfile, FileShape, Profile, Shape};
use crate::config::{FieldDoc, FieldType, LayoutDoc};
use crate::layout::Target;

type Matched<'k> = Option<(Known<'k>, u32)>;

/// The whole file.
pub(super) fn source(
    name: &str,
    profile: &Profile,
    base: Option<(&str, &LayoutDoc)>,
    matched: &[Matched<'_>],
    items: &BTreeMap<ItemCode, ItemDef>,
) -> String {
    let mut text = String::new();
    head(&mut text, name, profile, base);
    file(&mut text, profile, base, matched);
    let fixed = matches!(profile.shape, FileShape::Fixed(_));
    if fixed {
        text.push_str(
            "\n# TODO 固定長です。桁の表を見て、列ごとに [[field]] と at = [始まり, バイト数] を書く\n",
        );
    }
    for (n, (column, found)) in profile.columns.iter().zip(matched).enumerate().filter(|_| !fixed) {
        if let Some((known, sure)) = found
            && !inherits(column, known, base)
        {
            field(&mut text, n, column, known, *sure, profile);
        }
    }
    if let Some((_, doc)) = base {
        dropped(&mut text, doc, matched);
    } else {
        observations(&mut text, matched, items);
    }
    text
}

/// Whether the base already reads the column just so.
fn inherits(column: &ColumnProfile, known: &Known<'_>, base: Option<(&str, &LayoutDoc)>) -> bool {
    let same = known.field.column.as_ref().is_some_and(|name| name.value == column.name);
    same && base.is_some_and(|(base, _)| base == known.layout)
}

fn head(text: &mut String, name: &str, profile: &Profile, base: Option<(&str, &LayoutDoc)>) {
    let evidence = &profile.encoding;
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "# 見本から作った下書き。TODO を消すまで、このまま使えない。\n\
         # 見本：{} 行、{} 列。文字コード {}（確信度 {}%：{}）\n\
         format = 1\nname = {}\n\
         # TODO 保有する課\nsection = \"mayor/TODO\"\n",
        profile.rows,
        profile.columns.len(),
        evidence.encoding.label(),
        evidence.confidence,
        evidence.why,
        quoted(name),
    );
    match base {
        Some((base, _)) => _ = writeln!(text, "extends = {}", quoted(base)),
        None => text.push_str(
            "# TODO snapshot（毎回すべて）、append（追加だけ）、delta（変更だけ）\nmode = \"snapshot\"\n\
             # TODO 行を一つに決める列\nkey = [\"person.local_id\"]\n\
             # TODO 番号の種類（宛名番号なら atena）\nidentity = { system = \"TODO\", creates = false }\n",
        ),
    }
    text.push_str(
        "\n# TODO 根拠。書くまで何も取り込まない\n\
         # [legal]\n# purpose = \"\"\n# article = \"\"\n# decided_by = \"\"\n# decided_on = 2026-04-01\n# until = 2029-03-31\n\
         \n[coverage]\n# TODO 全件がそろっているファイルなら true（載っていない人は「なし」と読む）\ncomplete = false\ncohort = \"listed\"\n",
    );
}

fn file(text: &mut String, profile: &Profile, base: Option<(&str, &LayoutDoc)>, matched: &[Matched<'_>]) {
    text.push_str("\n[file]\n");
    let (kind, delimiter) = match profile.shape {
        FileShape::Separated(b'\t') => ("tsv", None),
        FileShape::Separated(b';') => ("csv", Some(";")),
        FileShape::Separated(_) => ("csv", None),
        FileShape::Fixed(_) => ("fixed", None),
        FileShape::Jsonl => ("jsonl", None),
        FileShape::Xlsx => ("xlsx", None),
        FileShape::Xls => ("xls", None),
    };
    let _ = writeln!(text, "kind = \"{kind}\"");
    if !matches!(profile.shape, FileShape::Xlsx | FileShape::Xls) {
        let _ = writeln!(text, "encoding = \"{}\"", profile.encoding.encoding.name());
    }
    if profile.carriage_return {
        text.push_str("newline = \"cr\"\n");
    }
    if let Some(delimiter) = delimiter {
        let _ = writeln!(text, "delimiter = \"{delimiter}\"");
    }
    if let FileShape::Fixed(length) = profile.shape {
        let _ = writeln!(text, "record_length = {length}");
        return;
    }
    if profile.trailing_comma {
        text.push_str("trailing_comma = true\n");
    }
    let Some(row) = profile.header_row else {
        let _ = writeln!(text, "header = \"none\"\ncolumns = {}", profile.columns.len());
        return;
    };
    let _ = writeln!(text, "# 見出しは {row} 行目\nheader = \"exact\"");
    let unmatched: Vec<_> = profile
        .columns
        .iter()
        .zip(matched)
        .filter(|(_, found)| found.is_none())
        .map(|(column, _)| column)
        .collect();
    let inherited = base.and_then(|(_, doc)| doc.file.ignored.as_ref()).map(|list| list.value.as_slice());
    if unmatched.is_empty() && inherited.is_none() {
        return;
    }
    text.push_str("# TODO 使わない列。使うものは [[field]] に書いて、ここから消す\nignored = [\n");
    for column in unmatched.iter().filter(|column| !column.name.is_empty()) {
        let _ = writeln!(text, "  {}, # {}", quoted(&column.name), described(column));
    }
    text.push_str("]\n");
}

/// One field, with what speaks for it and what has to be decided.
fn field(
    text: &mut String,
    n: usize,
    column: &ColumnProfile,
    known: &Known<'_>,
    sure: u32,
    profile: &Profile,
) {
    let from = known.field.column.as_ref().map_or("", |name| name.value.as_str());
    let _ = write!(
        text,
        "\n# 確信度 {sure}%：{} の「{from}」。{}\n[[field]]\nto = \"{}\"\n",
        known.layout,
        described(column),
        known.field.to.value
    );
    if profile.header_row.is_none() {
        let _ = writeln!(text, "position = {}", n + 1);
    }
    let _ = writeln!(text, "column = {}", quoted(&column.name));
    kind(text, column, known.field);
    if column.blank > 0 {
        text.push_str("# TODO 空欄の意味を確かめる\nmissing = { \"\" = \"not_collected\" }\n");
    } else if known.field.required {
        text.push_str("required = true\n");
    }
}

/// The type and its keys: of the known field, its dates in the spelling that the column has.
fn kind(text: &mut String, column: &ColumnProfile, known: &FieldDoc) {
    if let Some(kind) = &known.kind {
        let _ = writeln!(text, "type = \"{}\"", kind.value.name());
    }
    match (column.shape(), &known.formats) {
        (Some(Shape::Date(format) | Shape::Month(format)), _) => {
            _ = writeln!(text, "formats = [\"{format}\"]")
        }
        (_, Some(formats)) => {
            let names: Vec<_> = formats.value.iter().map(|format| format!("\"{format}\"")).collect();
            let _ = writeln!(text, "# TODO 日付の書き方を確かめる\nformats = [{}]", names.join(", "));
        }
        _ => {}
    }
    if let Some(codes) = &known.codes {
        let values: Vec<_> = column.values.iter().map(|(value, _)| value.as_str()).collect();
        let _ = writeln!(
            text,
            "# TODO コード表と比べる（見本の値：{}）\ncodes = {}",
            values.join(" "),
            quoted(&codes.value)
        );
    }
    if known.kind.as_ref().is_some_and(|kind| kind.value == FieldType::Int) {
        text.push_str("# TODO 0 は値か、値がない印か\nzero = \"value\"\n");
    }
    if let Some(pad) = &known.pad {
        let _ = writeln!(text, "pad = {}", pad.value);
    }
}

/// What the base reads and the file has not.
fn dropped(text: &mut String, doc: &LayoutDoc, matched: &[Matched<'_>]) {
    let is_there =
        |field: &&FieldDoc| matched.iter().flatten().any(|(known, _)| known.field.to.value == field.to.value);
    for field in doc.fields.iter().filter(|field| !field.dropped && !is_there(field)) {
        let _ = write!(
            text,
            "\n# TODO この列は見本にない（{}）\n[[field]]\nto = \"{}\"\ndrop = true\n",
            field.column.as_ref().map_or("", |name| name.value.as_str()),
            field.to.value
        );
        let Target::Local(local) = &field.to.value else { continue };
        for observation in &doc.observations {
            if observation.field.as_ref().is_some_and(|taken| taken.value == *local) {
                let _ = write!(
                    text,
                    "\n[[observation]]\nof = \"{}\"\nitem = \"{}\"\ndrop = true\n",
                    observation.of.value, observation.item.value
                );
            }
        }
    }
}

/// What the known layouts observe of the locals that were matched.
fn observations(text: &mut String, matched: &[Matched<'_>], items: &BTreeMap<ItemCode, ItemDef>) {
    for (known, _) in matched.iter().flatten() {
        let Target::Local(local) = &known.field.to.value else { continue };
        let taken = known.doc.observations.iter().filter(|observation| {
            !observation.dropped && observation.field.as_ref().is_some_and(|field| field.value == *local)
        });
        for observation in taken {
            let item = &observation.item.value;
            let ja = items.get(item).map_or("", |item| item.ja.as_str());
            let _ = write!(
                text,
                "\n# {ja}\n[[observation]]\nof = \"{}\"\nitem = \"{item}\"\nfield = \"{local}\"\n",
                observation.of.value
            );
            let times = [
                ("at", &observation.at),
                ("month", &observation.month),
                ("from", &observation.from),
                ("until", &observation.until),
            ];
            for (key, time) in times.into_iter().filter_map(|(key, time)| Some((key, time.as_ref()?))) {
                let _ = writeln!(text, "{key} = \"{}\"", time.value);
            }
        }
    }
}

/// What a column holds, in words.
fn described(column: &ColumnProfile) -> String {
    let shape = column.shapes.first().map_or_else(|| "空".to_owned(), |(shape, _)| shape.ja());
    let unique = if column.is_unique() { "、行ごとに違う" } else { "" };
    format!("記入率 {}%、{} 種類、{shape}{unique}", column.fill_rate(), column.distinct)
}

impl Shape {
    /// What staff call it.
    #[must_use]
    pub fn ja(self) -> String {
        match self {
            Self::Date(format) => format!("日付（{format}）"),
            Self::Month(format) => format!("年月（{format}）"),
            Self::PostalCode => "郵便番号".to_owned(),
            Self::Phone => "電話番号".to_owned(),
            Self::Digits => "数字".to_owned(),
            Self::Number => "数".to_owned(),
            Self::Kana => "カナ".to_owned(),
            Self::HalfKana => "半角カナ".to_owned(),
            Self::FullName => "氏名".to_owned(),
            Self::Short => "短い文字".to_owned(),
            Self::Text => "文字".to_owned(),
        }
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .flat_map(|c| match c {
            '"' | '\\' => vec!['\\', c],
            '\n' | '\r' | '\t' => vec![' '],
            c if c.is_control() => Vec::new(),
            c => vec![c],
        })
        .collect();
    format!("\"{escaped}\"")
}
