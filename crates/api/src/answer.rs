//! What handlers answer with when all went well.

use actix_web::body::BoxBody;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use kernel::id::OperationId;
use serde::Serialize;

use crate::Problem;

/// 200 with a body, or a problem.
pub type Answer<T> = Result<web::Json<T>, Problem>;

/// 201: something was made.
pub struct Created<T> {
    /// Where it can be read, if it can be read alone.
    pub location: Option<String>,
    /// What was made.
    pub body: T,
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Created();
        if let Some(location) = self.location {
            answer.insert_header((LOCATION, location));
        }
        answer.json(self.body)
    }
}

/// 202: long work has begun; `Location` is the operation to watch.
pub struct Accepted<T> {
    /// The work.
    pub operation: OperationId,
    /// What is known of it already.
    pub body: T,
}

impl<T: Serialize> Responder for Accepted<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let location = format!("/api/v1/operations/{}", self.operation);
        HttpResponse::Accepted().insert_header((LOCATION, location)).json(self.body)
    }
}
