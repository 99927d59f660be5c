//! Names given in configuration: short, lower-case, safe in paths, SQL labels and metrics.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that is not a configuration name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 64 lower-case letters, digits and underscores, beginning with a letter")]
pub struct SlugError;

/// True for `[a-z][a-z0-9_]{0,63}`.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    text.len() <= 64
        && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

macro_rules! slugs {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = SlugError;
            fn from_str(text: &str) -> Result<Self, SlugError> {
                if is_slug(text) { Ok(Self(text.to_owned())) } else { Err(SlugError) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

slugs! {
    /// 連携元: one export of one system of one section, as named in the town's folder.
    SourceCode;
    /// A town's folder name (`kaisei`).
    TownSlug;
    /// 判定基準: the name of a rulebook.
    RulebookCode;
}

/// The source of what another town handed over.
pub const HANDED_OVER: &str = "handover_in";

/// The source of what staff write themselves (見守り情報).
pub const WATCH_NOTES: &str = "watch_note";

/// The source of relations that staff record (戸籍で確認、聞き取り).
pub const RECORDED_RELATIONS: &str = "recorded_relation";

/// The source of what staff make of candidates (候補の確認).
pub const ASSESSMENTS: &str = "assessment";

/// The source of cases (ケース).
pub const CASES: &str = "case";

/// The source of what runs found (判定結果).
pub const RUN_RESULTS: &str = "run_result";

/// Sources that no system exports. No town can name one of its own so, or a load of it would close them.
pub const RESERVED_SOURCES: [&str; 6] =
    [HANDED_OVER, WATCH_NOTES, RECORDED_RELATIONS, ASSESSMENTS, CASES, RUN_RESULTS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_names() {
        assert!("resident_register".parse::<SourceCode>().is_ok());
        for bad in ["", "1st", "_x", "Resident", "a-b", "a b", "住民", &"a".repeat(65)] {
            assert!(bad.parse::<SourceCode>().is_err(), "{bad}");
        }
    }
}
