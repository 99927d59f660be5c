//! 職員の氏名: who of the town somebody is, for everybody who works there. Records say who wrote, decided and looked by
//! id; a screen has to say it by name. No 職員番号 and no rights: those are the administrator's and the auditor's.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::id::StaffId;
use kernel::{TownCode, TownCtx};
use store::rows::staff::StaffKind;

use super::{StaffView, views};
use crate::cache::Versioned;
use crate::error::store;
use crate::{App, Result};

/// Accounts as read, by the counter `auth`, which moves with every account and posting.
pub(crate) type StaffCache = Versioned<TownCode, i64, Arc<Vec<StaffView>>>;

/// Somebody who works in the town, or did, or a system of it.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// A person or a system.
    pub kind: StaffKind,
    /// Name.
    pub name: String,
    /// The names of the sections of today's postings, each once.
    pub sections: Vec<String>,
}

impl App {
    /// Everybody with a name in the town, those added first first; of one who has left the name stays, because
    /// what they wrote does.
    ///
    /// # Errors
    /// `profile_missing`; a fault when the database cannot be reached.
    pub async fn colleagues(&self, ctx: &TownCtx) -> Result<Vec<Colleague>> {
        let auth = self.towns.versions(ctx.town).await.map_err(store)?.auth;
        let (staff, profile) = (self.staff_at(ctx.town, auth).await?, self.profile_at(ctx.town, auth).await?);
        let today = ctx.today();
        let section = |code: &str| {
            let known = profile.town.sections.iter().find(|section| section.code.as_str() == code);
            known.map_or_else(|| code.to_owned(), |section| section.name.clone())
        };
        let colleague = |view: &StaffView| {
            let posted = view.postings.iter().filter(|posting| posting.in_force(today));
            let sections: BTreeSet<&str> = posted.map(|posting| posting.section.as_str()).collect();
            Colleague {
                id: view.row.id,
                kind: view.row.kind,
                name: view.row.name.clone(),
                sections: sections.into_iter().map(section).collect(),
            }
        };
        Ok(staff.iter().map(colleague).collect())
    }

    /// The town's accounts under a counter that the caller's own statement has just read.
    pub(crate) async fn staff_at(&self, town: TownCode, auth: i64) -> Result<Arc<Vec<StaffView>>> {
        if let Some(known) = self.colleagues.get(&town, &auth) {
            return Ok(known);
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let staff = Arc::new(views(&mut conn).await?);
        drop(conn);
        self.colleagues.put(town, auth, Arc::clone(&staff));
        Ok(staff)
    }
}

/// The names of these, by id.
pub(crate) fn names(staff: &[StaffView], of: &BTreeSet<StaffId>) -> Vec<(StaffId, String)> {
    let known = staff.iter().filter(|view| of.contains(&view.row.id));
    known.map(|view| (view.row.id, view.row.name.clone())).collect()
}
