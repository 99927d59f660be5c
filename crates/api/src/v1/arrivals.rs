//! 到着: which source came, is late, was refused, by month. No resident's data.

use actix_web::{get, web};
use app::Caller;
use app::arrivals::SourceArrival;
use chrono::NaiveDate;
use kernel::TownCode;
use kernel::ctx::jst_date;
use kernel::date::YearMonth;
use profiles::ArrivalState;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{AnyCaller, Params};
use crate::{Platform, schema};

/// One source (連携元) of one town in one month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "town_code": "143669", "source_code": "attendance", "name": "月別の出欠", "every": "month", "expected": 1,
    "arrived": 0, "state": "late", "state_ja": "遅れ", "due_on": "2026-11-10", "last_arrived_on": null,
    "last_as_of": null, "size_class": null, "refused": 0
}))]
pub struct Arrival {
    /// The town.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// The source.
    #[schema(value_type = schema::SourceCode)]
    source_code: String,
    /// Its name, as staff read it.
    name: String,
    /// How often a file is expected: `day` (Monday to Friday), `week`, `month`, `year`; null when nobody waits.
    #[schema(required = true)]
    every: Option<&'static str>,
    /// Files whose day lies in the month.
    #[schema(minimum = 0)]
    expected: usize,
    /// How many of them came, in time or late.
    #[schema(minimum = 0)]
    arrived: usize,
    /// The worst of them; null where none is expected.
    #[schema(required = true, value_type = Option<schema::ArrivalState>)]
    state: Option<&'static str>,
    /// The same as staff read it.
    #[schema(required = true)]
    state_ja: Option<&'static str>,
    /// The day of the first one that is missing; null when none is.
    #[schema(required = true)]
    due_on: Option<NaiveDate>,
    /// The last day of the month on which a file was loaded.
    #[schema(required = true)]
    last_arrived_on: Option<NaiveDate>,
    /// The day that file shows.
    #[schema(required = true)]
    last_as_of: Option<NaiveDate>,
    /// Decimal digits of its number of rows: 3 for 100 to 999.
    #[schema(required = true, minimum = 0)]
    size_class: Option<u8>,
    /// Files of the month that were refused as a whole.
    #[schema(minimum = 0)]
    refused: usize,
}

impl From<SourceArrival> for Arrival {
    fn from(one: SourceArrival) -> Self {
        Self {
            town_code: one.town,
            source_code: one.source,
            name: one.name,
            every: one.expects.map(|arrival| arrival.every()),
            expected: one.expected,
            arrived: one.arrived,
            state: one.state.map(ArrivalState::as_str),
            state_ja: one.state.map(ArrivalState::ja),
            due_on: one.due_on,
            last_arrived_on: one.last_on,
            last_as_of: one.last_as_of,
            size_class: one.size_class,
            refused: one.refused,
        }
    }
}

/// Arrivals of a month.
///
/// The cooperative's operator (組合の運用担当) sees every town, a member of staff their own. A source says in
/// its profile (`[arrival]`) when its files are expected; one that says nothing is listed when it came. A file
/// counts for the day on which it was loaded.
#[utoipa::path(
    params(
        ("month" = Option<String>, Query, description = "The month, `2026-11`; this one in Japan without it.", example = "2026-11"),
        PageParams,
    ),
    responses((status = 200, description = "Sources by town and name.", body = Page<Arrival>)),
)]
#[get("/arrivals")]
pub async fn list_arrivals(platform: Platform, caller: AnyCaller, params: Params) -> Answer<Page<Arrival>> {
    let month = params.get("month")?.unwrap_or_else(|| YearMonth::of(jst_date(caller.now())));
    let paging = Paging::from_params(&params)?;
    let rows = match &caller.0 {
        Caller::Coop(ctx) => platform.arrivals(ctx, month).await?,
        Caller::Town(ctx) => platform.arrivals_of(ctx, month).await?,
    };
    let key = |row: &SourceArrival| format!("{}/{}", row.town, row.source);
    Ok(web::Json(Page::cut(caller.now(), rows, &paging, Order::Rising, key, Arrival::from)))
}
