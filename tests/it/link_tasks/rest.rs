//! The queue by REST: settled and taken back by those who settle it, by nobody else.

use kernel::Grant;
use serde_json::{Value, json};
use testkit::files::attended;
use testkit::towns::KAISEI;

use super::{Queue, namesake};
use crate::http::{Answer, Ask, Http};
use crate::persons::text;

#[actix_web::test]
async fn a_case_worker_and_a_manager_settle_it_and_take_it_back() {
    let queue = Queue::open().await;
    queue.load("attendance", &[attended(&namesake("0000071"), "2026-05", 3)]).await;
    let http = Http::open(&queue.world).await;
    for grant in [Grant::CaseWorker, Grant::OverallManager] {
        let token = &queue.world.desk(KAISEI, grant).token;
        let send = async |method: &str, path: &str, body: Option<Value>| -> Answer {
            let ask = Ask::new(method, path).by(token).to("data_quality");
            http.send(body.into_iter().fold(ask, Ask::json)).await
        };
        let list = send("GET", "/api/v1/link-tasks", None).await.json();
        assert!(text(&list, "/as_of_ja").ends_with("時点"));
        assert_eq!(text(&list, "/items/0/birth_date_wareki"), "平成27年6月15日");
        assert_eq!(list["items"][0]["candidates"].as_array().unwrap().len(), 2);
        let task = format!("/api/v1/link-tasks/{}", text(&list, "/items/0/id"));
        let (decision, undoing) = (format!("{task}/decision"), format!("{task}/undoing"));
        let hers = json!({"person_id": queue.two});
        for (path, body, status, code) in [
            (&decision, Some(hers.clone()), 204, ""),
            (&decision, Some(json!({"person_id": null})), 409, "link_task_decided"),
            (&undoing, None, 204, ""),
            (&undoing, None, 409, "link_task_not_decided"),
        ] {
            let answer = send("POST", path, body).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
            assert!(answer.text.contains(code));
        }
        let again = send("GET", &task, None).await.json();
        assert_eq!((text(&again, "/state"), &again["person_id"]), ("open", &Value::Null), "it waits again");
    }
    let analyst = &queue.world.desk(KAISEI, Grant::Analyst).token;
    let refused = http.send(Ask::get("/api/v1/link-tasks").by(analyst).to("data_quality")).await;
    assert_eq!(refused.code(), "grant_missing");
}
