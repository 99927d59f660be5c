//! 申し出: the moment records leave the town. Everything they rest on is asked anew and held.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use evidence::Act;
use handover::{
    Basis, Body, Consent, Event, Flag, Item, Offer, Organ, State, Traveller, apply, seal_package,
};
use kernel::id::{ConsentId, PersonId};
use kernel::{Code, Fault, Purpose, TownCtx};
use seal::KemPublic;
use store::TownTx;
use store::hub::{HubState, Offer as HubOffer, OfferAnswer};

use super::draft::sent;
use super::items::Outgoing;
use super::record::{OutBody, write_out};
use super::target::Target;
use super::view::{HandoverView, find};
use super::{HANDLERS, facts, hub_kind, moved_on, standing, subjects};
use crate::consents::read_all;
use crate::error::store;
use crate::peer_keys::seal_key;
use crate::{App, Released, Result, failpoint, leaf};

/// Days an offer waits unanswered; fewer when a consent ends before. Two weeks, the time the law gives
/// a family to register where it moved to (住民基本台帳法22条).
const OFFER_DAYS: u64 = 14;

/// Everything that is sealed, checked a moment ago.
struct Ready {
    basis: Basis,
    body: Body,
    to: KemPublic,
    protection_epoch: u64,
    /// Of the consents, in the order of the terms.
    epochs: Vec<u64>,
    expires_at: DateTime<Utc>,
}

impl App {
    /// Seals an approved handover and offers it: consents, protection, keys and items are asked anew. What is on offer
    /// and waits answers as the first time.
    ///
    /// # Errors
    /// `handover_not_found`, `handover_state`, `protection_list_stale`, `protected_person`,
    /// `consent_…`, `receiver_not_member`, `key_not_pinned`, `nothing_to_hand_over`, `precondition_failed`.
    pub async fn handover_offer(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        let id = target.id;
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (mut row, mut body) = sent(&mut conn, id).await?;
        self.refuse_denied(&mut conn, ctx, body.terms.persons()).await?;
        let hub = find(&mut conn, id).await?.hub;
        drop(conn);
        let before = facts(body.terms.kind, Some(&row), ctx.now + TimeDelta::days(1), ctx);
        let state = standing(Some(body.state), hub.as_ref(), ctx.now)?;
        if apply(state, Event::Offer, &before)?.effects.is_empty() {
            return self.handover(ctx, id).await;
        }
        let ready = self.handover_ready(ctx, &body).await?;
        let sender = Organ { town: ctx.town, organ: body.terms.sender.clone() };
        let offer = Offer {
            handover: id,
            kind: body.terms.kind,
            sender: &sender,
            receiver: &body.terms.receiver,
            basis: &ready.basis,
            flag: Flag::None,
            protection_epoch: ready.protection_epoch,
            offered_at: ctx.now,
            expires_at: ready.expires_at,
            body: &ready.body,
        };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let (package, kept) = seal_package(&offer, &tx.keys().sign, &ready.to)?;
        body.state = State::Offered;
        body.expires_at = Some(ready.expires_at);
        body.sent = Some(kept);
        write_out(&mut row, &body, ctx.now)?;
        hold(&mut tx, &body.terms.consents, &ready).await?;
        // Of two offers at once, the second waits here and finds it moved.
        target.hold(&mut tx).await?;
        tx.handover_update(&row).await.map_err(store)?;
        put_on_offer(&mut tx, &offer, &package.to_bytes()).await?;
        let persons = ready.body.persons().iter().map(|traveller| traveller.person);
        let leaf = leaf::of(ctx, Act::HandoverOffered, subjects(id, persons), &package.digest())?;
        failpoint::reach(failpoint::OFFER_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::OFFER_AFTER);
        self.handover(ctx, id).await
    }

    /// Asks everything anew that a sealed package rests on.
    async fn handover_ready(&self, ctx: &TownCtx, body: &OutBody) -> Result<Ready> {
        let terms = &body.terms;
        self.require_receiver(ctx, terms).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let protection_epoch = conn.versions().await.map_err(store)?.protection.unsigned_abs();
        let consents = read_all(&mut conn, &terms.consents).await?;
        let to = seal_key(&mut conn, terms.receiver.town).await;
        drop(conn);
        let chosen = terms.chosen();
        let (receiver, grounds) = (terms.receiver.town, &terms.grounds);
        let items = self.handover_items(ctx, &chosen).await?;
        let persons = self.travellers(ctx, body, &items).await?;
        let outgoing = Outgoing { persons, items };
        let released = self.release_outside(ctx, "handover_offer", HANDLERS, outgoing).await?;
        let basis = Basis::on_consent(&consents, &chosen, receiver, Purpose::Handover, grounds, ctx.now)?;
        let body = Body::new(released.persons.clone(), released.items.clone())?;
        let expires_at = expiry(ctx.now, basis.until());
        let epochs = consents.iter().map(Consent::epoch).collect();
        Ok(Ready { basis, body, to: to?, protection_epoch, epochs, expires_at })
    }

    /// Those of whom something travels, with what the receiver needs to know them by.
    async fn travellers(&self, ctx: &TownCtx, body: &OutBody, items: &[Item]) -> Result<Vec<Traveller>> {
        let people = self.people(ctx.town).await?;
        let travels = |person: PersonId| items.iter().any(|item| item.subject == person);
        Ok(body
            .terms
            .subjects
            .iter()
            .filter(|subject| travels(subject.person))
            .map(|subject| {
                let known = people.identities.get(&subject.person).cloned().unwrap_or_default();
                Traveller::new(subject.person, subject.role, &known)
            })
            .collect())
    }
}

/// Holds what was checked until the offer stands. A withdrawal or a protection that comes now waits, and then
/// finds the offer; one that came since the check is found here.
async fn hold(tx: &mut TownTx, consents: &[ConsentId], ready: &Ready) -> Result<()> {
    tx.consents_hold(consents).await.map_err(store)?;
    let epochs = read_all(tx, consents).await?.iter().map(Consent::epoch).collect::<Vec<_>>();
    let protection = tx.versions_hold().await.map_err(store)?.protection.unsigned_abs();
    if epochs != ready.epochs || protection != ready.protection_epoch {
        return Err(moved_on());
    }
    Ok(())
}

async fn put_on_offer(tx: &mut TownTx, offer: &Offer<'_>, package: &[u8]) -> Result<()> {
    let receiver = offer.receiver.town;
    let row = HubOffer {
        id: offer.handover,
        receiver,
        kind: hub_kind(offer.kind),
        expires_at: offer.expires_at,
        package,
    };
    match tx.hub_offer(row).await.map_err(store)? {
        OfferAnswer::Stands(HubState::Offered) => Ok(()),
        OfferAnswer::NotMember => Err(Fault::new(Code::ReceiverNotMember).with("town", receiver)),
        OfferAnswer::Stands(_) | OfferAnswer::Conflict => Err(moved_on()),
    }
}

/// When an offer lapses: never after the last instant of the day on which a consent ends.
fn expiry(now: DateTime<Utc>, until: Option<NaiveDate>) -> DateTime<Utc> {
    let waits = now.checked_add_days(Days::new(OFFER_DAYS)).unwrap_or(now);
    until.map_or(waits, |until| waits.min(end_of(until)))
}

/// The last millisecond of a day in Japan (UTC+9).
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let midnight =
        day.checked_add_days(Days::new(1)).unwrap_or(day).and_time(chrono::NaiveTime::MIN).and_utc();
    midnight - TimeDelta::hours(9) - TimeDelta::milliseconds(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_never_outlasts_the_consent_it_rests_on() {
        let now: DateTime<Utc> = "2026-11-20T01:00:00Z".parse().unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (until, expires) in [
            (None, "2026-12-04T01:00:00Z"),
            (Some("2027-03-31"), "2026-12-04T01:00:00Z"),
            (Some("2026-11-25"), "2026-11-25T14:59:59.999Z"),
            (Some("2026-11-20"), "2026-11-20T14:59:59.999Z"),
        ] {
            assert_eq!(expiry(now, until.map(day)), expires.parse::<DateTime<Utc>>().unwrap(), "{until:?}");
        }
        assert_eq!(kernel::ctx::jst_date(end_of(day("2026-11-25"))), day("2026-11-25"));
    }
}
