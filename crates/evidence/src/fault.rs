//! How this crate says that something does not verify.

use kernel::{Code, Fault};

/// `evidence_invalid`, with what is wrong in both languages.
pub(crate) fn invalid(ja: impl AsRef<str>, en: impl AsRef<str>) -> Fault {
    Fault::new(Code::EvidenceInvalid).with_words("what", ja.as_ref(), en.as_ref())
}

/// `evidence_refused`: an act whose leaf cannot be written does not happen (design §6).
pub(crate) fn refused() -> Fault {
    Fault::new(Code::EvidenceRefused)
}
