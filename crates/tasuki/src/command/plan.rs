//! `tasuki town plan` and `apply`: what a folder would change in one town or in all of them, what a file would change
//! in a town, and doing it. A plan answers by its exit code.

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use app::loads::{Guard, Override};
use chrono::NaiveDate;
use clap::Args;
use kernel::SourceCode;
use kernel::id::{LoadPlanId, PlanId};

use super::desk::At;
use super::{configuration, loading};

/// What a plan comes to. An error is 1, usage errors too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// There is nothing to do.
    Nothing,
    /// There is something to do.
    Changes,
    /// Something of it closes or takes away what is there.
    Removes,
    /// A guard trips: without a person's word it is not done.
    Guarded,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Nothing => Self::SUCCESS,
            Verdict::Changes => Self::from(2),
            Verdict::Removes => Self::from(3),
            Verdict::Guarded => Self::from(4),
        }
    }
}

/// What to plan.
#[derive(Args, Debug)]
pub(super) struct Plan {
    #[command(flatten)]
    pub at: At,
    /// The town's code or folder name.
    #[arg(required_unless_present = "all")]
    pub town: Option<String>,
    /// The folder (`tenants` without it); with --source, the file.
    pub path: Option<PathBuf>,
    /// Every town of this folder at once.
    #[arg(
        long,
        value_name = "TENANTS",
        num_args = 0..=1,
        default_missing_value = "tenants",
        conflicts_with_all = ["town", "path", "source"]
    )]
    pub all: Option<PathBuf>,
    /// 連携元: plan the load of a file of this source.
    #[arg(long, requires_all = ["as_of", "path"])]
    pub source: Option<SourceCode>,
    /// The day the file shows.
    #[arg(long, requires = "source", value_parser = super::desk::day)]
    pub as_of: Option<NaiveDate>,
}

/// What to apply.
#[derive(Args, Debug)]
pub(super) struct Apply {
    #[command(flatten)]
    pub at: At,
    /// The town's code or folder name.
    town: String,
    /// The plan: `pln_…` of a configuration, `lpl_…` of a file.
    plan: AnyPlan,
    /// A guard to pass over; of a file's plan only.
    #[arg(long = "override", value_name = "GUARD", requires = "reason")]
    guards: Vec<Guard>,
    /// Why, and who of the town says so. Stands on the load and in the evidence.
    #[arg(long, requires = "guards", value_parser = super::reason)]
    reason: Option<String>,
}

/// A plan of either kind, told by its id.
#[derive(Debug, Clone, Copy)]
enum AnyPlan {
    Configuration(PlanId),
    Load(LoadPlanId),
}

impl FromStr for AnyPlan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Configuration(id));
        }
        text.parse().map(Self::Load).map_err(|_| {
            format!(
                "計画の番号は {}_… か {}_… です / a plan's id begins so",
                PlanId::PREFIX,
                LoadPlanId::PREFIX
            )
        })
    }
}

pub(super) async fn plan(options: &Plan) -> anyhow::Result<ExitCode> {
    let Some(town) = &options.town else {
        let folder = options.all.clone().unwrap_or_else(|| PathBuf::from("tenants"));
        return configuration::plan_all(&options.at, &folder).await;
    };
    let path = options.path.clone().unwrap_or_else(|| PathBuf::from("tenants"));
    let verdict = match (&options.source, options.as_of) {
        (Some(source), Some(as_of)) => loading::plan(&options.at, town, source, as_of, &path).await?,
        _ => configuration::plan(&options.at, town, &path).await?,
    };
    Ok(verdict.into())
}

pub(super) async fn apply(options: &Apply) -> anyhow::Result<()> {
    match options.plan {
        AnyPlan::Configuration(plan) => {
            anyhow::ensure!(
                options.guards.is_empty(),
                "--override は取込計画にだけ使えます / is for the plan of a file"
            );
            configuration::apply(&options.at, &options.town, plan).await
        }
        AnyPlan::Load(plan) => {
            let word =
                options.reason.clone().map(|reason| Override { guards: options.guards.clone(), reason });
            loading::apply(&options.at, &options.town, plan, word.as_ref()).await
        }
    }
}
