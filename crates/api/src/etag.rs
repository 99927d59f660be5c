//! ETags: a strong validator of what was read, so that an unchanged thing need not travel again (304) and a
//! change by somebody else in between is noticed (412, by [`IfMatch`](crate::request::IfMatch)). The tag is a
//! digest of the answer's bytes: a counter of the row would miss what the clock changes, like a consent's end.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use kernel::{Code, Digest};
use serde::Serialize;

use crate::Problem;
use crate::index::Index;

/// The one address of a single thing that has no id in it: a town has one profile in force.
const PROFILE: &str = "/api/v1/profile";

/// Whether a `GET` of this address reads one thing, which then has an ETag. Lists say as of when they are and
/// so never are the same twice.
pub(crate) fn is_single(path: &str) -> bool {
    path.starts_with("/api/v1/") && (path.ends_with('}') || path == PROFILE)
}

pub(crate) async fn conditional(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_tagged = request.method() == Method::GET
        && Index::get().at(request.match_info().as_str()).is_some_and(|address| is_single(address.pattern()));
    let known = header(request.headers(), &IF_NONE_MATCH);
    let answer = next.call(request).await?.map_into_boxed_body();
    if !is_tagged || answer.status() != StatusCode::OK {
        return Ok(answer);
    }
    let (request, answer) = answer.into_parts();
    let (mut head, body) = answer.into_parts();
    let body = to_bytes(body).await.map_err(|_| Problem::from(Code::Internal))?;
    let tag = of_bytes(&body);
    if known.is_some_and(|known| names(&known, &tag, true)) {
        let unchanged = HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
        return Ok(ServiceResponse::new(request, unchanged));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        head.headers_mut().insert(ETAG, tag);
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}

/// The tag of a thing as `GET` answers it.
pub(crate) fn of(shown: &impl Serialize) -> String {
    of_bytes(&serde_json::to_vec(shown).unwrap_or_default())
}

fn of_bytes(body: &[u8]) -> String {
    format!("\"{}\"", Digest::of(body))
}

/// A header that may be given in several lines, as one list.
pub(crate) fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).filter_map(|line| line.to_str().ok()).collect();
    if lines.is_empty() { None } else { Some(lines.join(",")) }
}

/// Whether a list of tags names this one (RFC 9110, 8.8.3.2 and 13.1): a weak tag counts only where `weak`.
pub(crate) fn names(list: &str, tag: &str, weak: bool) -> bool {
    list.split(',').map(str::trim).any(|named| {
        let named = if weak { named.strip_prefix("W/").unwrap_or(named) } else { named };
        named == "*" || named == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_as_rfc_9110_writes_it() {
        for (list, weak, found) in [
            ("\"a\"", false, true),
            ("\"b\", \"a\"", false, true),
            ("*", false, true),
            ("W/\"a\"", true, true),
            ("W/\"a\"", false, false),
            ("a", true, false),
            ("\"b\"", true, false),
            ("", true, false),
        ] {
            assert_eq!(names(list, "\"a\"", weak), found, "{list} {weak}");
        }
    }

    #[test]
    fn one_thing_is_told_from_a_list() {
        for (path, single) in [
            ("/api/v1/consents/{consent_id}", true),
            ("/api/v1/profile", true),
            ("/api/v1/consents", false),
            ("/api/v1/runs/{run_id}/candidates", false),
            ("/health/live", false),
        ] {
            assert_eq!(is_single(path), single, "{path}");
        }
    }
}
