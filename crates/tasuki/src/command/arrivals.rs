//! `tasuki arrivals`: one month over all towns.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::process::ExitCode;

use app::arrivals::SourceArrival;
use clap::Args;
use kernel::date::YearMonth;
use profiles::ArrivalState;
use serde_json::{Value, json};

use super::desk::{At, said};
use crate::table;

/// Which month.
#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    at: At,
    /// The month, such as 2026-11; this one without it.
    #[arg(long)]
    month: Option<YearMonth>,
    /// Show what came in time too.
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let desk = options.at.open().await?;
    let ctx = desk.reading();
    let month = options.month.unwrap_or_else(|| YearMonth::of(kernel::ctx::jst_date(ctx.now)));
    let arrivals = desk.app.arrivals(&ctx, month).await.map_err(said)?;
    let names: Vec<_> = desk.app.members().await.map_err(said)?;
    let name = |one: &SourceArrival| {
        names.iter().find(|member| member.town == one.town).map(|m| m.name.clone()).unwrap_or_default()
    };
    desk.answer(&Value::Array(arrivals.iter().map(of).collect()), || {
        println!("{month}（{}）\n", month.wareki());
        let shown: Vec<_> = arrivals.iter().filter(|one| options.all || !is_fine(one)).collect();
        let row = |one: &&SourceArrival| row(name(one), one);
        if !shown.is_empty() {
            let heads = ["町村", "連携元", "状態", "到着", "予定", "期限", "最終到着", "拒否"];
            table::print(&heads, &shown.iter().map(row).collect::<Vec<_>>());
            println!();
        }
        summary(&arrivals);
    })?;
    Ok(ExitCode::SUCCESS)
}

fn is_fine(one: &SourceArrival) -> bool {
    one.state.is_none_or(|state| state == ArrivalState::Arrived) && one.refused == 0
}

fn summary(arrivals: &[SourceArrival]) {
    let counts = ArrivalState::ALL.iter().map(|state| {
        let count = arrivals.iter().filter(|one| one.state == Some(*state)).count();
        format!("{} {count}", state.ja())
    });
    println!("  {}", counts.collect::<Vec<_>>().join("　"));
}

fn of(one: &SourceArrival) -> Value {
    json!({
        "town_code": one.town, "source_code": one.source, "name": one.name,
        "every": one.expects.map(|arrival| arrival.every()), "expected": one.expected, "arrived": one.arrived,
        "state": one.state.map(ArrivalState::as_str), "due_on": one.due_on, "last_arrived_on": one.last_on,
        "last_as_of": one.last_as_of, "size_class": one.size_class, "refused": one.refused,
    })
}

fn row(town: String, one: &SourceArrival) -> Vec<String> {
    let day = |day: Option<chrono::NaiveDate>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
    vec![
        town,
        one.name.clone(),
        one.state.map_or("予定なし", ArrivalState::ja).to_owned(),
        one.arrived.to_string(),
        one.expected.to_string(),
        day(one.due_on),
        day(one.last_on),
        one.refused.to_string(),
    ]
}
