//! The same rules in Python, by libraries that people use for it; each only where its module is installed.

use std::path::Path;
use std::process::Command;

use super::child::{Told, told};
use crate::cluster::finished;

/// Which Python is asked; `python3` of the path unless this names another.
const PYTHON: &str = "TASUKI_BENCH_PYTHON";

/// A library and the script that validates by it: counts of rows and of wrong rows, nothing else.
pub struct Script {
    /// The module's name.
    pub name: &'static str,
    text: &'static str,
}

/// Polars: a count of wrong rows.
pub const POLARS: Script = Script { name: "polars", text: include_str!("../../peers/by_polars.py") };
/// pandas: a count of wrong rows.
pub const PANDAS: Script = Script { name: "pandas", text: include_str!("../../peers/by_pandas.py") };
/// frictionless: every wrong row with its reasons.
pub const FRICTIONLESS: Script =
    Script { name: "frictionless", text: include_str!("../../peers/by_frictionless.py") };

impl Script {
    /// Runs it on a file; `None` where its module is not installed.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, file: &Path) -> anyhow::Result<Option<Told>> {
        let python = std::env::var_os(PYTHON).unwrap_or_else(|| "python3".into());
        let is_there = Command::new(&python).args(["-c", &format!("import {}", self.name)]).output();
        if !is_there.is_ok_and(|asked| asked.status.success()) {
            return Ok(None);
        }
        told(&finished(Command::new(&python).args(["-c", self.text]).arg(file))?).map(Some)
    }
}
