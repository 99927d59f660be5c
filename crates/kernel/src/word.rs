//! Closed sets of coded words: an enum whose every value has one name in code, configuration, rows and API,
//! and, where people read it, what they read.

/// A text that is none of a closed set's names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of: {}", known.join(", "))]
pub struct UnknownWord {
    /// The names there are.
    pub known: &'static [&'static str],
}

/// Makes an enum of coded words, with `ALL`, `NAMES`, `as_str`, `Display`, `FromStr` and serde, all by the same
/// name. A value is `Name = "name";`, `Name = "name", "日本語";` (adds `ja`) or
/// `Name = "name", "日本語" / "English";` (adds `ja`, `en` and `say`).
///
/// ```
/// kernel::words! {
///     /// Colours of a signal.
///     Signal {
///         /// Go.
///         Green = "green", "青" / "green";
///         /// Stop.
///         Red = "red", "赤" / "red";
///     }
/// }
/// assert_eq!("red".parse(), Ok(Signal::Red));
/// assert_eq!(Signal::Green.say(kernel::Lang::Ja), "青");
/// assert_eq!("blue".parse::<Signal>().unwrap_err().to_string(), "expected one of: green, red");
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $code:literal, $ja:literal / $en:literal;)+ }) => {
        $crate::words! { $(#[$doc])* $name { $($(#[$of])* $value = $code, $ja;)+ } }

        impl $name {
            /// The same in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$value => $en,)+ }
            }

            /// What people read, in one language.
            #[must_use]
            pub const fn say(self, lang: $crate::Lang) -> &'static str {
                match lang {
                    $crate::Lang::Ja => self.ja(),
                    $crate::Lang::En => self.en(),
                }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $code:literal, $ja:literal;)+ }) => {
        $crate::words! { $(#[$doc])* $name { $($(#[$of])* $value = $code;)+ } }

        impl $name {
            /// What staff read.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self { $(Self::$value => $ja,)+ }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $code:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $value,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// Every name, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($code),+];

            /// The name in code, configuration, rows and API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $code,)+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::UnknownWord> {
                match text {
                    $($code => Ok(Self::$value),)+
                    _ => Err($crate::UnknownWord { known: Self::NAMES }),
                }
            }
        }

        impl $crate::word::Serialize for $name {
            fn serialize<S: $crate::word::Serializer>(&self, to: S) -> ::std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::word::Deserialize<'de> for $name {
            fn deserialize<D: $crate::word::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                $crate::word::deserialize(from, Self::NAMES)
            }
        }
    };
}

// The macro names what it needs through here, so that its users need no serde of their own.
#[doc(hidden)]
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[doc(hidden)]
pub fn deserialize<'de, D, T>(from: D, names: &'static [&'static str]) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err = UnknownWord>,
{
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| serde::de::Error::unknown_variant(&text, names))
}

#[cfg(test)]
mod tests {
    use crate::{Absence, Grant, Kin, Lang, Purpose, ResidentStatus, Sex};

    crate::words! {
        /// A word with everything.
        Light { Go = "go", "進め" / "go"; Stop = "stop", "止まれ" / "stop"; }
    }

    #[test]
    fn every_word_has_one_name_everywhere() {
        macro_rules! check {
            ($($name:ident),+) => {$(
                for &word in $name::ALL {
                    let same = $name::NAMES.iter().filter(|name| **name == word.as_str());
                    assert_eq!(same.count(), 1, "{word}");
                    assert_eq!(word.as_str().parse(), Ok(word));
                    assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
                    assert_eq!(serde_json::from_value::<$name>(word.as_str().into()).unwrap(), word);
                }
                assert!("nothing of the kind".parse::<$name>().is_err());
            )+};
        }
        check!(Absence, Grant, Kin, Light, Purpose, ResidentStatus, Sex);
    }

    #[test]
    fn what_people_read_is_in_their_language() {
        assert_eq!((Light::Stop.say(Lang::Ja), Light::Stop.say(Lang::En)), ("止まれ", "stop"));
        assert!(Absence::ALL.iter().all(|word| !word.ja().is_ascii()));
        assert!(Grant::ALL.iter().all(|word| !word.ja().is_ascii()));
        assert!(Purpose::ALL.iter().all(|word| !word.ja().is_ascii()));
    }
}
