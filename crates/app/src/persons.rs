//! 住民: one person, their time-line, their household and their relations.

use chrono::{DateTime, Utc};
use kernel::id::{HouseholdId, LoadId, PersonId};
use kernel::{Category, Code, Fault, Identity, Observation, TownCtx};
use layouts::layout::number_system;
use linkage::kinship::{Contradiction, Relation, SingleParent};
use store::rows::pack::{PackRow, Whereabouts};

use crate::error::store;
use crate::people::People;
use crate::profiles::Applied;
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result};

/// Whereabouts, shown or hidden for a reason.
#[derive(Debug, Clone)]
pub enum Shown {
    /// May be seen.
    Open(Whereabouts),
    /// May not.
    Hidden(Hidden),
    /// The register never said.
    Unknown,
}

/// A person as the register knows them.
#[derive(Debug)]
pub struct PersonView {
    /// Id.
    pub id: PersonId,
    /// Since when the platform knows the person.
    pub known_since: DateTime<Utc>,
    /// When the register's row was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
    /// Household.
    pub household: Option<HouseholdId>,
    /// Identity without whereabouts; `None` when the register never said or its keys were dropped.
    pub identity: Option<Identity>,
    /// Whereabouts.
    pub whereabouts: Shown,
}

impl Resident for PersonView {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.id]
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        if let Some(reason) = hidden(self.id) {
            self.whereabouts = Shown::Hidden(reason);
        }
    }
}

/// A person in a list.
#[derive(Debug)]
pub struct PersonBrief {
    /// Id.
    pub id: PersonId,
    /// By the register; without whereabouts.
    pub identity: Identity,
    /// Household.
    pub household: Option<HouseholdId>,
}

impl Resident for PersonBrief {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.id]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Identities in memory carry no whereabouts.
    }
}

/// One entry of a time-line: an observation and the line it came from.
#[derive(Debug)]
pub struct TimelineEntry {
    /// Category.
    pub category: Category,
    /// What it says.
    pub observation: Observation,
    /// 連携元.
    pub source: String,
    /// The section that holds it, as staff see it.
    pub holder: String,
    /// 取込.
    pub load: LoadId,
    /// Line of the file, from 1.
    pub line: i32,
    /// When the platform learned it.
    pub recorded_at: DateTime<Utc>,
}

/// What is recorded about one person.
#[derive(Debug)]
pub struct Timeline {
    /// Whose.
    pub person: PersonId,
    /// Entries by category, oldest source first.
    pub entries: Vec<TimelineEntry>,
}

impl Timeline {
    /// What a person's packs say of them; their numbers in other systems left out.
    pub(crate) fn of(person: PersonId, packs: Vec<PackRow>, profile: &Applied) -> Self {
        let mut entries = Vec::new();
        for pack in packs {
            let holder = profile.holder_of(&pack);
            // A number of another system says who somebody is to it, and nothing of them (統合キーマスタ).
            let facts = pack.body.observations.into_iter().filter(|said| number_system(&said.item).is_none());
            entries.extend(facts.map(|observation| TimelineEntry {
                category: pack.category,
                observation,
                source: pack.source.clone(),
                holder: holder.clone(),
                load: pack.load,
                line: pack.line,
                recorded_at: pack.recorded_from,
            }));
        }
        Self { person, entries }
    }
}

impl Resident for Timeline {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.person]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // No item of the dictionary tells whereabouts.
    }
}

/// A household and who is in it.
#[derive(Debug)]
pub struct HouseholdView {
    /// Id.
    pub id: HouseholdId,
    /// Members with what the register says of each.
    pub members: Vec<(PersonId, Identity)>,
}

impl Resident for HouseholdView {
    fn persons(&self) -> Vec<PersonId> {
        self.members.iter().map(|(person, _)| *person).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Identities in memory carry no whereabouts.
    }
}

/// A person's relations: as people recorded them, and as they follow from the household.
#[derive(Debug)]
pub struct RelationsView {
    /// Whose.
    pub person: PersonId,
    /// Relations from and to the person.
    pub relations: Vec<Relation>,
    /// Whether one parent alone brings the person up, as far as the register and the records tell.
    pub single_parent: Option<SingleParent>,
    /// Where records about the person and the register do not agree.
    pub contradictions: Vec<Contradiction>,
}

impl Resident for RelationsView {
    fn persons(&self) -> Vec<PersonId> {
        let others = self.relations.iter().flat_map(|relation| [relation.from, relation.to]);
        std::iter::once(self.person).chain(others).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Relations tell no whereabouts.
    }
}

impl App {
    /// Whether the caller may speak of this person at all: asked before a request's body is looked at.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `person_not_found`, `person_denied`.
    pub async fn person_require(&self, ctx: &TownCtx, id: PersonId) -> Result<()> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(id).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        self.refuse_denied(&mut conn, ctx, [id]).await
    }

    /// One person.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn person(&self, ctx: &TownCtx, id: PersonId) -> Result<Released<PersonView>> {
        self.admit_reader(ctx, READERS)?;
        let row = self.towns.person(ctx.town, id).await.map_err(store)?;
        let row = row.ok_or_else(|| Fault::new(Code::PersonNotFound))?;
        let versions = row.versions;
        let view = PersonView {
            id: row.id,
            known_since: row.created_at,
            recorded_at: row.recorded_from,
            household: row.household,
            identity: row.body.identity,
            whereabouts: row.whereabouts.map_or(Shown::Unknown, Shown::Open),
        };
        self.release_at(ctx, "person_read", READERS, versions, view).await
    }

    /// Everybody the town knows, in id order, after `after`: for whoever walks the whole town. Staff look
    /// people up by [`App::person_search`].
    ///
    /// # Errors
    /// What [`App::release`] refuses.
    pub async fn person_list(
        &self,
        ctx: &TownCtx,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Released<Vec<PersonBrief>>> {
        self.admit_reader(ctx, READERS)?;
        let people = self.people(ctx.town).await?;
        let mut found: Vec<PersonId> =
            people.identities.keys().copied().filter(|id| after.is_none_or(|after| *id > after)).collect();
        found.sort_unstable();
        let page = found.into_iter().take(limit).map(|id| people.brief(id)).collect::<Vec<_>>();
        self.release(ctx, "person_list", READERS, page).await
    }

    /// The person who has this 宛名番号 now, if the town knows one.
    ///
    /// # Errors
    /// What [`App::release`] refuses.
    pub async fn person_by_number(
        &self,
        ctx: &TownCtx,
        number: &str,
    ) -> Result<Released<Option<PersonBrief>>> {
        self.admit_reader(ctx, READERS)?;
        let found = self.person_numbered(ctx, number).await?;
        let people = self.people(ctx.town).await?;
        self.release(ctx, "person_by_number", READERS, found.map(|id| people.brief(id))).await
    }

    /// Everything in force about one person, with the line of the file each came from.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn timeline(
        &self,
        ctx: &TownCtx,
        id: PersonId,
        category: Option<Category>,
    ) -> Result<Released<Timeline>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(id).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        let packs = conn.packs(id.uuid(), category).await.map_err(store)?;
        drop(conn);
        let profile = self.profile(ctx).await?;
        self.release(ctx, "timeline_read", READERS, Timeline::of(id, packs, &profile)).await
    }

    /// A household and its members.
    ///
    /// # Errors
    /// `household_not_found`, and what [`App::release`] refuses.
    pub async fn household(&self, ctx: &TownCtx, id: HouseholdId) -> Result<Released<HouseholdView>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let members = conn.household_members(id).await.map_err(store)?;
        drop(conn);
        let members = members.ok_or_else(|| Fault::new(Code::HouseholdNotFound))?;
        let people = self.people(ctx.town).await?;
        let members = members
            .into_iter()
            .map(|m| (m.person, people.identities.get(&m.person).cloned().unwrap_or_default()))
            .collect();
        self.release(ctx, "household_read", READERS, HouseholdView { id, members }).await
    }

    /// A person's relations within their household.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn relations(&self, ctx: &TownCtx, id: PersonId) -> Result<Released<RelationsView>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(id).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        drop(conn);
        let people = self.people(ctx.town).await?;
        self.release(ctx, "relations_read", READERS, people.relations(id)).await
    }
}

impl People {
    /// A person's relations.
    pub(crate) fn relations(&self, id: PersonId) -> RelationsView {
        let none = RelationsView {
            person: id,
            relations: Vec::new(),
            single_parent: None,
            contradictions: Vec::new(),
        };
        let Some(household) = self.kinship_of(id) else { return none };
        let relations: Vec<Relation> =
            household.relations().into_iter().filter(|r| r.from == id || r.to == id).collect();
        let about = |found: &Contradiction| {
            self.recorded_of(id).iter().any(|(told, _)| told.recorded == Some(found.recorded))
        };
        RelationsView {
            person: id,
            single_parent: Some(household.single_parent(id)),
            contradictions: household.contradictions().into_iter().filter(about).collect(),
            relations,
        }
    }

    /// A person as a list shows one.
    pub(crate) fn brief(&self, id: PersonId) -> PersonBrief {
        PersonBrief {
            id,
            identity: self.identities.get(&id).cloned().unwrap_or_default(),
            household: self.households.get(&id).copied(),
        }
    }
}
