//! The operator's requests that come twice: done once and answered alike, as a town's are.

use serde_json::{Value, json};
use testkit::towns::OUTSIDER;

use super::{Desk, at, threshold};
use crate::http::{Answer, Ask};
use crate::resting::number;

const KEY: &str = "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70";
const PLANS: &str = "SELECT count(*) FROM town.profile_plan";

impl Desk {
    async fn repeated(&self, path: &str, key: &str, body: Value) -> Answer {
        let ask = Ask::post(path, body).by(&self.token);
        self.http.send(ask.header(("Idempotency-Key", key))).await
    }
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[actix_web::test]
async fn a_plan_and_its_application_are_done_once() {
    let desk = Desk::open().await;
    let files = |to| json!({"files": threshold(&desk.files(), to)});
    let (path, world) = (at("profile-plans"), &desk.platform);
    let first = desk.repeated(&path, KEY, files(12)).await;
    let again = desk.repeated(&path, KEY, files(12)).await;
    assert_eq!((first.status, again.status, &again.text), (201, 201, &first.text), "{}", again.text);
    assert_eq!((&again.location, again.value("idempotency-replayed")), (&first.location, Some("true")));
    assert_eq!(number(world, PLANS).await, 1);
    let other = desk.repeated(&path, KEY, files(13)).await;
    assert_eq!(code(&other), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(number(world, PLANS).await, 1);

    let done = format!("{path}/{}/application", first.json()["id"].as_str().unwrap());
    let key = "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f71";
    let first = desk.repeated(&done, key, json!({})).await;
    let again = desk.repeated(&done, key, json!({})).await;
    assert_eq!(
        (first.status, &again.text),
        (200, &first.text),
        "and not `profile_plan_used`: {}",
        again.text
    );
    assert_eq!(desk.versions().await.len(), 2);
    let without = desk.post(&done, json!({})).await;
    assert_eq!(code(&without), (409, "profile_plan_used".to_owned()));
}

#[actix_web::test]
async fn a_town_is_admitted_once() {
    let desk = Desk::open().await;
    let new = |name: &str| json!({"code": OUTSIDER, "slug": "kiyokawa", "name": name});
    let first = desk.repeated("/api/v1/towns", KEY, new("清川村")).await;
    let again = desk.repeated("/api/v1/towns", KEY, new("清川村")).await;
    assert_eq!((first.status, &again.text), (201, &first.text), "{}", first.text);
    let other = desk.repeated("/api/v1/towns", KEY, new("別の村")).await;
    assert_eq!(code(&other), (422, "idempotency_key_reused".to_owned()));
    let short = desk.repeated("/api/v1/towns", "short", new("清川村")).await;
    assert_eq!(code(&short), (422, "invalid_value".to_owned()));
    // Another operator's equal key is another key.
    let now = chrono::Utc::now();
    let until = now + chrono::TimeDelta::hours(1);
    let token = desk.platform.app.operator_token(kernel::id::StaffId::new(), now, until).await.unwrap();
    let ask = Ask::post("/api/v1/towns", new("清川村")).by(&token).header(("Idempotency-Key", KEY));
    let answer = desk.http.send(ask).await;
    assert_eq!((answer.status, answer.value("idempotency-replayed")), (201, None), "{}", answer.text);
}

#[actix_web::test]
async fn what_did_nothing_may_be_tried_again_and_what_was_cut_off_is_looked_for() {
    let desk = Desk::open().await;
    let world = &desk.platform;
    let taken = json!({"code": OUTSIDER, "slug": "kaisei", "name": "清川村"});
    let refused = desk.repeated("/api/v1/towns", KEY, taken).await;
    assert_eq!(code(&refused), (409, "slug_taken".to_owned()));
    assert_eq!(number(world, "SELECT count(*) FROM coop.idempotency").await, 0, "given up");

    let files = || json!({"files": threshold(&desk.files(), 12)});
    let path = at("profile-plans");
    assert_eq!(desk.repeated(&path, KEY, files()).await.status, 201);
    let sql = world.db.superuser().await;
    // As a process leaves it that dies before it has kept the answer.
    sql.run("UPDATE coop.idempotency SET answer = NULL").await;
    let waits = desk.repeated(&path, KEY, files()).await;
    assert_eq!(code(&waits), (409, "idempotency_in_progress".to_owned()));
    assert_eq!(waits.value("retry-after"), Some("1"));
    sql.run("UPDATE coop.idempotency SET claimed_at = claimed_at - interval '3 minutes'").await;
    let lost = desk.repeated(&path, KEY, files()).await;
    assert_eq!(code(&lost), (409, "idempotency_answer_lost".to_owned()));
    assert_eq!(number(world, PLANS).await, 1);
    sql.run("UPDATE coop.idempotency SET expires_at = now() - interval '1 second'").await;
    assert_eq!(desk.repeated(&path, KEY, files()).await.status, 201);
    assert_eq!(
        number(world, "SELECT count(*) FROM coop.idempotency").await,
        1,
        "a day later nobody remembers"
    );
}
