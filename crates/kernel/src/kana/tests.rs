//! Spellings of one sound are found as one, and names stand in 五十音順.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

fn folded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    fold(text, &mut bytes);
    bytes
}

fn ordered(family: &str, given: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    order([family, given], &mut bytes);
    bytes
}

fn finds(typed: &str, reading: &str) -> bool {
    Sought::read(typed).unwrap_or_else(|| panic!("{typed} is not read")).begins(&folded(reading))
}

#[test]
fn spellings_of_one_sound_fold_to_one() {
    for (a, b) in [
        ("なかむら", "ナカムラ"),
        ("ﾅｶﾑﾗ", "ナカムラ"),
        ("ﾀﾞﾝﾉ", "ダンノ"),
        ("ダ ンノ", "ダンノ"),
        ("タ゛ンノ", "ダンノ"),
        ("ヂ", "ジ"),
        ("みかづき", "ミカズキ"),
        ("キヨウコ", "キョウコ"),
        ("ハットリ", "ハツトリ"),
        ("ヰト", "イト"),
        ("ゑいこ", "エイコ"),
        ("みさを", "ミサオ"),
        ("ヴァイオレット", "バイオレット"),
        ("ヴィオラ", "ビオラ"),
        ("ヴアン", "バン"),
        ("レヴ", "レブ"),
        ("ユーキ", "ユウキ"),
        ("オータ", "オオタ"),
        ("オウタ", "オオタ"),
        ("ケーコ", "ケイコ"),
        ("サトー", "サトウ"),
        ("マリー", "マリイ"),
        ("ー", ""),
        ("メアリー・アン", "メアリイアン"),
        ("ヵヶ", "カケ"),
    ] {
        assert_eq!(folded(a), folded(b), "{a} {b}");
    }
    for (a, b) in
        [("ユキ", "ユウキ"), ("カ", "ガ"), ("ハ", "パ"), ("シンイチ", "シニチ"), ("ン", "ソ"), ("ブ", "フ")]
    {
        assert_ne!(folded(a), folded(b), "{a} {b}");
    }
    assert_eq!(folded("カ〓").len(), 2, "what is no kana is not passed over");
}

#[test]
fn names_stand_in_the_order_of_the_fifty_sounds() {
    let names = [
        ("アイダ", "ケン"),
        ("イトウ", "ハナ"),
        ("イトウ", "バナ"),
        ("イトウ", "パナ"),
        ("イトウ", "ヒロ"),
        ("ウエノ", "アイ"),
        ("オイカワ", "アイ"),
        ("オウミ", "アイ"),
        ("オエ", "アイ"),
        ("オータ", "アイ"),
        ("オオタ", "アイ"),
        ("オガワ", "アイ"),
        ("カトウ", "アイ"),
        ("カトウ", "ショウ"),
        ("カトウ", "シヨウ"),
        ("ガトウ", "アイ"),
        ("カナイ", "アイ"),
        ("サト", "ヒロ"),
        ("サトウ", "アイ"),
        ("タヅ", "アイ"),
        ("ハットリ", "アイ"),
        ("ハツトリ", "アイ"),
        ("ワダ", "アイ"),
        ("ンゴ", "アイ"),
    ];
    for (place, pair) in names.windows(2).enumerate() {
        let [a, b] = [pair[0], pair[1]].map(|(family, given)| ordered(family, given));
        assert_eq!(a.cmp(&b), Ordering::Less, "{place}: {:?} {:?}", pair[0], pair[1]);
    }
    assert_eq!(ordered("いとう", "ﾊﾅ"), ordered("イトウ", "ハナ"));
    assert!(
        ordered("ヂダ", "") > ordered("タダ", "") && ordered("ヂダ", "") < ordered("ツダ", ""),
        "ヂ is a チ"
    );
}

#[test]
fn a_half_typed_name_finds_those_that_begin_so() {
    for (typed, reading) in [
        ("なかむ", "ナカムラ"),
        ("ナカム", "ナカムラ"),
        ("ﾅｶﾑ", "ナカムラ"),
        ("な か む", "ナカムラ"),
        ("おーた", "オオタ"),
        ("おおた", "オータ"),
        ("ゆうき", "ユーキ"),
        ("きよう", "キョウコ"),
        ("ばい", "ヴァイオレット"),
        ("じゆん", "ヂュン"),
        ("なかm", "ナカムラ"),
        ("なかｍ", "ナカムラ"),
    ] {
        assert!(finds(typed, reading), "{typed} {reading}");
    }
    for (typed, reading) in [
        ("なかむら", "ナカム"),
        ("ゆき", "ユウキ"),
        ("しに", "シンイチ"),
        ("か", "ガトウ"),
        ("なかm", "ナカヤマ"),
    ] {
        assert!(!finds(typed, reading), "{typed} {reading}");
    }
}

#[test]
fn roman_letters_are_read_both_ways() {
    for (typed, reading) in [
        ("nakamura", "ナカムラ"),
        ("NAKAMURA", "ナカムラ"),
        ("ｎａｋａｍｕ", "ナカムラ"),
        ("nakam", "ナカムラ"),
        ("shimizu", "シミズ"),
        ("simizu", "シミズ"),
        ("chiba", "チバ"),
        ("tiba", "チバ"),
        ("tsuda", "ツダ"),
        ("tuda", "ツダ"),
        ("fujita", "フジタ"),
        ("huzita", "フジタ"),
        ("joji", "ジョウジ"),
        ("zyouzi", "ジョウジ"),
        ("hattori", "ハットリ"),
        ("hotchi", "ホッチ"),
        ("homma", "ホンマ"),
        ("honma", "ホンマ"),
        ("namba", "ナンバ"),
        ("kanno", "カンノ"),
        ("shin'ichi", "シンイチ"),
        ("shin-ichi", "シンイチ"),
        ("shinichi", "シンイチ"),
        ("junya", "ジュンヤ"),
        ("ohno", "オオノ"),
        ("ono", "オオノ"),
        ("ono", "オノ"),
        ("ōno", "オオノ"),
        ("Ôno", "オオノ"),
        ("satoh", "サトウ"),
        ("sato", "サトウ"),
        ("satou", "サトウ"),
        ("ohyama", "オオヤマ"),
        ("ouchi", "オオウチ"),
        ("yuki", "ユウキ"),
        ("kyoko", "キョウコ"),
        ("k", "カトウ"),
        ("sh", "シミズ"),
        ("s", "シミズ"),
        ("c", "チバ"),
        ("kan", "カンノ"),
        ("kan", "カナイ"),
        ("hom", "ホンマ"),
        ("hatt", "ハットリ"),
    ] {
        assert!(finds(typed, reading), "{typed} {reading}");
    }
    for (typed, reading) in
        [("nakamura", "ナカヤマ"), ("yuuki", "ユキ"), ("kano", "カンノ"), ("sh", "サトウ"), ("ken", "ケミ")]
    {
        assert!(!finds(typed, reading), "{typed} {reading}");
    }
}

#[test]
fn what_is_no_reading_is_not_read() {
    for text in ["", " ", "ー", "中村", "nguyen", "smith", "123", "なか1", "なかmむ", "xa", "★", "lee", "''"]
    {
        assert_eq!(Sought::read(text), None, "{text}");
    }
    assert_eq!(Sought::read("な").map(|sought| sought.kana()), Some(1));
    assert_eq!(Sought::read("nak").map(|sought| sought.kana()), Some(2));
    assert_eq!(format!("{:?}", Sought::read("なか")), "Some(Sought(redacted))");
}

proptest! {
    /// What is typed of a reading, up to any kana, finds it: every start folds to a start.
    #[test]
    fn every_start_of_a_reading_finds_it(reading in "[ァ-ヺぁ-ゖー]{1,12}", length in 1_usize..12) {
        let typed: String = reading.chars().take(length).collect();
        prop_assume!(!typed.ends_with(['ヴ', 'ゔ']));
        prop_assert!(folded(&reading).starts_with(&folded(&typed)));
    }

    /// Nothing that is typed stops the process, and what is read says how long it is.
    #[test]
    fn anything_can_be_typed(text in "\\PC{0,20}", roman in "[a-zōû'-]{0,12}", reading in "\\PC{0,20}") {
        for typed in [&text, &roman] {
            if let Some(sought) = Sought::read(typed) {
                prop_assert!(sought.kana() > 0);
                let _ = sought.begins(&folded(&reading));
            }
        }
        let _ = ordered(&text, &reading);
    }
}
