//! One leaf: an act, written down before it happens. Nothing in it says anything about a resident; the
//! types let only opaque ids and digests in.

use std::fmt;
use std::str::FromStr;

use kernel::id::{LeafId, StaffId};
use kernel::{Digest, Fault, TownCode, canonical};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::act::Act;
use crate::fault::{invalid, refused};

/// The format of a leaf's bytes.
const VERSION: u8 = 1;

/// What an act was done to: a typed id of the platform as text (`per_0192…`), and nothing else. A name, a
/// number of a register or free text does not fit in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectRef(String);

/// A text that is no typed id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a subject is a typed id: a prefix of two or three letters, an underscore, 32 hexadecimal digits")]
pub struct SubjectRefError;

impl SubjectRef {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the underscore, which says what it is.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.split_once('_').map_or("", |(prefix, _)| prefix)
    }
}

impl FromStr for SubjectRef {
    type Err = SubjectRefError;
    fn from_str(text: &str) -> Result<Self, SubjectRefError> {
        let (prefix, hex) = text.split_once('_').ok_or(SubjectRefError)?;
        let prefix_fits = (2..=3).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_lowercase());
        let hex_fits = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if prefix_fits && hex_fits { Ok(Self(text.to_owned())) } else { Err(SubjectRefError) }
    }
}

macro_rules! subjects {
    ($($id:ident),+) => {
        impl SubjectRef {
            /// The prefixes of everything that may be a subject.
            pub const PREFIXES: &'static [&'static str] = &[$(kernel::id::$id::PREFIX),+];
        }

        $(impl From<kernel::id::$id> for SubjectRef {
            fn from(id: kernel::id::$id) -> Self {
                Self(id.to_string())
            }
        })+
    };
}

subjects!(
    PersonId,
    HouseholdId,
    LoadId,
    UploadId,
    LinkTaskId,
    RunId,
    ConsentId,
    HandoverId,
    StaffId,
    TokenId,
    TaskId,
    ProfileId,
    WatchNoteId,
    RelationId,
    CaseId,
    RequestId
);

impl fmt::Display for SubjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, of a town or of the cooperative.
    Staff(StaffId),
    /// A job that no person started (a handover that expires).
    Platform,
}

/// How a leaf names [`Actor::Platform`].
const PLATFORM: &str = "platform";

impl From<StaffId> for Actor {
    fn from(staff: StaffId) -> Self {
        Self::Staff(staff)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(staff) => staff.fmt(f),
            Self::Platform => f.write_str(PLATFORM),
        }
    }
}

impl FromStr for Actor {
    type Err = kernel::id::IdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == PLATFORM { Ok(Self::Platform) } else { text.parse().map(Self::Staff) }
    }
}

macro_rules! serde_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

serde_as_text!(SubjectRef, Actor);

/// One leaf of the evidence log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Format of the bytes; 1.
    v: u8,
    /// The leaf's id.
    pub id: LeafId,
    /// Whose act it is: the leaf stands in this town's chain.
    pub town: TownCode,
    /// What was done.
    pub act: Act,
    /// When: milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Who did it.
    pub actor: Actor,
    /// To what, in the order given; one leaf for a bulk act.
    pub subjects: Vec<SubjectRef>,
    /// What hides the act's detail (see [`Committed`](crate::Committed)).
    pub commitment: Digest,
}

impl Leaf {
    /// A leaf for an act at `at` (milliseconds since 1970-01-01T00:00:00Z), under a fresh id.
    #[must_use]
    pub fn new(
        town: TownCode,
        act: Act,
        at: i64,
        actor: impl Into<Actor>,
        subjects: Vec<SubjectRef>,
        commitment: Digest,
    ) -> Self {
        Self { v: VERSION, id: LeafId::new(), town, act, at, actor: actor.into(), subjects, commitment }
    }

    /// The canonical bytes that are kept, hashed and exported: JSON text.
    ///
    /// # Errors
    /// `evidence_refused` when `at` is beyond what JSON keeps exactly.
    pub fn bytes(&self) -> Result<Vec<u8>, Fault> {
        canonical::to_vec(self).map_err(|_| refused())
    }

    /// The leaf in these bytes.
    ///
    /// # Errors
    /// `evidence_invalid` for bytes that are not the canonical form of a leaf of a known version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let unreadable = || invalid("証跡の形が正しくない", "a leaf is not of the known form");
        let leaf: Self = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        let canonical = leaf.v == VERSION && leaf.bytes().is_ok_and(|again| again == bytes);
        if canonical { Ok(leaf) } else { Err(unreadable()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::Committed;
    use kernel::id::PersonId;

    fn leaf() -> Leaf {
        let person = PersonId::new();
        let committed = Committed::to(&"detail").unwrap();
        let town = "143669".parse().unwrap();
        Leaf::new(
            town,
            Act::ConsentRecorded,
            1_790_000_000_000,
            StaffId::new(),
            vec![person.into()],
            committed.digest,
        )
    }

    #[test]
    fn a_leaf_leads_back_from_its_bytes_and_only_from_those() {
        let leaf = leaf();
        let bytes = leaf.bytes().unwrap();
        assert_eq!(Leaf::from_bytes(&bytes).unwrap(), leaf);
        let text = String::from_utf8(bytes).unwrap();
        for bad in [
            text.replace("\"v\":1", "\"v\":2"),
            text.replace("\"v\":1", "\"v\":1,\"note\":\"x\""),
            text.replace("\"at\":", "\"at\": "),
            text.replace("143669", "143660"),
            String::new(),
        ] {
            assert!(Leaf::from_bytes(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    /// The database tells looks from other acts by these bytes (`hub.changes`).
    #[test]
    fn a_leaf_begins_with_its_act() {
        let read = Leaf { act: Act::PersonsRead, ..leaf() }.bytes().unwrap();
        assert!(read.starts_with(b"{\"act\":\"persons_read\"") && b"{\"act\":\"persons_read\"".len() == 21);
        assert!(!leaf().bytes().unwrap().starts_with(b"{\"act\":\"persons_read\""));
    }

    #[test]
    fn no_name_fits_in() {
        assert!(PersonId::new().to_string().parse::<SubjectRef>().is_ok());
        for bad in [
            "襷花子",
            "per_",
            "0000012345",
            "per_襷襷襷襷襷襷襷襷襷襷a",
            "person_00000000000000000000000000000000",
            "stf_0000000000000000000000000000000G",
        ] {
            assert!(bad.parse::<SubjectRef>().is_err(), "{bad}");
        }
        assert_eq!("platform".parse(), Ok(Actor::Platform));
        assert!("襷花子".parse::<Actor>().is_err());
    }

    #[test]
    fn a_time_that_json_cannot_keep_is_refused() {
        assert!(Leaf { at: i64::MAX, ..leaf() }.bytes().is_err());
    }
}
