//! What was decided on a handover, as clients see it.

use app::handovers::{Approved, Returned, TakenBack};
use chrono::{DateTime, Utc};
use kernel::id::StaffId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;
use crate::schema::Day;

/// 決裁: who decided, on whose behalf, on what paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverApproval {
    /// 職員 who decided.
    #[schema(value_type = schema::StaffId)]
    decided_by: StaffId,
    /// When it was recorded.
    at: DateTime<Utc>,
    /// 代決; null when they decided themselves.
    #[schema(required = true)]
    on_behalf: Option<HandoverOnBehalf>,
    /// 決裁文書; null when it was not decided on paper.
    #[schema(required = true)]
    paper: Option<HandoverPaper>,
}

/// 代決.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverOnBehalf {
    /// 職名: the position whose decision it is.
    position: String,
    /// 不在の理由.
    absence: String,
    /// 後閲の期限.
    review_due: Day,
    /// 職員 who has looked at it since (後閲); null while it waits.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    reviewed_by: Option<StaffId>,
    /// When.
    #[schema(required = true)]
    reviewed_at: Option<DateTime<Utc>>,
}

/// 決裁文書.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverPaper {
    /// 起案番号.
    number: String,
    /// 決裁日.
    decided_on: Day,
}

impl From<&Approved> for HandoverApproval {
    fn from(approved: &Approved) -> Self {
        let on_behalf = approved.approval.on_behalf.as_ref().map(|by| HandoverOnBehalf {
            position: by.position.clone(),
            absence: by.absence.clone(),
            review_due: by.review_due.into(),
            reviewed_by: approved.review.map(|review| review.by),
            reviewed_at: approved.review.map(|review| review.at),
        });
        let paper = approved
            .approval
            .paper
            .as_ref()
            .map(|paper| HandoverPaper { number: paper.number.clone(), decided_on: paper.decided_on.into() });
        Self { decided_by: approved.by, at: approved.at, on_behalf, paper }
    }
}

/// 差戻し.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverReturn {
    /// 職員 who gave it back.
    #[schema(value_type = schema::StaffId)]
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
    /// What has to be put right.
    reason: String,
    /// The decision that it undid; null when there was none.
    #[schema(required = true)]
    undone: Option<HandoverApproval>,
}

impl From<&Returned> for HandoverReturn {
    fn from(returned: &Returned) -> Self {
        Self {
            by: returned.by,
            at: returned.at,
            reason: returned.reason.clone(),
            undone: returned.undone.as_ref().map(HandoverApproval::from),
        }
    }
}

/// 取下げ.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverTakenBack {
    /// 職員 who took it back; null when a consent it rests on was withdrawn.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    by: Option<StaffId>,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
}

impl From<&TakenBack> for HandoverTakenBack {
    fn from(taken: &TakenBack) -> Self {
        Self { by: taken.by, at: taken.at, reason: taken.reason.clone() }
    }
}
