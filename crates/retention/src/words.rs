//! The words of this crate: closed sets with a name for code and configuration, and what staff read.

use kernel::Lang;

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// 日本語.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The words in one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

/// An enum whose every value has a name and its words in both languages.
macro_rules! closed_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $code:literal, $ja:literal / $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $value,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The name in configuration and API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $code,)+ }
            }

            /// What staff read.
            #[must_use]
            pub const fn say(self, lang: kernel::Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$value, kernel::Lang::Ja) => $ja, (Self::$value, kernel::Lang::En) => $en,)+
                }
            }
        }
    };
}

pub(crate) use closed_set;

#[cfg(test)]
mod tests {
    use crate::{Bound, Checked, Decider, HoldGround, Milestone};
    use kernel::Lang;

    #[test]
    fn every_value_has_a_name_of_its_own_and_both_languages() {
        macro_rules! check {
            ($($name:ident),+) => {$(
                for &value in $name::ALL {
                    let same = $name::ALL.iter().filter(|other| other.as_str() == value.as_str());
                    assert_eq!(same.count(), 1, "{value:?}");
                    assert!(!value.say(Lang::Ja).is_ascii() && value.say(Lang::En).is_ascii(), "{value:?}");
                }
            )+};
        }
        check!(Bound, Checked, Decider, HoldGround, Milestone);
    }
}
