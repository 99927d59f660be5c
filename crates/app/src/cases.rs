//! ケース: who is on a child's case, from which section, with which partners (関係機関), since when. Small and
//! honest: every change is a new version; a case is closed with its reason and never opened again.

use chrono::NaiveDate;
use evidence::Act;
use kernel::id::{CaseId, PersonId, StaffId};
use kernel::{Category, Code, Fault, Grant, SectionCode, TownCtx};
use serde::{Deserialize, Serialize};
use store::{TownConn, TownTx};

use crate::entries::{self, Change, Entry, Said, not_to_come};
use crate::error::{invalid, store};
use crate::profiles::Applied;
use crate::release::READERS;
use crate::{App, Released, Result, leaf};

/// Who keeps cases.
const WRITERS: &[Grant] = &[Grant::CaseWorker];

/// A case as one version says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSaid {
    /// First day.
    pub opened_on: NaiveDate,
    /// Why it was opened.
    pub why: String,
    /// Who is on it or was, in the order they came.
    pub members: Vec<Member>,
    /// How it ended; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// The end of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Last day.
    pub on: NaiveDate,
    /// Why.
    pub why: String,
}

/// Somebody on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub who: Who,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` while on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// A case worker of the town, or a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// 担当の職員.
    Staff {
        /// Who.
        staff: StaffId,
        /// 課・班.
        section: SectionCode,
        /// Its name as staff saw it then.
        section_name: String,
    },
    /// 関係機関.
    Partner {
        /// Its name: 児童相談所, 県保健福祉事務所, 社会福祉協議会 …
        name: String,
        /// Whom to call there and how, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<String>,
    },
}

impl Said for CaseSaid {
    const CATEGORY: Category = Category::Support;

    fn others(&self) -> Vec<PersonId> {
        Vec::new()
    }
}

/// A case with all its versions.
pub type Case = Entry<CaseSaid>;

/// Somebody to put on a case.
pub enum NewMember {
    /// 担当の職員.
    Staff {
        /// Who.
        staff: StaffId,
        /// 課・班.
        section: SectionCode,
    },
    /// 関係機関.
    Partner {
        /// Its name.
        name: String,
        /// Whom to call there and how.
        contact: Option<String>,
    },
}

/// What happens to a case.
pub enum CaseStep {
    /// Somebody comes.
    Add(NewMember, NaiveDate),
    /// The member with this number, from 1, goes after this day.
    End(usize, NaiveDate),
    /// The case is closed, and everybody on it goes.
    Close(NaiveDate),
}

impl App {
    /// Opens a case of a person, with the case worker who leads it.
    ///
    /// # Errors
    /// `person_not_found`, `staff_not_found`; `invalid_value` for a section of another town and a day to come;
    /// `case_is_open` when the person has an open one.
    pub async fn case_open(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        opened_on: NaiveDate,
        why: String,
        lead: NewMember,
    ) -> Result<Released<Case>> {
        self.admit_reader(ctx, WRITERS)?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        // Of two who open one at once, the second has to see the first.
        tx.lock_town().await.map_err(store)?;
        let cases: Vec<Case> = entries::of_person(&mut tx, person).await?;
        not_to_come(ctx, "opened_on", opened_on)?;
        let who = who(&mut tx, &profile, lead).await?;
        if let Some(open) = cases.iter().find(|case| case.newest.said.closed.is_none()) {
            return Err(Fault::new(Code::CaseIsOpen).with("case", CaseId::from_uuid(open.id)));
        }
        let id = CaseId::new();
        let members = vec![Member { who, from: opened_on, until: None }];
        let said = CaseSaid { opened_on, why, members, closed: None };
        entries::begin(&mut tx, ctx, id.uuid(), (person, None), said).await?;
        self.case_commit(tx, ctx, Act::CaseOpened, person, id, 1).await
    }

    /// Changes who is on a case, or closes it, by a new version.
    ///
    /// # Errors
    /// `person_not_found`, `case_not_found`, `staff_not_found`, `case_is_closed`, `version_superseded`;
    /// `invalid_value` for a member that is not on it and a day to come or before the first.
    pub async fn case_change(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        id: CaseId,
        change: Change,
        step: CaseStep,
    ) -> Result<Released<Case>> {
        self.admit_reader(ctx, WRITERS)?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        let case = one(&mut tx, person, id).await?;
        let mut said = case.newest.said.clone();
        if said.closed.is_some() {
            return Err(Fault::new(Code::CaseIsClosed));
        }
        let act = if matches!(step, CaseStep::Close(_)) { Act::CaseClosed } else { Act::CaseChanged };
        match step {
            CaseStep::Add(new, from) => {
                within(ctx, "from", from, said.opened_on)?;
                said.members.push(Member { who: who(&mut tx, &profile, new).await?, from, until: None });
            }
            CaseStep::End(number, until) => end(ctx, &mut said, number, until)?,
            CaseStep::Close(on) => close(ctx, &mut said, on, &change.reason)?,
        }
        let version = change.version.saturating_add(1);
        entries::go_on(&mut tx, ctx, &case, change, said).await?;
        self.case_commit(tx, ctx, act, person, id, version).await
    }

    async fn case_commit(
        &self,
        tx: TownTx,
        ctx: &TownCtx,
        act: Act,
        person: PersonId,
        id: CaseId,
        version: u32,
    ) -> Result<Released<Case>> {
        tx.commit(leaf::of(ctx, act, vec![person.into(), id.into()], &version)?).await.map_err(store)?;
        self.case(ctx, person, id).await
    }

    /// A person's cases, oldest first.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn cases(&self, ctx: &TownCtx, person: PersonId) -> Result<Released<Vec<Case>>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let cases = entries::of_person(&mut conn, person).await?;
        self.refuse_denied(&mut conn, ctx, [person]).await?;
        drop(conn);
        self.release(ctx, "case_list", READERS, cases).await
    }

    /// One case.
    ///
    /// # Errors
    /// `person_not_found`, `case_not_found`, and what [`App::release`] refuses.
    pub async fn case(&self, ctx: &TownCtx, person: PersonId, id: CaseId) -> Result<Released<Case>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let case = one(&mut conn, person, id).await?;
        drop(conn);
        self.release(ctx, "case_read", READERS, case).await
    }
}

async fn who(conn: &mut TownConn, profile: &Applied, new: NewMember) -> Result<Who> {
    let (staff, section) = match new {
        NewMember::Partner { name, contact } => return Ok(Who::Partner { name, contact }),
        NewMember::Staff { staff, section } => (staff, section),
    };
    if !conn.staff_exists(staff).await.map_err(store)? {
        return Err(Fault::new(Code::StaffNotFound).at_pointer("/staff_id"));
    }
    let section = profile.town.section(&section);
    let section = section
        .ok_or_else(|| invalid("section", "この町の課ではありません", "it is not a section of this town"))?;
    Ok(Who::Staff { staff, section: section.code.clone(), section_name: section.name.clone() })
}

async fn one(conn: &mut TownConn, person: PersonId, id: CaseId) -> Result<Case> {
    let cases: Vec<Case> = entries::of_person(conn, person).await?;
    let found = cases.into_iter().find(|case| case.id == id.uuid());
    found.ok_or_else(|| Fault::new(Code::CaseNotFound))
}

fn end(ctx: &TownCtx, said: &mut CaseSaid, number: usize, until: NaiveDate) -> Result<()> {
    let member = number.checked_sub(1).and_then(|place| said.members.get_mut(place));
    let member = member.filter(|member| member.until.is_none()).ok_or_else(|| {
        invalid("member", "いまこのケースの担当ではありません", "no such member is on the case now")
    })?;
    within(ctx, "until", until, member.from)?;
    member.until = Some(until);
    Ok(())
}

fn close(ctx: &TownCtx, said: &mut CaseSaid, on: NaiveDate, why: &str) -> Result<()> {
    let on_it = said.members.iter_mut().filter(|member| member.until.is_none());
    let mut last_began = said.opened_on;
    for member in on_it {
        last_began = last_began.max(member.from);
        member.until = Some(on);
    }
    within(ctx, "on", on, last_began)?;
    said.closed = Some(Closed { on, why: why.to_owned() });
    Ok(())
}

fn within(ctx: &TownCtx, name: &'static str, day: NaiveDate, first: NaiveDate) -> Result<()> {
    if day < first {
        return Err(invalid(name, "はじめの日より前です", "it is before the first day"));
    }
    not_to_come(ctx, name, day)
}
