//! Versions: who applied what when, what each changed, and the way back.

use serde_json::json;
use testkit::towns::OI;

use super::{Desk, at, threshold};

#[actix_web::test]
async fn an_earlier_version_comes_back_by_its_files() {
    let desk = Desk::open().await;
    let changed = desk.plan(&threshold(&desk.files(), 12)).await;
    desk.apply(&changed).await;
    let versions = desk.versions().await;
    let (now, before) = (&versions[0], &versions[1]);

    let difference = desk.get(&at(&format!("profiles/{now}/difference"))).await.json();
    let change = &difference["changes"][0];
    assert_eq!(
        (&change["member"], &change["old"], &change["new"]),
        (&json!("threshold"), &json!("11"), &json!("12"))
    );
    let back = desk.get(&at(&format!("profiles/{before}/difference?from={now}"))).await.json();
    assert_eq!((&back["changes"][0]["old"], &back["changes"][0]["new"]), (&json!("12"), &json!("11")));
    let first = desk.get(&at(&format!("profiles/{before}/difference"))).await.json();
    assert!(first["files"].as_array().unwrap().iter().all(|file| file["step"] == "added"));

    let old = desk.get(&at(&format!("profiles/{before}"))).await.json();
    assert_eq!(old["version"]["applied_by"], desk.platform.operator.to_string());
    let files = serde_json::from_value(old["files"].clone()).unwrap();
    let plan = desk.plan(&files).await;
    assert_eq!(plan["digest"], old["version"]["digest"]);
    assert_eq!(desk.apply(&plan).await.status, 200);
    let third = desk.get(&at(&format!("profiles/{}", desk.versions().await[0]))).await.json();
    assert_eq!(third["files"], old["files"]);
    assert_eq!(desk.versions().await.len(), 3, "going back is a version of its own");
}

#[actix_web::test]
async fn another_towns_version_and_an_unknown_one_are_not_there() {
    let desk = Desk::open().await;
    let own = &desk.versions().await[0];
    let unknown = "prf_00000000000000000000000000000000";
    for path in [
        format!("/api/v1/towns/{OI}/profiles/{own}"),
        format!("/api/v1/towns/{OI}/profiles/{own}/difference"),
        at(&format!("profiles/{unknown}")),
        at(&format!("profiles/{own}/difference?from={unknown}")),
    ] {
        let answer = desk.get(&path).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "profile_not_found"), "{path}");
    }
    let bad = desk.get(&at(&format!("profiles/{own}/difference?from=x"))).await;
    assert_eq!((bad.status, bad.code().as_str()), (422, "invalid_value"));
}

#[actix_web::test]
async fn the_operator_is_refused_what_is_a_towns() {
    let desk = Desk::open().await;
    for path in ["/api/v1/profile", "/api/v1/profiles", "/api/v1/persons", "/api/v1/loads", "/api/v1/staff"] {
        let answer = desk.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "grant_missing"), "{path}");
    }
}
