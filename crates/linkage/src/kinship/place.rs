//! The adults in a parent's place to somebody: by the 続柄, with what people recorded over it.

use kernel::Kin;

use super::doubt::Doubt;
use super::household::{Household, Member, Presence};
use super::relation::{Certainty, RelationKind};

/// The adults in a parent's place to one member.
pub(super) struct Place<'a> {
    pub parents: Vec<&'a Member>,
    pub carers: Vec<&'a Member>,
    /// Carers who may be parents too: the spouse of the head beside the head's 子. Not so the head beside
    /// 妻の子, whom the register would call 子.
    pub perhaps: Vec<&'a Member>,
}

/// Why there is no such place, and who may be in it.
pub(super) struct Unplaced<'a> {
    pub why: Doubt,
    pub candidates: Vec<&'a Member>,
}

impl Doubt {
    pub(super) fn alone<'a>(self) -> Unplaced<'a> {
        Unplaced { why: self, candidates: Vec::new() }
    }
}

pub(super) const SPOUSES: [Kin; 2] = [Kin::Spouse, Kin::UnregisteredSpouse];

impl<'a> Place<'a> {
    /// Everybody in it once.
    pub fn adults(&self) -> Vec<&'a Member> {
        [self.parents.as_slice(), self.carers.as_slice()].concat()
    }

    fn without(mut self, gone: impl Fn(&Member) -> bool) -> Self {
        for members in [&mut self.parents, &mut self.carers, &mut self.perhaps] {
            members.retain(|member| !gone(member));
        }
        self
    }
}

impl Household {
    /// The adults in a parent's place to a member.
    pub(super) fn place_above<'a>(&'a self, child: &Member) -> Result<Place<'a>, Unplaced<'a>> {
        let recorded = |kind| self.recorded_above(child.person, kind, Certainty::Certain);
        let (parents, carers) = (recorded(RelationKind::Parent), recorded(RelationKind::Carer));
        let place = match self.named_above(child) {
            Ok(place) => self.corrected(place, child, &parents, &carers),
            Err(unplaced) if parents.is_empty() => return Err(self.still_unplaced(unplaced, child)),
            Err(_) => Place { parents: Vec::new(), carers: Vec::new(), perhaps: Vec::new() },
        };
        let spouses = parents.iter().flat_map(|parent| self.spouse_of(parent).unwrap_or_default());
        let spouses: Vec<&Member> =
            spouses.filter(|spouse| !self.is_overruled(spouse.person, child.person)).collect();
        let mut merged = place;
        join(&mut merged.parents, parents);
        join(&mut merged.carers, carers);
        join(&mut merged.carers, spouses.clone());
        merged.carers.retain(|carer| merged.parents.iter().all(|parent| parent.person != carer.person));
        join(&mut merged.perhaps, spouses);
        merged.perhaps.retain(|carer| self.told(carer.person, child.person).is_none());
        if merged.parents.is_empty() { Err(Doubt::Overruled.alone()) } else { Ok(merged) }
    }

    /// The place by the register without those of whom people said something else. Where the named parent is
    /// none, the parent's spouse is nothing either.
    fn corrected<'a>(
        &self,
        place: Place<'a>,
        child: &Member,
        parents: &[&Member],
        carers: &[&Member],
    ) -> Place<'a> {
        let among = |members: &[&Member], one: &Member| members.iter().any(|m| m.person == one.person);
        let is_gone = |member: &Member| self.is_overruled(member.person, child.person);
        let broken = place.parents.iter().any(|parent| is_gone(parent));
        let mut place = place.without(is_gone);
        place.parents.retain(|parent| !among(carers, parent));
        if broken {
            place.carers.retain(|carer| among(parents, carer) || among(carers, carer));
        }
        place
    }

    /// Nobody certain: who may be a parent now that people have said more.
    fn still_unplaced<'a>(&'a self, unplaced: Unplaced<'a>, child: &Member) -> Unplaced<'a> {
        let mut candidates = unplaced.candidates;
        candidates.retain(|candidate| !self.is_overruled(candidate.person, child.person));
        join(&mut candidates, self.recorded_above(child.person, RelationKind::Parent, Certainty::Ambiguous));
        Unplaced { why: unplaced.why, candidates }
    }

    /// Present spouses of a member, registered or not; `None` when they may be another's of the same 続柄.
    pub(super) fn spouse_of(&self, of: &Member) -> Option<Vec<&Member>> {
        let Some(member) = self.member(of.person) else { return Some(Vec::new()) };
        let own: &[Kin] = if member.chain == [Kin::Head] { &[] } else { &member.chain };
        if member.chain.is_empty() {
            return Some(Vec::new());
        }
        let (partners, own) = match own {
            [rest @ .., Kin::Spouse | Kin::UnregisteredSpouse] => (self.holders(rest), rest),
            _ => (SPOUSES.into_iter().flat_map(|last| self.holders(&[own, &[last]].concat())).collect(), own),
        };
        (partners.is_empty() || self.holders(own).len() == 1).then_some(partners)
    }

    /// Recorded parents and carers who live neither here nor at this address, and have not died.
    pub(super) fn elsewhere_of<'a>(&'a self, place: &Place<'a>) -> Vec<&'a Member> {
        let away = |member: &&Member| !self.is_near(member.person) && member.presence != Presence::Deceased;
        place.adults().into_iter().filter(away).collect()
    }
}

/// Adds those who are not there yet.
fn join<'a>(members: &mut Vec<&'a Member>, more: Vec<&'a Member>) {
    for member in more {
        if members.iter().all(|known| known.person != member.person) {
            members.push(member);
        }
    }
}
