//! `tasuki town`: members, their configuration, their files, and how they are doing.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use app::town_health::TownHealth;
use clap::{Args, Subcommand};
use profiles::Cooperative;
use serde_json::{Value, json};

use super::desk::{At, Format, said, told};
use super::{configuration, loading, plan, report, sample, training};
use crate::{table, tenants};

/// What to do with towns.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// The members.
    List {
        #[command(flatten)]
        at: At,
    },
    /// Make a town of a `tenants/` folder a member: its role, keys and evidence chain.
    Admit(Admit),
    /// How every town is doing: versions, days and counts, nobody's data.
    Health {
        #[command(flatten)]
        at: At,
    },
    /// Put a training town back as it was: the same fictional people under the same ids. Needs the superuser.
    Reset(training::Reset),
    /// Begin a town's folder from samples of its systems' exports; nothing is written over.
    Init(sample::Init),
    /// What the file of a load was like: structure, counts and reasons.
    Report(report::Options),
    /// What a file is and what its columns hold. Of no use outside the town: it shows values.
    Profile(sample::Look),
    /// How a source reads a file: each row, each reject with every reason. Loads nothing.
    Preview(sample::Preview),
    /// Check a `tenants/` folder: every fault with file and line. Needs no database.
    Validate {
        /// The folder.
        #[arg(default_value = "tenants")]
        tenants: PathBuf,
        /// How to answer.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// What a folder would change in a town (or in all), or what a file would; kept for a week. Ends with 0 for
    /// nothing, 2 for changes, 3 for changes that close or take away, 4 where a guard trips.
    Plan(plan::Plan),
    /// Do what a plan says, once.
    Apply(plan::Apply),
    /// Who applied which configuration when, and what a version changed.
    History(configuration::History),
    /// 取込エラー: lines, columns and reasons of a load's rejects, and nothing of what the lines say.
    Rejects(loading::Rejects),
    /// Take a source's last load back.
    Rollback(loading::Rollback),
    /// Write a fictional file of a source, as its system would export it.
    Sample(sample::Sample),
}

/// Which town to admit.
#[derive(Args, Debug)]
pub(super) struct Admit {
    #[command(flatten)]
    at: At,
    /// The town's folder name.
    slug: String,
    /// The folder that holds it.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { at } => list(&at).await?,
        Command::Admit(options) => admit(&options).await?,
        Command::Health { at } => health(&at).await?,
        Command::Reset(options) => training::reset(&options).await?,
        Command::Report(options) => report::run(&options).await?,
        Command::Init(options) => sample::init(&options).await?,
        Command::Profile(options) => sample::look(&options).await?,
        Command::Preview(options) => sample::preview(&options).await?,
        Command::Validate { tenants, format } => return tenants::validate(&tenants, format == Format::Json),
        Command::Plan(options) => return plan::plan(&options).await,
        Command::Apply(options) => plan::apply(&options).await?,
        Command::History(options) => configuration::history(&options).await?,
        Command::Rejects(options) => loading::rejects(&options).await?,
        Command::Rollback(options) => loading::rollback(&options).await?,
        Command::Sample(options) => sample::write(&options)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(at: &At) -> anyhow::Result<()> {
    let desk = at.open().await?;
    let members = desk.app.members().await.map_err(said)?;
    let json: Vec<_> = members
        .iter()
        .map(|m| json!({"code": m.town, "slug": m.slug.as_str(), "name": m.name, "joined_at": m.joined_at}))
        .collect();
    desk.answer(&Value::Array(json), || {
        let row = |m: &app::rows::MemberRow| {
            let since = kernel::ctx::jst_date(m.joined_at).to_string();
            vec![m.name.clone(), m.town.to_string(), m.slug.to_string(), since]
        };
        table::print(&["町村", "コード", "フォルダ", "加入日"], &members.iter().map(row).collect::<Vec<_>>());
    })
}

async fn admit(options: &Admit) -> anyhow::Result<()> {
    let desk = options.at.open().await?;
    let ctx = desk.acting()?;
    let cooperative = Cooperative::read(&tenants::read(&options.tenants)?).map_err(|faults| told(&faults))?;
    let Some(town) = cooperative.town_named(&options.slug) else {
        bail!(
            "{} には {} のフォルダがありません / has no folder {}",
            options.tenants.display(),
            options.slug,
            options.slug
        );
    };
    desk.app.town_admit(&ctx, town.code, town.slug.clone(), &town.name).await.map_err(said)?;
    desk.answer(&json!({"code": town.code, "slug": town.slug.as_str(), "name": town.name}), || {
        println!("{}（{}）が加入しました。鍵のフォルダをバックアップしてください。", town.name, town.code);
        println!("{} is a member now. Back up the key folder.", town.code);
        println!("\n次に / next:  tasuki town plan {} {}", town.slug, options.tenants.display());
        println!("              tasuki staff first {} --section … --name …", town.slug);
    })
}

async fn health(at: &At) -> anyhow::Result<()> {
    let desk = at.open().await?;
    let towns = desk.app.town_health(&desk.reading()).await.map_err(said)?;
    let json: Vec<_> = towns.iter().map(of).collect();
    desk.answer(&Value::Array(json), || {
        let heads =
            ["町村", "設定の適用日", "遅れ", "突合待ち", "行数", "エラー", "支援措置", "引継ぎ中", "処理中"];
        table::print(&heads, &towns.iter().map(row).collect::<Vec<_>>());
        for town in towns.iter().filter(|town| !town.late.is_empty()) {
            println!("\n  {} の遅れ / late: {}", town.member.name, town.late.join(", "));
        }
    })
}

fn of(town: &TownHealth) -> Value {
    let (read, rejected) = town.rows();
    json!({
        "code": town.member.town, "name": town.member.name,
        "profile_id": town.profile.map(|(id, _)| id), "profile_applied_at": town.profile.map(|(_, at)| at),
        "late_sources": town.late, "link_tasks_waiting": town.tally.link_tasks,
        "rows_read": read, "rows_rejected": rejected,
        "protection_list_as_of": town.protection.0, "protection_list_is_current": town.protection.1,
        "handovers": town.tally.handovers, "operations_running": town.tally.operations,
        "uploads_waiting": town.tally.uploads, "checkpoint_at": town.checkpoint_at,
    })
}

fn row(town: &TownHealth) -> Vec<String> {
    let (read, rejected) = town.rows();
    let applied = town.profile.map(|(_, at)| kernel::ctx::jst_date(at).to_string());
    let list = match town.protection {
        (None, _) => "なし".to_owned(),
        (Some(day), true) => day.to_string(),
        (Some(day), false) => format!("{day}（古い）"),
    };
    vec![
        town.member.name.clone(),
        applied.unwrap_or_else(|| "未適用".to_owned()),
        town.late.len().to_string(),
        town.tally.link_tasks.to_string(),
        read.to_string(),
        rejected.to_string(),
        list,
        town.tally.handovers.values().sum::<i64>().to_string(),
        town.tally.operations.to_string(),
    ]
}
