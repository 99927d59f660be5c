//! The key folder: nobody but the server's user may look into it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use store::{KeyFolder, StoreError};
use testkit::TestDb;
use testkit::db::leaf;
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, OI, code};

/// Everything below a folder with its permissions.
fn modes(folder: &Path, found: &mut Vec<(String, u32)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::metadata(&path).unwrap();
        found.push((path.display().to_string(), metadata.permissions().mode() & 0o7777));
        if metadata.is_dir() {
            modes(&path, found);
        }
    }
}

#[tokio::test]
async fn folders_are_0700_and_keys_0600_also_after_a_turn() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let folder = db.key_path().join("made");
    let keys = KeyFolder::new(&folder);
    keys.installation_secret().unwrap();
    keys.checkpoint_key().unwrap();
    let towns = store::Towns::new(std::sync::Arc::clone(db.installation()), KeyFolder::new(&folder));
    for town in [KAISEI, OI] {
        towns.read(code(town)).await.unwrap();
    }
    towns.turn_epoch(code(OI), leaf()).await.unwrap();

    let mut found =
        vec![(folder.display().to_string(), fs::metadata(&folder).unwrap().permissions().mode() & 0o7777)];
    modes(&folder, &mut found);
    assert_eq!(found.len(), 15, "the folder, two keys, two towns of five: {found:?}");
    for (path, mode) in found {
        let expected = if path.ends_with(".key") { 0o600 } else { 0o700 };
        assert_eq!(mode, expected, "{path}: {mode:o}");
    }
}

#[tokio::test]
async fn a_key_that_is_lost_or_spoilt_stops_the_town_and_is_never_made_anew() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    db.towns().read(code(KAISEI)).await.unwrap();
    for file in ["epoch-1.key", "row-hash.key", "blind-1.key", "kem.key", "sign.key"] {
        let path = db.key_path().join(KAISEI).join(file);
        let good = fs::read(&path).unwrap();
        fs::write(&path, "not a key").unwrap();
        assert!(matches!(db.towns().read(code(KAISEI)).await, Err(StoreError::Keys(_))), "{file} spoilt");
        fs::remove_file(&path).unwrap();
        assert!(matches!(db.towns().read(code(KAISEI)).await, Err(StoreError::Keys(_))), "{file} lost");
        assert!(!path.exists(), "{file} was made anew");
        fs::write(&path, good).unwrap();
    }
    db.towns().read(code(KAISEI)).await.unwrap();
}

#[tokio::test]
async fn a_town_with_records_gets_no_new_folder() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let town = code(KAISEI);
    load(&db.towns(), town, "resident_register", &[Resident::named("架空", "花子")], &Extra::default())
        .await
        .unwrap();
    fs::remove_dir_all(db.key_path().join(KAISEI)).unwrap();
    let Err(StoreError::Keys(why)) = db.towns().read(town).await else { panic!("opened") };
    assert!(why.contains(KAISEI), "{why}");
    assert!(!db.key_path().join(KAISEI).exists(), "made anew");
    db.towns().read(code(OI)).await.unwrap();
}

#[tokio::test]
async fn another_installation_secret_is_told_as_what_it_is() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let real = db.installation();
    let other = store::Installation {
        host: real.host.clone(),
        port: real.port,
        database: real.database.clone(),
        prefix: real.prefix.clone(),
        secret: seal::InstallationSecret::generate(),
    };
    let Err(StoreError::Keys(why)) = other.connect(KAISEI).await else { panic!("let in") };
    assert!(why.contains("installation secret"), "{why}");
}
