//! Preview and draft: what would travel and on what ground, before anything is sealed.

use std::collections::BTreeMap;

use handover::preview::Preview;
use handover::{Basis, Event, State, apply, preview};
use kernel::id::{ConsentId, HandoverId, HandoverItemId, PersonId};
use kernel::{Category, Code, Fault, Grant, Purpose, TownCode, TownCtx};
use store::TownConn;
use store::rows::handover::{Direction, HandoverRow};

use super::approve::held_standing;
use super::expiry::ItemExpiry;
use super::items::STAYS;
use super::record::{OutBody, Subject, Terms, chosen, plain, read_out, write_out};
use super::target::Target;
use super::view::{HandoverView, find};
use super::{HANDLERS, facts, not_found, subjects};
use crate::consents::{read_all, read_of, require_person};
use crate::error::store;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result, leaf};

/// What a preview is asked for.
pub struct PreviewAsk {
    /// About whom; no categories means every one.
    pub subjects: Vec<Subject>,
    /// To which town.
    pub receiver: TownCode,
    /// On which consents; none means every one the subjects have given.
    pub consents: Vec<ConsentId>,
}

/// What would travel, and what stays behind and why.
#[derive(Debug)]
pub struct PreviewView {
    /// Item by item.
    pub preview: Preview,
    /// How long each item is kept here and there, and when the receiver's copy is due.
    pub expiries: BTreeMap<HandoverItemId, Vec<ItemExpiry>>,
}

impl Resident for PreviewView {
    fn persons(&self) -> Vec<PersonId> {
        self.preview.rows.iter().map(|row| row.subject).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A preview tells no whereabouts.
    }
}

impl App {
    /// Shows item by item what would travel, what the consents keep back, and how long each town keeps it.
    ///
    /// # Errors
    /// `person_not_found`, `consent_not_found`, `receiver_not_member`, and what [`App::release`] refuses.
    pub async fn handover_preview(&self, ctx: &TownCtx, ask: &PreviewAsk) -> Result<Released<PreviewView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        require_persons(&mut conn, &ask.subjects).await?;
        self.refuse_denied(&mut conn, ctx, ask.subjects.iter().map(|subject| subject.person)).await?;
        let consents = if ask.consents.is_empty() {
            read_of(&mut conn, ask.subjects.iter().map(|subject| subject.person)).await?
        } else {
            read_all(&mut conn, &ask.consents).await?
        };
        drop(conn);
        let mut wanted = chosen(&ask.subjects);
        for categories in wanted.values_mut().filter(|categories| categories.is_empty()) {
            categories.extend(Category::ALL);
        }
        let items = self.handover_items(ctx, &wanted).await?;
        let expiries = self.handover_expiries(ctx, &items, ask.receiver).await?;
        let preview = preview(&items, &consents, ask.receiver, Purpose::Handover, ctx.now);
        self.release(ctx, "handover_preview", HANDLERS, PreviewView { preview, expiries }).await
    }

    /// Drafts a handover: looked up, grounded on consent, not sealed.
    ///
    /// # Errors
    /// `person_not_found`, `consent_not_found`, `receiver_not_member`, `protected_person`,
    /// `nothing_to_hand_over`, `consent_…`; `invalid_value` for what cannot be drafted.
    pub async fn handover_draft(&self, ctx: &TownCtx, terms: Terms) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, &[Grant::CaseWorker])?;
        self.require_terms(ctx, &terms).await?;
        let id = HandoverId::new();
        let persons: Vec<PersonId> = terms.subjects.iter().map(|subject| subject.person).collect();
        let peer = terms.receiver.town;
        let body = OutBody::drafted(terms);
        let row = HandoverRow {
            id,
            direction: Direction::Out,
            peer,
            state: State::Draft.as_str().to_owned(),
            version: 1,
            drafted_by: Some(ctx.staff),
            approved_by: None,
            created_at: ctx.now,
            updated_at: ctx.now,
            body: plain(&body)?,
        };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.handover_insert(&row).await.map_err(store)?;
        let leaf = leaf::of(ctx, evidence::Act::HandoverDrafted, subjects(id, persons), &body.terms)?;
        tx.commit(leaf).await.map_err(store)?;
        self.handover(ctx, id).await
    }

    /// Hands what was given back (差戻し) in again, with other terms. To another town it is drafted anew.
    ///
    /// # Errors
    /// As [`Self::handover_draft`]; `handover_not_found`, `handover_state`, `not_drafter`, `precondition_failed`.
    pub async fn handover_redraft(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        terms: Terms,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        self.admit_reader(ctx, &[Grant::CaseWorker])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (row, _) = sent(&mut conn, target.id).await?;
        drop(conn);
        self.require_terms(ctx, &terms).await?;
        if row.drafted_by != Some(ctx.staff) {
            return Err(Fault::new(Code::NotDrafter));
        }
        if row.peer != terms.receiver.town {
            let fault = Fault::new(Code::InvalidValue).with("name", "receiver");
            let (ja, en) =
                ("相手の町は変えられません。取り下げて新しく起案してください", "it is another town");
            return Err(fault.with_words("why", ja, en).at_pointer("/receiver/town_code"));
        }
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let (mut row, mut body, state) = held_standing(&mut tx, target, ctx).await?;
        let known = facts(terms.kind, Some(&row), ctx.now, ctx);
        body.state = apply(state, Event::Redraft, &known)?.state;
        body.terms = terms;
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        let persons = body.terms.subjects.iter().map(|subject| subject.person);
        let about = subjects(target.id, persons);
        let leaf = leaf::of(ctx, evidence::Act::HandoverRedrafted, about, &body.terms)?;
        tx.commit(leaf).await.map_err(store)?;
        self.handover(ctx, target.id).await
    }

    /// What every draft must be: about people of this town, to a member, within the consents, of something.
    async fn require_terms(&self, ctx: &TownCtx, terms: &Terms) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        require_persons(&mut conn, &terms.subjects).await?;
        self.refuse_denied(&mut conn, ctx, terms.persons()).await?;
        let consents = read_all(&mut conn, &terms.consents).await?;
        drop(conn);
        self.require_receiver(ctx, terms).await?;
        self.require_organ(ctx, &terms.sender, "/sender_organ").await?;
        sound(terms)?;
        if self.anybody_protected(ctx, terms).await? {
            return Err(Fault::new(Code::ProtectedPerson));
        }
        if terms.consents.is_empty() {
            let fault = Fault::new(Code::InvalidValue).with("name", "consent_ids");
            let (ja, en) = ("同意が一つも選ばれていません", "no consent is chosen");
            return Err(fault.with_words("why", ja, en).at_pointer("/consent_ids"));
        }
        let (chosen, receiver) = (terms.chosen(), terms.receiver.town);
        Basis::on_consent(&consents, &chosen, receiver, Purpose::Handover, &terms.grounds, ctx.now)?;
        if self.handover_items(ctx, &chosen).await?.is_empty() {
            return Err(Fault::new(Code::NothingToHandOver));
        }
        Ok(())
    }

    /// Whether somebody in it is under protection, past the end date or not.
    pub(super) async fn anybody_protected(&self, ctx: &TownCtx, terms: &Terms) -> Result<bool> {
        let list = self.protection_list(ctx.town).await?;
        Ok(terms.subjects.iter().any(|subject| list.of(subject.person).is_some()))
    }

    pub(super) async fn require_receiver(&self, ctx: &TownCtx, terms: &Terms) -> Result<()> {
        let town = terms.receiver.town;
        if town == ctx.town {
            let fault = Fault::new(Code::InvalidValue).with("name", "receiver");
            let fault = fault.with_words("why", "自分の町です", "it is your own town");
            return Err(fault.at_pointer("/receiver/town_code"));
        }
        if self.is_member(town).await? {
            return Ok(());
        }
        Err(Fault::new(Code::ReceiverNotMember).with("town", town).at_pointer("/receiver/town_code"))
    }
}

/// A handover that this town sends; a received one is no such thing.
pub(super) async fn sent(conn: &mut TownConn, id: HandoverId) -> Result<(HandoverRow, OutBody)> {
    let found = find(conn, id).await?;
    let row = found.row.filter(|row| row.direction == Direction::Out).ok_or_else(not_found)?;
    let body = read_out(&row)?;
    Ok((row, body))
}

async fn require_persons(conn: &mut TownConn, subjects: &[Subject]) -> Result<()> {
    for (n, subject) in subjects.iter().enumerate() {
        require_person(conn, subject.person, &format!("/subjects/{n}/person_id")).await?;
    }
    Ok(())
}

/// What no draft may say.
fn sound(terms: &Terms) -> Result<()> {
    for (n, subject) in terms.subjects.iter().enumerate() {
        let at = |what: &str| format!("/subjects/{n}/{what}");
        let invalid = |what: &str, ja: &str, en: &str| {
            let fault = Fault::new(Code::InvalidValue).with("name", what).with_words("why", ja, en);
            Err(fault.at_pointer(at(what)))
        };
        if terms.subjects.iter().take(n).any(|other| other.person == subject.person) {
            return invalid("person_id", "同じ人が二度あります", "the person comes twice");
        }
        if subject.categories.contains(&Category::Assessment) {
            let ja = "判定・アセスメントは引き継ぎません。相手の町が判定し直します";
            return invalid(
                "categories",
                ja,
                "scores and assessments do not travel; the receiver scores again",
            );
        }
        if subject.categories.iter().any(|category| STAYS.contains(category)) {
            let ja = "住民登録・世帯・親族関係は相手の町の台帳によります";
            let en = "register, household and kinship are the receiver's own register's to say";
            return invalid("categories", ja, en);
        }
    }
    Ok(())
}
