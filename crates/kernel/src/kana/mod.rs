//! Readings as people say and hear them: one folding for what is searched and what is sought, the order
//! of the 五十音, and names in Roman letters.
//!
//! Old systems write kana in half width or without small letters, staff type what they heard. A folded
//! reading is for comparing and never shown.

mod fold;
mod letter;
mod order;
mod roman;
mod sought;
mod text;

pub use fold::fold;
pub use order::order;
pub use sought::Sought;
pub use text::{compatible, katakana};

#[cfg(test)]
mod tests;
