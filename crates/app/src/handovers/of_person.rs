//! The handovers that name a person. Whom one names is sealed in it: all of a town's are opened once, and
//! again only when one was drafted or moved.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::id::{HandoverId, PersonId};
use kernel::{TownCode, TownCtx};
use store::rows::handover::Direction;

use super::Summary;
use super::record::{read_in, read_out};
use super::view::{find, view};
use crate::cache::Versioned;
use crate::error::store;
use crate::{App, Result};

/// Handovers by the persons they name, by how many a town has and all their versions together.
pub(crate) type HandoverIndex = Versioned<TownCode, (i64, i64), Arc<HashMap<PersonId, Vec<HandoverId>>>>;

impl App {
    /// The handovers that name a person, newest first; `stamp` is how many the town has, and all their
    /// versions together.
    pub(crate) async fn handovers_of(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        stamp: (i64, i64),
    ) -> Result<Vec<Summary>> {
        let index = self.handover_index(ctx.town, stamp).await?;
        let Some(ids) = index.get(&person) else { return Ok(Vec::new()) };
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(view(&find(&mut conn, *id).await?, ctx)?.summary);
        }
        found.sort_by_key(|summary| std::cmp::Reverse(summary.id));
        Ok(found)
    }

    async fn handover_index(
        &self,
        town: TownCode,
        stamp: (i64, i64),
    ) -> Result<Arc<HashMap<PersonId, Vec<HandoverId>>>> {
        if let Some(index) = self.handover_index.get(&town, &stamp) {
            return Ok(index);
        }
        let mut index: HashMap<PersonId, Vec<HandoverId>> = HashMap::new();
        if stamp.0 > 0 {
            let mut conn = self.towns.read(town).await.map_err(store)?;
            for row in conn.handover_list(Direction::Out, None, i64::MAX).await.map_err(store)? {
                for subject in read_out(&row)?.terms.subjects {
                    index.entry(subject.person).or_default().push(row.id);
                }
            }
            for row in conn.handover_list(Direction::In, None, i64::MAX).await.map_err(store)? {
                for person in read_in(&row)?.links.values() {
                    index.entry(*person).or_default().push(row.id);
                }
            }
        }
        let index = Arc::new(index);
        self.handover_index.put(town, stamp, Arc::clone(&index));
        Ok(index)
    }
}
