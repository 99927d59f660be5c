//! The house: which crate may know which (design §2).

mod imports;
