//! HMAC-SHA256 with its key prepared once.

use std::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};

use crate::{hash::head, secret::Secret, text::length_prefix};

/// A ready HMAC-SHA256 key.
pub(crate) struct Mac(Key);

impl Mac {
    pub(crate) fn new(secret: &Secret) -> Self {
        Self(Key::new(HMAC_SHA256, secret.expose()))
    }

    /// The first `N` bytes of the tag over `bytes` (`N` ≤ 32).
    pub(crate) fn tag<const N: usize>(&self, bytes: &[u8]) -> [u8; N] {
        head(aws_lc_rs::hmac::sign(&self.0, bytes).as_ref())
    }

    /// The first `N` bytes of the tag over a label and parts, each behind its length, so that neither two
    /// purposes nor two splits of the same text share a tag.
    pub(crate) fn tuple<const N: usize>(&self, label: &str, parts: &[&str]) -> [u8; N] {
        let mut context = Context::with_key(&self.0);
        for part in std::iter::once(&label).chain(parts) {
            context.update(&length_prefix(part.as_bytes()));
            context.update(part.as_bytes());
        }
        head(context.sign().as_ref())
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
