//! 親族関係 as people recorded it: seen in 戸籍 or another document, or told. It stands over what the register
//! says of the same two, through every run and load, until somebody ends or corrects it.

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Act;
use kernel::id::{PersonId, RelationId};
use kernel::{Category, Code, Fault, Grant, TownCtx};
use linkage::kinship::{Certainty, Ground, Relation, RelationKind, clash};
use serde::{Deserialize, Serialize};
use store::rows::entry::EntryRow;
use store::rows::version::Changed;
use store::{TownConn, TownTx};

use crate::consents::require_person;
use crate::entries::{self, Change, Entry, Said, not_to_come};
use crate::error::{invalid, store};
use crate::people::Recorded;
use crate::release::READERS;
use crate::{App, Released, Result, leaf};

/// Who holds recorded relations, as a trace names it.
pub(crate) const HOLDER: &str = "親族関係の記録（職員）";

/// Who records relations.
const WRITERS: &[Grant] = &[Grant::CaseWorker];

/// What was recorded: `other` is to the person what `kind` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationSaid {
    /// The parent, the grandparent, the sibling …
    pub other: PersonId,
    /// … of the person it is recorded about.
    pub kind: RelationKind,
    /// How sure.
    pub certainty: Certainty,
    /// 戸籍, another document, or told.
    pub how: How,
    /// The day on which it was seen or told.
    pub on: NaiveDate,
    /// What was seen, or who told it.
    pub what: String,
    /// The last day on which it holds, or on which it was taken back; `None` while it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
}

/// How a relation became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Seen in 戸籍.
    Koseki,
    /// Seen in another document.
    Document,
    /// Told by somebody.
    Told,
}

impl How {
    /// The same as kinship names it.
    #[must_use]
    pub const fn ground(self) -> Ground {
        match self {
            Self::Koseki => Ground::Koseki,
            Self::Document => Ground::Document,
            Self::Told => Ground::Told,
        }
    }
}

impl Said for RelationSaid {
    const CATEGORY: Category = Category::Kinship;

    fn others(&self) -> Vec<PersonId> {
        vec![self.other]
    }
}

/// A recorded relation with all its versions.
pub type RecordedRelation = Entry<RelationSaid>;

impl App {
    /// Records a relation of a person.
    ///
    /// # Errors
    /// `person_not_found` for either; `invalid_value` for a relation to oneself or a day to come;
    /// `relation_contradicts` when it cannot be beside one that stands.
    pub async fn relation_record(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        said: RelationSaid,
    ) -> Result<Released<RecordedRelation>> {
        self.admit_reader(ctx, WRITERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut tx, ctx, [person, said.other]).await?;
        // Two records that exclude each other must not be looked at apart.
        tx.lock_town().await.map_err(store)?;
        entries::require(&mut tx, person).await?;
        let id = RelationId::new();
        check(&mut tx, ctx, (id, person), &said).await?;
        entries::begin(&mut tx, ctx, id.uuid(), (person, None), said).await?;
        self.relation_commit(tx, ctx, Act::RelationRecorded, person, id, 1).await
    }

    /// Corrects a recorded relation by a new version; one that was ended stands again.
    ///
    /// # Errors
    /// As [`Self::relation_record`]; `relation_not_found`; `version_superseded`.
    pub async fn relation_correct(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        id: RelationId,
        change: Change,
        said: RelationSaid,
    ) -> Result<Released<RecordedRelation>> {
        self.admit_reader(ctx, WRITERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut tx, ctx, [person, said.other]).await?;
        tx.lock_town().await.map_err(store)?;
        let entry = one(&mut tx, person, id).await?;
        check(&mut tx, ctx, (id, person), &said).await?;
        let version = change.version.saturating_add(1);
        entries::go_on(&mut tx, ctx, &entry, change, said).await?;
        self.relation_commit(tx, ctx, Act::RelationCorrected, person, id, version).await
    }

    /// Ends a recorded relation, or takes it back: from now on the register alone tells.
    ///
    /// # Errors
    /// `person_not_found`, `relation_not_found`, `version_superseded`; `invalid_value` for a day to come.
    pub async fn relation_end(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        id: RelationId,
        change: Change,
        on: NaiveDate,
    ) -> Result<Released<RecordedRelation>> {
        self.admit_reader(ctx, WRITERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let entry = one(&mut tx, person, id).await?;
        self.refuse_denied(&mut tx, ctx, [person, entry.newest.said.other]).await?;
        not_to_come(ctx, "on", on)?;
        let version = change.version.saturating_add(1);
        let said = RelationSaid { ended_on: Some(on), ..entry.newest.said.clone() };
        entries::go_on(&mut tx, ctx, &entry, change, said).await?;
        self.relation_commit(tx, ctx, Act::RelationEnded, person, id, version).await
    }

    async fn relation_commit(
        &self,
        mut tx: TownTx,
        ctx: &TownCtx,
        act: Act,
        person: PersonId,
        id: RelationId,
        version: u32,
    ) -> Result<Released<RecordedRelation>> {
        tx.version_bump(Changed::People).await.map_err(store)?;
        // Not the other person: the log must not tell whose kin somebody is.
        tx.commit(leaf::of(ctx, act, vec![person.into(), id.into()], &version)?).await.map_err(store)?;
        self.relation_recorded(ctx, person, id).await
    }

    /// Everything recorded about a person's relations, oldest first, ended ones too.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn relations_recorded(
        &self,
        ctx: &TownCtx,
        person: PersonId,
    ) -> Result<Released<Vec<RecordedRelation>>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let entries = entries::of_person(&mut conn, person).await?;
        self.refuse_denied(&mut conn, ctx, [person]).await?;
        drop(conn);
        self.release(ctx, "recorded_relation_list", READERS, entries).await
    }

    /// One recorded relation.
    ///
    /// # Errors
    /// `person_not_found`, `relation_not_found`, and what [`App::release`] refuses.
    pub async fn relation_recorded(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        id: RelationId,
    ) -> Result<Released<RecordedRelation>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let entry = one(&mut conn, person, id).await?;
        drop(conn);
        self.release(ctx, "recorded_relation_read", READERS, entry).await
    }
}

async fn one(conn: &mut TownConn, person: PersonId, id: RelationId) -> Result<RecordedRelation> {
    let entries: Vec<RecordedRelation> = entries::of_person(conn, person).await?;
    let found = entries.into_iter().find(|entry| entry.id == id.uuid());
    found.ok_or_else(|| Fault::new(Code::RelationNotFound))
}

/// Requires of what is to stand that it names another person of the town, no day to come, and goes together
/// with what stands.
async fn check(
    tx: &mut TownTx,
    ctx: &TownCtx,
    (id, person): (RelationId, PersonId),
    said: &RelationSaid,
) -> Result<()> {
    require_person(tx, said.other, "/other_id").await?;
    if said.other == person {
        return Err(invalid("other_id", "本人自身です", "it is the person"));
    }
    not_to_come(ctx, "on", said.on)?;
    let known = tx.entries_newest(Category::Kinship, None).await.map_err(store)?;
    let known: Vec<Relation> = in_force(known)?.into_iter().map(|(relation, _)| relation).collect();
    match clash(&known, &relation(id, person, said)) {
        Some(other) => Err(Fault::new(Code::RelationContradicts).with("other", other)),
        None => Ok(()),
    }
}

fn relation(id: RelationId, person: PersonId, said: &RelationSaid) -> Relation {
    Relation {
        from: said.other,
        to: person,
        kind: said.kind,
        certainty: said.certainty,
        evidence: said.how.ground(),
        recorded: Some(id),
    }
}

/// The newest versions that stand, each with when it was written.
fn in_force(rows: Vec<EntryRow>) -> Result<Vec<(Relation, DateTime<Utc>)>> {
    let entries: Vec<RecordedRelation> = entries::of_rows(rows)?;
    let standing = entries.into_iter().filter(|entry| entry.newest.said.ended_on.is_none());
    let as_relation = |entry: RecordedRelation| {
        (relation(RelationId::from_uuid(entry.id), entry.person, &entry.newest.said), entry.newest.at)
    };
    Ok(standing.map(as_relation).collect())
}

/// Relations that stand, by each of the two.
pub(crate) fn by_person(rows: Vec<EntryRow>) -> Result<Recorded> {
    let mut recorded = Recorded::new();
    for (relation, at) in in_force(rows)? {
        for one in [relation.from, relation.to] {
            recorded.entry(one).or_default().push((relation, at));
        }
    }
    Ok(recorded)
}
