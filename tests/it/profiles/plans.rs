//! Plans: what would change, once, and only what was looked at.

use serde_json::json;
use testkit::towns::OI;

use super::{Desk, at, threshold};

#[actix_web::test]
async fn a_plan_is_shown_then_done_and_then_nothing_is_left() {
    let desk = Desk::open().await;
    let files = desk.files();
    let same = desk.plan(&files).await;
    assert_eq!((&same["is_empty"], &same["difference"]["changes"]), (&json!(true), &json!([])));
    let changed = threshold(&files, 12);
    let plan = desk.plan(&changed).await;
    let change = &plan["difference"]["changes"][0];
    let told = ["kind", "of", "step", "member", "old", "new"].map(|member| change[member].as_str().unwrap());
    assert_eq!(told, ["rulebook", "young_carer", "changed", "threshold", "11", "12"]);
    assert_eq!(desk.versions().await.len(), 1, "a plan changes nothing");
    let read = desk.get(&at(&format!("profile-plans/{}", plan["id"].as_str().unwrap()))).await.json();
    for member in
        ["id", "digest", "base_profile_id", "is_empty", "removes", "difference", "created_by", "applied_at"]
    {
        assert_eq!(read[member], plan[member], "{member}");
    }

    let applied = desk.apply(&plan).await;
    assert_eq!(applied.status, 200, "{}", applied.text);
    assert_eq!(desk.versions().await[0], applied.json()["id"].as_str().unwrap());
    assert_eq!(desk.plan(&changed).await["is_empty"], true, "after it is applied, a plan is empty");
}

#[actix_web::test]
async fn a_plan_is_used_once() {
    let desk = Desk::open().await;
    let plan = desk.plan(&threshold(&desk.files(), 12)).await;
    assert_eq!(desk.apply(&plan).await.status, 200);
    let again = desk.apply(&plan).await;
    assert_eq!((again.status, again.code().as_str()), (409, "profile_plan_used"));
    let empty = desk.plan(&threshold(&desk.files(), 12)).await;
    assert_eq!(desk.apply(&empty).await.status, 200, "an empty plan changes nothing");
    assert_eq!(desk.apply(&empty).await.code(), "profile_plan_used");
    assert_eq!(desk.versions().await.len(), 2);
}

#[actix_web::test]
async fn a_plan_made_before_another_version_is_stale() {
    let desk = Desk::open().await;
    let (one, other) = (threshold(&desk.files(), 12), threshold(&desk.files(), 13));
    let (first, second) = (desk.plan(&one).await, desk.plan(&other).await);
    assert_eq!(desk.apply(&first).await.status, 200);
    let stale = desk.apply(&second).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "profile_plan_stale"));
    assert!(stale.text.contains(&desk.versions().await[0]), "it says which version: {}", stale.text);
    assert_eq!(desk.versions().await.len(), 2);
    // The same files planned anew are compared with what holds now.
    let anew = desk.plan(&other).await;
    assert_eq!(anew["difference"]["changes"][0]["old"], "12");
    assert_eq!(desk.apply(&anew).await.status, 200);
}

#[actix_web::test]
async fn of_two_plans_applied_at_once_one_holds() {
    let desk = Desk::open().await;
    let (one, other) = (threshold(&desk.files(), 12), threshold(&desk.files(), 13));
    let (first, second) = (desk.plan(&one).await, desk.plan(&other).await);
    let (a, b) = tokio::join!(desk.apply(&first), desk.apply(&second));
    let mut told = [a, b].map(|answer| if answer.status == 200 { "ok".to_owned() } else { answer.code() });
    told.sort();
    assert_eq!(told, ["ok", "profile_plan_stale"]);
    assert_eq!(desk.versions().await.len(), 2);
}

#[actix_web::test]
async fn another_towns_plan_and_an_unknown_one_are_not_there() {
    let desk = Desk::open().await;
    let plan = desk.plan(&threshold(&desk.files(), 12)).await;
    let id = plan["id"].as_str().unwrap();
    for path in [
        format!("/api/v1/towns/{OI}/profile-plans/{id}/application"),
        at("profile-plans/pln_00000000000000000000000000000000/application"),
        at("profile-plans/x/application"),
    ] {
        let answer = desk.post(&path, json!({})).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "profile_plan_not_found"), "{path}");
    }
    let nowhere = desk.post("/api/v1/towns/144029/profile-plans", json!({"files": {}})).await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "town_not_found"));
    assert_eq!(desk.apply(&plan).await.status, 200, "whoever asked elsewhere used nothing up");
}
