//! The documentation page offers a training town's tokens, and nobody else's.

use std::fs;

use actix_web::web::Data;
use api::TrainingTokens;
use kernel::Grant;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::{KAISEI, RENSHU};

async fn offered(platform: &TestApp, file: Option<&Value>) -> Value {
    let path = file.map(|content| {
        let path = platform.db.key_path().join("tokens.json");
        fs::write(&path, content.to_string()).unwrap();
        path
    });
    let tokens = Data::new(TrainingTokens(path));
    let service = actix_web::test::init_service(
        api::application(std::sync::Arc::clone(&platform.app)).app_data(tokens),
    )
    .await;
    let ask = actix_web::test::TestRequest::get().uri("/docs/training.json").to_request();
    actix_web::test::call_and_read_body_json(&service, ask).await
}

#[actix_web::test]
async fn only_a_training_towns_tokens_are_offered() {
    let platform = TestApp::open(&[RENSHU, KAISEI]).await;
    let [training, member] =
        [RENSHU, KAISEI].map(|town| platform.desk(town, Grant::CaseWorker).token.clone());
    let file = |code: &str, tokens: &[&str]| {
        let tokens: Vec<_> = tokens.iter().map(|token| json!({"name": "担当者", "token": token})).collect();
        json!({"town": "練習町", "code": code, "tokens": tokens})
    };
    let nothing = json!({"town": "", "tokens": []});
    assert_eq!(offered(&platform, None).await, nothing);
    assert_eq!(offered(&platform, Some(&json!("not an offer"))).await, nothing);
    let mixed = offered(&platform, Some(&file(RENSHU, &[&training, &member]))).await;
    assert_eq!(mixed, json!({"town": "練習町", "tokens": [{"name": "担当者", "token": training}]}));
    assert_eq!(offered(&platform, Some(&file(KAISEI, &[&member]))).await, nothing);
}
