//! Keys are read by one statement and packs by another: a category that somebody is first given in between opens all
//! the same.

use chrono::Utc;
use kernel::Category;
use kernel::id::LoadId;
use store::rows::new_pack::NewPack;
use store::rows::pack::PackBody;
use testkit::TestDb;
use testkit::db::leaf;
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, code};

#[tokio::test]
async fn a_category_that_comes_after_the_keys_were_read_opens() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let towns = db.towns();
    let resident = Resident::named("架空", "後子");
    load(&towns, code(KAISEI), "resident_register", std::slice::from_ref(&resident), &Extra::default())
        .await
        .unwrap();
    let mut conn = towns.read(code(KAISEI)).await.unwrap();
    let keys = conn.keysets_all().await.unwrap();
    drop(conn);
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    let pack = NewPack {
        subject: resident.person.uuid(),
        category: Category::WatchNote,
        source: "watch_note".to_owned(),
        load: LoadId::new(),
        line: 0,
        record_key: vec![1; 16],
        row_hash: vec![2; 16],
        body: PackBody::default(),
    };
    tx.pack_insert_many(&[pack], Utc::now()).await.unwrap();
    tx.commit(leaf()).await.unwrap();
    let mut conn = towns.read(code(KAISEI)).await.unwrap();
    assert_eq!(conn.packs_all(&[Category::WatchNote], &keys).await.unwrap().len(), 1);
    assert!(conn.packs_kept_all(&keys).await.unwrap().len() > 1);
}
