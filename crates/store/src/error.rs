//! What can go wrong between the house and its database. Decided on SQLSTATE, never on a message:
//! a message may carry a row, so it goes nowhere.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio_postgres::error::SqlState;

/// A failure of storage, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection, or it was lost: nothing was changed; try again.
    #[error("the database cannot be reached")]
    Unavailable,
    /// Two acts met; the whole act may be tried again.
    #[error("two acts met, try again")]
    Contention,
    /// Something with this key is there already.
    #[error("a row with this key exists")]
    Duplicate,
    /// The database refused the act for this role.
    #[error("refused by the database")]
    Refused,
    /// The act's leaf could not be written, so the act did not happen.
    #[error("the evidence could not be written")]
    NoEvidence,
    /// A sealed value did not open: the key was dropped, or the bytes were changed.
    #[error("a sealed value does not open")]
    Sealed,
    /// A key file is missing, unreadable or malformed.
    #[error("key folder: {0}")]
    Keys(String),
    /// What was read back is not what was written.
    #[error("a stored value is malformed: {0}")]
    Malformed(&'static str),
    /// Anything else; `state` is the SQLSTATE or the kind.
    #[error("database error {state}")]
    Other {
        /// SQLSTATE where known, otherwise the driver's kind.
        state: String,
    },
}

impl StoreError {
    /// What it means when writing the leaf failed so: another try may help, or there is no evidence.
    pub(crate) fn of_leaf(self) -> Self {
        match self {
            Self::Unavailable | Self::Contention => self,
            _ => Self::NoEvidence,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, _) => match kind {
                DatabaseErrorKind::UniqueViolation => Self::Duplicate,
                DatabaseErrorKind::SerializationFailure => Self::Contention,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    Self::Unavailable
                }
                other => Self::Other { state: format!("{other:?}") },
            },
            DieselError::BrokenTransactionManager => Self::Unavailable,
            DieselError::NotFound => Self::Other { state: "NotFound".into() },
            DieselError::DeserializationError(_) => Self::Malformed("column"),
            _ => Self::Other { state: "client".into() },
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else { return Self::Unavailable };
        if *state == SqlState::UNIQUE_VIOLATION {
            Self::Duplicate
        } else if *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED {
            Self::Contention
        } else if *state == SqlState::INSUFFICIENT_PRIVILEGE {
            Self::Refused
        } else if *state == SqlState::INVALID_PASSWORD {
            Self::Keys(
                "the installation secret is not the one that the database's roles were made with".into(),
            )
        } else if *state == SqlState::ADMIN_SHUTDOWN || *state == SqlState::CANNOT_CONNECT_NOW {
            Self::Unavailable
        } else {
            Self::Other { state: state.code().to_owned() }
        }
    }
}

impl From<seal::SealError> for StoreError {
    fn from(_: seal::SealError) -> Self {
        Self::Sealed
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(_: serde_json::Error) -> Self {
        Self::Malformed("json")
    }
}
