//! UTF-16 to UTF-8 while it arrives, so that the same cutters serve it: its commas and line ends have two
//! bytes, of which either may be part of another character. What is no character becomes U+FFFD, which no
//! cell may hold.

use encoding_rs::{CoderResult, UTF_16BE, UTF_16LE};

use crate::text::Encoding;

/// Bytes of UTF-8 made at a time.
const PIECE: usize = 1 << 14;

/// One UTF-16 file.
pub(super) struct Transcoder {
    decoder: encoding_rs::Decoder,
}

impl Transcoder {
    /// A transcoder, if files in `encoding` need one. The mark of the other order of bytes becomes U+FFFE.
    pub fn new(encoding: Encoding) -> Option<Self> {
        let encoding = match encoding {
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
            _ => return None,
        };
        Some(Self { decoder: encoding.new_decoder_with_bom_removal() })
    }

    /// Gives the bytes as UTF-8; `last` when none follow.
    pub fn take(&mut self, mut bytes: &[u8], last: bool) -> Vec<u8> {
        let (mut text, mut piece) = (Vec::with_capacity(bytes.len() * 2), [0; PIECE]);
        loop {
            let (result, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut piece, last);
            text.extend(piece.iter().take(written));
            bytes = bytes.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                return text;
            }
        }
    }
}

/// The text as UTF-16 bytes; the other encodings' bytes are made where they are written.
pub(crate) fn encode(encoding: Encoding, text: &str) -> Vec<u8> {
    let unit = |unit: u16| match encoding {
        Encoding::Utf16Be => unit.to_be_bytes(),
        _ => unit.to_le_bytes(),
    };
    text.encode_utf16().flat_map(unit).collect()
}
