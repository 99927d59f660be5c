//! `[file]` and `[file.records]`, checked and compiled.

use super::form::{CsvForm, FixedForm, Form, Header, RecordKinds, SheetForm, TableForm};
use super::name_pattern::NamePattern;
use super::resolve::Resolver;
use crate::config::reader::{At, Spot};
use crate::config::{FileDoc, FileKind, LayoutDoc, Newline, PlaceDoc, RecordsDoc};
use crate::gaiji::Gaiji;
use crate::text::Encoding;

/// Upper bound of a record in bytes: far above any layout found, far below what hurts.
const MAX_RECORD: usize = 1 << 20;

/// Rows of titles at most.
const MAX_TITLES: usize = 100;

pub(super) fn form(resolver: &mut Resolver<'_>, doc: &LayoutDoc) -> Option<(Form, Encoding)> {
    let (file, spot) = (&doc.file, &doc.spot);
    let kind = *resolver.need(file.kind.as_ref(), spot, "file.kind")?;
    misplaced(resolver, file, kind);
    let encoding = if kind.is_sheet() {
        // A workbook's texts are Unicode.
        Some(Encoding::Utf8)
    } else {
        resolver.need(file.encoding.as_ref(), spot, "file.encoding").copied()
    };
    let form = match kind {
        FileKind::Csv | FileKind::Tsv => csv(resolver, doc, kind)?,
        FileKind::Fixed => fixed(resolver, file, spot)?,
        FileKind::Jsonl => json(resolver, doc)?,
        FileKind::Xlsx | FileKind::Xls => sheet(resolver, doc, kind)?,
    };
    Some((form, encoding?))
}

/// Keys that say nothing for a file of this kind.
fn misplaced(resolver: &mut Resolver<'_>, file: &FileDoc, kind: FileKind) {
    use FileKind::{Csv, Fixed, Jsonl, Tsv, Xls, Xlsx};
    fn spot<T>(at: Option<&At<T>>) -> Option<&Spot> {
        at.map(|at| &at.spot)
    }
    let checks: [(Option<&Spot>, &[FileKind], &str); 12] = [
        (spot(file.encoding.as_ref()), &[Csv, Tsv, Fixed, Jsonl], "csv, tsv, fixed, jsonl"),
        (spot(file.newline.as_ref()), &[Csv, Tsv, Fixed, Jsonl], "csv, tsv, fixed, jsonl"),
        (spot(file.header.as_ref()), &[Csv, Tsv, Jsonl, Xlsx, Xls], "csv, tsv, jsonl, xlsx, xls"),
        (spot(file.columns.as_ref()), &[Csv, Tsv, Xlsx, Xls], "csv, tsv, xlsx, xls"),
        (spot(file.ignored.as_ref()), &[Csv, Tsv, Jsonl, Xlsx, Xls], "csv, tsv, jsonl, xlsx, xls"),
        (spot(file.delimiter.as_ref()), &[Csv], "csv"),
        (spot(file.trailing_comma.as_ref()), &[Csv, Tsv], "csv, tsv"),
        (spot(file.sheet.as_ref()), &[Xlsx, Xls], "xlsx, xls"),
        (spot(file.header_rows.as_ref()), &[Csv, Tsv, Xlsx, Xls], "csv, tsv, xlsx, xls"),
        (spot(file.titles.as_ref()), &[Csv, Tsv], "csv, tsv"),
        (spot(file.footer.as_ref()), &[Csv, Tsv, Xlsx, Xls], "csv, tsv, xlsx, xls"),
        (spot(file.record_length.as_ref()), &[Fixed], "fixed"),
    ];
    for (spot, kinds, names) in checks {
        if let Some(spot) = spot.filter(|_| !kinds.contains(&kind)) {
            let (ja, en) = (
                format!("kind が {names} のファイルだけの項目です"),
                format!("this is for files of kind {names}"),
            );
            resolver.faults.push(spot.invalid(&ja, &en));
        }
    }
    if let Some(records) = file.records.as_ref().filter(|_| kind != Fixed) {
        resolver.faults.push(records.spot.invalid("固定長だけの項目です", "this is for fixed-width files"));
    }
    if kind == Fixed
        && matches!(file.encoding.as_ref().map(|at| at.value), Some(Encoding::Utf16Le | Encoding::Utf16Be))
    {
        resolver.forbid(
            file.encoding.as_ref(),
            "固定長は UTF-16 では読めません",
            "fixed-width files are not read in UTF-16",
        );
    }
}

fn table(resolver: &mut Resolver<'_>, doc: &LayoutDoc) -> Option<TableForm> {
    let file = &doc.file;
    let header = *resolver.need(file.header.as_ref(), &doc.spot, "file.header")?;
    if header == Header::None {
        resolver.forbid(
            file.ignored.as_ref(),
            "見出しのあるファイルだけの項目です",
            "this is for files with a header",
        );
    } else {
        resolver.forbid(
            file.columns.as_ref(),
            "見出しのないファイルだけの項目です",
            "this is for files without header",
        );
    }
    let live = doc.fields.iter().filter(|field| !field.dropped);
    let last = live.flat_map(super::place::places).filter_map(|place| match place.value {
        PlaceDoc::Position(position) => Some(position),
        _ => None,
    });
    let last = last.max().unwrap_or(0);
    Some(TableForm {
        header,
        columns: file.columns.as_ref().map_or(last, |columns| columns.value),
        ignored: texts(file.ignored.as_ref()),
    })
}

fn texts(list: Option<&At<Vec<At<String>>>>) -> Vec<String> {
    list.map(|list| list.value.iter().map(|text| text.value.clone()).collect()).unwrap_or_default()
}

fn csv(resolver: &mut Resolver<'_>, doc: &LayoutDoc, kind: FileKind) -> Option<Form> {
    let file = &doc.file;
    let delimiter = if kind == FileKind::Tsv { b'\t' } else { delimiter(resolver, file.delimiter.as_ref()) };
    Some(Form::Csv(CsvForm {
        table: table(resolver, doc)?,
        delimiter,
        trailing_comma: file.trailing_comma.as_ref().is_some_and(|flag| flag.value),
        carriage_return: carriage_return(file),
        header_rows: header_rows(resolver, file),
        titles: titles(resolver, file),
        footer: texts(file.footer.as_ref()),
    }))
}

/// How many rows of titles may stand over the header.
fn titles(resolver: &mut Resolver<'_>, file: &FileDoc) -> usize {
    let rows = file.titles.as_ref().map_or(0, |rows| rows.value);
    if rows > MAX_TITLES || file.header.as_ref().is_some_and(|header| header.value == Header::None) {
        resolver.forbid(
            file.titles.as_ref(),
            "見出しのあるファイルで、100 までです",
            "for files with a header, 100 at most",
        );
    }
    rows
}

/// How many rows a header takes; of a file without one it says nothing.
fn header_rows(resolver: &mut Resolver<'_>, file: &FileDoc) -> usize {
    let rows = file.header_rows.as_ref().map_or(1, |rows| rows.value);
    if !(1..=2).contains(&rows) {
        resolver.forbid(file.header_rows.as_ref(), "1 か 2 を書いてください", "write 1 or 2");
    }
    if file.header.as_ref().is_some_and(|header| header.value == Header::None) {
        resolver.forbid(
            file.header_rows.as_ref(),
            "見出しのあるファイルだけの項目です",
            "this is for files with a header",
        );
    }
    rows
}

fn carriage_return(file: &FileDoc) -> bool {
    file.newline.as_ref().is_some_and(|newline| newline.value == Newline::Cr)
}

fn json(resolver: &mut Resolver<'_>, doc: &LayoutDoc) -> Option<Form> {
    let table = table(resolver, doc)?;
    if table.header == Header::None {
        let (ja, en) = ("jsonl では exact か subset です", "for jsonl it is exact or subset");
        resolver.forbid(doc.file.header.as_ref(), ja, en);
    }
    let encoding = doc.file.encoding.as_ref().map(|at| at.value.cut_as());
    if matches!(encoding, Some(Encoding::Cp932 | Encoding::EucJp)) {
        resolver.forbid(
            doc.file.encoding.as_ref(),
            "JSON は Unicode です（utf8 など）",
            "JSON is Unicode: utf8",
        );
    }
    Some(Form::Json(table))
}

fn sheet(resolver: &mut Resolver<'_>, doc: &LayoutDoc, kind: FileKind) -> Option<Form> {
    let file = &doc.file;
    Some(Form::Sheet(SheetForm {
        table: table(resolver, doc)?,
        is_old: kind == FileKind::Xls,
        sheet: file.sheet.as_ref().map(|sheet| sheet.value.clone()),
        header_rows: header_rows(resolver, file),
        footer: texts(file.footer.as_ref()),
    }))
}

/// Only bytes that are never part of a double-byte character (CP932 trails begin at 0x40, so `|` is one).
fn delimiter(resolver: &mut Resolver<'_>, given: Option<&At<String>>) -> u8 {
    match given.map(|given| given.value.as_str()) {
        None | Some(",") => b',',
        Some("\t") => b'\t',
        Some(";") => b';',
        Some(_) => {
            resolver.forbid(
                given,
                "使えるのは , と ; とタブ（\\t）です",
                "use a comma, a semicolon or a tab (\\t)",
            );
            b','
        }
    }
}

fn fixed(resolver: &mut Resolver<'_>, file: &FileDoc, spot: &Spot) -> Option<Form> {
    let record_length = *resolver.need(file.record_length.as_ref(), spot, "file.record_length")?;
    if !(1..=MAX_RECORD).contains(&record_length) {
        resolver.forbid(file.record_length.as_ref(), "1～1048576 にしてください", "it must be 1 to 1048576");
        return None;
    }
    let kinds = match &file.records {
        Some(records) => Some(kinds(resolver, records, record_length)?),
        None => None,
    };
    Some(Form::Fixed(FixedForm { record_length, kinds, carriage_return: carriage_return(file) }))
}

fn kinds(resolver: &mut Resolver<'_>, doc: &RecordsDoc, record_length: usize) -> Option<RecordKinds> {
    let (start, length) = within(resolver, doc.at.as_ref()?, record_length)?;
    let count = match &doc.trailer_count {
        Some(count) => Some(within(resolver, count, record_length)?),
        None => None,
    };
    if let (Some(count), None) = (&doc.trailer_count, &doc.trailer) {
        resolver.faults.push(count.spot.dangling("trailer"));
    }
    for code in [&doc.header, &doc.data, &doc.trailer].into_iter().flatten() {
        if code.value.len() != length || !code.value.is_ascii() {
            let (ja, en) = (
                format!("半角 {length} 文字にしてください"),
                format!("it must be {length} ASCII characters"),
            );
            resolver.faults.push(code.spot.invalid(&ja, &en));
        }
    }
    Some(RecordKinds {
        start,
        length,
        header: doc.header.as_ref().map(|code| code.value.clone()),
        data: doc.data.as_ref()?.value.clone(),
        trailer: doc.trailer.as_ref().map(|code| code.value.clone()),
        count,
    })
}

/// A slot as offset and length, if it lies within the record.
fn within(
    resolver: &mut Resolver<'_>,
    slot: &At<(usize, usize)>,
    record_length: usize,
) -> Option<(usize, usize)> {
    let (start, length) = slot.value;
    if start.checked_add(length).is_some_and(|end| end - 1 <= record_length) {
        return Some((start - 1, length));
    }
    let (ja, en) = (
        format!("1～{record_length} の中にしてください"),
        format!("it must lie within 1 to {record_length}"),
    );
    resolver.forbid(Some(slot), &ja, &en);
    None
}

impl Resolver<'_> {
    /// What the file's name tells.
    #[expect(clippy::option_option, reason = "not given and wrong are different answers")]
    pub fn name(&mut self, doc: &LayoutDoc) -> Option<Option<NamePattern>> {
        let Some(pattern) = &doc.file.name else { return Some(None) };
        match NamePattern::parse(&pattern.value) {
            Some(name) => {
                self.captures = name.captures().map(str::to_owned).collect();
                Some(Some(name))
            }
            None => {
                self.forbid(
                    Some(pattern),
                    "ファイル名を {名前} と * を使って書いてください（合わせて 4 つまで、続けては書けません）",
                    "write the file's name with {names} and *, four at most and never two in a row",
                );
                None
            }
        }
    }

    /// The town's table of external characters.
    pub fn gaiji(&mut self, doc: &LayoutDoc) -> Option<Gaiji> {
        let mut table = Gaiji::default();
        let Some(name) = &doc.file.gaiji else { return Some(table) };
        let Some(list) = self.codes.get(&name.value) else {
            self.faults.push(name.spot.dangling(&name.value));
            return None;
        };
        for entry in &list.entries {
            if !table.add(&entry.source, &entry.target) {
                self.faults.push(entry.spot.invalid(
                    "source には外字のコード（F040 か U+E000）、target には外字でない文字を書いてください",
                    "write the code of an external character (F040 or U+E000) and a character that is none",
                ));
            }
        }
        Some(table)
    }
}
