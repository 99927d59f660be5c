//! Whole numbers, and decimals in other units that become whole. No floating point: what does not come
//! out even is refused, never rounded.

use kernel::Code;

use super::{check_digits, padded};
use crate::cell::Cell;
use crate::layout::Reckon;
use crate::refusal::Refusal;

/// Decimals that are written at most.
const DECIMALS: u32 = 12;

const NO_NUMBER: Refusal = Refusal::Plain(Code::NotANumber);

/// Reads a number; one of which the field says that its 0 is no value may be absent.
pub(super) fn read(
    text: &str,
    range: Option<(i64, i64)>,
    digits: Option<(usize, usize)>,
    pad: usize,
    reckon: &Reckon,
) -> Result<Cell, Refusal> {
    let narrow: String = text.chars().map(narrow).collect();
    let narrow = padded(narrow, pad);
    check_digits(&narrow, digits)?;
    let number = if reckon.is_plain() { whole(&narrow)? } else { reckoned(&narrow, reckon)? };
    match (range, reckon.zero) {
        (_, Some(reason)) if number == 0 => Ok(Cell::Absent(reason)),
        (Some((low, high)), _) if !(low..=high).contains(&number) => Err(Refusal::OutOfRange(low, high)),
        _ => Ok(Cell::Int(number)),
    }
}

/// Writes a number as [`read`] reads it back; `None` when it does not come out even in the file's unit.
pub(super) fn write(number: i64, pad: usize, reckon: &Reckon) -> Option<String> {
    if reckon.is_plain() {
        return Some(padded(number.to_string(), pad));
    }
    let (times, over) = reckon.factor;
    let above = i128::from(number).checked_mul(i128::from(over))?;
    let below = i128::from(times).checked_mul(10_i128.checked_pow(reckon.scale)?)?;
    // The fewest decimals with which the number is exact; a third of an hour has none.
    let (value, decimals) = (0..=DECIMALS).find_map(|decimals| {
        let grown = above.checked_mul(10_i128.checked_pow(decimals)?)?;
        (grown % below == 0).then_some((grown / below, decimals))
    })?;
    let (sign, digits) = (if value < 0 { "-" } else { "" }, value.unsigned_abs().to_string());
    let decimals = usize::try_from(decimals).ok()?;
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (before, after) = digits.split_at(digits.len() - decimals);
    Some(if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") })
}

/// Full-width digits and signs as ASCII.
fn narrow(c: char) -> char {
    match c {
        // Full-width digits stand in the order of ASCII.
        '０'..='９' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        '－' | '−' => '-',
        '．' => '.',
        c => c,
    }
}

/// A whole number, also as a spreadsheet or a script writes it that has kept it as a decimal (`3.0`).
fn whole(text: &str) -> Result<i64, Refusal> {
    let zeros = |(_, after): &(&str, &str)| !after.is_empty() && after.bytes().all(|byte| byte == b'0');
    let text = text.split_once('.').filter(zeros).map_or(text, |(before, _)| before);
    // Rust reads a plus, which no system writes.
    text.parse().ok().filter(|_| !text.starts_with('+')).ok_or(NO_NUMBER)
}

/// A decimal in the file's unit as a whole number of the item's.
fn reckoned(text: &str, reckon: &Reckon) -> Result<i64, Refusal> {
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let after = after.trim_end_matches('0');
    if !after.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NO_NUMBER);
    }
    let mantissa = whole(&format!("{before}{after}"))?;
    let (times, over) = reckon.factor;
    let decimals = u32::try_from(after.len()).map_err(|_| NO_NUMBER)?;
    let power = |of: u32| 10_i128.checked_pow(of).ok_or(NO_NUMBER);
    let above = i128::from(mantissa)
        .checked_mul(i128::from(times))
        .and_then(|above| above.checked_mul(power(reckon.scale).ok()?))
        .ok_or(NO_NUMBER)?;
    let below = power(decimals)?.checked_mul(i128::from(over)).ok_or(NO_NUMBER)?;
    if above % below != 0 {
        return Err(Refusal::Plain(Code::NotWhole));
    }
    i64::try_from(above / below).map_err(|_| NO_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn reckon(scale: u32, factor: (i64, i64)) -> Reckon {
        Reckon { scale, factor, unit: None, zero: None }
    }

    #[test]
    fn decimals_become_whole_and_lead_back() {
        for (text, reckon, number, written) in [
            ("145.3", reckon(1, (1, 1)), 1453, "145.3"),
            ("145.30", reckon(1, (1, 1)), 1453, "145.3"),
            ("145", reckon(1, (1, 1)), 1450, "145"),
            ("-0.5", reckon(1, (1, 1)), -5, "-0.5"),
            ("12.5", reckon(0, (1_000, 1)), 12_500, "12.5"),
            ("1453", reckon(0, (1, 1)), 1453, "1453"),
            ("3.0", reckon(0, (1, 1)), 3, "3"),
            ("１４５．３", reckon(1, (1, 1)), 1453, "145.3"),
            ("1450", reckon(0, (1, 10)), 145, "1450"),
            ("1453", reckon(1, (1, 10)), 1453, "1453"),
        ] {
            assert_eq!(read(text, None, None, 0, &reckon), Ok(Cell::Int(number)), "{text}");
            let back = write(number, 0, &reckon).unwrap();
            assert_eq!(back, written, "{text}");
            assert_eq!(read(&back, None, None, 0, &reckon), Ok(Cell::Int(number)), "{text}");
        }
    }

    #[test]
    fn nothing_is_rounded() {
        let whole = |text: &str, reckon: Reckon| read(text, None, None, 0, &reckon);
        assert_eq!(whole("145.35", reckon(1, (1, 1))), Err(Refusal::Plain(Code::NotWhole)));
        assert_eq!(whole("1453", reckon(0, (1, 10))), Err(Refusal::Plain(Code::NotWhole)));
        for part in ["145.3", "3.", "-.0", "3.0.0"] {
            assert_eq!(whole(part, reckon(0, (1, 1))), Err(NO_NUMBER), "{part}");
        }
        for none in ["", "-", ".", ".-5", "+5", "1.2.3", "1e5", "一", "99999999999999999999", "1,200"] {
            assert_eq!(whole(none, reckon(1, (1, 1))), Err(NO_NUMBER), "{none}");
        }
        assert_eq!(whole("9223372036854775807", reckon(6, (1_000_000, 1))), Err(NO_NUMBER));
    }
}
