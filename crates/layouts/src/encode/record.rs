//! The parts of a file that are no rows: its columns, the quoting of a line, records of one length.

use crate::decode::declared;
use crate::layout::{Layout, RecordKinds};

/// The columns of a file with a header: in the order of the fields, then those nobody takes.
pub(super) fn columns(layout: &Layout) -> Vec<String> {
    let Some(table) = layout.form.table().filter(|_| layout.form.has_header()) else { return Vec::new() };
    let mut columns: Vec<String> = declared(&layout.fields).into_iter().map(str::to_owned).collect();
    columns.extend(table.ignored.iter().cloned());
    columns
}

pub(super) fn joined(cells: &[Vec<u8>], delimiter: u8) -> Vec<u8> {
    let mut record = Vec::new();
    for (n, cell) in cells.iter().enumerate() {
        if n > 0 {
            record.push(delimiter);
        }
        let plain = !cell.iter().any(|byte| matches!(byte, b'"' | b'\r' | b'\n') || *byte == delimiter);
        // A record of one empty cell would be a blank line.
        if plain && (!cell.is_empty() || cells.len() > 1) {
            record.extend_from_slice(cell);
            continue;
        }
        record.push(b'"');
        for byte in cell {
            if *byte == b'"' {
                record.push(b'"');
            }
            record.push(*byte);
        }
        record.push(b'"');
    }
    record
}

/// A record of blanks with its type.
pub(super) fn mark(record_length: usize, kinds: &RecordKinds, code: &str) -> Vec<u8> {
    let mut record = vec![b' '; record_length];
    for (place, byte) in record.iter_mut().skip(kinds.start).zip(code.bytes()) {
        *place = byte;
    }
    record
}
