//! 突合待ち: records that no machine may place. A human says whose they are, or that they are nobody's,
//! and can take it back; the record is then sealed anew under the person's own keys.

use std::collections::BTreeMap;
use std::ops::Deref;

use evidence::{Act, SubjectRef};
use kernel::id::{LinkTaskId, PersonId};
use kernel::{Category, Code, Fault, Grant, TownCtx};
use layouts::RoleId;
use seal::BlindIndex;
use store::TownTx;
use store::rows::link_task::{LinkDecision, LinkTaskRow, LinkTaskState};
use store::rows::new_pack::NewPack;
use store::rows::pack::PackBody;
use store::rows::version::Changed;

use crate::error::{internal, store};
use crate::loads::numbers::indexes;
use crate::profiles::Applied;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result, auth, leaf};

/// Grants that settle the queue.
const LINKERS: &[Grant] = &[Grant::OverallManager, Grant::Holder, Grant::CaseWorker];

/// Grants that move a number from one person to another: 総括管理主体, which keeps the table of numbers (図表10).
const KEEPERS: &[Grant] = &[Grant::OverallManager];

/// A record that waits, as staff see it.
#[derive(Debug)]
pub struct LinkTask(pub LinkTaskRow);

impl Resident for LinkTask {
    fn persons(&self) -> Vec<PersonId> {
        let candidates = self.0.body.iter().flat_map(|body| body.candidates.iter().map(|c| c.person));
        candidates.chain(self.0.person).collect()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Whose address the record tells is not known yet: it is hidden when anybody's would be who
        // may be meant.
        let hide = self.persons().into_iter().any(|person| hidden(person).is_some());
        if let Some(body) = &mut self.0.body
            && hide
        {
            body.identity.address = kernel::Known::Absent(kernel::Absence::NotShared);
            body.identity.postal_code = kernel::Known::Absent(kernel::Absence::NotShared);
            body.identity.phone = kernel::Known::Absent(kernel::Absence::NotShared);
        }
    }
}

/// Records that wait or waited. One that may be somebody's whom the caller may not see is left out.
pub struct LinkTasks {
    rows: Vec<LinkTask>,
    /// Behind which the list goes on, if it does.
    pub next: Option<LinkTaskId>,
}

impl Deref for LinkTasks {
    type Target = [LinkTask];
    fn deref(&self) -> &[LinkTask] {
        &self.rows
    }
}

impl Resident for LinkTasks {
    fn persons(&self) -> Vec<PersonId> {
        self.rows.persons()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        self.rows.hide_whereabouts(hidden);
    }

    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        let before = self.rows.len();
        self.rows.retain(|task| !task.persons().into_iter().any(denied));
        Some(before - self.rows.len())
    }
}

impl App {
    /// Records that wait, oldest first.
    ///
    /// # Errors
    /// What [`App::release`] refuses.
    pub async fn link_tasks(
        &self,
        ctx: &TownCtx,
        state: LinkTaskState,
        after: Option<LinkTaskId>,
        limit: usize,
    ) -> Result<Released<LinkTasks>> {
        self.admit_reader(ctx, LINKERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let fetch = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = conn.link_task_list(state, after, fetch).await.map_err(store)?;
        drop(conn);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.id);
        let rows = rows.into_iter().map(LinkTask).collect();
        self.release(ctx, "link_task_list", LINKERS, LinkTasks { rows, next }).await
    }

    /// One record that waits or waited.
    ///
    /// # Errors
    /// `link_task_not_found`, and what [`App::release`] refuses.
    pub async fn link_task(&self, ctx: &TownCtx, id: LinkTaskId) -> Result<Released<LinkTask>> {
        self.admit_reader(ctx, LINKERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row =
            conn.link_task(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LinkTaskNotFound))?;
        drop(conn);
        self.release(ctx, "link_task_read", LINKERS, LinkTask(row)).await
    }

    /// Settles a record: it is this person's, or nobody's.
    ///
    /// # Errors
    /// `link_task_not_found`, `person_not_found`, `link_task_decided`.
    pub async fn link_decide(&self, ctx: &TownCtx, id: LinkTaskId, decision: LinkDecision) -> Result<()> {
        self.link_settle(ctx, id, decision, None).await
    }

    /// Settles a record as this person's and gives them the numbers of other systems that it says, from whoever has
    /// them. Records that were joined by such a number before stay where they are.
    ///
    /// # Errors
    /// As [`Self::link_decide`]; `grant_missing` for a system of the town, `invalid_value` where no number of the
    /// record is anybody else's.
    pub async fn link_move_numbers(
        &self,
        ctx: &TownCtx,
        id: LinkTaskId,
        person: PersonId,
        reason: &str,
    ) -> Result<()> {
        auth::require_any(ctx, KEEPERS)?;
        self.require_decider(ctx).await?;
        self.link_settle(ctx, id, LinkDecision::Linked(person), Some(reason)).await
    }

    async fn link_settle(
        &self,
        ctx: &TownCtx,
        id: LinkTaskId,
        decision: LinkDecision,
        moving: Option<&str>,
    ) -> Result<()> {
        self.admit_reader(ctx, LINKERS)?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        // A load that runs has read the queue already, and would put its own judgement over this one.
        tx.lock_town().await.map_err(store)?;
        let task =
            tx.link_task(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LinkTaskNotFound))?;
        if let LinkDecision::Linked(person) = decision
            && !tx.person_exists(person).await.map_err(store)?
        {
            return Err(Fault::new(Code::PersonNotFound));
        }
        let named = if let LinkDecision::Linked(person) = decision { Some(person) } else { None };
        let task = LinkTask(task);
        self.refuse_denied(&mut tx, ctx, task.persons().into_iter().chain(named)).await?;
        let task = task.0;
        if !tx.link_task_decide(id, decision, ctx.staff, ctx.now).await.map_err(store)? {
            return Err(Fault::new(Code::LinkTaskDecided));
        }
        let mut from = Vec::new();
        if let LinkDecision::Linked(person) = decision {
            let packs = packs(&profile, &task, person)?;
            tx.pack_insert_many(&packs, ctx.now).await.map_err(store)?;
            // The next file of the source needs no human again.
            let Numbers { own, further } = numbers(&tx, &profile, &task);
            if let Some(own) = own {
                tx.identifier_insert(&own, person, None, ctx.now).await.map_err(store)?;
            }
            let taught = (task.source.as_str(), task.record_key.as_slice());
            for number in &further {
                match moving {
                    None => {
                        tx.identifier_insert(number, person, Some(taught), ctx.now).await.map_err(store)?
                    }
                    Some(_) => {
                        from.extend(
                            tx.identifier_move(number, person, taught, ctx.now).await.map_err(store)?,
                        );
                    }
                }
            }
            tx.version_bump(Changed::Protection).await.map_err(store)?;
        }
        if let Some(reason) = moving {
            return self.link_moved(tx, ctx, (&task, decision), from, reason).await;
        }
        let person = match decision {
            LinkDecision::Linked(person) => Some(person),
            LinkDecision::Refused => None,
        };
        let leaf = leaf::of(ctx, Act::LinkDecided, subjects(id, person), &decision_word(decision))?;
        tx.commit(leaf).await.map_err(store)
    }

    /// Ends the act that moved numbers, with why.
    async fn link_moved(
        &self,
        mut tx: TownTx,
        ctx: &TownCtx,
        (task, decision): (&LinkTaskRow, LinkDecision),
        from: Vec<PersonId>,
        reason: &str,
    ) -> Result<()> {
        if from.is_empty() {
            let (ja, en) = ("ほかの人から移す番号がありません", "no number of it is anybody else's");
            return Err(Fault::new(Code::InvalidValue).with("name", "person_id").with_words("why", ja, en));
        }
        self.refuse_denied(&mut tx, ctx, from.iter().copied()).await?;
        tx.link_task_reason_put(task.id, task.upload, reason).await.map_err(store)?;
        let mut subjects = subjects(task.id, decision.person());
        subjects.extend(from.into_iter().map(SubjectRef::from));
        let leaf = leaf::of(ctx, Act::NumberMoved, subjects, &reason)?;
        tx.commit(leaf).await.map_err(store)
    }

    /// Why numbers were moved with the decision of a record, where they were.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`.
    pub async fn link_reason(&self, ctx: &TownCtx, id: LinkTaskId) -> Result<Option<String>> {
        self.admit_reader(ctx, LINKERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.link_task_reason(id).await.map_err(store)
    }

    /// Takes a decision back: what it brought is closed, and the record waits again.
    ///
    /// # Errors
    /// `link_task_not_found`, `link_task_not_decided`.
    pub async fn link_undo(&self, ctx: &TownCtx, id: LinkTaskId) -> Result<()> {
        self.admit_reader(ctx, LINKERS)?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.lock_town().await.map_err(store)?;
        let task =
            tx.link_task(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LinkTaskNotFound))?;
        self.refuse_denied(&mut tx, ctx, task.person).await?;
        let was = task.person.map_or(LinkDecision::Refused, LinkDecision::Linked);
        if !tx.link_task_undo(id, was).await.map_err(store)? {
            return Err(Fault::new(Code::LinkTaskNotDecided));
        }
        if let Some(person) = task.person {
            tx.pack_close_record(person.uuid(), &task.source, &task.record_key, &task.part, ctx.now)
                .await
                .map_err(store)?;
            let Numbers { own, further } = numbers(&tx, &profile, &task);
            if let Some(tied_at) = task.decided_at {
                for number in own.iter().chain(&further) {
                    tx.identifier_close(number, person, tied_at, ctx.now).await.map_err(store)?;
                }
                for number in &further {
                    tx.identifier_give_back(number, tied_at).await.map_err(store)?;
                }
            }
            tx.version_bump(Changed::Protection).await.map_err(store)?;
        }
        let leaf = leaf::of(ctx, Act::LinkUndone, subjects(id, task.person), &())?;
        tx.commit(leaf).await.map_err(store)
    }
}

/// The task, and whose record it became or was.
fn subjects(task: LinkTaskId, person: Option<PersonId>) -> Vec<SubjectRef> {
    std::iter::once(task.into()).chain(person.map(Into::into)).collect()
}

/// The indexes of the numbers by which the record's system, and others that it tells of, know its subject.
fn numbers(tx: &TownTx, profile: &Applied, task: &LinkTaskRow) -> Numbers {
    let source = profile.town.sources.iter().find(|(code, _)| code.as_str() == task.source);
    let (Some(body), Some((_, source))) = (&task.body, source) else { return Numbers::default() };
    let (layout, blind) = (&source.layout, &tx.keys().blind);
    let own = body.identity.local_id.value().and_then(|number| blind.identifier(&layout.system, number));
    let further = if body.role == RoleId::Person.as_str() {
        indexes(layout, blind, &body.observations)
    } else {
        Vec::new()
    };
    Numbers { own, further }
}

/// The numbers that a record gives its subject.
#[derive(Default)]
struct Numbers {
    /// The one by which the record's system knows them.
    own: Option<BlindIndex>,
    /// Those of other systems (統合キーマスタ).
    further: Vec<BlindIndex>,
}

const fn decision_word(decision: LinkDecision) -> &'static str {
    match decision {
        LinkDecision::Linked(_) => "linked",
        LinkDecision::Refused => "refused",
    }
}

/// What a task's record says of a person, to be sealed under the person's keys.
pub(crate) fn packs(profile: &Applied, task: &LinkTaskRow, person: PersonId) -> Result<Vec<NewPack>> {
    let Some(body) = &task.body else { return Ok(Vec::new()) };
    let mut by_category: BTreeMap<Category, PackBody> = BTreeMap::new();
    for observation in &body.observations {
        let item = profile.cooperative.items.get(&observation.item);
        let category = item.ok_or_else(|| internal("an item of a task is not in the dictionary"))?.category;
        by_category.entry(category).or_default().observations.push(observation.clone());
    }
    Ok(by_category
        .into_iter()
        .map(|(category, content)| NewPack {
            subject: person.uuid(),
            category,
            source: task.source.clone(),
            load: task.load,
            line: task.line,
            record_key: task.record_key.clone(),
            row_hash: task.row_hash.clone(),
            body: PackBody { role: body.role.clone(), ..content },
        })
        .collect())
}
