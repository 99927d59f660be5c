//! `Idempotency-Key`: one act of many requests, whatever is cut off in between.

use app::Caller;
use app::idempotency::{Repeatable, Turn};
use app::staff::NewStaff;
use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::{Code, Grant};
use serde_json::json;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::Family;
use crate::http::{Answer, Ask, Http};
use crate::resting::number;

const KEY: (&str, &str) = ("Idempotency-Key", "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70");
const STAFF: &str = "SELECT count(*) FROM town.posting WHERE section = 'board/gakko'";

fn added<'a>(token: &'a str, name: &str) -> Ask<'a> {
    Ask::post("/api/v1/staff", new(name)).by(token).header(KEY)
}

fn new(name: &str) -> serde_json::Value {
    json!({"section": "board/gakko", "name": name, "grants": ["holder"]})
}

async fn world() -> (TestApp, Http, String) {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&world).await;
    let token = world.desk(KAISEI, Grant::TownAdmin).token.clone();
    (world, http, token)
}

async fn sql(world: &TestApp, statement: &str) {
    world.db.superuser().await.run(statement).await;
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[actix_web::test]
async fn the_same_request_again_is_answered_alike_and_not_done_twice() {
    let (world, http, token) = world().await;
    let first = http.send(added(&token, "架空 花子")).await;
    let again = http.send(added(&token, "架空 花子")).await;
    assert_eq!((first.status, again.status), (201, 201), "{}", again.text);
    assert_eq!(again.text, first.text);
    assert_eq!(
        (first.value("idempotency-replayed"), again.value("idempotency-replayed")),
        (None, Some("true"))
    );
    assert_eq!(number(&world, STAFF).await, 1);
    let without = Ask::post("/api/v1/staff", new("架空 花子")).by(&token);
    assert_eq!(http.send(without).await.status, 201);
    assert_eq!(number(&world, STAFF).await, 2, "without a key it is done again");
    // At rest neither the key nor the answer can be read.
    let rests = "SELECT count(*) FROM town.idempotency i WHERE position('019a9f3c' IN encode(key_index, 'escape')) > 0
        OR position('board/gakko' IN encode(answer, 'escape')) > 0";
    assert_eq!(number(&world, rests).await, 0);
}

#[actix_web::test]
async fn a_secret_shown_once_is_shown_again_to_whoever_asked_for_it() {
    let (world, http, token) = world().await;
    let staff = world.desk(KAISEI, Grant::TownAdmin).staff.to_string();
    let body = json!({"staff_id": staff, "grants": ["town_admin"], "expires_at": "2099-01-01T00:00:00Z"});
    let ask = || Ask::post("/api/v1/tokens", body.clone()).by(&token).header(KEY);
    let (first, again) = (http.send(ask()).await, http.send(ask()).await);
    assert_eq!((first.status, &first.text), (201, &again.text));
    assert!(first.json()["secret"].as_str().unwrap().starts_with("tsk_"));
}

#[actix_web::test]
async fn an_answer_about_a_resident_passes_the_door_again() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let token = family.world.desk(KAISEI, Grant::CaseWorker).token.clone();
    let note = json!({"seen_on": "2026-04-01", "text": "架空の見守り情報", "section": "mayor/kosodate"});
    let path = format!("/api/v1/persons/{}/watch-notes", family.child);
    let ask = || Ask::post(&path, note.clone()).by(&token).to("support").header(KEY);
    let first = http.send(ask()).await;
    let again = http.send(ask()).await;
    assert_eq!((first.status, &again.text), (201, &first.text), "{}", first.text);
    let looks = format!(
        "SELECT count(*) FROM town.access WHERE operation = 'answer_repeated' AND person_id = '{}'",
        family.child.uuid()
    );
    assert_eq!(number(&family.world, &looks).await, 1, "a look like any other");
    family.protect(family.child).await;
    let after = http.send(ask()).await;
    assert_eq!(code(&after), (409, "idempotency_answer_lost".to_owned()));
    assert_eq!(number(&family.world, &looks).await, 1);
}

#[actix_web::test]
async fn a_key_belongs_to_one_request_of_one_person() {
    let (world, http, token) = world().await;
    http.send(added(&token, "架空 花子")).await;
    let other = http.send(added(&token, "架空 太郎")).await;
    assert_eq!(code(&other), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(number(&world, STAFF).await, 1);
    // In another town the same key is another key.
    let stranger = world.desk(OI, Grant::TownAdmin).token.clone();
    assert_eq!(http.send(added(&stranger, "架空 太郎")).await.status, 201);
    let short = http.send(added(&token, "架空 花子").header(("Idempotency-Key", "short"))).await;
    assert_eq!(
        (code(&short), &short.json()["errors"][0]["header"]),
        ((422, "invalid_value".into()), &json!("Idempotency-Key"))
    );
}

#[actix_web::test]
async fn of_many_at_once_one_acts() {
    let (world, http, token) = world().await;
    let answers = join_all((0..30).map(|_| http.send(added(&token, "架空 花子")))).await;
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!made.is_empty() && made.iter().all(|answer| answer.text == made[0].text));
    for waits in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(code(waits), (409, "idempotency_in_progress".to_owned()));
        assert_eq!(waits.value("retry-after"), Some("1"));
    }
    assert_eq!(number(&world, STAFF).await, 1);
}

#[actix_web::test]
async fn what_did_nothing_may_be_tried_again_with_its_key() {
    let (world, http, token) = world().await;
    let refused = http.send(added(&world.desk(KAISEI, Grant::CaseWorker).token, "架空 花子")).await;
    assert_eq!(code(&refused), (403, "grant_missing".to_owned()));
    let blank = http.send(added(&token, "　")).await;
    assert_eq!(code(&blank), (422, "invalid_value".to_owned()));
    assert_eq!(number(&world, "SELECT count(*) FROM town.idempotency").await, 0);
    assert_eq!(http.send(added(&token, "架空 花子")).await.status, 201);
}

/// The rows as a process leaves them that dies before the act, after it, and while it lives.
#[actix_web::test]
async fn a_crash_never_makes_two_acts() {
    let (world, http, token) = world().await;
    let first = http.send(added(&token, "架空 花子")).await;
    assert_eq!(first.status, 201);
    // Committed, the answer not kept: under way for as long as its process may live, then lost.
    sql(&world, "UPDATE town.idempotency SET answer = NULL").await;
    let waits = http.send(added(&token, "架空 花子")).await;
    assert_eq!(code(&waits), (409, "idempotency_in_progress".to_owned()));
    sql(&world, "UPDATE town.idempotency SET claimed_at = claimed_at - interval '3 minutes'").await;
    let lost = http.send(added(&token, "架空 花子")).await;
    assert_eq!(code(&lost), (409, "idempotency_answer_lost".to_owned()));
    assert_eq!(number(&world, STAFF).await, 1);
    // Claimed, nothing committed: the next one does it.
    sql(&world, "UPDATE town.idempotency SET acted = false").await;
    assert_eq!(http.send(added(&token, "架空 花子")).await.status, 201);
    assert_eq!(number(&world, STAFF).await, 2);
    // A day later nobody remembers.
    sql(&world, "UPDATE town.idempotency SET expires_at = now() - interval '1 second'").await;
    assert_eq!(http.send(added(&token, "架空 太郎")).await.status, 201);
    assert_eq!(number(&world, "SELECT count(*) FROM town.idempotency").await, 1);
}

#[tokio::test]
async fn whoever_was_taken_over_cannot_commit_and_what_was_committed_is_not_given_up() {
    let world = TestApp::open(&[KAISEI]).await;
    let ctx = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let asked = Repeatable { key: KEY.1.into(), content: b"staff".to_vec(), lease: TimeDelta::minutes(2) };
    let claim = async |ctx: &kernel::TownCtx| match world
        .app
        .idempotency_claim(&Caller::Town(ctx.clone()), &asked)
        .await
    {
        Ok(Turn::Act(claim)) => Ok(claim),
        Ok(Turn::Again(_)) => panic!("nothing was kept"),
        Err(fault) => Err(fault.code()),
    };
    let slow = claim(&ctx).await.unwrap();
    assert_eq!(claim(&ctx).await, Err(Code::IdempotencyInProgress));
    let mut later = ctx.clone();
    later.now += TimeDelta::minutes(2);
    let next = claim(&later).await.unwrap();
    let hanako = || {
        let grants = [Grant::Holder].into_iter().collect();
        NewStaff::member("架空 花子", "board/gakko".parse().unwrap(), grants, ctx.today())
    };
    let late = slow.hold(world.app.staff_add(&ctx, hanako())).await;
    assert_eq!(late.unwrap_err().code(), Code::Unavailable);
    assert_eq!(number(&world, STAFF).await, 0);
    next.hold(world.app.staff_add(&ctx, hanako())).await.unwrap();
    assert_eq!(number(&world, STAFF).await, 1);
    let given_up = world.app.idempotency_release(&Caller::Town(ctx.clone()), &asked, next).await;
    assert_eq!(given_up, Ok(false), "its act was committed");
    assert_eq!(claim(&later).await, Err(Code::IdempotencyInProgress));
}
