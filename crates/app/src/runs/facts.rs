//! A town's picture for scoring: everybody's records, kinship and what the loads claim, decrypted once
//! for a run.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::date::{Grade, PartialDate};
use kernel::id::PersonId;
use kernel::slug::RECORDED_RELATIONS;
use kernel::{
    Absence, Category, Datum, Grant, Identity, ItemCode, Known, Observation, SourceCode, TownCode, TownCtx,
    Value, When,
};
use linkage::kinship::{Certainty, Household, Order as Birth, Parents, RelationKind, SingleParent as Single};
use rulebook::{
    ChildFacts, CoverageClaim, Effective, Enrolment, Fact, Founder, Meaning, Order, Origin, PersonFacts,
    Relative, Siblings, SingleParent, Span, Standing,
};
use store::rows::load::LoadRow;
use store::rows::pack::PackRow;

use super::{Scored, latest};
use crate::error::{internal, store};
use crate::people::People;
use crate::profiles::Applied;
use crate::{App, Result, auth, relations};

/// The categories whose records rules may look at. Watch notes are not among them.
const CATEGORIES: &[Category] = &[
    Category::Childcare,
    Category::Attendance,
    Category::SchoolHealth,
    Category::Allowance,
    Category::Disability,
    Category::Welfare,
    Category::Consultation,
    Category::Protection,
];

/// The register from which kinship follows.
const REGISTER: &str = "resident_register";

/// 在籍校の設置者.
const SCHOOL: &str = "attendance.school";

/// 要対協.
const COUNCIL: &str = "protection.council_case";

/// Everything a run looks at.
pub struct Picture {
    /// The instant it shows: every load before it is in it whole, none after it at all.
    pub known_at: DateTime<Utc>,
    people: Arc<People>,
    facts: HashMap<PersonId, Vec<Fact>>,
    claims: Vec<CoverageClaim>,
    loads: BTreeMap<String, LoadRow>,
    register_holder: String,
    register_recorded_at: Option<DateTime<Utc>>,
}

impl App {
    /// The town's picture as it is now.
    ///
    /// # Errors
    /// A fault when the database cannot be reached or a box does not open.
    pub(crate) async fn picture(&self, town: TownCode) -> Result<Picture> {
        let profile = self.profile_of(town).await?;
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        // A load that ended between two of these statements would claim to be complete for records that were
        // read before it: absent rows would count as zero.
        tx.lock_town().await.map_err(store)?;
        let known_at = Utc::now();
        let people = self.people_over(&mut tx).await?;
        let keys = tx.keysets_all().await.map_err(store)?;
        let packs = tx.packs_all(CATEGORIES, &keys).await.map_err(store)?;
        let loads = tx.load_latest_by_source().await.map_err(store)?;
        tx.commit_bookkeeping().await.map_err(store)?;
        let mut facts: HashMap<PersonId, Vec<Fact>> = HashMap::new();
        for pack in packs {
            let person = PersonId::from_uuid(pack.subject);
            facts.entry(person).or_default().extend(facts_of(&profile, pack)?);
        }
        Ok(Picture {
            known_at,
            people,
            facts,
            claims: claims(&profile, &loads),
            register_holder: profile.holder(REGISTER),
            register_recorded_at: latest(loads.get(REGISTER).and_then(|load| load.finished_at).into_iter()),
            loads,
        })
    }
}

impl Picture {
    /// Whether any source that a rulebook asks was ever loaded.
    #[must_use]
    pub fn anything_loaded(&self, rules: &Effective) -> bool {
        rules.rulebook.inputs.iter().any(|input| match &input.meaning {
            Meaning::Item { item, .. } => self.claims.iter().any(|claim| claim.items.contains(item)),
            Meaning::SingleParent => false,
        })
    }

    /// Residents under eighteen on a day, and those whose age is not known, in id order.
    #[must_use]
    pub fn children(&self, on: NaiveDate) -> Vec<PersonId> {
        let mut children: Vec<PersonId> = self
            .people
            .identities
            .iter()
            .filter(|(_, identity)| lives_here(identity) && may_be_child(identity, on))
            .map(|(person, _)| *person)
            .collect();
        children.sort_unstable();
        children
    }

    /// Scores one child, with its trace.
    ///
    /// # Errors
    /// `internal` when the trace cannot be written.
    pub fn score(&self, rules: &Effective, person: PersonId, as_of: NaiveDate) -> Result<Scored> {
        let child = self.child(person);
        let inputs = rulebook::inputs(rules, &child, &self.claims, as_of);
        let trace = rulebook::trace(rules, &inputs);
        Ok(Scored {
            list: trace.list,
            interval: trace.score.as_ref().map(|score| score.interval),
            concern: trace.score.as_ref().map(|score| score.concern),
            contact: trace.score.as_ref().map(|score| score.contact),
            known_case: self.known_case(person, as_of),
            trace: serde_json::to_value(&trace).map_err(|_| internal("a trace is not JSON"))?,
        })
    }

    fn known_case(&self, person: PersonId, as_of: NaiveDate) -> Option<bool> {
        let listed = self.facts.get(&person).map(Vec::as_slice).unwrap_or_default();
        let open = listed.iter().any(|fact| {
            fact.item.as_str() == COUNCIL
                && fact.datum == Known::Present(Value::Code("open".into()))
                && fact.when.covers(as_of)
        });
        let asked = self.claims.iter().any(|claim| claim.items.iter().any(|item| item.as_str() == COUNCIL));
        (open || asked).then_some(open)
    }

    /// A child with parents and siblings, as far as kinship is known.
    fn child(&self, person: PersonId) -> ChildFacts {
        let household = self.people.kinship_of(person);
        let (parents, parents_complete) = self.parents(household.as_ref(), person);
        ChildFacts {
            own: self.person(person),
            parents,
            parents_complete,
            siblings: self.siblings(household.as_ref(), person),
            single_parent: SingleParent {
                state: single_parent(household.as_ref(), person),
                origin: self.kinship_origin(person),
            },
            class_days: BTreeMap::new(),
        }
    }

    fn parents(&self, household: Option<&Household>, child: PersonId) -> (Vec<Relative>, bool) {
        match household.map(|household| household.parents_of(child)) {
            Some(Parents::Known { mut parents, carers }) => {
                // Who lives elsewhere is no parent whom the child looks after at home.
                parents.retain(|parent| household.is_some_and(|household| household.is_near(*parent)));
                let complete = !parents.is_empty();
                let certain = parents.iter().map(|p| self.relative(*p, true));
                let perhaps = carers.iter().map(|p| self.relative(*p, false));
                (certain.chain(perhaps).collect(), complete)
            }
            Some(Parents::Unknown { candidates, .. }) => {
                (candidates.iter().map(|p| self.relative(*p, false)).collect(), false)
            }
            None => (Vec::new(), false),
        }
    }

    fn siblings(&self, household: Option<&Household>, child: PersonId) -> Siblings {
        let Some(household) = household else { return Siblings::default() };
        let members = household
            .relations()
            .into_iter()
            .filter(|relation| relation.to == child && household.is_near(relation.from))
            .filter_map(|relation| match relation.kind {
                RelationKind::Sibling { order } => Some((
                    match order {
                        Birth::Younger => Order::Younger,
                        Birth::Older => Order::Older,
                        Birth::Unknown => Order::Unknown,
                    },
                    self.relative(relation.from, relation.certainty == Certainty::Certain),
                )),
                _ => None,
            })
            .collect();
        Siblings { members, complete: true }
    }

    fn relative(&self, person: PersonId, certain: bool) -> Relative {
        Relative { certain, person: self.person(person) }
    }

    fn person(&self, person: PersonId) -> PersonFacts {
        let facts = self.facts.get(&person).cloned().unwrap_or_default();
        let said = facts.iter().map(|fact| (&fact.item, &fact.datum, &fact.when));
        PersonFacts { standing: belonging(self.people.identities.get(&person), said), facts }
    }

    /// What kinship rests on: what people recorded about the child, or the register.
    fn kinship_origin(&self, child: PersonId) -> Option<Origin> {
        if let Some(recorded_at) = latest(self.people.recorded_of(child).iter().map(|(_, at)| *at)) {
            let source: SourceCode = RECORDED_RELATIONS.parse().ok()?;
            return Some(Origin { source, holder: relations::HOLDER.to_owned(), recorded_at });
        }
        let recorded_at = self.register_recorded_at?;
        let source: SourceCode = REGISTER.parse().ok()?;
        Some(Origin { source, holder: self.register_holder.clone(), recorded_at })
    }

    /// The newest applied load of every source: what 「何月何日時点」 a list rests on.
    #[must_use]
    pub const fn loads(&self) -> &BTreeMap<String, LoadRow> {
        &self.loads
    }
}

/// How far kinship is known over a town's children.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinship {
    /// Children.
    pub children: usize,
    /// Of whom the register does not tell a parent.
    pub parents_unknown: usize,
    /// Of whom it cannot be told whether one parent alone brings them up.
    pub single_unknown: usize,
}

impl App {
    /// How far kinship is known: counts alone, nobody named.
    ///
    /// # Errors
    /// `grant_missing`; a fault when the database cannot be reached.
    pub async fn kinship(&self, ctx: &TownCtx) -> Result<Kinship> {
        auth::require_any(ctx, &[Grant::OverallManager, Grant::Analyst])?;
        let picture = self.picture(ctx.town).await?;
        let mut told = Kinship::default();
        for child in picture.children(ctx.today()) {
            let household = picture.people.kinship_of(child);
            told.children += 1;
            let parents = household.as_ref().map(|household| household.parents_of(child));
            told.parents_unknown += usize::from(!matches!(parents, Some(Parents::Known { .. })));
            let single = single_parent(household.as_ref(), child);
            told.single_unknown += usize::from(single.value().is_none());
        }
        Ok(told)
    }
}

fn facts_of(profile: &Applied, pack: PackRow) -> Result<Vec<Fact>> {
    let source: SourceCode = pack.source.parse().map_err(|_| internal("a pack's source is no name"))?;
    let origin = Origin { source, holder: profile.holder_of(&pack), recorded_at: pack.recorded_from };
    let texts = |item: &ItemCode| {
        profile.cooperative.items.get(item).is_some_and(|def| def.kind == kernel::ValueKind::Text)
    };
    Ok(pack
        .body
        .observations
        .into_iter()
        .filter(|observation| !texts(&observation.item))
        .map(|o| Fact { item: o.item, datum: o.datum, when: o.when, origin: origin.clone() })
        .collect())
}

/// What the newest loads of a town claim to be complete for.
pub(crate) fn claims(profile: &Applied, loads: &BTreeMap<String, LoadRow>) -> Vec<CoverageClaim> {
    let mut claims = Vec::new();
    for (code, source) in &profile.town.sources {
        let Some(load) = loads.get(code.as_str()) else { continue };
        let mut items: Vec<ItemCode> = source.layout.observed().map(|(_, item)| item.clone()).collect();
        items.sort();
        items.dedup();
        claims.push(CoverageClaim {
            source: code.clone(),
            holder: profile.holder(code.as_str()),
            items,
            cohort: source.coverage.claimed(),
            when: When::AsOf(load.as_of),
        });
    }
    claims
}

fn single_parent(household: Option<&Household>, child: PersonId) -> Known<bool> {
    match household.map(|household| household.single_parent(child)) {
        Some(Single::Yes { .. }) => Known::Present(true),
        Some(Single::No { .. }) => Known::Present(false),
        Some(Single::Unknown { .. }) | None => Known::Absent(Absence::NotCollected),
    }
}

fn lives_here(identity: &Identity) -> bool {
    !matches!(
        identity.status,
        Known::Present(
            kernel::ResidentStatus::MovedOut
                | kernel::ResidentStatus::Deceased
                | kernel::ResidentStatus::Removed
        )
    )
}

fn may_be_child(identity: &Identity, on: NaiveDate) -> bool {
    let adult = |birth: &PartialDate| Grade::of(birth.latest(), on) == Grade::Adult;
    !identity.birth_date.value().is_some_and(adult)
}

/// Registered here from 住民となった日; of a partly known day, the latest it can be.
fn registered(identity: &Identity) -> Option<Span> {
    let since = identity.resident_since.value()?;
    let until = identity.moved_out_on.value().map(|date| date.earliest());
    Some(Span { from: since.latest(), until })
}

/// Where a person belongs, by the register and their records.
pub(crate) fn standing<'o>(
    identity: Option<&Identity>,
    records: impl Iterator<Item = &'o Observation>,
) -> Standing {
    belonging(identity, records.map(|record| (&record.item, &record.datum, &record.when)))
}

fn belonging<'o>(
    identity: Option<&Identity>,
    records: impl Iterator<Item = (&'o ItemCode, &'o Datum, &'o When)>,
) -> Standing {
    Standing {
        birth: identity.and_then(|identity| identity.birth_date.value().copied()),
        registered: identity.and_then(registered).into_iter().collect(),
        schools: records.filter_map(enrolment).collect(),
        in_transit: false,
    }
}

fn enrolment((item, datum, when): (&ItemCode, &Datum, &When)) -> Option<Enrolment> {
    if item.as_str() != SCHOOL {
        return None;
    }
    let Known::Present(Value::Code(code)) = datum else { return None };
    let founder = match code.as_str() {
        "town_public" => Founder::TownPublic,
        "other_municipal" => Founder::OtherMunicipal,
        "prefectural" => Founder::Prefectural,
        "national" => Founder::National,
        "private" => Founder::Private,
        _ => return None,
    };
    let span = match when {
        When::Period { from, until } => Span {
            from: from.as_ref().map_or(NaiveDate::MIN, |date| date.latest()),
            until: until.as_ref().map(|date| date.earliest()),
        },
        When::AsOf(day) => Span { from: *day, until: None },
        When::At(_) | When::Month(_) => return None,
    };
    Some(Enrolment { founder, span })
}
