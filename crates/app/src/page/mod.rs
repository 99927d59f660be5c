//! 一人の画面: everything a case worker needs about one child, read at once and released as one look.

mod absent;
mod view;

use std::sync::Arc;

use kernel::id::{HouseholdId, PersonId};
use kernel::slug::WATCH_NOTES;
use kernel::{Category, Code, Fault, Identity, TownCode, TownCtx};
use rulebook::CoverageClaim;
use store::rows::pack::PackRow;
use store::rows::page::PageRows;
use store::rows::version::Versions;

use crate::cache::Versioned;
use crate::error::store;
use crate::people::People;
use crate::persons::{HouseholdView, PersonView, RelationsView, Shown, Timeline};
use crate::profiles::Applied;
use crate::protection::ProtectionList;
use crate::release::READERS;
use crate::retention::Entries;
use crate::runs::claims;
use crate::staff::StaffView;
use crate::{App, Released, Result, staff, watch_notes};

pub use absent::AbsentItem;
pub use view::{LatestResult, PageView, RetentionSummary};

/// Looks a page shows.
const LOOKS: i64 = 10;

/// What the loads claim to be complete for, by the counters `people` and `auth`.
pub(crate) type ClaimsCache = Versioned<TownCode, (i64, i64), Arc<Vec<CoverageClaim>>>;

impl App {
    /// Everything about one person, as one look.
    ///
    /// # Errors
    /// `person_not_found`, `profile_missing`, and what [`App::release`] refuses.
    pub async fn person_page(&self, ctx: &TownCtx, id: PersonId) -> Result<Released<PageView>> {
        let (versions, view) = self.page_view(ctx, id).await?;
        self.release_at(ctx, "person_page", READERS, versions, view).await
    }

    /// The same before the door, for whatever else is made of it.
    pub(crate) async fn page_view(&self, ctx: &TownCtx, id: PersonId) -> Result<(Versions, PageView)> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let rows = conn.person_page(id, LOOKS).await.map_err(store)?;
        drop(conn);
        let rows = rows.ok_or_else(|| Fault::new(Code::PersonNotFound))?;
        let versions = rows.versions;
        let known = Known {
            profile: self.profile_at(ctx.town, versions.auth).await?,
            people: self.people_at(ctx.town, versions.people).await?,
            claims: self.claims_at(ctx, versions).await?,
            list: self.protection_list_at(ctx.town, versions).await?,
            staff: self.staff_at(ctx.town, versions.auth).await?,
        };
        let handovers = self.handovers_of(ctx, id, rows.handovers).await?;
        Ok((versions, PageView { handovers, ..known.page(ctx, id, rows)? }))
    }

    async fn claims_at(&self, ctx: &TownCtx, versions: Versions) -> Result<Arc<Vec<CoverageClaim>>> {
        let key = (versions.people, versions.auth);
        if let Some(known) = self.claims.get(&ctx.town, &key) {
            return Ok(known);
        }
        let profile = self.profile_at(ctx.town, versions.auth).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let loads = conn.load_latest_by_source().await.map_err(store)?;
        drop(conn);
        let claims = Arc::new(claims(&profile, &loads));
        self.claims.put(ctx.town, key, Arc::clone(&claims));
        Ok(claims)
    }
}

/// What is known of the whole town, kept in memory.
struct Known {
    profile: Arc<Applied>,
    people: Arc<People>,
    claims: Arc<Vec<CoverageClaim>>,
    list: Arc<ProtectionList>,
    staff: Arc<Vec<StaffView>>,
}

impl Known {
    fn page(&self, ctx: &TownCtx, id: PersonId, rows: PageRows) -> Result<PageView> {
        let (notes, packs): (Vec<PackRow>, Vec<PackRow>) =
            rows.packs.into_iter().partition(|pack| pack.source == WATCH_NOTES);
        let register = packs.iter().rfind(|pack| pack.category == Category::Register);
        let person = PersonView {
            id,
            known_since: rows.known_since,
            recorded_at: register.map(|pack| pack.recorded_from),
            household: rows.household,
            whereabouts: register
                .and_then(|pack| pack.whereabouts.clone())
                .map_or(Shown::Unknown, Shown::Open),
            identity: register.and_then(|pack| pack.body.identity.clone()),
        };
        let (identity, today) = (person.identity.as_ref(), ctx.today());
        let results = rows.scores.iter().map(|score| score.of(id)).collect();
        let entries = Entries::of_rows(rows.entries, results)?;
        let in_force = packs.iter().chain(&notes).filter(|pack| pack.recorded_to.is_none());
        let schedule = &self.profile.town.retention;
        let retention = RetentionSummary::of(schedule, in_force, &entries, identity, today);
        let timeline = Timeline::of(id, packs, &self.profile);
        let absent = absent::items(&self.profile, &self.claims, identity, &timeline, today);
        let relations = self.people.relations(id);
        let Entries { assessments, cases, .. } = entries;
        let notes = watch_notes::of_packs(id, notes)?;
        Ok(PageView {
            protection: self.list.of(id).cloned(),
            household: rows.household.map(|household| self.household(household)),
            relatives: self.relatives(&relations, rows.household),
            scores: rows.scores.iter().map(LatestResult::of).collect::<Result<_>>()?,
            staff: staff::names(&self.staff, &view::named(&rows.looks, &notes, &assessments, &cases)),
            looks: rows.looks,
            notes,
            handovers: Vec::new(),
            profile: Arc::clone(&self.profile),
            person,
            relations,
            timeline,
            absent,
            assessments,
            cases,
            retention,
        })
    }

    fn household(&self, id: HouseholdId) -> HouseholdView {
        let members = self.people.members.get(&id).map(Vec::as_slice).unwrap_or_default();
        HouseholdView { id, members: members.iter().map(|member| self.who(*member)).collect() }
    }

    /// Those who are related to the person and live in another household, or in none.
    fn relatives(
        &self,
        relations: &RelationsView,
        household: Option<HouseholdId>,
    ) -> Vec<(PersonId, Identity)> {
        let named = relations.relations.iter().flat_map(|relation| [relation.from, relation.to]);
        let elsewhere = |other: &PersonId| {
            *other != relations.person
                && (household.is_none() || self.people.households.get(other).copied() != household)
        };
        let mut others: Vec<PersonId> = named.filter(elsewhere).collect();
        others.sort_unstable();
        others.dedup();
        others.into_iter().map(|other| self.who(other)).collect()
    }

    fn who(&self, person: PersonId) -> (PersonId, Identity) {
        (person, self.people.identities.get(&person).cloned().unwrap_or_default())
    }
}
