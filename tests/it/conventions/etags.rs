//! ETags: what has not changed is not sent again; what has changed since it was read is not changed unseen.

use kernel::Grant;
use serde_json::json;
use testkit::TestApp;
use testkit::towns::KAISEI;

use crate::handovers::family::Family;
use crate::http::{Ask, Http};

#[actix_web::test]
async fn what_has_not_changed_is_not_sent_again() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let token = &world.desk(KAISEI, Grant::CaseWorker).token;
    let profile = || Ask::get("/api/v1/profile").by(token);
    let read = http.send(profile()).await;
    let tag = read.value("etag").unwrap();
    assert!(tag.starts_with('"') && tag.len() == 66, "{tag}");
    let weak = format!("W/{tag}");
    for known in [tag, &weak, "*"] {
        let again = http.send(profile().header(("If-None-Match", known))).await;
        assert_eq!((again.status, again.text.as_str(), again.value("etag")), (304, "", Some(tag)), "{known}");
    }
    let other = http.send(profile().header(("If-None-Match", "\"other\""))).await;
    assert_eq!((other.status, &other.text), (200, &read.text));
    let list = http.send(Ask::get("/api/v1/handovers").by(token)).await;
    assert_eq!((list.status, list.value("etag")), (200, None));
}

#[actix_web::test]
async fn a_consent_that_has_changed_since_it_was_read_is_not_withdrawn_unseen() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let token = &family.world.desk(KAISEI, Grant::CaseWorker).token;
    let path = format!("/api/v1/consents/{}", family.consent(|_| ()).await);
    let read = http.send(Ask::get(&path).by(token).to("handover")).await;
    let withdrawal = format!("{path}/withdrawal");
    let withdraw = |tag| {
        Ask::post(&withdrawal, json!({"by": "subject"})).by(token).to("handover").header(("If-Match", tag))
    };
    let stale = http.send(withdraw("\"another\"")).await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "precondition_failed"));
    let tag = read.value("etag").unwrap();
    let done = http.send(withdraw(tag)).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let late = http.send(withdraw(tag)).await;
    assert_eq!((late.status, late.code().as_str()), (412, "precondition_failed"));
    let now = http.send(Ask::get(&path).by(token).to("handover")).await;
    assert_ne!(now.value("etag"), Some(tag));
}
