//! Every operation of the document, asked by somebody who may not see one person: what is about that person is
//! refused, and no list names them. An operation that is added is asked here too.

use kernel::{Grant, Purpose};
use serde_json::json;
use testkit::towns::KAISEI;

use crate::http::Ask;
use crate::matrix::{OPEN, Operation, Towns, bodies, fill, operations};
use app::denials::{NewDenial, Reason};

/// Ids in a path by which an operation is about somebody.
const ABOUT: &[&str] = &["person_id", "household_id", "consent_id", "watch_note_id"];

/// Operations that tell nothing of a person but opaque ids, whole or not at all.
const IDS_ALONE: &[&str] = &["/api/v1/evidence-leaves", "/api/v1/evidence-bundle", "/api/v1/changes"];

#[actix_web::test]
async fn whoever_may_not_see_a_person_gets_nothing_about_them_by_any_operation() {
    let towns = Towns::open().await;
    let samples = &towns.kaisei.samples;
    let person = samples["person_id"].clone();
    let kin = towns.platform.hire(KAISEI, "架空 親族", Grant::ALL).await;
    let admin = towns.platform.desk(KAISEI, Grant::TownAdmin).ctx(Purpose::Support);
    let denial =
        NewDenial { person: person.parse().unwrap(), reason: Reason::Kin, from: admin.today(), until: None };
    towns.platform.app.denial_add(&admin, kin.staff, denial).await.unwrap();
    let ask = async |operation: &Operation, body| {
        let address = operation.address(samples);
        let ask = Ask::new(&operation.method, &address).by(&kin.token).to("handover");
        let answer = towns.http.send(if operation.has_body { ask.json(body) } else { ask }).await;
        (format!("{} {address}", operation.method), answer)
    };
    let mut refused = 0;
    for operation in operations().iter().filter(|operation| !OPEN.contains(&operation.path.as_str())) {
        let is_about = operation.ids.iter().any(|(name, _)| ABOUT.contains(&name.as_str()));
        let is_read = operation.method == "GET";
        // What lies below a town's address is the operator's, who sees nobody.
        let is_operators = operation.path.starts_with("/api/v1/towns/");
        if !(is_about || is_read) || is_operators || IDS_ALONE.contains(&operation.path.as_str()) {
            continue;
        }
        let (place, answer) = ask(operation, json!({})).await;
        if is_about || (answer.status == 403 && answer.code() == "person_denied") {
            let told = (answer.status, answer.code());
            assert_eq!(told, (403, "person_denied".to_owned()), "{place}: {}", answer.text);
            refused += 1;
        } else {
            assert!(!answer.text.contains(&person), "{place} names them");
        }
    }
    assert!(refused >= 20, "{refused} refused: the samples are not about the person");
    for (path, body) in bodies().iter().filter(|(_, body)| body.to_string().contains("person_id")) {
        let operation = operations().into_iter().find(|o| o.path == *path && o.method == "POST").unwrap();
        let (place, answer) = ask(&operation, fill(body, samples)).await;
        assert_eq!(answer.code(), "person_denied", "{place} {body}: {}", answer.text);
    }
}
