//! Collects the faults of every file, so that whoever writes a town's folder sees all of them at once.

use kernel::{Code, Fault, Place};
use layouts::config::reader::Doc;

use crate::Bundle;

/// The faults found so far.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.0.extend(faults);
    }

    /// How many so far.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Every fault once, by file and line. A fault of a shared layout is found by each town that
    /// extends it.
    pub(crate) fn into_vec(self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::with_capacity(self.0.len());
        for fault in self.0 {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        faults.sort_by_key(|fault| match fault.place() {
            Some(Place::Line { file, line, .. }) => (file.clone(), *line),
            _ => (String::new(), 0),
        });
        faults
    }

    /// The result, its faults kept.
    pub(crate) fn keep<T>(&mut self, result: Result<T, Vec<Fault>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(faults) => {
                self.extend(faults);
                None
            }
        }
    }

    /// The text of a file that is there; one that cannot be read is a fault.
    pub(crate) fn text<'b>(&mut self, bundle: &'b Bundle, path: &str) -> Option<&'b str> {
        bundle.text(path).unwrap_or_else(|fault| {
            self.push(fault);
            None
        })
    }

    /// Reads one TOML file: `read` asks, and whatever it reports is collected. A file that is not there
    /// or is no TOML gives `None`.
    pub(crate) fn read_toml<T>(
        &mut self,
        bundle: &Bundle,
        path: &str,
        read: impl FnOnce(&Doc<'_>) -> T,
    ) -> Option<T> {
        let text = self.text(bundle, path)?;
        match Doc::parse(path, text) {
            Ok(doc) => {
                let result = read(&doc);
                self.extend(doc.into_faults());
                Some(result)
            }
            Err(faults) => {
                self.extend(faults);
                None
            }
        }
    }

    /// A file that has to be there and is not.
    pub(crate) fn missing_file(&mut self, path: &str) {
        let fault = Fault::new(Code::ConfigMissingKey).with("file", path).with("line", 1).with("key", path);
        self.push(fault.at_line(path, 1, None));
    }

    /// A file in a place where none is read.
    pub(crate) fn stray_file(&mut self, path: &str, known: &str) {
        let fault = Fault::new(Code::ConfigUnknownKey).with("file", path).with("line", 1);
        self.push(fault.with("key", path).with("known", known).at_line(path, 1, None));
    }

    /// A file named after something that does not exist.
    pub(crate) fn dangling_file(&mut self, path: &str, target: &str) {
        let fault = Fault::new(Code::ConfigReference).with("file", path).with("line", 1).with("key", path);
        self.push(fault.with("target", target).at_line(path, 1, None));
    }
}
