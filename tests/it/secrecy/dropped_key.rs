//! A backup is two things: the data, kept long, and the keystore, only the latest. A key that was dropped
//! before an epoch turn is gone from every backup; everyone else's records are not.

use kernel::Category;
use store::{StoreError, Towns};
use testkit::TestDb;
use testkit::db::leaf;
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, code};

/// What a town's packs of one person say, if they open.
async fn names(towns: &Towns, resident: &Resident) -> Result<Vec<String>, StoreError> {
    let mut conn = towns.read(code(KAISEI)).await?;
    let packs = conn.packs(resident.person.uuid(), Some(Category::Register)).await?;
    let identities = packs.into_iter().filter_map(|pack| pack.body.identity);
    Ok(identities.filter_map(|identity| identity.full_name()).collect())
}

/// Only the keystore, as the second half of a backup.
const KEYSTORE: &[&str] = &["--data-only", "--table=town.keystore"];

#[tokio::test]
async fn a_dropped_key_is_gone_from_an_older_dump_and_everyone_elses_is_not() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let towns = db.towns();
    let (leaves, stays) = (Resident::named("架空", "去子"), Resident::named("架空", "残子"));
    let both = [leaves.clone(), stays.clone()];
    load(&towns, code(KAISEI), "resident_register", &both, &Extra::default()).await.unwrap();
    assert_eq!(names(&towns, &leaves).await.unwrap(), ["架空\u{3000}去子"]);

    let (before, old_keystore) = (db.dump(&[]), db.dump(KEYSTORE));
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    assert!(tx.keyset_drop(leaves.person.uuid()).await.unwrap());
    tx.commit(leaf()).await.unwrap();
    assert_eq!(towns.turn_epoch(code(KAISEI), leaf()).await.unwrap(), 2);

    // Here and now: the one does not open, the other does.
    assert!(matches!(names(&towns, &leaves).await, Err(StoreError::Sealed)));
    assert_eq!(names(&towns, &stays).await.unwrap(), ["架空\u{3000}残子"]);

    // The older data with the keystore of that time: nobody's opens, because that epoch's key is destroyed.
    let whole = db.blank().await;
    whole.restore(&before);
    for resident in &both {
        assert!(matches!(names(&whole.towns(), resident).await, Err(StoreError::Sealed)));
    }

    // The older data joined with the current keystore: everyone's but the dropped.
    let joined = db.blank().await;
    joined.restore(&before);
    let sql = joined.superuser().await;
    assert_eq!(
        sql.number("SELECT count(*) FROM town.pack").await,
        4,
        "the dropped person's packs are in the dump"
    );
    sql.run("DELETE FROM town.keystore").await;
    joined.restore(&db.dump(KEYSTORE));
    assert_eq!(names(&joined.towns(), &stays).await.unwrap(), ["架空\u{3000}残子"]);
    assert!(matches!(names(&joined.towns(), &leaves).await, Err(StoreError::Sealed)));

    // Put back from the old keystore by hand, the dropped key still opens nothing.
    sql.run("DELETE FROM town.keystore").await;
    joined.restore(&old_keystore);
    assert!(matches!(names(&joined.towns(), &leaves).await, Err(StoreError::Sealed)));
}

#[tokio::test]
async fn without_a_turn_of_the_epoch_an_older_keystore_still_opens() {
    // The guard is the turn: this is what the test above would see without it.
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (towns, person) = (db.towns(), Resident::named("架空", "去子"));
    load(&towns, code(KAISEI), "resident_register", std::slice::from_ref(&person), &Extra::default())
        .await
        .unwrap();
    let before = db.dump(&[]);
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    tx.keyset_drop(person.person.uuid()).await.unwrap();
    tx.commit(leaf()).await.unwrap();
    let restored = db.blank().await;
    restored.restore(&before);
    assert_eq!(names(&restored.towns(), &person).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_turn_keeps_staff_uploads_and_open_work_readable() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let towns = db.towns();
    let file = b"fictional".to_vec();
    let (upload, _) =
        testkit::load::hand_in(&towns, code(KAISEI), "resident_register", &file, chrono::Utc::now())
            .await
            .unwrap();
    for epoch in [2, 3] {
        assert_eq!(towns.turn_epoch(code(KAISEI), leaf()).await.unwrap(), epoch);
        let mut conn = towns.read(code(KAISEI)).await.unwrap();
        let key = conn.load_key(upload).await.unwrap();
        assert_eq!(&*conn.upload_chunk(upload, 0, &key).await.unwrap().unwrap(), &file[..5]);
    }
    assert_eq!(db.key_folder().epochs(code(KAISEI)).unwrap(), [3], "older epochs' keys are destroyed");
}

#[tokio::test]
async fn a_turn_that_is_refused_or_cut_off_loses_nothing() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (towns, person) = (db.towns(), Resident::named("架空", "花子"));
    load(&towns, code(KAISEI), "resident_register", std::slice::from_ref(&person), &Extra::default())
        .await
        .unwrap();
    // Refused: the leaf cannot be written twice.
    let used = leaf();
    assert_eq!(towns.turn_epoch(code(KAISEI), used.clone()).await.unwrap(), 2);
    assert!(towns.turn_epoch(code(KAISEI), used).await.is_err());
    assert_eq!(db.key_folder().epochs(code(KAISEI)).unwrap(), [2]);
    assert_eq!(names(&towns, &person).await.unwrap().len(), 1);

    // The caller gives up: the turn goes on to its end.
    let patience = std::time::Duration::from_micros(300);
    assert!(tokio::time::timeout(patience, towns.turn_epoch(code(KAISEI), leaf())).await.is_err());
    assert_eq!(names(&towns, &person).await.unwrap().len(), 1);
    assert_eq!(db.key_folder().epochs(code(KAISEI)).unwrap().len(), 1);
}

#[tokio::test]
async fn a_turn_cut_off_with_the_process_is_settled_by_what_the_rows_rest_under() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (towns, person) = (db.towns(), Resident::named("架空", "花子"));
    let none = Extra { file: b"fictional".to_vec(), ..Extra::default() };
    load(&towns, code(KAISEI), "resident_register", std::slice::from_ref(&person), &none).await.unwrap();

    // Killed before the commit: the next epoch's key lies there, no row rests under it.
    db.key_folder().next_epoch(code(KAISEI), 1).unwrap();
    let fresh = db.towns();
    assert_eq!(names(&fresh, &person).await.unwrap().len(), 1);
    assert_eq!(db.key_folder().epochs(code(KAISEI)).unwrap(), [1]);

    // Killed after the commit: the old epoch's key still lies there, every row rests under the new one.
    let old = std::fs::read(db.key_path().join(KAISEI).join("epoch-1.key")).unwrap();
    assert_eq!(fresh.turn_epoch(code(KAISEI), leaf()).await.unwrap(), 2);
    std::fs::write(db.key_path().join(KAISEI).join("epoch-1.key"), &old).unwrap();
    let fresh = db.towns();
    assert_eq!(names(&fresh, &person).await.unwrap().len(), 1);
    assert_eq!(db.key_folder().epochs(code(KAISEI)).unwrap(), [2]);

    // The same when no subject has keys, but a handed-in file waits under the new epoch.
    let waiting = b"waits".to_vec();
    let (upload, _) =
        testkit::load::hand_in(&fresh, code(KAISEI), "x", &waiting, chrono::Utc::now()).await.unwrap();
    db.superuser().await.run("DELETE FROM town.keystore").await;
    std::fs::write(db.key_path().join(KAISEI).join("epoch-1.key"), &old).unwrap();
    let fresh = db.towns();
    fresh.read(code(KAISEI)).await.unwrap().load_key(upload).await.unwrap();
}

#[tokio::test]
async fn a_pack_moved_to_another_person_does_not_open() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let towns = db.towns();
    let people = [Resident::named("架空", "一子"), Resident::named("架空", "二子")];
    load(&towns, code(KAISEI), "resident_register", &people, &Extra::default()).await.unwrap();
    let [one, two] = people.each_ref().map(|resident| resident.person.uuid());
    let sql = db.superuser().await;
    // A hostile operator swaps two people's rows, and then their keys as well.
    sql.run(&format!(
        "UPDATE town.pack SET subject_id = '{two}' WHERE subject_id = '{one}' AND category = 1"
    ))
    .await;
    assert!(matches!(names(&towns, &people[1]).await, Err(StoreError::Sealed)));
    sql.run(&format!(
        "UPDATE town.keystore k SET keyset = o.keyset FROM town.keystore o WHERE k.subject_id = '{two}' AND o.subject_id = '{one}'"
    ))
    .await;
    assert!(matches!(names(&towns, &people[1]).await, Err(StoreError::Sealed)));
}
