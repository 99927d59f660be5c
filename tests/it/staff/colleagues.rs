//! 職員の氏名: what records say by id is said by name to everybody who works in the town, at once and for good.

use chrono::TimeDelta;
use kernel::Grant;
use kernel::id::StaffId;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};

async fn listed(http: &Http, token: &str) -> Vec<Value> {
    let answer = http.send(Ask::get("/api/v1/colleagues?limit=200").by(token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = answer.json();
    assert!(page["as_of_ja"].as_str().unwrap().ends_with("時点"));
    page["items"].as_array().unwrap().clone()
}

fn find(list: &[Value], id: StaffId) -> Option<(Value, Value)> {
    let found = list.iter().find(|one| one["id"] == id.to_string())?;
    Some((found["name"].clone(), found["sections"].clone()))
}

#[actix_web::test]
async fn everybody_sees_who_is_who_and_no_more() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&world).await;
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    for &grant in Grant::ALL {
        let list = listed(&http, &world.desk(KAISEI, grant).token).await;
        assert_eq!(list.len(), Grant::ALL.len(), "{grant}");
        for one in &list {
            let mut members: Vec<_> = one.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            assert_eq!(members, ["id", "kind", "name", "sections"], "no number and no rights");
        }
    }
    // Somebody new is there at once, though everybody was just read; so is a changed posting.
    let worker = world.desk(KAISEI, Grant::CaseWorker);
    let new = world.hire(KAISEI, "架空 新", &[Grant::Holder]).await;
    let list = listed(&http, &worker.token).await;
    let (name, sections) = find(&list, new.staff).unwrap();
    assert_eq!((name, sections.as_array().unwrap().len()), (json!("架空 新"), 1));
    let beside = app::staff::NewPosting {
        section: "board/gakko".parse().unwrap(),
        grants: [Grant::Holder].into_iter().collect(),
        from: admin.today(),
        until: None,
    };
    world.app.posting_add(&admin, new.staff, &beside).await.unwrap();
    let later = app::staff::NewPosting {
        section: "mayor/fukushi".parse().unwrap(),
        from: admin.today() + TimeDelta::days(1),
        ..beside
    };
    world.app.posting_add(&admin, new.staff, &later).await.unwrap();
    let sections = find(&listed(&http, &worker.token).await, new.staff).unwrap().1;
    assert!(sections.as_array().unwrap().contains(&json!("学校教育課")), "{sections}");
    assert_eq!(sections.as_array().unwrap().len(), 2, "兼務; what begins tomorrow is not yet");
    // Who has left wrote what they wrote: the name stays.
    world.app.staff_depart(&admin, new.staff).await.unwrap();
    let left = find(&listed(&http, &worker.token).await, new.staff).unwrap();
    assert_eq!(left, (json!("架空 新"), json!([])));

    let theirs = listed(&http, &world.desk(OI, Grant::CaseWorker).token).await;
    assert!(find(&theirs, worker.staff).is_none(), "another town's");
    let operator = http.send(Ask::get("/api/v1/colleagues").by(&world.operator_token().await)).await;
    assert_eq!((operator.status, operator.code().as_str()), (403, "grant_missing"));
}
