//! Installs what is missing: a C compiler and PostgreSQL.
//!
//! Only system packages are installed, by the system's own manager, and only when nothing suitable is
//! there. No service of the system is left running (see `install/debian.sh`).

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use nix::unistd::geteuid;

use crate::postgres::{Binaries, OLDEST, candidates, found, installed};
use crate::run::{self, Interrupt};
use crate::say::say;

/// Installs packages on Debian and Ubuntu; its arguments are `compiler` or `postgresql`.
const DEBIAN: &str = include_str!("install/debian.sh");

/// How this machine gets packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    Homebrew,
    /// We do not know one.
    None,
}

impl Manager {
    fn of_this_machine() -> Self {
        if Path::new("/usr/bin/apt-get").exists() {
            Self::Apt
        } else if cfg!(target_os = "macos") && answers("brew") {
            Self::Homebrew
        } else {
            Self::None
        }
    }
}

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The cryptographic library is partly C.
    Compiler,
    Postgresql,
}

impl Need {
    fn name(self) -> &'static str {
        match self {
            Self::Compiler => "a C compiler (cc)",
            Self::Postgresql => "PostgreSQL (server and client programs, 15 or newer)",
        }
    }
}

/// Makes sure of a C compiler and returns the usable PostgreSQL installations, newest first, after
/// installing either if need be.
///
/// # Errors
/// When something is missing and cannot be installed; the message says what to install.
pub fn ensure_all(interrupt: &Interrupt) -> Result<Vec<Binaries>> {
    if !answers("cc") {
        install(Need::Compiler, interrupt)?;
        ensure!(answers("cc"), "there is still no C compiler: install one that answers to `cc`");
    }
    let before = installed()?;
    let usable = if before.is_empty() {
        install(Need::Postgresql, interrupt)?;
        installed()?
    } else {
        before
    };
    ensure!(!usable.is_empty(), "{}", too_old(&found(&candidates())));
    for binaries in &usable {
        say!("==> found PostgreSQL {} in {}", binaries.major, binaries.folder.display());
    }
    Ok(usable)
}

/// What to say when the system's own packages do not do.
fn too_old(all: &[Binaries]) -> String {
    let have = all.first().map_or_else(|| "none".into(), |newest| format!("only {}", newest.major));
    format!(
        "PostgreSQL {OLDEST} or newer is needed and this machine has {have}. Its distribution may be too old: \
         install a newer one (on Debian and Ubuntu: https://wiki.postgresql.org/wiki/Apt) or set PG_BIN to \
         the folder of postgres and initdb, then run this again"
    )
}

fn install(need: Need, interrupt: &Interrupt) -> Result<()> {
    let manager = Manager::of_this_machine();
    let Some(mut command) = installer(manager, need, geteuid().is_root(), answers("sudo")) else {
        anyhow::bail!("{}", by_hand(manager, need));
    };
    say!("==> {} is missing: installing it", need.name());
    if manager == Manager::Homebrew {
        say!("==> note: the Homebrew path has not been tried by us");
    }
    let status = run::in_foreground(&mut command, interrupt)?;
    ensure!(status.success(), "installing failed ({status}); {}", by_hand(manager, need));
    Ok(())
}

/// The command that installs, if this machine and user can.
fn installer(manager: Manager, need: Need, root: bool, sudo: bool) -> Option<Command> {
    let what = match need {
        Need::Compiler => "compiler",
        Need::Postgresql => "postgresql",
    };
    match (manager, need) {
        (Manager::Apt, _) if root => {
            let mut command = Command::new("sh");
            command.args(["-c", DEBIAN, "debian.sh", what]);
            Some(command)
        }
        (Manager::Apt, _) if sudo => {
            let mut command = Command::new("sudo");
            command.args(["sh", "-c", DEBIAN, "debian.sh", what]);
            Some(command)
        }
        (Manager::Homebrew, Need::Postgresql) => {
            let mut command = Command::new("brew");
            command.args(["install", "postgresql@16"]);
            Some(command)
        }
        _ => None,
    }
}

/// The one clear message for machines and users we cannot install for.
fn by_hand(manager: Manager, need: Need) -> String {
    let how = match (manager, need) {
        (Manager::Apt, Need::Compiler) => "as root: apt-get install build-essential",
        (Manager::Apt, Need::Postgresql) => "as root: apt-get install postgresql postgresql-client",
        (Manager::Homebrew, Need::Postgresql) => "brew install postgresql@16",
        (_, Need::Compiler) if cfg!(target_os = "macos") => "xcode-select --install",
        (_, Need::Postgresql) if cfg!(target_os = "macos") => {
            "install Homebrew (https://brew.sh), then: brew install postgresql@16"
        }
        (_, Need::Compiler) => "by your system's package manager (gcc or clang)",
        (_, Need::Postgresql) => {
            "by your system's package manager; if it lies in an unusual place, set PG_BIN to the folder of \
             postgres and initdb"
        }
    };
    format!("{} is missing. Install it ({how}), then run this again", need.name())
}

/// Whether a program is there and answers `--version`.
pub fn answers(program: &str) -> bool {
    run::succeeds(Command::new(program).arg("--version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: &Command) -> Vec<String> {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).filter(|word| word != DEBIAN).collect()
    }

    #[test]
    fn each_kind_of_machine_gets_its_own_way() {
        for (manager, need, root, sudo, wanted) in [
            (Manager::Apt, Need::Postgresql, true, false, Some("sh -c debian.sh postgresql")),
            (Manager::Apt, Need::Compiler, true, true, Some("sh -c debian.sh compiler")),
            (Manager::Apt, Need::Postgresql, false, true, Some("sudo sh -c debian.sh postgresql")),
            (Manager::Apt, Need::Postgresql, false, false, None),
            (Manager::Homebrew, Need::Postgresql, false, true, Some("brew install postgresql@16")),
            (Manager::Homebrew, Need::Compiler, false, true, None),
            (Manager::None, Need::Postgresql, true, true, None),
        ] {
            let command = installer(manager, need, root, sudo).map(|command| line(&command).join(" "));
            assert_eq!(command.as_deref(), wanted, "{manager:?} {need:?} root={root} sudo={sudo}");
        }
    }

    #[test]
    fn without_a_way_the_message_says_what_to_install() {
        assert_eq!(
            by_hand(Manager::Apt, Need::Postgresql),
            "PostgreSQL (server and client programs, 15 or newer) is missing. Install it (as root: apt-get \
             install postgresql postgresql-client), then run this again"
        );
        let elsewhere = by_hand(Manager::None, Need::Postgresql);
        assert!(
            elsewhere.contains("PostgreSQL") && elsewhere.ends_with("then run this again"),
            "{elsewhere}"
        );
    }

    #[test]
    fn a_distribution_that_is_too_old_is_told_so() {
        let old = Binaries { folder: "/usr/lib/postgresql/14/bin".into(), major: 14 };
        assert!(
            too_old(&[old]).starts_with("PostgreSQL 15 or newer is needed and this machine has only 14.")
        );
        assert!(too_old(&[]).contains("this machine has none."));
    }
}
