//! Who made an export, when and why: it stands in every export, on every page, so that a paper that lies about
//! says whose it is.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc};
use kernel::date::wareki;

/// What every export says of its own handling.
pub(crate) const CONFIDENTIAL: &str = "部外秘";

/// Seconds by which Japan is ahead of UTC (日本標準時: 明治28年勅令第167号).
const JST: i32 = 9 * 3600;

/// Who made an export, when and why.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The town's name.
    pub town: String,
    /// The name of the member of staff.
    pub staff: String,
    /// Their section's name.
    pub section: String,
    /// When.
    pub at: DateTime<Utc>,
    /// 利用目的, in words.
    pub purpose: String,
    /// The day the content shows (何月何日時点).
    pub as_of: NaiveDate,
}

impl Stamp {
    /// When it was made, on the clock of Japan.
    pub(crate) fn time(&self) -> String {
        let at = FixedOffset::east_opt(JST)
            .map_or_else(|| self.at.fixed_offset(), |jst| self.at.with_timezone(&jst));
        format!("{} {}", wareki(at.date_naive()), at.format("%H時%M分"))
    }

    /// 「何月何日時点」.
    pub(crate) fn as_of(&self) -> String {
        let day = self.as_of;
        format!("{}年{}月{}日時点", day.year(), day.month(), day.day())
    }

    /// Who and from which section.
    pub(crate) fn by(&self) -> String {
        format!("{}（{}）", self.staff, self.section)
    }

    /// All of it as lines of a table: label and text.
    pub(crate) fn lines(&self) -> [(&'static str, String); 6] {
        [
            ("町村", self.town.clone()),
            ("時点", self.as_of()),
            ("出力した職員", self.by()),
            ("出力日時", self.time()),
            ("利用目的", self.purpose.clone()),
            ("取扱い", CONFIDENTIAL.to_owned()),
        ]
    }
}

#[cfg(test)]
pub(crate) fn example() -> Stamp {
    Stamp {
        town: "開成町".into(),
        staff: "架空　花子".into(),
        section: "子育て健康課".into(),
        at: "2026-11-20T15:04:00Z".parse().unwrap(),
        purpose: "支援の検討・実施".into(),
        as_of: "2026-11-20".parse().unwrap(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_japans() {
        assert_eq!(example().time(), "令和8年11月21日 00時04分", "15:04 UTC is past midnight");
        assert_eq!(example().as_of(), "2026年11月20日時点");
    }
}
