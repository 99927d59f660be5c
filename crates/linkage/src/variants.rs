//! Variant characters common in Japanese names. They propose a person, they never make two names equal:
//! 髙橋 and 高橋 may well be two families.

use std::sync::LazyLock;

/// Groups of characters used for one another in names; the first stands for the group. Chosen for this
/// project from everyday register practice (旧字体 of the 常用漢字 and 人名用漢字 tables, and the forms that
/// registers keep beside them); not a standard, and to be replaced by the official reduction maps.
const GROUPS: &[&str] = &[
    "高髙",
    "崎﨑嵜碕",
    "辺邊邉",
    "斎斉齋齊",
    "浜濱濵",
    "徳德",
    "沢澤",
    "吉𠮷",
    "柳栁",
    "瀬瀨",
    "島嶋嶌",
    "富冨",
    "国國",
    "広廣",
    "関關",
    "竜龍",
    "恵惠",
    "真眞",
    "桜櫻",
    "栄榮",
    "滝瀧",
    "条條",
    "亀龜",
    "与與",
    "実實",
    "寿壽",
    "円圓",
    "曽曾",
    "桧檜",
    "桑桒",
    "館舘",
    "船舩",
    "橋𣘺",
    "蔵藏",
    "黒黑",
    "増增",
    "鉄鐵",
    "豊豐",
    "万萬",
    "淵渕渊",
    "野埜",
    "峰峯",
    "梅楳",
    "松枩",
    "涼凉",
    "穂穗",
    "弥彌",
    "礼禮",
    "芦蘆",
    "薮藪籔",
    "祢禰",
    "槙槇",
    "遥遙",
    "凛凜",
    "晋晉",
    "学學",
    "来來",
    "会會",
    "仏佛",
    "双雙",
    "尭堯",
    "巌巖",
    "伝傳",
    "宝寶寳",
    "鶴靏靍",
    "薫薰",
    "緑綠",
    "戸戶",
    "温溫",
    "勲勳",
    "荘莊",
    "籠篭",
    "柏栢",
    "枡桝",
    "土圡",
    "教敎",
    "清淸",
    "青靑",
    "郎郞",
    "緒緖",
    "姫姬",
    "悦悅",
    "巻卷",
    "総總",
    "壮壯",
    "兎兔",
    "峡峽",
    "帯帶",
    "団團",
    "沖冲",
    "塩鹽",
    "県縣",
    "岳嶽",
    "静靜",
    "内內",
    "闘鬪",
    "剣劍劔",
    "検檢",
    "鎮鎭",
    "絵繪",
    "数數",
    "為爲",
    "撃擊",
    "渋澁澀",
    "収收",
    "穣穰",
    "乗乘",
    "浄淨",
    "畳疊",
];

/// Sorted by the variant, for binary search.
static TABLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut table: Vec<(char, char)> = GROUPS
        .iter()
        .filter_map(|group| {
            let mut chars = group.chars();
            chars.next().map(|first| chars.map(move |variant| (variant, first)))
        })
        .flatten()
        .collect();
    table.sort_unstable();
    table
});

/// The character that stands for the group of `c`; `c` itself when it belongs to none.
pub fn fold(c: char) -> char {
    if c.is_ascii() || matches!(c, 'ァ'..='ヺ') {
        return c;
    }
    match TABLE.binary_search_by_key(&c, |(variant, _)| *variant) {
        Ok(at) => TABLE.get(at).map_or(c, |(_, first)| *first),
        Err(_) => c,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn a_character_is_in_one_group_and_survives_nfkc() {
        let mut seen = BTreeSet::new();
        for c in GROUPS.iter().flat_map(|group| group.chars()) {
            assert!(seen.insert(c), "{c} occurs twice");
            assert_eq!(c.to_string().nfkc().collect::<String>(), c.to_string(), "NFKC folds {c} already");
        }
    }

    #[test]
    fn a_group_folds_to_its_first() {
        for group in GROUPS {
            let first = group.chars().next().unwrap();
            assert!(group.chars().count() > 1);
            assert!(group.chars().all(|c| fold(c) == first), "{group}");
        }
        assert_eq!(fold('佐'), '佐');
    }
}
