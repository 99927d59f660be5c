//! What serde and the parsers say of a value, in the words of whoever reads it. They speak English, and of the
//! types of this program; staff read Japanese, and of what to write.

use super::day;

/// What a parser says, in Japanese. What it does not foresee stays in English rather than unsaid.
pub(super) fn in_japanese(why: &str) -> String {
    if why.starts_with("missing field") {
        "この項目は必要です".to_owned()
    } else if why.starts_with("unknown field") {
        format!("知らない項目です{}", known(why))
    } else if why.starts_with("unknown variant") {
        format!("知らない値です{}", known(why))
    } else if why.starts_with("duplicate field") {
        "二度書かれています".to_owned()
    } else if why.starts_with("invalid type") {
        format!("型が違います。{}で書きます", kind(why).0)
    } else if why.starts_with("invalid value") {
        let found = why.split('`').nth(1).map_or(String::new(), |found| format!("{found} は"));
        format!("{found}使えない値です。{}で書きます", kind(why).0)
    } else {
        said(why)
    }
}

/// The same in English, without the names of this program's types.
pub(super) fn in_english(why: &str) -> String {
    match why.rsplit_once("expected ") {
        Some((found, _)) if why.starts_with("invalid ") => format!("{found}expected {}", kind(why).1),
        _ => why.to_owned(),
    }
}

/// What this program's own parsers say.
fn said(why: &str) -> String {
    let told = match why {
        "it is blank" => "空欄です",
        "it holds a control character" => "使えない制御文字があります",
        day::NO_DAY => "2026-04-01 の形の、実在する日ではありません（1868年から9999年まで）",
        day::NO_TIME => "2026-04-01T09:00:00Z の形の日時ではありません（1868年から9999年まで）",
        "a town code is exactly six digits" => "町村コードは数字6桁です",
        "a name is 1 to 64 lower-case letters, digits and underscores, beginning with a letter" => {
            "英小文字で始まる、英小文字・数字・_ の1～64文字の名前（課は mayor/kosodate のように 機関/課）で書きます"
        }
        "provided string was not `true` or `false`" => "true か false で書きます",
        _ if is_of_number(why) => "決められた範囲の整数で書きます",
        _ => "",
    };
    if !told.is_empty() {
        return told.to_owned();
    }
    let between = |before: &str, after: &str| why.strip_prefix(before)?.strip_suffix(after);
    if let Some(most) = between("it is longer than ", " characters") {
        format!("{most}文字を超えています")
    } else if let Some(prefix) = between("expected an id of the form ", "_ followed by 32 hexadecimal digits")
    {
        format!("{prefix}_ に続く32桁の16進数ではありません")
    } else if let Some(digit) = why.strip_prefix("the check digit of this town code should be ") {
        format!("町村コードの検査数字が合いません（{digit} のはずです）")
    } else if why.starts_with("expected one of") || why.starts_with("not a ") {
        format!("知らない値です{}", known(why))
    } else {
        format!("形が違います：{why}")
    }
}

/// What the standard library says of a text that is no whole number.
fn is_of_number(why: &str) -> bool {
    why.starts_with("number too ") || why.contains("digit found in string") || why.contains("parse integer")
}

/// `。使えるのは a、b です`, as far as the parser says what there is.
fn known(why: &str) -> String {
    let listed = ["expected one of: ", "expected one of ", "expected ", " are: ", ": write "]
        .iter()
        .find_map(|before| why.split_once(before));
    let Some((_, listed)) = listed.filter(|(_, listed)| !listed.starts_with("there are no")) else {
        return String::new();
    };
    let words: Vec<&str> = listed.split([',', '`', ' ']).filter(|word| is_word(word)).collect();
    let words = words.join("、").replace("、to、", "～");
    format!("。使えるのは {words} です")
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word != "or"
}

/// The kind of value that serde expected.
fn kind(why: &str) -> (&'static str, &'static str) {
    let expected = why.rsplit_once("expected ").map_or("", |(_, expected)| expected);
    match expected {
        "a string" | "a borrowed string" => ("文字列（\"…\"）", "a string"),
        "a boolean" => ("true か false ", "true or false"),
        "a sequence" => ("配列（[…]）", "an array"),
        "a map" | "an object" => ("オブジェクト", "an object"),
        _ if expected.starts_with("struct") || expected.contains("enum") => ("オブジェクト", "an object"),
        _ if expected.starts_with(['u', 'i']) => ("決められた範囲の整数", "a whole number within its bounds"),
        _ => ("文書（/docs）にある型", "what the documentation at /docs says"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_parsers_say_is_said_in_japanese() {
        let category = "x".parse::<kernel::Category>().unwrap_err().to_string();
        let grade = "x".parse::<kernel::date::Grade>().unwrap_err().to_string();
        let id = "x".parse::<kernel::id::PersonId>().unwrap_err().to_string();
        let section = "x".parse::<kernel::SectionCode>().unwrap_err().to_string();
        let grant = "x".parse::<kernel::Grant>().unwrap_err().to_string();
        for (why, ja) in [
            (&*category, "知らない値です。使えるのは register、household、"),
            (&grade, "使えるのは preschool、elementary_1～elementary_6、"),
            (&id, "per_ に続く32桁の16進数ではありません"),
            (&section, "mayor/kosodate"),
            (&grant, "知らない値です。使えるのは overall_manager、holder、"),
            ("it is longer than 4000 characters", "4000文字を超えています"),
            ("unknown variant `x`, expected `a` or `b`", "知らない値です。使えるのは a、b です"),
            ("unknown field `x`, expected one of `a`, `b`, `c`", "知らない項目です。使えるのは a、b、c です"),
            ("unknown field `x`, there are no fields", "知らない項目です"),
            ("invalid type: null, expected struct NewNote", "型が違います。オブジェクトで書きます"),
            (
                "invalid value: integer `-1`, expected u32",
                "-1 は使えない値です。決められた範囲の整数で書きます",
            ),
        ] {
            let said = in_japanese(why);
            assert!(said.contains(ja), "{why}: {said}");
            let english =
                said.split([' ', '。', '、', '：']).filter(|word| ["expected", "of", "a"].contains(word));
            assert!(why.contains("`a`") || english.count() == 0, "{said}");
        }
        assert_eq!(
            in_english("invalid type: null, expected struct NewNote"),
            "invalid type: null, expected an object"
        );
        assert_eq!(in_english("missing field `x`"), "missing field `x`");
    }
}
