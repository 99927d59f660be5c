//! One kana by its place in the 五十音, its voicing and its size.

use std::sync::LazyLock;

/// Rows of the 五十音, a blank where a row has no such vowel; ン is a row of its own.
const ROWS: [&str; 11] = [
    "アイウエオ",
    "カキクケコ",
    "サシスセソ",
    "タチツテト",
    "ナニヌネノ",
    "ハヒフヘホ",
    "マミムメモ",
    "ヤ　ユ　ヨ",
    "ラリルレロ",
    "ワヰ　ヱヲ",
    "ン",
];

/// The same rows voiced (濁音) and half-voiced (半濁音), by row.
const VOICED: [(u8, u8, &str); 6] = [
    (0, 1, "　　ヴ　　"),
    (1, 1, "ガギグゲゴ"),
    (2, 1, "ザジズゼゾ"),
    (3, 1, "ダヂヅデド"),
    (5, 1, "バビブベボ"),
    (5, 2, "パピプペポ"),
];

/// Small letters and the large ones they belong to.
const SMALL: [(&str, &str); 4] =
    [("ァィゥェォ", "アイウエオ"), ("ャュョヮ", "ヤユヨワ"), ("ヵヶ", "カケ"), ("ッ", "ツ")];

/// First character of the table and its length: ァ to ヶ of the Unicode block of katakana.
const FIRST: u32 = 0x30A1;
const LENGTH: usize = 0x30F6 - 0x30A1 + 1;

/// A kana: the sound in the upper six bits (row × 5 + vowel + 1), the voicing in the lower two (0 清音,
/// 1 濁音, 2 半濁音). So the bytes of a reading stand in the order of the 五十音.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Letter(u8);

/// A character of a reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sign {
    /// A kana, and whether it is written small.
    Kana(Letter, bool),
    /// 長音符.
    Long,
    /// A middle dot or hyphen: says nothing.
    Silent,
    /// Anything else.
    Other,
}

impl Letter {
    pub const U: Self = Self::at(0, 2, 0);
    pub const N: Self = Self::at(10, 0, 0);

    /// The kana at a row and vowel, both from 0.
    pub const fn at(row: u8, vowel: u8, voicing: u8) -> Self {
        Self((row * 5 + vowel + 1) << 2 | voicing)
    }

    pub const fn byte(self) -> u8 {
        self.0
    }

    pub const fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    /// The sound without voicing.
    pub const fn sound(self) -> u8 {
        self.0 >> 2
    }

    pub const fn row(self) -> u8 {
        (self.sound() - 1) / 5
    }

    pub const fn voicing(self) -> u8 {
        self.0 & 3
    }

    /// The vowel, from 0; `None` for ン.
    pub const fn vowel(self) -> Option<u8> {
        if self.row() == 10 { None } else { Some((self.sound() - 1) % 5) }
    }
}

static TABLE: LazyLock<[Option<(Letter, bool)>; LENGTH]> = LazyLock::new(|| {
    let mut table = [None; LENGTH];
    let mut put = |c: char, letter: Letter, small: bool| {
        if let Some(slot) = place(c).and_then(|place| table.get_mut(place)) {
            *slot = Some((letter, small));
        }
    };
    for (row, kana) in (0..).zip(ROWS) {
        for (vowel, c) in (0..).zip(kana.chars()) {
            put(c, Letter::at(row, vowel, 0), false);
        }
    }
    for (row, voicing, kana) in VOICED {
        for (vowel, c) in (0..).zip(kana.chars()) {
            put(c, Letter::at(row, vowel, voicing), false);
        }
    }
    for (small, large) in SMALL {
        for (small, large) in small.chars().zip(large.chars()) {
            let known = place(large).and_then(|place| *table.get(place)?);
            if let Some(slot) = place(small).and_then(|place| table.get_mut(place)) {
                *slot = known.map(|(letter, _)| (letter, true));
            }
        }
    }
    table
});

fn place(c: char) -> Option<usize> {
    usize::try_from(u32::from(c).checked_sub(FIRST)?).ok()
}

/// What a character of a [compatible](super::compatible) text is in a reading.
pub(super) fn sign(c: char) -> Sign {
    let c = super::katakana(c);
    match c {
        'ー' => Sign::Long,
        '・'
        | '·'
        | '•'
        | '゠'
        | '='
        | '-'
        | '\''
        | '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{3099}'
        | '\u{309A}' => Sign::Silent,
        _ => place(c)
            .and_then(|place| *TABLE.get(place)?)
            .map_or(Sign::Other, |(letter, small)| Sign::Kana(letter, small)),
    }
}
