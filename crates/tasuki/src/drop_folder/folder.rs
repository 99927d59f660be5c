//! One town's folder on disk. A file moves by renames alone, so that at any stop it is in exactly one place:
//! `incoming/<source>/` (the town's system writes here), `working/<source>/` (being loaded), then either gone, with a
//! receipt in `processed/<source>/`, or in `failed/<source>/` with the reason beside it.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use serde_json::Value;
use zeroize::Zeroizing;

/// How long a file must have stood still: whoever writes it may not be done. A writer that renames its finished
/// file into place, from a name that is passed over, loses nothing by it.
const STILL: Duration = Duration::from_secs(10);

/// Endings under which programs that transfer files write what is not complete.
const UNFINISHED: &[&str] = &["part", "filepart", "tmp", "partial", "crdownload"];

/// Taken for the only server that watches the folder; given back when it is dropped.
pub(super) fn lock(root: &Path) -> anyhow::Result<File> {
    let path = root.join(".lock");
    let file = File::create(&path).with_context(|| format!("writing {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("{} is watched by another server", root.display()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}

/// One town's folder.
pub(super) struct Folder(PathBuf);

/// A file that was taken and is to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The source, as the folder it was put into is named.
    pub source: String,
    /// Its name.
    pub name: String,
    /// Where it is now.
    pub path: PathBuf,
}

impl Waiting {
    /// The day the export shows: the first date in the name (`20261130`, `2026-11-30`, `2026_11_30`) that has
    /// come, or the day on which the file was written.
    pub fn as_of(&self, today: NaiveDate) -> io::Result<NaiveDate> {
        if let Some(day) = dates(&self.name).into_iter().find(|day| *day <= today) {
            return Ok(day);
        }
        let written: DateTime<Utc> = fs::metadata(&self.path)?.modified()?.into();
        Ok(jst_date(written).min(today))
    }
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The service client's token.
    pub fn token(&self) -> anyhow::Result<Zeroizing<String>> {
        let path = self.0.join("token");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    /// Takes every file that stands still, and gives those that a stop cut off first.
    pub fn take(&self) -> anyhow::Result<Vec<Waiting>> {
        let mut taken = files(&self.0.join("working"))?;
        for file in files(&self.0.join("incoming"))? {
            let to = self.0.join("working").join(&file.source).join(&file.name);
            // Under the same name as one that is still being loaded: its turn comes next time.
            if !is_complete(&file)? || to.exists() {
                continue;
            }
            moved(&file.path, &to)?;
            taken.push(Waiting { path: to, ..file });
        }
        Ok(taken)
    }

    /// A file is loaded: it goes, and a receipt stays. The records are in the database, sealed; a copy in the clear
    /// would outlive them.
    pub fn processed(&self, file: &Waiting, receipt: &Value) -> anyhow::Result<()> {
        self.note("processed", file, receipt)?;
        fs::remove_file(&file.path).with_context(|| format!("removing {}", file.path.display()))
    }

    /// A file could not be loaded: it is put aside, with the reason beside it.
    pub fn failed(&self, file: &Waiting, reason: &Value) -> anyhow::Result<()> {
        self.note("failed", file, reason)?;
        moved(&file.path, &self.0.join("failed").join(&file.source).join(&file.name))
    }

    fn note(&self, state: &str, file: &Waiting, content: &Value) -> anyhow::Result<()> {
        let path = self.0.join(state).join(&file.source).join(format!("{}.json", file.name));
        let unfinished = path.with_extension("json.tmp");
        let written = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&self.0))?;
            fs::write(&unfinished, serde_json::to_vec_pretty(content)?)?;
            fs::rename(&unfinished, &path)
        };
        written().with_context(|| format!("writing {}", path.display()))
    }
}

fn moved(from: &Path, to: &Path) -> anyhow::Result<()> {
    let renamed = || -> io::Result<()> {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        fs::rename(from, to)
    };
    renamed().with_context(|| format!("moving {} to {}", from.display(), to.display()))
}

/// The files of every source's folder, in the order of their names: of several days, the earlier first.
fn files(state: &Path) -> anyhow::Result<Vec<Waiting>> {
    let mut found = Vec::new();
    for source in entries(state)?.into_iter().filter(|path| path.is_dir()) {
        for path in entries(&source)?.into_iter().filter(|path| path.is_file()) {
            // A name that is no text cannot be written down anywhere: such a file stays where it is.
            let names =
                (source.file_name().and_then(OsStr::to_str), path.file_name().and_then(OsStr::to_str));
            if let (Some(source), Some(name)) = names {
                found.push(Waiting { source: source.to_owned(), name: name.to_owned(), path });
            }
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.with_context(|| format!("reading {}", folder.display()))?,
    };
    let mut paths = read.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Whether a file is whole: not under a name of what is being written, and untouched for a while.
fn is_complete(file: &Waiting) -> anyhow::Result<bool> {
    let ending = Path::new(&file.name).extension().and_then(OsStr::to_str).unwrap_or_default();
    if file.name.starts_with('.')
        || UNFINISHED.iter().any(|unfinished| ending.eq_ignore_ascii_case(unfinished))
    {
        return Ok(false);
    }
    let touched = fs::metadata(&file.path).and_then(|metadata| metadata.modified());
    let touched = touched.with_context(|| format!("reading {}", file.path.display()))?;
    // A clock that was set back leaves files of the future: those stand still as well.
    Ok(SystemTime::now().duration_since(touched).unwrap_or(STILL) >= STILL)
}

/// Every date a name holds.
fn dates(name: &str) -> Vec<NaiveDate> {
    let starts = name.char_indices().map(|(at, _)| at);
    let begins =
        |at: usize| !name.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
    starts.filter(|at| begins(*at)).filter_map(|at| date_at(name.get(at..)?)).collect()
}

/// The date at the beginning of a text.
fn date_at(text: &str) -> Option<NaiveDate> {
    ["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d"].iter().find_map(|format| {
        let length = if format.len() == 6 { 8 } else { 10 };
        let (date, rest) = text.split_at_checked(length)?;
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        NaiveDate::parse_from_str(date, format).ok()
    })
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
