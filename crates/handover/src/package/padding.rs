//! Sizes tell: a thick package says much has happened. So bodies come in few sizes, powers of two.

use kernel::{Code, Fault};

/// The smallest body: a page of the database is 8 KiB, and most handovers of one child fit in half of it.
const SMALLEST: usize = 4096;
/// The largest body: 64 MiB, far above any family's records.
const LARGEST: usize = 1 << 26;
/// The length in front of the content, big-endian.
const LENGTH: usize = 8;

/// The size class for content of this length: the next power of two, at least 4 KiB.
///
/// # Errors
/// `payload_too_large` beyond 64 MiB.
pub(super) fn size_class(content: usize) -> Result<usize, Fault> {
    let class =
        content.saturating_add(LENGTH).checked_next_power_of_two().unwrap_or(usize::MAX).max(SMALLEST);
    if class > LARGEST { Err(too_large(LARGEST)) } else { Ok(class) }
}

/// The content behind its length, filled up with zeros to `size` bytes.
///
/// # Errors
/// `payload_too_large` when it does not fit.
pub(super) fn pad(content: &[u8], size: usize) -> Result<Vec<u8>, Fault> {
    if content.len().saturating_add(LENGTH) > size {
        return Err(too_large(size));
    }
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&(content.len() as u64).to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(size, 0);
    Ok(padded)
}

/// The content of what [`pad`] made.
pub(super) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (content, zeros) = rest.split_at_checked(length)?;
    zeros.iter().all(|byte| *byte == 0).then_some(content)
}

fn too_large(limit: usize) -> Fault {
    Fault::new(Code::PayloadTooLarge).with("limit", limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_few() {
        for (content, class) in [(0, 4096), (4088, 4096), (4089, 8192), (8184, 8192), (8185, 16384)] {
            assert_eq!(size_class(content).unwrap(), class, "{content}");
        }
        assert_eq!(size_class(LARGEST - LENGTH).unwrap(), LARGEST);
        assert_eq!(size_class(LARGEST).unwrap_err().code(), Code::PayloadTooLarge);
        assert_eq!(size_class(usize::MAX).unwrap_err().code(), Code::PayloadTooLarge);
    }

    #[test]
    fn content_comes_back_and_nothing_else_does() {
        let padded = pad(b"abc", 16).unwrap();
        assert_eq!((padded.len(), unpad(&padded)), (16, Some(&b"abc"[..])));
        assert!(pad(b"abcdefghi", 16).is_err());
        let mut noisy = padded.clone();
        noisy[15] = 1;
        assert_eq!(unpad(&noisy), None);
        let mut long = padded;
        long[0] = 255;
        assert_eq!(unpad(&long), None);
        assert_eq!(unpad(b"short"), None);
    }
}
