//! Where a list of people goes on. A cursor names the last person shown and the search it was shown in,
//! never a name: the index knows where the person stands.

use std::fmt;
use std::str::FromStr;

use kernel::id::PersonId;

/// The last person of a page, and the mark of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonCursor {
    /// Tells one town's search from any other; no secret.
    pub(super) mark: u32,
    /// Who was shown last.
    pub(super) person: PersonId,
}

/// A text that is no cursor of a list of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of a list of people")]
pub struct NoCursor;

impl fmt::Display for PersonCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}.{}", self.mark, self.person)
    }
}

impl FromStr for PersonCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (mark, person) = text.split_once('.').ok_or(NoCursor)?;
        let mark = u32::from_str_radix(mark, 16).map_err(|_| NoCursor)?;
        Ok(Self { mark, person: person.parse().map_err(|_| NoCursor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_and_nothing_else_is_one() {
        let cursor = PersonCursor { mark: 0xAB, person: PersonId::new() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in
            ["", ".", "ab", &cursor.person.to_string(), &format!("x.{}", cursor.person), "000000ab.per_1"]
        {
            assert_eq!(bad.parse::<PersonCursor>(), Err(NoCursor), "{bad}");
        }
    }
}
