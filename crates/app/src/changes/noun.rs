//! What a change can be a change of, told by the prefix of its id.

use std::fmt;
use std::str::FromStr;

use evidence::SubjectRef;
use serde::{Serialize, Serializer};

macro_rules! nouns {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $ja:literal, $prefix:expr;)+) => {
        /// A noun of the feed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Noun { $($(#[$doc])* $name,)+ }

        impl Noun {
            /// Every noun of the feed.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What staff see.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self { $(Self::$name => $ja,)+ }
            }

            const fn prefix(self) -> Option<&'static str> {
                match self { $(Self::$name => $prefix,)+ }
            }
        }
    };
}

nouns! {
    /// A resident.
    Person = "person", "住民", Some(kernel::id::PersonId::PREFIX);
    /// A household.
    Household = "household", "世帯", Some(kernel::id::HouseholdId::PREFIX);
    /// The town's list of protections, which is read as a whole: nobody on it is named here.
    ProtectionList = "protection_list", "支援措置の一覧", None;
    /// A watch note.
    WatchNote = "watch_note", "見守り情報", Some(kernel::id::WatchNoteId::PREFIX);
    /// A file handed in.
    Upload = "upload", "受付", Some(kernel::id::UploadId::PREFIX);
    /// A load.
    Load = "load", "取込", Some(kernel::id::LoadId::PREFIX);
    /// A record that waits, or waited, for a human.
    LinkTask = "link_task", "突合待ち", Some(kernel::id::LinkTaskId::PREFIX);
    /// A scoring run.
    Run = "run", "判定", Some(kernel::id::RunId::PREFIX);
    /// A consent.
    Consent = "consent", "同意", Some(kernel::id::ConsentId::PREFIX);
    /// A handover.
    Handover = "handover", "引継ぎ", Some(kernel::id::HandoverId::PREFIX);
    /// Something a person of the town has to do.
    Task = "task", "仕事", Some(kernel::id::TaskId::PREFIX);
    /// The town's profile.
    Profile = "profile", "町の設定", Some(kernel::id::ProfileId::PREFIX);
}

/// Subjects of acts that are no integrator's: accounts are the town administrator's alone, and a request is
/// nothing that can be read.
const UNTOLD: &[&str] =
    &[kernel::id::StaffId::PREFIX, kernel::id::TokenId::PREFIX, kernel::id::RequestId::PREFIX];

impl Noun {
    /// The noun of an act's subject; `None` for what the feed does not tell.
    pub(super) fn of(subject: &SubjectRef) -> Option<Self> {
        let prefix = subject.prefix();
        Self::ALL.iter().copied().find(|noun| noun.prefix() == Some(prefix))
    }

    /// Whether subjects with this prefix are told, or kept out on purpose.
    #[must_use]
    pub fn knows(prefix: &str) -> bool {
        UNTOLD.contains(&prefix) || Self::ALL.iter().any(|noun| noun.prefix() == Some(prefix))
    }
}

/// A text that names no noun of the feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a noun of the feed of changes")]
pub struct UnknownNoun;

impl FromStr for Noun {
    type Err = UnknownNoun;
    fn from_str(text: &str) -> Result<Self, UnknownNoun> {
        Self::ALL.iter().copied().find(|noun| noun.as_str() == text).ok_or(UnknownNoun)
    }
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Noun {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new kind of subject is given a noun, or is kept out by name: none is left out by being forgotten.
    #[test]
    fn every_subject_of_an_act_is_told_or_kept_out_on_purpose() {
        for prefix in SubjectRef::PREFIXES {
            assert!(Noun::knows(prefix), "{prefix}: give it a noun of the feed, or name it in UNTOLD");
        }
        for noun in Noun::ALL {
            assert_eq!(noun.as_str().parse(), Ok(*noun));
        }
        assert!("staff".parse::<Noun>().is_err());
    }
}
