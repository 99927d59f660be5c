//! What every answer carries, whatever it answers.

use actix_web::body::to_bytes;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use serde_json::Value;

use super::*;
use crate::serve::assembled;

async fn ask(request: TestRequest) -> (StatusCode, HeaderMap, Value) {
    let service = init_service(assembled()).await;
    let answer = call_service(&service, request.to_request()).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = to_bytes(answer.into_body()).await.unwrap();
    (status, headers, serde_json::from_slice(&body).unwrap_or_default())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn an_address_that_does_not_exist_says_so() {
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/staff/",
        "/health",
        "/api/v2/staff",
        "/%00",
    ] {
        let (status, headers, body) = ask(TestRequest::get().uri(path)).await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::NOT_FOUND, &Value::from("route_not_found")),
            "{path}"
        );
        assert_eq!(text(&headers, "content-type"), PROBLEM_JSON);
        assert_eq!(body["instance"], format!("urn:tasuki:request:{}", text(&headers, "tasuki-request-id")));
    }
}

#[actix_web::test]
async fn a_method_that_is_not_there_names_those_that_are() {
    let (status, headers, body) = ask(TestRequest::post().uri("/health/live")).await;
    assert_eq!((status, text(&headers, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    assert_eq!(body["code"], "method_not_allowed");
    assert!(body["detail"].as_str().unwrap().contains("POST"));
}

#[actix_web::test]
async fn where_get_is_head_is() {
    let asked = |method| TestRequest::with_uri("/health/live").method(method);
    let (head, get) = (ask(asked(Method::HEAD)).await, ask(asked(Method::GET)).await);
    assert_eq!((head.0, text(&head.1, "content-type")), (StatusCode::OK, text(&get.1, "content-type")));
}

#[actix_web::test]
async fn without_a_token_every_operation_answers_401() {
    let document = crate::document();
    let mut asked = 0;
    for (path, item) in &document.paths.paths {
        for (method, operation) in crate::index::operations(item) {
            let secured = operation.security.as_ref().is_some_and(|security| !security.is_empty());
            let open = crate::document::OPEN.contains(&path.as_str());
            assert_eq!(secured, path.starts_with("/api/v1/") && !open, "{path}");
            if !secured {
                continue;
            }
            let request = TestRequest::with_uri(&path.replace(['{', '}'], "")).method(method.clone());
            for request in [
                request,
                TestRequest::with_uri(path).method(method).insert_header((AUTHORIZATION, "Basic eDp5")),
            ] {
                let (status, headers, body) = ask(request).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
                assert_eq!(body["code"], "unauthenticated");
                assert_eq!(text(&headers, "www-authenticate"), "Bearer realm=\"tasuki\"");
            }
            asked += 1;
        }
    }
    assert!(asked >= 13, "{asked}");
}

#[actix_web::test]
async fn an_encoded_path_is_the_same_address() {
    let (status, headers, _) = ask(TestRequest::patch().uri("/health/%6Cive")).await;
    assert_eq!((status, text(&headers, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    // With a token believed nowhere else, what stands behind the address is asked: the platform is missing here.
    let bearer = TestRequest::get().uri("/api/v1/%73taff").insert_header((AUTHORIZATION, "Bearer x"));
    let (status, ..) = ask(bearer).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[actix_web::test]
async fn the_language_is_the_callers() {
    for (header, lang) in [
        ("", "ja"),
        ("en", "en"),
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("ja,en;q=0.9", "ja"),
        ("fr, en;q=0.5", "en"),
        ("fr", "ja"),
        ("*", "ja"),
        ("en;q=0", "ja"),
        ("en;q=nonsense,ja;q=0.1", "ja"),
        ("ja;q=0.2, EN-gb ; q=0.3", "en"),
    ] {
        let (_, headers, body) =
            ask(TestRequest::get().uri("/nothing").insert_header((ACCEPT_LANGUAGE, header))).await;
        assert_eq!(text(&headers, "content-language"), lang, "{header}");
        assert_eq!(body["title"], if lang == "ja" { "この宛先はありません" } else { "No such address" });
    }
}

#[actix_web::test]
async fn every_answer_is_guarded() {
    for path in ["/health/live", "/openapi.json", "/metrics", "/nothing", "/api/v1/staff", "/docs/"] {
        let (_, headers, _) = ask(TestRequest::get().uri(path)).await;
        assert_eq!(text(&headers, "cache-control"), "no-store", "{path}");
        assert_eq!(text(&headers, "x-content-type-options"), "nosniff");
        assert_eq!(text(&headers, "referrer-policy"), "no-referrer");
        assert!(text(&headers, "strict-transport-security").starts_with("max-age="));
        assert!(text(&headers, "content-security-policy").starts_with("default-src 'none'"));
        assert!(text(&headers, "tasuki-request-id").parse::<RequestId>().is_ok());
        assert!(headers.get("access-control-allow-origin").is_none());
    }
}

#[actix_web::test]
async fn request_ids_differ() {
    let (_, one, _) = ask(TestRequest::get().uri("/health/live")).await;
    let (_, other, _) = ask(TestRequest::get().uri("/health/live")).await;
    assert_ne!(text(&one, "tasuki-request-id"), text(&other, "tasuki-request-id"));
}

#[actix_web::test]
async fn a_request_keeps_the_id_its_caller_gave_it() {
    let id = "req_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70";
    for sent in [
        id,
        "019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70",
        "019A9F3C-5B7A-7C3E-8A1F-2B3C4D5E6F70",
    ] {
        let (_, headers, body) =
            ask(TestRequest::get().uri("/nothing").insert_header(("X-Request-Id", sent))).await;
        assert_eq!(text(&headers, "tasuki-request-id"), id, "{sent}");
        assert_eq!(text(&headers, "x-request-id"), sent);
        assert_eq!(body["instance"], format!("urn:tasuki:request:{id}"));
    }
    let mut seen = std::collections::BTreeSet::new();
    for sent in [
        "",
        "1",
        "架空花子",
        "019a9f3c5b7a7c3e8a1f2b3c4d5e6f7",
        "0-19a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    ] {
        let (status, headers, _) =
            ask(TestRequest::get().uri("/health/live").insert_header(("X-Request-Id", sent))).await;
        let made = text(&headers, "tasuki-request-id").to_owned();
        assert!(made.parse::<RequestId>().is_ok() && seen.insert(made), "{sent}");
        assert_eq!((status, headers.get("x-request-id")), (StatusCode::OK, None), "{sent}");
    }
}

/// What a line of the log says.
#[derive(Clone, Default)]
struct Heard(std::sync::Arc<std::sync::Mutex<String>>);

impl tracing::Subscriber for Heard {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields<'h>(&'h mut String);
        impl tracing::field::Visit for Fields<'_> {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push_str(&format!("{}={value:?} ", field.name()));
            }
        }
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[actix_web::test]
async fn the_log_names_the_request_by_that_id() {
    let heard = Heard::default();
    // Once before anybody listens: a line that another thread's test writes for the first time at this very moment
    // would be taken for one that nobody wants.
    ask(TestRequest::get().uri("/health/live")).await;
    let _listening = tracing::subscriber::set_default(heard.clone());
    let sent = ("X-Request-Id", "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70");
    ask(TestRequest::get().uri("/health/live").insert_header(sent)).await;
    let log = heard.0.lock().unwrap();
    assert!(log.contains("request=req_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"), "{log}");
}

#[actix_web::test]
async fn the_document_served_is_the_one_committed() {
    let (status, _, body) = ask(TestRequest::get().uri("/openapi.json")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body, serde_json::from_str::<Value>(crate::document_json()).unwrap());
}

#[actix_web::test]
async fn the_documentation_is_found_without_the_last_slash() {
    let (status, headers, _) = ask(TestRequest::get().uri("/docs")).await;
    assert_eq!((status.is_redirection(), text(&headers, "location")), (true, "/docs/"));
}

#[actix_web::test]
async fn the_documentation_page_loads_nothing_from_elsewhere() {
    let service = init_service(assembled()).await;
    let mut seen = String::new();
    for path in ["/docs/", "/docs/swagger-initializer.js"] {
        let answer = call_service(&service, TestRequest::get().uri(path).to_request()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        seen.push_str(std::str::from_utf8(&to_bytes(answer.into_body()).await.unwrap()).unwrap());
    }
    assert!(seen.contains("/openapi.json"), "{seen}");
    for elsewhere in ["src=\"http", "href=\"http", "src=\"//", "url: \"http"] {
        assert!(!seen.contains(elsewhere), "{elsewhere}");
    }
}

async fn fails(code: Code) -> Value {
    let service = App::new()
        .route("/fails", web::get().to(move || async move { Err::<HttpResponse, _>(Problem::from(code)) }))
        .wrap(from_fn(envelope));
    let service = init_service(service).await;
    let answer = call_service(&service, TestRequest::get().uri("/fails").to_request()).await;
    serde_json::json!({
        "status": answer.status().as_u16(),
        "challenge": answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap()),
    })
}

#[actix_web::test]
async fn a_revoked_token_is_told_apart_by_its_challenge() {
    let revoked = fails(Code::TokenRevoked).await;
    assert_eq!(
        revoked,
        serde_json::json!({"status": 401, "challenge": "Bearer realm=\"tasuki\", error=\"invalid_token\""})
    );
    assert_eq!(fails(Code::GrantMissing).await, serde_json::json!({"status": 403, "challenge": null}));
}

#[actix_web::test]
async fn what_fails_below_the_handlers_is_a_problem_too() {
    let below = |status: StatusCode| async move {
        let service = App::new()
            .route("/fails", web::get().to(move || async move { HttpResponse::new(status) }))
            .wrap(from_fn(envelope));
        let service = init_service(service).await;
        let answer = call_service(&service, TestRequest::get().uri("/fails").to_request()).await;
        let status = answer.status();
        let body: Value = serde_json::from_slice(&to_bytes(answer.into_body()).await.unwrap()).unwrap();
        (status.as_u16(), body["code"].as_str().unwrap().to_owned())
    };
    for (status, code, shown) in [
        (StatusCode::BAD_REQUEST, "bad_request", 400),
        (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", 413),
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable", 503),
        (StatusCode::BAD_GATEWAY, "internal", 500),
    ] {
        assert_eq!(below(status).await, (shown, code.to_owned()));
    }
}
