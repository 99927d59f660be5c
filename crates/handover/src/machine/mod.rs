//! The states of a handover and what may follow what (design §9). One pure function, [`apply`]; the database
//! moves the row by compare-and-set to what it says. Every message may come twice, late, or out of order:
//! what was done before is done again without effect, nothing decided is decided otherwise, and what has ended
//! says so to whoever comes after.

mod step;

use chrono::{DateTime, Utc};
use evidence::Act;
use kernel::id::StaffId;
use kernel::{Digest, TownCode};
use serde::{Deserialize, Serialize};

pub use step::{already_decided, apply};

kernel::words! {
    /// What kind of handover; it is accepted as what it is.
    Kind {
        /// ケース移管: the lead moves.
        Transfer = "transfer", "ケース移管" / "transfer of the case";
        /// 情報提供: the lead stays.
        Information = "information", "情報提供" / "information";
    }
}

kernel::words! {
    /// Why a receiver refuses a handover or an item. Coded only: free words would tell.
    RefusalCode {
        /// その人はこの町の住民ではない.
        NotOurs = "not_ours", "この町の住民ではない" / "not a resident of this town";
        /// 別の課・機関が受けるべきもの.
        WrongOrgan = "wrong_organ", "受けるべき機関が違う" / "another organ should receive it";
        /// 支援に必要がない.
        NotNeeded = "not_needed", "必要がない" / "not needed";
        /// すでに持っている.
        Duplicate = "duplicate", "すでに持っている" / "held already";
        /// 根拠に疑いがある.
        BasisDoubtful = "basis_doubtful", "根拠に疑いがある" / "the basis is doubtful";
    }
}

kernel::words! {
    /// Why an accepted package could not be read.
    UnreadableCode {
        /// The seal or the signature does not hold.
        Tampered = "tampered", "署名または暗号が正しくない" / "signature or seal is not valid";
        /// It opened, but to nothing known.
        Malformed = "malformed", "中身の形が正しくない" / "content is not of the known form";
        /// The key it was sealed to is gone.
        KeyGone = "key_gone", "受け取る鍵がもうない" / "the receiving key is gone";
    }
}

/// Where a handover stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "code")]
pub enum State {
    /// 起案.
    Draft,
    /// 差戻し: the drafter has to put it right.
    Returned,
    /// 決裁済.
    Approved,
    /// 申し出中: sealed, on its way or waiting.
    Offered,
    /// The receiver has acknowledged the protection flag and is about to accept.
    Accepting,
    /// 受諾: the receiver may open the body.
    Accepted,
    /// 受領: items taken in, receipt recorded. The lead of a transfer has moved.
    Received,
    /// 完了: the sender has verified the receipt.
    Completed,
    /// The acceptance came after withdrawal or end.
    TooLate,
    /// 辞退.
    Refused(RefusalCode),
    /// Accepted, but not to be read.
    Unreadable(UnreadableCode),
    /// 取下げ.
    Withdrawn,
    /// 期限切れ.
    Expired,
}

impl State {
    /// The name in code and API, without its code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Offered => "offered",
            Self::Accepting => "accepting",
            Self::Accepted => "accepted",
            Self::Received => "received",
            Self::Completed => "completed",
            Self::TooLate => "too_late",
            Self::Refused(_) => "refused",
            Self::Unreadable(_) => "unreadable",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// What staff see.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Draft => "起案",
            Self::Returned => "差戻し",
            Self::Approved => "決裁済",
            Self::Offered => "申し出中",
            Self::Accepting => "受諾手続中",
            Self::Accepted => "受諾",
            Self::Received => "受領",
            Self::Completed => "完了",
            Self::TooLate => "間に合わず",
            Self::Refused(_) => "辞退",
            Self::Unreadable(_) => "判読不能",
            Self::Withdrawn => "取下げ",
            Self::Expired => "期限切れ",
        }
    }

    /// Whether nothing more can happen to it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::TooLate
                | Self::Refused(_)
                | Self::Unreadable(_)
                | Self::Withdrawn
                | Self::Expired
        )
    }

    /// 主担当: which of the two towns keeps the case in hand. The sender does, until the receipt of a transfer
    /// is recorded; there is never none, and never two.
    #[must_use]
    pub const fn lead(self, kind: Kind, sender: TownCode, receiver: TownCode) -> TownCode {
        match (self, kind) {
            (Self::Received | Self::Completed, Kind::Transfer) => receiver,
            _ => sender,
        }
    }
}

/// What somebody does, or a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// 決裁, by a second person of the sender's.
    Approve {
        /// Who.
        by: StaffId,
    },
    /// 差戻し: whoever decides gives it back to the drafter, for a reason.
    Return,
    /// The drafter hands it in again.
    Redraft,
    /// The sender seals and offers.
    Offer,
    /// The receiver acknowledges the protection flag.
    Acknowledge,
    /// The receiver accepts.
    Accept,
    /// The receiver refuses.
    Refuse(RefusalCode),
    /// The receiver has taken the items in and signed the receipt.
    Receive {
        /// Which receipt.
        receipt: Digest,
    },
    /// The receiver cannot read what it accepted.
    ReportUnreadable(UnreadableCode),
    /// The sender has verified the receipt.
    Complete {
        /// Which receipt.
        receipt: Digest,
    },
    /// The sender withdraws, or a consent it rests on was withdrawn.
    Withdraw,
    /// Its time is over.
    Expire,
}

/// What is known beside the state, read in the same transaction.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// ケース移管 or 情報提供.
    pub kind: Kind,
    /// Who drafted it.
    pub drafter: StaffId,
    /// Whether somebody in it is under protection, by a fresh list.
    pub protected: bool,
    /// Whether a child in it has moved already.
    pub child_moved: bool,
    /// From this instant on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
    /// Now.
    pub now: DateTime<Utc>,
    /// The receipt recorded, if any.
    pub receipt: Option<Digest>,
}

/// What has to happen with the step, in its transaction or, for what leaves, through the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Write this leaf first.
    Leaf(Act),
    /// The courier takes the package to the receiver.
    Deliver,
    /// The receiver takes the accepted items in.
    TakeIn,
    /// The lead moves to the receiver.
    MoveLead,
    /// The sealed package has done its work and is deleted.
    DropPackage,
    /// A task for both section heads, until someone records 電話確認済 or 対面引継ぎ済: a child has moved and its
    /// case has not.
    CallEachOther,
}

/// Where a step leads, and what has to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The state after.
    pub state: State,
    /// What has to happen; nothing when the step was taken before.
    pub effects: Vec<Effect>,
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod table_tests;

#[cfg(test)]
#[path = "explorer_tests.rs"]
mod explorer_tests;
