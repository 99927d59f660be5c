//! The files of the intake benchmarks: a register of twenty columns in CP932, of the shape that public
//! comparisons of such tools use: era dates, codes, blanks with a meaning, quoted notes, and a few rows in a
//! thousand that are wrong. The same bytes every time; nobody in it exists.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use encoding_rs::SHIFT_JIS;

use crate::random::Random;

/// Columns of a row.
pub const COLUMNS: usize = 20;

/// Columns of a row of months: number, year, twelve months.
pub const MONTH_COLUMNS: usize = 14;

/// Of so many rows one has a day that does not exist.
const WRONG_DAY: usize = 1_000;
/// Of so many rows one has a code that no list knows.
const WRONG_CODE: usize = 2_000;
/// Of so many rows one is another in [`Variant::Changed`].
const CHANGED: usize = 100;
/// A prime that no count of rows has as a factor; the step from row to row in [`Variant::Reordered`].
const STEP: usize = 15_485_863;

const HEADER: &str = "宛名番号,世帯番号,氏名,氏名カナ,性別コード,生年月日,続柄コード,郵便番号,住所,方書,異動事由,異動日,住民となった日,税区分,所得金額,児童手当額,健診コード,健診日,身長,備考";

const FAMILY: [(&str, &str); 20] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡邊", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("佐々木", "ササキ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("﨑山", "サキヤマ"),
    ("清水", "シミズ"),
    ("林", "ハヤシ"),
    ("表", "オモテ"),
    ("十河", "ソゴウ"),
    ("能登", "ノト"),
    ("曽我", "ソガ"),
    ("申谷", "サルヤ"),
    ("構", "カマエ"),
];
const GIVEN: [(&str, &str); 16] = [
    ("翔太", "ショウタ"),
    ("陽菜", "ヒナ"),
    ("蓮", "レン"),
    ("結衣", "ユイ"),
    ("大翔", "ヒロト"),
    ("さくら", "サクラ"),
    ("湊", "ミナト"),
    ("葵", "アオイ"),
    ("悠真", "ユウマ"),
    ("凛", "リン"),
    ("樹", "イツキ"),
    ("紬", "ツムギ"),
    ("健一", "ケンイチ"),
    ("美咲", "ミサキ"),
    ("ソニア", "ソニア"),
    ("彩", "アヤ"),
];
const PLACES: [&str; 10] =
    ["大字表", "字能登", "本町", "緑ケ丘", "中央", "東町", "曽根", "構", "①番町", "十二"];
const CHECKUPS: [&str; 4] = ["01", "02", "03", "99"];

/// Which rows a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// All, in the order of their numbers.
    Straight,
    /// The same rows in another order.
    Reordered,
    /// One row in a hundred with another address.
    Changed,
}

/// Writes the register of `rows` rows.
///
/// # Errors
/// When the file cannot be written.
pub fn register(path: &Path, rows: usize, variant: Variant) -> anyhow::Result<()> {
    let row = |place: usize, line: &mut String| {
        let n = if variant == Variant::Reordered { place * STEP % rows.max(1) } else { place };
        resident(line, n, variant == Variant::Changed && n % CHANGED == 3);
    };
    written(path, HEADER, rows, row)
}

/// Writes twelve months side by side of the first `rows` residents.
///
/// # Errors
/// As [`register`].
pub fn months(path: &Path, rows: usize) -> anyhow::Result<()> {
    let months = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3];
    let header = months
        .iter()
        .fold("宛名番号,年度".to_owned(), |header, month| format!("{header},{month}月_遅刻"));
    let row = |place: usize, line: &mut String| {
        let mut random = Random::new(place as u64);
        let _ = write!(line, "{:010},2025", number(place));
        for _ in months {
            let _ = write!(line, ",{}", if random.percent(70) { 0 } else { random.below(20) });
        }
    };
    written(path, &header, rows, row)
}

/// The number of the resident at a place.
const fn number(place: usize) -> usize {
    1_000_000 + place
}

fn written(path: &Path, header: &str, rows: usize, row: impl Fn(usize, &mut String)) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path).with_context(|| format!("making {}", path.display()))?);
    let mut line = header.to_owned();
    for place in 0..=rows {
        line.push_str("\r\n");
        file.write_all(&SHIFT_JIS.encode(&line).0)?;
        line.clear();
        if place < rows {
            row(place, &mut line);
        }
    }
    file.flush().with_context(|| format!("writing {}", path.display()))
}

/// One row. Writing to a `String` cannot fail.
fn resident(line: &mut String, n: usize, moved: bool) {
    let mut random = Random::new(20_261_120 + n as u64);
    let mut below = |end: usize| random.below(end);
    let (family, given) = (one(&FAMILY, below(FAMILY.len())), one(&GIVEN, below(GIVEN.len())));
    let _ =
        write!(line, "{:010},{:08},{}　{},{}　{},", number(n), n / 3, family.0, given.0, family.1, given.1);
    line.push_str(if n % WRONG_CODE == 5 { "7," } else { one(&["1,", "2,"], below(2)) });
    match n % WRONG_DAY {
        777 => line.push_str("H31.13.40,"),
        _ => era(line, 1930 + below(95), 1 + below(12), 1 + below(28)),
    }
    let _ = write!(line, "{:02},{:03}-{:04},", below(30), below(1_000), below(10_000));
    let place = if moved { "新町" } else { one(&PLACES, below(PLACES.len())) };
    let _ = write!(line, "神奈川県架空郡架空町{place}{}-{},", 1 + below(4_000), 1 + below(30));
    if below(4) == 0 {
        let _ = write!(line, "コーポ{}{}号", given.0, 101 + below(300));
    }
    let (year, month, day) = (2000 + below(25), 1 + below(12), 1 + below(28));
    let _ = write!(line, ",{},{year:04}{month:02}{day:02},", below(9));
    era(line, year, month, day);
    let _ = write!(line, "{},", one(&["A", "B", "C"], below(3)));
    match (below(10), below(50)) {
        (0, _) => {}
        (_, 0) => line.push('*'),
        _ => _ = write!(line, "{}", below(9_000_000)),
    }
    let _ = write!(line, ",{},", if below(3) == 0 { 5_000 * below(7) } else { 0 });
    if below(4) == 0 {
        line.push_str(",,,");
    } else {
        let _ = write!(line, "{},{year:04}/{month}/{day},", one(&CHECKUPS, below(CHECKUPS.len())));
        let tenths = 480 + below(1_300);
        let _ = if below(40) == 0 {
            write!(line, "999.9,")
        } else {
            write!(line, "{}.{},", tenths / 10, tenths % 10)
        };
    }
    match (below(40), below(3)) {
        (0, _) => line.push_str("\"要確認、\"\"転入\"\",予定\""),
        (_, 0) => line.push('ー'),
        _ => {}
    }
}

/// A day with the letter of its era, and the comma after it.
fn era(line: &mut String, year: usize, month: usize, day: usize) {
    let (letter, zero) = match year * 10_000 + month * 100 + day {
        20_190_501.. => ('R', 2018),
        19_890_108.. => ('H', 1988),
        _ => ('S', 1925),
    };
    let _ = write!(line, "{letter}{:02}.{month:02}.{day:02},", year - zero);
}

fn one<T: Copy + Default>(list: &[T], n: usize) -> T {
    list.get(n).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: usize, variant: Variant) -> Vec<String> {
        let path = std::env::temp_dir().join(format!("bench_file_{}_{variant:?}.csv", std::process::id()));
        register(&path, rows, variant).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let (text, _, bad) = SHIFT_JIS.decode(&bytes);
        assert!(!bad);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_variants_are_what_they_say() {
        let straight = lines(2_000, Variant::Straight);
        assert_eq!(straight.len(), 2_001);
        assert_eq!(straight[0].split(',').count(), COLUMNS);
        assert_eq!(straight.iter().filter(|line| line.contains("H31.13.40")).count(), 2);
        let mut reordered = lines(2_000, Variant::Reordered);
        assert_ne!(straight, reordered);
        reordered[1..].sort();
        assert_eq!(straight, reordered);
        let changed = lines(2_000, Variant::Changed);
        assert_eq!(straight.iter().zip(&changed).filter(|(before, after)| before != after).count(), 20);
    }
}
