//! `tasuki town` with a `tenants/` folder: what it would change in a town or in all of them, applying it, looking back.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::path::Path;
use std::process::ExitCode;

use app::profiles::{Checked, Plan};
use app::rows::MemberRow;
use clap::Args;
use kernel::Fault;
use kernel::ctx::jst_date;
use kernel::id::{PlanId, ProfileId};
use profiles::{Bundle, Difference};
use serde_json::{Value, json};

use super::desk::{At, Desk, said, told};
use super::plan::Verdict;
use crate::{table, tenants};

/// Whose history.
#[derive(Args, Debug)]
pub(super) struct History {
    #[command(flatten)]
    at: At,
    /// The town's code or folder name.
    town: String,
    /// Show what this version changed.
    #[arg(long)]
    version: Option<ProfileId>,
}

pub(super) async fn plan(at: &At, town: &str, folder: &Path) -> anyhow::Result<Verdict> {
    let files = tenants::read(folder)?;
    let desk = at.open().await?;
    let member = desk.member(town).await?;
    let plan = plan_of(&desk, &files, &member).await?.map_err(|faults| told(&faults))?;
    desk.answer(&of(&plan), || {
        println!("{}: 適用計画 / plan {}", member.name, plan.id);
        print(&plan.difference);
        if !plan.difference.is_empty() {
            println!("\n適用するには / to apply:  tasuki town apply {town} {}", plan.id);
        }
    })?;
    Ok(verdict(&plan.difference))
}

/// Plans a folder in every town; the exit code is the gravest, and an error in one of them is graver than any.
pub(super) async fn plan_all(at: &At, folder: &Path) -> anyhow::Result<ExitCode> {
    let files = tenants::read(folder)?;
    let desk = at.open().await?;
    desk.acting()?;
    let mut plans = Vec::new();
    for member in desk.app.members().await.map_err(said)? {
        let plan = plan_of(&desk, &files, &member).await?;
        plans.push((member, plan));
    }
    let json = plans.iter().map(|(member, plan)| {
        let (plan, faults) = match plan {
            Ok(plan) => (Some(of(plan)), Vec::new()),
            Err(faults) => (None, faults.iter().map(|fault| fault.code().as_str()).collect()),
        };
        json!({"code": member.town, "slug": member.slug.as_str(), "name": member.name, "plan": plan, "faults": faults})
    });
    desk.answer(&Value::Array(json.collect()), || print_all(&plans))?;
    if plans.iter().any(|(_, plan)| plan.is_err()) {
        return Ok(ExitCode::FAILURE);
    }
    let verdicts = plans.iter().filter_map(|(_, plan)| Some(verdict(&plan.as_ref().ok()?.difference)));
    Ok(verdicts.max().unwrap_or(Verdict::Nothing).into())
}

/// A town's plan, or every fault of its files.
async fn plan_of(
    desk: &Desk,
    files: &Bundle,
    member: &MemberRow,
) -> anyhow::Result<Result<Plan, Vec<Fault>>> {
    let checked = match Checked::of(files, member) {
        Ok(checked) => checked,
        Err(faults) => return Ok(Err(faults)),
    };
    Ok(Ok(desk.app.profile_plan(&desk.acting()?, &checked).await.map_err(said)?))
}

fn verdict(difference: &Difference) -> Verdict {
    match (difference.is_empty(), difference.removes()) {
        (true, _) => Verdict::Nothing,
        (false, false) => Verdict::Changes,
        (false, true) => Verdict::Removes,
    }
}

pub(super) async fn apply(at: &At, town: &str, plan: PlanId) -> anyhow::Result<()> {
    let desk = at.open().await?;
    let (ctx, member) = (desk.acting()?, desk.member(town).await?);
    let id = desk.app.profile_plan_apply(&ctx, member.town, plan).await.map_err(said)?;
    desk.answer(&json!({"id": id}), || println!("{}: 設定の版 {id} が有効です / is in force", member.name))
}

pub(super) async fn history(options: &History) -> anyhow::Result<()> {
    let desk = options.at.open().await?;
    let (ctx, member) = (desk.reading(), desk.member(&options.town).await?);
    if let Some(version) = options.version {
        let found = desk.app.profile_difference(&ctx, member.town, None, version).await.map_err(said)?;
        return desk.answer(&difference(&found), || print(&found));
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
    })
}

fn print_all(plans: &[(MemberRow, Result<Plan, Vec<Fault>>)]) {
    let row = |(member, plan): &(MemberRow, Result<Plan, Vec<Fault>>)| match plan {
        Err(faults) => {
            let count = faults.len().to_string();
            vec![member.name.clone(), "誤り / faults".to_owned(), count, "–".into(), "–".into()]
        }
        Ok(plan) if plan.difference.is_empty() => {
            vec![member.name.clone(), "変更なし".to_owned(), "0".into(), "0".into(), "–".into()]
        }
        Ok(plan) => {
            let of = &plan.difference;
            let sources: Vec<_> = of.reread.iter().map(ToString::to_string).collect();
            let sources = if sources.is_empty() { "–".to_owned() } else { sources.join(", ") };
            let (files, meaning) = (of.files.len().to_string(), of.changes.len().to_string());
            vec![member.name.clone(), plan.id.to_string(), files, meaning, sources]
        }
    };
    let heads = ["町村", "計画", "ファイル", "意味", "読み直す連携元"];
    table::print(&heads, &plans.iter().map(row).collect::<Vec<_>>());
    for (member, plan) in plans {
        if let Err(faults) = plan {
            println!("\n{}\n{}", member.name, told(faults));
        }
    }
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
