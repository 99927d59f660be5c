//! The towns that tests speak of.

use kernel::TownCode;

/// 開成町.
pub const KAISEI: &str = "143669";
/// 大井町.
pub const OI: &str = "143626";
/// 中井町.
pub const NAKAI: &str = "143618";
/// 箱根町.
pub const HAKONE: &str = "143821";
/// 葉山町.
pub const HAYAMA: &str = "143014";

/// 練習町, the training town.
pub const RENSHU: &str = "149993";

/// The towns whose fictional files tests load: some of the members.
pub const ALL: &[&str] = &[KAISEI, OI, NAKAI, HAKONE, HAYAMA];

/// 清川村: a town with a valid code that no test admits unless it says so.
pub const OUTSIDER: &str = "144029";

/// A town's code.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn code(text: &str) -> TownCode {
    text.parse().unwrap()
}
