//! A run of several checks: each is announced, all are run, and the last lines say what failed.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::run::{self, Interrupt};
use crate::say::say;

/// What became of the steps so far.
#[derive(Debug)]
pub struct Steps<'a> {
    interrupt: &'a Interrupt,
    total: usize,
    begun: usize,
    failed: Vec<&'static str>,
    absent: Vec<String>,
}

impl<'a> Steps<'a> {
    /// A run of `total` steps.
    pub fn new(total: usize, interrupt: &'a Interrupt) -> Self {
        Self { interrupt, total, begun: 0, failed: Vec::new(), absent: Vec::new() }
    }

    /// Announces a step by `[n/total]` and runs it; a failure is noted and the next steps still run.
    ///
    /// # Errors
    /// When the command cannot be started or a signal came.
    pub fn step(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        self.announce(name);
        let passed = run::to_end(command, self.interrupt)?.success();
        if !passed {
            self.failed.push(name);
        }
        Ok(())
    }

    /// Announces a step that cannot run because a tool is not installed, and says how to get it.
    pub fn absent(&mut self, name: &'static str, remedy: &str) {
        self.announce(name);
        say!("==> not run: {remedy}");
        self.absent.push(format!("{name} ({remedy})"));
    }

    fn announce(&mut self, name: &str) {
        self.begun += 1;
        say!("[{}/{}] {name}", self.begun, self.total);
    }

    /// Prints the closing lines; success only when nothing failed.
    pub fn close(self, what: &str) -> ExitCode {
        for absent in &self.absent {
            say!("==> not run: {absent}");
        }
        if self.failed.is_empty() {
            say!("==> {what}: passed");
            return ExitCode::SUCCESS;
        }
        say!("==> {what}: FAILED: {}. The lines under each step say why.", self.failed.join(", "));
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_run_and_the_rest_still_runs() {
        let interrupt = Interrupt::listen().unwrap();
        let mut steps = Steps::new(3, &interrupt);
        steps.step("first", &mut Command::new("false")).unwrap();
        steps.step("second", &mut Command::new("true")).unwrap();
        assert_eq!((steps.begun, steps.failed.as_slice()), (2, &["first"][..]));
        assert_eq!(steps.close("check"), ExitCode::FAILURE);
    }

    #[test]
    fn an_absent_tool_is_named_and_fails_nothing() {
        let interrupt = Interrupt::listen().unwrap();
        let mut steps = Steps::new(1, &interrupt);
        steps.absent("licences", "install cargo-deny");
        assert_eq!(steps.absent, ["licences (install cargo-deny)"]);
        assert_eq!(steps.close("check"), ExitCode::SUCCESS);
    }
}
