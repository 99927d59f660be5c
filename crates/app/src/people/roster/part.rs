//! What an identity is made of, as bytes: each kind of value written and read back side by side. The order of the
//! words of closed sets counts, so only the program that wrote them reads them ([`super::program`]).

use chrono::{Datelike, NaiveDate};
use kernel::date::{PartialDate, Precision, YearMonth};
use kernel::{Absence, Identity, Kin, Known, ResidentStatus, Sex};
use uuid::Uuid;

/// A value that a roster keeps.
pub(super) trait Part: Sized {
    /// Appends it.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads it from the front; `None` for bytes that are none.
    fn take(from: &mut &[u8]) -> Option<Self>;
}

impl Part for u8 {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (first, rest) = from.split_first()?;
        *from = rest;
        Some(*first)
    }
}

impl Part for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.to_le_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self::from_le_bytes(*bytes))
    }
}

impl Part for Uuid {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self::from_bytes(*bytes))
    }
}

/// So many bytes.
pub(super) fn bytes<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

impl Part for String {
    fn put(&self, out: &mut Vec<u8>) {
        // A name of 4 GiB is in no register; cut, it would not be read back as itself.
        u32::try_from(self.len()).unwrap_or(u32::MAX).put(out);
        out.extend(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(u32::take(from)?).ok()?;
        Some(std::str::from_utf8(bytes(from, length)?).ok()?.to_owned())
    }
}

/// A word by its place in its closed set.
macro_rules! word {
    ($($kind:ty),+) => {
        $(impl Part for $kind {
            fn put(&self, out: &mut Vec<u8>) {
                let place = Self::ALL.iter().position(|word| word == self);
                out.push(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX));
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Self::ALL.get(usize::from(u8::take(from)?)).copied()
            }
        })+
    };
}

word!(Absence, Kin, ResidentStatus, Sex);

impl Part for PartialDate {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(match self.precision() {
            Precision::Day => 0,
            Precision::Month => 1,
            Precision::Year => 2,
        });
        out.extend(self.earliest().num_days_from_ce().to_le_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let precision = u8::take(from)?;
        let (days, rest) = from.split_first_chunk()?;
        *from = rest;
        let day = NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(*days))?;
        match precision {
            0 => Some(day.into()),
            1 => Some(YearMonth::of(day).into()),
            2 => Self::from_year(day.year()),
            _ => None,
        }
    }
}

impl<T: Part> Part for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        u32::try_from(self.len()).unwrap_or(u32::MAX).put(out);
        self.iter().for_each(|one| one.put(out));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        (0..u32::take(from)?).map(|_| T::take(from)).collect()
    }
}

impl<T: Part> Part for Known<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Present(value) => {
                out.push(0);
                value.put(out);
            }
            Self::Absent(reason) => {
                out.push(1);
                reason.put(out);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match u8::take(from)? {
            0 => T::take(from).map(Self::Present),
            1 => Absence::take(from).map(Self::Absent),
            _ => None,
        }
    }
}

/// Writes and reads the fields in one order; one that is added and not named here does not compile.
macro_rules! fields {
    ($($field:ident)+) => {
        impl Part for Identity {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $($field.put(out);)+
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Known::take(from)?),+ })
            }
        }
    };
}

fields! {
    local_id family_name given_name family_kana given_kana birth_date sex household_no relation_to_head
    postal_code address phone status resident_since moved_out_on moved_in_from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Identity {
        let text = |text: &str| Known::Present(text.to_owned());
        Identity {
            local_id: text("0000000001"),
            family_name: text("架空"),
            given_name: text("花子"),
            family_kana: text("カクウ"),
            given_kana: Known::Absent(Absence::Unreadable),
            birth_date: Known::Present("2015-04".parse().unwrap()),
            sex: Known::Present(Sex::Female),
            household_no: text("7"),
            relation_to_head: Known::Present(vec![Kin::Child, Kin::Spouse]),
            postal_code: text("2580000"),
            address: text("想像1番地"),
            phone: text(""),
            status: Known::Present(ResidentStatus::MovedOut),
            resident_since: Known::Present("2015".parse().unwrap()),
            moved_out_on: Known::Present("2026-11-30".parse().unwrap()),
            moved_in_from: text("143626"),
        }
    }

    #[test]
    fn an_identity_is_read_back_as_it_was_written() {
        for identity in [full(), Identity::default()] {
            let mut out = Vec::new();
            identity.put(&mut out);
            let mut from = out.as_slice();
            assert!(Identity::take(&mut from) == Some(identity) && from.is_empty());
        }
    }

    #[test]
    fn bytes_that_break_off_are_no_identity() {
        let mut out = Vec::new();
        full().put(&mut out);
        for length in 0..out.len() {
            assert!(Identity::take(&mut &out[..length]).is_none(), "{length}");
        }
    }
}
