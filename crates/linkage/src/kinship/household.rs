//! The household as the register shows it: who is in it, who was, and who else lives at the address.

use chrono::{Months, NaiveDate};
use kernel::date::PartialDate;
use kernel::id::PersonId;
use kernel::{Identity, Kin, ResidentStatus};

use super::relation::Relation;
use crate::normalise::loose_name_key;

/// Years by which a parent is older than their child at the least. A bound of plausibility chosen for
/// this project, not a rule of law: it only keeps a young uncle from being taken for a parent.
pub const PARENT_AGE_GAP: u32 = 14;

/// Whether a member of the household's rows is in it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// In the household.
    Here,
    /// Alive as far as known, and no longer in it: moved out, struck off, in another household.
    Left,
    /// Died.
    Deceased,
}

/// One person of a household, now or formerly.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// 続柄 to the 世帯主, step by step; empty when not stated.
    pub chain: Vec<Kin>,
    /// 生年月日 as far as known.
    pub birth: Option<PartialDate>,
    /// Loose key of the 氏; `None` when not stated.
    pub surname: Option<String>,
    /// Whether they are in it now.
    pub presence: Presence,
}

impl Member {
    /// A member from the register's row. 現住民 and 住登外 are here, 転出者 and 消除者 have left. One who
    /// went to another household of the town is 現住民 too: the caller says so by [`Member::left`].
    #[must_use]
    pub fn of(person: PersonId, identity: &Identity) -> Self {
        let surname = identity.family_name.value().map(|name| loose_name_key(name));
        Self {
            person,
            chain: identity.relation_to_head.value().cloned().unwrap_or_default(),
            birth: identity.birth_date.value().copied(),
            surname: surname.filter(|key| !key.is_empty()),
            presence: match identity.status.value() {
                Some(ResidentStatus::MovedOut | ResidentStatus::Removed) => Presence::Left,
                Some(ResidentStatus::Deceased) => Presence::Deceased,
                Some(ResidentStatus::Resident | ResidentStatus::Unregistered) | None => Presence::Here,
            },
        }
    }

    /// The same, no longer in this household.
    #[must_use]
    pub fn left(self) -> Self {
        Self { presence: Presence::Left, ..self }
    }

    /// Whether the 続柄 says nothing of blood or marriage: not stated, 縁故者, 同居人, another relative.
    pub(super) fn is_opaque(&self) -> bool {
        matches!(self.chain.first(), None | Some(Kin::Relative | Kin::Cohabitant))
    }

    /// Whether the ages allow this one to be a parent of `child`; unknown dates do.
    pub(super) fn may_be_parent_of(&self, child: &Self) -> bool {
        let (Some(own), Some(child)) = (self.birth, child.birth) else { return true };
        years_after(own.earliest(), PARENT_AGE_GAP) <= child.latest()
    }
}

/// A household with what is needed to see who may be missing from it.
///
/// Its answers do not depend on the order in which members are given.
#[derive(Clone)]
pub struct Household {
    members: Vec<Member>,
    same_address: Vec<Vec<Member>>,
    /// What people recorded, in order.
    pub(super) recorded: Vec<Relation>,
    /// Whom those records name besides, wherever they live.
    elsewhere: Vec<Member>,
}

impl Household {
    /// `members`: everyone in the household now or formerly; a person given twice counts once, as
    /// present if either says so. `same_address`: the other households at exactly the same address
    /// (住所と方書), each with its own members.
    #[must_use]
    pub fn new(members: Vec<Member>, same_address: Vec<Vec<Member>>) -> Self {
        Self {
            members: settle(members),
            same_address: same_address.into_iter().map(settle).collect(),
            recorded: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    /// The same with what people recorded about those in it. `elsewhere`: whom the records name besides.
    #[must_use]
    pub fn with_recorded(self, mut recorded: Vec<Relation>, elsewhere: Vec<Member>) -> Self {
        recorded.sort_unstable();
        recorded.dedup();
        Self { recorded, elsewhere: settle(elsewhere), ..self }
    }

    /// The same by the register alone.
    pub(super) fn by_register(&self) -> Self {
        Self { recorded: Vec::new(), elsewhere: Vec::new(), ..self.clone() }
    }

    /// Whether somebody lives in this household or in another one at its address.
    #[must_use]
    pub fn is_near(&self, person: PersonId) -> bool {
        self.member(person).is_some()
            || self.same_address.iter().any(|members| here(members).any(|member| member.person == person))
    }

    /// Somebody of whom anything is known: here, gone, next door or named by a record.
    pub(super) fn anybody(&self, person: PersonId) -> Option<&Member> {
        let next_door = self.same_address.iter().flatten();
        self.members.iter().chain(next_door).chain(&self.elsewhere).find(|member| member.person == person)
    }

    /// The present member with this id.
    pub(super) fn member(&self, person: PersonId) -> Option<&Member> {
        self.here().find(|member| member.person == person)
    }

    /// Those in it now.
    pub(super) fn here(&self) -> impl Iterator<Item = &Member> {
        here(&self.members)
    }

    /// Those who left it alive.
    pub(super) fn left(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.presence == Presence::Left)
    }

    /// Present members with exactly this 続柄; the empty one is the 世帯主's.
    pub(super) fn holders(&self, chain: &[Kin]) -> Vec<&Member> {
        holders(&self.members, chain)
    }

    /// Those at the same address, in another household, who are not there as one of a couple.
    pub(super) fn singles_next_door(&self) -> impl Iterator<Item = &Member> {
        self.same_address
            .iter()
            .flat_map(|members| here(members).filter(|member| !is_of_couple(member, members)))
    }
}

fn here(members: &[Member]) -> impl Iterator<Item = &Member> {
    members.iter().filter(|member| member.presence == Presence::Here)
}

fn holders<'a>(members: &'a [Member], chain: &[Kin]) -> Vec<&'a Member> {
    let chain = if chain.is_empty() { &[Kin::Head] } else { chain };
    here(members).filter(|member| member.chain == chain).collect()
}

/// Whether the register shows both halves of a couple, this one being one of them.
fn is_of_couple(member: &Member, members: &[Member]) -> bool {
    let own: &[Kin] = if member.chain == [Kin::Head] { &[] } else { &member.chain };
    if member.chain.is_empty() || holders(members, own).len() != 1 {
        return false;
    }
    let with = |last: Kin| [own, &[last]].concat();
    match own {
        [rest @ .., Kin::Spouse | Kin::UnregisteredSpouse] => holders(members, rest).len() == 1,
        _ => [Kin::Spouse, Kin::UnregisteredSpouse]
            .into_iter()
            .any(|last| holders(members, &with(last)).len() == 1),
    }
}

/// In id order, each person once; who is here and was counted as gone is here.
fn settle(mut members: Vec<Member>) -> Vec<Member> {
    members.sort_by(|a, b| order(a).cmp(&order(b)));
    members.dedup_by_key(|member| member.person);
    members
}

fn order(member: &Member) -> impl Ord + use<'_> {
    let birth = member.birth.map(|birth| (birth.earliest(), birth.latest()));
    (member.person, member.presence, &member.chain, birth, &member.surname)
}

/// A date so many years later; the end of the calendar when it runs out.
fn years_after(date: NaiveDate, years: u32) -> NaiveDate {
    date.checked_add_months(Months::new(12 * years)).unwrap_or(NaiveDate::MAX)
}
