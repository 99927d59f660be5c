//! Texts that look like no value. Whether they are none, and why, is the town's to say; a draft asks.

/// Words that offices write where there is nothing to write.
const WORDS: [&str; 16] = [
    "不明",
    "未回答",
    "未記入",
    "未入力",
    "未定",
    "該当なし",
    "記載なし",
    "なし",
    "無し",
    "空欄",
    "n/a",
    "na",
    "#n/a",
    "null",
    "none",
    "nan",
];

/// Whether a text looks like no value: signs alone, a word for nothing, or a field filled with nines, or with
/// zeros as long as a date's.
pub(super) fn is_odd(text: &str) -> bool {
    let all = |digit: u8| text.bytes().all(|byte| byte == digit);
    (text.len() >= 3 && all(b'9'))
        || (text.len() >= 6 && all(b'0'))
        || text.chars().all(is_sign)
        || WORDS.contains(&text.to_lowercase().as_str())
}

/// Signs that stand for nothing. ○, × and the like are values: attendance is written with them.
const fn is_sign(c: char) -> bool {
    matches!(
        c,
        '-' | '*'
            | '/'
            | '.'
            | '?'
            | '_'
            | '－'
            | '―'
            | '‐'
            | '−'
            | '–'
            | '—'
            | 'ー'
            | '＊'
            | '／'
            | '・'
            | '？'
            | '…'
            | '〃'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_no_value() {
        for odd in ["-", "－", "***", "9999999", "999", "00000000", "不明", "N/A", "／"] {
            assert!(is_odd(odd), "{odd}");
        }
        for value in ["0", "00", "99", "1", "○", "×", "襷", "A-1", "0001", "R5.4.1"] {
            assert!(!is_odd(value), "{value}");
        }
    }
}
