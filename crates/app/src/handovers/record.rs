//! What a town keeps sealed of a handover, the sender its terms and what it sent, the receiver what it
//! acknowledged, accepted and took in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use handover::{Chosen, Flag, Grounds, Kind, Organ, OrganCode, Role, Sent, SignedReceipt, State, Traveller};
use kernel::Category;
use kernel::id::{ConsentId, PersonId, StaffId};
use seal::Plain;
use serde::{Deserialize, Serialize};
use store::rows::handover::HandoverRow;

use super::approval::{Approved, Returned, TakenBack};
use crate::Result;
use crate::error::internal;

/// One data subject of a handover, and what of theirs is to travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Who.
    pub person: PersonId,
    /// Seen from the child the handover is about.
    pub role: Role,
    /// Which categories of theirs.
    pub categories: BTreeSet<Category>,
}

/// What is drafted: who, what, to whom, on what ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// ケース移管 or 情報提供.
    pub kind: Kind,
    /// The organ of the caller's town that hands over.
    pub sender: OrganCode,
    /// To whom.
    pub receiver: Organ,
    /// About whom.
    pub subjects: Vec<Subject>,
    /// The consents it rests on.
    pub consents: Vec<ConsentId>,
    /// Article, necessity, whether the family is told.
    pub grounds: Grounds,
}

impl Terms {
    /// Everybody whose record would travel.
    pub(super) fn persons(&self) -> impl Iterator<Item = PersonId> {
        self.subjects.iter().map(|subject| subject.person)
    }

    /// The categories chosen for each subject.
    pub(super) fn chosen(&self) -> Chosen {
        chosen(&self.subjects)
    }
}

pub(super) fn chosen(subjects: &[Subject]) -> Chosen {
    let mut chosen = Chosen::new();
    for subject in subjects {
        chosen.entry(subject.person).or_default().extend(subject.categories.iter().copied());
    }
    chosen
}

/// The sender's row.
#[derive(Serialize, Deserialize)]
pub(super) struct OutBody {
    /// As far as this town has brought it; from the offer on, the hub knows more.
    pub state: State,
    pub terms: Terms,
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// 決裁.
    #[serde(default)]
    pub approval: Option<Approved>,
    /// 差戻し, in order.
    #[serde(default)]
    pub returned: Vec<Returned>,
    /// 取下げ.
    #[serde(default)]
    pub withdrawn: Option<TakenBack>,
    /// What the receipt is checked against.
    #[serde(default)]
    pub sent: Option<Sent>,
    /// The receiver's, once verified.
    #[serde(default)]
    pub receipt: Option<SignedReceipt>,
}

impl OutBody {
    /// What has just been drafted.
    pub const fn drafted(terms: Terms) -> Self {
        Self {
            state: State::Draft,
            terms,
            expires_at: None,
            approval: None,
            returned: Vec::new(),
            withdrawn: None,
            sent: None,
            receipt: None,
        }
    }
}

/// The receiver's row.
#[derive(Serialize, Deserialize)]
pub(super) struct InBody {
    pub state: State,
    /// What the flag said; nothing when the handover was refused unopened.
    #[serde(default)]
    pub acknowledged: Option<Acknowledgement>,
    #[serde(default)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who travelled, kept once taken in.
    #[serde(default)]
    pub travellers: Vec<Traveller>,
    /// Who each traveller is here, by the sender's id.
    #[serde(default)]
    pub links: BTreeMap<PersonId, PersonId>,
    #[serde(default)]
    pub receipt: Option<SignedReceipt>,
}

/// That somebody read the flag.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Acknowledgement {
    pub flag: Flag,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

impl InBody {
    pub fn new(state: State, acknowledged: Option<Acknowledgement>) -> Self {
        Self {
            state,
            acknowledged,
            accepted_at: None,
            travellers: Vec::new(),
            links: BTreeMap::new(),
            receipt: None,
        }
    }
}

pub(super) fn read_out(row: &HandoverRow) -> Result<OutBody> {
    serde_json::from_slice(&row.body).map_err(|_| internal("a sent handover is not of the known form"))
}

pub(super) fn read_in(row: &HandoverRow) -> Result<InBody> {
    serde_json::from_slice(&row.body).map_err(|_| internal("a received handover is not of the known form"))
}

/// Puts a changed content into its row.
pub(super) fn write_out(row: &mut HandoverRow, body: &OutBody, now: DateTime<Utc>) -> Result<()> {
    write(row, body.state, body, now)
}

/// Puts a changed content into its row.
pub(super) fn write_in(row: &mut HandoverRow, body: &InBody, now: DateTime<Utc>) -> Result<()> {
    write(row, body.state, body, now)
}

fn write(row: &mut HandoverRow, state: State, body: &impl Serialize, now: DateTime<Utc>) -> Result<()> {
    row.body = plain(body)?;
    state.as_str().clone_into(&mut row.state);
    row.updated_at = now;
    Ok(())
}

pub(super) fn plain(body: &impl Serialize) -> Result<Plain> {
    serde_json::to_vec(body).map(Plain::from).map_err(|_| internal("a handover is not JSON"))
}
