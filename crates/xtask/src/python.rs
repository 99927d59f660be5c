//! Programs from PyPI, pinned, in a virtual environment under `target/`: nothing of the system changes.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::run::{self, Interrupt};
use crate::say::say;

/// A virtual environment.
#[derive(Debug)]
pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment of this name, made if need be with these packages; `None` on a machine without
    /// Python 3 and its `venv`.
    ///
    /// # Errors
    /// When a package cannot be fetched, or a signal came.
    pub fn with(
        checkout: &Checkout,
        name: &str,
        packages: &[&str],
        interrupt: &Interrupt,
    ) -> Result<Option<Self>> {
        let this = Self { folder: checkout.target.join("python").join(name) };
        let made = run::succeeds(Command::new(this.program("python")).arg("--version"));
        if !made && !run::succeeds(Command::new("python3").args(["-m", "venv"]).arg(&this.folder)) {
            return Ok(None);
        }
        say!("==> {}", packages.join(", "));
        let mut pip = run::tied(this.program("pip"), Signal::SIGTERM, None);
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(packages);
        let status = run::to_end(&mut pip, interrupt)?;
        ensure!(status.success(), "pip could not install {}; its lines above say why", packages.join(", "));
        Ok(Some(this))
    }

    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }
}
