//! Where a cluster lies, and the lock that keeps two runs from sharing it.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::Signal;
use nix::unistd::geteuid;

use super::{Account, Kind};
use crate::run;
use crate::say::say;

/// The port is only part of the socket's name: every cluster has a socket folder of its own.
pub const PORT: u16 = 5432;
/// `sun_path` holds 104 bytes on macOS and 108 on Linux, with the final zero; a margin for both.
const SOCKET_PATH_LIMIT: usize = 100;

/// The folder of everything that outlives a run.
#[derive(Debug)]
pub struct State {
    /// `<checkout>/.tasuki`, or `/var/tmp/tasuki-<hash of the checkout's path>`.
    pub folder: PathBuf,
}

impl State {
    /// Makes or finds the state folder: in the checkout when PostgreSQL's user can reach it there and
    /// the socket's path is short enough, else under `/var/tmp`. Prints which.
    ///
    /// # Errors
    /// When neither can be made, or the one under `/var/tmp` belongs to someone else.
    pub fn open(root: &Path, account: Option<&Account>) -> Result<Self> {
        let here = root.join(".tasuki");
        let folder = match usable(&here, account) {
            Ok(()) => here,
            Err(reason) => {
                let there = Path::new("/var/tmp").join(format!("tasuki-{:016x}", path_hash(root)));
                say!("==> {} cannot be used: {reason:#}", here.display());
                usable(&there, account)?;
                there
            }
        };
        say!("==> state lies in {}", folder.display());
        Ok(Self { folder })
    }
}

/// Makes the folder if need be and checks that PostgreSQL can live in it.
fn usable(folder: &Path, account: Option<&Account>) -> Result<()> {
    socket_file(&folder.join(Kind::Test.name()).join("socket"))?;
    // 0711: PostgreSQL's user has to pass through, nobody has to look around.
    let made = create_folder(folder, 0o711)?;
    let owner = fs::symlink_metadata(folder)?;
    ensure!(
        owner.is_dir() && owner.uid() == geteuid().as_raw(),
        "it is not a folder of the user who runs this: remove it or run as its owner"
    );
    let Some(account) = account else { return Ok(()) };
    if run::succeeds(run::tied("test", Signal::SIGTERM, Some(account)).arg("-x").arg(folder).current_dir("/"))
    {
        return Ok(());
    }
    if made {
        fs::remove_dir(folder)?;
    }
    bail!("PostgreSQL runs as {}, who cannot reach it", account.name)
}

/// Creates a folder with exactly this mode, whatever the umask; true when it was not there before.
fn create_folder(path: &Path, mode: u32) -> Result<bool> {
    match fs::DirBuilder::new().mode(mode).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode))?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
    }
    Ok(true)
}

/// FNV-1a, 64 bits: names a folder, so it has to stay the same between builds, and nothing more.
fn path_hash(path: &Path) -> u64 {
    path.as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The socket PostgreSQL makes in `folder`.
///
/// # Errors
/// When its path is too long for a unix socket.
pub fn socket_file(folder: &Path) -> Result<PathBuf> {
    let file = folder.join(format!(".s.PGSQL.{PORT}"));
    let length = file.as_os_str().len();
    ensure!(
        length < SOCKET_PATH_LIMIT,
        "the socket's path {} has {length} bytes and must stay under {SOCKET_PATH_LIMIT}: use a shorter folder",
        file.display()
    );
    Ok(file)
}

/// The paths of one cluster.
#[derive(Debug, Clone)]
pub struct Place(PathBuf);

impl Place {
    /// Where the cluster of this kind lies, whether it has been made or not.
    pub fn of(state: &State, kind: Kind) -> Self {
        Self(state.folder.join(kind.name()))
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The directory of the unix socket; only its owner (and root) may enter.
    pub fn socket(&self) -> PathBuf {
        self.0.join("socket")
    }

    /// The file with the superuser's password, without a line end.
    pub fn password(&self) -> PathBuf {
        self.0.join("password")
    }

    /// PostgreSQL's own log of this run.
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }
}

/// One cluster's folder, held by this process until dropped.
#[derive(Debug)]
pub struct Folder {
    /// Its paths.
    pub place: Place,
    /// Whom PostgreSQL runs as, when not as ourselves.
    pub account: Option<Account>,
    _lock: File,
}

impl Folder {
    /// Makes or finds the folder and locks it in the name of `command`.
    ///
    /// # Errors
    /// When another run holds it, or it belongs to another user than PostgreSQL would run as.
    pub fn hold(state: &State, kind: Kind, account: Option<Account>, command: &str) -> Result<Self> {
        let place = Place::of(state, kind);
        let lock = lock(&lock_file(state, kind), command)?;
        let owner = account.as_ref().map_or_else(|| geteuid().as_raw(), |account| account.uid);
        for folder in [place.0.clone(), place.socket()] {
            if create_folder(&folder, 0o700)? {
                give(&folder, account.as_ref())?;
            }
            let uid = fs::symlink_metadata(&folder)?.uid();
            ensure!(
                uid == owner,
                "{} belongs to user {uid}, and PostgreSQL would run as user {owner}: \
                 run as the user who made it, or remove it (and the data in it)",
                folder.display()
            );
        }
        Ok(Self { place, account, _lock: lock })
    }

    /// Writes a file that only PostgreSQL's user may read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_private(&self, path: &Path, content: &[u8]) -> Result<()> {
        let write = || -> io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
            file.write_all(content)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        give(path, self.account.as_ref())
    }
}

/// Hands a file or folder to PostgreSQL's user.
fn give(path: &Path, account: Option<&Account>) -> Result<()> {
    let Some(account) = account else { return Ok(()) };
    chown(path, Some(account.uid), Some(account.gid))
        .with_context(|| format!("cannot give {} to {}", path.display(), account.name))
}

/// Who holds a cluster's folder.
#[derive(Debug, PartialEq, Eq)]
pub struct Holder {
    /// The process, 0 when it has not written its id yet.
    pub pid: i32,
    /// What it runs, for example `demo`.
    pub command: String,
}

impl Holder {
    /// The process that holds the folder now, if one does.
    ///
    /// # Errors
    /// When the lock file cannot be read.
    pub fn of(state: &State, kind: Kind) -> Result<Option<Self>> {
        let path = lock_file(state, kind);
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other.with_context(|| path.display().to_string())?,
        };
        match file.try_lock() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Self::read(&file).map(Some),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    fn read(mut file: &File) -> Result<Self> {
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let (pid, command) = text.trim_end().split_once(' ').unwrap_or_default();
        Ok(Self { pid: pid.parse().unwrap_or(0), command: command.to_owned() })
    }
}

fn lock_file(state: &State, kind: Kind) -> PathBuf {
    state.folder.join(format!("{}.lock", kind.name()))
}

/// Locks by `flock`, which ends with the process however that ends. The file stays: removing it would
/// let two processes lock two files of one name.
fn lock(path: &Path, command: &str) -> Result<File> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).mode(0o644).open(path);
    let mut file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let Holder { pid, command } = Holder::read(&file)?;
            bail!(
                "another `cargo xtask {command}` runs in this checkout (pid {pid}): \
                 wait for it or stop it (kill {pid})"
            )
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    file.set_len(0)?;
    write!(file, "{} {command}", std::process::id())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_that_is_too_long_is_refused() {
        // "/" and 84 bytes, then "/.s.PGSQL.5432" (14 bytes)
        let longest = PathBuf::from(format!("/{}", "x".repeat(84)));
        assert_eq!(socket_file(&longest).unwrap().as_os_str().len(), 99);
        let error = socket_file(&PathBuf::from(format!("{}x", longest.display()))).unwrap_err().to_string();
        assert!(error.contains("has 100 bytes and must stay under 100"), "{error}");
    }

    #[test]
    fn japanese_folder_names_count_in_bytes() {
        let folder = PathBuf::from(format!("/{}", "襷".repeat(30)));
        assert!(socket_file(&folder).is_err(), "30 characters, 90 bytes");
    }

    #[test]
    fn a_checkouts_hash_stays_the_same() {
        // FNV-1a test vectors of its authors: "" and "a".
        assert_eq!(path_hash(Path::new("")), 0xcbf2_9ce4_8422_2325);
        assert_eq!(path_hash(Path::new("a")), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn a_second_run_is_refused_with_the_firsts_pid() {
        let folder = std::env::temp_dir().join(format!("tasuki-lock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let state = State { folder: folder.clone() };
        assert_eq!(Holder::of(&state, Kind::Durable).unwrap(), None);
        let first = lock(&lock_file(&state, Kind::Durable), "demo").unwrap();

        let error = lock(&lock_file(&state, Kind::Durable), "bench").unwrap_err().to_string();
        let pid = i32::try_from(std::process::id()).unwrap();
        assert!(error.contains(&format!("another `cargo xtask demo` runs in this checkout (pid {pid})")));
        let holder = Holder::of(&state, Kind::Durable).unwrap();
        assert_eq!(holder, Some(Holder { pid, command: "demo".into() }));
        assert_eq!(Holder::of(&state, Kind::Test).unwrap(), None, "tests have a lock of their own");

        drop(first);
        assert_eq!(Holder::of(&state, Kind::Durable).unwrap(), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
