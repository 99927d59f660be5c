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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_narrowed_by_a_verdict_or_by_none() {
        for &verdict in Verdict::ALL {
            assert_eq!(verdict.as_str().parse(), Ok(Sought::As(verdict)));
            assert!(!Sought::As(verdict).is(None), "who was not assessed was not assessed so");
        }
        assert_eq!("none".parse(), Ok(Sought::Nobody));
        assert!(Sought::Nobody.is(None));
        assert!("maybe".parse::<Sought>().unwrap_err().contains("already_known"));
    }
}
