//! Spellings of one person meet; those of two persons stay apart.

use kernel::Known;
use proptest::prelude::*;

use super::*;

#[test]
fn readings_of_one_person_meet() {
    for (a, b) in [
        ("ｻﾄｳ ﾊﾅｺ", "サトウ　ハナコ"),
        ("さとう はなこ", "サトウハナコ"),
        ("ﾊﾞﾊﾟ", "バパ"),
        ("ハ゛ハ゜", "バパ"),
        ("ハ\u{3099}", "バ"),
        ("ｶ ﾞﾝ", "ガン"),
        ("リョウタ", "リヨウタ"),
        ("ハットリ", "ハツトリ"),
        ("チヅル", "チズル"),
        ("ヂュンコ", "ジュンコ"),
        ("カヲル", "カオル"),
        ("ヱミ", "エミ"),
        ("ユーキ", "ユ-キ"),
        ("ジャン・ポール", "ジャン ポール"),
        ("ジャン＝ポール", "ｼﾞｬﾝ･ﾎﾟｰﾙ"),
        ("Smith John", "ＳＭＩＴＨ　ＪＯＨＮ"),
        ("イチガヤ\u{200B}", "イチガヤ"),
        ("シヵ", "シカ"),
    ] {
        assert_eq!(kana_key(a), kana_key(b), "{a} {b}");
        assert!(!kana_key(a).is_empty());
    }
}

#[test]
fn readings_of_two_persons_stay_apart() {
    for (a, b) in
        [("ハル", "バル"), ("サトウ", "カトウ"), ("ヴァン", "バン"), ("ジュン", "シュン"), ("ソン", "ンソ")]
    {
        assert_ne!(kana_key(a), kana_key(b), "{a} {b}");
    }
    assert_eq!(kana_key("　ー・"), "");
}

#[test]
fn strict_and_loose_names() {
    // (one, other, strictly equal, loosely equal)
    for (a, b, strict, loose) in [
        ("高橋　花子", "高橋 花子", true, true),
        ("髙橋花子", "高橋花子", false, true),
        ("山﨑", "山崎", false, true),
        ("渡邊", "渡邉", false, true),
        ("渡辺", "渡邊", false, true),
        ("齋藤", "斉藤", false, true),
        ("斎藤", "齊藤", false, true),
        ("濵田", "浜田", false, true),
        ("德田", "徳田", false, true),
        ("𠮷田", "吉田", false, true),
        ("辻\u{E0100}", "辻", true, true),
        ("\u{FA4F}", "\u{7950}", true, true),
        ("祐\u{FE00}", "祐", true, true),
        ("\u{FA4E}", "祈", true, true),
        ("さくら", "サクラ", false, true),
        ("市ヶ谷", "市ケ谷", false, true),
        ("Ｓｍｉｔｈ", "SMITH", true, true),
        ("佐藤", "佐東", false, false),
        ("大田", "太田", false, false),
    ] {
        assert_eq!(strict_name_key(a) == strict_name_key(b), strict, "strict {a} {b}");
        assert_eq!(loose_name_key(a) == loose_name_key(b), loose, "loose {a} {b}");
    }
}

#[test]
fn unreadable_characters_are_known_as_such() {
    assert!("〓□\u{E001}\u{F0001}\u{FFFD}".chars().all(is_unreadable));
    assert!(!"高ア々A".chars().any(is_unreadable));
}

fn identity(kana: (&str, &str), birth: &str, sex: Sex) -> Identity {
    Identity {
        family_kana: Known::Present(kana.0.into()),
        given_kana: Known::Present(kana.1.into()),
        birth_date: Known::Present(birth.parse().unwrap()),
        sex: Known::Present(sex),
        ..Identity::default()
    }
}

#[test]
fn a_tuple_is_whole_or_is_not() {
    let tuple = MatchTuple::of(&identity(("ﾀｶﾊｼ", "ﾊﾅ"), "2019-04-01", Sex::Female)).unwrap();
    assert_eq!((tuple.kana_key.as_str(), tuple.birth_iso.as_str()), ("タカハシハナ", "2019-04-01"));
    assert_eq!(tuple.sex_code(), "female");
    assert_eq!(format!("{tuple:?}"), "MatchTuple(redacted)");
    let other = MatchTuple::of(&identity(("タカハシ", "ハナ"), "2019-04-01", Sex::Other)).unwrap();
    assert_eq!(other.sex_code(), "");
    for partial in [
        identity(("タカハシ", "ハナ"), "2019-04", Sex::Female),
        identity(("・", "ー"), "2019-04-01", Sex::Female),
        identity(("タカハシ", "〓ナ"), "2019-04-01", Sex::Female),
        Identity { birth_date: Known::NOT_COLLECTED, ..identity(("ア", "イ"), "2019", Sex::Male) },
        Identity::default(),
    ] {
        assert_eq!(MatchTuple::of(&partial), None);
    }
}

proptest! {
    #[test]
    fn keys_are_stable_under_another_pass(text in "[ぁ-ゖァ-ヺｦ-ﾟ゛゜ー・一-鿿Ａ-ｚ 　a-z髙﨑]{0,12}") {
        for key in [kana_key, strict_name_key, loose_name_key] {
            let once = key(&text);
            prop_assert_eq!(key(&once), once);
        }
    }

    #[test]
    fn strictly_equal_is_loosely_equal(a in "[髙高﨑崎邊辺さサﾞｻ ]{0,4}", b in "[髙高﨑崎邊辺さサﾞｻ ]{0,4}") {
        if strict_name_key(&a) == strict_name_key(&b) {
            prop_assert_eq!(loose_name_key(&a), loose_name_key(&b));
        }
    }
}
