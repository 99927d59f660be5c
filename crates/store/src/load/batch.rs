//! One batch of staged rows, in the binary form of COPY, and the TEMP table it goes to. The rows are
//! written here and not by the driver's own writer, which would hold the connection while the next
//! batch is being filled. Everything in them is sealed, keyed or an id: a TEMP table's rows may stand in
//! the server's log when a statement fails.

use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

use super::known::Key16;

/// What a staged row is. The numbers stand in the SQL of `apply`.
#[derive(Clone, Copy)]
#[repr(i16)]
pub(super) enum Kind {
    /// What changes about a subject: number, household, keys.
    Subject = 0,
    /// A subject the town did not know until now.
    Newcomer = 1,
    Pack = 2,
    Reject = 3,
    LinkTask = 4,
    /// What a record now says on which a human has decided.
    Decided = 5,
}

pub(super) const CREATE: &str = "CREATE TEMP TABLE stage (
    kind smallint NOT NULL,
    subject_id uuid,
    row_id uuid,
    household_id uuid,
    category smallint,
    line integer,
    label text,
    number bytea,
    household_number bytea,
    part bytea,
    record_key bytea,
    row_hash bytea,
    keyset bytea,
    body bytea,
    whereabouts bytea
) ON COMMIT DROP";

pub(super) const COPY: &str = "COPY stage FROM STDIN (FORMAT binary)";

const COLUMNS: i16 = 15;

/// The signature, then no flags and no extension (PostgreSQL manual, COPY, “Binary Format”).
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

const TRAILER: i16 = -1;

/// Where a batch is full, in bytes: enough to spread a statement's cost, little enough to stay in the
/// server's temporary buffers (8 MB unless configured).
const FULL: usize = 4 << 20;

/// The columns of one row; what is `None` is NULL.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub subject: Option<Uuid>,
    pub row: Option<Uuid>,
    pub household: Option<Uuid>,
    pub category: Option<i16>,
    pub line: Option<i32>,
    pub label: Option<&'a str>,
    pub number: Option<&'a Key16>,
    pub household_number: Option<&'a Key16>,
    pub part: Option<&'a Key16>,
    pub record_key: Option<&'a Key16>,
    pub row_hash: Option<&'a Key16>,
    pub keyset: Option<&'a [u8]>,
    pub body: Option<&'a [u8]>,
    pub whereabouts: Option<&'a [u8]>,
}

/// Rows on their way.
pub(super) struct Batch {
    bytes: BytesMut,
    kinds: u16,
}

impl Batch {
    pub fn new() -> Self {
        let mut bytes = BytesMut::with_capacity(FULL + FULL / 8);
        bytes.put_slice(HEADER);
        Self { bytes, kinds: 0 }
    }

    pub fn push(&mut self, kind: Kind, row: &Row<'_>) {
        self.kinds |= 1 << kind as i16;
        self.bytes.put_i16(COLUMNS);
        self.field(Some(&(kind as i16).to_be_bytes()));
        self.field(row.subject.as_ref().map(|id| id.as_bytes().as_slice()));
        self.field(row.row.as_ref().map(|id| id.as_bytes().as_slice()));
        self.field(row.household.as_ref().map(|id| id.as_bytes().as_slice()));
        self.field(row.category.map(i16::to_be_bytes).as_ref().map(<[u8; 2]>::as_slice));
        self.field(row.line.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
        self.field(row.label.map(str::as_bytes));
        for key in [row.number, row.household_number, row.part, row.record_key, row.row_hash] {
            self.field(key.map(Key16::as_slice));
        }
        for boxed in [row.keyset, row.body, row.whereabouts] {
            self.field(boxed);
        }
    }

    pub fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }

    /// Whether there is a row of one of these kinds: a statement for one that is not there would read the
    /// stage for nothing.
    pub fn any(&self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.kinds & (1 << *kind as i16) != 0)
    }

    pub fn is_empty(&self) -> bool {
        self.kinds == 0
    }

    /// The whole stream.
    pub fn finish(mut self) -> Bytes {
        self.bytes.put_i16(TRAILER);
        self.bytes.freeze()
    }

    /// A field's length and bytes. None comes near the two gigabytes of a length's range: a line of a
    /// file is bounded by its layout; one that did would be refused by the server as a broken row.
    fn field(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) => {
                self.bytes.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
                self.bytes.put_slice(value);
            }
            None => self.bytes.put_i32(-1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_every_column_of_the_table_in_its_order() {
        assert_eq!(CREATE.matches(",\n").count() + 1, usize::try_from(COLUMNS).unwrap());
        let mut batch = Batch::new();
        batch.push(Kind::Reject, &Row { line: Some(7), label: Some("ab"), ..Row::default() });
        assert!(batch.any(&[Kind::Pack, Kind::Reject]) && !batch.any(&[Kind::Pack]));
        let stream = batch.finish();
        let row = stream.get(HEADER.len()..).unwrap();
        let mut expected = vec![0, 15, 0, 0, 0, 2, 0, 3];
        let null = [0xff; 4];
        expected.extend(null.repeat(4));
        expected.extend([0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 2, b'a', b'b']);
        expected.extend(null.repeat(8));
        expected.extend([0xff, 0xff]);
        assert_eq!(row, expected);
    }
}
