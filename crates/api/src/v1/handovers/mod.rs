//! 引継ぎ: lists and single handovers, both ways. Sending and receiving stand beside.

pub mod approve;
mod content;
mod decided;
pub mod preview;
pub mod receive;
pub mod send;
mod shape;

use actix_web::{get, web};
use app::Released;
use app::handovers::{Direction, HandoverView, Target};
use kernel::id::HandoverId;
use kernel::{Code, Fault};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Platform;
use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::problem::at_parameter;
use crate::request::{IfMatch, Params, PathId, PurposeHeader, Town};

pub use shape::{Handover, HandoverSummary};

/// Which handovers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HandoverParams {
    /// `in` (受信: from other towns, the default) or `out` (送信: to other towns).
    #[param(example = "in")]
    pub direction: Option<String>,
}

/// Handovers of one direction.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Names nobody.
#[utoipa::path(
    params(HandoverParams, PageParams),
    responses((status = 200, description = "Newest first.", body = Page<HandoverSummary>)),
)]
#[get("/handovers")]
pub async fn list_handovers(platform: Platform, town: Town, params: Params) -> Answer<Page<HandoverSummary>> {
    let paging = Paging::<HandoverId>::from_params(&params)?;
    let rows = match direction(&params)? {
        Direction::Out => platform.handovers_out(&town.0, paging.cursor, paging.fetch()).await?,
        Direction::In => platform.handovers_in(&town.0).await?,
    };
    let page =
        Page::cut(town.0.now, rows, &paging, Order::Falling, |row| row.id, |row| HandoverSummary::from(&row));
    Ok(web::Json(page))
}

fn direction(params: &Params) -> Result<Direction, Fault> {
    let Some(word) = params.get::<String>("direction")? else { return Ok(Direction::In) };
    word.parse().map_err(|_| {
        let fault = Fault::new(Code::InvalidValue).with("name", "direction");
        at_parameter(fault.with_words("why", "in か out です", "it is in or out"), "direction")
    })
}

/// One handover, sent or received, without its content.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁).
#[utoipa::path(params(PurposeHeader), responses((status = 200, description = "The handover.", body = Handover)))]
#[get("/handovers/{handover_id}")]
pub async fn read_handover(platform: Platform, town: Town, id: PathId<HandoverId>) -> Answer<Handover> {
    Ok(shown(&platform.handover(&town.0, id.0).await?))
}

/// The handover to be moved. One that the caller has read must still answer as they read it; how it stood then is
/// compared once more in the transaction that moves it.
async fn as_read(
    platform: &Platform,
    town: &Town,
    id: &PathId<HandoverId>,
    read: &IfMatch,
) -> Result<Target, Fault> {
    if read.is_given() { known(platform, town, id, read).await } else { Ok(id.0.into()) }
}

/// The same of a step with a body: what is not there is told before what was sent is judged.
async fn known(
    platform: &Platform,
    town: &Town,
    id: &PathId<HandoverId>,
    read: &IfMatch,
) -> Result<Target, Fault> {
    let view = platform.handover(&town.0, id.0).await?;
    if !read.is_given() {
        return Ok(id.0.into());
    }
    read.require(&Handover::of(&view))?;
    Ok(Target { id: id.0, read: Some(view.stand) })
}

/// How it stands after a step.
fn shown(view: &Released<HandoverView>) -> web::Json<Handover> {
    web::Json(Handover::of(view))
}
