//! What may not leave: refused with its reason, in both languages, nothing written and nobody looked at.

use chrono::TimeDelta;
use chrono::Utc;
use kernel::{Code, Grant, Purpose};
use rulebook::List;
use serde_json::json;
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::{KAISEI, NAKAI};

use super::{CSV, Scored, exported, looked_at, today, worker};
use crate::http::{Ask, Http};
use crate::resting::assert_refused;

#[tokio::test]
async fn a_town_that_has_not_decided_has_no_exports() {
    let world = TestApp::open(&[NAKAI]).await;
    let bytes = file(&world, NAKAI, "resident_register", today(), &[registered(&nth(1))]);
    world.load(NAKAI, "resident_register", today(), &bytes).await.unwrap();
    let ctx = world.desk(NAKAI, Grant::CaseWorker).ctx(Purpose::Support);
    let person = world.app.person_by_number(&ctx, "0000000001").await.unwrap().as_ref().unwrap().id;
    let sheet = world.app.export_sheet(&ctx, person).await;
    assert_refused(sheet, Code::ExportNotAllowed, "書き出しが許されていません", "has not decided");
    assert!(looked_at(&world).await.is_empty());
}

#[tokio::test]
async fn nothing_leaves_without_a_current_list() {
    let scored = Scored::open().await;
    let child = scored.on(scored.list).await.rows[0].person;
    // A month on, nobody has loaded a list.
    let desk = scored.world.desk(KAISEI, Grant::CaseWorker);
    let late = desk.ctx_at(Purpose::Support, Utc::now() + TimeDelta::days(33));
    let list = scored.world.app.export_candidates(&late, scored.run, scored.list, CSV).await;
    assert_refused(list, Code::ProtectionListStale, "最新の一覧", "Load the current list");
    let sheet = scored.world.app.export_sheet(&late, child).await;
    assert_refused(sheet, Code::ProtectionListStale, "最新の一覧", "Load the current list");
    assert_eq!(exported(&scored.world).await, 0);
    assert!(looked_at(&scored.world).await.is_empty());
}

#[tokio::test]
async fn there_is_no_sheet_where_somebody_of_the_family_is_protected() {
    let scored = Scored::open().await;
    let (app, ctx) = (&scored.world.app, worker(&scored.world));
    let on = scored.on(scored.list).await;
    // A child with others in the household, none of them protected.
    let mut chosen = None;
    for child in &on.rows {
        let household = app.person(&ctx, child.person).await.unwrap().household.unwrap();
        let members = app.household(&ctx, household).await.unwrap();
        let other = members.members.iter().find(|(id, _)| *id != child.person).cloned();
        if let Some(other) = other
            && app.export_sheet(&ctx, child.person).await.is_ok()
        {
            chosen = Some((child, other));
            break;
        }
    }
    let (child, (other, identity)) = chosen.unwrap();
    let before = (exported(&scored.world).await, looked_at(&scored.world).await);
    let row = testkit::files::protected("書出試験", &identity, None, today());
    let bytes = file(&scored.world, KAISEI, "protection_list", today(), &[row]);
    scored.world.load(KAISEI, "protection_list", today(), &bytes).await.unwrap();
    assert!(scored.is_protected(other).await);
    for person in [child.person, other] {
        let sheet = app.export_sheet(&ctx, person).await;
        assert_refused(sheet, Code::ExportProtected, "個票は書き出せません", "no sheet");
    }
    assert_eq!((exported(&scored.world).await, looked_at(&scored.world).await), before);
}

#[actix_web::test]
async fn who_asks_wrongly_is_told_how() {
    let scored = Scored::open().await;
    let http = Http::open(&scored.world).await;
    let token = &scored.world.desk(KAISEI, Grant::CaseWorker).token;
    let path = format!("/api/v1/runs/{}/candidate-exports", scored.run);
    let ask = async |token: &str, purpose: Option<&str>, body: serde_json::Value| {
        let mut ask = Ask::post(&path, body).by(token);
        if let Some(purpose) = purpose {
            ask = ask.to(purpose);
        }
        http.send(ask).await
    };
    let good = json!({"list": scored.list.as_str(), "form": "csv"});
    let done = ask(token, Some("support"), good.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.value("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let named = done.value("content-disposition").unwrap();
    assert!(named.starts_with("attachment; filename=\"tasuki-candidates-"), "{named}");
    for (token, purpose, body, refused) in [
        (token, None, good.clone(), (400, "purpose_required")),
        (&scored.world.desk(KAISEI, Grant::Analyst).token, Some("support"), good, (403, "grant_missing")),
        (token, Some("support"), json!({"list": "certain", "form": "pdf"}), (422, "invalid_value")),
        (token, Some("support"), json!({"list": "all", "form": "csv"}), (422, "invalid_value")),
        (
            token,
            Some("support"),
            json!({"list": "certain", "form": "xlsx", "charset": "utf-8"}),
            (422, "invalid_value"),
        ),
        (token, Some("support"), json!({"list": "certain"}), (422, "invalid_value")),
    ] {
        let answer = ask(token, purpose, body.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), refused, "{body}: {}", answer.text);
    }
    let ctx = worker(&scored.world);
    let nobody = scored.world.app.export_candidates(&ctx, kernel::id::RunId::new(), List::Certain, CSV);
    assert_eq!(nobody.await.unwrap_err().code(), Code::RunNotFound);
    assert_eq!(exported(&scored.world).await, 1);
}
