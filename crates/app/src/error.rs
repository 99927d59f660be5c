//! From what went wrong below to the fault a person can act on. What cannot be put right by the
//! caller is logged here, once, without any resident's data, and becomes `internal` or `unavailable`.

use kernel::{Code, Fault};
use store::StoreError;

/// What a use case returns.
pub type Result<T> = std::result::Result<T, Fault>;

/// A failure of storage, as the caller sees it.
#[expect(clippy::needless_pass_by_value, reason = "it is the argument of map_err")]
pub fn store(error: StoreError) -> Fault {
    match error {
        StoreError::Unavailable | StoreError::Contention => {
            tracing::warn!(%error, "storage");
            Fault::new(Code::Unavailable)
        }
        StoreError::NoEvidence => {
            tracing::error!(%error, "storage");
            Fault::new(Code::EvidenceRefused)
        }
        _ => {
            tracing::error!(%error, "storage");
            Fault::new(Code::Internal)
        }
    }
}

/// A member of a body that cannot be, and why.
pub fn invalid(name: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(format!("/{name}"))
}

/// A failure that only a mistake of ours explains.
pub fn internal(what: &'static str) -> Fault {
    tracing::error!(what, "internal");
    Fault::new(Code::Internal)
}
