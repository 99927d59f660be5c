//! A bundle as an operations lead sends it: the files as JSON, or the folder as .zip or .tar.gz.

use std::collections::BTreeMap;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use kernel::{Code, Fault};
use profiles::Bundle;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::request::{BUNDLE_LIMIT, json, take_body};

/// A profile: the files of `tenants/`, of the cooperative and of the town.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"files": {"kaisei/town.toml": "format = 1\ncode = \"143669\"\n…"}}))]
pub struct NewProfile {
    /// Path from `tenants/` (`kaisei/town.toml`) to content.
    files: BTreeMap<String, String>,
}

impl From<NewProfile> for Bundle {
    fn from(new: NewProfile) -> Self {
        Self::new(new.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect())
    }
}

/// How the bundle is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packed {
    Json,
    Zip,
    TarGz,
}

impl Packed {
    /// By the media type; RFC 6713 names `application/gzip`, and older clients say `application/x-gzip`.
    fn of(media_type: &str) -> Option<Self> {
        match media_type.to_ascii_lowercase().as_str() {
            "application/json" => Some(Self::Json),
            "application/zip" => Some(Self::Zip),
            "application/gzip" | "application/x-gzip" => Some(Self::TarGz),
            _ => None,
        }
    }
}

/// A bundle that has come and is not unpacked yet, so that a handler can look the town up first.
pub struct Received {
    packed: Option<Packed>,
    bytes: Bytes,
}

impl Received {
    /// Unpacks it.
    ///
    /// # Errors
    /// `unsupported_media_type`; for JSON as every body; `bundle_unreadable`, `bundle_unsafe_path`,
    /// `bundle_too_large` for an archive.
    pub fn unpack(&self) -> Result<Bundle, Fault> {
        match self.packed {
            Some(Packed::Json) => json::<NewProfile>(&self.bytes).map(Bundle::from),
            Some(Packed::Zip) => Bundle::from_zip(&self.bytes),
            Some(Packed::TarGz) => Bundle::from_tar_gz(&self.bytes),
            None => {
                let known = "application/json, application/zip, application/gzip";
                Err(Fault::new(Code::UnsupportedMediaType).with("expected", known))
            }
        }
    }
}

impl FromRequest for Received {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let packed = Packed::of(request.content_type());
        let taking = take_body(request, payload, BUNDLE_LIMIT);
        Box::pin(async move { Ok(Self { packed, bytes: taking.await? }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_json_or_one_of_two_archives() {
        for (media_type, packed) in [
            ("application/json", Some(Packed::Json)),
            ("Application/ZIP", Some(Packed::Zip)),
            ("application/gzip", Some(Packed::TarGz)),
            ("application/x-gzip", Some(Packed::TarGz)),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(Packed::of(media_type), packed, "{media_type}");
        }
        let code = |packed, bytes: &'static [u8]| {
            let received = Received { packed, bytes: Bytes::from_static(bytes) };
            received.unpack().map_or_else(|fault| fault.code(), |_| Code::NotFound)
        };
        assert_eq!(code(None, b"{}"), Code::UnsupportedMediaType);
        assert_eq!(code(Some(Packed::Json), b"{\"files\": 1}"), Code::InvalidValue);
        assert_eq!(code(Some(Packed::Zip), b"{}"), Code::BundleUnreadable);
        assert_eq!(code(Some(Packed::TarGz), b"{}"), Code::BundleUnreadable);
    }
}
