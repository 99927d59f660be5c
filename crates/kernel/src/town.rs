//! A town's identity: the six-digit 全国地方公共団体コード, check digit proven.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// 全国地方公共団体コード: five digits and a check digit (総務省 全国地方公共団体コード, 検査数字:
/// modulus 11 over weights 6 5 4 3 2). A value of this type always has the right check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TownCode([u8; 6]);

/// Why a text is not a town code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TownCodeError {
    /// Not exactly six ASCII digits.
    #[error("a town code is exactly six digits")]
    Shape,
    /// The sixth digit does not follow from the first five.
    #[error("the check digit of this town code should be {expected}")]
    CheckDigit {
        /// The digit that would be right.
        expected: u8,
    },
}

impl TownCode {
    /// The code as six ASCII digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The constructor let only ASCII digits in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn check_digit(five: &[u8]) -> u8 {
        let sum: u32 = five.iter().zip([6, 5, 4, 3, 2]).map(|(d, w)| u32::from(d - b'0') * w).sum();
        let digit = (11 - sum % 11) % 10;
        u8::try_from(digit).unwrap_or(0)
    }
}

impl FromStr for TownCode {
    type Err = TownCodeError;
    fn from_str(text: &str) -> Result<Self, TownCodeError> {
        let code: [u8; 6] = text.as_bytes().try_into().map_err(|_| TownCodeError::Shape)?;
        if !code.iter().all(u8::is_ascii_digit) {
            return Err(TownCodeError::Shape);
        }
        let expected = Self::check_digit(&code[..5]);
        if code[5] - b'0' == expected { Ok(Self(code)) } else { Err(TownCodeError::CheckDigit { expected }) }
    }
}

impl fmt::Display for TownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for TownCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TownCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourteen_members_and_the_training_town_have_valid_codes() {
        for code in [
            "143014", "143219", "143413", "143421", "143618", "143626", "143634", "143642", "143669",
            "143821", "143839", "143847", "144011", "144029", "149993",
        ] {
            assert_eq!(code.parse::<TownCode>().map(|c| c.to_string()), Ok(code.to_owned()));
        }
    }

    #[test]
    fn a_wrong_check_digit_says_the_right_one() {
        assert_eq!("143660".parse::<TownCode>(), Err(TownCodeError::CheckDigit { expected: 9 }));
    }

    #[test]
    fn shape_is_checked_before_digits() {
        for bad in ["", "14366", "1436699", "14366９", "14366a", "-14366"] {
            assert_eq!(bad.parse::<TownCode>(), Err(TownCodeError::Shape), "{bad}");
        }
    }
}
