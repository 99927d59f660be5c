//! The town's keys that rest outside the database: one folder a town, one file a key, readable by
//! the server's user alone. A backup of the database without this folder opens nothing.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kernel::TownCode;
use seal::{BlindKey, EpochKey, InstallationSecret, KemSecret, RowHashKey, SigningKey};
use zeroize::Zeroizing;

use crate::StoreError;

/// Where the key folders of an installation stand.
#[derive(Debug, Clone)]
pub struct KeyFolder(PathBuf);

/// One town's keys, unlocked.
pub struct TownKeys {
    /// The town.
    pub town: TownCode,
    /// Wraps subject keys; turns on a schedule.
    pub epoch: EpochKey,
    /// Tells a changed row from an unchanged one; never turns.
    pub row_hash: RowHashKey,
    /// Keyed look-up of 宛名番号.
    pub blind: BlindKey,
    /// Opens packages sealed to this town.
    pub kem: KemSecret,
    /// Signs packages and receipts.
    pub sign: SigningKey,
}

/// That this process has keys in memory; given back when dropped, or when the process ends.
#[derive(Debug)]
pub struct KeyHold {
    _file: fs::File,
}

impl TownKeys {
    /// The keyed mark of the part somebody plays in a record: tells the parts of one record apart without
    /// telling what they are, for a role says who is protected from whom.
    #[must_use]
    pub fn part(&self, record_key: &[u8], role: &str) -> [u8; 16] {
        *self.row_hash.hash(&[record_key, role.as_bytes()].concat()).as_bytes()
    }
}

impl KeyFolder {
    /// The folder at this path; made when first written.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The installation secret, made at the first start.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when the file cannot be read or written.
    pub fn installation_secret(&self) -> Result<InstallationSecret, StoreError> {
        let path = self.0.join("installation.key");
        let bytes = read_or_make(&path, || InstallationSecret::generate().expose().to_owned())?;
        Ok(InstallationSecret::from_bytes(&bytes))
    }

    /// Says, while the answer lives, that this process has keys of the folder in memory.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when another process changes keys just now, or the folder cannot be written.
    pub fn hold(&self) -> Result<KeyHold, StoreError> {
        let file = self.lock_file()?;
        let held = file.try_lock_shared();
        held.map_err(|_| StoreError::Keys("another process changes keys just now".to_owned()))?;
        Ok(KeyHold { _file: file })
    }

    /// The same for a process that changes keys: whoever else holds some would go on with the old ones.
    ///
    /// # Errors
    /// [`StoreError::Keys`] while another process holds keys.
    pub fn hold_alone(&self) -> Result<KeyHold, StoreError> {
        let file = self.lock_file()?;
        let held = file.try_lock();
        held.map_err(|_| {
            StoreError::Keys("another process, such as the server, has the keys open".to_owned())
        })?;
        Ok(KeyHold { _file: file })
    }

    fn lock_file(&self) -> Result<fs::File, StoreError> {
        let path = self.0.join("in-use.lock");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|error| failed(&self.0, &error))?;
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        options.open(&path).map_err(|error| failed(&path, &error))
    }

    /// Removes every town's keys: whatever they sealed is unreadable from now on. For a demonstration
    /// that begins anew.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when a folder cannot be removed.
    pub fn forget_towns(&self) -> Result<(), StoreError> {
        let entries = fs::read_dir(&self.0).map_err(|error| failed(&self.0, &error))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()) {
            fs::remove_dir_all(&path).map_err(|error| failed(&path, &error))?;
        }
        Ok(())
    }

    /// The hub's key for signing checkpoints, made at the first start.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when the file cannot be read or written.
    pub fn checkpoint_key(&self) -> Result<SigningKey, StoreError> {
        let path = self.0.join("checkpoint-sign.key");
        let bytes = read_or_make(&path, || SigningKey::generate().expose().to_owned())?;
        Ok(SigningKey::from_bytes(&bytes))
    }

    /// Unlocks a town's keys; what is missing is made only when the folder itself is new, so that a
    /// lost key is noticed and never silently replaced.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when a file is missing, malformed or unreadable.
    pub fn town(&self, town: TownCode) -> Result<TownKeys, StoreError> {
        let folder = self.0.join(town.as_str());
        if !folder.exists() {
            make_town(&folder)?;
        }
        let (epoch, path) = latest_epoch(&folder)?;
        Ok(TownKeys {
            town,
            epoch: EpochKey::from_bytes(epoch, &*read(&path)?),
            row_hash: RowHashKey::from_bytes(&*read(&folder.join("row-hash.key"))?),
            blind: BlindKey::from_bytes(1, &*read(&folder.join("blind-1.key"))?),
            kem: KemSecret::from_bytes(&*read(&folder.join("kem.key"))?),
            sign: SigningKey::from_bytes(&*read(&folder.join("sign.key"))?),
        })
    }

    /// Whether there are keys of a town.
    #[must_use]
    pub fn has_town(&self, town: TownCode) -> bool {
        self.0.join(town.as_str()).exists()
    }

    /// The epochs whose keys are there: one, or two while a turn is under way.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when the folder cannot be read.
    pub fn epochs(&self, town: TownCode) -> Result<Vec<u32>, StoreError> {
        let folder = self.0.join(town.as_str());
        if folder.exists() { Ok(epochs_in(&folder)?.collect()) } else { Ok(Vec::new()) }
    }

    /// Writes the next epoch's key beside the present one.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when it cannot be written.
    pub fn next_epoch(&self, town: TownCode, present: u32) -> Result<EpochKey, StoreError> {
        let next = EpochKey::generate(present + 1);
        write(&self.0.join(town.as_str()).join(epoch_file(present + 1)), next.expose())?;
        Ok(next)
    }

    /// Destroys an epoch's key: from now on nothing wrapped under it opens, in any backup.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when the file cannot be overwritten and removed.
    pub fn destroy_epoch(&self, town: TownCode, epoch: u32) -> Result<(), StoreError> {
        let path = self.0.join(town.as_str()).join(epoch_file(epoch));
        let wiped = fs::OpenOptions::new().write(true).open(&path).and_then(|mut file| {
            file.write_all(&[b'0'; 64])?;
            file.sync_all()
        });
        wiped.and_then(|()| fs::remove_file(&path)).map_err(|error| failed(&path, &error))
    }
}

fn epoch_file(epoch: u32) -> String {
    format!("epoch-{epoch}.key")
}

fn make_town(folder: &Path) -> Result<(), StoreError> {
    // Written beside and renamed: a start that is killed half-way leaves no half of a folder.
    let fresh = folder.with_extension("new");
    let _ = fs::remove_dir_all(&fresh);
    make_folder(&fresh)?;
    write(&fresh.join(epoch_file(1)), EpochKey::generate(1).expose())?;
    write(&fresh.join("row-hash.key"), RowHashKey::generate().expose())?;
    write(&fresh.join("blind-1.key"), BlindKey::generate(1).expose())?;
    write(&fresh.join("kem.key"), KemSecret::generate().expose())?;
    write(&fresh.join("sign.key"), SigningKey::generate().expose())?;
    fs::rename(&fresh, folder).map_err(|error| failed(folder, &error))
}

fn epochs_in(folder: &Path) -> Result<impl Iterator<Item = u32>, StoreError> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    Ok(entries.filter_map(|entry| {
        entry.ok()?.file_name().to_str()?.strip_prefix("epoch-")?.strip_suffix(".key")?.parse().ok()
    }))
}

fn latest_epoch(folder: &Path) -> Result<(u32, PathBuf), StoreError> {
    let epoch = epochs_in(folder)?
        .max()
        .ok_or_else(|| StoreError::Keys(format!("{} holds no epoch key", folder.display())))?;
    Ok((epoch, folder.join(epoch_file(epoch))))
}

fn read_or_make(path: &Path, make: impl FnOnce() -> [u8; 32]) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    if !path.exists() {
        make_folder(path.parent().unwrap_or(Path::new(".")))?;
        write(path, &make())?;
    }
    read(path)
}

fn make_folder(path: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| failed(path, &error))
}

fn write(path: &Path, key: &[u8; 32]) -> Result<(), StoreError> {
    let text = Zeroizing::new(hex::encode(key));
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .map_err(|error| failed(path, &error))
}

fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| failed(path, &error))?);
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), &mut *key).map_err(|_| {
        StoreError::Keys(format!("{} is not a key file (64 hexadecimal digits)", path.display()))
    })?;
    Ok(key)
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Keys(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_the_same_and_a_lost_one_is_noticed() {
        let folder = std::env::temp_dir().join(format!("tasuki-keys-{}", uuid::Uuid::now_v7().simple()));
        let keys = KeyFolder::new(&folder);
        let town: TownCode = "143669".parse().unwrap();
        let first = keys.town(town).unwrap();
        assert_eq!(keys.town(town).unwrap().sign.expose(), first.sign.expose());
        assert_eq!(first.epoch.epoch(), 1);

        keys.next_epoch(town, 1).unwrap();
        keys.destroy_epoch(town, 1).unwrap();
        assert_eq!(keys.town(town).unwrap().epoch.epoch(), 2);

        fs::remove_file(folder.join("143669/kem.key")).unwrap();
        assert!(matches!(keys.town(town), Err(StoreError::Keys(_))));
        fs::remove_dir_all(&folder).unwrap();
    }
}
