//! A town's bytes to canonical rows and rejects with every reason, and back. Pure: bytes and values,
//! no I/O.
//!
//! A [`LayoutDoc`] is what a TOML file says; [`Layout::resolve`] merges a town's over the cooperative's,
//! follows every reference and compiles it. A [`Decoder`] takes bytes in pieces and hands out rows and
//! rejects; an [`Encoder`] writes rows as the same system would.
//!
//! ```
//! use layouts::{CodeLists, DecodeOptions, Decoder, EncodeRow, Layout, LayoutDoc, Outcome, encode};
//!
//! let text = r#"
//! format = 1
//! identity = { system = "atena", creates = true }
//! key = ["person.local_id"]
//! mode = "snapshot"
//!
//! [file]
//! kind = "csv"
//! encoding = "utf8"
//! header = "exact"
//!
//! [[field]]
//! to = "person.local_id"
//! column = "宛名番号"
//! digits = 10
//!
//! [[field]]
//! to = "person.birth_date"
//! column = "生年月日"
//! formats = ["wareki7"]
//! missing = { "" = "not_collected" }
//! "#;
//! let doc = LayoutDoc::parse("layouts/register.toml", text)?;
//! let layout = Layout::resolve(None, &doc, &CodeLists::default(), &|_| None)?;
//!
//! let as_of = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
//! let options = DecodeOptions::new("resident_register".parse().expect("a source's code"), as_of);
//! let (mut rows, mut rejects) = (Vec::new(), Vec::new());
//! let mut out = |outcome: Outcome<'_>| match outcome {
//!     Outcome::Row(row) => rows.push(EncodeRow::of(&layout, &row)),
//!     Outcome::Reject(reject) => rejects.extend(reject.reasons),
//! };
//! let mut decoder = Decoder::new(&layout, &options);
//! decoder.push("宛名番号,生年月日\n0000000001,5050401\n0000000002,50".as_bytes(), &mut out).map_err(|fault| vec![fault])?;
//! decoder.push("10430\n".as_bytes(), &mut out).map_err(|fault| vec![fault])?;
//! let summary = decoder.finish(&mut out).map_err(|fault| vec![fault])?;
//!
//! assert_eq!((summary.rows, summary.accepted, summary.rejected), (2, 1, 1));
//! assert_eq!(rejects[0].code().as_str(), "era_bounds");
//! let written = encode(&layout, as_of, &rows).expect("what was read can be written");
//! assert_eq!(written, "宛名番号,生年月日\r\n0000000001,5050401\r\n".as_bytes());
//! # Ok::<(), Vec<kernel::Fault>>(())
//! ```

mod cell;
mod clean;
pub mod codes;
pub mod config;
mod convert;
pub mod decode;
pub mod encode;
#[cfg(test)]
mod fixtures;
mod gaiji;
mod kana;
pub mod layout;
pub mod profile;
pub mod quality;
mod refusal;
pub mod row;
pub mod sample;
pub mod sheet;
pub mod suggest;
pub mod table;
mod text;
pub mod told;

pub use codes::CodeLists;
pub use config::LayoutDoc;
pub use decode::{DecodeOptions, Decoder, Limits};
pub use encode::{EncodeError, Encoder, encode};
pub use layout::{Layout, Part, RecordPart, RoleId, Target};
pub use quality::Quality;
pub use row::{EncodeRow, Operation, Outcome, RecordTime, Reject, Row, Summary};
pub use text::Encoding;
