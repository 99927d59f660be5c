//! 職員: what they may do follows from their postings and the day.

mod colleagues;
mod postings;
mod rights;
mod roster;
