//! `[file]` and `[file.records]`, checked and compiled.

use super::form::{CsvForm, FixedForm, Form, Header, RecordKinds};
use super::resolve::Resolver;
use crate::config::reader::{At, Spot};
use crate::config::{FileDoc, FileKind, LayoutDoc, RecordsDoc};
use crate::text::Encoding;

/// Upper bound of a record in bytes: far above any layout found, far below what hurts.
const MAX_RECORD: usize = 1 << 20;

pub(super) fn form(resolver: &mut Resolver<'_>, doc: &LayoutDoc) -> Option<(Form, Encoding)> {
    let (file, spot) = (&doc.file, &doc.spot);
    let kind = resolver.need(file.kind.as_ref(), spot, "file.kind").copied();
    let encoding = resolver.need(file.encoding.as_ref(), spot, "file.encoding").copied();
    let form = match kind? {
        FileKind::Csv => csv(resolver, doc)?,
        FileKind::Fixed => fixed(resolver, file, spot)?,
    };
    Some((form, encoding?))
}

fn csv(resolver: &mut Resolver<'_>, doc: &LayoutDoc) -> Option<Form> {
    let file = &doc.file;
    let fixed_only = ("固定長だけの項目です", "this is for fixed-width files");
    resolver.forbid(file.record_length.as_ref(), fixed_only.0, fixed_only.1);
    if let Some(records) = &file.records {
        resolver.faults.push(records.spot.invalid(fixed_only.0, fixed_only.1));
    }
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
    let last = doc.fields.iter().filter(|field| !field.dropped).filter_map(|field| field.position.as_ref());
    let last = last.map(|position| position.value).max().unwrap_or(0);
    Some(Form::Csv(CsvForm {
        header,
        delimiter: delimiter(resolver, file.delimiter.as_ref()),
        trailing_comma: file.trailing_comma.as_ref().is_some_and(|flag| flag.value),
        columns: file.columns.as_ref().map_or(last, |columns| columns.value),
        ignored: file
            .ignored
            .as_ref()
            .map(|names| names.value.iter().map(|name| name.value.clone()).collect())
            .unwrap_or_default(),
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
    let csv_only = ("CSV だけの項目です", "this is for CSV files");
    resolver.forbid(file.header.as_ref(), csv_only.0, csv_only.1);
    resolver.forbid(file.delimiter.as_ref(), csv_only.0, csv_only.1);
    resolver.forbid(file.trailing_comma.as_ref(), csv_only.0, csv_only.1);
    resolver.forbid(file.columns.as_ref(), csv_only.0, csv_only.1);
    resolver.forbid(file.ignored.as_ref(), csv_only.0, csv_only.1);
    let record_length = *resolver.need(file.record_length.as_ref(), spot, "file.record_length")?;
    if !(1..=MAX_RECORD).contains(&record_length) {
        resolver.forbid(file.record_length.as_ref(), "1～1048576 にしてください", "it must be 1 to 1048576");
        return None;
    }
    let kinds = match &file.records {
        Some(records) => Some(kinds(resolver, records, record_length)?),
        None => None,
    };
    Some(Form::Fixed(FixedForm { record_length, kinds }))
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
