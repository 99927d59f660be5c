//! SHA-256, for what is public or already salted.

use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256 over the parts, one after another. The caller sees to it that no two inputs run into the same bytes.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    head(context.finish().as_ref())
}

/// The first `N` bytes of a digest or tag that has at least so many.
pub(crate) fn head<const N: usize>(digest: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = *from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    /// FIPS 180-4, the example "abc".
    #[test]
    fn known_answer_over_parts() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(super::sha256(&[b"a", b"", b"bc"])), expected);
    }
}
