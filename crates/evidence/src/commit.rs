//! Salted commitments in a form that can be kept and shown: a leaf tells nothing of its act's detail, and
//! whoever holds salt and detail can later show what it meant. A dropped salt leaves the leaf mute for ever.

use std::fmt;
use std::str::FromStr;

use kernel::{Digest, Fault, canonical};
use seal::Salt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::fault::{invalid, refused};

/// The 32 random bytes of one commitment, for keeping sealed beside what it hides. As text: 64 lower-case
/// hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Blinding([u8; 32]);

impl Blinding {
    /// Fresh bytes; one for each commitment.
    #[must_use]
    pub fn generate() -> Self {
        Self(*Salt::generate().expose())
    }

    /// The bytes as they were kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept sealed.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The commitment to exactly these bytes: SHA-256 over blinding, then bytes.
    #[must_use]
    pub fn commit(&self, bytes: &[u8]) -> Digest {
        Digest::from_bytes(Salt::from_bytes(&self.0).commit(bytes))
    }
}

impl fmt::Display for Blinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A blinding in a log would let its reader try guesses: its `Debug` says nothing.
impl fmt::Debug for Blinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinding(redacted)")
    }
}

impl FromStr for Blinding {
    type Err = kernel::digest::DigestError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Digest>().map(|same_shape| Self(*same_shape.as_bytes()))
    }
}

impl Serialize for Blinding {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Blinding {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// A commitment and the salt that opens it. The digest goes into the leaf; the salt is kept sealed with the
/// detail, or dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// What opens it.
    pub salt: Blinding,
    /// What the leaf carries.
    pub digest: Digest,
}

impl Committed {
    /// Commits to a detail's canonical JSON under a fresh salt.
    ///
    /// # Errors
    /// `evidence_refused` when the detail has no canonical form (a float, a non-text key).
    pub fn to(detail: &impl Serialize) -> Result<Self, Fault> {
        let bytes = canonical::to_vec(detail).map_err(|_| refused())?;
        let salt = Blinding::generate();
        let digest = salt.commit(&bytes);
        Ok(Self { salt, digest })
    }

    /// Checks that this is the commitment to `detail`.
    ///
    /// # Errors
    /// `evidence_invalid` otherwise.
    pub fn verify(&self, detail: &impl Serialize) -> Result<(), Fault> {
        let fits = canonical::to_vec(detail).is_ok_and(|bytes| self.salt.commit(&bytes) == self.digest);
        if fits {
            Ok(())
        } else {
            Err(invalid("明細が証跡の値と合わない", "the detail does not fit its commitment"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_commitment_opens_to_its_detail_only() {
        let detail = json!({"rows": 3, "source": "attendance"});
        let committed = Committed::to(&detail).unwrap();
        committed.verify(&detail).unwrap();
        assert!(committed.verify(&json!({"rows": 4, "source": "attendance"})).is_err());
        let other = Committed { salt: Blinding::generate(), ..committed.clone() };
        assert!(other.verify(&detail).is_err(), "another salt must not open it");
        assert_ne!(
            Committed::to(&detail).unwrap().digest,
            committed.digest,
            "equal details must not look equal"
        );
    }

    #[test]
    fn what_cannot_be_hashed_is_refused() {
        assert!(Committed::to(&json!({"ratio": 0.5})).is_err());
    }

    #[test]
    fn a_salt_is_kept_as_text_and_silent_in_logs() {
        let salt = Blinding::generate();
        assert_eq!(salt.to_string().parse(), Ok(salt.clone()));
        assert_eq!(format!("{salt:?}"), "Blinding(redacted)");
    }
}
