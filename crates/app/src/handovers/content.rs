//! What arrived: who, and item by item what, with the person each traveller is here as far as a machine
//! may say.

use handover::machine::RefusalCode;
use handover::{Item, Opened, Traveller, open_package};
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use kernel::{Category, Code, Fault, TownCtx};
use linkage::{Decision, HumanDecisions, Key, LinkCandidate, PeopleIndex, decide};
use store::rows::handover_item::ItemDecision;
use store::{TownConn, TownKeys};

use super::HANDLERS;
use super::flag::{Arrived, Incoming, arrived, incoming};
use super::record::InBody;
use super::taken::read;
use crate::error::{internal, store};
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result};

/// Who a traveller is in this town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// This person: reading and birth date, or a human's word.
    Linked(PersonId),
    /// One of these, or nobody: a human has to say.
    Ambiguous(Vec<LinkCandidate>),
    /// Nobody comes near.
    Unknown,
}

impl Link {
    /// Who a traveller is by reading and birth date. The sender's numbers do not travel.
    pub(super) fn of(traveller: &Traveller, people: &PeopleIndex) -> Self {
        match decide(&traveller.identity, Key::None, people, &HumanDecisions::none()) {
            Decision::Linked { person, .. } => Self::Linked(person),
            Decision::Queue { candidates, .. } => Self::Ambiguous(candidates),
            Decision::Unknown => Self::Unknown,
        }
    }

    fn persons(&self) -> Vec<PersonId> {
        match self {
            Self::Linked(person) => vec![*person],
            Self::Ambiguous(candidates) => candidates.iter().map(|candidate| candidate.person).collect(),
            Self::Unknown => Vec::new(),
        }
    }
}

/// One traveller.
pub struct Arrival {
    /// As the sender knows them; the id is the sender's.
    pub traveller: Traveller,
    /// Who they are here.
    pub link: Link,
}

/// One item.
pub struct ArrivedItem {
    /// As it was sealed.
    pub item: Item,
    /// What was decided on it; nothing before the receipt.
    pub decision: Option<ItemDecision>,
}

/// An item that was read, refused and purged: that it was, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// Which.
    pub item: HandoverItemId,
    /// 分類.
    pub category: Category,
    /// Why.
    pub code: RefusalCode,
}

/// The content of a package.
pub struct Content {
    /// Who travelled.
    pub travellers: Vec<Arrival>,
    /// What travelled. Once received, without the items that were refused.
    pub items: Vec<ArrivedItem>,
    /// The items that were refused: they were purged.
    pub refused: Vec<RefusedItem>,
}

impl Resident for Content {
    fn persons(&self) -> Vec<PersonId> {
        let here = self.travellers.iter().flat_map(|arrival| arrival.link.persons());
        self.travellers.iter().map(|arrival| arrival.traveller.person).chain(here).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Travellers and items come without whereabouts.
    }
}

impl App {
    /// What a package holds, once its flag was acknowledged.
    ///
    /// # Errors
    /// `handover_not_found`; `handover_state` before the flag was acknowledged and once the package is
    /// gone; `package_tampered`, `package_unreadable`, and what [`App::release`] refuses.
    pub async fn handover_content(&self, ctx: &TownCtx, id: HandoverId) -> Result<Released<Content>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, body, .. } = incoming(&mut conn, ctx, id).await?;
        let body = body.filter(|body| body.acknowledged.is_some()).ok_or_else(unacknowledged)?;
        let content = if body.receipt.is_some() {
            let content = taken_in(&mut conn, id, body).await?;
            drop(conn);
            content
        } else {
            let arrived = arrived(&mut conn, &hub).await?;
            let opened = open(&arrived, &body, ctx, conn.keys())?;
            drop(conn);
            let people = self.people(ctx.town).await?;
            waiting(&opened, &people.index)
        };
        self.release(ctx, "handover_content", HANDLERS, content).await
    }
}

/// Opens a package whose flag this town has recorded as acknowledged: as of its acceptance, so that what
/// was accepted in time still opens after a failure.
pub(super) fn open(arrived: &Arrived, body: &InBody, ctx: &TownCtx, keys: &TownKeys) -> Result<Opened> {
    let at = body.accepted_at.unwrap_or(ctx.now);
    let acknowledged = arrived.acknowledged(ctx.town, keys, at)?;
    open_package(&arrived.package, &arrived.receiver(ctx.town, keys), &acknowledged, at)
}

/// The body must not be asked for before the flag.
pub(super) fn unacknowledged() -> Fault {
    Fault::new(Code::HandoverState).with_words("state", "支援措置の有無が未確認", "not acknowledged yet")
}

fn waiting(opened: &Opened, people: &PeopleIndex) -> Content {
    let travellers = opened.body.persons().iter();
    Content {
        travellers: travellers
            .map(|one| Arrival { traveller: one.clone(), link: Link::of(one, people) })
            .collect(),
        items: opened
            .body
            .items()
            .iter()
            .map(|item| ArrivedItem { item: item.clone(), decision: None })
            .collect(),
        refused: Vec::new(),
    }
}

async fn taken_in(conn: &mut TownConn, id: HandoverId, body: InBody) -> Result<Content> {
    let rows = conn.handover_item_list(id).await.map_err(store)?;
    let (mut items, mut refused) = (Vec::new(), Vec::new());
    for row in rows {
        match (read(&row)?, row.refusal.as_deref()) {
            (Some(item), _) => items.push(ArrivedItem { item, decision: Some(row.decision) }),
            (None, Some(code)) => {
                let code = code.parse().map_err(|_| internal("a refusal has no known code"))?;
                refused.push(RefusedItem { item: row.id, category: row.category, code });
            }
            (None, None) => return Err(internal("an item has no content")),
        }
    }
    let link = |person: PersonId| body.links.get(&person).map_or(Link::Unknown, |here| Link::Linked(*here));
    let travellers = body.travellers.iter();
    let travellers =
        travellers.map(|one| Arrival { traveller: one.clone(), link: link(one.person) }).collect();
    Ok(Content { travellers, items, refused })
}
