//! The documentation page, from files inside the program. Where the server is told of a training town's tokens,
//! the page offers them, so that a reader can try every operation on fictional people.

use std::path::PathBuf;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{HttpResponse, Responder};
use kernel::TownCode;
use serde::{Deserialize, Serialize};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::Platform;

/// Where the document is served.
pub(crate) const DOCUMENT: &str = "/openapi.json";

/// The page, and the part of it that offers tokens.
const INDEX: &str = include_str!("index.html");
const SCRIPT: &str = include_str!("training.js");

/// Where a training town's tokens are, if they are to be offered: a JSON file with the members `town`, `code` and
/// `tokens` (`name`, `token`), as `tasuki town reset` writes it.
#[derive(Debug, Clone, Default)]
pub struct TrainingTokens(pub Option<PathBuf>);

/// Tokens on offer.
#[derive(Default, Serialize, Deserialize)]
struct Offer {
    /// The training town.
    #[serde(default)]
    town: String,
    #[serde(default, skip_serializing)]
    code: String,
    tokens: Vec<Offered>,
}

/// One of them.
#[derive(Serialize, Deserialize)]
struct Offered {
    /// Whose it is, as the page shows it.
    name: String,
    token: String,
}

/// Registers the page.
pub(crate) fn page(service: &mut ServiceConfig) {
    let swagger = SwaggerUi::new("/docs/{_:.*}").config(Config::new([DOCUMENT]));
    service
        .service(web::redirect("/docs", "/docs/"))
        .route("/docs/", web::get().to(async || file("text/html; charset=utf-8", INDEX)))
        .route("/docs/index.html", web::get().to(async || file("text/html; charset=utf-8", INDEX)))
        .route("/docs/training.js", web::get().to(async || file("text/javascript; charset=utf-8", SCRIPT)))
        .route("/docs/training.json", web::get().to(offer))
        .service(swagger);
}

fn file(content_type: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, content_type)).body(body)
}

async fn offer(platform: Option<Platform>, tokens: Option<Data<TrainingTokens>>) -> impl Responder {
    let file = tokens.and_then(|tokens| tokens.0.clone());
    let offer = match (platform, file) {
        (Some(platform), Some(file)) => of_file(&platform, file).await,
        _ => None,
    };
    Json(offer.unwrap_or_default())
}

/// What the file offers: nothing that is not a token of a town in which nobody is real.
async fn of_file(platform: &Platform, file: PathBuf) -> Option<Offer> {
    let bytes = web::block(move || std::fs::read(file)).await.ok()?.ok()?;
    let mut offer: Offer = serde_json::from_slice(&bytes).ok()?;
    let code: TownCode = offer.code.parse().ok()?;
    if !platform.is_training_town(code).await.ok()? {
        tracing::warn!(town = %code, "tokens on offer are not a training town's: none is offered");
        return None;
    }
    let prefix = format!("tsk_{code}_");
    offer.tokens.retain(|offered| offered.token.starts_with(&prefix));
    Some(offer)
}
