//! What an operation can be answered with, worked out from its shape: the errors, and the headers that answers bear.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{
    Components, Content, Header, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Type,
};

use super::{OPEN, SECURED, is_secured};
use crate::idempotency::{KEY, REPLAYED};
use crate::problem::PROBLEM_JSON;

/// The errors an operation can give by its shape: component, status, when.
const PROBLEMS: &[(&str, &str, &str)] = &[
    (
        "BadRequest",
        "400",
        "The request cannot be read: `bad_request`, `unknown_parameter`, `invalid_cursor`, `purpose_required`.",
    ),
    ("Unauthenticated", "401", "No valid token: `unauthenticated`, `token_revoked`, `posting_ended`."),
    (
        "Forbidden",
        "403",
        "The caller may not do this: `grant_missing`, `person_denied`, `self_approval`, `grant_to_self`.",
    ),
    (
        "NotFound",
        "404",
        "Not there for this caller. Another town's thing, an unknown id and a malformed one answer alike.",
    ),
    ("Conflict", "409", "Not in the present state; the code says why."),
    ("PreconditionFailed", "412", "Changed since the caller read it: `precondition_failed`."),
    ("TooLarge", "413", "The body is too large: `payload_too_large`, `file_too_large`."),
    ("UnsupportedMediaType", "415", "The Content-Type is not accepted: `unsupported_media_type`."),
    ("Invalid", "422", "A value is not valid; `errors` says which and why."),
    ("TooMany", "429", "Too many requests: `too_many_requests`; wait as `Retry-After` says."),
    ("Internal", "500", "A mistake of the platform: `internal`. Nothing was changed."),
    (
        "Unavailable",
        "503",
        "Cannot be done just now: `unavailable`, `evidence_refused`. Nothing was changed.",
    ),
];

/// Names the headers that many answers bear.
pub(super) fn name_headers(components: &mut Components) {
    components.headers.insert("RequestId".into(), request_id().into());
    for (name, about) in HEADERS {
        let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
        header.description = Some((*about).to_owned());
        components.headers.insert((*name).to_owned(), header.into());
    }
}

/// Adds what an operation can be answered with and does not say itself.
pub(super) fn complete(path: &str, operation: &mut Operation, components: &mut Components) {
    for status in statuses(path, operation) {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| Response::new("").into());
    }
    if has_header(operation, KEY) {
        tell_of_repeats(operation);
    }
    for (status, response) in &mut operation.responses.responses {
        finish(status, response, components);
        if is_secured(path) && status.starts_with('2') {
            add_headers(response, &["RateLimit", "RateLimit-Policy"]);
        }
    }
}

/// What a key that came before can be answered with, beside what the operation itself says.
fn tell_of_repeats(operation: &mut Operation) {
    for (status, about) in [
        (
            "409",
            " With an `Idempotency-Key` that came before: `idempotency_in_progress`, `idempotency_answer_lost`.",
        ),
        ("422", " With an `Idempotency-Key` of another request: `idempotency_key_reused`."),
    ] {
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
            let general = PROBLEMS.iter().find(|(_, known, _)| *known == status).map(|(.., about)| *about);
            if response.description.is_empty() {
                general.unwrap_or_default().clone_into(&mut response.description);
            }
            response.description.push_str(about);
            if status == "409" {
                response.headers.insert("Retry-After".into(), header_named("Retry-After"));
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if status.starts_with('2') {
            add_headers(response, &[REPLAYED]);
        }
    }
}

/// A thing read alone has an ETag, and need not be sent again to whoever has it.
pub(super) fn make_conditional(operation: &mut Operation) {
    let parameter = ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` of what the caller has; 304 if it is still that."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    if let Some(response) = operation.responses.responses.get_mut("200") {
        add_headers(response, &["ETag"]);
    }
    let mut unchanged = Response::new("Unchanged: the caller has it already.").into();
    add_headers(&mut unchanged, &["ETag", "RateLimit", "RateLimit-Policy"]);
    if let RefOr::T(unchanged) = &mut unchanged {
        unchanged.headers.insert("Tasuki-Request-Id".into(), header_named("RequestId"));
    }
    operation.responses.responses.insert("304".to_owned(), unchanged);
}

fn add_headers(response: &mut RefOr<Response>, names: &[&str]) {
    if let RefOr::T(response) = response {
        response.headers.extend(names.iter().map(|name| ((*name).to_owned(), header_named(name))));
    }
}

/// The headers that many answers bear: name and meaning.
const HEADERS: &[(&str, &str)] = &[
    ("ETag", "Tells this state of the thing from any other: for `If-None-Match` and `If-Match`."),
    (
        "RateLimit",
        "How many requests the token has left now, and after how many seconds all of them: `\"token\";r=…;t=…`.",
    ),
    (
        "RateLimit-Policy",
        "How many requests a token and a town may send at once (`q`), and in how many seconds they come back (`w`).",
    ),
    ("Retry-After", "Seconds to wait before the request is sent again."),
    (REPLAYED, "`true` where the answer was given before, to a request with the same `Idempotency-Key`."),
];

fn request_id() -> Header {
    let mut header =
        Header::new(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^req_[0-9a-f]{32}$")));
    header.description = Some("要求番号: names the request in the platform's log.".to_owned());
    header
}

/// The errors an operation can give by its shape.
fn statuses(path: &str, operation: &Operation) -> Vec<&'static str> {
    if !path.starts_with(SECURED) {
        return vec![];
    }
    let mut statuses = vec!["400", "429", "500", "503"];
    if !OPEN.contains(&path) {
        statuses.extend(["401", "403"]);
    }
    if has_header(operation, "If-Match") {
        statuses.push("412");
    }
    if has_header(operation, KEY) {
        statuses.push("409");
    }
    // Ids in a query are looked up like those in the path.
    if path.contains('{') || NAMING.iter().any(|name| has_parameter(operation, name)) {
        statuses.push("404");
    }
    if operation.request_body.is_some() {
        statuses.extend(["413", "415", "422"]);
    }
    if operation.parameters.as_ref().is_some_and(|parameters| parameters.iter().any(takes_value)) {
        statuses.push("422");
    }
    statuses
}

/// Query parameters that name a thing which may not be there.
const NAMING: &[&str] = &["source", "staff_id", "person_id"];

fn has_header(operation: &Operation, name: &str) -> bool {
    has(operation, name, &ParameterIn::Header)
}

pub(super) fn has_parameter(operation: &Operation, name: &str) -> bool {
    has(operation, name, &ParameterIn::Query)
}

fn has(operation: &Operation, name: &str, place: &ParameterIn) -> bool {
    operation.parameters.iter().flatten().any(|parameter| {
        matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == *place && parameter.name == name)
    })
}

/// A query parameter or a header has a value that can be wrong.
fn takes_value(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if !matches!(parameter.parameter_in, ParameterIn::Path))
}

/// Every answer names its request; an error without words of its own is the shared one.
fn finish(status: &str, response: &mut RefOr<Response>, components: &mut Components) {
    let RefOr::T(own) = response else { return };
    own.headers.insert("Tasuki-Request-Id".into(), header_named("RequestId"));
    let Some((name, _, about)) = PROBLEMS.iter().find(|(_, known, _)| *known == status) else { return };
    if status == "429" && !own.description.is_empty() {
        own.headers.insert("Retry-After".into(), header_named("Retry-After"));
    }
    if own.description.is_empty() {
        components.responses.entry((*name).to_owned()).or_insert_with(|| problem(about, status).into());
        *response = Ref::from_response_name(*name).into();
    } else {
        own.content.insert(PROBLEM_JSON.into(), Content::new(Some(Ref::from_schema_name("Problem"))).into());
    }
}

fn header_named(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

fn problem(about: &str, status: &str) -> Response {
    let mut response = ResponseBuilder::new()
        .description(about)
        .content(PROBLEM_JSON, Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    response.headers.insert("Tasuki-Request-Id".into(), header_named("RequestId"));
    if status == "429" {
        for name in ["Retry-After", "RateLimit", "RateLimit-Policy"] {
            response.headers.insert(name.into(), header_named(name));
        }
    }
    if status == "401" {
        let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
        header.description = Some(
            "`Bearer`, with `error=\"invalid_token\"` for a token that was revoked or has expired.".into(),
        );
        response.headers.insert("WWW-Authenticate".into(), header.into());
    }
    response
}
