//! The same file read by a loop written for nothing else: what the engine, which reads its rules from a
//! configuration, is measured beside. Raw bytes are cut, each cell is decoded, every rule is held; nothing is
//! kept but the count of reasons.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;
use csv::ByteRecord;
use encoding_rs::SHIFT_JIS;

use super::file::COLUMNS;

/// Reads the whole file; gives its rows, and how many are wrong.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> anyhow::Result<(u64, u64)> {
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(1 << 18)
        .from_path(path)
        .with_context(|| format!("reading {}", path.display()))?;
    let (mut record, mut text, mut seen) = (ByteRecord::new(), String::new(), HashSet::new());
    let mut reasons: BTreeMap<(usize, &'static str), u64> = BTreeMap::new();
    let (mut rows, mut rejected) = (0, 0);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        text.clear();
        let mut ends = [0; COLUMNS];
        let mut wrong = record.len() != COLUMNS;
        for (end, cell) in ends.iter_mut().zip(&record) {
            match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(cell) {
                Some(decoded) => text.push_str(&decoded),
                None => wrong = true,
            }
            *end = text.len();
        }
        let cell = |n: usize| {
            let start = n.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
            ends.get(n).and_then(|end| text.get(start..*end)).unwrap_or_default()
        };
        let mut refuse = |n: usize, reason: &'static str| {
            wrong = true;
            *reasons.entry((n, reason)).or_default() += 1;
        };
        check(&cell, &mut seen, &mut refuse);
        rejected += u64::from(wrong);
    }
    Ok((rows, rejected))
}

fn check<'t>(
    cell: &impl Fn(usize) -> &'t str,
    seen: &mut HashSet<u64>,
    refuse: &mut impl FnMut(usize, &'static str),
) {
    match cell(0).parse() {
        Ok(number) if digits(cell(0), 10) => _ = (!seen.insert(number)).then(|| refuse(0, "duplicate")),
        _ => refuse(0, "pattern"),
    }
    let mut hold = |n: usize, holds: bool, reason: &'static str| {
        if !holds {
            refuse(n, reason);
        }
    };
    hold(1, digits(cell(1), 8), "pattern");
    hold(4, matches!(cell(4), "1" | "2"), "code");
    hold(5, era(cell(5)).is_some(), "date");
    hold(6, digits(cell(6), 2), "pattern");
    hold(7, cell(7).len() == 8 && cell(7).as_bytes().get(3) == Some(&b'-'), "pattern");
    hold(10, digits(cell(10), 1), "pattern");
    hold(11, NaiveDate::parse_from_str(cell(11), "%Y%m%d").is_ok(), "date");
    hold(12, era(cell(12)).is_some(), "date");
    hold(13, matches!(cell(13), "A" | "B" | "C"), "code");
    let in_range = |text: &str, most: i64| text.parse().is_ok_and(|number: i64| (0..=most).contains(&number));
    hold(14, matches!(cell(14), "" | "*") || in_range(cell(14), 100_000_000), "number");
    hold(15, in_range(cell(15), 1_000_000), "number");
    hold(16, matches!(cell(16), "" | "01" | "02" | "03" | "99"), "code");
    hold(17, cell(17).is_empty() || slashed(cell(17)).is_some(), "date");
    let tall = |text: &str| text.parse().is_ok_and(|height: f64| (0.0..=250.0).contains(&height));
    hold(18, matches!(cell(18), "" | "999.9") || tall(cell(18)), "number");
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `R05.04.01`, within its era.
fn era(text: &str) -> Option<NaiveDate> {
    let (zero, first, last) = match text.get(..1)? {
        "S" => (1925, (1926, 12, 25), (1989, 1, 7)),
        "H" => (1988, (1989, 1, 8), (2019, 4, 30)),
        "R" => (2018, (2019, 5, 1), (9999, 12, 31)),
        _ => return None,
    };
    let part = |from: usize| text.get(from..from + 2)?.parse::<u32>().ok();
    let day = NaiveDate::from_ymd_opt(zero + i32::try_from(part(1)?).ok()?, part(4)?, part(7)?)?;
    let bound = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day);
    (bound(first)? <= day && day <= bound(last)? && text.len() == 9).then_some(day)
}

fn slashed(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('/').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| parts.next().is_none())
}
