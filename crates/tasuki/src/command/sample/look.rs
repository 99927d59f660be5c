//! `tasuki town profile`: what a file is and what its columns hold.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::path::PathBuf;

use clap::Args;
use layouts::profile::ColumnProfile;

use super::{looked_at, other_sheets};
use crate::table;

/// What a file is and what its columns hold.
#[derive(Args, Debug)]
pub struct Look {
    /// The file.
    file: PathBuf,
    /// The sheet of a workbook; without it the first that is shown.
    #[arg(long)]
    sheet: Option<String>,
    /// As JSON, without any value of it.
    #[arg(long)]
    json: bool,
}

pub async fn look(options: &Look) -> anyhow::Result<()> {
    let found = looked_at(&options.file, options.sheet.as_deref()).await?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&found.blind())?);
        return Ok(());
    }
    println!(
        "文字コード {}（{}%：{}）、{} 行、見出し {}",
        found.encoding.encoding.label(),
        found.encoding.confidence,
        found.encoding.why,
        found.rows,
        match (found.header_row, found.header_rows) {
            (None, _) => "なし".to_owned(),
            (Some(row), 2) => format!("{row}～{} 行目（2 行）", row + 1),
            (Some(row), _) => format!("{row} 行目"),
        },
    );
    other_sheets(&found);
    let heads = ["列", "記入率", "種類", "形", "値", "値のない印？"];
    table::print(&heads, &found.columns.iter().map(row).collect::<Vec<_>>());
    for run in &found.ruler {
        println!("  {}～{}: {}", run.start, run.start + run.length - 1, run.mark.ja());
    }
    Ok(())
}

fn row(column: &ColumnProfile) -> Vec<String> {
    let shape = column.shapes.first().map_or_else(String::new, |(shape, _)| shape.ja());
    let texts =
        |counts: &[(String, u64)]| counts.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ");
    vec![
        column.name.clone(),
        format!("{}%", column.fill_rate()),
        column.distinct.to_string(),
        shape,
        texts(&column.values),
        texts(&column.odd),
    ]
}
