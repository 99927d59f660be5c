//! 閲覧制限: whom a member of staff may not see, because it is themselves, kin or a neighbour. Entered by the
//! town's administrator or the section head, never by the person it holds for; enforced by the door
//! ([`crate::release`]) and before every act about a person. What cannot be read denies everything.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Act;
use kernel::id::{DenialId, PersonId, StaffId};
use kernel::{Code, Fault, Grant, TownCode, TownCtx};
use seal::Plain;
use serde::{Deserialize, Serialize};
use store::TownConn;
use store::rows::denial::DenialRow;

use crate::cache::Versioned;
use crate::error::{internal, store};
use crate::release::{Hidden, Resident};
use crate::staff::{invalid, rights_changed, view};
use crate::{App, Released, Result, leaf};

/// Who enters and ends denials: 町管理者 and the section head.
const ENTERERS: &[Grant] = &[Grant::TownAdmin, Grant::Approver];

/// Who sees them.
const SEERS: &[Grant] = &[Grant::TownAdmin, Grant::Approver, Grant::Auditor];

kernel::words! {
    /// Why somebody may not see a person.
    Reason {
        /// 本人: it is themselves.
        Oneself = "self", "本人";
        /// 親族.
        Kin = "kin", "親族";
        /// 近隣.
        Neighbour = "neighbour", "近隣";
    }
}

/// A denial to enter.
#[derive(Debug, Clone, Copy)]
pub struct NewDenial {
    /// Whom they may not see.
    pub person: PersonId,
    /// Why.
    pub reason: Reason,
    /// First day.
    pub from: NaiveDate,
    /// Last day, if one is known.
    pub until: Option<NaiveDate>,
}

/// A denial as it was entered.
#[derive(Debug, Clone)]
pub struct Denial {
    /// Id.
    pub id: DenialId,
    /// Whom they may not see.
    pub person: PersonId,
    /// Why and from when to when.
    pub terms: Terms,
    /// When it was entered.
    pub entered_at: DateTime<Utc>,
    /// When it was ended, if it was.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What is sealed of a denial.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Terms {
    /// Why.
    pub reason: Reason,
    /// First day.
    pub from: NaiveDate,
    /// Last day, if one is known.
    pub until: Option<NaiveDate>,
    /// Who entered it.
    pub by: StaffId,
}

/// One account's denials.
#[derive(Debug)]
pub struct DenialsView {
    /// Oldest first.
    pub denials: Vec<Denial>,
}

impl Resident for DenialsView {
    fn persons(&self) -> Vec<PersonId> {
        self.denials.iter().map(|denial| denial.person).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A denial says who, never where.
    }

    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        let before = self.denials.len();
        self.denials.retain(|denial| !denied(denial.person));
        Some(before - self.denials.len())
    }
}

/// From which day to which a denial holds; without a last day, until it is ended.
type Period = (NaiveDate, Option<NaiveDate>);

/// What a town's denials say together.
#[derive(Debug, Default)]
pub(crate) struct Denials(HashMap<(StaffId, PersonId), Vec<Period>>);

impl Denials {
    fn of(rows: &[DenialRow]) -> Result<Self> {
        let mut denials = Self::default();
        for row in rows.iter().filter(|row| row.ended_at.is_none()) {
            let terms = terms(row)?;
            denials.0.entry((row.staff, row.person)).or_default().push((terms.from, terms.until));
        }
        Ok(denials)
    }

    /// Whether the caller may not see a person today.
    pub fn deny(&self, ctx: &TownCtx, person: PersonId) -> bool {
        let today = ctx.today();
        let periods = self.0.get(&(ctx.staff, person));
        periods.is_some_and(|periods| {
            periods.iter().any(|(from, until)| *from <= today && until.is_none_or(|until| today <= until))
        })
    }
}

/// Denials read, each with the `auth` counter it was read under.
pub(crate) type DenialCache = Versioned<TownCode, i64, Arc<Denials>>;

impl App {
    /// The town's denials under the counter that the caller's own statement has just read.
    pub(crate) async fn denials_at(&self, town: TownCode, auth: i64) -> Result<Arc<Denials>> {
        if let Some(denials) = self.denials.get(&town, &auth) {
            return Ok(denials);
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        self.read_denials(&mut conn, auth).await
    }

    /// Refuses an act about somebody whom the caller may not see.
    ///
    /// # Errors
    /// `person_denied`.
    pub(crate) async fn refuse_denied(
        &self,
        conn: &mut TownConn,
        ctx: &TownCtx,
        persons: impl IntoIterator<Item = PersonId>,
    ) -> Result<()> {
        let auth = conn.versions().await.map_err(store)?.auth;
        let denials = match self.denials.get(&ctx.town, &auth) {
            Some(denials) => denials,
            None => self.read_denials(conn, auth).await?,
        };
        if persons.into_iter().any(|person| denials.deny(ctx, person)) {
            return Err(Fault::new(Code::PersonDenied));
        }
        Ok(())
    }

    async fn read_denials(&self, conn: &mut TownConn, auth: i64) -> Result<Arc<Denials>> {
        let rows = conn.denial_list(None).await.map_err(store)?;
        let denials = Arc::new(Denials::of(&rows)?);
        self.denials.put(conn.town(), auth, Arc::clone(&denials));
        Ok(denials)
    }

    /// Whether the caller may speak of an account's denials at all: asked before a request's body is looked at.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `staff_not_found`.
    pub async fn denials_require(&self, ctx: &TownCtx, staff: StaffId) -> Result<()> {
        self.admit_reader(ctx, ENTERERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        view(&mut conn, staff).await.map(drop)
    }

    /// Whom an account may not see, now or before.
    ///
    /// # Errors
    /// `staff_not_found`, and what [`App::release`] refuses.
    pub async fn denials(&self, ctx: &TownCtx, staff: StaffId) -> Result<Released<DenialsView>> {
        self.admit_reader(ctx, SEERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        view(&mut conn, staff).await?;
        let rows = conn.denial_list(Some(staff)).await.map_err(store)?;
        drop(conn);
        let denials = rows.iter().map(denial).collect::<Result<_>>()?;
        self.release(ctx, "denials_read", SEERS, DenialsView { denials }).await
    }

    /// Enters a denial; it holds from the next request on.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `staff_not_found`, `person_not_found`, `own_denial`;
    /// `invalid_value` for a period that ends before it begins.
    pub async fn denial_add(
        &self,
        ctx: &TownCtx,
        staff: StaffId,
        new: NewDenial,
    ) -> Result<Released<DenialsView>> {
        self.admit_reader(ctx, ENTERERS)?;
        not_oneself(ctx, staff)?;
        if new.until.is_some_and(|until| until < new.from) {
            return Err(invalid("until", "開始日より前です", "it lies before the first day"));
        }
        let terms = Terms { reason: new.reason, from: new.from, until: new.until, by: ctx.staff };
        let body = serde_json::to_vec(&terms).map_err(|_| internal("a denial is not JSON"))?;
        let row = DenialRow {
            id: DenialId::new(),
            staff,
            person: new.person,
            body: Plain::from(body),
            created_at: ctx.now,
            ended_at: None,
        };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        view(&mut tx, staff).await?;
        if !tx.person_exists(new.person).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound).at_pointer("/person_id"));
        }
        self.refuse_denied(&mut tx, ctx, [new.person]).await?;
        tx.denial_insert(&row).await.map_err(store)?;
        rights_changed(&mut tx).await?;
        let subjects = vec![staff.into(), new.person.into()];
        tx.commit(leaf::of(ctx, Act::DenialEntered, subjects, &terms)?).await.map_err(store)?;
        let denials = vec![denial(&row)?];
        self.release(ctx, "denial_enter", ENTERERS, DenialsView { denials }).await
    }

    /// Ends a denial at once. Ending it again changes nothing.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `staff_not_found`, `denial_not_found`, `own_denial`,
    /// `person_denied`.
    pub async fn denial_end(&self, ctx: &TownCtx, staff: StaffId, id: DenialId) -> Result<()> {
        self.admit_reader(ctx, ENTERERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        view(&mut tx, staff).await?;
        let rows = tx.denial_list(Some(staff)).await.map_err(store)?;
        let row = rows.iter().find(|row| row.id == id).ok_or_else(|| Fault::new(Code::DenialNotFound))?;
        not_oneself(ctx, staff)?;
        self.refuse_denied(&mut tx, ctx, [row.person]).await?;
        if !tx.denial_end(id, ctx.now).await.map_err(store)? {
            return Ok(());
        }
        rights_changed(&mut tx).await?;
        let subjects = vec![staff.into(), row.person.into()];
        tx.commit(leaf::of(ctx, Act::DenialEnded, subjects, &())?).await.map_err(store)
    }
}

fn not_oneself(ctx: &TownCtx, staff: StaffId) -> Result<()> {
    if staff == ctx.staff { Err(Fault::new(Code::OwnDenial)) } else { Ok(()) }
}

fn terms(row: &DenialRow) -> Result<Terms> {
    serde_json::from_slice(&row.body).map_err(|_| internal("a denial is not of the known form"))
}

fn denial(row: &DenialRow) -> Result<Denial> {
    Ok(Denial {
        id: row.id,
        person: row.person,
        terms: terms(row)?,
        entered_at: row.created_at,
        ended_at: row.ended_at,
    })
}
