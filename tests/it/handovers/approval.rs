//! 決裁 as a town does it: by a second person, on somebody's behalf, on paper; given back, handed in again, taken
//! back.

use app::handovers::{Approval, OnBehalf, Paper};
use chrono::{Days, NaiveDate};
use evidence::Act;
use kernel::{Code, Grant, Lang, Purpose, TownCtx};
use serde_json::json;
use testkit::towns::{KAISEI, NAKAI, code};

use super::family::{Family, at, refused, today};
use crate::http::{Ask, Http};

fn on_behalf(review_due: NaiveDate) -> Approval {
    let by =
        OnBehalf { position: "子育て健康課長".into(), absence: "出張のため".into(), review_due };
    Approval { on_behalf: Some(by), paper: None }
}

fn on_paper(decided_on: NaiveDate) -> Approval {
    Approval { on_behalf: None, paper: Some(Paper { number: "開子第123号".into(), decided_on }) }
}

/// Somebody of 開成町 with these grants who is not the case worker who drafts.
fn other_worker(family: &Family) -> TownCtx {
    family.world.ctx(KAISEI, &[Grant::Holder, Grant::CaseWorker], Purpose::Handover)
}

#[tokio::test]
async fn a_decision_keeps_on_whose_behalf_and_on_what_paper() {
    let family = Family::new().await;
    let (app, approver) = (family.app(), family.approver());
    let id = family.draft(|_| ()).await.unwrap();
    let due = today() + Days::new(3);
    let approval = Approval { paper: on_paper(today()).paper, ..on_behalf(due) };
    let view = app.handover_approve(&approver, id, approval.clone()).await.unwrap();
    let decided = view.approval.as_ref().unwrap();
    assert_eq!((at(&view).0, decided.by, &decided.approval), ("approved", approver.staff, &approval));
    assert_eq!(decided.review_due(), Some(due));

    // 後閲: neither the one who decided nor the one who drafted, whatever grant they have.
    let drafter = family.world.ctx(KAISEI, &[Grant::CaseWorker, Grant::Approver], Purpose::Handover);
    for own in [&approver, &drafter] {
        assert_eq!(refused(app.handover_review(own, id).await), Code::SelfReview);
    }
    assert_eq!(refused(app.handover_review(&family.sender(), id).await), Code::GrantMissing);
    app.handover_offer(&family.sender(), id).await.unwrap();
    for _ in 0..2 {
        let view = app.handover_review(&family.head(), id).await.unwrap();
        let decided = view.approval.as_ref().unwrap();
        assert_eq!(decided.review.map(|review| review.by), Some(family.head().staff));
        assert_eq!((at(&view).0, decided.review_due()), ("offered", None));
    }
    assert_eq!(family.count(KAISEI, Act::HandoverReviewed).await, 1, "a second look changes nothing");

    let themselves = family.approved().await;
    assert_eq!(refused(app.handover_review(&family.head(), themselves).await), Code::ReviewNotWaiting);
}

#[tokio::test]
async fn a_decision_on_behalf_does_not_let_the_drafter_decide() {
    let family = Family::new().await;
    let id = family.draft(|_| ()).await.unwrap();
    let both = family.world.ctx(KAISEI, &[Grant::CaseWorker, Grant::Approver], Purpose::Handover);
    for approval in [Approval::default(), on_behalf(today()), on_paper(today())] {
        assert_eq!(refused(family.app().handover_approve(&both, id, approval).await), Code::SelfApproval);
    }
    let without = family.app().handover_approve(&family.sender(), id, on_behalf(today())).await;
    assert_eq!(refused(without), Code::GrantMissing);
    assert_eq!(family.count(KAISEI, Act::HandoverApproved).await, 0);
}

#[tokio::test]
async fn impossible_days_are_refused() {
    let family = Family::new().await;
    let id = family.draft(|_| ()).await.unwrap();
    for (approval, pointer) in [
        (on_paper(today() + Days::new(1)), "/paper/decided_on"),
        (on_behalf(today() - Days::new(1)), "/on_behalf/review_due"),
    ] {
        let fault = family.app().handover_approve(&family.approver(), id, approval).await.unwrap_err();
        assert_eq!(fault.code(), Code::InvalidValue, "{pointer}");
        assert!(!fault.detail(Lang::Ja).contains('{'), "{}", fault.detail(Lang::Ja));
    }
    assert_eq!(at(&family.app().handover(&family.sender(), id).await.unwrap()).0, "draft");
}

#[actix_web::test]
async fn the_body_may_be_left_out_and_says_no_half_of_anything() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let token = &family.world.desk(KAISEI, Grant::Approver).token;
    let id = family.draft(|_| ()).await.unwrap();
    let path = format!("/api/v1/handovers/{id}/approval");
    let due = today().to_string();
    for (body, pointer) in [
        (json!({"on_behalf": {"position": "課長", "review_due": due}}), "/on_behalf/absence"),
        (
            json!({"on_behalf": {"position": " ", "absence": "出張", "review_due": due}}),
            "/on_behalf/position",
        ),
        (json!({"paper": {"decided_on": due}}), "/paper/number"),
        (json!({"paper": {"number": "1", "decided_on": "2026-02-30"}}), "/paper/decided_on"),
        (json!({"approved": true}), "/approved"),
    ] {
        let answer = http.send(Ask::post(&path, body).by(token).to("handover")).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_value"), "{}", answer.text);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{}", answer.text);
    }
    let answer = http.send(Ask::new("POST", &path).by(token).to("handover")).await;
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("approved")), "{}", answer.text);
    assert_eq!(answer.json()["approval"]["on_behalf"], json!(null));

    let path = format!("/api/v1/handovers/{id}/withdrawal");
    for body in [json!({}), json!({"reason": " "})] {
        let answer = http.send(Ask::post(&path, body).by(token).to("handover")).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &json!("/reason")));
    }
}

#[tokio::test]
async fn what_is_given_back_is_put_right_by_its_drafter_and_decided_anew() {
    let family = Family::new().await;
    let (app, sender, approver) = (family.app(), family.sender(), family.approver());
    let id = family.approved().await;
    assert_eq!(refused(app.handover_return(&sender, id, "範囲が広い").await), Code::GrantMissing);
    for _ in 0..2 {
        let view = app.handover_return(&approver, id, "範囲が広い").await.unwrap();
        assert_eq!((at(&view).0, view.approved_by, view.approval.is_none()), ("returned", None, true));
        let [returned] = view.returned.as_slice() else { panic!("once") };
        assert_eq!((returned.reason.as_str(), returned.by), ("範囲が広い", approver.staff));
        assert_eq!(returned.undone.as_ref().map(|undone| undone.by), Some(approver.staff));
    }
    let decided = app.handover_approve(&approver, id, Approval::default()).await;
    assert_eq!(refused(decided), Code::HandoverState, "it waits for its drafter");
    assert_eq!(refused(app.handover_offer(&sender, id).await), Code::HandoverState);

    let consent = family.consent(|_| ()).await;
    let mut terms = family.terms(consent);
    terms.grounds.necessity = "転校後の最初の面談のため".into();
    let by_another = app.handover_redraft(&other_worker(&family), id, terms.clone()).await;
    assert_eq!(refused(by_another), Code::NotDrafter);
    let mut nothing = terms.clone();
    nothing.subjects.clear();
    assert_eq!(refused(app.handover_redraft(&sender, id, nothing).await), Code::NothingToHandOver);
    let mut elsewhere = terms.clone();
    elsewhere.receiver.town = code(NAKAI);
    elsewhere.consents =
        vec![family.consent(|new| new.processing.recipient_third_parties = [code(NAKAI)].into()).await];
    assert_eq!(
        refused(app.handover_redraft(&sender, id, elsewhere).await),
        Code::InvalidValue,
        "another town"
    );
    let again = app.handover_redraft(&sender, id, terms.clone()).await.unwrap();
    assert_eq!((at(&again).0, again.terms.as_ref()), ("draft", Some(&terms)));
    assert_eq!(again.returned.len(), 1, "why it came back stays to be read");
    assert_eq!(refused(app.handover_redraft(&sender, id, terms).await), Code::HandoverState);
    app.handover_approve(&approver, id, Approval::default()).await.unwrap();
    assert_eq!(at(&app.handover_offer(&sender, id).await.unwrap()).0, "offered");
    assert_eq!(refused(app.handover_return(&approver, id, "遅い").await), Code::HandoverState);
    for act in [Act::HandoverReturned, Act::HandoverRedrafted] {
        assert_eq!(family.count(KAISEI, act).await, 1, "{act}");
    }
}

#[tokio::test]
async fn before_the_offer_its_drafter_or_the_head_takes_it_back() {
    let family = Family::new().await;
    let app = family.app();
    for taker in [family.sender(), family.head()] {
        let id = family.approved().await;
        let by_another = app.handover_withdraw(&other_worker(&family), id, "転出の取りやめ").await;
        assert_eq!(refused(by_another), Code::GrantMissing);
        let view = app.handover_withdraw(&taker, id, "転出の取りやめ").await.unwrap();
        let taken = view.withdrawn.as_ref().unwrap();
        assert_eq!(
            (at(&view).0, taken.by, taken.reason.as_str()),
            ("withdrawn", Some(taker.staff), "転出の取りやめ")
        );
        let decided = app.handover_approve(&family.approver(), id, Approval::default()).await;
        assert_eq!(refused(decided), Code::HandoverState, "a withdrawn draft is approved by nobody");
        let late = app.handover_offer(&family.sender(), id).await;
        assert_eq!(refused(late), Code::HandoverState, "late, and without effect");
    }
    assert_eq!(family.count(KAISEI, Act::HandoverWithdrawn).await, 2);
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover").await, 0, "nothing has left");
}
