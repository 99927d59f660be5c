//! What a handler may take from a request. Who asks always stands first among a handler's arguments,
//! then what is asked for, then parameters and body: a stranger learns nothing from the order of errors.

mod body;
mod caller;
pub(crate) mod day;
mod if_match;
mod language;
mod params;
mod path;
mod wanted;
mod words;

pub(crate) use body::{BUNDLE_LIMIT, json, take_body, take_bundle, take_json};
pub use body::{Body, Csv};
pub use caller::{AnyCaller, Bearer, Coop, PURPOSE, PurposeHeader, Stranger, Town};
pub use day::GivenDay;
pub use if_match::{IfMatch, IfMatchHeader};
pub use language::Language;
pub use params::Params;
pub use path::PathId;
pub use wanted::Wanted;
