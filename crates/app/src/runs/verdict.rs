//! 妥当・過大・過小・既把握: the words of an assessment, and how a list is narrowed by them.

use std::str::FromStr;

use super::Assessment;

kernel::words! {
    /// What a person finds of a result.
    Verdict {
        /// It points at a child who needs support.
        Appropriate = "appropriate", "妥当" / "appropriate";
        /// It points at a child who needs none.
        TooHigh = "too_high", "過大" / "too high";
        /// The child should have stood higher, or on a list at all.
        TooLow = "too_low", "過小" / "too low";
        /// The child is in hand already.
        AlreadyKnown = "already_known", "既把握" / "already known";
    }
}

/// Which children of a list are sought by their assessment in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// Those whom nobody has assessed.
    Nobody,
    /// Those assessed so.
    As(Verdict),
}

impl Sought {
    pub(super) fn is(self, assessment: Option<&Assessment>) -> bool {
        match (self, assessment) {
            (Self::Nobody, found) => found.is_none(),
            (Self::As(verdict), Some(found)) => found.newest.said.verdict == verdict,
            (Self::As(_), None) => false,
        }
    }
}

impl FromStr for Sought {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::Nobody);
        }
        text.parse().map(Self::As).map_err(|_| format!("one of none, {}", Verdict::NAMES.join(", ")))
    }
}
