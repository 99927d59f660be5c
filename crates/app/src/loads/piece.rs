//! What the decoder gives, with its keyed identity: a row of the file, or a reject.

use layouts::{Operation, Outcome, Row};
use profiles::Source;
use seal::RowHashKey;
use store::TownKeys;
use store::load::Key16;

/// A row that came out of the decoder, with its keyed identity.
pub(super) struct Decoded {
    pub line: u32,
    pub record_key: Key16,
    pub row_hash: Key16,
    /// What the row of a delta does; in every other file each row upserts.
    pub operation: Operation,
    /// Whether a later row of the delta says how the record stands.
    pub overtaken: bool,
    pub persons: layouts::row::Persons,
    pub observations: Vec<(layouts::RoleId, kernel::Observation)>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "nearly every piece is a row: boxing them would cost an allocation a row"
)]
pub(super) enum Piece {
    Row(Decoded),
    /// With the record's key, where it could be read.
    Reject(layouts::Reject, Option<Key16>),
}

/// What turns a decoded row into keyed bytes: keys are copied out of the transaction's guard so that
/// the decoder's callback borrows nothing of the intake.
pub(super) struct Marks {
    hash: RowHashKey,
    layout: [u8; 32],
}

impl Marks {
    pub fn new(keys: &TownKeys, source: &Source) -> Self {
        let hash = RowHashKey::from_bytes(keys.row_hash.expose());
        Self { hash, layout: *source.layout.digest().as_bytes() }
    }

    pub fn piece(&self, outcome: Outcome<'_>) -> Piece {
        match outcome {
            Outcome::Row(row) => Piece::Row(self.row(row)),
            Outcome::Reject(reject) => {
                let key = reject.key.as_ref().map(|key| *self.hash.hash(key.as_bytes()).as_bytes());
                Piece::Reject(reject, key)
            }
        }
    }

    /// The layout is part of the hash: a changed layout reads every row anew.
    fn row(&self, row: Row<'_>) -> Decoded {
        let mut bytes = Vec::with_capacity(32 + row.raw.len());
        bytes.extend_from_slice(&self.layout);
        bytes.extend_from_slice(row.raw);
        Decoded {
            line: row.line,
            record_key: *self.hash.hash(row.key.as_bytes()).as_bytes(),
            row_hash: *self.hash.hash(&bytes).as_bytes(),
            operation: row.operation,
            overtaken: row.overtaken_by.is_some(),
            persons: row.persons,
            observations: row.observations,
        }
    }
}
