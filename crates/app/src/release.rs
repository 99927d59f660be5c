//! The one door. Whatever speaks about a resident leaves the use cases only as [`Released`], which
//! only this file makes: after purpose, grant, protection and the caller's own denials (自己・親族・近隣), and
//! after the look was recorded. An output that skips the door does not compile.

mod listed;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Deref;

use kernel::id::PersonId;
use kernel::{Code, Fault, Grant, Purpose, TownCtx};
use serde::{Deserialize, Serialize};
use store::access::AccessEntry;
use store::rows::version::Versions;

use crate::error::store;
use crate::protection::ProtectionList;
use crate::{App, Result, auth};

pub use listed::Listed;

/// Something about residents that passed the door.
#[derive(Debug)]
pub struct Released<T> {
    thing: T,
    withheld: usize,
}

impl<T> Released<T> {
    /// How many entries were left out because the caller may not see whom they are about.
    #[must_use]
    pub const fn withheld(&self) -> usize {
        self.withheld
    }
}

impl<T> Deref for Released<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.thing
    }
}

/// Why whereabouts are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// The person is under 支援措置.
    Protected,
    /// The town's list is missing or stale: everybody's are hidden.
    ListStale,
}

/// What may pass the door: it says whom it is about and lets whereabouts be taken out.
pub trait Resident {
    /// Everybody it says something about.
    fn persons(&self) -> Vec<PersonId>;

    /// Takes out the whereabouts of everyone for whom `hidden` gives a reason.
    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>);

    /// Leaves out whatever is about somebody `denied` to the caller, and says how many entries that were. `None`
    /// when it cannot be cut: then all of it is refused, as everything is that does not say otherwise.
    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        (!self.persons().into_iter().any(denied)).then_some(0)
    }
}

/// Whom the answer to a request that may come twice told of, and whose whereabouts it hid: asked again before
/// the same answer is given again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    persons: BTreeSet<PersonId>,
    hidden: BTreeSet<PersonId>,
}

tokio::task_local! {
    static SEEN: RefCell<Seen>;
}

impl Seen {
    /// What passes the door while `act` runs.
    pub async fn during<F: Future>(act: F) -> (F::Output, Self) {
        SEEN.scope(RefCell::default(), async { (act.await, SEEN.with(RefCell::take)) }).await
    }

    fn note(persons: Vec<PersonId>, hidden: impl Fn(PersonId) -> bool) {
        // Nothing is noted of a request that comes once.
        let _ = SEEN.try_with(|seen| {
            let mut seen = seen.borrow_mut();
            seen.hidden.extend(persons.iter().copied().filter(|person| hidden(*person)));
            seen.persons.extend(persons);
        });
    }
}

impl<T: Resident> Resident for Vec<T> {
    fn persons(&self) -> Vec<PersonId> {
        self.iter().flat_map(Resident::persons).collect()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        for one in self {
            one.hide_whereabouts(hidden);
        }
    }
}

impl<T: Resident> Resident for Option<T> {
    fn persons(&self) -> Vec<PersonId> {
        self.as_ref().map(Resident::persons).unwrap_or_default()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        if let Some(one) = self {
            one.hide_whereabouts(hidden);
        }
    }
}

/// Grants that read residents inside the town.
pub const READERS: &[Grant] = &[Grant::CaseWorker, Grant::OverallManager, Grant::Holder, Grant::Approver];

impl App {
    /// Releases something to the town's own staff: purpose and grant, whereabouts of the protected
    /// (of everybody, while the list is stale) taken out, the look recorded before it is answered.
    ///
    /// # Errors
    /// `purpose_required`, `grant_missing`, `person_denied`; `unavailable` when the look cannot be recorded.
    pub async fn release<T: Resident>(
        &self,
        ctx: &TownCtx,
        operation: &'static str,
        grants: &[Grant],
        thing: T,
    ) -> Result<Released<T>> {
        self.admit_reader(ctx, grants)?;
        let versions = self.towns.versions(ctx.town).await.map_err(store)?;
        self.release_at(ctx, operation, grants, versions, thing).await
    }

    /// As [`Self::release`], for what was read by a statement that read the town's counters too: one
    /// person then costs one statement.
    pub(crate) async fn release_at<T: Resident>(
        &self,
        ctx: &TownCtx,
        operation: &'static str,
        grants: &[Grant],
        versions: Versions,
        mut thing: T,
    ) -> Result<Released<T>> {
        let purpose = self.admit_reader(ctx, grants)?;
        let denials = self.denials_at(ctx.town, versions.auth).await?;
        let withheld = thing.withhold(&|person| denials.deny(ctx, person));
        let withheld = withheld.ok_or_else(|| Fault::new(Code::PersonDenied))?;
        let list = self.protection_list_at(ctx.town, versions).await?;
        thing.hide_whereabouts(&|person| hidden(person, &list, ctx));
        Seen::note(thing.persons(), |person| hidden(person, &list, ctx).is_some());
        self.record_look(ctx, operation, purpose, thing.persons()).await?;
        Ok(Released { thing, withheld })
    }

    /// Lets an answer that passed the door go once more: recorded as another look, and refused when
    /// whereabouts it may show have to be hidden by now.
    ///
    /// # Errors
    /// `purpose_required`, `idempotency_answer_lost`; `unavailable` when the look cannot be recorded.
    pub(crate) async fn release_again(&self, ctx: &TownCtx, seen: &Seen) -> Result<()> {
        if seen.persons.is_empty() {
            return Ok(());
        }
        let purpose = self.admit_reader(ctx, Grant::ALL)?;
        let versions = self.towns.versions(ctx.town).await.map_err(store)?;
        let denials = self.denials_at(ctx.town, versions.auth).await?;
        if seen.persons.iter().any(|person| denials.deny(ctx, *person)) {
            return Err(Fault::new(Code::PersonDenied));
        }
        let list = self.protection_list_at(ctx.town, versions).await?;
        let shown = seen.persons.difference(&seen.hidden);
        if shown.into_iter().any(|person| hidden(*person, &list, ctx).is_some()) {
            return Err(Fault::new(Code::IdempotencyAnswerLost));
        }
        self.record_look(ctx, "answer_repeated", purpose, seen.persons.iter().copied().collect()).await
    }

    /// Releases something that leaves the town: refused while the list is missing or stale, and for a
    /// protected person, whose handover is never ordinary.
    ///
    /// # Errors
    /// As [`Self::release`]; `protection_list_stale`, `protected_person`.
    pub async fn release_outside<T: Resident>(
        &self,
        ctx: &TownCtx,
        operation: &'static str,
        grants: &[Grant],
        thing: T,
    ) -> Result<Released<T>> {
        let purpose = self.admit_reader(ctx, grants)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut conn, ctx, thing.persons()).await?;
        drop(conn);
        let list = self.require_current_list(ctx).await?;
        if thing.persons().iter().any(|person| list.of(*person).is_some()) {
            return Err(Fault::new(Code::ProtectedPerson));
        }
        Seen::note(thing.persons(), |_| false);
        self.record_look(ctx, operation, purpose, thing.persons()).await?;
        Ok(Released { thing, withheld: 0 })
    }

    /// Whether the caller may read residents at all; the first thing a use case asks.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`.
    pub(crate) fn admit_reader(&self, ctx: &TownCtx, grants: &[Grant]) -> Result<Purpose> {
        auth::require_any(ctx, grants)?;
        ctx.purpose.ok_or_else(|| {
            let ja = Purpose::ALL.iter().map(|p| p.as_str()).collect::<Vec<_>>().join("・");
            let en = Purpose::ALL.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
            Fault::new(Code::PurposeRequired).with_words("known", &ja, &en)
        })
    }

    async fn record_look(
        &self,
        ctx: &TownCtx,
        operation: &'static str,
        purpose: Purpose,
        mut persons: Vec<PersonId>,
    ) -> Result<()> {
        persons.sort_unstable();
        persons.dedup();
        let entries = persons
            .into_iter()
            .map(|person| AccessEntry {
                town: ctx.town,
                person,
                staff: ctx.staff,
                purpose,
                operation,
                at: ctx.now,
            })
            .collect();
        self.access.record(entries).await.map_err(store)
    }
}

/// Why a person's whereabouts are not shown, if they are not.
fn hidden(person: PersonId, list: &ProtectionList, ctx: &TownCtx) -> Option<Hidden> {
    if list.is_current(ctx.today()) {
        list.of(person).map(|_| Hidden::Protected)
    } else {
        Some(Hidden::ListStale)
    }
}
