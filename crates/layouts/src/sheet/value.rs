//! The value of a cell as the text that a field reads: numbers without exponent or trailing `.0`, days as
//! `2026-04-01`, errors as the spreadsheet shows them, so that a layout can say what they mean.

use calamine::{DataRef, ExcelDateTime};
use kernel::date::{self, DateFormat, EraRule};

/// Days between the first days of a workbook's two calendars, 1900 and 1904.
const LATE_EPOCH: f64 = 1_462.0;
/// Whole numbers up to here are exact in a cell.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The text of a value; `None` for a cell that says nothing.
pub(super) fn text(value: &DataRef<'_>, late_epoch: bool) -> Option<String> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => self::number(*number),
        DataRef::Bool(flag) => u8::from(*flag).to_string(),
        DataRef::DateTime(moment) => self::moment(moment, late_epoch),
        // `2026-04-01T00:00:00`: layouts keep days.
        DataRef::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    })
}

/// A number as the shortest decimal that is the same number; Rust writes none with an exponent.
fn number(number: f64) -> String {
    // `-0` is a spreadsheet's 0.
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// A day; a time of day or a duration stays the number it is.
fn moment(moment: &ExcelDateTime, late_epoch: bool) -> String {
    let shifted = moment.as_f64() + if late_epoch { LATE_EPOCH } else { 0.0 };
    let day = shifted.floor();
    if moment.is_duration() || !(1.0..EXACT).contains(&day) {
        return number(moment.as_f64());
    }
    match date::parse(&number(day), &[DateFormat::ExcelSerial], EraRule::Strict) {
        Ok(parsed) => parsed.date.to_string(),
        Err(_) => number(moment.as_f64()),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn values_as_fields_read_them() {
        let day = |serial| DataRef::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false));
        for (value, late, written) in [
            (DataRef::Float(145.3), false, "145.3"),
            (DataRef::Float(1.0), false, "1"),
            (DataRef::Float(1e20), false, "100000000000000000000"),
            (DataRef::Float(-0.0), false, "0"),
            (DataRef::Bool(true), false, "1"),
            (day(45_017.0), false, "2023-04-01"),
            (day(45_017.75), false, "2023-04-01"),
            (day(43_555.0), true, "2023-04-01"),
            (day(60.0), false, "60"),
            (day(0.5), false, "0.5"),
            (DataRef::DateTimeIso("2023-04-01T10:00:00".to_owned()), false, "2023-04-01"),
            (DataRef::Error(calamine::CellErrorType::NA), false, "#N/A"),
        ] {
            assert_eq!(text(&value, late).as_deref(), Some(written));
        }
        assert_eq!(text(&DataRef::Empty, false), None);
    }
}
