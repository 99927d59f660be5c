//! What handlers answer with when all went well.

use actix_web::body::BoxBody;
use actix_web::http::header::{
    CONTENT_DISPOSITION, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
    LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use app::Released;
use app::exports::Export;
use app::layouts::Sample;
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

/// 200 with a file to be kept, not shown.
pub struct Download {
    media_type: &'static str,
    disposition: String,
    bytes: Vec<u8>,
}

impl Download {
    /// A file that passed the door.
    #[must_use]
    pub fn of(export: &Released<Export>) -> Self {
        Self {
            media_type: export.media_type,
            disposition: format!("attachment; filename=\"{}\"", export.file_name),
            bytes: export.bytes.clone(),
        }
    }

    /// A file about people who do not exist.
    #[must_use]
    pub fn fictional(sample: Sample) -> Self {
        // A layout may ask for a name in Japanese (RFC 8187).
        let name = if sample.name.is_ascii() {
            DispositionParam::Filename(sample.name)
        } else {
            let charset = Charset::Ext("UTF-8".to_owned());
            let value = sample.name.into_bytes();
            DispositionParam::FilenameExt(ExtendedValue { charset, language_tag: None, value })
        };
        let disposition =
            ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] };
        Self { media_type: sample.media_type, disposition: disposition.to_string(), bytes: sample.bytes }
    }
}

impl Responder for Download {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type(self.media_type)
            .insert_header((CONTENT_DISPOSITION, self.disposition))
            .body(self.bytes)
    }
}
