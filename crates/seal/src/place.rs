//! Where a box belongs. The place is authenticated with every box, so that a box that somebody moves to
//! another row, table, person or town no longer opens.

use smallvec::SmallVec;

use crate::text::length_prefix;

/// Associated data of one box: written to the stack for all but absurdly long names.
pub(crate) type Aad = SmallVec<[u8; 96]>;

/// The one place where a box opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The town's six-digit code.
    pub town: &'a str,
    /// The table that keeps the box.
    pub table: &'static str,
    /// Whom or what the box is about: a person, a household, a load (a UUID's bytes).
    pub subject: &'a [u8; 16],
    /// The data category's stable number; 0 where a table has none.
    pub category: u8,
    /// The row's version (or the number of a chunk): an older state of the row does not pass for the newer.
    pub version: u32,
}

impl Place<'_> {
    /// The canonical bytes of this place: fixed fields first, then each name behind its length, so that no
    /// two places share their bytes. `purpose` keeps boxes and wraps apart.
    pub(crate) fn aad(&self, purpose: Purpose) -> Aad {
        let mut aad = Aad::new();
        match purpose {
            Purpose::Box => aad.push(0),
            Purpose::Wrap { epoch } => {
                aad.push(1);
                aad.extend_from_slice(&epoch.to_be_bytes());
            }
        }
        aad.push(self.category);
        aad.extend_from_slice(&self.version.to_be_bytes());
        aad.extend_from_slice(self.subject);
        for name in [self.town, self.table] {
            aad.extend_from_slice(&length_prefix(name.as_bytes()));
            aad.extend_from_slice(name.as_bytes());
        }
        aad
    }
}

/// What a ciphertext is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// A sealed value.
    Box,
    /// Keys wrapped under an epoch's key; the epoch stands outside the ciphertext and is authenticated here.
    Wrap {
        /// Number of the epoch.
        epoch: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_run_into_each_other() {
        let place =
            |town, table| Place { town, table, subject: &[0; 16], category: 0, version: 0 }.aad(Purpose::Box);
        assert_ne!(place("143669", "pack"), place("14366", "9pack"));
    }

    #[test]
    fn usual_places_stay_on_the_stack() {
        let place = Place {
            town: "143669",
            table: "consultation_observation_pack",
            subject: &[9; 16],
            category: 255,
            version: u32::MAX,
        };
        assert!(!place.aad(Purpose::Wrap { epoch: u32::MAX }).spilled());
    }
}
