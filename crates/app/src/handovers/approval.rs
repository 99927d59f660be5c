//! 決裁 as a town keeps it: who decided, on whose behalf (代決) and whether they have looked since (後閲), the paper
//! it was decided on, and what was given back (差戻し) or taken back (取下げ) and why.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::StaffId;
use kernel::{Code, Fault, TownCtx};
use serde::{Deserialize, Serialize};

use crate::Result;

/// What the one who decides says of the decision; nothing, when they decided themselves and not on paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// 代決.
    #[serde(default)]
    pub on_behalf: Option<OnBehalf>,
    /// 決裁文書.
    #[serde(default)]
    pub paper: Option<Paper>,
}

/// 代決: decided in the place of somebody who was away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnBehalf {
    /// The position whose decision it is (子育て健康課長).
    pub position: String,
    /// Why they were away.
    pub absence: String,
    /// By when they are to look at it themselves (後閲).
    pub review_due: NaiveDate,
}

/// A decision made on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// 起案番号.
    pub number: String,
    /// 決裁日.
    pub decided_on: NaiveDate,
}

impl Approval {
    /// Requires that no day of it is impossible.
    ///
    /// # Errors
    /// `invalid_value` for a paper decided in the future and for a review due in the past.
    pub(super) fn sound(&self, ctx: &TownCtx) -> Result<()> {
        let today = ctx.today();
        if self.paper.as_ref().is_some_and(|paper| paper.decided_on > today) {
            let (ja, en) = ("まだ来ていない日です", "it lies in the future");
            return Err(invalid("decided_on", "/paper/decided_on", ja, en));
        }
        if self.on_behalf.as_ref().is_some_and(|by| by.review_due < today) {
            let (ja, en) = ("もう過ぎた日です", "it lies in the past");
            return Err(invalid("review_due", "/on_behalf/review_due", ja, en));
        }
        Ok(())
    }
}

fn invalid(name: &str, pointer: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(pointer)
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Who decided.
    pub by: StaffId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What they said of it.
    pub approval: Approval,
    /// 後閲 of a 代決, once made.
    #[serde(default)]
    pub review: Option<Review>,
}

impl Approved {
    pub(super) const fn new(ctx: &TownCtx, approval: Approval) -> Self {
        Self { by: ctx.staff, at: ctx.now, approval, review: None }
    }

    /// By when somebody has to look at what was decided on their behalf; nothing when nobody has to.
    #[must_use]
    pub fn review_due(&self) -> Option<NaiveDate> {
        self.approval.on_behalf.as_ref().filter(|_| self.review.is_none()).map(|by| by.review_due)
    }
}

/// 後閲: the head has looked at what was decided on their behalf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// 差戻し: given back to the drafter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Who gave it back.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// What has to be put right.
    pub reason: String,
    /// The decision that it undid, if there was one.
    #[serde(default)]
    pub undone: Option<Approved>,
}

/// 取下げ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// Who took it back; nobody, when a consent it rests on was withdrawn.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}
