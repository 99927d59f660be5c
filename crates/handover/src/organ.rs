//! 機関: between whom a handover runs. A town's organs hold, give and receive separately.

use std::fmt;
use std::str::FromStr;

use kernel::TownCode;
use kernel::slug::{SlugError, is_slug};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An organ's name within its town, as in the town's folder (`mayor`, `board`, `kaisei_sho`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganCode(String);

impl OrganCode {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganCode {
    type Err = SlugError;
    fn from_str(text: &str) -> Result<Self, SlugError> {
        if is_slug(text) { Ok(Self(text.to_owned())) } else { Err(SlugError) }
    }
}

impl fmt::Display for OrganCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for OrganCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OrganCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// One organ of one town.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organ {
    /// 町村.
    pub town: TownCode,
    /// 機関.
    pub organ: OrganCode,
}

impl fmt::Display for Organ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.town, self.organ)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organ_is_named_as_in_the_towns_folder() {
        assert!("mayor".parse::<OrganCode>().is_ok());
        for bad in ["", "町長部局", "mayor/kosodate", "Mayor"] {
            assert!(bad.parse::<OrganCode>().is_err(), "{bad}");
        }
    }
}
