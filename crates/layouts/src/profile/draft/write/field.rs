//! One `[[field]]`, with what speaks for it and what has to be decided.

use std::fmt::Write;

use kernel::{Absence, ItemDef};

use super::super::columns::Column;
use super::super::known::{Clue, Found};
use super::{OWN_NUMBER, Writer, described, quoted};
use crate::config::{FieldDoc, FieldType};
use crate::layout::{Target, natural, unit_factor};
use crate::profile::Shape;

/// What a sentinel of a known field says.
fn stated(field: Option<&FieldDoc>, text: &str) -> Option<Absence> {
    let missing = &field?.missing;
    missing.iter().find(|(known, _)| known == text).map(|(_, reason)| reason.value)
}

impl Writer<'_> {
    /// Whether the base already reads the column just so, all that stands in it included.
    pub(super) fn inherits(&self, column: &Column<'_>, found: &Found<'_>) -> bool {
        let Clue::Field { layout, field, .. } = &found.clue else { return false };
        let Some(base) = self.base.filter(|base| base.name == *layout) else { return false };
        let same = field.column.as_ref().is_some_and(|name| name.value == column.name);
        if base.is_version {
            return true;
        }
        let blank = column.blank() == 0 || stated(Some(field), "").is_some();
        let odd = column.odd().iter().all(|(text, _)| stated(Some(field), text).is_some());
        let dated = match (column.profile.shape(), &field.formats) {
            (Some(Shape::Date(format) | Shape::Month(format)), Some(formats)) => {
                formats.value.iter().any(|known| known.as_str() == format)
            }
            _ => true,
        };
        let coded = field.codes.as_ref().is_none_or(|codes| {
            let list = self.knowledge.codes.get(&codes.value);
            let pad = field.pad.as_ref().map_or(0, |pad| pad.value);
            let known = |value: &str| {
                let value = format!("{value:0>pad$}");
                list.is_some_and(|list| list.entries.iter().any(|entry| entry.source == value))
            };
            column.profile.values.iter().all(|(value, _)| known(value))
        });
        let long = field.digits.as_ref().is_none_or(|digits| {
            let (least, most) = digits.value;
            let pad = field.pad.as_ref().map_or(0, |pad| pad.value as u64);
            let (short, longest) = column.profile.length;
            let within = short.max(pad) >= least as u64 && longest <= most as u64;
            column.profile.filled == 0 || (within && !counted_otherwise(column, (least, most)))
        });
        same && blank && odd && dated && coded && long
    }

    /// Writes the field.
    pub(super) fn field(&mut self, text: &mut String, column: &Column<'_>, found: &Found<'_>) {
        let (sure, clue) = (found.sure, found.clue.say());
        let _ = write!(
            text,
            "\n# 確信度 {sure}%：{clue}。{}\n[[field]]\nto = \"{}\"\n",
            described(column),
            found.to
        );
        if self.profile.header_row.is_none() {
            let _ = writeln!(text, "position = {}", column.position);
        } else {
            let _ = writeln!(text, "column = {}", quoted(&column.name));
        }
        let kind = found.kind();
        if let Some(kind) = kind {
            let _ = writeln!(text, "type = \"{}\"", kind.name());
        }
        match kind {
            Some(FieldType::Date | FieldType::Month) => dates(text, column, found),
            Some(FieldType::Code) => self.codes_of(text, column, found),
            Some(FieldType::Bool) => self.flags_of(text, column, found),
            Some(FieldType::Int) => self.number(text, column, found),
            Some(FieldType::Text) => digits(text, column, found),
            Some(FieldType::Kana) | None => {}
        }
        missing(text, column, found);
    }

    fn codes_of(&mut self, text: &mut String, column: &Column<'_>, found: &Found<'_>) {
        let (list, is_open) = self.list(column, found);
        if is_open {
            let _ = writeln!(text, "# 見本にある値を codes/{list}.csv に書き出した。意味（TODO）を決める");
        }
        let _ = writeln!(text, "codes = {}", quoted(&list));
        let pad = found.clue.field().and_then(|field| field.pad.as_ref()).map(|pad| pad.value);
        if let Some(pad) = pad.filter(|_| column.profile.shape() == Some(Shape::Digits)) {
            let _ = writeln!(text, "pad = {pad}");
        }
    }

    /// 1 and 0 need no list.
    fn flags_of(&mut self, text: &mut String, column: &Column<'_>, found: &Found<'_>) {
        let known = found.clue.field().is_some_and(|field| field.codes.is_some());
        let plain = column.profile.values.iter().all(|(value, _)| matches!(value.as_str(), "0" | "1"));
        if known || !plain {
            self.codes_of(text, column, found);
        }
    }

    fn number(&self, text: &mut String, column: &Column<'_>, found: &Found<'_>) {
        let field = found.clue.field();
        match field.and_then(|field| field.reckon.zero.as_ref()).map(|zero| zero.value) {
            Some(None) => text.push_str("zero = \"value\"\n"),
            Some(Some(reason)) => _ = writeln!(text, "zero = \"{reason}\""),
            None => {
                let seen = if column.zero() { "見本に 0 がある" } else { "見本に 0 はない" };
                let _ = writeln!(text, "zero = \"TODO: 0 は値（value）か、値がない印（理由）か。{seen}\"");
            }
        }
        if let Some(range) = field.and_then(|field| field.range.as_ref()) {
            let _ = writeln!(text, "range = [{}, {}]", range.value.0, range.value.1);
        }
        let unit = self.item(found).and_then(|item| item.unit.clone()).zip(bracketed(&column.name));
        if let Some((of_item, of_file)) = unit.filter(|(item, file)| item != file)
            && unit_factor(&of_file, &of_item).is_some()
        {
            let _ = writeln!(text, "unit = {{ from = \"{of_file}\", to = \"{of_item}\" }}");
        }
        if column.profile.shape() == Some(Shape::Number) && !matches!(found.to, Target::Person(..)) {
            text.push_str("# 小数や桁区切りがある。scale（小数の桁）か clean = [\"no_commas\"] を確かめる\n");
        }
    }

    /// The item that the column is observed as.
    pub(super) fn item(&self, found: &Found<'_>) -> Option<&ItemDef> {
        let Target::Local(local) = &found.to else { return None };
        let of_field = |doc: &crate::config::LayoutDoc| {
            let taken = |name: &str| name == local;
            let seen = doc
                .observations
                .iter()
                .find(|seen| seen.field.as_ref().is_some_and(|field| taken(&field.value)));
            seen.and_then(|seen| self.knowledge.items.get(&seen.item.value))
        };
        match &found.clue {
            Clue::Item(item) => self.knowledge.items.get(&item.code),
            Clue::Field { doc, .. } => of_field(doc),
            Clue::Shape(_) => None,
        }
    }
}

/// The spellings of days: those of the sample, and of a sample that has none those known.
fn dates(text: &mut String, column: &Column<'_>, found: &Found<'_>) {
    let known = found.clue.field().and_then(|field| field.formats.as_ref());
    let known: Vec<_> = known.map(|formats| formats.value.clone()).unwrap_or_default();
    let held = column.profile;
    let spelling = |(shape, count): &(Shape, u64)| match shape {
        Shape::Date(format) | Shape::Month(format) => Some((*format, *count)),
        _ => None,
    };
    let seen: Vec<_> = held.shapes.iter().filter_map(spelling).collect();
    let dated: u64 = seen.iter().map(|(_, count)| count).sum();
    let listed = |names: &[&str]| {
        format!(
            "formats = [{}]\n",
            names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
        )
    };
    // Numbers may be days that are told by nothing: serials, or years, months and days without separators.
    let numbers = matches!(held.shape(), Some(Shape::Digits | Shape::Number) | None) && dated == 0;
    match held.shape() {
        Some(Shape::Date(format) | Shape::Month(format)) => text.push_str(&listed(&[format])),
        _ if dated * 2 > held.filled => {
            let others = held.filled - dated;
            if others > 0 {
                let _ = writeln!(text, "# ほかの書き方か、ありえない日付が {others} 件ある。確かめる");
            }
            if seen.len() > 1 {
                let counts: Vec<_> = seen.iter().map(|(name, count)| format!("{name} {count} 件")).collect();
                let _ = writeln!(text, "# 書き方が混ざっている（{}）。上から順に試す", counts.join("、"));
            }
            text.push_str(&listed(&seen.iter().map(|(name, _)| *name).collect::<Vec<_>>()));
        }
        _ if !known.is_empty() && (held.filled == 0 || numbers) => {
            text.push_str("# 見本からは日付の書き方が分からない。確かめる\n");
            text.push_str(&listed(&known.iter().map(|format| format.as_str()).collect::<Vec<_>>()));
        }
        _ => text.push_str("formats = [\"TODO: 日付の書き方（docs/layouts.md の 3）\"]\n"),
    }
}

/// Whether the numbers, zeros before them and all, have another length than the known ones.
fn counted_otherwise(column: &Column<'_>, (least, most): (usize, usize)) -> bool {
    let (short, long) = column.profile.length;
    column.profile.leading_zeros && short == long && !(least as u64..=most as u64).contains(&long)
}

/// How many digits a number has, where all have as many.
fn digits(text: &mut String, column: &Column<'_>, found: &Found<'_>) {
    let held = column.profile;
    let known = found.clue.field().and_then(|field| field.digits.as_ref()).map(|digits| digits.value);
    let pad = found.clue.field().and_then(|field| field.pad.as_ref()).map(|pad| pad.value as u64);
    let (short, long) = held.length;
    let is_digits = held.shape() == Some(Shape::Digits);
    match known {
        Some(known) if counted_otherwise(column, known) => {
            _ = writeln!(text, "digits = {long}\npad = {long}")
        }
        Some((least, most)) if short.max(pad.unwrap_or(0)) >= least as u64 && long <= most as u64 => {
            let said = if least == most { format!("{least}") } else { format!("[{least}, {most}]") };
            let _ = writeln!(text, "digits = {said}");
        }
        // A spreadsheet has taken the zeros before some of them.
        Some((least, most))
            if is_digits && !held.leading_zeros && least == most && short < long && long == most as u64 =>
        {
            let _ =
                writeln!(text, "# 先頭の 0 が落ちた値がある。{most} 桁に戻す\ndigits = {most}\npad = {most}");
            return;
        }
        _ if is_digits && short == long && long >= 4 => _ = writeln!(text, "digits = {long}"),
        _ => return,
    }
    if known.is_some_and(|known| counted_otherwise(column, known)) {
        return;
    }
    if held.leading_zeros || pad.is_some_and(|pad| short < pad) {
        let _ = writeln!(text, "pad = {}", pad.unwrap_or(0).max(long));
    }
}

/// What says that there is no value: as the known field has it, and otherwise to be decided.
fn missing(text: &mut String, column: &Column<'_>, found: &Found<'_>) {
    let field = found.clue.field();
    let mut said = Vec::new();
    let mut counted = Vec::new();
    if column.blank() > 0 {
        said.push(sentinel("", stated(field, "")));
        counted.push(format!("空欄 {} 件", column.blank()));
    }
    // Among the row's own numbers, each another, 999 is one more of them.
    let own = found.to == OWN_NUMBER && column.profile.distinct == column.profile.filled;
    for (odd, count) in column.odd().into_iter().filter(|(odd, count)| !(own && *count == 1 && is_nines(odd)))
    {
        said.push(sentinel(odd, stated(field, odd)));
        counted.push(format!("「{odd}」{count} 件"));
    }
    if said.is_empty() {
        let natural = natural(&found.to).is_some();
        if field.is_some_and(|field| field.required) || (field.is_none() && natural) {
            text.push_str("required = true\n");
        }
        return;
    }
    let _ = writeln!(
        text,
        "# 値のない印：{}。それぞれの理由を確かめる\nmissing = {{ {} }}",
        counted.join("、"),
        said.join(", ")
    );
}

/// Nines, fewer than a number would be filled up with.
fn is_nines(text: &str) -> bool {
    text.len() < 6 && text.bytes().all(|byte| byte == b'9')
}

fn sentinel(text: &str, reason: Option<Absence>) -> String {
    let reason = reason.map_or("TODO: 値なしの理由（not_collected など）", Absence::as_str);
    format!("{} = \"{reason}\"", quoted(text))
}

/// The unit in brackets at the end of a column's name.
fn bracketed(name: &str) -> Option<String> {
    let name = name.trim_end();
    let body = name.strip_suffix([')', '）', ']', '］'])?;
    let (_, unit) = body.rsplit_once(['(', '（', '[', '［'])?;
    Some(unit.trim().to_owned())
}
