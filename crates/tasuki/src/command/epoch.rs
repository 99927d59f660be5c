//! `tasuki epoch turn`: what was dropped before is from then on unreadable in every backup. The server has the
//! keys in memory, so it must not run meanwhile.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;

use super::desk::{At, said};

/// What to do with epoch keys.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Wrap every key of a town anew and destroy the old epoch key. Stop the server first.
    Turn {
        #[command(flatten)]
        at: At,
        /// The town's code or folder name.
        town: String,
    },
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let Command::Turn { at, town } = command;
    let desk = at.open_alone().await.context(
        "サーバーを止めてから実行してください（systemctl stop tasuki）。 / Stop the server first (systemctl stop tasuki)",
    )?;
    let (ctx, member) = (desk.acting()?, desk.member(&town).await?);
    let epoch = desk.app.epoch_turn(&ctx, member.town).await.map_err(said)?;
    desk.answer(&json!({"town_code": member.town, "epoch": epoch}), || {
        println!("{}: 鍵を更新しました（第{epoch}世代） / epoch {epoch}", member.name);
        println!("鍵のフォルダのバックアップを取り直し、古い写しを破棄してください。");
        println!("Back up the key folder anew and destroy the older copies.");
    })
}
