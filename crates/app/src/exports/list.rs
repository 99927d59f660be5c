//! A list of candidates as a table: who, where the run put them, and on how much.

use exports::{Cell, Charset, Column, Stamp, Table};
use kernel::date::{Grade, wareki};
use kernel::{Fault, Identity};
use rulebook::{Contact, Interval, List};
use store::rows::run::RunRow;

use super::trace::Trace;
use super::{cell, words};
use crate::profiles::Applied;
use crate::runs::Candidate;

/// The media type of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The media type of a CSV, with its charset as IANA names it.
pub(super) const fn csv_type(charset: Charset) -> &'static str {
    match charset {
        Charset::Utf8 => "text/csv; charset=utf-8; header=present",
        Charset::Cp932 => "text/csv; charset=windows-31j; header=present",
    }
}

const COLUMNS: &[(&str, u16)] = &[
    ("氏名", 20),
    ("フリガナ", 20),
    ("生年月日（和暦）", 18),
    ("生年月日（西暦）", 13),
    ("学年", 8),
    ("判定区分", 16),
    ("リスク値（最小）", 9),
    ("リスク値（最大）", 9),
    ("気になる状況（最小）", 9),
    ("気になる状況（最大）", 9),
    ("相談のつながり", 9),
    ("要対協", 9),
    ("分かれば決まる情報（照会先）", 44),
];

/// The table of a list; `left_out` children are on it and not in it.
pub(super) fn table(
    profile: &Applied,
    run: &RunRow,
    (list, left_out): (List, usize),
    shown: &[Candidate],
    stamp: Stamp,
) -> Result<Table, Fault> {
    let rows = shown.iter().map(|candidate| row(candidate, run)).collect::<Result<_, _>>()?;
    Ok(Table {
        title: format!("{} 支援対象の候補：{}", words::rulebook(profile, &run.rulebook), list.ja()),
        stamp,
        remarks: vec![
            ("件数", format!("{}人", shown.len())),
            ("支援措置のため除外", format!("{left_out}人（画面で確認してください）")),
            ("判定", format!("{}（{}を対象日とする判定）", run.id, wareki(run.as_of))),
            ("注意", "判定は候補を示すだけで、支援の要否は人が決めます。".to_owned()),
        ],
        columns: COLUMNS.iter().map(|&(name, width)| Column { name, width }).collect(),
        rows,
    })
}

fn row(candidate: &Candidate, run: &RunRow) -> Result<Vec<Cell>, Fault> {
    let nobody = Identity::default();
    let (who, scored) = (candidate.identity.as_ref().unwrap_or(&nobody), &candidate.scored);
    let birth = who.birth_date.value();
    let grade = birth.map(|date| [date.earliest(), date.latest()].map(|day| Grade::of(day, run.as_of)));
    let grade = grade.filter(|[first, last]| first == last).map(|[grade, _]| grade.ja());
    let unknown = who.birth_date.absence();
    let mut cells = vec![
        cell(who.full_name(), who.family_name.absence()),
        cell(who.full_kana(), who.family_kana.absence()),
        cell(birth.map(|date| date.wareki()), unknown),
        cell(birth.map(ToString::to_string), unknown),
        cell(grade, unknown),
        Cell::text(scored.list.ja()),
    ];
    cells.extend(ends(scored.interval));
    cells.extend(ends(scored.concern));
    let outside = || "対象外の学年".to_owned();
    cells.push(Cell::Text(scored.contact.map_or_else(outside, |contact| Contact::ja(contact).to_owned())));
    cells.push(Cell::text(words::council(scored.known_case)));
    cells.push(Cell::Text(Trace::read(&scored.trace)?.settling().join("、")));
    Ok(cells)
}

/// The least and greatest, each in a cell of its own: an interval is never one number.
fn ends(interval: Option<Interval>) -> [Cell; 2] {
    match interval {
        Some(Interval { low, high }) => [Cell::Number(low.into()), Cell::Number(high.into())],
        None => ["（対象外）"; 2].map(Cell::text),
    }
}
