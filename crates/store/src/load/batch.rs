//! One batch of staged rows. What nearly every line of a file brings (people, numbers, households, keys,
//! packs) goes column by column, each an array that one statement unnests: half the cost of a TEMP table
//! that is written and read again. What is rare (rejects, records that wait) goes through one, in the binary
//! form of COPY, written here and not by the driver's own writer, which would hold the connection while the
//! next batch is being filled. Everything in either is sealed, keyed or an id: parameters and a TEMP table's
//! rows may stand in the server's log when a statement fails.

use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

use super::column::Column;
use super::known::Key16;

/// What a row of the TEMP table is. The numbers stand in the SQL of `writer`.
#[derive(Clone, Copy)]
#[repr(i16)]
pub(super) enum Kind {
    Reject = 3,
    LinkTask = 4,
    /// What a record now says on which a human has decided.
    Decided = 5,
}

pub(super) const CREATE: &str = "CREATE TEMP TABLE stage (
    kind smallint NOT NULL,
    row_id uuid,
    line integer,
    label text,
    part bytea,
    record_key bytea,
    row_hash bytea,
    body bytea
) ON COMMIT DROP";

pub(super) const COPY: &str = "COPY stage FROM STDIN (FORMAT binary)";

const COLUMNS: i16 = 8;

/// The signature, then no flags and no extension (PostgreSQL manual, COPY, “Binary Format”).
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

const TRAILER: i16 = -1;

/// Where a batch is full, in bytes: enough to spread a statement's cost, little enough for a processor's cache.
const FULL: usize = 1 << 20;

/// Bytes that a row of arrays takes beside what is sealed: ids, keys, lengths.
const ROW: usize = 160;

/// The columns of one row of the TEMP table; what is `None` is NULL.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub row: Option<Uuid>,
    pub line: Option<i32>,
    pub label: Option<&'a str>,
    pub part: Option<&'a Key16>,
    pub record_key: Option<&'a Key16>,
    pub row_hash: Option<&'a Key16>,
    pub body: Option<&'a [u8]>,
}

/// Key sets, sealed, by whose they are.
#[derive(Debug, Default)]
pub(super) struct Keysets {
    pub subjects: Column,
    pub sealed: Column,
}

/// Packs, column by column.
#[derive(Debug, Default)]
pub(super) struct Packs {
    pub subjects: Column,
    pub categories: Column,
    pub ids: Column,
    pub lines: Column,
    pub record_keys: Column,
    pub row_hashes: Column,
    pub bodies: Column,
    pub whereabouts: Column,
}

/// Rows on their way.
#[derive(Default)]
pub(super) struct Batch {
    /// People whom the town did not know until now.
    pub persons: Column,
    /// Numbers, and whose they are.
    pub numbers: Vec<(Key16, Uuid)>,
    /// Numbers of other systems, whose they are, and the record that says so.
    pub taught: Vec<(Key16, Uuid, Key16)>,
    /// Households that the town did not know until now: their numbers and they.
    pub households: Vec<(Key16, Uuid)>,
    /// Households, and who is in them from now on.
    pub members: (Column, Column),
    /// Keys of people whom the town did not know.
    pub new_keys: Keysets,
    /// Keys of those who had some, also of one who came earlier in the same load.
    pub grown_keys: Keysets,
    pub packs: Packs,
    stage: BytesMut,
    kinds: u16,
    /// About what all of it weighs.
    weight: usize,
}

impl Batch {
    pub fn push(&mut self, kind: Kind, row: &Row<'_>) {
        if self.kinds == 0 {
            self.stage.put_slice(HEADER);
        }
        self.kinds |= 1 << kind as i16;
        let before = self.stage.len();
        self.stage.put_i16(COLUMNS);
        self.field(Some(&(kind as i16).to_be_bytes()));
        self.field(row.row.as_ref().map(|id| id.as_bytes().as_slice()));
        self.field(row.line.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
        self.field(row.label.map(str::as_bytes));
        for key in [row.part, row.record_key, row.row_hash] {
            self.field(key.map(Key16::as_slice));
        }
        self.field(row.body);
        self.weight += self.stage.len() - before;
    }

    /// Counts a row of arrays, with what is sealed in it.
    pub const fn weighs(&mut self, sealed: usize) {
        self.weight += ROW + sealed;
    }

    pub const fn is_full(&self) -> bool {
        self.weight >= FULL
    }

    /// Whether there is a row of one of these kinds: a statement for one that is not there would read the
    /// stage for nothing.
    pub fn any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.kinds & (1 << *kind as i16) != 0)
    }

    pub const fn is_empty(&self) -> bool {
        self.weight == 0
    }

    /// The stream for the TEMP table, if there is anything for it.
    pub fn stream(&mut self) -> Option<Bytes> {
        let mut stream = std::mem::take(&mut self.stage);
        stream.put_i16(TRAILER);
        (self.kinds != 0).then(|| stream.freeze())
    }

    /// A field's length and bytes. None comes near the two gigabytes of a length's range: a line of a
    /// file is bounded by its layout; one that did would be refused by the server as a broken row.
    fn field(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) => {
                self.stage.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
                self.stage.put_slice(value);
            }
            None => self.stage.put_i32(-1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_every_column_of_the_table_in_its_order() {
        assert_eq!(CREATE.matches(",\n").count() + 1, usize::try_from(COLUMNS).unwrap());
        let mut batch = Batch::default();
        assert!(batch.is_empty() && batch.stream().is_none());
        batch.push(Kind::Reject, &Row { line: Some(7), label: Some("ab"), ..Row::default() });
        assert!(batch.any(&[Kind::LinkTask, Kind::Reject]) && !batch.any(&[Kind::LinkTask]));
        assert!(!batch.is_empty() && !batch.is_full());
        let stream = batch.stream().unwrap();
        let row = stream.get(HEADER.len()..).unwrap();
        let mut expected = vec![0, 8, 0, 0, 0, 2, 0, 3];
        let null = [0xff; 4];
        expected.extend(null);
        expected.extend([0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 2, b'a', b'b']);
        expected.extend(null.repeat(4));
        expected.extend([0xff, 0xff]);
        assert_eq!(row, expected);
    }
}
