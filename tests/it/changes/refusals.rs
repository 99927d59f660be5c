//! Cursors that are no place in the town's history, and callers who may not follow it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kernel::Grant;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use super::{REGISTER, load, people};
use crate::http::{Ask, Http};

async fn ask(http: &Http, token: &str, path: &str) -> (u16, String) {
    let answer = http.send(Ask::get(path).by(token)).await;
    let code = if answer.status == 200 { String::new() } else { answer.code() };
    (answer.status, code)
}

async fn cursor(http: &Http, token: &str) -> String {
    let answer = http.send(Ask::get("/api/v1/changes?from=now").by(token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["next_cursor"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_cursor_is_good_in_its_own_towns_history_alone() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    load(&world, REGISTER, &people(1..=2)).await;
    let http = Http::open(&world).await;
    let (kaisei, oi) =
        (&world.desk(KAISEI, Grant::CaseWorker).token, &world.desk(OI, Grant::CaseWorker).token);
    let refused = (400, "invalid_cursor".to_owned());
    let theirs = cursor(&http, kaisei).await;
    assert_eq!(ask(&http, kaisei, &format!("/api/v1/changes?cursor={theirs}")).await.0, 200);
    assert_eq!(ask(&http, oi, &format!("/api/v1/changes?cursor={theirs}")).await, refused);

    // 大井町 has as many acts by now, and a place of the same number is not the same place.
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&theirs).unwrap();
    let (list, plain) = bytes.split_at(4);
    let plain = std::str::from_utf8(plain).unwrap();
    let (n, head) = plain.split_once('.').unwrap();
    let beyond = format!("{}.{head}", n.parse::<i64>().unwrap() + 1);
    let beginning = format!("0.{head}");
    for bad in ["1", "", "1.zz", "-1.0000000000000000", &beyond, &beginning, &format!("{plain}.per_x")] {
        let cursor = BASE64_URL_SAFE_NO_PAD.encode([list, bad.as_bytes()].concat());
        assert_eq!(ask(&http, kaisei, &format!("/api/v1/changes?cursor={cursor}")).await, refused, "{bad}");
    }

    // A backup was restored: the chain went on from an earlier place, and differently.
    let sql = world.db.superuser().await;
    sql.run(&format!("UPDATE hub.leaf SET head = sha256(head) WHERE town_id = '{KAISEI}' AND n = {n}")).await;
    assert_eq!(ask(&http, kaisei, &format!("/api/v1/changes?cursor={theirs}")).await, refused);
}

#[actix_web::test]
async fn who_reads_no_residents_follows_no_feed() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    for grant in Grant::ALL {
        let (status, code) = ask(&http, &world.desk(KAISEI, *grant).token, "/api/v1/changes").await;
        let reads = app::release::READERS.contains(grant);
        assert_eq!(
            (status, code.as_str()),
            if reads { (200, "") } else { (403, "grant_missing") },
            "{grant:?}"
        );
    }
    let token = &world.desk(KAISEI, Grant::CaseWorker).token;
    let refused = (422, "invalid_value".to_owned());
    let here = cursor(&http, token).await;
    for bad in
        ["from=then", "noun=staff", "noun=", "limit=0", "limit=201", &format!("from=now&cursor={here}")]
    {
        assert_eq!(ask(&http, token, &format!("/api/v1/changes?{bad}")).await, refused, "{bad}");
    }
}
