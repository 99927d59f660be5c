//! Where a reader of the feed stands: behind an act of the town's chain, or in the midst of one that changed
//! many. The chain's head at that place stands in it too, so that a cursor of another town, and one of a
//! history that a restored backup no longer has, is known for what it is.

use std::fmt;
use std::str::FromStr;

use evidence::{ChainHead, SubjectRef};
use kernel::{Code, Fault, TownCode};
use store::TownConn;
use store::hub::LeafEntry;

use crate::error::store;

/// Bytes of a chain's head that a cursor holds: enough that no other history has them by chance.
const HEAD: usize = 8;

/// A place in a town's feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The place of the last act told of, or being told of; 0 before the first.
    pub(super) n: i64,
    /// The beginning of the chain's head there.
    pub(super) head: [u8; HEAD],
    /// What was told last of an act not wholly told.
    pub(super) within: Option<SubjectRef>,
}

impl Position {
    /// Before the town's first act.
    pub(super) fn beginning(town: TownCode) -> Self {
        Self { n: 0, head: first(ChainHead::start(town).head.as_bytes()), within: None }
    }

    /// Behind the newest act.
    pub(super) async fn now(conn: &mut TownConn) -> crate::Result<Self> {
        let (n, head) = conn.hub_chain_head().await.map_err(store)?;
        Ok(Self { n, head: first(&head), within: None })
    }

    /// Behind this act.
    pub(super) fn behind(entry: &LeafEntry) -> Self {
        Self { n: entry.n, head: first(&entry.head), within: None }
    }

    /// The act in whose midst the position is, after having seen that it is one of this town's history.
    ///
    /// # Errors
    /// `invalid_cursor`.
    pub(super) async fn check(
        &self,
        conn: &mut TownConn,
        town: TownCode,
    ) -> crate::Result<Option<LeafEntry>> {
        let invalid = || Fault::new(Code::InvalidCursor);
        if self.n == 0 {
            return if *self == Self::beginning(town) { Ok(None) } else { Err(invalid()) };
        }
        let at = conn.hub_leaves(self.n - 1, 1).await.map_err(store)?.into_iter().next();
        let at = at.filter(|entry| entry.n == self.n && entry.head.starts_with(&self.head));
        let entry = at.ok_or_else(invalid)?;
        Ok(self.within.as_ref().map(|_| entry))
    }
}

fn first(head: &[u8; 32]) -> [u8; HEAD] {
    std::array::from_fn(|i| head.get(i).copied().unwrap_or_default())
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.n, hex::encode(self.head))?;
        self.within.as_ref().map_or(Ok(()), |within| write!(f, ".{within}"))
    }
}

/// A text that is no position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a feed of changes")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;
    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let mut parts = text.splitn(3, '.');
        let (n, head, within) = (parts.next(), parts.next(), parts.next());
        let n = n.and_then(|n| n.parse().ok()).filter(|n| *n >= 0).ok_or(NoPosition)?;
        let mut bytes = [0; HEAD];
        hex::decode_to_slice(head.ok_or(NoPosition)?, &mut bytes).map_err(|_| NoPosition)?;
        let within = within.map(str::parse).transpose().map_err(|_| NoPosition)?;
        let position = Self { n, head: bytes, within };
        // One spelling only: a cursor is compared as text by those who keep it.
        if position.to_string() == text { Ok(position) } else { Err(NoPosition) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::PersonId;

    #[test]
    fn a_position_leads_back_from_its_text_and_only_from_that() {
        let town = "143669".parse().unwrap();
        let whole = Position { n: 41, ..Position::beginning(town) };
        let within = Position { within: Some(PersonId::new().into()), ..whole.clone() };
        for position in [Position::beginning(town), whole.clone(), within] {
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        let text = whole.to_string();
        for bad in
            [format!("-{text}"), format!("0{text}"), text.to_uppercase(), format!("{text}."), "1".into()]
        {
            assert_eq!(bad.parse::<Position>(), Err(NoPosition), "{bad}");
        }
        assert_ne!(Position::beginning(town), Position::beginning("143626".parse().unwrap()));
    }
}
