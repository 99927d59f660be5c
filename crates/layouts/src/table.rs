//! A small CSV that people make themselves, read whole: every record with the line it begins on. What a system
//! exports has a [`Layout`](crate::Layout) instead.

use encoding_rs::SHIFT_JIS;
use kernel::{Code, Fault};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line it begins on, from 1.
    pub line: u32,
    /// Its cells, without blanks around them.
    pub cells: Vec<String>,
}

/// Reads UTF-8, with or without a byte order mark, or CP932; records without any text are passed over.
///
/// # Errors
/// `wrong_encoding` for bytes that are neither, `empty_file` when no record is left.
pub fn read(bytes: &[u8]) -> Result<Vec<Record>, Fault> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut records, mut line, mut counted) = (Vec::new(), 1, 0);
    for record in reader.records().filter_map(Result::ok) {
        // The reader stands before the line ends it has still to pass over.
        let ended = record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        let between = text.bytes().skip(ended).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begins = ended.saturating_add(between);
        line += text.bytes().take(begins).skip(counted).filter(|byte| *byte == b'\n').count();
        counted = begins;
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            records.push(Record { line: u32::try_from(line).unwrap_or(u32::MAX), cells });
        }
    }
    if records.is_empty() { Err(Fault::new(Code::EmptyFile)) } else { Ok(records) }
}

fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let upto = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error.valid_up_to(),
    };
    if let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let line = bytes.iter().take(upto).filter(|byte| **byte == b'\n').count() + 1;
    Err(Fault::new(Code::WrongEncoding)
        .with_words("expected", "UTF-8 か CP932", "UTF-8 or CP932")
        .with("line", line))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "職員番号,氏名\r\n\"0012\",\"架空, 花子\"\r\n,\r\n\r\n 0013 ,髙橋 ①\r\n";

    #[test]
    fn both_encodings_read_alike_and_lines_are_those_of_the_file() {
        let (cp932, _, lossy) = SHIFT_JIS.encode(TEXT);
        assert!(!lossy);
        let marked = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        let records = read(TEXT.as_bytes()).unwrap();
        assert_eq!(read(&cp932).unwrap(), records);
        assert_eq!(read(&marked).unwrap(), records);
        let lines: Vec<u32> = records.iter().map(|record| record.line).collect();
        assert_eq!(lines, [1, 2, 5]);
        assert_eq!(records[1].cells, ["0012", "架空, 花子"]);
        assert_eq!(records[2].cells, ["0013", "髙橋 ①"]);
    }

    #[test]
    fn what_is_no_text_or_nothing_is_refused() {
        assert_eq!(read(b" \r\n,,\r\n").unwrap_err().code(), Code::EmptyFile);
        let fault = read(b"a,b\nc,\xff\xff\n").unwrap_err();
        assert_eq!((fault.code(), fault.argument("line")), (Code::WrongEncoding, Some("2")));
    }
}
