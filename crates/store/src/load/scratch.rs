//! Where the plain text of a box is written before it is sealed: wiped, and never left behind.

use zeroize::Zeroizing;

use crate::StoreError;

/// The plain text of a box, wiped when it has been sealed.
pub(super) fn json(value: &impl serde::Serialize) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    Ok(Zeroizing::new(serde_json::to_vec(value)?))
}

/// Bytes of a pack's plain text that few are longer than.
const PLAIN: usize = 16 << 10;

/// Room for the plain text of one pack after another, wiped at the end. It never grows, which would leave what
/// was in it behind: a longer text gets room of its own.
pub(super) struct Scratch(Zeroizing<Vec<u8>>);

impl Scratch {
    pub fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(PLAIN)))
    }

    pub fn write(&mut self, value: &impl serde::Serialize) -> Result<&[u8], StoreError> {
        self.0.clear();
        if serde_json::to_writer(Room(&mut self.0), value).is_err() {
            self.0 = json(value)?;
        }
        Ok(&self.0)
    }
}

/// Takes what fits.
struct Room<'v>(&'v mut Vec<u8>);

impl std::io::Write for Room<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > self.0.capacity() {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_does_not_fit_moves_nothing() {
        let mut kept = Vec::with_capacity(8);
        let room = kept.capacity();
        assert!(Room(&mut kept).write_all(&vec![b'a'; room + 1]).is_err());
        assert_eq!(kept.capacity(), room);
    }

    #[test]
    fn a_text_longer_than_the_room_gets_its_own() {
        let mut scratch = Scratch::new();
        for length in [3, PLAIN + 1, 5, PLAIN * 3] {
            let text = "a".repeat(length);
            assert_eq!(scratch.write(&text).unwrap(), format!("\"{text}\"").as_bytes());
        }
    }
}
