//! A package as one run of bytes, for the hub's row and for a file on removable media: a mark, then each part
//! behind its length. There is one spelling of each package.

use ::seal::{Sealed, Signature};
use kernel::Fault;

use super::{Package, tampered};

/// Begins every package: the platform's name and the format.
const MARK: &[u8; 8] = b"TASUKI\0\x01";

impl Package {
    /// The package as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let signature = self.signature.to_bytes();
        let parts: [&[u8]; 7] = [
            &self.manifest,
            &signature,
            &self.key.enc,
            &self.key.ciphertext,
            &self.flag.enc,
            &self.flag.ciphertext,
            &self.body,
        ];
        let length = parts.iter().map(|part| part.len() + 8).sum::<usize>() + MARK.len();
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(MARK);
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// The package in these bytes. Nothing is checked here but the framing.
    ///
    /// # Errors
    /// `package_tampered` for bytes that are cut off, run on, or are no package.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let mut rest = bytes.strip_prefix(MARK).ok_or_else(tampered)?;
        let mut part = || -> Result<Vec<u8>, Fault> {
            let (length, after) = rest.split_first_chunk::<8>().ok_or_else(tampered)?;
            let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| tampered())?;
            let (part, after) = after.split_at_checked(length).ok_or_else(tampered)?;
            rest = after;
            Ok(part.to_vec())
        };
        let manifest = part()?;
        let signature = Signature::from_bytes(&part()?).map_err(|_| tampered())?;
        let key = Sealed { enc: part()?, ciphertext: part()? };
        let flag = Sealed { enc: part()?, ciphertext: part()? };
        let body = part()?;
        if rest.is_empty() { Ok(Self { manifest, signature, key, flag, body }) } else { Err(tampered()) }
    }
}
