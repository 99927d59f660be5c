//! Inside a town: organs (機関) and sections (課・班). They hold data, give it and receive it
//! separately; a handover runs between organs of two towns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::slug::{SlugError, is_slug};

/// Which kind of organ of a town (地方自治法; 個人情報保護法 treats each as a holder of its own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganKind {
    /// 町長部局.
    Mayor,
    /// 教育委員会.
    BoardOfEducation,
    /// A school.
    School,
}

/// A section, named `<organ>/<section>` as in the town's folder (`mayor/kosodate`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionCode(String);

impl SectionCode {
    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The organ's part of the name.
    #[must_use]
    pub fn organ(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(organ, _)| organ)
    }
}

impl FromStr for SectionCode {
    type Err = SlugError;
    fn from_str(text: &str) -> Result<Self, SlugError> {
        match text.split_once('/') {
            Some((organ, section)) if is_slug(organ) && is_slug(section) => Ok(Self(text.to_owned())),
            _ => Err(SlugError),
        }
    }
}

impl fmt::Display for SectionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SectionCode {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SectionCode {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_names_its_organ() {
        let section: SectionCode = "board/gakko_kyoiku".parse().unwrap();
        assert_eq!(section.organ(), "board");
        for bad in ["board", "board/", "/x", "a/b/c", "役場/子育て"] {
            assert!(bad.parse::<SectionCode>().is_err(), "{bad}");
        }
    }
}
