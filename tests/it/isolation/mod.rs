//! No town reads another's rows or learns whether one exists (design §4).

mod arbitrary_sql;
mod catalog;
mod interleaved;
mod transactions;
mod watchdog;
