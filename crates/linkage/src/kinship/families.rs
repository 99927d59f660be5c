//! Fictional households for the tests of this folder.

use kernel::Kin;
use kernel::id::PersonId;
use uuid::Uuid;

use super::{Household, Member, Presence};

/// The person with this number.
pub fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(number))
}

/// A member from `number chain birth surname`, with a `-` for what is not stated; then `left` or
/// `deceased`, if so. The chain as code lists write it: `child.spouse`.
pub fn member(line: &str) -> Member {
    let parts: Vec<&str> = line.split_whitespace().collect();
    let chain: Vec<Kin> = match parts[1] {
        "-" => Vec::new(),
        steps => steps.split('.').map(|step| step.parse().unwrap()).collect(),
    };
    Member {
        person: person(parts[0].parse().unwrap()),
        chain,
        birth: parts[2].parse().ok(),
        surname: (parts[3] != "-").then(|| parts[3].to_owned()),
        presence: match parts.get(4) {
            Some(&"left") => Presence::Left,
            Some(&"deceased") => Presence::Deceased,
            _ => Presence::Here,
        },
    }
}

/// A household from one line a member.
pub fn household(lines: &[&str]) -> Household {
    beside(lines, &[])
}

/// The same, with other households at its address.
pub fn beside(lines: &[&str], others: &[&[&str]]) -> Household {
    let members = |lines: &[&str]| lines.iter().map(|line| member(line)).collect();
    Household::new(members(lines), others.iter().map(|lines| members(lines)).collect())
}
