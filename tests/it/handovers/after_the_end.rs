//! A step on what has ended: told where it stands, and nothing is done; with the key of the step that ended it,
//! answered as the first time.

use evidence::Act;
use handover::State;
use handover::machine::{RefusalCode, UnreadableCode};
use kernel::id::HandoverId;
use kernel::{Grant, Lang};
use serde_json::{Value, json};
use testkit::towns::{KAISEI, OI, code};

use super::family::Family;
use crate::http::{Answer, Ask, Http};

/// Every step of the sender, with its body.
const SENDER: &[&str] = &["approval", "return", "review", "offer", "withdrawal"];

/// Every step of the receiver.
const RECEIVER: &[&str] = &["flag-acknowledgement", "acceptance", "refusal", "receipt", "unreadable-report"];

fn body(step: &str) -> Value {
    match step {
        "return" | "withdrawal" => json!({"reason": "架空の理由"}),
        "refusal" => json!({"code": "not_ours"}),
        _ => json!({}),
    }
}

async fn step(family: &Family, http: &Http, id: HandoverId, step: &str, key: Option<&str>) -> Answer {
    let desk = |town, grant| family.world.desk(town, grant).token.clone();
    let token =
        if SENDER.contains(&step) { desk(KAISEI, Grant::Approver) } else { desk(OI, Grant::CaseWorker) };
    let path = format!("/api/v1/handovers/{id}/{step}");
    let ask = match body(step) {
        body if body == json!({}) && step != "receipt" => Ask::new("POST", &path),
        body => Ask::post(&path, body),
    };
    let ask = ask.by(&token).to("handover");
    let ask = match key {
        Some(key) => ask.header(("Idempotency-Key", key)),
        None => ask.header(("Accept-Language", "en")),
    };
    http.send(ask).await
}

/// One handover of each end, as the sender and as the receiver read it.
async fn ended(family: &Family) -> Vec<(HandoverId, State, State)> {
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let sql = family.world.db.superuser().await;
    let both = |id, state| (id, state, state);
    let mut all = Vec::new();

    let draft = family.draft(|_| ()).await.unwrap();
    app.handover_withdraw(&sender, draft, "架空の理由").await.unwrap();
    all.push(both(draft, State::Withdrawn));
    let offered = family.offered().await;
    app.handover_withdraw(&sender, offered, "架空の理由").await.unwrap();
    all.push(both(offered, State::Withdrawn));
    let late = family.acknowledged().await;
    app.handover_withdraw(&sender, late, "架空の理由").await.unwrap();
    all.push((late, State::Withdrawn, State::TooLate));
    let refused = family.offered().await;
    app.handover_refuse(&receiver, refused, RefusalCode::NotOurs).await.unwrap();
    all.push(both(refused, State::Refused(RefusalCode::NotOurs)));
    let unreadable = family.accepted().await;
    let flip = "UPDATE hub.handover SET package = set_byte(package, length(package) - 1, get_byte(package, length(package) - 1) # 1) WHERE handover_id";
    sql.run(&format!("{flip} = '{}'", unreadable.uuid())).await;
    app.handover_unreadable(&receiver, unreadable).await.unwrap();
    all.push(both(unreadable, State::Unreadable(UnreadableCode::Tampered)));
    let expired = family.offered().await;
    let over = "UPDATE hub.handover SET expires_at = now() - interval '1 second' WHERE handover_id";
    sql.run(&format!("{over} = '{}'", expired.uuid())).await;
    assert_eq!(app.handovers_expire().await.unwrap(), 1);
    all.push(both(expired, State::Expired));
    let completed = family.received().await;
    app.handovers_close(code(KAISEI)).await.unwrap();
    all.push(both(completed, State::Completed));
    app.handovers_lapse(code(OI)).await.unwrap();
    all
}

/// What somebody who comes after the end is told.
fn told(answer: &Answer, state: State, what: &str) {
    let problem = answer.json();
    let (code, detail) = (answer.code(), problem["detail"].as_str().unwrap_or_default().to_owned());
    assert_eq!(answer.status, 409, "{what}: {}", answer.text);
    match code.as_str() {
        "handover_state" | "already_decided" => {
            assert!(detail.contains(state.as_str()), "{what}: {detail}");
            let fault: kernel::Code = serde_json::from_value(json!(code)).unwrap();
            assert!(fault.entry().detail.ja.contains("{state}") && !state.ja().is_empty(), "{what}");
        }
        "handover_expired" => assert_eq!(state, State::Expired, "{what}"),
        "handover_too_late" => assert_eq!(state, State::TooLate, "{what}"),
        "review_not_waiting" => assert_eq!(what.rsplit(' ').next(), Some("review")),
        other => panic!("{what}: {other}"),
    }
    assert!(!detail.contains('{'), "{what}: {detail}");
}

#[actix_web::test]
async fn every_step_after_the_end_is_told_where_it_stands_and_does_nothing() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let all = ended(&family).await;
    let sql = family.world.db.superuser().await;
    let rests = async || {
        let own =
            sql.column("SELECT state || version FROM town.handover ORDER BY town_id, handover_id").await;
        let hub = sql.column("SELECT state FROM hub.handover ORDER BY handover_id").await;
        let mut acts = family.acts(KAISEI).await;
        acts.extend(family.acts(OI).await);
        acts.retain(|act| act.as_str().starts_with("handover"));
        (own, hub, acts)
    };
    let before = rests().await;
    for (id, sent, received) in &all {
        for name in SENDER {
            told(&step(&family, &http, *id, name, None).await, *sent, &format!("{sent:?} {name}"));
        }
        let is_draft = sql
            .number(&format!("SELECT count(*) FROM hub.handover WHERE handover_id = '{}'", id.uuid()))
            .await
            == 0;
        for name in RECEIVER.iter().filter(|_| !is_draft) {
            told(&step(&family, &http, *id, name, None).await, *received, &format!("{received:?} {name}"));
        }
    }
    assert_eq!(rests().await, before);
}

#[actix_web::test]
async fn the_step_that_ended_it_is_answered_alike_with_its_key() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let key = "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70";
    let id = family.offered().await;
    let first = step(&family, &http, id, "withdrawal", Some(key)).await;
    let again = step(&family, &http, id, "withdrawal", Some(key)).await;
    assert_eq!((first.status, &again.text), (200, &first.text), "{}", first.text);
    assert_eq!(again.value("idempotency-replayed"), Some("true"));
    let token = &family.world.desk(KAISEI, Grant::Approver).token;
    let path = format!("/api/v1/handovers/{id}/withdrawal");
    let other = Ask::post(&path, json!({"reason": "別の架空の理由"})).by(token).to("handover");
    let other = http.send(other.header(("Idempotency-Key", key))).await;
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency_key_reused"));
    assert_eq!(family.count(KAISEI, Act::HandoverWithdrawn).await, 1);
}

/// The refusal of a late acceptance is itself written down once; its answer is kept like that of a success.
#[actix_web::test]
async fn a_late_acceptance_is_refused_alike_with_its_key() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let key = Some("019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f71");
    let id = family.acknowledged().await;
    family.app().handover_withdraw(&family.sender(), id, "架空の理由").await.unwrap();
    let first = step(&family, &http, id, "acceptance", key).await;
    assert_eq!((first.status, first.code().as_str()), (409, "handover_too_late"), "{}", first.text);
    let again = step(&family, &http, id, "acceptance", key).await;
    assert_eq!((again.status, &again.json()["detail"]), (409, &first.json()["detail"]), "{}", again.text);
    assert_eq!((again.code(), again.value("idempotency-replayed")), (first.code(), Some("true")));
    assert_eq!(family.count(OI, Act::HandoverTooLate).await, 1);
}

/// A second word on what was decided would be lost without anybody noticing.
#[tokio::test]
async fn another_word_on_what_was_decided_is_refused() {
    use app::handovers::{Approval, OnBehalf, Paper};
    use kernel::Code;

    use super::family::{refused, today};
    let family = Family::new().await;
    let (app, approver, head) = (family.app(), family.approver(), family.head());
    let id = family.draft(|_| ()).await.unwrap();
    let by = OnBehalf { position: "課長".into(), absence: "出張".into(), review_due: today() };
    let on_behalf = || Approval { on_behalf: Some(by.clone()), paper: None };
    for _ in 0..2 {
        app.handover_approve(&approver, id, on_behalf()).await.unwrap();
    }
    let paper = Paper { number: "開子第9号".into(), decided_on: today() };
    let on_paper = Approval { on_behalf: None, paper: Some(paper) };
    let fault = app.handover_approve(&approver, id, on_paper).await.unwrap_err();
    assert_eq!((fault.code(), fault.detail(Lang::Ja).contains("決裁済")), (Code::HandoverState, true));
    assert_eq!(refused(app.handover_approve(&head, id, on_behalf()).await), Code::HandoverState);
    for _ in 0..2 {
        app.handover_review(&head, id).await.unwrap();
    }
    let other = family.world.hire(KAISEI, "架空 次長", &[Grant::Approver]).await;
    let other = other.ctx(kernel::Purpose::Handover);
    assert_eq!(refused(app.handover_review(&other, id).await), Code::ReviewNotWaiting);
    for _ in 0..2 {
        app.handover_return(&approver, id, "範囲が広い").await.unwrap();
    }
    assert_eq!(refused(app.handover_return(&approver, id, "別の理由").await), Code::HandoverState);
    assert_eq!(refused(app.handover_return(&head, id, "範囲が広い").await), Code::HandoverState);
    for act in [Act::HandoverApproved, Act::HandoverReviewed, Act::HandoverReturned] {
        assert_eq!(family.count(KAISEI, act).await, 1, "{act}");
    }
}
