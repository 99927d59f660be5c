//! Canaries are handed to the store in every way it takes them, errors included; then everything at rest is
//! searched.

use std::collections::BTreeSet;

use chrono::Utc;
use kernel::id::{StaffId, TokenId, UploadId};
use kernel::{Code, Fault, Grant};
use seal::TokenSecret;
use store::rows::roster::NewRoster;
use store::rows::staff::StaffRow;
use store::rows::token::{TokenKind, TokenRow};
use store::{StoreError, Towns};
use testkit::db::leaf;
use testkit::load::{hand_in, load};
use testkit::towns::{KAISEI, code};
use testkit::{Sql, TestDb};

use super::encodings::Shape;
use super::plant::Plant;
use super::search::{Canaries, Hit, a_moment_ago};

/// People in the register at once, so that more than two hundred canaries lie about.
const PEOPLE: usize = 20;

fn planted() -> Vec<Plant> {
    (0..PEOPLE).map(|_| Plant::new()).collect()
}

fn values(plants: &[Plant]) -> Vec<String> {
    let values: BTreeSet<String> = plants.iter().flat_map(Plant::values).collect();
    assert!(values.len() >= 200, "{} canaries", values.len());
    values.into_iter().collect()
}

/// Everything the store takes, then every error it can be brought to while it holds a canary.
async fn plant_all(db: &TestDb, plants: &[Plant]) {
    let (towns, town, plant) = (db.towns(), code(KAISEI), &plants[0]);
    let residents: Vec<_> = plants.iter().map(Plant::resident).collect();
    let extra = Plant::extra_of(plants);
    load(&towns, town, "resident_register", &residents, &extra).await.unwrap();
    let mut tx = towns.begin(town).await.unwrap();
    for plant in plants {
        let staff = plant.staff_row();
        tx.staff_insert(&staff).await.unwrap();
        tx.token_insert(&token_of(staff.id), &plant.token.hash()).await.unwrap();
    }
    let people = tx.versions().await.unwrap().people;
    let mut roster = NewRoster::new(town, 1);
    roster.push(plants.iter().flat_map(Plant::values).collect::<String>().as_bytes());
    assert!(tx.roster_put(roster, people).await.unwrap());
    tx.commit(leaf()).await.unwrap();

    // The same people again: the keys are taken, in the middle of a load full of names.
    let again = load(&towns, town, "resident_register", &residents, &extra).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    refuse_staff(&towns, plant).await;
    // A chunk twice; an upload that is given up; a load that failed for a reason with a name in it.
    let (upload, key) = hand_in(&towns, town, "resident_register", &extra.file, Utc::now()).await.unwrap();
    let mut conn = towns.read(town).await.unwrap();
    assert!(conn.upload_chunk_insert(upload, 0, &key, &extra.file).await.is_err());
    assert!(conn.upload_chunk_insert(UploadId::new(), 0, &key, &extra.file).await.is_err());
    let fault = Fault::new(Code::EraBounds).with("raw", &plant.raw);
    let running = conn.load_latest_by_source().await.unwrap().remove("resident_register").unwrap();
    conn.load_failed(running.id, &key, &fault, Utc::now()).await.unwrap();
    conn.upload_abandon(upload).await.unwrap();
    // A wrong token with a right look.
    assert!(conn.token_by_secret(&TokenSecret::generate().hash()).await.unwrap().is_none());
    let read: BTreeSet<String> =
        conn.staff_list().await.unwrap().into_iter().map(|staff| staff.name).collect();
    assert_eq!(read, plants.iter().map(|p| p.staff.clone()).collect(), "there, and open for the town");
}

fn token_of(staff: StaffId) -> TokenRow {
    TokenRow {
        id: TokenId::new(),
        kind: TokenKind::Issued,
        staff,
        grants: [Grant::CaseWorker].into_iter().collect(),
        created_at: Utc::now(),
        expires_at: Utc::now(),
        renewable_until: None,
        revoked_at: None,
    }
}

/// The same member of staff twice, a token without one, and a statement that fails with a value in its
/// parameters.
async fn refuse_staff(towns: &Towns, plant: &Plant) {
    let (town, staff) = (code(KAISEI), StaffRow { number: None, ..plant.staff_row() });
    let mut tx = towns.begin(town).await.unwrap();
    tx.staff_insert(&staff).await.unwrap();
    assert!(matches!(tx.staff_insert(&staff).await, Err(StoreError::Duplicate)));
    drop(tx);
    let mut tx = towns.begin(town).await.unwrap();
    let nobodys = token_of(StaffId::new());
    assert!(tx.token_insert(&nobodys, &TokenSecret::generate().hash()).await.is_err());
    drop(tx);
    let mut tx = towns.begin(town).await.unwrap();
    // Another has the 職員番号.
    assert!(matches!(tx.staff_insert(&plant.staff_row()).await, Err(StoreError::Duplicate)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_planted_is_found_at_rest() {
    let since = a_moment_ago();
    let (db, plants) = (TestDb::with_towns(&[KAISEI]).await, planted());
    plant_all(&db, &plants).await;
    // Statistics keep values; a rewritten table leaves its old file to the log.
    db.superuser().await.run("VACUUM FULL ANALYZE").await;
    let hits = Canaries::new(&values(&plants)).sweep(&db, since).await;
    assert_eq!(hits, BTreeSet::new());
}

/// Every canary in every encoding is known when it is met: a sweep that finds nothing has looked for all of it.
#[test]
fn every_canary_is_found_in_every_encoding() {
    let canaries = Canaries::new(&values(&planted()));
    let (mut hits, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (canary, shape) in canaries.patterns() {
        let place = format!("{canary} as {}", shape.name);
        canaries.find(&place, &[b"\0 ", shape.bytes.as_slice(), b"\n"].concat(), &mut hits);
        assert!(hits.iter().any(|hit| hit.place == place && hit.canary == *canary), "{place}");
        hits.clear();
        names.insert(shape.name);
    }
    let wanted = BTreeSet::from([
        "UTF-8",
        "UTF-16LE",
        "UTF-16BE",
        "CP932",
        "EUC-JP",
        "ISO-2022-JP",
        "NFD, UTF-8",
        "half-width kana, UTF-8",
        "half-width kana, CP932",
        "half-width kana, EUC-JP",
        "base64",
        "hex",
        "HEX",
        "URL",
        "JSON \\u",
        "JSON \\U",
    ]);
    assert_eq!(names, wanted);
    println!("{} patterns", canaries.patterns().len());
}

/// A table with one row a shape, thrice: a row can lie across the edge of a page of the log.
async fn plant_in_clear(sql: &Sql, canaries: &Canaries) {
    sql.run("SET wal_compression = off; CREATE TABLE public.control (n int, raw bytea)").await;
    for (n, (_, shape)) in canaries.patterns().iter().enumerate() {
        let insert = format!("INSERT INTO public.control VALUES ({n}, '\\x{}');", hex::encode(&shape.bytes));
        sql.run(&insert.repeat(3)).await;
    }
    sql.run("CHECKPOINT").await;
}

fn missing<'a>(
    hits: &BTreeSet<Hit>,
    place: &str,
    wanted: impl Iterator<Item = &'a (String, Shape)>,
) -> Vec<String> {
    wanted
        .filter(|(canary, shape)| {
            !hits
                .iter()
                .any(|hit| hit.place.starts_with(place) && hit.canary == *canary && hit.shape == shape.name)
        })
        .map(|(canary, shape)| format!("{place}: {canary} as {}", shape.name))
        .collect()
}

/// The search itself: what lies about in clear is found, in every place and every shape.
#[tokio::test(flavor = "multi_thread")]
async fn everything_that_lies_about_in_clear_is_found() {
    let since = a_moment_ago();
    let (db, plant) = (TestDb::with_towns(&[KAISEI]).await, Plant::new());
    let canaries = Canaries::new(&[plant.family.clone(), plant.family_kana.clone(), plant.number.clone()]);
    let sql = db.superuser().await;
    plant_in_clear(&sql, &canaries).await;
    // The log takes text only.
    let sayable =
        |(_, shape): &&(String, Shape)| std::str::from_utf8(&shape.bytes).is_ok_and(|t| !t.contains('\0'));
    for (_, shape) in canaries.patterns().iter().filter(sayable) {
        let text = String::from_utf8(shape.bytes.clone()).unwrap();
        sql.run(&format!("DO $do$ BEGIN RAISE LOG '%', $text${text}$text$; END $do$")).await;
    }
    let hits = canaries.sweep(&db, since).await;
    let all = canaries.patterns();
    let mut lost = missing(&hits, "table public.control.raw", all.iter());
    for place in ["dump", "file", "wal"] {
        lost.extend(missing(&hits, place, all.iter()));
    }
    lost.extend(missing(&hits, "log", all.iter().filter(sayable)));
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Where values would land first if someone forgot to seal them, each in the column itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_in_text_json_or_a_compressed_column_is_found() {
    let since = a_moment_ago();
    let (db, plant) = (TestDb::with_towns(&[KAISEI]).await, Plant::new());
    plant_all(&db, std::slice::from_ref(&plant)).await;
    let (sql, name) = (db.superuser().await, &plant.family);
    let long = format!("{name} ").repeat(3000);
    let forgotten = [
        (
            "table town.operation.kind",
            format!(
                "INSERT INTO town.operation VALUES ('{KAISEI}', gen_random_uuid(), '{name}', 'running', 0, 0, NULL, NULL, now(), now())"
            ),
        ),
        (
            "table town.load.reject_counts",
            format!("UPDATE town.load SET reject_counts = jsonb_build_object('{name}', 1)"),
        ),
        ("table town.pack.body", format!("UPDATE town.pack SET body = convert_to('{long}', 'UTF8')")),
        ("table town.token.grants", format!("UPDATE town.token SET grants = ARRAY['{name}']")),
    ];
    for (_, statement) in &forgotten {
        sql.run(statement).await;
    }
    let hits = Canaries::new(&plant.values()).sweep(&db, since).await;
    for (place, _) in &forgotten {
        assert!(hits.iter().any(|hit| hit.place == *place), "{place}: {hits:?}");
    }
}
