//! Finds where records end in bytes that arrive in pieces. Any cut of the bytes gives the same records.

/// How records end.
pub(crate) enum Frame {
    /// At a line end outside quotes.
    Csv(Quotes),
    /// At a line end, which is this byte.
    Lines(u8),
    /// After so many bytes; a line end there is skipped.
    Blocks(usize),
}

/// Where a scan of a CSV record stands.
pub(crate) struct Quotes {
    delimiter: u8,
    /// The last byte of a line end.
    end: u8,
    state: State,
    /// The byte before the next one: what tells an opening quote from a quote in a cell.
    before: u8,
    /// Line ends inside the record so far.
    newlines: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Quoted,
    /// After a quote that closes or is doubled.
    Closing,
}

impl Quotes {
    pub fn new(delimiter: u8, end: u8) -> Self {
        Self { delimiter, end, state: State::Plain, before: delimiter, newlines: 0 }
    }

    fn scan(&mut self, data: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) {
            if self.state == State::Closing {
                self.state = if rest.first() == Some(&b'"') { State::Quoted } else { State::Plain };
                at += usize::from(self.state == State::Quoted);
                continue;
            }
            let Some(found) = memchr::memchr2(b'"', self.end, rest) else { break };
            let position = at + found;
            at = position + 1;
            let is_end = data.get(position) == Some(&self.end);
            match self.state {
                State::Plain if is_end => {
                    self.newlines += 1;
                    self.before = self.delimiter;
                    return Some(at);
                }
                _ if is_end => self.newlines += 1,
                State::Quoted => self.state = State::Closing,
                _ => {
                    let before = position.checked_sub(1).and_then(|n| data.get(n)).unwrap_or(&self.before);
                    if *before == self.delimiter {
                        self.state = State::Quoted;
                    }
                }
            }
        }
        self.before = data.last().copied().unwrap_or(self.before);
        None
    }
}

impl Frame {
    /// The end of the record in `data`, of which `held` bytes came before; `None` if it is not in it.
    pub fn scan(&mut self, data: &[u8], held: usize) -> Option<usize> {
        match self {
            Self::Csv(quotes) => quotes.scan(data),
            Self::Lines(end) => memchr::memchr(*end, data).map(|end| end + 1),
            Self::Blocks(length) => Some(length.saturating_sub(held)).filter(|end| *end <= data.len()),
        }
    }

    /// How many lines the record just ended took.
    pub fn take_lines(&mut self) -> u32 {
        match self {
            Self::Csv(quotes) => std::mem::take(&mut quotes.newlines).max(1),
            Self::Lines(_) | Self::Blocks(_) => 1,
        }
    }

    /// Whether a quote is open.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Csv(quotes) if quotes.state == State::Quoted)
    }
}
