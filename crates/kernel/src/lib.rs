//! The words every other crate shares: ids, towns, contexts, categories, items, absence, dates,
//! digests and error codes. Pure: no I/O, no clock but the one handed in, nothing of ours imported.

pub mod absence;
pub mod canonical;
pub mod category;
pub mod code;
pub mod ctx;
pub mod date;
pub mod digest;
pub mod id;
pub mod identity;
pub mod item;
pub mod kana;
pub mod observation;
pub mod organ;
pub mod slug;
pub mod town;
pub mod word;

pub use absence::Absence;
pub use category::Category;
pub use code::{Code, Fault, Lang, Place};
pub use ctx::{CoopCtx, Grant, Grants, Purpose, TownCtx};
pub use digest::Digest;
pub use identity::{Identity, Kin, ResidentStatus, Sex};
pub use item::{ItemCode, ItemDef, Value, ValueKind};
pub use observation::{Datum, Known, Observation, Provenance, Subject, When};
pub use organ::{OrganKind, SectionCode};
pub use slug::SourceCode;
pub use town::TownCode;
pub use word::UnknownWord;
