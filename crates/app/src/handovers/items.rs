//! What a town holds about the chosen persons, as items: one for what one source says of one person in
//! one category, with the section that holds it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use handover::{Chosen, Item};
use kernel::id::{HandoverItemId, PersonId};
use kernel::{Category, SectionCode, SourceCode, TownCtx};
use store::rows::pack::PackRow;

use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::release::{Hidden, Resident};
use crate::{App, Result, watch_notes};

/// What never travels as an item. Who the persons are travels beside the items, and the receiver has
/// them in its own register, with their household and kinship.
pub(super) const STAYS: &[Category] = &[Category::Register, Category::Household, Category::Kinship];

/// A source as its items name it; another town's, when the record came with a handover itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    source: SourceCode,
    source_name: String,
    holder: SectionCode,
    holder_name: String,
    as_of: NaiveDate,
}

/// What is to leave the town; it passes [`App::release_outside`] before it is sealed.
pub(super) struct Outgoing {
    pub persons: Vec<handover::Traveller>,
    pub items: Vec<Item>,
}

impl Resident for Outgoing {
    fn persons(&self) -> Vec<PersonId> {
        self.persons.iter().map(|traveller| traveller.person).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A traveller's identity has no whereabouts and no item tells them.
    }
}

impl App {
    /// The items in force of the chosen persons and categories.
    pub(super) async fn handover_items(&self, ctx: &TownCtx, chosen: &Chosen) -> Result<Vec<Item>> {
        let profile = self.profile(ctx).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let loads = conn.load_latest_by_source().await.map_err(store)?;
        let mut items = Vec::new();
        for (person, categories) in chosen {
            let mut by_origin: BTreeMap<(Category, Origin), Vec<kernel::Observation>> = BTreeMap::new();
            for pack in conn.packs(person.uuid(), None).await.map_err(store)? {
                let travels = categories.contains(&pack.category) && !STAYS.contains(&pack.category);
                if travels && !pack.body.observations.is_empty() {
                    let as_of = loads.get(&pack.source).map(|load| load.as_of);
                    let origin = origin(&profile, &pack, as_of)?;
                    by_origin.entry((pack.category, origin)).or_default().extend(pack.body.observations);
                }
            }
            items.extend(by_origin.into_iter().map(|((category, origin), observations)| Item {
                id: HandoverItemId::new(),
                subject: *person,
                category,
                source: origin.source,
                source_name: origin.source_name,
                holder: origin.holder,
                holder_name: origin.holder_name,
                as_of: origin.as_of,
                observations,
            }));
        }
        Ok(items)
    }
}

/// Where a pack's content comes from: the source of this town, or of the town that handed it over.
fn origin(profile: &Applied, pack: &PackRow, as_of: Option<NaiveDate>) -> Result<Origin> {
    if let Some(from) = &pack.body.origin {
        return Ok(Origin {
            source: from.source.clone(),
            source_name: from.source_name.clone(),
            holder: from.holder.clone(),
            holder_name: format!("{} {}", from.town_name, from.holder_name),
            as_of: from.as_of,
        });
    }
    if let Some(written) = &pack.body.written {
        return Ok(Origin {
            source: watch_notes::source()?,
            source_name: watch_notes::SOURCE_NAME.to_owned(),
            holder: written.section.clone(),
            holder_name: written.section_name.clone(),
            as_of: kernel::ctx::jst_date(pack.recorded_from),
        });
    }
    let found = profile.town.sources.iter().find(|(code, _)| code.as_str() == pack.source);
    let (source, known) = found.ok_or_else(|| internal("a pack's source is not in the profile"))?;
    Ok(Origin {
        source: source.clone(),
        source_name: known.name.clone(),
        holder: known.section.clone(),
        holder_name: profile.holder(&pack.source),
        as_of: as_of.unwrap_or_else(|| kernel::ctx::jst_date(pack.recorded_from)),
    })
}
