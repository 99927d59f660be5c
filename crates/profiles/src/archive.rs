//! A `tenants/` folder as an operations lead sends it: packed as .zip or .tar.gz. Nothing of it touches a
//! disk, and nothing an archive says of itself is believed: entries and bytes are counted as they come out.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;
use kernel::{Code, Fault};
use tar::EntryType;
use zip::ZipArchive;

use crate::Bundle;

/// Entries an archive may have, folders included. All members' folders together are about 400.
pub const MAX_ENTRIES: usize = 2_000;

/// Bytes an archive may hold once unpacked: 16 MiB. The largest town's folder with the cooperative's is a
/// twentieth of it.
pub const MAX_INFLATED: u64 = 16 << 20;

/// Bytes of a tar stream beside the contents: an entry has a header, padding, and perhaps a long name with
/// the same.
const MAX_STREAM: u64 = MAX_INFLATED + MAX_ENTRIES as u64 * 2_048;

impl Bundle {
    /// Unpacks a .zip of a `tenants/` folder, or of the folders in it.
    ///
    /// # Errors
    /// `bundle_unreadable`; `bundle_unsafe_path` for an entry that leads out of its folder, is a link or
    /// stands twice; `bundle_too_large` beyond [`MAX_ENTRIES`] or [`MAX_INFLATED`].
    pub fn from_zip(bytes: &[u8]) -> Result<Self, Fault> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| no_archive("zip"))?;
        let mut unpacked = Unpacked::default();
        for at in 0..archive.len() {
            unpacked.count()?;
            let entry = archive.by_index(at).map_err(|_| no_archive("zip"))?;
            let path = entry.name().map_err(|_| no_archive("zip"))?.into_owned();
            if entry.is_symlink() {
                return Err(link(&path));
            }
            if !entry.is_dir() {
                unpacked.take(&path, entry)?;
            }
        }
        Ok(unpacked.into_bundle())
    }

    /// Unpacks a .tar.gz of a `tenants/` folder, or of the folders in it.
    ///
    /// # Errors
    /// As [`Self::from_zip`].
    pub fn from_tar_gz(bytes: &[u8]) -> Result<Self, Fault> {
        let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(MAX_STREAM));
        let unpacked = untar(&mut archive);
        // Where the stream was cut, whatever followed from it is the cut's doing.
        if archive.into_inner().limit() == 0 {
            return Err(too_large());
        }
        unpacked.map(Unpacked::into_bundle)
    }
}

fn untar<R: Read>(archive: &mut tar::Archive<R>) -> Result<Unpacked, Fault> {
    let unreadable = |_| no_archive("tar.gz");
    let mut unpacked = Unpacked::default();
    for entry in archive.entries().map_err(unreadable)? {
        unpacked.count()?;
        let entry = entry.map_err(unreadable)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => unpacked.take(&path, entry)?,
            // A folder, or what a packer says of the whole archive.
            EntryType::Directory | EntryType::XGlobalHeader => {}
            _ => return Err(link(&path)),
        }
    }
    Ok(unpacked)
}

/// What has come out so far.
#[derive(Default)]
struct Unpacked {
    files: BTreeMap<String, Vec<u8>>,
    entries: usize,
    inflated: u64,
}

impl Unpacked {
    fn count(&mut self) -> Result<(), Fault> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES { Err(too_large()) } else { Ok(()) }
    }

    fn take(&mut self, path: &str, content: impl Read) -> Result<(), Fault> {
        let path = inside(path)?;
        let mut bytes = Vec::new();
        let room = MAX_INFLATED.saturating_sub(self.inflated);
        let read = content.take(room.saturating_add(1)).read_to_end(&mut bytes);
        let read = read.map_err(|_| {
            let (ja, en) = (
                format!("「{path}」が壊れているか暗号化されています"),
                format!("{path} is damaged or encrypted"),
            );
            Fault::new(Code::BundleUnreadable).with_words("why", &ja, &en)
        })?;
        self.inflated = self.inflated.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if self.inflated > MAX_INFLATED {
            return Err(too_large());
        }
        if self.files.contains_key(&path) {
            return Err(unsafe_path(&path, "二つあります", "it stands twice"));
        }
        self.files.insert(path, bytes);
        Ok(())
    }

    /// The files, out of the one folder around them (`tenants/…`) where there is one.
    fn into_bundle(self) -> Bundle {
        let outer = self.files.keys().find_map(|path| path.strip_suffix("cooperative/cooperative.toml"));
        let outer = outer.unwrap_or_default().to_owned();
        let inner = |path: String| path.strip_prefix(&outer).map(str::to_owned).unwrap_or(path);
        Bundle::new(self.files.into_iter().map(|(path, bytes)| (inner(path), bytes)).collect())
    }
}

/// The path, once it is known to lead nowhere but into the bundle.
fn inside(path: &str) -> Result<String, Fault> {
    let parts: Vec<&str> = path.split('/').filter(|part| *part != ".").collect();
    let plain =
        |part: &&str| !part.is_empty() && *part != ".." && !part.contains(['\\', ':', '\0', '\u{fffd}']);
    if parts.is_empty() || !parts.iter().all(plain) {
        return Err(unsafe_path(path, "フォルダの外を指しています", "it leads out of its folder"));
    }
    Ok(parts.join("/"))
}

fn no_archive(kind: &str) -> Fault {
    let (ja, en) = (format!("{kind} として読めません"), format!("it is no {kind}"));
    Fault::new(Code::BundleUnreadable).with_words("why", &ja, &en)
}

fn link(path: &str) -> Fault {
    unsafe_path(path, "ファイルではなくリンクなどです", "it is a link or a device, not a file")
}

fn unsafe_path(path: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::BundleUnsafePath).with("path", path).with_words("why", ja, en)
}

fn too_large() -> Fault {
    Fault::new(Code::BundleTooLarge).with("entries", MAX_ENTRIES).with("limit", MAX_INFLATED)
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
