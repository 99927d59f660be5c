//! Who each person is, wiped when it goes.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use kernel::id::PersonId;
use kernel::{Identity, Known};
use zeroize::Zeroize;

/// What a town's identities are kept in.
#[derive(Default)]
pub struct Identities(HashMap<PersonId, Identity>);

impl Deref for Identities {
    type Target = HashMap<PersonId, Identity>;
    fn deref(&self) -> &HashMap<PersonId, Identity> {
        &self.0
    }
}

impl DerefMut for Identities {
    fn deref_mut(&mut self) -> &mut HashMap<PersonId, Identity> {
        &mut self.0
    }
}

impl FromIterator<(PersonId, Identity)> for Identities {
    fn from_iter<I: IntoIterator<Item = (PersonId, Identity)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl Drop for Identities {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// Wipes every text that could tell somebody from others, and forgets the rest.
fn wipe(identity: &mut Identity) {
    for text in [
        &mut identity.local_id,
        &mut identity.family_name,
        &mut identity.given_name,
        &mut identity.family_kana,
        &mut identity.given_kana,
        &mut identity.household_no,
        &mut identity.postal_code,
        &mut identity.address,
        &mut identity.phone,
        &mut identity.moved_in_from,
    ] {
        if let Known::Present(text) = text {
            text.zeroize();
        }
    }
    *identity = Identity::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_a_wiped_identity() {
        let mut identity = Identity {
            family_name: Known::Present("襷".into()),
            birth_date: Known::Present("2015-04-01".parse().unwrap()),
            ..Identity::default()
        };
        wipe(&mut identity);
        assert!(identity == Identity::default());
    }
}
