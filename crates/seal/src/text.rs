//! How public values are written as text, and how parts are kept apart in bytes.

/// The length of `part` as 8 bytes, big-endian: put before a part, it keeps neighbours apart.
pub(crate) fn length_prefix(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_be_bytes()
}

/// Gives a type with `to_bytes()` and `from_bytes(&[u8]) -> Result<Self, SealError>` its text form, standard
/// base64 with padding, in `Display`, `FromStr` and serde alike.
macro_rules! base64_text {
    ($type:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                use base64::{display::Base64Display, engine::general_purpose::STANDARD};
                Base64Display::new(self.to_bytes().as_ref(), &STANDARD).fmt(f)
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::SealError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                use base64::{Engine, engine::general_purpose::STANDARD};
                let bytes = STANDARD.decode(text).map_err(|_| $crate::SealError::KeyFormat)?;
                Self::from_bytes(&bytes)
            }
        }

        $crate::text::serde_as_text!($type);
    };
}

/// Carries a type with `Display` and `FromStr` through serde as that text.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Bytes as base64 in a member of a struct: `#[serde(with = "crate::text::base64_bytes")]`.
pub(crate) mod base64_bytes {
    use std::borrow::Cow;

    use base64::{Engine, display::Base64Display, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(bytes, &STANDARD))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_ref()).map_err(|_| D::Error::custom("not base64"))
    }
}

pub(crate) use {base64_text, serde_as_text};
