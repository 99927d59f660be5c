//! `tasuki staff first`: a town's first administrator, once. Everybody else is that person's to add.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use anyhow::bail;
use chrono::{TimeDelta, Utc};
use clap::{Args, Subcommand};
use kernel::SectionCode;
use serde_json::json;

use super::desk::{At, said};

/// What to do with staff.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make the first administrator of a town, with a token that is shown once.
    First(First),
}

/// Who.
#[derive(Args, Debug)]
pub(super) struct First {
    #[command(flatten)]
    at: At,
    /// The town's code or folder name.
    town: String,
    /// The section, as in the town's profile (mayor/kosodate).
    #[arg(long)]
    section: SectionCode,
    /// The name.
    #[arg(long)]
    name: String,
    /// Days for which the token holds.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=90))]
    days: u16,
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let Command::First(options) = command;
    let desk = options.at.open().await?;
    let (ctx, member) = (desk.acting()?, desk.member(&options.town).await?);
    let applied = desk.app.profile_in_force(&ctx, member.town).await.map_err(said)?;
    if applied.town.section(&options.section).is_none() {
        let known: Vec<_> = applied.town.sections.iter().map(|section| section.code.to_string()).collect();
        bail!(
            "{} に {} という課はありません。あるのは: {known}\n    the town has no section {}; it has: {known}",
            member.name,
            options.section,
            options.section,
            known = known.join(", ")
        );
    }
    let until = Utc::now() + TimeDelta::days(i64::from(options.days));
    let staff = desk.app.staff_first(&ctx, member.town, options.section.as_str(), &options.name).await;
    let staff = staff.map_err(said)?;
    let token = desk.app.token_first(&ctx, member.town, staff.id, until).await.map_err(said)?;
    let answer =
        json!({"staff_id": staff.id, "token_id": token.row.id, "token": token.secret, "expires_at": until});
    desk.answer(&answer, || {
        println!("{} の町管理者 / administrator: {} ({})", member.name, options.name, staff.id);
        println!("    {}", token.secret);
        println!(
            "このトークンは一度だけ表示します。{}日間有効です。 / Shown once; it holds for {} days.",
            options.days, options.days
        );
    })
}
