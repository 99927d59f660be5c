//! `tasuki operator token`: the cooperative's operators and their tokens. Made on the server's machine only.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use chrono::{TimeDelta, Utc};
use clap::Subcommand;
use kernel::id::StaffId;
use serde_json::json;

use super::desk::{At, said};

/// What to do with operators.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// A token for the API, shown once. Without --operator it is a new operator's.
    Token {
        #[command(flatten)]
        at: At,
        /// Days for which it holds.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=90))]
        days: u16,
    },
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let Command::Token { at, days } = command;
    let desk = at.open().await?;
    let operator = at.operator.unwrap_or_else(StaffId::new);
    let now = Utc::now();
    let until = now + TimeDelta::days(i64::from(days));
    let token = desk.app.operator_token(operator, now, until).await.map_err(said)?;
    desk.answer(&json!({"operator": operator, "token": token, "expires_at": until}), || {
        println!("組合の運用担当 / operator: {operator}");
        println!("    {token}");
        println!("このトークンは一度だけ表示します。{days}日間有効です。 / Shown once; it holds for {days} days.");
        println!("コマンドでは TASUKI_OPERATOR={operator} を使います。 / For commands set TASUKI_OPERATOR={operator}.");
    })
}
