//! `Idempotency-Key`: a request that makes something may be sent again when its answer did not arrive, and is
//! done once. Which operations take the header stands in the document, and is read from there.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, rt};
use app::Caller;
use app::idempotency::{Held, KeptAnswer, Repeatable, Turn};
use app::release::Seen;
use chrono::TimeDelta;
use kernel::{Code, Fault};
use utoipa::IntoParams;

use crate::index::Index;
use crate::problem::at_header;
use crate::request::{self, PURPOSE};
use crate::{Platform, Problem};

/// The header by which a client marks a request that may come twice.
pub const KEY: &str = "Idempotency-Key";

/// The header of an answer that was given before.
pub const REPLAYED: &str = "Idempotency-Replayed";

/// The same as HTTP/2 writes it, and so the map of headers.
const REPLAYED_NAME: &str = "idempotency-replayed";

/// Characters a key may have. Fewer than 16 could be guessed or met by chance.
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

/// Seconds a client waits before it asks again for what is under way.
const WAIT: &str = "1";

/// How long an attempt that was cut off holds its key.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// The same of a file, which may be long on its way.
const FILE_LEASE: TimeDelta = TimeDelta::hours(1);

/// Documents the header of every operation that makes something: `params(IdempotencyHeader)`. The operation
/// takes it by that alone.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// Marks a request that may come twice: the same key with the same request is done once and answered
    /// alike for 24 hours. 16 to 64 letters, digits, `-` and `_`; a UUID made for this request is best.
    #[param(rename = "Idempotency-Key", example = "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70")]
    pub key: Option<String>,
}

pub(crate) async fn idempotent(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = match repeatable(&mut request).await {
        Ok(Some(asked)) => asked,
        Ok(None) => return next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(fault) => return Ok(request.error_response(Problem::from(fault))),
    };
    let (platform, caller, repeatable) = asked;
    match platform.idempotency_claim(&caller, &repeatable).await {
        Ok(Turn::Again(kept)) => Ok(again(request, &kept)),
        Ok(Turn::Act(held)) => {
            // On a task of its own: a client that hangs up must not leave an act half told.
            let act = rt::spawn(async move {
                let (answer, seen) = Seen::during(held.hold(next.call(request))).await;
                settle(&platform, &caller, &repeatable, held, answer, seen).await
            });
            act.await.unwrap_or_else(|_| Err(Problem::from(Code::Internal).into()))
        }
        Err(fault) => {
            let waits = fault.code() == Code::IdempotencyInProgress;
            let mut answer = request.error_response(Problem::from(fault));
            if waits {
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(WAIT));
            }
            Ok(answer)
        }
    }
}

/// A success is kept to be given again, and a refusal that was itself written down (an acceptance that came too
/// late); anything else gives the claim up, so that the same request may be tried again once its cause is gone.
async fn settle<B: MessageBody + 'static>(
    platform: &Platform,
    caller: &Caller,
    asked: &Repeatable,
    held: Held,
    answer: Result<ServiceResponse<B>, Error>,
    seen: Seen,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = match answer {
        Ok(answer) if answer.status().is_success() => answer,
        other => match (platform.idempotency_release(caller, asked, held).await, other) {
            (Ok(false), Ok(answer)) if refusal(&answer).is_some() => answer,
            (released, other) => {
                if let Err(fault) = released {
                    tracing::warn!(code = %fault, "a claim could not be given up");
                }
                return other.map(ServiceResponse::map_into_boxed_body);
            }
        },
    };
    let refusal =
        refusal(&answer).map(|problem| serde_json::to_string(&problem.faults()).unwrap_or_default());
    let (request, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let body = to_bytes(body).await.map_err(|_| Problem::from(Code::Internal))?;
    let location = head.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let kept = KeptAnswer {
        status: head.status().as_u16(),
        location: location.map(str::to_owned),
        body: refusal.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned()),
        seen,
    };
    if let Err(fault) = platform.idempotency_keep(caller, asked, held, &kept).await {
        tracing::warn!(code = %fault, "an answer could not be kept");
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}

/// Why a request was refused, where the caller was told so.
fn refusal<B>(answer: &ServiceResponse<B>) -> Option<Problem> {
    let problem = answer.response().error().and_then(|error| error.as_error::<Problem>()).cloned();
    problem.filter(|_| answer.status().is_client_error())
}

/// An answer given before: a refusal by its faults, which the envelope puts into words.
fn again(request: ServiceRequest, kept: &KeptAnswer) -> ServiceResponse {
    if kept.status >= 400 {
        let faults: Vec<Fault> = serde_json::from_str(&kept.body).unwrap_or_default();
        let mut answer = request.error_response(Problem::from(faults));
        answer.headers_mut().insert(HeaderName::from_static(REPLAYED_NAME), HeaderValue::from_static("true"));
        return answer;
    }
    let mut answer = HttpResponse::build(StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK));
    if let Some(location) = &kept.location {
        answer.insert_header((LOCATION, location.as_str()));
    }
    answer.insert_header((CONTENT_TYPE, "application/json")).insert_header((REPLAYED, "true"));
    request.into_response(answer.body(kept.body.clone()))
}

/// The request, when it bears a key and is one that may.
async fn repeatable(request: &mut ServiceRequest) -> Result<Option<(Platform, Caller, Repeatable)>, Fault> {
    let address = Index::get().at(request.match_info().as_str());
    let Some(address) = address.filter(|address| address.takes(request.method(), KEY)) else {
        return Ok(None);
    };
    let Some(key) = key(request.headers())? else { return Ok(None) };
    let caller = request.extensions().get::<Caller>().cloned();
    let (Some(caller), Some(platform)) = (caller, request.app_data::<Platform>().cloned()) else {
        return Ok(None);
    };
    // A file is told by the digest that it must have when it has come.
    let digest = request.headers().get("Content-Digest").map(|digest| digest.as_bytes().to_vec());
    let is_file = address.takes(request.method(), "Content-Digest");
    let (body, lease) = match digest {
        Some(digest) if is_file => (digest, FILE_LEASE),
        _ if is_file => (Vec::new(), FILE_LEASE),
        _ => (take_body(request, address.takes_archive(request.method())).await?, LEASE),
    };
    let purpose = request.headers().get(PURPOSE).map_or(&[][..], HeaderValue::as_bytes);
    let grants = match &caller {
        Caller::Town(ctx) => ctx.grants.iter().map(kernel::Grant::as_str).collect::<Vec<_>>().join(","),
        Caller::Coop(_) => String::new(),
    };
    let parts =
        [request.path().as_bytes(), request.query_string().as_bytes(), purpose, grants.as_bytes(), &body];
    // Each part behind its length, so that no two requests can be spelt alike.
    let content = parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat());
    let content = content.collect();
    Ok(Some((platform, caller, Repeatable { key, content, lease })))
}

async fn take_body(request: &mut ServiceRequest, is_archive: bool) -> Result<Vec<u8>, Fault> {
    let payload = request.take_payload();
    let bytes =
        if is_archive { request::take_bundle(payload).await? } else { request::take_json(payload).await? };
    request.set_payload(Payload::from(bytes.clone()));
    Ok(bytes.to_vec())
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut given = headers.get_all(KEY);
    let Some(value) = given.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if given.next().is_none() && is_plain && KEY_LENGTH.contains(&text.len()) {
        return Ok(Some(text.to_owned()));
    }
    let (least, most) = (KEY_LENGTH.start(), KEY_LENGTH.end());
    let fault = Fault::new(Code::InvalidValue).with("name", KEY).with_words(
        "why",
        &format!("英数字と - と _ で {least}〜{most} 文字、一つだけです"),
        &format!("one of {least} to {most} letters, digits, - and _"),
    );
    Err(at_header(fault, KEY))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    #[test]
    fn a_key_is_long_enough_plain_and_one() {
        let name = || HeaderName::from_static("idempotency-key");
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(name(), HeaderValue::from_str(value).unwrap());
            }
            key(&headers)
        };
        assert_eq!(read(&[]), Ok(None));
        for good in ["019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70", "0123456789abcdef", &"k".repeat(64)] {
            assert_eq!(read(&[good]), Ok(Some(good.to_owned())));
        }
        let (short, long) = ("k".repeat(15), "k".repeat(65));
        for bad in [
            &[""][..],
            &[&short],
            &[&long],
            &["0123456789 abcdef"],
            &["架空花子架空花子架空花子"],
            &["0123456789abcdef", "0123456789abcdef"],
        ] {
            let fault = read(bad).unwrap_err();
            assert_eq!(fault.code(), Code::InvalidValue, "{bad:?}");
            assert_eq!(crate::problem::pointer(&fault), ":Idempotency-Key");
        }
    }
}
