//! Cuts a CSV record into cells on its bytes. Delimiters, quotes and line ends are below 0x40 and so
//! never part of a double-byte character of CP932; in UTF-8 no ASCII byte is.

/// The cells of one record; reused from record to record.
#[derive(Default)]
pub(crate) struct Cells {
    spans: Vec<Span>,
    /// Cells whose doubled quotes were undone.
    undone: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    undone: bool,
}

impl Cells {
    /// Cuts `record`. A quote opens a cell only as its first byte; what follows a closing quote up to
    /// the delimiter is taken as it stands.
    pub fn split(&mut self, record: &[u8], delimiter: u8) {
        self.spans.clear();
        self.undone.clear();
        if memchr::memchr(b'"', record).is_none() {
            let mut start = 0;
            for end in memchr::memchr_iter(delimiter, record) {
                self.spans.push(Span { start, end, undone: false });
                start = end + 1;
            }
            self.spans.push(Span { start, end: record.len(), undone: false });
            return;
        }
        let mut start = 0;
        loop {
            let rest = record.get(start..).unwrap_or_default();
            let length = match rest.first() {
                Some(b'"') => self.quoted(rest, delimiter),
                _ => {
                    let length = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                    self.spans.push(Span { start, end: start + length, undone: false });
                    length
                }
            };
            start += length + 1;
            if start > record.len() {
                break;
            }
        }
    }

    /// Takes the quoted cell at the beginning of `rest`; gives its length there.
    fn quoted(&mut self, rest: &[u8], delimiter: u8) -> usize {
        let start = self.undone.len();
        let mut at = 1;
        loop {
            let tail = rest.get(at..).unwrap_or_default();
            let Some(quote) = memchr::memchr(b'"', tail) else {
                self.undone.extend_from_slice(tail);
                at = rest.len();
                break;
            };
            self.undone.extend(tail.iter().take(quote));
            at += quote + 1;
            if rest.get(at) != Some(&b'"') {
                break;
            }
            self.undone.push(b'"');
            at += 1;
        }
        let tail = rest.get(at..).unwrap_or_default();
        let length = memchr::memchr(delimiter, tail).unwrap_or(tail.len());
        self.undone.extend(tail.iter().take(length));
        self.spans.push(Span { start, end: self.undone.len(), undone: true });
        at + length
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Cell `n` of the record that was split.
    pub fn get<'r>(&'r self, record: &'r [u8], n: usize) -> Option<&'r [u8]> {
        let span = self.spans.get(n)?;
        let bytes = if span.undone { &self.undone } else { record };
        bytes.get(span.start..span.end)
    }

    /// All cells of the record that was split.
    pub fn iter<'r>(&'r self, record: &'r [u8]) -> impl Iterator<Item = &'r [u8]> {
        (0..self.len()).filter_map(move |n| self.get(record, n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(record: &str) -> Vec<String> {
        let mut cells = Cells::default();
        cells.split(record.as_bytes(), b',');
        cells.iter(record.as_bytes()).map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect()
    }

    #[test]
    fn quotes_are_undone() {
        for (record, cells) in [
            ("", &[""][..]),
            ("a,b", &["a", "b"]),
            (",", &["", ""]),
            ("\"a\",\"b,c\",d", &["a", "b,c", "d"]),
            ("\"say \"\"hi\"\"\"", &["say \"hi\""]),
            ("\"\",\"\"", &["", ""]),
            ("\"a\nb\",c", &["a\nb", "c"]),
            ("5\"2,x", &["5\"2", "x"]),
            ("\"a\"b,c", &["ab", "c"]),
            ("\"a\",", &["a", ""]),
            ("\"open", &["open"]),
        ] {
            assert_eq!(split(record), cells, "{record}");
        }
    }
}
