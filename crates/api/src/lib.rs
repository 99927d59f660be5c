//! The REST API: one route table, one shape of error, and handlers that only translate between JSON
//! and the use cases. The document at `/openapi.json` is made from the same table that is served, and
//! two checks run from it: which methods an address accepts, and which query parameters it knows.

pub mod answer;
pub mod docs;
pub mod document;
pub mod etag;
pub mod idempotency;
pub mod known;
pub mod limit;
pub mod nouns;
pub mod paging;
pub mod problem;
pub mod request;
pub mod routes;
pub mod schema;
pub mod serve;
pub mod v1;

mod authenticate;
mod envelope;
mod index;
mod recorder;
mod variants;

pub use docs::TrainingTokens;
pub use document::{document, document_json};
pub use limit::{Limits, Rate};
pub use problem::Problem;
pub use serve::{ServeSettings, Serving, application, application_within, serve};

/// The use cases, as a handler receives them.
pub type Platform = actix_web::web::Data<app::App>;
