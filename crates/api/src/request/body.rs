//! JSON bodies. A body is taken in when the handler is called and read when the handler asks, so that a
//! handler can look things up under the caller's rights before it judges what was sent.

use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use kernel::{Code, Fault};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::words::{in_english, in_japanese};
use crate::Problem;

/// Bytes of a body unless the handler says otherwise: 1 MiB.
const DEFAULT_LIMIT: usize = 1 << 20;

/// Bytes of a bundle on its way: 16 MiB. The largest town's folder with the cooperative's is a twentieth of
/// it, unpacked.
pub(crate) const BUNDLE_LIMIT: usize = 16 << 20;

/// How long a client may take to send a whole body.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body of at most `LIMIT` bytes, not yet read.
pub struct Body<T, const LIMIT: usize = DEFAULT_LIMIT> {
    bytes: Bytes,
    is_json: bool,
    shape: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned, const LIMIT: usize> Body<T, LIMIT> {
    /// Reads it. Unknown members are refused where `T` denies them, as every body does.
    ///
    /// # Errors
    /// `unsupported_media_type`, `bad_request` for what is not JSON, `invalid_value` with a pointer.
    pub fn read(&self) -> Result<T, Fault> {
        if !self.is_json {
            return Err(Fault::new(Code::UnsupportedMediaType).with("expected", "application/json"));
        }
        json(&self.bytes)
    }
}

impl<T: DeserializeOwned, const LIMIT: usize> Body<Option<T>, LIMIT> {
    /// Reads a body that may be left out.
    ///
    /// # Errors
    /// As [`Body::read`], for a body that was sent.
    pub fn read_optional(&self) -> Result<Option<T>, Fault> {
        if self.bytes.is_empty() { Ok(None) } else { self.read() }
    }
}

/// A CSV of at most 1 MiB, not yet read.
pub struct Csv {
    bytes: Bytes,
    is_csv: bool,
}

impl Csv {
    /// The bytes.
    ///
    /// # Errors
    /// `unsupported_media_type`.
    pub fn read(&self) -> Result<&[u8], Fault> {
        if self.is_csv {
            Ok(&self.bytes)
        } else {
            Err(Fault::new(Code::UnsupportedMediaType).with("expected", "text/csv"))
        }
    }
}

/// Reads a JSON body that has come.
///
/// # Errors
/// `bad_request` for what is not JSON, `invalid_value` with a pointer.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    // serde would take a list of values, in order, for a struct; the document says object.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(invalid(
            "body",
            &in_japanese("invalid type: array, expected an object"),
            "invalid type: array, expected an object",
            String::new(),
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| unreadable(error.path(), error.inner()))?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    Fault::new(Code::BadRequest).with_words(
        "why",
        &format!("{line} 行 {column} 文字目で JSON として読めません"),
        &format!("not JSON at line {line}, column {column}"),
    )
}

fn unreadable(path: &Path, error: &serde_json::Error) -> Fault {
    if error.classify() != Category::Data {
        return malformed(error);
    }
    let message = error.to_string();
    let why = message.rsplit_once(" at line ").map_or(message.as_str(), |(why, _)| why);
    let mut pointer = pointer(path);
    // These two speak of a member that has no place of its own yet.
    let member = ["missing field `", "duplicate field `"].iter().find_map(|what| why.strip_prefix(what));
    if let Some(member) = member.and_then(|rest| rest.split('`').next()) {
        pointer.push('/');
        pointer.push_str(member);
    }
    invalid(&name(&pointer), &in_japanese(why), &in_english(why), pointer)
}

fn invalid(name: &str, ja: &str, en: &str, pointer: String) -> Fault {
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(pointer)
}

/// What people call the place: the last member, with its number in a list.
fn name(pointer: &str) -> String {
    let mut parts = pointer.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(last), Some(list)) if last.parse::<usize>().is_ok() => format!("{list}[{last}]"),
        (Some(last), _) if !last.is_empty() => last.to_owned(),
        _ => "body".to_owned(),
    }
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let text = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&text);
    }
    pointer
}

impl<T: 'static, const LIMIT: usize> FromRequest for Body<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.content_type().eq_ignore_ascii_case("application/json");
        let taking = take_body(request, payload, LIMIT);
        Box::pin(async move { Ok(Self { bytes: taking.await?, is_json, shape: PhantomData }) })
    }
}

impl FromRequest for Csv {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_csv = request.content_type().eq_ignore_ascii_case("text/csv");
        let payload = payload.take();
        Box::pin(async move { Ok(Self { bytes: in_time(payload, None, DEFAULT_LIMIT).await?, is_csv }) })
    }
}

/// The bytes of a whole body of at most `limit` bytes.
///
/// # Errors
/// `payload_too_large`; `bad_request` when it was cut off or did not come in time.
pub(crate) fn take_body(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<Bytes, Fault>> + use<> {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    in_time(payload.take(), announced, limit)
}

/// The bytes of a JSON body, for what must see them before the handler does.
///
/// # Errors
/// `payload_too_large` beyond what any body that is not a file may have; `bad_request` when it was cut off.
pub(crate) async fn take_json(payload: Payload) -> Result<Bytes, Fault> {
    in_time(payload, None, DEFAULT_LIMIT).await
}

/// The bytes of a bundle, likewise.
///
/// # Errors
/// As [`take_json`], beyond what a bundle may have.
pub(crate) async fn take_bundle(payload: Payload) -> Result<Bytes, Fault> {
    in_time(payload, None, BUNDLE_LIMIT).await
}

async fn in_time(payload: Payload, announced: Option<usize>, limit: usize) -> Result<Bytes, Fault> {
    let taken = tokio::time::timeout(PATIENCE, take(payload, announced, limit)).await;
    taken.unwrap_or_else(|_| {
        Err(Fault::new(Code::BadRequest).with_words(
            "why",
            "本文が届きません",
            "the body did not arrive in time",
        ))
    })
}

async fn take(mut payload: Payload, announced: Option<usize>, limit: usize) -> Result<Bytes, Fault> {
    let too_large = || Fault::new(Code::PayloadTooLarge).with("limit", limit);
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Fault::new(Code::BadRequest).with_words("why", "本文が途中で切れました", "the body was cut off")
        })?;
        if bytes.len().saturating_add(chunk.len()) > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
