//! Days and times that clients send: written in one way, and of years that have an era and four digits. What
//! lies outside would be kept and then not be readable any more.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Years that a day may be of: from the first year of 明治 to the last of four digits.
const YEARS: std::ops::RangeInclusive<i32> = 1868..=9999;

/// Why a text is no day.
pub(super) const NO_DAY: &str = "it is no day written like 2026-04-01, of the years 1868 to 9999";

/// Why a text is no time.
pub(super) const NO_TIME: &str = "it is no time written like 2026-04-01T09:00:00Z, of the years 1868 to 9999";

/// A day in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenDay(NaiveDate);

impl From<GivenDay> for NaiveDate {
    fn from(day: GivenDay) -> Self {
        day.0
    }
}

/// A text that is no day.
#[derive(Debug, PartialEq, Eq)]
pub struct NoDay;

impl fmt::Display for NoDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NO_DAY)
    }
}

impl FromStr for GivenDay {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        // chrono would also read `+002026-4-1`.
        let shaped = text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let day =
            text.parse::<NaiveDate>().ok().filter(|day| shaped && text.len() == 10 && is_of_years(*day));
        day.map(Self).ok_or(NoDay)
    }
}

fn is_of_years(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// Reads a day of a body: `#[serde(deserialize_with = "day::read")]`.
///
/// # Errors
/// When it is no text or no day.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map(|GivenDay(day)| day).map_err(Error::custom)
}

/// Reads a day that may be left out: `#[serde(default, deserialize_with = "day::read_optional")]`.
///
/// # Errors
/// When it is neither null nor a day.
pub(crate) fn read_optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| text.parse().map(|GivenDay(day)| day).map_err(Error::custom)).transpose()
}

/// Reads a time of a body: `#[serde(deserialize_with = "day::read_time")]`.
///
/// # Errors
/// When it is no text or no time.
pub(crate) fn read_time<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    time(&String::deserialize(from)?).map_err(Error::custom)
}

/// Reads a time that may be left out.
///
/// # Errors
/// When it is neither null nor a time.
pub(crate) fn read_time_optional<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| time(&text).map_err(Error::custom)).transpose()
}

fn time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| NO_TIME)?.to_utc();
    if is_of_years(time.date_naive()) { Ok(time) } else { Err(NO_TIME) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way() {
        for text in ["2026-04-01", "2024-02-29", "1868-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<GivenDay>().unwrap().0.to_string(), text);
        }
        for text in [
            "",
            "2026-4-1",
            "2026-02-29",
            "0000-01-01",
            "1867-12-31",
            "-2026-04-01",
            "+002026-04-01",
            "+262142-12-31",
            "10000-01-01",
            "2026/04/01",
            "R8.4.1",
            "2026-04-01 ",
            " 2026-04-01",
            "2026-04-01T00:00:00Z",
            "２０２６-04-01",
        ] {
            assert_eq!(text.parse::<GivenDay>(), Err(NoDay), "{text}");
        }
    }

    /// Every day and time of a body is read here: chrono alone would take what cannot be read again.
    #[test]
    fn no_body_reads_days_otherwise() {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/v1"))];
        let mut read = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let code = std::fs::read_to_string(&path).unwrap();
                for shape in code.split("\n}\n").filter(|shape| shape.contains("Deserialize, ToSchema)]")) {
                    let mut before = "";
                    for line in shape.lines() {
                        let kind = line.rsplit_once(": ").map_or("", |(_, kind)| kind);
                        if ["NaiveDate,", "Option<NaiveDate>,", "DateTime<Utc>,", "Option<DateTime<Utc>>,"]
                            .contains(&kind)
                            && !shape.contains("Serialize, Deserialize")
                        {
                            read += 1;
                            assert!(before.contains("request::day::read"), "{}: {line}", path.display());
                        }
                        before = line;
                    }
                }
            }
        }
        assert!(read >= 20, "{read}");
    }

    #[test]
    fn a_time_is_of_years_that_have_an_era() {
        assert_eq!(time("2026-04-01T09:00:00+09:00").unwrap().to_string(), "2026-04-01 00:00:00 UTC");
        for text in
            ["2026-04-01", "0000-01-01T00:00:00Z", "+262142-12-31T00:00:00Z", "9999-12-31T23:59:59-09:00"]
        {
            assert_eq!(time(text), Err(NO_TIME), "{text}");
        }
    }
}
