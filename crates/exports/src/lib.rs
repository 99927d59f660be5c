//! What leaves the platform as a file or on paper. Values in, bytes out, the same bytes for the same values: who
//! may have them, and the record that they left, are `app`'s. Every export says who made it, when and why, and
//! that it is 部外秘; nothing in it is a formula, a script or a reference to anything outside it.

mod csv;
mod paper;
mod sheet;
mod stamp;
mod table;
mod xlsx;

pub use csv::{Charset, Csv, csv, plain_csv};
pub use paper::{Grid, Heading, Paper, Part, paper};
pub use sheet::{Entry, Fact, Group, Indicator, Member, Note, POLICY, Score, Sheet, html};
pub use stamp::Stamp;
pub use table::{Cell, Column, Table};
pub use xlsx::xlsx;
