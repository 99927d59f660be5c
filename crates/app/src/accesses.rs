//! 閲覧記録: who looked at a person, as the town's auditor reads it. Reading it is a look too, and is
//! recorded like any other.

use kernel::id::PersonId;
use kernel::{Code, Fault, Grant, TownCtx};
pub use store::access::AccessRow;
use uuid::Uuid;

use crate::error::store;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result};

/// Who may see who looked.
const AUDITORS: &[Grant] = &[Grant::Auditor, Grant::TownAdmin];

/// Who looked at one person.
#[derive(Debug)]
pub struct AccessesView {
    /// At whom.
    pub person: PersonId,
    /// Looks, newest first.
    pub looks: Vec<AccessRow>,
}

impl Resident for AccessesView {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.person]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A look says who, when and why, never where.
    }
}

impl App {
    /// Who looked at a person, why and when: `limit` looks before the look `before`.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn accesses(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Released<AccessesView>> {
        self.admit_reader(ctx, AUDITORS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(person).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        let looks = conn.access_list(person, before, limit).await.map_err(store)?;
        drop(conn);
        self.release(ctx, "accesses_read", AUDITORS, AccessesView { person, looks }).await
    }
}
