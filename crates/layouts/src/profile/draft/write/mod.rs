//! The text of a proposed source. What a sample cannot tell is written as a `TODO` value, which is a fault
//! until somebody has decided it; what it can tell only nearly has a comment to look at.

mod codes;
mod field;
mod rest;

use std::fmt::Write;

use super::base::Base;
use super::columns::{Column, is_dated};
use super::known::Found;
use super::naming;
use super::{Knowledge, Wanted};
use crate::layout::{Part, RecordPart, RoleId, Target};
use crate::profile::{FileShape, Profile, Shape};

/// Writes one source; its code lists are gathered on the way.
pub(super) struct Writer<'w> {
    pub wanted: Wanted<'w>,
    pub profile: &'w Profile,
    pub knowledge: Knowledge<'w>,
    pub base: Option<Base<'w>>,
    pub months: &'w [u32],
    pub codes: Vec<(String, String)>,
}

impl Writer<'_> {
    /// The whole file.
    pub fn source(&mut self, columns: &[Column<'_>], found: &[Option<Found<'_>>]) -> String {
        let mut text = String::new();
        self.head(&mut text, found);
        self.file(&mut text, columns, found);
        self.ruler(&mut text);
        self.unfold(&mut text, columns, found);
        for (column, found) in columns.iter().zip(found) {
            match found {
                Some(found) if self.inherits(column, found) => {}
                Some(found) => self.field(&mut text, column, found),
                None if self.profile.header_row.is_none() => {
                    let _ =
                        writeln!(text, "\n# {}：取り込まない（{}）", column.shown_name(), described(column));
                }
                None => {}
            }
        }
        if let Some(base) = self.base.filter(|base| !base.is_version) {
            rest::dropped(&mut text, base.doc, found);
        }
        self.observations(&mut text, found);
        text
    }

    // Writing to a String cannot fail: its results are let go throughout.
    fn head(&self, text: &mut String, found: &[Option<Found<'_>>]) {
        let (profile, evidence) = (self.profile, &self.profile.encoding);
        let _ = write!(
            text,
            "# 見本から作った下書き。まだ決まっていない値は、書き換えるまで validate の誤りになる。\n\
             # 見本：{} 行、{} 列。文字コード {}（確信度 {}%：{}）\n",
            profile.rows,
            profile.columns.len(),
            evidence.encoding.label(),
            evidence.confidence,
            evidence.why,
        );
        if let Some(base) = self.base {
            let _ =
                writeln!(text, "# 共通レイアウト {} の列の {}% がこの見本にある。", base.name, base.share);
        }
        let name = naming::shown(self.wanted.file).unwrap_or_else(|| "TODO: 職員の呼び名".to_owned());
        let _ = write!(
            text,
            "format = 1\nname = {}\nsection = \"TODO: 保有する課（town.toml の section、例 mayor/kosodate）\"\n",
            quoted(&name),
        );
        match self.base {
            Some(base) => _ = writeln!(text, "extends = {}", quoted(base.name)),
            None => self.alone(text, found),
        }
        text.push_str(
            "\n# 根拠。決まるまで何も取り込まない。\n[legal]\npurpose = \"TODO: 利用目的\"\narticle = \"TODO: 根拠条文\"\n\
             decided_by = \"TODO: 決裁者\"\ndecided_on = \"TODO: 決裁の日、2026-04-01 の形\"\nuntil = \"TODO: いつまで\"\n\
             \n# 載っていない人をどう読むか。complete = true なら cohort の全員がそろっていて、いない人は「なし」。\n[coverage]\n\
             complete = \"TODO: true か false\"\ncohort = \"TODO: residents, children, town_school_pupils, listed\"\n",
        );
    }

    /// What a source says that extends no layout.
    fn alone(&self, text: &mut String, found: &[Option<Found<'_>>]) {
        text.push_str("mode = \"TODO: snapshot（毎回すべて）、append（追加だけ）、delta（変更だけ）\"\n");
        let number = OWN_NUMBER;
        let month = Target::Record(RecordPart::Month);
        let reads = |to: &Target| found.iter().flatten().any(|found| found.to == *to);
        match (reads(&number), reads(&month) || !self.months.is_empty()) {
            (true, true) => text.push_str("# 行を一つに決める列。これで足りるか確かめる\nkey = [\"person.local_id\", \"record.month\"]\n"),
            (true, false) => text.push_str("# 行を一つに決める列。これで足りるか確かめる\nkey = [\"person.local_id\"]\n"),
            (false, _) => text.push_str("key = \"TODO: 行を一つに決める列（[ ] で、to の名前）\"\n"),
        }
        let system =
            own_system(found).unwrap_or("TODO: 番号の種類（宛名番号なら atena、学籍番号なら gakuseki）");
        let _ = write!(
            text,
            "# creates は住民基本台帳だけ true\nidentity = {{ system = {}, creates = false }}\n",
            quoted(system)
        );
    }

    fn file(&self, text: &mut String, columns: &[Column<'_>], found: &[Option<Found<'_>>]) {
        let profile = self.profile;
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
        if let [first, others @ ..] = profile.sheets.as_slice()
            && !others.is_empty()
        {
            let others: Vec<_> = others.iter().map(|name| quoted(name)).collect();
            let _ = writeln!(
                text,
                "# 見たのは最初のシート {}。ほかのシート：{}。その表なら --sheet で作り直す",
                quoted(first),
                others.join("、")
            );
        }
        if let Some(sheet) = &profile.sheet {
            let _ = writeln!(text, "sheet = {}", quoted(sheet));
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
            let _ = writeln!(text, "# 見出しがない\nheader = \"none\"\ncolumns = {}", profile.columns.len());
            return;
        };
        match profile.header_rows {
            2 => {
                let below = row + 1;
                let _ = writeln!(
                    text,
                    "# 見出しは {row}～{below} 行目。上の行の名前と下の行の名前を _ でつないだものが列の名前\n\
                     header = \"exact\"\nheader_rows = 2"
                );
            }
            _ if matches!(profile.shape, FileShape::Jsonl) => text.push_str("header = \"exact\"\n"),
            _ => _ = writeln!(text, "# 見出しは {row} 行目\nheader = \"exact\""),
        }
        if row > 1 && matches!(profile.shape, FileShape::Separated(_)) {
            text.push_str("# 見出しの上に題の行がある。見出しを探す行の数\ntitles = 20\n");
        }
        if left_over_months(profile) {
            text.push_str(
                "# 年のついた月の列がある。見出しが年ごとに変わるので months にまとめられない。年のない見出しで出力できるか確かめる\n",
            );
        }
        if let Some(word) = &profile.footer {
            let _ = writeln!(text, "footer = [{}]", quoted(word));
        }
        self.ignored(text, columns, found);
    }

    /// The columns that are not taken.
    fn ignored(&self, text: &mut String, columns: &[Column<'_>], found: &[Option<Found<'_>>]) {
        let fiscal_year = self.fiscal_year(columns).map(|column| column.position);
        let left = columns.iter().zip(found).filter(|(column, found)| {
            found.is_none() && !column.name.is_empty() && Some(column.position) != fiscal_year
        });
        let left: Vec<_> = left.map(|(column, _)| column).collect();
        let inherited = self.base.is_some_and(|base| base.doc.file.ignored.is_some());
        if left.is_empty() && !inherited {
            return;
        }
        text.push_str("# 取り込まない列。使うものは [[field]] に書いて、ここから消す\nignored = [\n");
        for column in left {
            for name in column.names() {
                let _ = writeln!(text, "  {}, # {}{}", quoted(name), described(column), hint(column));
            }
        }
        text.push_str("]\n");
    }

    /// What is needed of a file of fixed length, and what its bytes hold.
    fn ruler(&self, text: &mut String) {
        if self.profile.ruler.is_empty() {
            return;
        }
        text.push_str(
            "\n# 固定長です。どこで列が切れるかは見本からは分かりません。システムの桁の表（項目定義書）を見て、\n\
             # 列ごとに [[field]] と at = [始まりのバイト（1 から）, バイト数] を書いてください。見本のバイトの並び：\n",
        );
        for run in &self.profile.ruler {
            let last = run.start + run.length - 1;
            let _ = writeln!(text, "#   {}～{last}（{} バイト）：{}", run.start, run.length, run.mark.ja());
        }
        text.push_str(
            "# 見出しや合計の行があれば [file.records] に書きます（docs/layouts.md の 2）。\n\
             [[field]]\nto = \"TODO: person.local_id など\"\nat = \"TODO: [始まり, バイト数]\"\n",
        );
    }

    /// Months side by side, and the year they are of.
    fn unfold(&self, text: &mut String, columns: &[Column<'_>], found: &[Option<Found<'_>>]) {
        let Some(first) = self.months.first() else { return };
        let months: Vec<_> = self.months.iter().map(ToString::to_string).collect();
        let _ = write!(text, "\n# 月が横に並んでいる\n[unfold]\nmonths = [{}]\n", months.join(", "));
        let month = Target::Record(RecordPart::Month);
        if found.iter().flatten().any(|found| found.to == month) {
            return;
        }
        text.push_str("\n# 最初の月\n[[field]]\nto = \"record.month\"\n");
        match self.fiscal_year(columns) {
            Some(year) => {
                let _ = writeln!(
                    text,
                    "period = {{ fiscal_year = {}, always = {first} }}\nrequired = true",
                    quoted(&year.name)
                );
            }
            // Whichever key decides stands in the place of this one.
            None => {
                let _ = writeln!(
                    text,
                    "# 年度の列がない。どちらかにする：\n\
                     #   period = {{ fiscal_year = \"年度の列\", always = {first} }}\n\
                     #   capture = \"month\" と formats = [\"yyyymm\"]、[file] に name = \"出欠_{{month}}.xlsx\"（{first}月のファイル名に年月があるとき）\n\
                     period = \"TODO: 最初の月をどこから知るか（上の行）\""
                );
            }
        }
    }

    /// The column that says the year of months side by side.
    fn fiscal_year<'c, 'p>(&self, columns: &'c [Column<'p>]) -> Option<&'c Column<'p>> {
        let named = |column: &&Column<'_>| ["年度", "対象年度", "集計年度"].contains(&column.name.as_str());
        columns.iter().find(named).filter(|_| !self.months.is_empty())
    }
}

/// The row's own number of its person.
pub(super) const OWN_NUMBER: Target = Target::Person(RoleId::Person, Part::LocalId);

/// What system the row's own number is of, where its name tells.
pub(super) fn own_system(found: &[Option<Found<'_>>]) -> Option<&'static str> {
    let clue = found.iter().flatten().find(|found| found.to == OWN_NUMBER)?.clue.say();
    let known = [("学籍", "gakuseki"), ("宛名", "atena")];
    known.into_iter().find(|(word, _)| clue.contains(word)).map(|(_, system)| system)
}

/// Whether columns are named after a month of a year.
fn left_over_months(profile: &Profile) -> bool {
    profile.columns.iter().filter(|column| is_dated(&column.name)).count() > 2
}

/// What systems call the column that says what a row of a delta does.
const OPERATIONS: [&str; 8] =
    ["異動区分", "処理区分", "更新区分", "操作区分", "変更区分", "登録区分", "異動種別", "更新種別"];

/// A column that nothing is known of, but whose name says what it may be for: what a row of a delta does, or, with
/// the values of one, a number.
fn hint(column: &Column<'_>) -> &'static str {
    let named = ["番号", "コード", "ID", "No", "NO", "ＩＤ"].iter().any(|word| column.name.ends_with(word));
    let numbers = matches!(column.profile.shape(), Some(Shape::Digits | Shape::Text | Shape::Short));
    if OPERATIONS.contains(&column.name.as_str()) {
        return "。変更だけのファイル（mode = \"delta\"）なら record.operation（docs/layouts.md の 6）";
    }
    if named && numbers && column.profile.is_unique() {
        "。ほかのシステムの番号なら [[number]]（docs/layouts.md の 4）"
    } else {
        ""
    }
}

/// What a column holds, in words.
fn described(column: &Column<'_>) -> String {
    let held = column.profile;
    let shape = held.shapes.first().map_or_else(|| "空".to_owned(), |(shape, _)| shape.ja());
    let unique = if held.is_unique() { "、行ごとに違う" } else { "" };
    format!("記入率 {}%、{} 種類、{shape}{unique}", held.fill_rate(), held.distinct)
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
