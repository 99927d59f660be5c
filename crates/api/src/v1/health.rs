//! The service itself: is it alive, can it work, what does it count, what does it offer. Open to
//! whoever reaches the port: nothing here tells anything of a resident.

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::{Platform, document_json, recorder};

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub struct Health {
    /// Always `ok`: anything else is a problem.
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Is the process alive?
///
/// For a supervisor that restarts what does not answer. Asks nothing of the database.
#[utoipa::path(responses((status = 200, description = "It is.", body = Health)))]
#[get("/health/live")]
pub async fn read_liveness() -> web::Json<Health> {
    web::Json(OK)
}

/// Can it work?
///
/// Asks the database. For a load balancer that sends requests where they can be answered.
#[utoipa::path(responses(
    (status = 200, description = "It can.", body = Health),
    (status = 503),
))]
#[get("/health/ready")]
pub async fn read_readiness(platform: Platform) -> Answer<Health> {
    platform.ready().await?;
    Ok(web::Json(OK))
}

/// What does it count?
///
/// Requests by route, method and status, their times, loads and jobs, in Prometheus' text form.
#[utoipa::path(responses(
    (status = 200, description = "The metrics.", body = String, content_type = "text/plain",
     example = "tasuki_http_requests_total{method=\"GET\",route=\"/api/v1/towns\",status=\"200\"} 3")
))]
#[get("/metrics")]
pub async fn read_metrics() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(recorder::render())
}

/// What does it offer?
///
/// This document: OpenAPI 3.1, made from the routes that are served.
#[utoipa::path(responses((status = 200, description = "The document.", body = Object)))]
#[get("/openapi.json")]
pub async fn read_document() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(document_json())
}
