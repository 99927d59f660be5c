//! Where this checkout and its build output lie, as cargo sees them.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The folders of one checkout.
#[derive(Debug)]
pub struct Checkout {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's build output; respects `CARGO_TARGET_DIR` and cargo's own configuration.
    pub target: PathBuf,
}

impl Checkout {
    /// Asks `cargo metadata` in the current folder.
    ///
    /// # Errors
    /// When cargo cannot be run or the current folder is in no workspace.
    pub fn find() -> Result<Self> {
        let output = Command::new(cargo())
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .output()
            .context("cannot run cargo: install Rust from https://rustup.rs")?;
        ensure!(
            output.status.success(),
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
        let folder = |name: &str| {
            let text = metadata.get(name).and_then(Value::as_str);
            text.map(PathBuf::from).with_context(|| format!("cargo metadata names no {name}"))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// The path of a release binary of this workspace.
    pub fn release_binary(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }
}

/// The cargo that started this process, so that nested builds use the same toolchain.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
