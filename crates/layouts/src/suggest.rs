//! Which column of a changed header may be which of the old one. Names are brought to one form, known
//! other names of the same thing count as the same, and the rest is decided by how much two names share.
//! A suggestion is for people to confirm; nothing is ever read by it.

use std::sync::LazyLock;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::text::is_blank;

/// Shared pairs of letters in a hundred from which two names are called alike: 転出年月日 and
/// 転出年月日（確定） share all of the shorter; 住所 and 氏名 nothing.
const ALIKE: u32 = 60;
/// What other names of the same thing score.
const SAME: u32 = 95;

/// A column of the layout and the one of the file it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The column as the layout has it.
    pub declared: String,
    /// The column as the file has it.
    pub found: String,
    /// How sure, in per cent: 100 for names that differ in width, blanks or brackets alone.
    pub score: u32,
}

/// Names of the same thing in municipal systems, made for this project by reading public column lists.
const SYNONYMS: &[&[&str]] = &[
    &["宛名番号", "宛名コード", "住民番号", "個人番号（宛名）", "基本コード", "識別番号"],
    &["世帯番号", "世帯コード", "household_no", "household_id"],
    &["氏名", "名前", "児童氏名", "生徒氏名", "児童生徒氏名", "児童名", "生徒名", "name", "full_name"],
    &[
        "氏名カナ",
        "カナ氏名",
        "氏名フリガナ",
        "フリガナ",
        "ふりがな",
        "氏名_振り仮名（フリガナ）",
        "カナ",
        "よみ",
        "読み",
        "kana",
        "name_kana",
        "furigana",
    ],
    &["氏", "姓", "氏_日本人", "名字", "family_name", "last_name", "surname", "family"],
    &["名", "名_日本人", "given_name", "first_name", "given"],
    &[
        "生年月日",
        "誕生日",
        "生年月日（西暦）",
        "生年月日（和暦）",
        "birth_date",
        "date_of_birth",
        "birthday",
        "birth",
        "dob",
    ],
    &["性別", "性別コード", "性別表記", "性別CD", "sex", "gender"],
    &["続柄", "続柄コード", "続柄コード1", "続柄1", "続柄表記"],
    &["住所", "現住所", "住所_町字番地号表記", "住所_番地号表記", "住所_地番号表記", "address"],
    &["番地", "地番"],
    &["郵便番号", "住所_郵便番号", "〒", "postal_code", "zip_code", "zip"],
    &["電話番号", "電話", "TEL", "連絡先", "phone"],
    &["住民となった年月日", "住民となった日", "住定日", "住所を定めた年月日"],
    &["転出年月日", "転出年月日（確定）", "転出日"],
    &["学籍番号", "児童番号", "生徒番号", "整理番号", "児童コード", "生徒コード", "児童生徒コード"],
    &["年月", "対象年月", "対象月", "集計月", "集計年月"],
    &["遅刻", "遅刻日数", "遅刻数", "遅刻回数", "遅れた回数", "遅れた日数"],
    &["欠席", "欠席日数", "欠席数", "休んだ日数"],
    &["授業日数", "出席すべき日数", "授業のあった日数"],
    &["異動区分", "更新区分", "処理区分"],
    &["開始日", "開始年月日", "認定日", "認定年月日"],
    &["終了日", "終了年月日", "喪失日", "喪失年月日"],
];

/// Columns of a file that are looked at: a row of sixteen thousand names is no header.
const LOOKED_AT: usize = 400;

/// The synonyms, brought to one form.
static BARE: LazyLock<Vec<Vec<String>>> =
    LazyLock::new(|| SYNONYMS.iter().map(|names| names.iter().map(|name| bare(name)).collect()).collect());

/// For each of `declared` the likeliest of `found`, each used once, the surest first.
#[must_use]
pub fn columns(declared: &[String], found: &[String]) -> Vec<Suggestion> {
    let others: Vec<_> = found.iter().take(LOOKED_AT).map(|name| (name, bare(name))).collect();
    let mut pairs: Vec<Suggestion> = Vec::new();
    for one in declared.iter().take(LOOKED_AT) {
        let own = bare(one);
        for (other, bare) in others.iter().filter(|(other, _)| *other != one) {
            let score = alike(&own, bare);
            if score >= ALIKE {
                pairs.push(Suggestion { declared: one.clone(), found: (*other).clone(), score });
            }
        }
    }
    pairs.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.declared.cmp(&other.declared)));
    let mut chosen: Vec<Suggestion> = Vec::new();
    for pair in pairs {
        if !chosen.iter().any(|other| other.declared == pair.declared || other.found == pair.found) {
            chosen.push(pair);
        }
    }
    chosen
}

/// How alike two column names are, in per cent.
#[must_use]
pub fn likeness(one: &str, other: &str) -> u32 {
    alike(&bare(one), &bare(other))
}

fn alike(one: &str, other: &str) -> u32 {
    if one == other {
        return 100;
    }
    let is = |names: &Vec<String>, name: &str| names.iter().any(|synonym| synonym == name);
    let same = BARE.iter().any(|names| is(names, one) && is(names, other));
    if same { SAME } else { shared(one, other) }
}

/// A name without width, blanks, brackets and separators.
fn bare(name: &str) -> String {
    name.nfkc()
        .filter(|c| {
            !is_blank(*c) && !matches!(c, '(' | ')' | '[' | ']' | '【' | '】' | '_' | '-' | '・' | '/' | '.')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Pairs of letters that both have, twice, by all they have (Dice), in per cent; of names in which one
/// holds the other, at least 80, so that what was added or taken away does not hide the rest.
fn shared(one: &str, other: &str) -> u32 {
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (of_one, mut of_other) = (pairs(one), pairs(other));
    let all = of_one.len() + of_other.len();
    if all == 0 {
        return 0;
    }
    let both = of_one
        .iter()
        .filter(|pair| match of_other.iter().position(|found| found == *pair) {
            Some(at) => {
                of_other.swap_remove(at);
                true
            }
            None => false,
        })
        .count();
    let dice = u32::try_from(200 * both / all).unwrap_or_default();
    let shorter = if one.chars().count() < other.chars().count() { one } else { other };
    // A letter of the alphabet says less than a kanji: `id` is in many names.
    let long = shorter.chars().count() >= if shorter.is_ascii() { 4 } else { 2 };
    if long && (one.contains(other) || other.contains(one)) { dice.max(80) } else { dice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_as_found_is_recognised() {
        for (one, other, least) in [
            ("続柄コード", "続柄コード1", 95),
            ("転出年月日", "転出年月日（確定）", 95),
            ("住所_地番号表記", "住所_番地号表記", 95),
            ("氏名カナ", "氏名ｶﾅ", 100),
            ("転出先住所（予定）", "転出先住所(予定)", 100),
            ("番地", "地番", 95),
            ("保険者番号", "保険者番号2", 80),
        ] {
            assert!(likeness(one, other) >= least, "{one} {other} {}", likeness(one, other));
        }
        for (one, other) in [("住所", "氏名"), ("遅刻", "欠席"), ("生年月日", "転出年月日")]
        {
            assert!(likeness(one, other) < ALIKE, "{one} {other} {}", likeness(one, other));
        }
    }

    #[test]
    fn each_column_is_suggested_once() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = columns(
            &names(&["続柄コード", "現住所"]),
            &names(&["備考", "住所", "続柄コード1", "続柄コード2"]),
        );
        let pairs: Vec<_> = found.iter().map(|pair| (pair.declared.as_str(), pair.found.as_str())).collect();
        assert_eq!(pairs, [("現住所", "住所"), ("続柄コード", "続柄コード1")]);
    }
}
