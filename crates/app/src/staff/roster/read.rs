//! The lines of a roster: what each says of one posting, and everything that is wrong with it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use kernel::date::{DateFormat, EraRule, parse};
use kernel::{Code, Fault, Grant, Grants, SectionCode};
use layouts::table::{self, Record};

use super::super::{NewPosting, plain_number};
use crate::profiles::Applied;

/// What faults call the file.
pub(super) const FILE: &str = "roster";

/// The columns, which may stand in any order.
pub const COLUMNS: [&str; 6] = ["職員番号", "氏名", "課", "権限", "開始日", "終了日"];

/// What stands between two grants in one cell; 「・」 is part of 「保有・管理」.
const BETWEEN: [char; 8] = [';', '；', '、', '|', '｜', '/', '／', ' '];

/// How a day may be written.
const DAYS: &[DateFormat] = &[
    DateFormat::Iso,
    DateFormat::Slash,
    DateFormat::WarekiLetter,
    DateFormat::WarekiKanji,
    DateFormat::Ymd8,
];

/// One line: one posting of one member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    /// Line of the file, from 1.
    pub line: u32,
    /// 職員番号, as it is compared.
    pub number: String,
    /// 氏名.
    pub name: String,
    /// 課, 権限, 開始日, 終了日.
    pub posting: NewPosting,
}

/// Every line, or every fault of every line.
pub(super) fn read(bytes: &[u8], profile: &Applied) -> Result<Vec<RosterLine>, Vec<Fault>> {
    let records = table::read(bytes).map_err(|fault| vec![fault])?;
    let Some((header, records)) = records.split_first() else {
        return Err(vec![Fault::new(Code::EmptyFile)]);
    };
    let places = places(header)?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for record in records {
        match line(record, header.cells.len(), places, profile) {
            Ok(line) => lines.push(line),
            Err(found) => faults.extend(found),
        }
    }
    faults.extend(contradictions(&lines));
    faults.sort_by_key(|fault| match fault.place() {
        Some(kernel::Place::Line { line, .. }) => *line,
        _ => 0,
    });
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

/// Where each column stands.
fn places(header: &Record) -> Result<[usize; 6], Vec<Fault>> {
    let mut faults = Vec::new();
    let mut places = [0; 6];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        match header.cells.iter().position(|cell| cell == column) {
            Some(found) => *place = found,
            None => faults.push(wrong(header.line, column, "この列がありません", "this column is missing")),
        }
    }
    for cell in header.cells.iter().filter(|cell| !COLUMNS.contains(&cell.as_str())) {
        faults.push(wrong(header.line, cell, "知らない列です", "there is no such column"));
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

fn line(
    record: &Record,
    columns: usize,
    places: [usize; 6],
    profile: &Applied,
) -> Result<RosterLine, Vec<Fault>> {
    let at = record.line;
    if record.cells.len() != columns {
        let (ja, en) = (format!("{columns}列のはずです"), format!("{columns} columns are expected"));
        return Err(vec![wrong(at, COLUMNS[0], &ja, &en)]);
    }
    let cell = |column: usize| record.cells[places[column]].as_str();
    let mut faults = Vec::new();
    let mut need = |column: usize| {
        if cell(column).is_empty() {
            faults.push(wrong(at, COLUMNS[column], "空欄です", "it is blank"));
        } else if cell(column).contains(char::is_control) {
            let (ja, en) = ("改行か制御文字が入っています", "it holds a line end or a control character");
            faults.push(wrong(at, COLUMNS[column], ja, en));
        }
        cell(column).to_owned()
    };
    let (number, name) = (plain_number(&need(0)), need(1));
    let section = section(at, &need(2), profile).map_err(|fault| faults.extend(fault)).ok();
    let grants = grants(at, cell(3)).map_err(|fault| faults.push(fault)).ok();
    let from = day(at, 4, cell(4)).map_err(|fault| faults.push(fault)).ok();
    let until = match cell(5) {
        "" => Some(None),
        text => day(at, 5, text).map_err(|fault| faults.push(fault)).ok().map(Some),
    };
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        faults.push(wrong(at, COLUMNS[5], "開始日より前です", "it lies before the first day"));
    }
    match (section, grants, from, until) {
        (Some(section), Some(grants), Some(from), Some(until)) if faults.is_empty() => {
            Ok(RosterLine { line: at, number, name, posting: NewPosting { section, grants, from, until } })
        }
        _ => Err(faults),
    }
}

/// A section by its name, as staff write it, or its code.
fn section(line: u32, text: &str, profile: &Applied) -> Result<SectionCode, Option<Fault>> {
    if text.is_empty() {
        return Err(None);
    }
    let found = profile.town.sections.iter().find(|known| known.name == text || known.code.as_str() == text);
    found.map(|section| section.code.clone()).ok_or_else(|| {
        let (ja, en) = (
            format!("「{text}」はこの町の課ではありません"),
            format!("{text} is not a section of this town"),
        );
        Some(wrong(line, COLUMNS[2], &ja, &en))
    })
}

fn grants(line: u32, text: &str) -> Result<Grants, Fault> {
    let words = text.split(BETWEEN).map(str::trim).filter(|word| !word.is_empty());
    let grants = words.map(|word| {
        let known = Grant::ALL.iter().find(|grant| grant.ja() == word || grant.as_str() == word);
        known.copied().ok_or_else(|| {
            let ja = Grant::ALL.iter().map(|grant| grant.ja()).collect::<Vec<_>>().join("、");
            let en = Grant::ALL.iter().map(|grant| grant.as_str()).collect::<Vec<_>>().join(", ");
            let (ja, en) = (
                format!("「{word}」は権限ではありません。書けるのは {ja}"),
                format!("{word} is no grant; known are {en}"),
            );
            wrong(line, COLUMNS[3], &ja, &en)
        })
    });
    let grants = grants.collect::<Result<Grants, _>>()?;
    if grants.is_empty() { Err(wrong(line, COLUMNS[3], "空欄です", "it is blank")) } else { Ok(grants) }
}

fn day(line: u32, column: usize, text: &str) -> Result<NaiveDate, Fault> {
    let read = parse(text, DAYS, EraRule::Strict).ok().and_then(|parsed| parsed.date.day());
    read.ok_or_else(|| {
        let (ja, en) = (
            format!("「{text}」を日として読めません。2026-04-01 や R8.4.1 のように書きます"),
            format!("“{text}” is not a day; write 2026-04-01 or R8.4.1"),
        );
        wrong(line, COLUMNS[column], &ja, &en)
    })
}

/// Lines that are each in order and contradict one another.
fn contradictions(lines: &[RosterLine]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut names: HashMap<&str, &RosterLine> = HashMap::new();
    let mut seen = HashSet::new();
    for line in lines {
        let first = names.entry(&line.number).or_insert(line);
        if first.name != line.name {
            let (ja, en) = (
                format!("{}行目では同じ職員番号が別の氏名です", first.line),
                format!("line {} gives the same number another name", first.line),
            );
            faults.push(wrong(line.line, COLUMNS[1], &ja, &en));
        }
        let grants: Vec<Grant> = line.posting.grants.iter().collect();
        if !seen.insert((&line.number, &line.posting.section, grants, line.posting.from)) {
            faults.push(wrong(
                line.line,
                COLUMNS[0],
                "同じ所属の行がもう一つあります",
                "another line has the same posting",
            ));
        }
    }
    faults
}

/// A fault of one cell.
pub(super) fn wrong(line: u32, column: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::RosterLineInvalid)
        .with("line", line)
        .with("column", column)
        .with_words("why", ja, en)
        .at_line(FILE, line, Some(column.to_owned()))
}
