//! A roster says who people were under one counter. Its key goes with that counter, whatever moved it on, and with
//! everybody's key; then nobody reads it any more, here or in a backup.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::people::{Asked, Search};
use kernel::{Grant, Purpose};
use store::rows::roster::NewRoster;
use store::rows::version::Changed;
use store::{StoreError, TownTx, Towns};
use testkit::db::leaf;
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, OI, code};
use testkit::{Sql, TestApp, TestDb, tenants};

/// Keys of rosters that there are.
const KEYS: &str =
    "SELECT count(*) FROM town.keystore WHERE uuid_send(subject_id) = convert_to('roster of a town', 'UTF8')";

/// Keeps a roster that says this, under the town's counter as it stands.
async fn keep(towns: &Towns, said: &[u8]) -> i64 {
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    let people = put(&mut tx, said).await;
    tx.commit_bookkeeping().await.unwrap();
    people
}

async fn put(tx: &mut TownTx, said: &[u8]) -> i64 {
    let people = tx.versions().await.unwrap().people;
    assert!(tx.roster_put(roster(said), people).await.unwrap());
    people
}

fn roster(said: &[u8]) -> NewRoster {
    let mut roster = NewRoster::new(code(KAISEI), 2);
    roster.push(said);
    roster.push(b"and more");
    roster
}

async fn read(towns: &Towns, people: i64) -> Option<Vec<Vec<u8>>> {
    let mut conn = towns.read(code(KAISEI)).await.unwrap();
    let sealed = conn.roster(people).await.unwrap()?;
    Some(sealed.open(|chunk| Some(chunk.to_vec())).unwrap())
}

/// A town with one resident.
async fn scene() -> (TestDb, Towns, Resident) {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let (towns, resident) = (db.towns(), Resident::named("架空", "名子"));
    let one = std::slice::from_ref(&resident);
    load(&towns, code(KAISEI), "resident_register", one, &Extra::default()).await.unwrap();
    (db, towns, resident)
}

async fn keys(sql: &Sql) -> i64 {
    sql.number(KEYS).await
}

#[tokio::test]
async fn a_roster_is_read_under_its_counter_and_no_other_and_by_its_town_alone() {
    let (_db, towns, _) = scene().await;
    let people = keep(&towns, b"first").await;
    assert_eq!(read(&towns, people).await.unwrap(), [b"first".to_vec(), b"and more".to_vec()]);
    assert!(read(&towns, people + 1).await.is_none() && read(&towns, people - 1).await.is_none());
    assert!(towns.read(code(OI)).await.unwrap().roster(people).await.unwrap().is_none());
    keep(&towns, b"second").await;
    assert_eq!(read(&towns, people).await.unwrap()[0], b"second");
    // It outlives a turn of the epoch: its key is wrapped anew like everybody's.
    towns.turn_epoch(code(KAISEI), leaf()).await.unwrap();
    assert_eq!(read(&towns, people).await.unwrap()[0], b"second");
}

#[tokio::test]
async fn its_key_goes_with_whatever_changes_people() {
    let (db, towns, resident) = scene().await;
    let sql = db.superuser().await;
    for changed in [Changed::People, Changed::Protection] {
        keep(&towns, b"then").await;
        assert_eq!(keys(&sql).await, 1);
        let mut tx = towns.begin(code(KAISEI)).await.unwrap();
        tx.version_bump(changed).await.unwrap();
        tx.commit(leaf()).await.unwrap();
        assert_eq!(keys(&sql).await, 0, "{changed:?}");
    }
    keep(&towns, b"then").await;
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    tx.version_bump(Changed::Auth).await.unwrap();
    tx.commit(leaf()).await.unwrap();
    assert_eq!(keys(&sql).await, 1, "staff are in no roster");

    let another = [Resident::named("架空", "後子")];
    load(&towns, code(KAISEI), "resident_register", &another, &Extra::default()).await.unwrap();
    assert_eq!(keys(&sql).await, 0, "a load");

    let people = keep(&towns, b"then").await;
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    assert!(tx.keyset_drop(resident.person.uuid()).await.unwrap());
    tx.commit(leaf()).await.unwrap();
    assert_eq!(keys(&sql).await, 0, "somebody's key");
    assert!(towns.read(code(KAISEI)).await.unwrap().versions().await.unwrap().people > people);
    assert!(read(&towns, people).await.is_none());
}

#[tokio::test]
async fn a_roster_of_an_older_backup_is_not_read_with_the_present_keystore() {
    let (db, towns, resident) = scene().await;
    let people = keep(&towns, b"then").await;
    let before = db.dump(&[]);
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    tx.keyset_drop(resident.person.uuid()).await.unwrap();
    tx.commit(leaf()).await.unwrap();
    // Somebody searches again, and a server keeps the next.
    keep(&towns, b"now").await;
    towns.turn_epoch(code(KAISEI), leaf()).await.unwrap();

    let joined = db.blank().await;
    joined.restore(&before);
    let sql = joined.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM town.roster").await, 2, "it is in the dump");
    sql.run("DELETE FROM town.keystore").await;
    joined.restore(&db.dump(&["--data-only", "--table=town.keystore"]));
    let towns = joined.towns();
    let sealed = towns.read(code(KAISEI)).await.unwrap().roster(people).await.unwrap().unwrap();
    let opened = sealed.open(|chunk| Some(chunk.to_vec()));
    assert!(matches!(opened, Err(StoreError::Sealed)), "the key that is there is of the next");
    // Nor does that key stay behind when people change who were restored.
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    tx.version_bump(Changed::People).await.unwrap();
    tx.commit(leaf()).await.unwrap();
    assert_eq!(keys(&sql).await, 0);
}

#[tokio::test]
async fn a_change_that_waits_for_a_roster_drops_its_key_and_one_that_came_first_leaves_it_none() {
    let (db, towns, _) = scene().await;
    let (sql, towns) = (db.superuser().await, Arc::new(towns));
    // The roster has the counter's row; whoever moves it on waits, and then sees the key.
    let mut keeping = towns.begin(code(KAISEI)).await.unwrap();
    put(&mut keeping, b"then").await;
    let waiting = tokio::spawn({
        let towns = Arc::clone(&towns);
        async move {
            let mut tx = towns.begin(code(KAISEI)).await.unwrap();
            tx.version_bump(Changed::People).await.unwrap();
            tx.commit(leaf()).await.unwrap();
        }
    });
    while sql.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    keeping.commit_bookkeeping().await.unwrap();
    waiting.await.unwrap();
    assert_eq!(keys(&sql).await, 0);

    // The other way round: what was read before the change is not kept after it.
    let stale = towns.read(code(KAISEI)).await.unwrap().versions().await.unwrap().people - 1;
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    assert!(!tx.roster_put(roster(b"then"), stale).await.unwrap());
    drop(tx);
    assert_eq!(keys(&sql).await, 0);
}

#[tokio::test]
async fn a_roster_with_a_chunk_lost_moved_or_of_another_does_not_open() {
    let (db, towns, _) = scene().await;
    let sql = db.superuser().await;
    for harm in [
        "DELETE FROM town.roster WHERE chunk = 1",
        "UPDATE town.roster SET chunk = 2 - chunk",
        "UPDATE town.roster SET body = substr(body, 1, length(body) - 1)",
        "UPDATE town.roster SET people = people + 1 WHERE chunk = 1",
    ] {
        let people = keep(&towns, b"whole").await;
        sql.run(harm).await;
        let mut conn = towns.read(code(KAISEI)).await.unwrap();
        let sealed = conn.roster(people).await.unwrap().unwrap();
        assert!(matches!(sealed.open(|_| Some(())), Err(StoreError::Sealed)), "{harm}");
    }
}

/// Who is found by the year of their birth.
async fn found(world: &TestApp, app: &App, year: &str) -> Vec<String> {
    let ctx = world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    let asked = Asked { birth_year: Some(year.to_owned()), ..Asked::default() };
    let search = Search::read(&asked, &ctx).map_err(|_| "refused").unwrap();
    let page = app.person_search(&ctx, &search, None, 500).await.unwrap();
    page.rows.iter().map(|row| format!("{} {:?}", row.id, row.identity.full_name())).collect()
}

async fn started(world: &TestApp) -> Arc<App> {
    App::open(Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap()
}

#[tokio::test]
async fn after_a_start_people_are_found_by_the_roster_and_after_a_change_by_their_own_boxes() {
    let world = TestApp::open(&[KAISEI]).await;
    let today = kernel::ctx::jst_date(chrono::Utc::now());
    world.load_fictional(&[KAISEI], 250, today).await;
    let by_boxes = found(&world, &world.app, "2015").await;
    let others = found(&world, &world.app, "2016").await;
    assert!(!by_boxes.is_empty() && !others.is_empty());
    let stand = Duration::from_secs(3600);
    assert_eq!(world.app.rosters_keep(stand).await, 0, "they have not stood for long");
    assert_eq!(world.app.rosters_keep(Duration::ZERO).await, 1);
    assert_eq!(world.app.rosters_keep(Duration::ZERO).await, 0, "it is there");

    let sql = world.db.superuser().await;
    sql.run("CREATE TABLE public.kept AS SELECT * FROM town.pack; UPDATE town.pack SET body = '\\x00' WHERE category = 1").await;
    let again = started(&world).await;
    assert_eq!(found(&world, &again, "2015").await, by_boxes, "no box of theirs opens, and they are found");
    assert_eq!(again.rosters_keep(Duration::ZERO).await, 0, "they came from one");

    // A roster that does not open is no loss.
    sql.run("UPDATE town.pack p SET body = k.body FROM public.kept k WHERE k.pack_id = p.pack_id; UPDATE town.roster SET body = '\\x00'").await;
    let again = started(&world).await;
    assert_eq!(found(&world, &again, "2016").await, others);
    assert_eq!(again.rosters_keep(Duration::ZERO).await, 1, "and is made anew");
}

#[tokio::test]
async fn after_a_load_people_in_memory_are_opened_again_before_anybody_asks() {
    let world = TestApp::open(&[KAISEI]).await;
    let today = kernel::ctx::jst_date(chrono::Utc::now());
    let files = tenants::files(&world.cooperative, &[KAISEI], 250, today);
    let (town, files) = files.first().unwrap();
    let [register, attendance] = ["resident_register", "attendance"]
        .map(|source| files.iter().find(|file| file.source.as_str() == source).unwrap());
    let load =
        async |source: &str, bytes: &[u8]| world.load(town, source, today, bytes).await.unwrap().counts;
    load(register.source.as_str(), &register.bytes).await;
    found(&world, &world.app, "2015").await;
    assert_eq!(world.app.rosters_keep(Duration::ZERO).await, 1);
    let ended: Vec<u8> = [register.bytes.as_slice(), b"\x1a"].concat();
    let same = load(register.source.as_str(), &ended).await;
    assert_eq!((same.loaded, same.closed), (0, 0));
    assert_eq!(world.app.rosters_keep(Duration::ZERO).await, 0, "a load that changes nothing leaves it");
    load(attendance.source.as_str(), &attendance.bytes).await;
    // What is in memory is kept only under the counter as it stands now.
    let again = async {
        while world.app.rosters_keep(Duration::ZERO).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), again).await.expect("opened again");
}
