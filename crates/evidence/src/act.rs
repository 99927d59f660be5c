//! What can be done that leaves a leaf: a closed set, so that an auditor can ask for all of a kind.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $ja:literal / $en:literal;)+) => {
        /// An act that leaves a leaf. The name is part of every leaf's bytes: never rename one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Act { $($(#[$doc])* $name,)+ }

        impl Act {
            /// Every act.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in leaves, API and configuration.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What staff see.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self { $(Self::$name => $ja,)+ }
            }

            /// The same in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)+ }
            }
        }
    };
}

acts! {
    /// A town's profile was applied.
    ProfileApplied = "profile_applied", "町の設定の適用" / "profile applied";
    /// A training town was emptied, to be filled as it was at first.
    TrainingReset = "training_reset", "練習町の初期化" / "training town reset";
    /// A town's epoch key was turned: every wrapped key was wrapped anew and the old key destroyed.
    EpochTurned = "epoch_turned", "町の鍵の更新" / "epoch key turned";
    /// A member of staff was given an account, or lost it.
    StaffChanged = "staff_changed", "職員の登録・変更" / "staff changed";
    /// A member of staff left: every posting ended and every token revoked.
    StaffLeft = "staff_left", "職員の退職・転出" / "staff left";
    /// Somebody may not see a person from now on.
    DenialEntered = "denial_entered", "閲覧制限の登録" / "denial entered";
    /// A denial was ended.
    DenialEnded = "denial_ended", "閲覧制限の終了" / "denial ended";
    /// A one-time code to set a password was issued.
    SetupCodeIssued = "setup_code_issued", "設定コードの発行" / "set-up code issued";
    /// A password was set with a one-time code; every token of the account ended.
    PasswordSet = "password_set", "パスワードの設定" / "password set";
    /// Somebody signed in.
    SignedIn = "signed_in", "サインイン" / "signed in";
    /// A sign-in was prolonged.
    SignInRenewed = "sign_in_renewed", "サインインの延長" / "sign-in renewed";
    /// A token was issued.
    TokenIssued = "token_issued", "トークンの発行" / "token issued";
    /// A token was revoked.
    TokenRevoked = "token_revoked", "トークンの取消" / "token revoked";
    /// Another town's public key was pinned.
    KeyPinned = "key_pinned", "相手の町の鍵の確認" / "key pinned";
    /// A file was handed in.
    UploadReceived = "upload_received", "ファイルの受付" / "upload received";
    /// A file that nobody loaded in time was let go.
    UploadExpired = "upload_expired", "取り込まれなかったファイルの廃棄" / "file that nobody loaded let go";
    /// A load was applied.
    LoadApplied = "load_applied", "取込" / "load applied";
    /// A load was refused as a whole.
    LoadRefused = "load_refused", "取込の拒否" / "load refused";
    /// A person let a file be loaded although a guard trips.
    GuardOverridden = "guard_overridden", "取込の歯止めの解除" / "guard overridden";
    /// Somebody has seen the report of a load.
    LoadSignedOff = "load_signed_off", "取込品質の確認" / "load signed off";
    /// A load was taken back.
    LoadRolledBack = "load_rolled_back", "取込の取消" / "load rolled back";
    /// A human decided a link.
    LinkDecided = "link_decided", "突合の決定" / "link decided";
    /// A human's decision on a link was undone.
    LinkUndone = "link_undone", "突合の決定の取消" / "link decision undone";
    /// A person gave a number of another system from one resident to another.
    NumberMoved = "number_moved", "番号の付け替え" / "number moved to another person";
    /// A rulebook was run.
    RunScored = "run_scored", "判定の実行" / "run scored";
    /// A person assessed a candidate.
    CandidateAssessed = "candidate_assessed", "候補の確認" / "candidate assessed";
    /// Records of residents were read; one leaf a town and batch.
    PersonsRead = "persons_read", "住民の記録の閲覧" / "persons read";
    /// A member of staff wrote a watch note.
    WatchNoteWritten = "watch_note_written", "見守り情報の記入" / "watch note written";
    /// A watch note was corrected by a new version.
    WatchNoteCorrected = "watch_note_corrected", "見守り情報の訂正" / "watch note corrected";
    /// A relation seen or told was recorded.
    RelationRecorded = "relation_recorded", "親族関係の記録" / "relation recorded";
    /// A recorded relation was corrected by a new version.
    RelationCorrected = "relation_corrected", "親族関係の訂正" / "relation corrected";
    /// A recorded relation was ended or taken back.
    RelationEnded = "relation_ended", "親族関係の終了・取消" / "relation ended";
    /// A child's case was opened.
    CaseOpened = "case_opened", "ケースの開始" / "case opened";
    /// Who is on a case changed.
    CaseChanged = "case_changed", "ケースの担当の変更" / "case changed";
    /// A case was closed.
    CaseClosed = "case_closed", "ケースの終結" / "case closed";
    /// A consent was recorded.
    ConsentRecorded = "consent_recorded", "同意の記録" / "consent recorded";
    /// A consent was withdrawn.
    ConsentWithdrawn = "consent_withdrawn", "同意の撤回" / "consent withdrawn";
    /// A person ended a protection that had passed its end date.
    ProtectionEnded = "protection_ended", "支援措置の終了の確認" / "protection ended";
    /// A list or a sheet left as a file.
    Exported = "exported", "書き出し" / "exported";
    /// A handover was drafted.
    HandoverDrafted = "handover_drafted", "引継ぎの起案" / "handover drafted";
    /// A second person approved it.
    HandoverApproved = "handover_approved", "引継ぎの決裁" / "handover approved";
    /// Whoever decides gave it back to the drafter.
    HandoverReturned = "handover_returned", "引継ぎの差戻し" / "handover given back";
    /// The drafter handed it in again.
    HandoverRedrafted = "handover_redrafted", "引継ぎの出し直し" / "handover handed in again";
    /// The head looked at what was decided on their behalf.
    HandoverReviewed = "handover_reviewed", "代決の後閲" / "decision on behalf reviewed";
    /// It was sealed and offered.
    HandoverOffered = "handover_offered", "引継ぎの申し出" / "handover offered";
    /// The receiver acknowledged the protection flag and began to accept.
    HandoverAccepting = "handover_accepting", "支援措置の有無の確認" / "protection flag acknowledged";
    /// The receiver accepted.
    HandoverAccepted = "handover_accepted", "引継ぎの受諾" / "handover accepted";
    /// The receiver's acceptance came after the end.
    HandoverTooLate = "handover_too_late", "受諾の間に合わず" / "acceptance too late";
    /// The receiver refused.
    HandoverRefused = "handover_refused", "引継ぎの辞退" / "handover refused";
    /// The sender withdrew.
    HandoverWithdrawn = "handover_withdrawn", "引継ぎの取下げ" / "handover withdrawn";
    /// Nobody answered in time.
    HandoverExpired = "handover_expired", "引継ぎの期限切れ" / "handover expired";
    /// The items were taken in and the receipt recorded; the lead of a transfer moves here.
    HandoverReceived = "handover_received", "引継ぎの受領" / "handover received";
    /// The package could not be read.
    HandoverUnreadable = "handover_unreadable", "引継ぎデータの判読不能" / "package unreadable";
    /// Items that were kept apart were taken in or refused.
    HandoverSettled = "handover_settled", "留め置いた項目の処理" / "items kept apart settled";
    /// The sender verified the receipt and closed.
    HandoverCompleted = "handover_completed", "引継ぎの完了" / "handover completed";
    /// Somebody spoke with the other town about a case whose transfer failed.
    TaskCompleted = "task_completed", "仕事の完了" / "task completed";
}

/// A text that names no act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an act that leaves evidence")]
pub struct UnknownAct;

impl FromStr for Act {
    type Err = UnknownAct;
    fn from_str(text: &str) -> Result<Self, UnknownAct> {
        Self::ALL.iter().copied().find(|act| act.as_str() == text).ok_or(UnknownAct)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_act_has_one_name_everywhere_and_words_in_both_languages() {
        for &act in Act::ALL {
            assert_eq!(act.as_str().parse(), Ok(act));
            assert_eq!(serde_json::to_value(act).unwrap(), act.as_str());
            assert!(!act.ja().is_ascii() && act.en().is_ascii(), "{act}");
        }
        let words: BTreeSet<_> = Act::ALL.iter().map(|act| act.ja()).collect();
        assert_eq!(words.len(), Act::ALL.len(), "two acts share their Japanese words");
        assert!("handover_lost".parse::<Act>().is_err());
    }
}
