//! Numbers of other systems that a row states of its person (`[[number]]`, 統合キーマスタ). Each is learned for
//! whom the row's own number finds, and none is taken from somebody who has it.

use kernel::id::PersonId;
use kernel::{Identity, Known as Stated, Observation, Value};
use layouts::{Layout, RoleId};
use seal::{BlindIndex, BlindKey};
use store::TownKeys;
use store::load::{Key16, Known};
use store::rows::link_task::{CandidateNote, LinkTaskBody};

/// The indexes of the numbers among what is said of a person.
pub(crate) fn indexes(layout: &Layout, blind: &BlindKey, said: &[Observation]) -> Vec<BlindIndex> {
    let index = |(item, system): (&kernel::ItemCode, &str)| {
        let of_item = said.iter().filter(|observation| observation.item == *item);
        let stated = of_item.filter_map(|observation| match &observation.datum {
            Stated::Present(Value::Text(number)) => blind.identifier(system, number),
            _ => None,
        });
        stated.collect::<Vec<_>>()
    };
    layout.numbers().flat_map(index).collect()
}

/// The further numbers of a role's person; of nobody but the row's own person there are any.
pub(super) fn further(layout: &Layout, keys: &TownKeys, role: RoleId, said: &[Observation]) -> Vec<Key16> {
    if role != RoleId::Person {
        return Vec::new();
    }
    indexes(layout, &keys.blind, said).iter().map(|index| *index.as_bytes()).collect()
}

/// Who beside this person has one of the numbers.
pub(super) fn holder(known: &Known, numbers: &[Key16], person: PersonId) -> Option<PersonId> {
    let mut holders = numbers.iter().filter_map(|number| known.numbers.get(number));
    holders.find(|holder| **holder != person).copied()
}

/// Why a row waits one of whose numbers is somebody else's. What it says is the caller's to add.
pub(super) fn conflict(person: PersonId, holder: PersonId) -> LinkTaskBody {
    let candidate = |person, ja: &str, en: &str| CandidateNote {
        person,
        reason_ja: ja.to_owned(),
        reason_en: en.to_owned(),
    };
    LinkTaskBody {
        role: String::new(),
        identity: Identity::default(),
        observations: Vec::new(),
        candidates: vec![
            candidate(person, "行の番号がこの人のもの", "the row's own number is theirs"),
            candidate(holder, "ほかのシステムの番号がこの人のもの", "the number of another system is theirs"),
        ],
        reason_ja: "ほかのシステムの番号が、すでに別の人のものです".to_owned(),
        reason_en: "The number of another system is somebody else's already".to_owned(),
    }
}
