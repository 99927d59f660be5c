//! The operator's desk: the installation opened, who acts, how to answer.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::sync::Arc;

use anyhow::bail;
use app::App;
use app::rows::MemberRow;
use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum};
use kernel::id::{RequestId, StaffId};
use kernel::{CoopCtx, Fault, Lang};
use serde_json::Value;
use store::KeyHold;

use crate::open::open;
use crate::settings::Database;

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a person.
    Text,
    /// For a program.
    Json,
}

/// Where the installation is and how to answer.
#[derive(Args, Debug, Clone)]
pub(super) struct At {
    #[command(flatten)]
    pub database: Database,
    /// How to answer.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Who acts: the id that `tasuki operator token` gave. It stands in the evidence of what is done.
    #[arg(long, env = "TASUKI_OPERATOR")]
    pub operator: Option<StaffId>,
}

/// The installation, opened.
pub(super) struct Desk {
    pub app: Arc<App>,
    operator: Option<StaffId>,
    format: Format,
    _keys: KeyHold,
}

impl At {
    /// Opens the installation beside whoever else has it open.
    pub async fn open(&self) -> anyhow::Result<Desk> {
        self.open_with(false).await
    }

    /// Opens it when nobody else has the keys in memory.
    pub async fn open_alone(&self) -> anyhow::Result<Desk> {
        self.open_with(true).await
    }

    async fn open_with(&self, alone: bool) -> anyhow::Result<Desk> {
        let (installation, folder) = self.database.installation()?;
        let keys = if alone { folder.hold_alone()? } else { folder.hold()? };
        let app = open(installation, folder).await?;
        Ok(Desk { app, operator: self.operator, format: self.format, _keys: keys })
    }
}

impl Desk {
    /// The operator, acting now.
    ///
    /// # Errors
    /// When nobody is named: what is done has to be somebody's.
    pub fn acting(&self) -> anyhow::Result<CoopCtx> {
        match self.operator {
            Some(operator) => Ok(CoopCtx { operator, now: Utc::now(), request: RequestId::new() }),
            None => bail!(
                "操作する人を --operator か TASUKI_OPERATOR で指定してください（tasuki operator token が出す stf_…）。\n    \
                 Say who acts by --operator or TASUKI_OPERATOR (the stf_… that `tasuki operator token` gives)."
            ),
        }
    }

    /// The operator, reading: nothing of it is evidence.
    pub fn reading(&self) -> CoopCtx {
        let operator = self.operator.unwrap_or_else(StaffId::new);
        CoopCtx { operator, now: Utc::now(), request: RequestId::new() }
    }

    /// The member of this code or folder name.
    pub async fn member(&self, name: &str) -> anyhow::Result<MemberRow> {
        let members = self.app.members().await.map_err(|fault| told(&[fault]))?;
        let found =
            members.iter().find(|member| member.town.as_str() == name || member.slug.as_str() == name);
        if let Some(member) = found {
            return Ok(member.clone());
        }
        let known: Vec<_> =
            members.iter().map(|member| format!("{} ({})", member.town, member.slug)).collect();
        bail!(
            "{name} は加入していません。加入している町: {known}\n    {name} is not a member; the members are: {known}",
            known = known.join(", ")
        )
    }

    /// Prints the answer.
    pub fn answer(&self, json: &Value, text: impl FnOnce()) -> anyhow::Result<()> {
        match self.format {
            Format::Json => println!("{}", serde_json::to_string_pretty(json)?),
            Format::Text => text(),
        }
        Ok(())
    }
}

/// A day on the command line.
///
/// # Errors
/// In both languages, how it is written.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "日付は 2026-04-01 の形で書いてください / write a day as 2026-04-01".to_owned())
}

/// Faults as a person reads them: code, both languages.
pub(super) fn told(faults: &[Fault]) -> anyhow::Error {
    let said = faults.iter().map(|fault| {
        format!("{}\n    {}\n    {}", fault.code(), fault.detail(Lang::Ja), fault.detail(Lang::En))
    });
    anyhow::anyhow!(said.collect::<Vec<_>>().join("\n"))
}

/// One fault, likewise.
pub(crate) fn said(fault: Fault) -> anyhow::Error {
    told(&[fault])
}
