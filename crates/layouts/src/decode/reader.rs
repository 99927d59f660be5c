//! Reads one row: every field through its converter, every reason collected, then the row or the reject.

use kernel::{Code, Fault};

use super::DecodeOptions;
use super::assemble::{Assembly, GAP};
use super::keys::{Keys, LastLines};
use crate::cell::Cell;
use crate::convert::Converter;
use crate::layout::{Field, Layout, Mode, Slot, Target};
use crate::quality::Collector;
use crate::refusal::{Refusal, Where};
use crate::row::{Operation, Outcome, Reject, Row, Summary};

/// Separates the parts of a key: never in a cell, where control characters are refused.
const KEY_SEPARATOR: char = '\u{1f}';

/// What a date past its era is, whether it warns or is refused.
const OVERFLOW: Refusal = Refusal::Plain(Code::EraOverflow);

/// Gives the raw bytes of a column: the field by its index, and which of its columns.
pub(super) type RawCells<'c, 'r> = &'c dyn Fn(usize, usize) -> Result<&'r [u8], Refusal>;

/// Reads rows and counts them.
pub(super) struct RowReader<'l> {
    layout: &'l Layout,
    pub converter: Converter<'l>,
    options: &'l DecodeOptions,
    roles: Vec<Option<usize>>,
    keyed: Vec<Option<usize>>,
    unobserved: Vec<usize>,
    /// Of each observation whether a later one sees the same.
    again: Vec<bool>,
    keys: Keys,
    /// The last lines so far, where somebody wants to know them.
    pub noted: Option<LastLines>,
    pub quality: Collector,
    pub summary: Summary,
}

/// What is known of the key while a row is read.
#[derive(Default)]
struct KeyParts {
    texts: smallvec::SmallVec<[String; 2]>,
    read: usize,
    present: bool,
}

impl<'l> RowReader<'l> {
    pub fn new(layout: &'l Layout, options: &'l DecodeOptions) -> Self {
        let role = |field: &Field| match field.to {
            Target::Person(role, _) => layout.roles.iter().position(|known| *known == role),
            _ => None,
        };
        Self {
            layout,
            converter: Converter::new(layout, options.as_of),
            options,
            roles: layout.fields.iter().map(role).collect(),
            keyed: (0..layout.fields.len()).map(|n| layout.key.iter().position(|key| *key == n)).collect(),
            unobserved: layout.unobserved().collect(),
            again: Assembly::again(layout),
            keys: Keys::default(),
            noted: None,
            quality: Collector::new(layout, options.as_of),
            summary: Summary::default(),
        }
    }

    /// The layout it reads by.
    pub const fn layout(&self) -> &'l Layout {
        self.layout
    }

    /// Reads the row `raw` on `line`.
    pub fn read<'r>(&mut self, line: u32, raw: &'r [u8], cell: RawCells<'_, '_>) -> Outcome<'r> {
        let mut row = Assembly::new(self.layout);
        let mut key = KeyParts {
            texts: self.layout.key.iter().map(|_| String::new()).collect(),
            ..KeyParts::default()
        };
        let (mut reasons, mut warnings) = (Vec::new(), Vec::new());
        for (n, field) in self.layout.fields.iter().enumerate() {
            let value = match &field.slot {
                Slot::Constant(cell) => cell.clone(),
                _ => match self.converter.read(n, field, &|nth| cell(n, nth)) {
                    Ok(read) => {
                        self.quality.read(n, line, &read.cell);
                        if read.unknown {
                            let raw = cell(n, 0).unwrap_or_default();
                            let code = self.layout.encoding.cut_as().decode_lossy(raw);
                            self.quality.unknown(n, line, code.trim());
                        }
                        if read.overflow {
                            self.quality.overflowed(n, line);
                            warnings.push(self.tell(line, field, cell(n, 0).unwrap_or_default(), OVERFLOW));
                        }
                        read.cell
                    }
                    Err(refusal) => {
                        let fault = self.tell(line, field, cell(n, 0).unwrap_or_default(), refusal);
                        reasons.push((n, fault));
                        continue;
                    }
                },
            };
            if let Some(at) = self.keyed.get(n).copied().flatten() {
                key.take(at, &value);
            }
            self.place(&mut row, n, field, value);
        }
        let mut reasons = self.counting(line, &row, reasons);
        if reasons.is_empty()
            && let Err((role, step)) = row.join_steps()
        {
            reasons.push(self.gap(line, role, step, cell));
        }
        let read = key.is_whole(self.layout);
        let (key, overtaken_by) = self.key(line, key, &mut reasons);
        self.summary.rows += 1;
        if !reasons.is_empty() {
            self.summary.rejected += 1;
            return Outcome::Reject(Reject { line, key: read.then_some(key), reasons, raw: raw.to_vec() });
        }
        self.summary.accepted += 1;
        let observations = match row.operation {
            Operation::Upsert => row.observations(self.layout, self.options.as_of, &self.again),
            Operation::Close => Vec::new(),
        };
        let locals = self
            .unobserved
            .iter()
            .filter_map(|n| row.locals.get(*n))
            .map(|cell| cell.clone().datum())
            .collect();
        let (record, operation) = (row.record, row.operation);
        Outcome::Row(Row {
            line,
            raw,
            key,
            persons: row.persons(self.layout),
            record,
            operation,
            overtaken_by,
            observations,
            locals,
            warnings,
        })
    }

    /// The reasons that count. Of a record that ends, the row of a delta need say no more than its key.
    fn counting(&mut self, line: u32, row: &Assembly, reasons: Vec<(usize, Fault)>) -> Vec<Fault> {
        let ends = self.layout.mode == Mode::Delta && row.operation == Operation::Close;
        let mut counting = Vec::with_capacity(reasons.len());
        for (n, fault) in reasons {
            if ends && self.keyed.get(n).copied().flatten().is_none() {
                self.quality.passed_over(n, line);
            } else {
                self.quality.refused(n, line, &fault);
                counting.push(fault);
            }
        }
        counting
    }

    /// A row that could not be cut into cells.
    pub fn refuse<'r>(&mut self, line: u32, raw: &[u8], reason: Fault) -> Outcome<'r> {
        self.summary.rows += 1;
        self.summary.rejected += 1;
        self.quality.uncut(line, reason.code());
        let reason = reason.at_line(self.options.source.as_str(), line, None);
        Outcome::Reject(Reject { line, key: None, reasons: vec![reason], raw: raw.to_vec() })
    }

    fn place(&self, row: &mut Assembly, n: usize, field: &Field, value: Cell) {
        match field.to {
            Target::Person(_, part) => {
                let stated = !matches!(field.slot, Slot::Constant(_));
                if let Some(role) = self.roles.get(n).copied().flatten() {
                    row.person(role, part, value, stated);
                }
            }
            Target::Record(part) => row.time(part, &value),
            Target::Local(_) => row.locals.push(value),
        }
    }

    fn tell(&self, line: u32, field: &Field, raw: &[u8], refusal: Refusal) -> Fault {
        let (source, encoding) = (self.options.source.as_str(), self.layout.encoding.cut_as());
        refusal.tell(&Where { source, line, label: &field.label, raw, encoding })
    }

    fn gap(&self, line: u32, role: usize, step: usize, cell: RawCells<'_, '_>) -> Fault {
        let is_step =
            |field: &Field| matches!(field.to, Target::Person(_, part) if part.relation_step() == Some(step));
        let found = self
            .layout
            .fields
            .iter()
            .enumerate()
            .find(|(n, field)| is_step(field) && self.roles.get(*n).copied().flatten() == Some(role));
        found.map_or_else(
            || Fault::new(GAP),
            |(n, field)| self.tell(line, field, cell(n, 0).unwrap_or_default(), Refusal::Plain(GAP)),
        )
    }

    /// The key, and the reason when an earlier row has the same. A rejected row's key counts too: which
    /// of the two is right is not ours to say.
    /// In a delta, of which the last lines are known, the line that overtakes this one instead.
    fn key(&mut self, line: u32, mut parts: KeyParts, reasons: &mut Vec<Fault>) -> (String, Option<u32>) {
        let is_whole = parts.is_whole(self.layout);
        let key = match parts.texts.as_mut_slice() {
            [one] => std::mem::take(one),
            several => several.join(&*KEY_SEPARATOR.encode_utf8(&mut [0; 4])),
        };
        if !is_whole {
            return (key, None);
        }
        if let Some(noted) = &mut self.noted {
            noted.note(&key, line);
        }
        if let Some(last) = self.options.last_lines.as_ref().filter(|_| self.layout.mode == Mode::Delta) {
            let later = last.overtakes(&key, line);
            if later.is_some() {
                self.quality.duplicate(line);
            }
            return (key, later);
        }
        if let Some(first) = self.keys.seen(&key, line) {
            self.quality.duplicate(line);
            let label = self.layout.key_label();
            let fault =
                Fault::new(Code::DuplicateKey).with("line", line).with("first", first).with("column", &label);
            reasons.push(fault.at_line(self.options.source.as_str(), line, Some(label)));
        }
        (key, None)
    }
}

impl KeyParts {
    /// Whether every key field was read and one of them says something.
    fn is_whole(&self, layout: &Layout) -> bool {
        self.read == layout.key.len() && self.present
    }

    fn take(&mut self, at: usize, value: &Cell) {
        self.read += 1;
        self.present |= value.is_present();
        if let Some(text) = self.texts.get_mut(at) {
            value.write_key(text);
        }
    }
}
