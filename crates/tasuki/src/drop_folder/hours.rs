//! Hours of the day in which files are taken: at night, when nobody waits for an answer.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, Timelike, Utc};

/// Japan's time: nine hours before the world's, without summer time.
const JST_SECONDS: i32 = 9 * 3600;

/// From an hour until before another, in Japan; over midnight when the second comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: u32,
    until: u32,
}

impl FromStr for Hours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hour = |text: &str| text.parse().ok().filter(|hour| *hour <= 24);
        let hours = text.split_once('-').and_then(|(from, until)| Some((hour(from)?, hour(until)?)));
        match hours {
            Some((from, until)) if from != until => Ok(Self { from, until }),
            _ => Err(format!("{text} is not two different hours from 0 to 24, such as 20-5")),
        }
    }
}

impl Hours {
    /// Whether an instant lies in them.
    #[must_use]
    pub fn has(self, at: DateTime<Utc>) -> bool {
        let Some(japan) = FixedOffset::east_opt(JST_SECONDS) else { return true };
        let hour = at.with_timezone(&japan).hour();
        if self.from < self.until {
            (self.from..self.until).contains(&hour)
        } else {
            hour >= self.from || hour < self.until
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_run_over_midnight() {
        let at = |hour: u32| format!("2026-11-30T{hour:02}:30:00+09:00").parse::<DateTime<Utc>>().unwrap();
        let within = |hours: &str| -> Vec<u32> {
            let hours: Hours = hours.parse().unwrap();
            (0..24).filter(|hour| hours.has(at(*hour))).collect()
        };
        assert_eq!(within("20-2"), [0, 1, 20, 21, 22, 23]);
        assert_eq!(within("6-8"), [6, 7]);
        assert_eq!(within("0-24").len(), 24);
        for bad in ["", "20", "20-", "5-5", "25-1", "20:00-5:00"] {
            assert!(bad.parse::<Hours>().is_err(), "{bad}");
        }
    }
}
