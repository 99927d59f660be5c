//! Closed sets of coded words: a name for code and API, and what staff read, in both languages.

/// A text that is none of a closed set's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord;

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not one of the known codes")
    }
}

impl std::error::Error for UnknownWord {}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $ja:literal / $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in code, packages and API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What staff see.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self { $(Self::$variant => $ja,)+ }
            }

            /// The same in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(text: &str) -> Result<Self, $crate::UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or($crate::UnknownWord)
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::consent::{Authority, SoleActReason};
    use crate::machine::{Kind, RefusalCode, UnreadableCode};
    use crate::preview::Exclusion;
    use crate::{Flag, Role};

    #[test]
    fn every_word_has_one_name_everywhere_and_both_languages() {
        macro_rules! check {
            ($($name:ident),+) => {$(
                for &word in $name::ALL {
                    assert_eq!(word.as_str().parse(), Ok(word));
                    assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
                    assert!(!word.ja().is_ascii() && word.en().is_ascii(), "{word}");
                }
                assert!("nothing of the kind".parse::<$name>().is_err());
            )+};
        }
        check!(Authority, SoleActReason, Kind, RefusalCode, UnreadableCode, Exclusion, Flag, Role);
    }
}
