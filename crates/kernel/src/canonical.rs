//! Canonical JSON for anything hashed or signed: RFC 8785 restricted to what we hash — no floats
//! (scoring is integers only), keys sorted by UTF-16 code units, no blanks.

use serde::Serialize;
use serde_json::Value;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// Numbers must be whole and within ±(2^53 − 1) (RFC 7493, I-JSON).
    #[error("a number to be hashed must be a whole number within ±(2^53 − 1)")]
    Number,
    /// The value is not JSON (a map with keys that are no text).
    #[error("the value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Largest whole number every JSON reader keeps exactly (RFC 7493 §2.2).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// The canonical bytes of a value.
///
/// # Errors
/// [`CanonicalError`] when the value holds a float, a number out of range or a non-text key.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(256);
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) => {
            let exact = number.as_u64().is_some_and(|n| n <= MAX_EXACT)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() <= MAX_EXACT);
            if !exact {
                return Err(CanonicalError::Number);
            }
            serde_json::to_writer(&mut *out, number)?;
        }
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (n, (key, item)) in sorted.into_iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(item, out)?;
            }
            out.push(b'}');
        }
        plain => serde_json::to_writer(&mut *out, plain)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        String::from_utf8(to_vec(value).unwrap()).unwrap()
    }

    #[test]
    fn keys_sort_by_utf16() {
        // U+FB33 sorts after U+1F600 by UTF-16 (D83D…), before it by code point (RFC 8785 §3.2.3).
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": [true, null], "a": {"z": -1, "y": "\n"}});
        assert_eq!(
            text(&value),
            "{\"a\":{\"y\":\"\\n\",\"z\":-1},\"b\":[true,null],\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
    }

    #[test]
    fn floats_and_huge_numbers_are_refused() {
        assert!(matches!(to_vec(&json!(1.5)), Err(CanonicalError::Number)));
        assert!(matches!(to_vec(&json!(1.0)), Err(CanonicalError::Number)));
        assert!(matches!(to_vec(&json!(u64::MAX)), Err(CanonicalError::Number)));
        assert_eq!(text(&json!(9_007_199_254_740_991_u64)), "9007199254740991");
    }
}
