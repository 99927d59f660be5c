//! One column of many rows as PostgreSQL takes an array: written value by value while the rows are made, and bound
//! as it is. The driver's own arrays would be made of values kept one by one, and written when they are bound.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

/// Dimensions of the array, and where it begins to count.
const ONE: i32 = 1;

/// A column.
#[derive(Debug, Default)]
pub(super) struct Column {
    count: i32,
    nulls: bool,
    /// Of each value its length and its bytes.
    bytes: Vec<u8>,
}

impl Column {
    /// Adds a value by its bytes: as they are for `uuid` and `bytea`, big-endian for numbers.
    pub fn push(&mut self, value: &[u8]) {
        self.write(|bytes| bytes.extend_from_slice(value));
    }

    /// Adds a value that is written in its place; gives how long it is.
    pub fn write(&mut self, value: impl FnOnce(&mut Vec<u8>)) -> usize {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        value(&mut self.bytes);
        let length = self.bytes.len() - at - 4;
        // None comes near two gigabytes; one that did would be refused by the server as a broken array.
        let told = i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes();
        if let Some(place) = self.bytes.get_mut(at..at + 4) {
            place.copy_from_slice(&told);
        }
        self.count += 1;
        length
    }

    /// Adds NULL.
    pub fn push_null(&mut self) {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        self.nulls = true;
        self.count += 1;
    }

    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<'v> FromIterator<&'v [u8]> for Column {
    fn from_iter<T: IntoIterator<Item = &'v [u8]>>(values: T) -> Self {
        let mut column = Self::default();
        values.into_iter().for_each(|value| column.push(value));
        column
    }
}

impl ToSql for Column {
    /// As `array_recv` reads it: dimensions, whether there are NULLs, the values' type, how many, the first's place.
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Kind::Array(member) = of.kind() else { return Err("a column is bound as an array".into()) };
        out.put_i32(ONE);
        out.put_i32(i32::from(self.nulls));
        out.put_u32(member.oid());
        out.put_i32(self.count);
        out.put_i32(ONE);
        out.put_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn accepts(of: &Type) -> bool {
        matches!(of.kind(), Kind::Array(_))
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The driver writes the same.
    #[test]
    fn a_column_is_the_drivers_array() {
        let values = [Some(&b"ab"[..]), None, Some(b"")];
        let (mut ours, mut theirs, mut column) = (BytesMut::new(), BytesMut::new(), Column::default());
        for value in values {
            match value {
                Some(value) => column.push(value),
                None => column.push_null(),
            }
        }
        assert_eq!(column.write(|bytes| bytes.push(7)), 1);
        column.to_sql(&Type::BYTEA_ARRAY, &mut ours).unwrap();
        let values: Vec<Option<&[u8]>> = values.into_iter().chain([Some(&[7][..])]).collect();
        values.to_sql(&Type::BYTEA_ARRAY, &mut theirs).unwrap();
        assert_eq!(ours, theirs);
        assert!(column.to_sql(&Type::BYTEA, &mut ours).is_err() && !Column::accepts(&Type::BYTEA));
    }
}
