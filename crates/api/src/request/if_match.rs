//! `If-Match`: a change is made only to what the caller has read.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use kernel::{Code, Fault};
use serde::Serialize;
use utoipa::IntoParams;

use crate::{Problem, etag};

/// Documents the header of every operation that changes what can be read alone: `params(IfMatchHeader)`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` of the thing as it was read: it is changed only if it is still that.
    #[param(
        rename = "If-Match",
        example = "\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\""
    )]
    pub tags: Option<String>,
}

/// What the caller has read, if they said.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Whether the caller said what they have read.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Requires that the thing is the one that was read, as `GET` would answer it now.
    ///
    /// # Errors
    /// `precondition_failed`.
    pub fn require(&self, shown: &impl Serialize) -> Result<(), Fault> {
        match &self.0 {
            Some(list) if !etag::names(list, &etag::of(shown), false) => {
                Err(Fault::new(Code::PreconditionFailed))
            }
            _ => Ok(()),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(etag::header(request.headers(), &IF_MATCH))))
    }
}
