//! Every coded word of this crate says the same everywhere, in both languages.

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
