//! A sample of each layout of the tests reads back whole.

use super::*;
use crate::decode::{DecodeOptions, Decoder};
use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, layout};
use crate::row::Outcome;

fn day() -> NaiveDate {
    "2026-11-20".parse().unwrap()
}

/// Rows, rejects, and absent values of persons.
fn read(text: &str) -> (u64, Vec<&'static str>) {
    let layout = layout(text);
    let made = sample(&layout, day(), "mihon").unwrap();
    assert_eq!(made, sample(&layout, day(), "mihon").unwrap(), "the same bytes");
    let mut options = DecodeOptions::new("mihon".parse().unwrap(), day());
    options.file_name = Some(made.name.clone());
    let mut rejects = Vec::new();
    let mut out = |outcome: Outcome<'_>| {
        if let Outcome::Reject(reject) = outcome {
            rejects.extend(reject.reasons.iter().map(|fault| fault.code().as_str()));
        }
    };
    let mut decoder = Decoder::new(&layout, &options);
    decoder.push(&made.bytes, &mut out).unwrap();
    let summary = decoder.finish(&mut out).unwrap();
    (summary.rows, rejects)
}

#[test]
fn what_is_made_up_is_read() {
    for text in [REGISTER, ATTENDANCE, PROTECTION] {
        assert_eq!(read(text), (6, vec![]));
    }
    for encoding in ["utf8", "utf16le", "euc_jp"] {
        let text = REGISTER.replace("encoding = \"cp932\"", &format!("encoding = \"{encoding}\""));
        assert_eq!(read(&text), (6, vec![]), "{encoding}");
    }
}

#[test]
fn a_file_is_called_as_its_layout_asks() {
    let made = sample(&layout(REGISTER), day(), "register").unwrap();
    assert_eq!(
        (made.name.as_str(), made.media_type),
        ("register_20261120.csv", "text/csv; charset=windows-31j")
    );
    let month = "to = \"record.month\"\n";
    let at = ATTENDANCE.find(month).unwrap() + month.len();
    let (before, after) = ATTENDANCE.split_at(at);
    let after = after.split_once("position").unwrap().1.split_once('\n').unwrap().1;
    let named = format!("{before}capture = \"month\"\n{after}");
    let named = named.replace("[file]\n", "[file]\nname = \"shukketsu_{month}_*.csv\"\n");
    let made = sample(&layout(&named), day(), "attendance").unwrap();
    assert_eq!(made.name, "shukketsu_202610_.csv");
    assert_eq!(read(&named), (6, vec![]));
}
