//! Values as staff read them on paper.

use exports::Fact;
use kernel::date::{PartialDate, wareki};
use kernel::{Datum, ItemCode, Known, ResidentStatus, Sex, Value, When};

use crate::profiles::Applied;

/// A record's item and what it says, with its unit; or the reason it says nothing.
pub(super) fn fact(profile: &Applied, item: &ItemCode, datum: &Datum) -> Fact {
    let known = profile.cooperative.items.get(item);
    let label = known.map_or_else(|| item.to_string(), |def| def.ja.clone());
    let unit = known.and_then(|def| def.unit.as_deref()).unwrap_or_default();
    let called = known.and_then(|def| def.called(datum)).map(str::to_owned);
    match datum {
        Known::Present(value) => {
            Fact { label, said: called.unwrap_or_else(|| self::value(value, unit)), absent: false }
        }
        Known::Absent(reason) => Fact { label, said: reason.ja().to_owned(), absent: true },
    }
}

fn value(value: &Value, unit: &str) -> String {
    match value {
        Value::Bool(true) => "有".to_owned(),
        Value::Bool(false) => "無".to_owned(),
        Value::Int(count) => format!("{count}{unit}"),
        Value::Code(text) | Value::Text(text) => text.clone(),
        Value::Date(date) => date.wareki(),
        Value::Month(month) => month.wareki(),
    }
}

/// When something was so.
pub(super) fn when(when: &When) -> String {
    match when {
        When::At(date) => date.wareki(),
        When::Month(month) => month.wareki(),
        When::Period { from, until } => {
            let from = from.map_or_else(|| "始期不明".to_owned(), PartialDate::wareki);
            let until = until.map_or_else(String::new, PartialDate::wareki);
            format!("{from}から{until}")
        }
        When::AsOf(day) => format!("{}時点", wareki(*day)),
    }
}

/// The least and greatest, as one reads them.
pub(super) fn interval(low: u8, high: u8) -> String {
    if low == high { format!("{low}点") } else { format!("{low}点から{high}点") }
}

/// What staff call a rulebook.
pub(super) fn rulebook(profile: &Applied, code: &str) -> String {
    let known = profile.town.rulebooks.iter().find(|(known, _)| known.as_str() == code);
    known.map_or_else(|| code.to_owned(), |(_, rules)| rules.rulebook.title.ja.clone())
}

/// A source's name as staff see it.
pub(super) fn source(profile: &Applied, code: &str) -> String {
    let known = profile.town.sources.iter().find(|(known, _)| known.as_str() == code);
    known.map_or_else(|| code.to_owned(), |(_, source)| source.name.clone())
}

/// 要対協: whether the council knows a child.
pub(super) const fn council(known_case: Option<bool>) -> &'static str {
    match known_case {
        Some(true) => "既把握",
        Some(false) => "新規",
        None => "不明",
    }
}

/// 性別, as the source states it.
pub(super) const fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "男",
        Sex::Female => "女",
        Sex::Other => "その他・不明",
    }
}

/// 住民状態.
pub(super) const fn status(status: ResidentStatus) -> &'static str {
    match status {
        ResidentStatus::Resident => "現住民",
        ResidentStatus::MovedOut => "転出者",
        ResidentStatus::Deceased => "死亡者",
        ResidentStatus::Removed => "消除者",
        ResidentStatus::Unregistered => "住登外",
    }
}
