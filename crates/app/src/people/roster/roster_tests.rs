//! What is read back of a roster is what was in memory, and only by the program that wrote it.

use kernel::Known;

use super::writer::chunks;
use super::*;
use crate::people::Registered;

fn town(count: u128) -> People {
    let mut registered = Registered::default();
    for n in 0..count {
        let person = PersonId::from_uuid(Uuid::from_u128(n));
        let text = |text: String| Known::Present(text);
        let identity = Identity {
            family_name: text(format!("架空{}", n % 7)),
            family_kana: text("カクウ".repeat(usize::try_from(n % 3).unwrap())),
            given_kana: text("ハナコ".into()),
            birth_date: Known::Present("2015-04".parse().unwrap()),
            ..Identity::default()
        };
        // Somebody without an identity, somebody without an address, somebody in two households.
        registered.add(
            person,
            (n % 11 != 0).then_some(identity),
            (n % 5 != 0).then(|| format!("想像{}番地", n / 4)),
        );
        registered.join(person, HouseholdId::from_uuid(Uuid::from_u128(n / 3)));
        if n % 13 == 0 {
            registered.join(person, HouseholdId::from_uuid(Uuid::from_u128(count + n)));
        }
    }
    People::of(registered)
}

fn read_back(people: &People) -> People {
    let pieces = chunks(people).unwrap().iter().map(|chunk| Piece::read(chunk).unwrap()).collect();
    People::of_roster(pieces, Recorded::default()).unwrap()
}

#[test]
fn people_are_read_back_as_they_were() {
    for count in [0, 1, 2_500] {
        let before = town(count);
        let after = read_back(&before);
        assert!(**before.identities == **after.identities);
        assert_eq!(before.households, after.households);
        let sorted = |people: &People| {
            let mut all: Vec<_> = people.members.clone().into_iter().collect();
            all.iter_mut().for_each(|(_, members)| members.sort_unstable());
            all.sort_unstable();
            all
        };
        assert_eq!(sorted(&before), sorted(&after));
        assert_eq!(before.addresses, after.addresses);
        let places = |people: &People| {
            people
                .places
                .iter()
                .map(|place| (place.address.clone(), place.households.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(places(&before), places(&after));
        let (index, again) = (before.search(), after.search());
        assert_eq!(index.blocks(), again.blocks());
        assert_eq!(index.entries().len(), again.entries().len());
        for (entry, other) in index.entries().iter().zip(again.entries()) {
            assert_eq!((entry.person, entry.birth, entry.place), (other.person, other.birth, other.place));
            assert_eq!(index.stored(entry), again.stored(other));
        }
    }
}

#[test]
fn another_programs_bytes_and_bytes_that_break_off_are_not_read() {
    let chunk = chunks(&town(20)).unwrap().remove(0);
    let mut others = chunk.clone();
    others[3] ^= 1;
    assert!(Piece::read(&others).is_none());
    assert!((0..chunk.len()).all(|length| Piece::read(&chunk[..length]).is_none()));
    assert!(Piece::read(&chunk).is_some());
}
