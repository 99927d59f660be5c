//! The hub, as its callers see it: sealed packages on their way, the towns' public keys and the
//! evidence log. Every function in the database checks who calls; here they get their types.

mod arrival;
mod evidence;
mod handover;
mod key;
mod moves;

pub use arrival::ArrivalRow;
pub(crate) use arrival::{ARRIVED, size_class};
pub use evidence::{CheckpointRow, LeafEntry};
pub(crate) use evidence::{hashes, latest_checkpoint, tree_hashes, tree_hashes_from};
pub use handover::{HubDecision, HubHandover, HubKind, HubState, Offer, OfferAnswer};
pub use key::{KeyPurpose, TownKey};
