//! Finds PostgreSQL server binaries. Debian and Homebrew keep them off `PATH`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// The oldest major version the schema works on (design §4).
pub const OLDEST: u32 = 15;

/// One installation's folder of programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// Holds `postgres`, `initdb` and mostly `psql`, `pg_dump`, `pgbench`.
    pub folder: PathBuf,
    /// Major version, for example 15.
    pub major: u32,
}

/// Every installation of [`OLDEST`] or newer on this machine, the newest first; in `PG_BIN` only, when
/// that is set.
///
/// # Errors
/// When `PG_BIN` is set to a folder without one.
pub fn installed() -> Result<Vec<Binaries>> {
    let Some(wanted) = env::var_os("PG_BIN").map(PathBuf::from) else {
        return Ok(usable(found(&candidates())));
    };
    let usable = usable(found(std::slice::from_ref(&wanted)));
    if usable.is_empty() {
        bail!(
            "PG_BIN={} holds no PostgreSQL server {OLDEST} or newer (postgres and initdb); correct or unset it",
            wanted.display()
        );
    }
    Ok(usable)
}

/// The installations in `candidates`, whatever their age, newest first, each once.
pub fn found(candidates: &[PathBuf]) -> Vec<Binaries> {
    let mut all: Vec<Binaries> = candidates.iter().filter_map(|folder| inspect(folder)).collect();
    all.sort_by(|a, b| b.major.cmp(&a.major).then_with(|| a.folder.cmp(&b.folder)));
    all.dedup();
    all
}

/// Those the schema works on.
fn usable(mut all: Vec<Binaries>) -> Vec<Binaries> {
    all.retain(|binaries| binaries.major >= OLDEST);
    all
}

/// The installation to use: that of `wanted`, the version an existing cluster was made by, or else the
/// newest.
pub fn choose(installed: &[Binaries], wanted: Option<u32>) -> Option<&Binaries> {
    match wanted {
        Some(major) => installed.iter().find(|binaries| binaries.major == major),
        None => installed.first(),
    }
}

/// Where to look, apart from `PG_BIN`.
pub fn candidates() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    for (kegs, prefix) in
        [("/usr/lib/postgresql", ""), ("/opt/homebrew/opt", "postgresql"), ("/usr/local/opt", "postgresql")]
    {
        let folders = fs::read_dir(kegs).into_iter().flatten().flatten();
        let ours = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        all.extend(ours.map(|entry| entry.path().join("bin")));
    }
    all
}

/// What is in one folder, by its real path: `PATH` often holds links.
fn inspect(folder: &Path) -> Option<Binaries> {
    let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
    let folder = postgres.parent()?.to_path_buf();
    if !folder.join("initdb").exists() {
        return None;
    }
    let output = Command::new(&postgres).arg("--version").stdin(Stdio::null()).output().ok()?;
    let major = major_version(&String::from_utf8_lossy(&output.stdout))?;
    Some(Binaries { folder, major })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`; also `19devel`, `18beta1`.
fn major_version(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder with programs that answer `--version` as `text`.
    fn fake(root: &Path, name: &str, text: &str, programs: &[&str]) -> PathBuf {
        let folder = root.join(name);
        fs::create_dir_all(&folder).unwrap();
        for program in programs {
            let file = folder.join(program);
            fs::write(&file, format!("#!/bin/sh\necho '{text}'\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    #[test]
    fn versions_are_read_as_distributions_print_them() {
        for (text, major) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18.4\n", Some(18)),
            ("postgres (PostgreSQL) 19devel\n", Some(19)),
            ("postgres (PostgreSQL) \n", None),
            ("postgres 15\n", None),
            ("", None),
        ] {
            assert_eq!(major_version(text), major, "{text:?}");
        }
    }

    #[test]
    fn the_newest_complete_installation_wins_and_an_existing_clusters_own_before_it() {
        let root = env::temp_dir().join(format!("tasuki-find-{}", std::process::id()));
        let both = ["postgres", "initdb"];
        let old = fake(&root, "14", "postgres (PostgreSQL) 14.1", &both);
        let fifteen = fake(&root, "15", "postgres (PostgreSQL) 15.2", &both);
        let sixteen = fake(&root, "16", "postgres (PostgreSQL) 16.3", &both);
        let client_only = fake(&root, "17", "postgres (PostgreSQL) 17.0", &["postgres"]);
        let linked = root.join("linked");
        std::os::unix::fs::symlink(&fifteen, &linked).unwrap();

        let folders = [root.join("missing"), linked, fifteen, old, client_only, sixteen];
        let installed = usable(found(&folders));
        let majors: Vec<u32> = installed.iter().map(|binaries| binaries.major).collect();
        assert_eq!(majors, [16, 15], "14 is too old, 17 has no initdb, the link is 15 again");
        assert_eq!(choose(&installed, None).unwrap().major, 16);
        assert_eq!(choose(&installed, Some(15)).unwrap().major, 15);
        assert_eq!(choose(&installed, Some(14)), None);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn no_candidate_gives_nothing() {
        assert_eq!(usable(found(&[])), []);
        assert_eq!(usable(found(&[PathBuf::from("/nonexistent")])), []);
        assert_eq!(choose(&[], None), None);
    }
}
