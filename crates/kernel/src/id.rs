//! Typed ids: a newtype a noun over UUIDv7, prefixed in JSON (`per_0192…`), so that a person's id
//! can never be handed in where a household's is meant, and a human sees which it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// A text that is not an id of the noun asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ followed by 32 hexadecimal digits")]
pub struct IdError {
    /// The prefix that was expected, without the underscore.
    pub prefix: &'static str,
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(Uuid);

            impl $name {
                /// The prefix shown before the underscore.
                pub const PREFIX: &'static str = $prefix;

                /// A fresh id; ids made later sort later (UUIDv7).
                #[must_use]
                #[expect(clippy::new_without_default, reason = "each call gives another id")]
                pub fn new() -> Self {
                    Self(Uuid::now_v7())
                }

                /// The id with this UUID, as read back from storage.
                #[must_use]
                pub const fn from_uuid(uuid: Uuid) -> Self {
                    Self(uuid)
                }

                /// The bare UUID, as storage keeps it.
                #[must_use]
                pub const fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, concat!($prefix, "_{}"), self.0.simple())
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(self, f)
                }
            }

            impl FromStr for $name {
                type Err = IdError;
                fn from_str(text: &str) -> Result<Self, IdError> {
                    parse($prefix, text).map(Self)
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    to.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    let text = String::deserialize(from)?;
                    text.parse().map_err(de::Error::custom)
                }
            }
        )+

        #[cfg(test)]
        const PREFIXES: &[&str] = &[$($prefix),+];
    };
}

/// Lower-case hexadecimal only, one spelling an id: ids are compared as text by clients.
fn parse(prefix: &'static str, text: &str) -> Result<Uuid, IdError> {
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    match hex {
        Some(hex) if hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => {
            Uuid::try_parse(hex).map_err(|_| IdError { prefix })
        }
        _ => Err(IdError { prefix }),
    }
}

typed_ids! {
    /// 住民: a person known to one town.
    PersonId = "per";
    /// 世帯.
    HouseholdId = "hh";
    /// 取込: one intake of one file.
    LoadId = "lod";
    /// 取込エラー: one rejected line.
    RejectId = "rej";
    /// A file being handed in, before it is loaded.
    UploadId = "upl";
    /// 記録: one sealed pack of observations from one source row.
    PackId = "pak";
    /// 親族関係 between two persons, recorded by staff.
    RelationId = "rel";
    /// ケース: a child's case.
    CaseId = "cas";
    /// 突合 waiting for a human.
    LinkTaskId = "lnk";
    /// 判定: one scoring run.
    RunId = "run";
    /// 同意.
    ConsentId = "con";
    /// 引継ぎ.
    HandoverId = "hov";
    /// One item inside a handover's package.
    HandoverItemId = "hit";
    /// 職員.
    StaffId = "stf";
    /// 所属: one section in which somebody may do something, from one day to another.
    PostingId = "pst";
    /// 閲覧制限: one person whom somebody may not see.
    DenialId = "dny";
    /// A token's public handle (never its secret).
    TokenId = "tok";
    /// A long work in progress.
    OperationId = "opr";
    /// 証跡: one leaf of the evidence log.
    LeafId = "lef";
    /// 決裁や確認を待つ仕事: something a person of the town has to do.
    TaskId = "tsk";
    /// One applied version of a town's profile.
    ProfileId = "prf";
    /// 適用計画: what a bundle would change in a town's profile.
    PlanId = "pln";
    /// 取込計画: what loading a file would change.
    LoadPlanId = "lpl";
    /// 見守り情報: one note, whatever its version.
    WatchNoteId = "wnt";
    /// One request, from header to log.
    RequestId = "req";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_refuses_another_noun() {
        let id = PersonId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().parse::<HouseholdId>().is_err());
        assert_eq!(serde_json::from_str::<PersonId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn one_spelling_only() {
        let id = PersonId::from_uuid(Uuid::from_u128(0xabcdef));
        let text = id.to_string();
        for bad in [
            text.to_uppercase(),
            text.replace("per_", "per-"),
            format!("{text}0"),
            id.uuid().hyphenated().to_string(),
            "per_".into(),
            "per_éééééééééééééééé".into(),
        ] {
            assert!(bad.parse::<PersonId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn later_ids_sort_later() {
        let ids: Vec<_> = (0..100).map(|_| PersonId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn prefixes_are_distinct() {
        let mut seen = PREFIXES.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), PREFIXES.len());
    }
}
