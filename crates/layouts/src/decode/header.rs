//! The header of a table against the layout: which field stands in which cell.

use kernel::{Code, Fault};
use smallvec::SmallVec;

use super::cells::Cells;
use crate::layout::{CsvForm, Field, Form, Header, Layout, Slot, TableForm};
use crate::suggest;
use crate::text::{Encoding, trim};

/// Columns that a message names.
const TOLD: usize = 50;

/// The cell of each column of a field; constants have none.
type Places = SmallVec<[Option<usize>; 1]>;

/// Where each field stands, and how many cells a row has.
pub(super) struct Columns {
    of: Vec<Places>,
    pub count: usize,
}

/// A header that does not fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub missing: Vec<String>,
    pub extra: Vec<String>,
    /// How many of the declared columns are there.
    pub found: usize,
}

impl Columns {
    /// Of a file without header.
    pub fn by_position(layout: &Layout) -> Self {
        let cell = |slot: &Slot| match slot {
            Slot::Position(position) => Some(*position),
            _ => None,
        };
        let count = layout.form.table().map_or(0, |table| table.columns);
        Self { of: layout.fields.iter().map(|field| field.slots().map(cell).collect()).collect(), count }
    }

    /// From the names in a header.
    pub fn by_names(layout: &Layout, table: &TableForm, names: &[String]) -> Result<Self, Mismatch> {
        let declared: Vec<&str> = declared(&layout.fields);
        let stands = |name: &&str| names.iter().any(|found| found == name);
        let known =
            |name: &str| declared.contains(&name) || table.ignored.iter().any(|ignored| ignored == name);
        let exact = table.header == Header::Exact;
        // A sheet's table may stand anywhere in it, and have empty columns.
        let is_sheet = matches!(layout.form, Form::Sheet(_));
        let mut missing: Vec<String> =
            declared.iter().filter(|name| !stands(name)).map(|name| (*name).to_owned()).collect();
        if exact {
            missing.extend(table.ignored.iter().filter(|name| !stands(&name.as_str())).cloned());
        }
        let mut extra = Vec::new();
        for (n, name) in names.iter().enumerate() {
            let twice =
                names.iter().take(n).any(|earlier| earlier == name) && declared.contains(&name.as_str());
            if twice || (exact && !known(name) && !(is_sheet && name.is_empty())) {
                extra.push(name.clone());
            }
        }
        if !missing.is_empty() || !extra.is_empty() {
            let found = declared.iter().filter(|name| stands(name)).count();
            return Err(Mismatch { missing, extra, found });
        }
        let cell = |slot: &Slot| match slot {
            Slot::Column(column) => names.iter().position(|name| name == column),
            _ => None,
        };
        let of = layout.fields.iter().map(|field| field.slots().map(cell).collect()).collect();
        Ok(Self { of, count: names.len() })
    }

    /// The cell of column `nth` of field `n`.
    pub fn cell(&self, n: usize, nth: usize) -> Option<usize> {
        self.of.get(n)?.get(nth).copied().flatten()
    }
}

/// The names in a CSV header, already cut into `cells`; `None` when it is not text.
pub(super) fn names(form: &CsvForm, encoding: Encoding, record: &[u8], cells: &Cells) -> Option<Vec<String>> {
    let names: Option<Vec<String>> =
        cells.iter(record).map(|cell| encoding.decode(cell).map(|name| trim(&name).to_owned())).collect();
    let mut names = names?;
    if form.trailing_comma && names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    Some(names)
}

/// The names of a header in two rows: `健診_身長` where 健診 stands over 身長 and its neighbours, one name
/// where only one of the two rows has one.
pub(crate) fn joined(upper: &[String], lower: &[String]) -> Vec<String> {
    let mut over = "";
    let name = |n: usize, names: &[String]| names.get(n).cloned().unwrap_or_default();
    (0..upper.len().max(lower.len()))
        .map(|n| {
            let (above, below) = (upper.get(n).map_or("", String::as_str), name(n, lower));
            if !above.is_empty() {
                // What stands alone, its cell joined with the one below, is over no neighbour.
                over = if below.is_empty() { "" } else { above };
            }
            match (over, below.is_empty()) {
                (_, true) => above.to_owned(),
                ("", false) => below,
                (over, false) => format!("{over}_{below}"),
            }
        })
        .collect()
}

/// The first of these versions that the header is of, with its columns.
///
/// # Errors
/// `header_mismatch` against the version that is in force.
pub(super) fn choose<'l>(
    versions: &[&'l Layout],
    names: &[String],
) -> Result<(&'l Layout, Columns), Mismatch> {
    let mut first = None;
    for layout in versions {
        let Some(table) = layout.form.table() else { continue };
        match Columns::by_names(layout, table, names) {
            Ok(columns) => return Ok((layout, columns)),
            Err(mismatch) => _ = first.get_or_insert(mismatch),
        }
    }
    Err(first.unwrap_or_default())
}

/// `header_mismatch` of a file in which no header was found: every declared column is missing.
pub(super) fn nowhere(versions: &[&Layout]) -> Fault {
    let declared = versions.first().map(|layout| declared(&layout.fields)).unwrap_or_default();
    Mismatch { missing: declared.into_iter().map(str::to_owned).collect(), ..Mismatch::default() }.fault()
}

/// The columns that the layout reads, each once.
pub(crate) fn declared(fields: &[Field]) -> Vec<&str> {
    let mut declared: Vec<&str> = Vec::new();
    for slot in fields.iter().flat_map(Field::slots) {
        if let Slot::Column(name) = slot
            && !declared.contains(&name.as_str())
        {
            declared.push(name);
        }
    }
    declared
}

impl Mismatch {
    /// `header_mismatch`, with the columns that are missing, the ones nobody expected, and which of these
    /// may be which of those.
    pub fn fault(&self) -> Fault {
        let words = |fault: Fault, name: &str, columns: &[String]| match columns {
            [] => fault.with_words(name, "なし", "none"),
            _ => {
                let told = columns.get(..TOLD).unwrap_or(columns);
                let (ja, en) = match columns.len() - told.len() {
                    0 => (String::new(), String::new()),
                    more => (format!("、ほか {more} 列"), format!(", {more} more")),
                };
                fault.with_words(name, &(told.join("、") + &ja), &(told.join(", ") + &en))
            }
        };
        let alike: Vec<String> = suggest::columns(&self.missing, &self.extra)
            .into_iter()
            .map(|pair| format!("{} → {}", pair.declared, pair.found))
            .collect();
        let fault = words(Fault::new(Code::HeaderMismatch), "missing", &self.missing);
        words(words(fault, "extra", &self.extra), "similar", &alike)
    }

    /// Of a header that is not there at all.
    pub fn absent(label: &str) -> Self {
        Self { missing: vec![label.to_owned()], ..Self::default() }
    }
}

/// Whether the layout knows its columns by their names in the file.
pub(super) fn is_named(layout: &Layout) -> bool {
    matches!(layout.form, Form::Csv(_) | Form::Sheet(_)) && layout.form.has_header()
}
