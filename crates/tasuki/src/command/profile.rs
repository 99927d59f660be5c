//! `tasuki profile`: check a folder, see what it would change, apply it, look back. `plan` answers by its exit
//! code: 0 nothing to do, 2 changes, 3 changes that take something away, 1 an error.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::path::PathBuf;
use std::process::ExitCode;

use app::profiles::{Checked, Plan};
use clap::{Args, Subcommand};
use kernel::ctx::jst_date;
use kernel::id::{PlanId, ProfileId};
use profiles::Difference;
use serde_json::{Value, json};

use super::desk::{At, said, told};
use crate::{table, tenants};

/// There is something to do.
const CHANGES: u8 = 2;

/// Something of it takes away what is there.
const REMOVES: u8 = 3;

/// What to do with a profile.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Check a `tenants/` folder: every fault with file and line. Needs no database.
    Validate {
        /// The folder.
        #[arg(default_value = "tenants")]
        tenants: PathBuf,
    },
    /// What a folder would change in a town; keeps the plan for a week.
    Plan(PlanOptions),
    /// Do what a plan says, once.
    Apply {
        #[command(flatten)]
        at: At,
        /// The town's code or folder name.
        town: String,
        /// The plan.
        plan: PlanId,
    },
    /// Who applied what when, and what a version changed.
    History {
        #[command(flatten)]
        at: At,
        /// The town's code or folder name.
        town: String,
        /// Show what this version changed.
        #[arg(long)]
        version: Option<ProfileId>,
    },
}

/// What to plan.
#[derive(Args, Debug)]
pub(super) struct PlanOptions {
    #[command(flatten)]
    at: At,
    /// The town's code or folder name.
    town: String,
    /// The folder.
    #[arg(default_value = "tenants")]
    tenants: PathBuf,
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Validate { tenants } => tenants::validate(&tenants),
        Command::Plan(options) => plan(&options).await,
        Command::Apply { at, town, plan } => apply(&at, &town, plan).await,
        Command::History { at, town, version } => history(&at, &town, version).await,
    }
}

async fn plan(options: &PlanOptions) -> anyhow::Result<ExitCode> {
    let files = tenants::read(&options.tenants)?;
    let desk = options.at.open().await?;
    let ctx = desk.acting()?;
    let member = desk.member(&options.town).await?;
    let checked = Checked::of(&files, &member).map_err(|faults| told(&faults))?;
    let plan = desk.app.profile_plan(&ctx, &checked).await.map_err(said)?;
    let name = member.name.clone();
    desk.answer(&of(&plan), || {
        println!("{name}: 適用計画 / plan {}", plan.id);
        print(&plan.difference);
        if !plan.difference.is_empty() {
            println!("\n適用するには / to apply:  tasuki profile apply {} {}", options.town, plan.id);
        }
    })?;
    Ok(code(&plan.difference))
}

fn code(difference: &Difference) -> ExitCode {
    match (difference.is_empty(), difference.removes()) {
        (true, _) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(CHANGES),
        (false, true) => ExitCode::from(REMOVES),
    }
}

async fn apply(at: &At, town: &str, plan: PlanId) -> anyhow::Result<ExitCode> {
    let desk = at.open().await?;
    let (ctx, member) = (desk.acting()?, desk.member(town).await?);
    let id = desk.app.profile_plan_apply(&ctx, member.town, plan).await.map_err(said)?;
    desk.answer(&json!({"id": id}), || println!("{}: 設定の版 {id} が有効です / is in force", member.name))?;
    Ok(ExitCode::SUCCESS)
}

async fn history(at: &At, town: &str, version: Option<ProfileId>) -> anyhow::Result<ExitCode> {
    let desk = at.open().await?;
    let (ctx, member) = (desk.reading(), desk.member(town).await?);
    if let Some(version) = version {
        let found = desk.app.profile_difference(&ctx, member.town, None, version).await.map_err(said)?;
        desk.answer(&difference(&found), || print(&found))?;
        return Ok(ExitCode::SUCCESS);
    }
    let versions = desk.app.profile_versions(&ctx, member.town).await.map_err(said)?;
    let json = versions.iter().map(|row| {
        json!({"id": row.id, "digest": row.digest, "applied_at": row.applied_at, "applied_by": row.applied_by})
    });
    desk.answer(&Value::Array(json.collect()), || {
        let rows = versions.iter().map(|row| {
            vec![jst_date(row.applied_at).to_string(), row.id.to_string(), row.applied_by.to_string()]
        });
        table::print(&["適用日", "版", "適用した人"], &rows.collect::<Vec<_>>());
    })?;
    Ok(ExitCode::SUCCESS)
}

fn of(plan: &Plan) -> Value {
    json!({
        "id": plan.id, "base_profile_id": plan.base, "digest": plan.digest,
        "is_empty": plan.difference.is_empty(), "removes": plan.difference.removes(),
        "difference": difference(&plan.difference),
    })
}

fn difference(difference: &Difference) -> Value {
    let files = difference.files.iter().map(|file| json!({"path": file.path, "step": file.step.as_str()}));
    let changes = difference.changes.iter().map(|c| {
        json!({
            "kind": c.kind.as_str(), "of": c.of, "step": c.step.as_str(),
            "member": c.member, "old": c.old, "new": c.new
        })
    });
    json!({
        "files": files.collect::<Vec<_>>(), "changes": changes.collect::<Vec<_>>(),
        "reread_sources": difference.reread.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn print(difference: &Difference) {
    if difference.is_empty() {
        println!("変更はありません / nothing to do");
        return;
    }
    println!("\nファイル / files");
    for file in &difference.files {
        println!("    {}  {}", file.step.ja(), file.path);
    }
    println!("\n意味 / meaning");
    if difference.changes.is_empty() {
        println!("    変更なし（注釈や順序だけ） / none: only comments or order");
    }
    for change in &difference.changes {
        let told = match (&change.member, &change.old, &change.new) {
            (Some(member), Some(old), Some(new)) => format!(" {member}: {old} → {new}"),
            (Some(member), None, Some(new)) => format!(" {member}: {new}"),
            (Some(member), Some(old), None) => format!(" {member}: {old}"),
            _ => String::new(),
        };
        println!("    {}  {} {}{told}", change.step.ja(), change.kind.ja(), change.of);
    }
    if !difference.reread.is_empty() {
        let sources: Vec<_> = difference.reread.iter().map(ToString::to_string).collect();
        println!("\n次の取込で全行を読み直す連携元 / read anew at the next load: {}", sources.join(", "));
    }
}
