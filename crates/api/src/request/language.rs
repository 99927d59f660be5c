//! The language a caller asked for, for words inside an answer that is no problem.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::Lang;

use crate::Problem;
use crate::envelope::Asked;

/// Japanese unless `Accept-Language` prefers English.
#[derive(Debug, Clone, Copy)]
pub struct Language(pub Lang);

impl FromRequest for Language {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.extensions().get::<Asked>().map_or(Lang::Ja, |asked| asked.lang))))
    }
}
