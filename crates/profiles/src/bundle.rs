//! The files of a `tenants/` folder as a map from path to bytes. Pure: whoever runs the platform reads
//! the disk or the upload and hands the map in, and what is applied is kept as the same map.

use std::collections::BTreeMap;

use kernel::digest::Digester;
use kernel::{Code, Digest, Fault};
use serde::{Deserialize, Serialize};

/// The folder that holds what the cooperative shares.
pub const COOPERATIVE: &str = "cooperative";

/// Largest configuration file, bytes. The largest real ones are code lists of a few thousand lines.
pub const MAX_FILE: usize = 1 << 20;

/// Every file of a `tenants/` folder: path from that folder, `/` between its parts, to content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle(BTreeMap<String, Vec<u8>>);

impl Bundle {
    /// The bundle of these files. Files that say nothing (dot-files, `README.md`) are left out.
    #[must_use]
    pub fn new(mut files: BTreeMap<String, Vec<u8>>) -> Self {
        files.retain(|path, _| says_something(path));
        Self(files)
    }

    /// The content of one file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    /// The paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The folders that are towns, sorted.
    #[must_use]
    pub fn towns(&self) -> Vec<&str> {
        let mut towns: Vec<_> =
            self.paths().filter_map(|path| path.split_once('/')).map(|(folder, _)| folder).collect();
        towns.dedup();
        towns.retain(|folder| *folder != COOPERATIVE);
        towns
    }

    /// The files of one town and the cooperative's, as they are kept when the town's profile is applied.
    /// Golden samples are no part of it: they check the folder and configure nothing.
    ///
    /// # Errors
    /// Files that are too large or not UTF-8; a town that is not there has only the cooperative's files.
    pub fn of_town(&self, slug: &str) -> Result<TownBundle, Vec<Fault>> {
        let mut faults = Vec::new();
        let files = self
            .paths()
            .filter(|path| {
                let folder = path.split('/').next();
                folder.is_some_and(|folder| folder == COOPERATIVE || folder == slug) && !is_sample(path)
            })
            .filter_map(|path| match self.text(path) {
                Ok(text) => Some((path.to_owned(), text?.to_owned())),
                Err(fault) => {
                    faults.push(fault);
                    None
                }
            })
            .collect();
        if faults.is_empty() { Ok(TownBundle { slug: slug.to_owned(), files }) } else { Err(faults) }
    }

    /// One file as text, without a byte order mark; `None` when it is not there.
    ///
    /// # Errors
    /// `file_too_large`; `wrong_encoding` with the first bad line.
    pub(crate) fn text(&self, path: &str) -> Result<Option<&str>, Fault> {
        let Some(bytes) = self.get(path) else { return Ok(None) };
        if bytes.len() > MAX_FILE {
            return Err(Fault::new(Code::FileTooLarge).with("limit", MAX_FILE).at_line(path, 1, None));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(text))),
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                let fault = Fault::new(Code::WrongEncoding).with("expected", "UTF-8").with("line", line);
                Err(fault.at_line(path, line, None))
            }
        }
    }

    /// The files of `folder` with this extension: path and the name without folder and extension.
    pub(crate) fn in_folder<'b>(
        &'b self,
        folder: &'b str,
        extension: &'b str,
    ) -> impl Iterator<Item = (&'b str, &'b str)> {
        self.paths().filter_map(move |path| {
            let name =
                path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(extension)?.strip_suffix('.')?;
            Some((path, name))
        })
    }
}

/// What says nothing: dot-files and READMEs.
fn says_something(path: &str) -> bool {
    let mut parts = path.split('/');
    let hidden = parts.clone().any(|part| part.starts_with('.'));
    let second = parts.nth(1);
    !hidden && second.is_some() && second != Some("README.md")
}

/// What checks the configuration and is none: a town's `samples/` and `expect/`.
pub(crate) fn is_sample(path: &str) -> bool {
    matches!(path.split('/').nth(1), Some("samples" | "expect"))
}

/// The files that make up one applied profile: the town's own and the cooperative's. What runs is read
/// from here, never from the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TownBundle {
    slug: String,
    files: BTreeMap<String, String>,
}

impl TownBundle {
    /// The town's folder name.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// Path to content, sorted by path.
    #[must_use]
    pub const fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// SHA-256 over every path and content in order of path, each preceded by its length in bytes (8
    /// bytes, big-endian), so that nothing can move between a path and a content unseen.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digester = Digester::default();
        for (path, content) in &self.files {
            for piece in [path, content] {
                digester.update(&u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes());
                digester.update(piece.as_bytes());
            }
        }
        digester.finish()
    }

    /// Bytes of all contents.
    #[must_use]
    pub fn size(&self) -> usize {
        self.files.values().map(String::len).sum()
    }

    /// The files as a bundle, to be read and checked again.
    #[must_use]
    pub fn to_bundle(&self) -> Bundle {
        Bundle(self.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect())
    }
}
