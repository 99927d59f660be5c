//! Fictional people for the tests of this crate.

use kernel::id::PersonId;
use kernel::{Identity, Known, Sex};
use uuid::Uuid;

/// The person with this number.
pub fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(number))
}

/// An identity from `氏 名|シ メイ|birth|m or f`; an empty part is not stated.
pub fn identity(line: &str) -> Identity {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let known =
        |text: &str| if text.is_empty() { Known::NOT_COLLECTED } else { Known::Present(text.to_owned()) };
    let (family_name, given_name) = parts[0].split_once(' ').unwrap_or((parts[0], ""));
    let (family_kana, given_kana) = parts[1].split_once(' ').unwrap_or((parts[1], ""));
    Identity {
        family_name: known(family_name),
        given_name: known(given_name),
        family_kana: known(family_kana),
        given_kana: known(given_kana),
        birth_date: parts[2].parse().map_or(Known::NOT_COLLECTED, Known::Present),
        sex: match parts[3] {
            "m" => Known::Present(Sex::Male),
            "f" => Known::Present(Sex::Female),
            "o" => Known::Present(Sex::Other),
            _ => Known::NOT_COLLECTED,
        },
        ..Identity::default()
    }
}
