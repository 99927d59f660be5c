//! One-time codes with which somebody sets a password: short enough to be read out or written down, random
//! enough that no slow hash is needed for the day they hold.

use std::{fmt, str::FromStr};

use zeroize::Zeroizing;

use crate::{SealError, random, sha256};

/// Crockford's base 32: no letter that is taken for another or for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a code: 16 of 5 bits each, 80 bits.
const LENGTH: usize = 16;

/// A one-time code, `K7QM-2V9D-…`: four groups of four.
pub struct SetupCode(Zeroizing<[u8; LENGTH]>);

impl SetupCode {
    /// A fresh code.
    #[must_use]
    pub fn generate() -> Self {
        let mut code = Zeroizing::new(random::array::<LENGTH>());
        for byte in code.iter_mut() {
            *byte = ALPHABET[usize::from(*byte & 31)];
        }
        Self(code)
    }

    /// The code's text, shown once to whoever passes it on.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let groups: Vec<String> =
            self.0.chunks(4).map(|group| String::from_utf8_lossy(group).into()).collect();
        Zeroizing::new(groups.join("-"))
    }

    /// What is kept and compared instead of the code.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(&[b"tasuki setup code\0", self.0.as_slice()])
    }

    /// Whether this is the code of a kept hash; takes the same time wherever the two differ.
    #[must_use]
    pub fn is_of(&self, hash: &[u8]) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.hash(), hash).is_ok()
    }
}

impl FromStr for SetupCode {
    type Err = SealError;

    /// Reads a code as people type it: small letters, blanks and hyphens anywhere, `O` for `0`, `I` and `L`
    /// for `1`.
    ///
    /// # Errors
    /// [`SealError::Token`] for anything else.
    fn from_str(text: &str) -> Result<Self, SealError> {
        let mut code = Zeroizing::new([0; LENGTH]);
        let mut at = 0;
        for byte in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let byte = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let place = code.get_mut(at).filter(|_| ALPHABET.contains(&byte)).ok_or(SealError::Token)?;
            *place = byte;
            at += 1;
        }
        if at == LENGTH { Ok(Self(code)) } else { Err(SealError::Token) }
    }
}

impl fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupCode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        let code = SetupCode::generate();
        let text = code.expose();
        assert_eq!(text.len(), 19);
        for typed in [text.to_string(), text.to_lowercase(), text.replace('-', " "), text.replace('-', "")] {
            let read: SetupCode = typed.parse().unwrap();
            assert!(read.is_of(&code.hash()), "{typed}");
        }
        let read: SetupCode = "OIL0-0000-0000-0000".parse().unwrap();
        assert_eq!(*read.expose(), "0110-0000-0000-0000");
        assert!(!read.is_of(&code.hash()));
        assert!(!read.is_of(b""));
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "K7QM", "K7QM-2V9D-K7QM-2V9DX", "U7QM-2V9D-K7QM-2V9D", "襷7QM-2V9D-K7QM-2V9D"] {
            assert_eq!(text.parse::<SetupCode>().unwrap_err(), SealError::Token, "{text:?}");
        }
    }
}
