//! Errors as clients see them: RFC 9457 problem+json in Japanese or English, from the one catalogue.
//! A [`Problem`] carries faults only; language and request id are the [envelope](crate::envelope)'s to
//! add, because an error does not know the request it answers.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use kernel::Code;
use kernel::code::{Fault, Lang, Place};
use kernel::id::RequestId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// Media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What every handler fails with: at least one fault.
#[derive(Debug, Clone)]
pub struct Problem {
    first: Fault,
    rest: Vec<Fault>,
}

impl Problem {
    /// The fault that decides status and code.
    #[must_use]
    pub const fn first(&self) -> &Fault {
        &self.first
    }

    /// Every fault, the one that decides first.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        std::iter::once(&self.first).chain(&self.rest).cloned().collect()
    }

    /// The answer's body in one language.
    #[must_use]
    pub fn body(&self, lang: Lang, request: RequestId) -> ProblemBody {
        let code = self.first.code();
        let located = std::iter::once(&self.first).chain(&self.rest);
        let several = !self.rest.is_empty();
        ProblemBody {
            kind: format!("urn:tasuki:problem:{code}"),
            title: self.first.title(lang).to_owned(),
            status: code.status(),
            detail: self.first.detail(lang),
            instance: format!("urn:tasuki:request:{request}"),
            code,
            errors: located
                .filter(|fault| several || fault.place().is_some())
                .map(|fault| ProblemPart::new(fault, lang))
                .collect(),
        }
    }
}

impl From<Fault> for Problem {
    fn from(first: Fault) -> Self {
        Self { first, rest: Vec::new() }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Fault::new(code).into()
    }
}

impl From<Vec<Fault>> for Problem {
    fn from(faults: Vec<Fault>) -> Self {
        let mut faults = faults.into_iter();
        // A refusal without a reason is a mistake of ours.
        let first = faults.next().unwrap_or(Fault::new(Code::Internal));
        Self { first, rest: faults.collect() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.first.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// An error: RFC 9457 problem details. Decide on `code`; show `detail`, which says what to do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "urn:tasuki:problem:person_not_found",
    "title": "その住民は見つかりません",
    "status": 404,
    "detail": "この町にその番号の住民はいません。番号を確かめるか、検索してください。",
    "instance": "urn:tasuki:request:req_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "code": "person_not_found",
    "errors": []
}))]
pub struct ProblemBody {
    /// `urn:tasuki:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What happened, short.
    title: String,
    /// HTTP status, as in the status line.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, where, and what to do.
    detail: String,
    /// The request, as in the header `Tasuki-Request-Id` and the platform's log (要求番号).
    instance: String,
    /// The stable code.
    #[schema(value_type = schema::ErrorCode)]
    code: Code,
    /// Each thing that is wrong and where; empty when there is no place to point at.
    errors: Vec<ProblemPart>,
}

/// One thing that is wrong, and where: in the body, a query parameter, a header, or a line of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemPart {
    /// Its code.
    #[schema(value_type = schema::ErrorCode)]
    code: Code,
    /// What is wrong and what to do.
    detail: String,
    /// Where in the request's body: a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Which query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// Which header of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    /// Which file of a profile, or the code of the source (連携元) whose file it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Line of that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Column of that line, or key of a configuration file.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

impl ProblemPart {
    fn new(fault: &Fault, lang: Lang) -> Self {
        let mut part = Self {
            code: fault.code(),
            detail: fault.detail(lang),
            pointer: None,
            parameter: None,
            header: None,
            file: None,
            line: None,
            column: None,
        };
        match fault.place() {
            Some(Place::Line { file, line, column }) => {
                part.file = Some(file.clone());
                part.line = Some(*line);
                part.column.clone_from(column);
            }
            Some(Place::Pointer(pointer)) => {
                match (pointer.strip_prefix(PARAMETER), pointer.strip_prefix(HEADER)) {
                    (Some(name), _) => part.parameter = Some(name.to_owned()),
                    (_, Some(name)) => part.header = Some(name.to_owned()),
                    _ => part.pointer = Some(pointer.clone()),
                }
            }
            None => {}
        }
        part
    }
}

// A JSON pointer is empty or begins with '/', so these can stand for the other places of a request.
const PARAMETER: char = '?';
const HEADER: char = ':';

/// Says that a fault is in a query parameter.
#[must_use]
pub fn at_parameter(fault: Fault, name: &str) -> Fault {
    fault.at_pointer(format!("{PARAMETER}{name}"))
}

/// A fault that a use case found in what a query says, at the parameter that says it.
#[must_use]
pub fn in_query(fault: Fault) -> Fault {
    let name = match (fault.place(), fault.code()) {
        (None, Code::InvalidValue) => fault.argument("name").map(str::to_owned),
        (None, Code::SourceNotFound) => Some("source".to_owned()),
        (None, Code::StaffNotFound) => Some("staff_id".to_owned()),
        _ => None,
    };
    match name {
        Some(name) => at_parameter(fault, &name),
        None => fault,
    }
}

/// Says that a fault is in a header of the request.
#[must_use]
pub fn at_header(fault: Fault, name: &str) -> Fault {
    fault.at_pointer(format!("{HEADER}{name}"))
}

/// Where a fault is, for tests: a place has no `Debug`, since it may name what a log must not.
#[cfg(test)]
pub(crate) fn pointer(fault: &Fault) -> &str {
    match fault.place() {
        Some(Place::Pointer(pointer)) => pointer,
        _ => "nowhere",
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
