//! The API as a client meets it: requests to the whole application, answers taken apart. No socket: what TLS
//! adds is tested where the server is.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::{self, TestRequest};
use serde_json::Value;
use testkit::TestApp;

type Answering = Pin<Box<dyn Future<Output = ServiceResponse>>>;

/// The application, ready to be asked.
pub struct Http(Box<dyn Fn(TestRequest) -> Answering>);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Names of the headers.
    pub headers: BTreeSet<String>,
    /// Their values.
    pub values: BTreeMap<String, String>,
    /// The header `Location`.
    pub location: Option<String>,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{} is no JSON: {}", self.status, self.text))
    }

    /// A header's value.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The error's stable code.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// What is asked.
pub struct Ask<'a> {
    method: Method,
    path: &'a str,
    token: Option<&'a str>,
    purpose: Option<&'a str>,
    body: Option<Value>,
    raw: Option<(&'a str, Vec<u8>)>,
    header: Option<(&'a str, &'a str)>,
}

impl<'a> Ask<'a> {
    /// A request without token and purpose.
    pub fn new(method: &str, path: &'a str) -> Self {
        Self {
            method: method.parse().unwrap(),
            path,
            token: None,
            purpose: None,
            body: None,
            raw: None,
            header: None,
        }
    }

    /// A read.
    pub fn get(path: &'a str) -> Self {
        Self::new("GET", path)
    }

    /// A write with a JSON body.
    pub fn post(path: &'a str, body: Value) -> Self {
        Self::new("POST", path).json(body)
    }

    /// With a token.
    pub fn by(mut self, token: &'a str) -> Self {
        self.token = Some(token);
        self
    }

    /// With a purpose.
    pub fn to(mut self, purpose: &'a str) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// With one more header.
    pub fn header(mut self, header: (&'a str, &'a str)) -> Self {
        self.header = Some(header);
        self
    }

    /// With any body, of this Content-Type.
    pub fn raw(mut self, kind: &'a str, body: Vec<u8>) -> Self {
        self.raw = Some((kind, body));
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

impl Http {
    /// The application over a platform.
    pub async fn open(platform: &TestApp) -> Self {
        Self::open_within(platform, api::Limits::default()).await
    }

    /// The application over a platform, within these limits.
    pub async fn open_within(platform: &TestApp, limits: api::Limits) -> Self {
        let application = api::application_within(Arc::clone(&platform.app), limits);
        let service = Rc::new(test::init_service(application).await);
        Self(Box::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move { test::call_service(&*service, request.to_request()).await })
        }))
    }

    /// Asks and takes the answer apart.
    pub async fn send(&self, ask: Ask<'_>) -> Answer {
        let mut request = TestRequest::with_uri(ask.path).method(ask.method);
        if let Some(token) = ask.token {
            request = request.insert_header(("Authorization", format!("Bearer {token}")));
        }
        if let Some(purpose) = ask.purpose {
            request = request.insert_header(("Tasuki-Purpose", purpose));
        }
        if let Some(header) = ask.header {
            request = request.insert_header(header);
        }
        if let Some(body) = &ask.body {
            request = request.set_json(body);
        }
        if let Some((kind, body)) = ask.raw {
            request = request.insert_header(("Content-Type", kind)).set_payload(body);
        }
        let answer = (self.0)(request).await;
        let text =
            |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let values = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let headers = answer.headers().keys().map(ToString::to_string).collect();
        let location = answer.headers().get("Location").map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body()).await.unwrap();
        Answer { status, headers, values, location, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}
