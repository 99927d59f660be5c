//! 法的根拠: why a source may be taken in at all. Without an entry there is no load, and after its end
//! there is none either until somebody renews the decision.

use chrono::NaiveDate;
use kernel::{Code, Fault, SourceCode};
use layouts::config::reader::TableReader;

/// The legal entry of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legal {
    /// 利用目的.
    pub purpose: String,
    /// 根拠条文.
    pub article: String,
    /// Who decided (決裁者).
    pub decided_by: String,
    /// When.
    pub decided_on: NaiveDate,
    /// The last day on which the source may be loaded.
    pub until: NaiveDate,
}

impl Legal {
    /// Whether a load of `source` on the day `on` rests on this entry.
    ///
    /// # Errors
    /// `legal_entry_expired` after its last day.
    pub fn check(&self, source: &SourceCode, on: NaiveDate) -> Result<(), Fault> {
        if on <= self.until {
            return Ok(());
        }
        Err(Fault::new(Code::LegalEntryExpired).with("source", source).with("until", self.until))
    }

    /// Reads `[legal]`; a source without one is `legal_entry_missing`.
    pub(crate) fn read(root: &mut TableReader<'_>, source: &str) -> Option<Self> {
        root.needs("legal");
        let Some(mut table) = root.table("legal") else {
            // A `legal` that is no table has its fault already.
            if !root.has("legal") {
                let spot = root.spot();
                let fault = Fault::new(Code::LegalEntryMissing).with("source", source);
                root.report(fault.at_line(spot.file(), spot.line(), Some("legal".to_owned())));
            }
            return None;
        };
        let purpose = text(&mut table, "purpose");
        let article = text(&mut table, "article");
        let decided_by = text(&mut table, "decided_by");
        let decided_on = table.need::<NaiveDate>("decided_on");
        let until = table.need::<NaiveDate>("until");
        let (decided_on, until) = (decided_on?, until?);
        if until.value < decided_on.value {
            table.report(until.spot.invalid("決定の日より前です", "it is before the day of the decision"));
        }
        Some(Self {
            purpose: purpose?,
            article: article?,
            decided_by: decided_by?,
            decided_on: decided_on.value,
            until: until.value,
        })
    }
}

/// A text that says something: blank is a fault.
pub(crate) fn text(table: &mut TableReader<'_>, key: &'static str) -> Option<String> {
    let text = table.need::<String>(key)?;
    if text.value.trim().is_empty() {
        table.report(text.spot.invalid("空欄です", "it is blank"));
        return None;
    }
    Some(text.value)
}
