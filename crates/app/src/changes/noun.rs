//! What a change can be a change of, told by the prefix of its id.

use evidence::SubjectRef;
use kernel::id;

kernel::words! {
    /// A noun of the feed.
    Noun {
        /// A resident.
        Person = "person", "住民";
        /// A household.
        Household = "household", "世帯";
        /// The town's list of protections, which is read as a whole: nobody on it is named here.
        ProtectionList = "protection_list", "支援措置の一覧";
        /// A relation that staff recorded.
        Relation = "relation", "親族関係";
        /// A case.
        Case = "case", "ケース";
        /// A watch note.
        WatchNote = "watch_note", "見守り情報";
        /// A file handed in.
        Upload = "upload", "受付";
        /// A load.
        Load = "load", "取込";
        /// A record that waits, or waited, for a human.
        LinkTask = "link_task", "突合待ち";
        /// A scoring run.
        Run = "run", "判定";
        /// A consent.
        Consent = "consent", "同意";
        /// A handover.
        Handover = "handover", "引継ぎ";
        /// Something a person of the town has to do.
        Task = "task", "仕事";
        /// The town's profile.
        Profile = "profile", "町の設定";
    }
}

/// The noun of each kind of id.
const TOLD: &[(&str, Noun)] = &[
    (id::PersonId::PREFIX, Noun::Person),
    (id::HouseholdId::PREFIX, Noun::Household),
    (id::RelationId::PREFIX, Noun::Relation),
    (id::CaseId::PREFIX, Noun::Case),
    (id::WatchNoteId::PREFIX, Noun::WatchNote),
    (id::UploadId::PREFIX, Noun::Upload),
    (id::LoadId::PREFIX, Noun::Load),
    (id::LinkTaskId::PREFIX, Noun::LinkTask),
    (id::RunId::PREFIX, Noun::Run),
    (id::ConsentId::PREFIX, Noun::Consent),
    (id::HandoverId::PREFIX, Noun::Handover),
    (id::TaskId::PREFIX, Noun::Task),
    (id::ProfileId::PREFIX, Noun::Profile),
];

impl Noun {
    /// The noun of an act's subject; `None` for what the feed does not tell.
    pub(super) fn of(subject: &SubjectRef) -> Option<Self> {
        TOLD.iter().find(|(prefix, _)| *prefix == subject.prefix()).map(|(_, noun)| *noun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Subjects of acts that are no integrator's: accounts are the town administrator's alone, and a request is
    /// nothing that can be read.
    const UNTOLD: &[&str] = &[id::StaffId::PREFIX, id::TokenId::PREFIX, id::RequestId::PREFIX];

    /// A new kind of subject is given a noun, or is kept out by name: none is left out by being forgotten.
    #[test]
    fn every_subject_of_an_act_is_told_or_kept_out_on_purpose() {
        for prefix in SubjectRef::PREFIXES {
            let told = TOLD.iter().any(|(known, _)| known == prefix);
            assert!(told != UNTOLD.contains(prefix), "{prefix}: give it a noun, or name it in UNTOLD");
        }
    }
}
