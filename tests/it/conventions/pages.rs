//! Pages: stable while rows are added, never larger than asked, and never beyond the limit.

use kernel::Grant;
use serde_json::json;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};
use crate::persons::text;

async fn add(http: &Http, token: &str, name: &str) {
    let body = json!({"section": "mayor/kosodate", "name": name, "grants": ["holder"]});
    let added = http.send(Ask::post("/api/v1/staff", body).by(token)).await;
    assert_eq!(added.status, 201, "{}", added.text);
}

#[actix_web::test]
async fn a_walk_loses_and_doubles_nothing_while_rows_are_added() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let token = &world.desk(KAISEI, Grant::TownAdmin).token;
    let whole = http.send(Ask::get("/api/v1/staff?limit=200").by(token)).await.json();
    let ids = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| text(item, "/id").to_owned()).collect()
    };
    let before = ids(&whole);
    assert!(before.len() > 4, "{}", before.len());
    let (mut walked, mut path, mut added) = (Vec::new(), "/api/v1/staff?limit=2".to_owned(), 0);
    loop {
        let page = http.send(Ask::get(&path).by(token)).await.json();
        assert!(ids(&page).len() <= 2);
        walked.extend(ids(&page));
        // Somebody is added between any two pages, but not for ever.
        if added < 5 {
            add(&http, token, "架空 途中").await;
            added += 1;
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/staff?limit=2&cursor={next}");
    }
    assert_eq!(walked[..before.len()], before, "those who were there, once each and in order");
    let after = ids(&http.send(Ask::get("/api/v1/staff?limit=200").by(token)).await.json());
    assert_eq!(walked, after, "and those who came, at the end");
}

#[actix_web::test]
async fn a_page_has_its_limits_and_a_cursor_its_town() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&world).await;
    let token = &world.desk(KAISEI, Grant::TownAdmin).token;
    let ask = async |query: &str| http.send(Ask::get(&format!("/api/v1/staff?{query}")).by(token)).await;
    for (limit, status) in
        [("0", 422), ("1", 200), ("200", 200), ("201", 422), ("-1", 422), ("x", 422), ("", 422)]
    {
        assert_eq!(ask(&format!("limit={limit}")).await.status, status, "{limit}");
    }
    let page = ask("limit=1").await.json();
    let cursor = text(&page, "/next_cursor");
    for spoilt in ["x", "%00", &cursor[1..], &format!("{cursor}x")] {
        let refused = ask(&format!("cursor={spoilt}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid_cursor"), "{spoilt}");
    }
    // A cursor is of one list of one town: elsewhere somebody would go on in the middle of a list unnoticed.
    let other = &world.desk(OI, Grant::TownAdmin).token;
    for (path, token) in [("staff", other), ("tokens", token), ("tokens", other)] {
        let strayed = http.send(Ask::get(&format!("/api/v1/{path}?cursor={cursor}")).by(token)).await;
        assert_eq!(
            (strayed.status, strayed.code().as_str()),
            (400, "invalid_cursor"),
            "{path}: {}",
            strayed.text
        );
    }
}
