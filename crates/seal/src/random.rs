//! Randomness from the operating system; the one source for keys, nonces and salts.

/// Fills `bytes` from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give. A key made without it would be worse than none, and
/// no caller could do better than stop.
#[expect(clippy::expect_used, reason = "without randomness no key may be made; no input can cause it")]
pub fn fill(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes");
}

/// `N` random bytes, for what is not secret (nonces, salts of verifiers).
///
/// # Panics
/// As [`fill`].
pub fn array<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_draws_differ() {
        assert_ne!(super::array::<32>(), super::array::<32>());
    }
}
