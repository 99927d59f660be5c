//! 同意: recording what a data subject or their 法定代理人 consented to, and taking it back. The record
//! itself is `handover`'s; it is never rewritten, only added to.

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Act;
use handover::consent::{Entity, Giver, Parties, Processing};
use handover::{Consent, Organ, OrganCode};
use kernel::id::{ConsentId, HandoverId, PersonId};
use kernel::{Code, Fault, Grant, TownCtx};
use seal::Plain;
use store::TownConn;
use store::rows::consent::ConsentRow;

use crate::error::{internal, invalid, store};
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result, handovers, leaf};

/// What staff write down when a consent is given.
pub struct NewConsent {
    /// 本人: whose consent it is.
    pub person: PersonId,
    /// What it is to.
    pub processing: Processing,
    /// The organ that holds the data.
    pub controller: OrganCode,
    /// Its name, address and telephone, as the explanation said.
    pub controller_contact: String,
    /// Who gave it.
    pub giver: Giver,
    /// When it was given; now, if not said.
    pub given_at: Option<DateTime<Utc>>,
    /// Its last day, in Japan.
    pub until: NaiveDate,
}

/// One consent as staff read it.
#[derive(Debug)]
pub struct ConsentView(pub Consent);

impl Resident for ConsentView {
    fn persons(&self) -> Vec<PersonId> {
        let giver = match &self.0.parties().giver {
            Giver::Representative(by) => by.person,
            Giver::Subject => None,
        };
        std::iter::once(self.0.subject()).chain(giver).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A consent tells the town's own address only.
    }
}

impl App {
    /// Records a consent.
    ///
    /// # Errors
    /// `person_not_found` for the subject or the representative; `invalid_value` for what the record
    /// must say and does not (see [`Consent::give`]).
    pub async fn consent_record(&self, ctx: &TownCtx, new: NewConsent) -> Result<Released<ConsentView>> {
        self.admit_reader(ctx, &[Grant::CaseWorker])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        require_person(&mut conn, new.person, "/person_id").await?;
        if let Giver::Representative(by) = &new.giver
            && let Some(person) = by.person
        {
            require_person(&mut conn, person, "/giver/representative/person_id").await?;
            self.refuse_denied(&mut conn, ctx, [person]).await?;
        }
        self.refuse_denied(&mut conn, ctx, [new.person]).await?;
        drop(conn);
        let at = new.given_at.unwrap_or(ctx.now);
        if at > ctx.now {
            return Err(invalid("given_at", "まだ来ていない時刻です", "it lies in the future"));
        }
        self.require_organ(ctx, &new.controller, "/controller_organ").await?;
        let controller = Organ { town: ctx.town, organ: new.controller };
        let parties = Parties { controller, controller_contact: new.controller_contact, giver: new.giver };
        let consent = Consent::give(new.person, new.processing, parties, at, new.until, ctx.staff)?;
        let row = ConsentRow {
            id: consent.id(),
            person: new.person,
            version: 1,
            body: written(&consent)?,
            created_at: ctx.now,
            updated_at: ctx.now,
        };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.consent_insert(&row).await.map_err(store)?;
        let subjects = vec![row.id.into(), row.person.into()];
        tx.commit(leaf::of(ctx, Act::ConsentRecorded, subjects, &consent.digest()?)?).await.map_err(store)?;
        self.release(ctx, "consent_record", READERS, ConsentView(consent)).await
    }

    /// A person's consents, oldest first.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn consents(&self, ctx: &TownCtx, person: PersonId) -> Result<Released<Vec<ConsentView>>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(person).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        self.refuse_denied(&mut conn, ctx, [person]).await?;
        let rows = conn.consent_list(person).await.map_err(store)?;
        drop(conn);
        let views = rows.iter().map(|row| read(row).map(ConsentView)).collect::<Result<Vec<_>>>()?;
        self.release(ctx, "consent_list", READERS, views).await
    }

    /// One consent.
    ///
    /// # Errors
    /// `consent_not_found`, and what [`App::release`] refuses.
    pub async fn consent(&self, ctx: &TownCtx, id: ConsentId) -> Result<Released<ConsentView>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row = one(&mut conn, id).await?;
        drop(conn);
        self.release(ctx, "consent_read", READERS, ConsentView(read(&row)?)).await
    }

    /// Takes a consent back. Offers that rest on it and that nobody has accepted are withdrawn in the
    /// same transaction; what was accepted before stays with the other town.
    ///
    /// # Errors
    /// `consent_not_found`, `consent_withdrawn`; `unavailable` when somebody else changed it just now.
    pub async fn consent_withdraw(
        &self,
        ctx: &TownCtx,
        id: ConsentId,
        by: Entity,
    ) -> Result<Released<ConsentView>> {
        self.consent_withdraw_at(ctx, id, by, None).await
    }

    /// The same, of the consent as it was at one epoch.
    ///
    /// # Errors
    /// As [`Self::consent_withdraw`]; `precondition_failed` when it is not at that epoch any more.
    pub async fn consent_withdraw_at(
        &self,
        ctx: &TownCtx,
        id: ConsentId,
        by: Entity,
        epoch: Option<u64>,
    ) -> Result<Released<ConsentView>> {
        self.admit_reader(ctx, &[Grant::CaseWorker])?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let mut row = one(&mut tx, id).await?;
        let mut consent = read(&row)?;
        self.refuse_denied(&mut tx, ctx, ConsentView(consent.clone()).persons()).await?;
        if epoch.is_some_and(|epoch| epoch != consent.epoch()) {
            return Err(Fault::new(Code::PreconditionFailed));
        }
        consent.withdraw(ctx.now, by, ctx.staff)?;
        row.body = written(&consent)?;
        row.updated_at = ctx.now;
        if !tx.consent_update(&row).await.map_err(store)? {
            let code = if epoch.is_some() { Code::PreconditionFailed } else { Code::Unavailable };
            return Err(Fault::new(code));
        }
        let stopped: Vec<HandoverId> = handovers::withdraw_resting_on(&mut tx, id, ctx.now).await?;
        let subjects = [id.into(), row.person.into()].into_iter().chain(stopped.into_iter().map(Into::into));
        let leaf = leaf::of(ctx, Act::ConsentWithdrawn, subjects.collect(), &consent.digest()?)?;
        tx.commit(leaf).await.map_err(store)?;
        self.release(ctx, "consent_withdraw", READERS, ConsentView(consent)).await
    }

    /// Requires an organ of the caller's own town.
    pub(crate) async fn require_organ(&self, ctx: &TownCtx, organ: &OrganCode, pointer: &str) -> Result<()> {
        let profile = self.profile(ctx).await?;
        if profile.town.organs.iter().any(|known| known.code == organ.as_str()) {
            return Ok(());
        }
        let known = profile.town.organs.iter().map(|o| o.code.as_str()).collect::<Vec<_>>().join(", ");
        let (ja, en) =
            (format!("この町の機関は {known} です"), format!("the organs of this town are {known}"));
        let name = pointer.trim_start_matches('/');
        Err(Fault::new(Code::InvalidValue).with("name", name).with_words("why", &ja, &en).at_pointer(pointer))
    }
}

/// The consents with these ids, in their order.
pub(crate) async fn read_all(conn: &mut TownConn, ids: &[ConsentId]) -> Result<Vec<Consent>> {
    let mut consents = Vec::with_capacity(ids.len());
    for id in ids {
        consents.push(read(&one(conn, *id).await?)?);
    }
    Ok(consents)
}

/// Every consent of these persons.
pub(crate) async fn read_of(
    conn: &mut TownConn,
    persons: impl Iterator<Item = PersonId>,
) -> Result<Vec<Consent>> {
    let mut consents = Vec::new();
    for person in persons {
        for row in conn.consent_list(person).await.map_err(store)? {
            consents.push(read(&row)?);
        }
    }
    Ok(consents)
}

/// Every consent of the town.
pub(crate) async fn read_every(conn: &mut TownConn) -> Result<Vec<Consent>> {
    conn.consents_all().await.map_err(store)?.iter().map(read).collect()
}

async fn one(conn: &mut TownConn, id: ConsentId) -> Result<ConsentRow> {
    conn.consent(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::ConsentNotFound))
}

/// Requires that the town knows a person named in a body.
pub(crate) async fn require_person(conn: &mut TownConn, person: PersonId, pointer: &str) -> Result<()> {
    if conn.person_exists(person).await.map_err(store)? {
        return Ok(());
    }
    Err(Fault::new(Code::PersonNotFound).at_pointer(pointer))
}

fn read(row: &ConsentRow) -> Result<Consent> {
    serde_json::from_slice(&row.body).map_err(|_| internal("a consent is not of the known form"))
}

fn written(consent: &Consent) -> Result<Plain> {
    serde_json::to_vec(consent).map(Plain::from).map_err(|_| internal("a consent is not JSON"))
}
