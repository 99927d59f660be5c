//! Names in Roman letters: ヘボン式 and 訓令式 (昭和29年内閣告示第1号), as passports, forms and keyboards have
//! them.

/// A name as far as it is kana, and the letters of a syllable not yet finished.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Roman {
    /// Katakana.
    pub kana: String,
    /// Consonants behind it.
    pub rest: String,
}

/// Marks a vowel written long (ō, ô).
const LONG: u8 = b'^';

/// Reads small Latin letters, apostrophes and hyphens; `None` when no Japanese name is written so.
pub(super) fn read(text: &str) -> Option<Roman> {
    let spelt = spelt(text)?;
    let mut rest = spelt.as_slice();
    let mut kana = String::new();
    while let Some((&letter, behind)) = rest.split_first() {
        let next = behind.first().copied();
        rest = match letter {
            LONG => {
                kana.push('ー');
                behind
            }
            b'\'' | b'-' => behind,
            // Ohno, Ohyama
            b'h' if ends_in_o(&spelt, rest) && next.is_some_and(|next| !is_vowel(next)) => {
                kana.push('ー');
                behind
            }
            b'n' if next.is_some_and(|next| !is_vowel(next) && next != b'y') => {
                kana.push('ン');
                behind
            }
            // Honma is Homma, too
            b'm' if matches!(next, Some(b'b' | b'p' | b'm')) => {
                kana.push('ン');
                behind
            }
            b't' if behind.starts_with(b"ch") => {
                kana.push('ッ');
                behind
            }
            _ if next == Some(letter) && !is_vowel(letter) => {
                kana.push('ッ');
                behind
            }
            _ => match rest.iter().position(|letter| is_vowel(*letter)) {
                Some(vowel) => {
                    syllable(rest.get(..=vowel)?, &mut kana)?;
                    rest.get(vowel + 1..)?
                }
                None => break,
            },
        };
    }
    let rest = std::str::from_utf8(rest).ok()?.to_owned();
    let unfinished = rest.len() <= 3 && rest.bytes().all(|letter| letter.is_ascii_lowercase());
    unfinished.then_some(Roman { kana, rest })
}

/// ASCII, a long vowel as the vowel and a mark.
fn spelt(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        let long = match c {
            'a'..='z' | '\'' | '-' => {
                bytes.push(u8::try_from(c).ok()?);
                continue;
            }
            '’' => b'\'',
            'ā' | 'â' => b'a',
            'ī' | 'î' => b'i',
            'ū' | 'û' => b'u',
            'ē' | 'ê' => b'e',
            'ō' | 'ô' => b'o',
            _ => return None,
        };
        bytes.push(long);
        if long != b'\'' {
            bytes.push(LONG);
        }
    }
    Some(bytes)
}

/// Whether an o stands before what is left.
fn ends_in_o(all: &[u8], rest: &[u8]) -> bool {
    all.len().checked_sub(rest.len() + 1).and_then(|at| all.get(at)) == Some(&b'o')
}

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'i' | b'u' | b'e' | b'o')
}

/// Rows by what they begin with, in the order a i u e o.
const ROWS: &[(&str, &str)] = &[
    ("", "アイウエオ"),
    ("k", "カキクケコ"),
    ("g", "ガギグゲゴ"),
    ("s", "サシスセソ"),
    ("z", "ザジズゼゾ"),
    ("t", "タチツテト"),
    ("d", "ダヂヅデド"),
    ("n", "ナニヌネノ"),
    ("h", "ハヒフヘホ"),
    ("b", "バビブベボ"),
    ("v", "バビブベボ"),
    ("p", "パピプペポ"),
    ("m", "マミムメモ"),
    ("y", "ヤ　ユ　ヨ"),
    ("r", "ラリルレロ"),
    ("w", "ワヰ　ヱヲ"),
];

/// What begins with one kana and goes on with a small one; of some the vowel is the kana's own.
const GLIDES: &[(&str, char, &str)] = &[
    ("ky", 'キ', "ャ　ュェョ"),
    ("gy", 'ギ', "ャ　ュェョ"),
    ("sy", 'シ', "ャ　ュェョ"),
    ("sh", 'シ', "ャ＝ュェョ"),
    ("zy", 'ジ', "ャ　ュェョ"),
    ("jy", 'ジ', "ャ　ュェョ"),
    ("j", 'ジ', "ャ＝ュェョ"),
    ("ty", 'チ', "ャ　ュェョ"),
    ("cy", 'チ', "ャ　ュェョ"),
    ("ch", 'チ', "ャ＝ュェョ"),
    ("dy", 'ヂ', "ャ　ュェョ"),
    ("ny", 'ニ', "ャ　ュェョ"),
    ("hy", 'ヒ', "ャ　ュェョ"),
    ("by", 'ビ', "ャ　ュェョ"),
    ("py", 'ピ', "ャ　ュェョ"),
    ("my", 'ミ', "ャ　ュェョ"),
    ("ry", 'リ', "ャ　ュェョ"),
    ("ts", 'ツ', "ァィ＝ェォ"),
    ("f", 'フ', "ァィ＝ェォ"),
];

/// Appends the kana of consonants and the vowel they end in.
fn syllable(letters: &[u8], kana: &mut String) -> Option<()> {
    let (vowel, onset) = letters.split_last()?;
    let vowel = b"aiueo".iter().position(|known| known == vowel)?;
    let onset = std::str::from_utf8(onset).ok()?;
    if let Some((_, row)) = ROWS.iter().find(|(known, _)| *known == onset) {
        kana.push(row.chars().nth(vowel).filter(|c| *c != '　')?);
        return Some(());
    }
    let (_, first, small) = GLIDES.iter().find(|(known, ..)| *known == onset)?;
    let small = small.chars().nth(vowel).filter(|c| *c != '　')?;
    kana.push(*first);
    if small != '＝' {
        kana.push(small);
    }
    Some(())
}

/// The kana that an unfinished syllable may become, each with what stood before it.
pub(super) fn completions(Roman { kana, rest }: &Roman) -> Vec<String> {
    let mut all = Vec::new();
    // An s may become sa or sha, a c only cha.
    for between in ["", "h"] {
        for vowel in ["a", "i", "u", "e", "o"] {
            if let Some(whole) =
                read(&format!("{rest}{between}{vowel}")).filter(|whole| whole.rest.is_empty())
            {
                all.push(format!("{kana}{}", whole.kana));
            }
        }
    }
    match rest.as_str() {
        "n" | "m" => all.push(format!("{kana}ン")),
        // Satoh
        "h" => all.push(format!("{kana}ー")),
        _ => {}
    }
    all
}
