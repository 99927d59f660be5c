//! Closed sets of words that columns and the hub's functions speak: one name each. A word read back
//! that is none of them is malformed, never guessed.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident($column:literal) { $($(#[$vdoc:meta])* $variant:ident = $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as stored, and as the API says it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::StoreError;
            fn from_str(text: &str) -> Result<Self, $crate::StoreError> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|word| word.as_str() == text)
                    .ok_or($crate::StoreError::Malformed($column))
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::StoreError;
    use crate::hub::{HubKind, HubState, KeyPurpose, OfferAnswer};
    use crate::rows::handover::Direction;
    use crate::rows::handover_item::ItemDecision;
    use crate::rows::link_task::LinkTaskState;
    use crate::rows::run::RunState;
    use crate::rows::staff::StaffKind;
    use crate::rows::task::TaskKind;
    use crate::rows::token::TokenKind;

    #[test]
    fn every_word_leads_back_and_another_is_malformed() {
        macro_rules! check {
            ($($name:ident),+) => {$(
                for &word in $name::ALL {
                    assert_eq!(word.as_str().parse::<$name>().unwrap(), word);
                }
                assert!(matches!("Open ".parse::<$name>(), Err(StoreError::Malformed(_))));
            )+};
        }
        check!(
            Direction,
            HubKind,
            HubState,
            ItemDecision,
            KeyPurpose,
            LinkTaskState,
            RunState,
            StaffKind,
            TaskKind,
            TokenKind
        );
    }

    #[test]
    fn an_offer_is_answered_by_a_state_or_by_a_reason() {
        assert_eq!("offered".parse::<OfferAnswer>().unwrap(), OfferAnswer::Stands(HubState::Offered));
        assert_eq!("refused".parse::<OfferAnswer>().unwrap(), OfferAnswer::Stands(HubState::Refused));
        assert_eq!("not_member".parse::<OfferAnswer>().unwrap(), OfferAnswer::NotMember);
        assert_eq!("conflict".parse::<OfferAnswer>().unwrap(), OfferAnswer::Conflict);
        assert!(matches!("drafted".parse::<OfferAnswer>(), Err(StoreError::Malformed(_))));
    }
}
