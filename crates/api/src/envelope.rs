//! What every answer gets, whoever made it: a request id, the headers that keep browsers and caches
//! careful, errors as problem+json in the caller's language, one line in the log and one count in the
//! metrics. Log and metrics name the route's pattern, never the path or its query.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use kernel::id::RequestId;
use kernel::{Code, Fault, Lang};

use crate::Problem;
use crate::index::Index;
use crate::problem::PROBLEM_JSON;

/// The header of every answer that names the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("tasuki-request-id");

/// The header by which a client or a gateway names its request itself.
pub(crate) const GIVEN_ID: &str = "X-Request-Id";

/// An answer of the API is data, never a page.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The documentation page runs its own scripts and calls this API, nothing else; its bundle sets styles
/// from script.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/// What is known of a request before anything is decided about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub request: RequestId,
    pub lang: Lang,
}

pub(crate) async fn envelope(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let given = given(request.headers());
    let request_id = given.as_ref().map_or_else(RequestId::new, |(id, _)| *id);
    let asked = Asked { request: request_id, lang: preferred(request.headers()) };
    request.extensions_mut().insert(asked);
    let route = request.match_pattern();
    let is_docs = request.path().starts_with("/docs");
    let method = request.method().clone();
    // Whoever asks for the headers alone gets those of a GET (RFC 9110, 9.3.2); the server leaves the body out.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    let mut answer = as_problem(answer, asked);
    guard(answer.headers_mut(), asked, is_docs);
    if let Some((_, as_sent)) = given {
        answer.headers_mut().insert(HeaderName::from_static("x-request-id"), as_sent);
    }
    record(&method, route.as_deref(), answer.status(), began, asked.request);
    Ok(answer)
}

/// The id that the caller gave its request, and as it was written: a UUID, or one of this API's own form.
/// Anything else is passed over, for a log must not carry what a stranger words. A proxy may add a header
/// of its own making to every request, so a malformed one is no error.
fn given(headers: &HeaderMap) -> Option<(RequestId, HeaderValue)> {
    let sent = headers.get(GIVEN_ID)?;
    let text = sent.to_str().ok()?;
    let uuid = text.strip_prefix("req_").unwrap_or(text);
    let hyphens: Vec<usize> = uuid.match_indices('-').map(|(at, _)| at).collect();
    if !(hyphens.is_empty() || hyphens == [8, 13, 18, 23]) {
        return None;
    }
    let id = format!("req_{}", uuid.replace('-', "").to_ascii_lowercase()).parse().ok()?;
    Some((id, sent.clone()))
}

/// Every address that is not in the table, and every method an address does not accept.
pub(crate) async fn nowhere(request: HttpRequest) -> HttpResponse {
    let Some(address) = Index::get().at(request.match_info().as_str()) else {
        return HttpResponse::from_error(Problem::from(Code::RouteNotFound));
    };
    let allowed = address.allowed();
    let fault = Fault::new(Code::MethodNotAllowed).with("method", request.method()).with("allowed", &allowed);
    let mut answer = HttpResponse::from_error(Problem::from(fault));
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

/// The first of Japanese and English that the caller ranks highest (RFC 9110, 12.5.4).
fn preferred(headers: &HeaderMap) -> Lang {
    let Some(header) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return Lang::Ja;
    };
    let mut best: Option<(f32, Lang)> = None;
    for range in header.split(',') {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let lang = match tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "ja" | "*" => Lang::Ja,
            "en" => Lang::En,
            _ => continue,
        };
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(0.0);
        if weight > 0.0 && best.is_none_or(|(highest, _)| weight > highest) {
            best = Some((weight, lang));
        }
    }
    best.map_or(Lang::Ja, |(_, lang)| lang)
}

/// Gives an error its body. What failed below the handlers, without a fault of ours, is told by its
/// status alone.
fn as_problem(answer: ServiceResponse<BoxBody>, asked: Asked) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let problem = answer.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    let problem = problem.unwrap_or_else(|| of_status(status).into());
    let code = problem.first().code();
    if matches!(code, Code::Internal) {
        tracing::error!(request = %asked.request, "internal");
    }
    let (request, old) = answer.into_parts();
    let mut new =
        HttpResponse::build(StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    for (name, value) in old.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            new.append_header((name, value));
        }
    }
    match code {
        Code::Unauthenticated | Code::SignInRefused => {
            new.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"tasuki\""))
        }
        Code::TokenRevoked | Code::PostingEnded => {
            new.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"tasuki\", error=\"invalid_token\""))
        }
        _ => &mut new,
    };
    if let Some(seconds) = problem.first().argument("seconds") {
        new.insert_header((RETRY_AFTER, seconds));
    }
    new.insert_header((CONTENT_LANGUAGE, if asked.lang == Lang::Ja { "ja" } else { "en" }));
    let body = serde_json::to_vec(&problem.body(asked.lang, asked.request)).unwrap_or_default();
    ServiceResponse::new(request, new.content_type(PROBLEM_JSON).body(body))
}

fn of_status(status: StatusCode) -> Fault {
    let why = || Fault::new(Code::BadRequest).with_words("why", "読み取れない形です", "unreadable");
    match status {
        StatusCode::NOT_FOUND => Fault::new(Code::RouteNotFound),
        StatusCode::UNAUTHORIZED => Fault::new(Code::Unauthenticated),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Fault::new(Code::PayloadTooLarge).with_words("limit", "規定の", "the allowed number")
        }
        StatusCode::SERVICE_UNAVAILABLE => Fault::new(Code::Unavailable),
        status if status.is_client_error() => why(),
        _ => Fault::new(Code::Internal),
    }
}

fn guard(headers: &mut HeaderMap, asked: Asked, is_docs: bool) {
    if let Ok(id) = HeaderValue::from_str(&asked.request.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    let policy = if is_docs { DOCS_POLICY } else { POLICY };
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (CONTENT_SECURITY_POLICY, policy),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn record(method: &Method, route: Option<&str>, status: StatusCode, began: Instant, request: RequestId) {
    let took = began.elapsed();
    let known = route.filter(|_| status != StatusCode::METHOD_NOT_ALLOWED);
    // A client can make up methods and paths without end; a label must not follow.
    let method = if known.is_some() { method.as_str() } else { "-" };
    let route = known.unwrap_or("-");
    tracing::info!(%request, method, route, status = status.as_u16(), ms = took.as_secs_f64() * 1000.0, "request");
    let labels =
        [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
    metrics::counter!("tasuki_http_requests_total", &labels).increment(1);
    metrics::histogram!("tasuki_http_request_duration_seconds", &labels).record(took.as_secs_f64());
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
