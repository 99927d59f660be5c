//! 職員 and 連携用: who acts in a town, and from which day to which they may do what. Rights follow from the
//! postings in force on the day, so that a change on 4月1日 can be entered in March and somebody whose last
//! posting is over is cut off at that midnight, with nothing running.

mod change;
mod colleagues;
mod postings;
mod roster;

use evidence::Act;
use kernel::id::{PostingId, StaffId};
use kernel::{Code, CoopCtx, Fault, Grant, Grants, SectionCode, TownCode, TownCtx};
use store::rows::posting::{PostingRow, allowed};
use store::rows::staff::{StaffKind, StaffRow};
use store::rows::version::Changed;
use store::{StoreError, TownConn, TownTx};
use unicode_normalization::UnicodeNormalization;

use crate::error::store;
use crate::ids::Ids;
use crate::{App, Result, auth, leaf};

pub use colleagues::Colleague;
pub(crate) use colleagues::{StaffCache, names};
pub use postings::NewPosting;
pub use roster::{COLUMNS, Change, Fate, RosterLine, RosterOutcome};

/// Grants that no system may hold: it decides nothing and gives nobody rights.
const NOT_FOR_SERVICES: &[Grant] = &[Grant::Approver, Grant::TownAdmin];

/// What a town's first administrator has in the place of a 職員番号: no number has a blank in it.
const FIRST: &str = "first administrator";

/// An account with all its postings.
#[derive(Debug, Clone)]
pub struct StaffView {
    /// The account.
    pub row: StaffRow,
    /// Its postings, in the order they were entered: past, present and to come.
    pub postings: Vec<PostingRow>,
}

impl StaffView {
    /// What they may do on a day in Japan.
    #[must_use]
    pub fn allowed(&self, day: chrono::NaiveDate) -> Grants {
        allowed(&self.postings, day)
    }
}

/// An account to add, with its first posting.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// A person or a system.
    pub kind: StaffKind,
    /// 職員番号: without one nobody can sign in.
    pub number: Option<String>,
    /// Name.
    pub name: String,
    /// Where they begin.
    pub posting: NewPosting,
}

impl NewStaff {
    /// A member of staff without a 職員番号, with these grants from a day on.
    #[must_use]
    pub fn member(name: &str, section: SectionCode, grants: Grants, from: chrono::NaiveDate) -> Self {
        let posting = NewPosting { section, grants, from, until: None };
        Self { kind: StaffKind::Member, number: None, name: name.to_owned(), posting }
    }
}

/// A 職員番号 as it is compared: without blanks around it, full-width digits as digits. Leading zeros count.
#[must_use]
pub fn plain_number(text: &str) -> String {
    text.nfkc().collect::<String>().trim().to_owned()
}

impl App {
    /// Adds an account with its first posting.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator, `profile_missing`, `staff_number_taken`;
    /// `invalid_value` for a section the town does not have, a period that ends before it begins, a 職員番号
    /// for a system, or a grant no system may hold.
    pub async fn staff_add(&self, ctx: &TownCtx, new: NewStaff) -> Result<StaffView> {
        auth::require(ctx, Grant::TownAdmin)?;
        self.posting_check(ctx, new.kind, &new.posting).await?;
        let number = new.number.as_deref().map(plain_number);
        number_check(new.kind, number.as_deref())?;
        let ids = Ids::of_town(&*self.profile(ctx).await?);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        rights_changed(&mut tx).await?;
        let row = StaffRow {
            id: ids.of_account(&mut tx, number.as_deref()).await?,
            kind: new.kind,
            number,
            name: new.name,
            created_at: ctx.now,
            left_at: None,
        };
        let posting = posting_row(row.id, &new.posting, ctx.now);
        tx.staff_insert(&row).await.map_err(number_taken)?;
        tx.posting_insert(&posting).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::StaffChanged, vec![row.id.into()], &posting.section)?)
            .await
            .map_err(store)?;
        Ok(StaffView { row, postings: vec![posting] })
    }

    /// Makes a town's administrator: the one act on a town's staff that the operator may do, while nobody is
    /// one today. A town whose last administrator's posting ran out is opened again by it.
    ///
    /// # Errors
    /// `town_has_administrator` while the town has one.
    pub async fn staff_first(
        &self,
        ctx: &CoopCtx,
        town: TownCode,
        section: &str,
        name: &str,
    ) -> Result<StaffRow> {
        let today = kernel::ctx::jst_date(ctx.now);
        // A town may get its administrator before its profile.
        let ids = self.profile_of(town).await.map_or(Ids::Fresh, |profile| Ids::of_town(&profile));
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        rights_changed(&mut tx).await?;
        let postings = tx.posting_list(None).await.map_err(store)?;
        if allowed(&postings, today).has(Grant::TownAdmin) {
            return Err(Code::TownHasAdministrator.into());
        }
        let row = StaffRow {
            id: ids.of_account(&mut tx, Some(FIRST)).await?,
            kind: StaffKind::Member,
            number: None,
            name: name.into(),
            created_at: ctx.now,
            left_at: None,
        };
        tx.staff_insert(&row).await.map_err(store)?;
        let posting = PostingRow {
            id: PostingId::new(),
            staff: row.id,
            section: section.into(),
            grants: [Grant::TownAdmin].into_iter().collect(),
            from: today,
            until: None,
            created_at: ctx.now,
            ended_at: None,
        };
        tx.posting_insert(&posting).await.map_err(store)?;
        let leaf = leaf::of_operator(town, Act::StaffChanged, ctx, vec![row.id.into()], &posting.section)?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(row)
    }

    /// All accounts of the town with their postings.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator or auditor.
    pub async fn staff_list(&self, ctx: &TownCtx) -> Result<Vec<StaffView>> {
        auth::require_any(ctx, &[Grant::TownAdmin, Grant::Auditor])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        views(&mut conn).await
    }

    /// One account with its postings.
    ///
    /// # Errors
    /// As [`Self::staff_list`]; `staff_not_found`.
    pub async fn staff(&self, ctx: &TownCtx, id: StaffId) -> Result<StaffView> {
        auth::require_any(ctx, &[Grant::TownAdmin, Grant::Auditor])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        view(&mut conn, id).await
    }
}

/// Every account with its postings.
pub(crate) async fn views(conn: &mut TownConn) -> Result<Vec<StaffView>> {
    let rows = conn.staff_list().await.map_err(store)?;
    let mut postings = conn.posting_list(None).await.map_err(store)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = postings.extract_if(.., |posting| posting.staff == row.id).collect();
            StaffView { row, postings: own }
        })
        .collect())
}

/// One account with its postings; the same answer for another town's and for none.
pub(crate) async fn view(conn: &mut TownConn, id: StaffId) -> Result<StaffView> {
    let row = conn.staff(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::StaffNotFound))?;
    let postings = conn.posting_list(Some(id)).await.map_err(store)?;
    Ok(StaffView { row, postings })
}

/// A posting as it is kept.
pub(crate) fn posting_row(
    staff: StaffId,
    new: &NewPosting,
    now: chrono::DateTime<chrono::Utc>,
) -> PostingRow {
    PostingRow {
        id: PostingId::new(),
        staff,
        section: new.section.to_string(),
        grants: new.grants,
        from: new.from,
        until: new.until,
        created_at: now,
        ended_at: None,
    }
}

/// Refuses a change after which nobody would be the town's administrator on a day.
pub(crate) async fn require_administrator(tx: &mut TownTx, day: chrono::NaiveDate) -> Result<()> {
    let postings = tx.posting_list(None).await.map_err(store)?;
    if allowed(&postings, day).has(Grant::TownAdmin) {
        Ok(())
    } else {
        Err(Fault::new(Code::LastAdministrator).with("day", day))
    }
}

/// Rights or accounts change: whatever was remembered of tokens and names is read anew. First of all, because of two changes at once
/// the second then waits for the first and sees what it left; a load that runs is not waited for.
pub(crate) async fn rights_changed(tx: &mut TownTx) -> Result<()> {
    tx.version_bump(Changed::Auth).await.map_err(store)
}

fn number_check(kind: StaffKind, number: Option<&str>) -> Result<()> {
    match number {
        Some(number) if number.is_empty() || kind == StaffKind::Service => Err(invalid(
            "staff_number",
            "職員には空でない番号を付け、連携用には付けません",
            "a member of staff has one that is not blank, a service client has none",
        )),
        _ => Ok(()),
    }
}

fn number_taken(error: StoreError) -> Fault {
    match error {
        StoreError::Duplicate => Fault::new(Code::StaffNumberTaken).at_pointer("/staff_number"),
        other => store(other),
    }
}

pub(crate) fn invalid(name: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(format!("/{name}"))
}

/// Grants that a kind of account may not hold.
pub(crate) fn barred(kind: StaffKind, grants: Grants) -> Option<Grant> {
    let is_service = kind == StaffKind::Service;
    NOT_FOR_SERVICES.iter().copied().find(|grant| is_service && grants.has(*grant))
}

/// A section of the town by its code.
pub(crate) fn knows(profile: &crate::profiles::Applied, section: &SectionCode) -> bool {
    profile.town.section(section).is_some()
}
