//! Every operation of the document refuses alike: wrong method, wrong address, wrong parameter, a body of
//! another kind, broken, too large or with a member nobody knows. Each refusal is a problem in both languages
//! that names its request, with a status the document has.

use std::collections::BTreeSet;

use api::{Limits, Rate};
use kernel::{Code, Grant};
use serde_json::Value;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Answer, Ask, Http};

/// What an address could be asked with.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// An id that nobody has, for every name in braces.
const NOBODY: &str = "0123456789abcdef0123456789abcdef";

/// One operation of the document that needs a token.
struct Operation {
    method: String,
    path: String,
    /// Statuses the document has.
    known: BTreeSet<String>,
    takes_json: bool,
}

impl Operation {
    fn address(&self) -> String {
        self.path
            .split('/')
            .map(|part| if part.starts_with('{') { NOBODY } else { part })
            .collect::<Vec<_>>()
            .join("/")
    }
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(api::document_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !path.starts_with("/api/v1/") {
                continue;
            }
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                known: operation["responses"].as_object().unwrap().keys().cloned().collect(),
                takes_json: !operation["requestBody"]["content"]["application/json"].is_null(),
            });
        }
    }
    assert!(operations.len() > 50, "{}", operations.len());
    operations
}

/// The application and a token with every grant.
async fn world() -> (TestApp, Http, String) {
    let world = TestApp::open(&[KAISEI]).await;
    // Every operation is asked many times at once.
    let many = Rate { burst: 100_000, per_second: 100_000 };
    let http = Http::open_within(&world, Limits { token: many, town: many }).await;
    let token = world.hire(KAISEI, "架空 全権", Grant::ALL).await.token;
    (world, http, token)
}

/// That an answer is a problem as the conventions say.
fn assert_problem(answer: &Answer, place: &str) {
    assert_eq!(answer.value("content-type"), Some("application/problem+json"), "{place}: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["status"], answer.status, "{place}");
    let code = answer.code();
    assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{place}: {code}");
    assert_eq!(body["type"], format!("urn:tasuki:problem:{code}"), "{place}");
    let request = answer.value("tasuki-request-id").unwrap();
    assert_eq!(body["instance"], format!("urn:tasuki:request:{request}"), "{place}");
    for member in ["title", "detail"] {
        let text = body[member].as_str().unwrap_or_default();
        assert!(!text.is_empty() && !text.contains('{'), "{place}: {member} is {text}");
    }
}

/// Asks in both languages; the answers differ in words alone. Gives status and code.
async fn refused(http: &Http, place: &str, ask: impl Fn() -> Ask<'static>) -> (u16, String) {
    let ja = http.send(ask()).await;
    let en = http.send(ask().header(("Accept-Language", "en"))).await;
    for (answer, lang) in [(&ja, "ja"), (&en, "en")] {
        assert_problem(answer, place);
        assert_eq!(answer.value("content-language"), Some(lang), "{place}");
    }
    assert_eq!((ja.status, ja.code()), (en.status, en.code()), "{place}");
    assert_ne!(ja.json()["detail"], en.json()["detail"], "{place}");
    (ja.status, ja.code())
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[actix_web::test]
async fn a_method_or_an_address_that_is_not_there_is_a_problem() {
    let (_world, http, token) = world().await;
    let token = leaked(token);
    let all = operations();
    for operation in &all {
        let taken: BTreeSet<&str> = all
            .iter()
            .filter(|other| other.path == operation.path)
            .flat_map(|other| {
                [other.method.as_str(), if other.method == "GET" { "HEAD" } else { other.method.as_str() }]
            })
            .collect();
        let address = leaked(operation.address());
        for method in METHODS.iter().filter(|method| !taken.contains(*method)) {
            let ask = || Ask::new(method, address).by(token).to("support");
            let (status, code) = refused(&http, &format!("{method} {address}"), ask).await;
            assert_eq!((status, code.as_str()), (405, "method_not_allowed"), "{method} {address}");
            let allow = http.send(ask()).await.value("allow").unwrap_or_default().to_owned();
            assert_eq!(allow.split(", ").collect::<BTreeSet<_>>(), taken, "{method} {address}");
        }
        let beyond = leaked(format!("{address}/nothing/there"));
        let (status, code) = refused(&http, beyond, || Ask::get(beyond).by(token).to("support")).await;
        assert_eq!((status, code.as_str()), (404, "route_not_found"), "{beyond}");
    }
}

#[actix_web::test]
async fn a_parameter_nobody_knows_is_refused_everywhere() {
    let (_world, http, token) = world().await;
    let token = leaked(token);
    for operation in operations() {
        let address = leaked(format!("{}?limitt=1", operation.address()));
        let method: &'static str = leaked(operation.method.clone());
        let ask = || Ask::new(method, address).by(token).to("support");
        let (status, code) = refused(&http, address, ask).await;
        assert_eq!((status, code.as_str()), (400, "unknown_parameter"), "{method} {address}");
    }
}

/// A body that cannot be taken, and what it is refused with where nothing else is wrong.
const BODIES: &[(&str, &str, &[u16])] = &[
    ("text/plain", "hello", &[415]),
    ("application/json", "{", &[400]),
    ("application/json", "[1, 2]", &[422]),
    ("application/json", "{\"nobody_knows_this\": 1}", &[422]),
];

/// An operation that looks something up, or asks for a grant, does so before it judges the body.
const EARLIER: &[u16] = &[403, 404];

#[actix_web::test]
async fn a_body_that_cannot_be_taken_is_a_problem() {
    let (_world, http, token) = world().await;
    let token = leaked(token);
    let mut judged = 0;
    for operation in operations().into_iter().filter(|operation| operation.takes_json) {
        let address = leaked(operation.address());
        let method: &'static str = leaked(operation.method.clone());
        for (kind, body, statuses) in BODIES {
            let ask =
                || Ask::new(method, address).by(token).to("handover").raw(kind, body.as_bytes().to_vec());
            let place = format!("{method} {address} {kind} {body}");
            let (status, _) = refused(&http, &place, ask).await;
            assert!(statuses.contains(&status) || EARLIER.contains(&status), "{place}: {status}");
            assert!(
                operation.known.contains(&status.to_string()),
                "{place}: {status} is not in the document"
            );
            judged += usize::from(statuses.contains(&status));
        }
        let large = || {
            Ask::new(method, address).by(token).to("handover").raw("application/json", vec![b' '; 9 << 20])
        };
        let (status, code) = refused(&http, address, large).await;
        assert!(
            code == "payload_too_large" || EARLIER.contains(&status),
            "{method} {address}: {status} {code}"
        );
    }
    assert!(judged > 30, "{judged} bodies were judged");
}

/// Found by generated requests: it was a 500, and half of the admission had been done.
#[actix_web::test]
async fn a_slug_is_one_towns_alone() {
    let (world, http, _) = world().await;
    let token = world.operator_token().await;
    let body = serde_json::json!({"code": OI, "slug": "kaisei", "name": "大井町"});
    let refused = http.send(Ask::post("/api/v1/towns", body).by(&token)).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "slug_taken"), "{}", refused.text);
    let unknown = http.send(Ask::get(&format!("/api/v1/towns/{OI}")).by(&token)).await;
    assert_eq!(unknown.status, 404, "{}", unknown.text);
    assert!(!world.db.key_path().join(OI).exists(), "and it has no keys");
}
