//! Reads a TOML file by hand, so that every error of the file is reported at once with file and line.
//!
//! A [`Doc`] is the parsed file and the faults found so far; a [`TableReader`] is one table of it. Ask
//! the reader for every key it may hold, each with its type. What is missing or of the wrong type
//! becomes a fault and `None`; when the reader goes out of scope, keys nobody asked for are faults that
//! list the ones asked for. So **ask for all keys first and combine afterwards**: an early return
//! between two questions would make the second key unknown.
//!
//! ```
//! use layouts::config::reader::Doc;
//!
//! let doc = Doc::parse("town.toml", "name = 5\nslug = \"oi\"\ncolour = 1\n")?;
//! {
//!     let mut root = doc.root();
//!     let (name, slug) = (root.need::<String>("name"), root.need::<String>("slug"));
//!     assert!(name.is_none());
//!     assert_eq!(slug.map(|slug| (slug.value, slug.spot.line())), Some(("oi".to_owned(), 2)));
//! }
//! let codes: Vec<_> = doc.into_faults().iter().map(|fault| fault.code().as_str()).collect();
//! assert_eq!(codes, ["config_invalid_value", "config_unknown_key"]);
//! # Ok::<(), Vec<kernel::Fault>>(())
//! ```

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use kernel::{Code, Fault, Place};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{FromNode, Node};
use super::sketch::{Sketch, Spelt};
pub use super::spot::{At, Spot};

/// One configuration file, parsed, with the faults found in it so far.
pub struct Doc<'t> {
    file: Arc<str>,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    faults: RefCell<Vec<Fault>>,
    undecided: Cell<bool>,
    sketch: Option<Sketch>,
}

impl<'t> Doc<'t> {
    /// Parses `text`; `file` is the name under which faults report it.
    ///
    /// # Errors
    /// One `config_syntax` for each place where the text is not TOML. Nothing else is checked then.
    pub fn parse(file: &str, text: &'t str) -> Result<Self, Vec<Fault>> {
        let file: Arc<str> = file.into();
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(Self {
                file,
                text,
                root,
                faults: RefCell::default(),
                undecided: Cell::new(false),
                sketch: None,
            });
        }
        Err(errors
            .iter()
            .map(|error| {
                let line = line_of(text, error.span().map_or(0, |span| span.start));
                let why = error.message();
                let fault = Fault::new(Code::ConfigSyntax).with("file", &file).with("line", line);
                fault
                    .with_words("why", &format!("TOML の書き方の誤り（{why}）"), why)
                    .at_line(&*file, line, None)
            })
            .collect())
    }

    /// No file, but what its reader asks for.
    pub(super) fn drawn(sketch: Sketch) -> Self {
        let root = Spanned::new(0..0, DeTable::new());
        let (file, faults, undecided) = ("".into(), RefCell::default(), Cell::new(false));
        Self { file, text: "", root, faults, undecided, sketch: Some(sketch) }
    }

    /// The file's top table.
    #[must_use]
    pub fn root(&self) -> TableReader<'_> {
        let spot = Spot::new(Arc::clone(&self.file), 1, "");
        TableReader {
            doc: Parser {
                file: &self.file,
                text: self.text,
                faults: &self.faults,
                undecided: &self.undecided,
            },
            table: self.root.get_ref(),
            spot,
            asked: Vec::new(),
            sketch: self.sketch.clone(),
        }
    }

    /// Adds a fault found by a check of the caller's.
    pub fn report(&self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }

    /// Whether anything that was asked for has still to be decided. What follows from it is then no fault of
    /// its own.
    #[must_use]
    pub const fn is_undecided(&self) -> bool {
        self.undecided.get()
    }

    /// Every fault found, by line.
    #[must_use]
    pub fn into_faults(self) -> Vec<Fault> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| match fault.place() {
            Some(Place::Line { line, .. }) => *line,
            _ => 0,
        });
        faults
    }
}

/// What every reader and node of one file shares.
#[derive(Clone, Copy)]
pub(super) struct Parser<'d> {
    file: &'d Arc<str>,
    text: &'d str,
    faults: &'d RefCell<Vec<Fault>>,
    undecided: &'d Cell<bool>,
}

impl Parser<'_> {
    pub(super) fn note_undecided(self) {
        self.undecided.set(true);
    }

    pub(super) fn report(self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }

    pub(super) fn spot(self, offset: usize, key: &str) -> Spot {
        Spot::new(Arc::clone(self.file), line_of(self.text, offset), key)
    }
}

fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    u32::try_from(memchr::memchr_iter(b'\n', before).count()).unwrap_or(u32::MAX).saturating_add(1)
}

/// One table of a file. Keys not asked for by the time it goes out of scope are faults.
pub struct TableReader<'d> {
    doc: Parser<'d>,
    table: &'d DeTable<'d>,
    spot: Spot,
    asked: Vec<&'static str>,
    sketch: Option<Sketch>,
}

impl<'d> TableReader<'d> {
    pub(super) fn new(doc: Parser<'d>, table: &'d DeTable<'d>, spot: Spot) -> Self {
        Self { doc, table, spot, asked: Vec::new(), sketch: None }
    }

    pub(super) fn drawn(doc: Parser<'d>, sketch: Sketch, spot: Spot) -> Self {
        let table = EMPTY.get_or_init(DeTable::new);
        Self { doc, table, spot, asked: Vec::new(), sketch: Some(sketch) }
    }

    /// Where the table begins; its key is the table's path, empty for the top table.
    #[must_use]
    pub const fn spot(&self) -> &Spot {
        &self.spot
    }

    /// Adds a fault found by a check of the caller's.
    pub fn report(&self, fault: Fault) {
        self.doc.report(fault);
    }

    /// Whether `key` stands here. Does not count as asking for it.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The raw node of `key`, for shapes that the other questions do not cover.
    pub fn node(&mut self, key: &'static str) -> Option<Node<'d>> {
        self.asked.push(key);
        if let Some(sketch) = &self.sketch {
            return Some(Node::drawn(self.doc, sketch.key(key), self.spot.clone()));
        }
        let (offset, value) = self.find(key)?;
        Some(Node::new(self.doc, value, self.doc.spot(offset, &self.path(key))))
    }

    /// The value of `key`, if it stands here and is a `T`; of another type is a fault. `T` is `String`,
    /// `bool`, an integer, `NaiveDate` (a TOML date or the same as text) or a `Vec<At<_>>` of these.
    pub fn get<T: FromNode>(&mut self, key: &'static str) -> Option<At<T>> {
        self.node(key)?.read()
    }

    /// Like [`get`](Self::get), and absence is a fault.
    pub fn need<T: FromNode>(&mut self, key: &'static str) -> Option<At<T>> {
        self.need_node(key)?.read()
    }

    /// The text of `key` read by `T`'s `FromStr`; what that refuses is a fault with its message.
    pub fn parsed<T: FromStr<Err: Display> + Spelt>(&mut self, key: &'static str) -> Option<At<T>> {
        self.node(key)?.parsed()
    }

    /// Like [`parsed`](Self::parsed), and absence is a fault.
    pub fn need_parsed<T: FromStr<Err: Display> + Spelt>(&mut self, key: &'static str) -> Option<At<T>> {
        self.need_node(key)?.parsed()
    }

    /// The text of `key` as one of `choices`; any other is a fault that lists them.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<At<T>> {
        self.node(key)?.choice(choices)
    }

    /// Like [`choice`](Self::choice), and absence is a fault.
    pub fn need_choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<At<T>> {
        self.need_node(key)?.choice(choices)
    }

    /// The table `key` (`[key]` or inline).
    pub fn table(&mut self, key: &'static str) -> Option<TableReader<'d>> {
        self.node(key)?.table()
    }

    /// Like [`table`](Self::table), and absence is a fault.
    pub fn need_table(&mut self, key: &'static str) -> Option<TableReader<'d>> {
        self.need_node(key)?.table()
    }

    /// The tables of `[[key]]`, in the order of the file; none when it does not stand here.
    pub fn tables(&mut self, key: &'static str) -> Vec<TableReader<'d>> {
        self.node(key).map(Node::items).unwrap_or_default().into_iter().filter_map(Node::table).collect()
    }

    /// The entries of a table whose keys are the file's to choose, in the order of the file.
    pub fn entries(&mut self, key: &'static str) -> Vec<(String, Node<'d>)> {
        self.node(key).map(Node::entries).unwrap_or_default()
    }

    /// Every entry of this very table, in the order of the file; all its keys count as asked for.
    #[must_use]
    pub fn all_entries(mut self) -> Vec<(String, Node<'d>)> {
        let (doc, table, spot) = (self.doc, self.table, self.spot.clone());
        self.table = EMPTY.get_or_init(DeTable::new);
        entries_of(doc, table, &spot)
    }

    /// Says that a key has to be there whose absence the caller reports in words of its own.
    pub fn needs(&self, key: &'static str) {
        if let Some(sketch) = &self.sketch {
            sketch.needs(key);
        }
    }

    fn need_node(&mut self, key: &'static str) -> Option<Node<'d>> {
        self.needs(key);
        let node = self.node(key);
        if node.is_none() {
            self.report(self.spot.missing(&self.path(key)));
        }
        node
    }

    fn find(&self, key: &str) -> Option<(usize, &'d Spanned<DeValue<'d>>)> {
        self.table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(name, value)| (name.span().start, value))
    }

    fn path(&self, key: &str) -> String {
        path_of(&self.spot, key)
    }
}

static EMPTY: std::sync::OnceLock<DeTable<'static>> = std::sync::OnceLock::new();

fn path_of(table: &Spot, key: &str) -> String {
    if table.key().is_empty() { key.to_owned() } else { format!("{}.{key}", table.key()) }
}

pub(super) fn entries_of<'d>(
    doc: Parser<'d>,
    table: &'d DeTable<'d>,
    spot: &Spot,
) -> Vec<(String, Node<'d>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
        .into_iter()
        .map(|(name, value)| {
            let spot = doc.spot(name.span().start, &path_of(spot, name.get_ref()));
            (name.get_ref().to_string(), Node::new(doc, value, spot))
        })
        .collect()
}

impl Drop for TableReader<'_> {
    fn drop(&mut self) {
        for (name, _) in self.table.iter().filter(|(name, _)| !self.asked.contains(&name.get_ref().as_ref()))
        {
            let path = self.path(name.get_ref());
            let spot = self.doc.spot(name.span().start, &path);
            self.report(spot.fault(Code::ConfigUnknownKey).with("known", self.asked.join(", ")));
        }
    }
}
