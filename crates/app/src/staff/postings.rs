//! 所属: entering one, also beside others (兼務) or for a day to come, and ending one.

use chrono::NaiveDate;
use evidence::Act;
use kernel::id::{PostingId, StaffId};
use kernel::{Code, Fault, Grant, Grants, SectionCode, TownCtx};
use store::rows::staff::StaffKind;

use super::{StaffView, barred, invalid, knows, posting_row, require_administrator, rights_changed, view};
use crate::error::store;
use crate::{App, Result, auth, leaf};

/// A posting to enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPosting {
    /// 課・班.
    pub section: SectionCode,
    /// What they may do there.
    pub grants: Grants,
    /// First day.
    pub from: NaiveDate,
    /// Last day, if one is known.
    pub until: Option<NaiveDate>,
}

impl App {
    /// Enters a posting. Of two that run side by side both hold.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator, `staff_not_found`, `grant_to_self`, and what
    /// [`App::staff_add`] refuses of a posting.
    pub async fn posting_add(&self, ctx: &TownCtx, staff: StaffId, new: &NewPosting) -> Result<StaffView> {
        auth::require(ctx, Grant::TownAdmin)?;
        let known = self.staff(ctx, staff).await?;
        if staff == ctx.staff {
            return Err(Fault::new(Code::GrantToSelf));
        }
        self.posting_check(ctx, known.row.kind, new).await?;
        let posting = posting_row(staff, new, ctx.now);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.posting_insert(&posting).await.map_err(store)?;
        if known.row.left_at.is_some() {
            tx.staff_left(staff, None).await.map_err(store)?;
        }
        rights_changed(&mut tx).await?;
        let after = view(&mut tx, staff).await?;
        let leaf = leaf::of(ctx, Act::StaffChanged, vec![staff.into()], &posting.section)?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(after)
    }

    /// Ends a posting with a day, or at once.
    ///
    /// # Errors
    /// `grant_missing`, `staff_not_found`, `posting_not_found`; `invalid_value` for a day before its first or
    /// after the one it ends with already; `last_administrator`.
    pub async fn posting_end(
        &self,
        ctx: &TownCtx,
        staff: StaffId,
        id: PostingId,
        until: Option<NaiveDate>,
    ) -> Result<StaffView> {
        auth::require(ctx, Grant::TownAdmin)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        rights_changed(&mut tx).await?;
        let before = view(&mut tx, staff).await?;
        let posting = before.postings.iter().find(|posting| posting.id == id);
        let posting = posting.ok_or_else(|| Fault::new(Code::PostingNotFound))?;
        match until {
            Some(day) => {
                ends_earlier(posting.from, posting.until, day)?;
                tx.posting_until(id, Some(day)).await.map_err(store)?;
            }
            None => tx.posting_end(&[id], ctx.now).await.map_err(store)?,
        }
        let first_without = until.and_then(|day| day.succ_opt()).unwrap_or(ctx.today()).max(ctx.today());
        if posting.grants.has(Grant::TownAdmin) && posting.in_force(first_without) {
            require_administrator(&mut tx, first_without).await?;
        }
        let after = view(&mut tx, staff).await?;
        tx.commit(leaf::of(ctx, Act::StaffChanged, vec![staff.into()], &until)?).await.map_err(store)?;
        Ok(after)
    }

    /// Refuses a posting that this town cannot have.
    pub(super) async fn posting_check(&self, ctx: &TownCtx, kind: StaffKind, new: &NewPosting) -> Result<()> {
        if !knows(&*self.profile(ctx).await?, &new.section) {
            return Err(invalid("section", "この町の課ではありません", "it is not a section of this town"));
        }
        if new.until.is_some_and(|until| until < new.from) {
            return Err(invalid("until", "開始日より前です", "it lies before the first day"));
        }
        if new.grants.is_empty() {
            return Err(invalid("grants", "一つ以上必要です", "at least one is needed"));
        }
        if let Some(grant) = barred(kind, new.grants) {
            let ja = format!("連携用には「{}」を付けられません", grant.ja());
            return Err(invalid("grants", &ja, &format!("a service client cannot hold {grant}")));
        }
        Ok(())
    }
}

/// A posting is only shortened here: to lengthen one is to enter another.
fn ends_earlier(from: NaiveDate, until: Option<NaiveDate>, day: NaiveDate) -> Result<()> {
    if day < from {
        return Err(invalid("until", "開始日より前です", "it lies before the first day"));
    }
    if until.is_some_and(|until| until < day) {
        return Err(invalid("until", "いまの終了日より後です", "it lies after the day it ends with already"));
    }
    Ok(())
}
