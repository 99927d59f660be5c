//! The same words in both languages.

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

#[cfg(test)]
mod tests {
    use crate::{Bound, Checked, Decider, HoldGround, Milestone};
    use kernel::Lang;

    #[test]
    fn every_value_has_both_languages() {
        macro_rules! check {
            ($($name:ident),+) => {$(
                for &value in $name::ALL {
                    assert!(!value.say(Lang::Ja).is_ascii() && value.say(Lang::En).is_ascii(), "{value:?}");
                }
            )+};
        }
        check!(Bound, Checked, Decider, HoldGround, Milestone);
    }
}
