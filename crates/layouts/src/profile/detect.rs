//! Encoding, kind of file and separators, from the bytes.

use kernel::{Code, Fault};

use super::{EncodingEvidence, FileShape, SAMPLE};
use crate::decode::{Limits, unpacked as unpack};
use crate::text::Encoding;

/// Lines by which separators and lengths are told.
const LINES: usize = 200;
/// Bytes by which text is told from what is none, and UTF-16 without a mark.
const HEAD: usize = 1 << 16;
/// Separators looked for, the commonest first.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];

/// What the bytes are.
pub(super) struct Found {
    pub shape: FileShape,
    pub encoding: EncodingEvidence,
    pub carriage_return: bool,
    pub sheet: Option<String>,
}

/// The file out of its archive, its first bytes.
pub(super) fn unpacked(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Fault> {
    if is_xlsx(bytes) {
        return Ok(bytes.to_vec());
    }
    let mut plain = Vec::new();
    unpack(bytes, *limits, &mut |piece| {
        let room = SAMPLE.saturating_sub(plain.len());
        plain.extend(piece.iter().take(room));
        Ok(())
    })?;
    Ok(plain)
}

/// A zip archive with the part that every workbook has.
fn is_xlsx(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && memchr::memmem::find(bytes, b"xl/workbook").is_some()
}

/// Whether it is a workbook from before 2007.
pub(super) fn is_old_book(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xD0\xCF\x11\xE0")
}

/// What such a workbook is.
pub(super) fn old_book() -> Found {
    unicode(FileShape::Xls)
}

fn unicode(shape: FileShape) -> Found {
    Found {
        shape,
        encoding: EncodingEvidence {
            encoding: Encoding::Utf8,
            confidence: 100,
            why: "表計算ファイルの文字は Unicode です".to_owned(),
        },
        carriage_return: false,
        sheet: None,
    }
}

pub(super) fn file(bytes: &[u8]) -> Result<Found, Fault> {
    if is_xlsx(bytes) {
        return Ok(unicode(FileShape::Xlsx));
    }
    if is_old_book(bytes) {
        return Ok(old_book());
    }
    if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0x1A)) {
        return Err(Fault::new(Code::EmptyFile));
    }
    let encoding = encoding(bytes);
    let text = as_cut(bytes, encoding.encoding);
    if !is_text(&encoding.encoding.cut_as().decode_lossy(text.get(..HEAD).unwrap_or(&text))) {
        return Err(Fault::new(Code::NotATable));
    }
    let carriage_return = !text.contains(&b'\n') && text.contains(&b'\r');
    let end = if carriage_return { b'\r' } else { b'\n' };
    let lines: Vec<&[u8]> = text
        .split(|byte| *byte == end)
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty() && *line != [0x1A])
        .take(LINES)
        .collect();
    Ok(Found { shape: shape(&lines), encoding, carriage_return, sheet: None })
}

/// Whether these are the characters of a text: of a picture or a PDF far more than one in twenty is none.
fn is_text(text: &str) -> bool {
    let is_odd =
        |c: &char| *c == '\u{fffd}' || (c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\x0C' | '\x1A'));
    text.chars().filter(is_odd).count() * 20 <= text.chars().count()
}

/// The bytes as they are cut: UTF-16 in UTF-8, without a byte order mark.
pub(super) fn as_cut(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode(bytes).0.into_owned().into_bytes(),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode(bytes).0.into_owned().into_bytes(),
        _ => bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).to_vec(),
    }
}

/// The encoding by its mark, by its zero bytes, or by which one reads the bytes with the fewest faults.
fn encoding(bytes: &[u8]) -> EncodingEvidence {
    let told =
        |encoding, confidence, why: &str| EncodingEvidence { encoding, confidence, why: why.to_owned() };
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return told(Encoding::Utf8Bom, 100, "先頭に UTF-8 の印（BOM）があります"),
        [0xFF, 0xFE, ..] => return told(Encoding::Utf16Le, 100, "先頭に UTF-16LE の印（BOM）があります"),
        [0xFE, 0xFF, ..] => return told(Encoding::Utf16Be, 100, "先頭に UTF-16BE の印（BOM）があります"),
        _ => {}
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if (even + odd) * 8 > head.len() {
        return match even < odd {
            true => told(Encoding::Utf16Le, 90, "奇数番目に 0 のバイトが並んでいます"),
            false => told(Encoding::Utf16Be, 90, "偶数番目に 0 のバイトが並んでいます"),
        };
    }
    if bytes.is_ascii() {
        return told(Encoding::Cp932, 50, "英数字だけです。町の系統に多い CP932 としました");
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // The sample may end in the middle of a character.
        Err(error) => error.error_len().is_none(),
    };
    if valid {
        return told(Encoding::Utf8, 99, "すべて UTF-8 として正しい並びです");
    }
    let faults = |encoding: &'static encoding_rs::Encoding| {
        encoding.decode_without_bom_handling(bytes).0.chars().filter(|c| *c == '\u{fffd}').count()
    };
    let (cp932, euc) = (faults(encoding_rs::SHIFT_JIS), faults(encoding_rs::EUC_JP));
    let sure = |few: usize, many: usize| if few == 0 && many > 0 { 95 } else { 70 };
    let why = format!("読めない並びが CP932 で {cp932}、EUC-JP で {euc} か所です");
    if euc < cp932 {
        told(Encoding::EucJp, sure(euc, cp932), &why)
    } else {
        told(Encoding::Cp932, sure(cp932, euc), &why)
    }
}

fn shape(lines: &[&[u8]]) -> FileShape {
    if lines.first().is_some_and(|line| line.trim_ascii_start().starts_with(b"{")) {
        return FileShape::Jsonl;
    }
    let count = |line: &[u8], separator: u8| line.iter().filter(|byte| **byte == separator).count();
    let steady = |separator: u8| {
        let first = lines.first().map_or(0, |line| count(line, separator));
        let same = lines.iter().filter(|line| count(line, separator) == first).count();
        (first > 0).then_some(same * first)
    };
    let best = SEPARATORS.into_iter().filter_map(|separator| Some((steady(separator)?, separator))).max();
    let length = lines.first().map_or(0, |line| line.len());
    let fixed = lines.len() > 1 && length > 20 && lines.iter().all(|line| line.len() == length);
    match best {
        Some((_, separator)) if !fixed || lines.iter().all(|line| count(line, separator) > 1) => {
            FileShape::Separated(separator)
        }
        _ if fixed => FileShape::Fixed(length),
        Some((_, separator)) => FileShape::Separated(separator),
        None => FileShape::Separated(b','),
    }
}
