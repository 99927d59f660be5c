//! `cargo xtask clients`: clients of the API generated from `openapi/tasuki.json`, built by the languages this
//! machine has, each tried against the served demonstration by its script in `clients/smoke/`. What is
//! generated lies under `target/clients` and is nobody's to commit.

mod languages;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::python::Python;
use crate::run::{self, Interrupt};
use crate::say::say;
use crate::served::Served;
use crate::steps::Steps;

use self::languages::{ALL, Language};

/// The package carries the generator's jar; npm's would fetch one.
const GENERATOR: &str = "openapi-generator-cli==7.26.0";

/// The document the clients are made of.
const DOCUMENT: &str = "openapi/tasuki.json";

/// Which languages.
#[derive(clap::Args)]
pub struct Arguments {
    /// One language: python, typescript, java, rust or csharp; all of them when left out
    language: Option<String>,
    /// Generate and build only, without a server
    #[arg(long)]
    build: bool,
}

/// What a language's commands work with.
#[derive(Debug)]
pub struct Bench {
    /// The generated client.
    pub client: PathBuf,
    /// The folder of the smoke script.
    pub smoke: PathBuf,
    /// Beside the client, for what is built.
    pub out: PathBuf,
    /// The environment of the generator, in which the Python client is tried too.
    pub python: Python,
    /// The generator's jar: Java finds Jackson in it.
    pub jar: PathBuf,
}

/// Generates, builds and tries each client, all of them even when one fails.
///
/// # Errors
/// When something cannot be installed or started, or a signal came.
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let asked: Vec<&Language> = ALL
        .iter()
        .filter(|language| arguments.language.as_deref().is_none_or(|name| name == language.name))
        .collect();
    ensure!(!asked.is_empty(), "the languages are python, typescript, java, rust and csharp");
    let mut steps = Steps::new(asked.len(), interrupt);
    let have = |tool: &str| run::succeeds(Command::new(tool).arg("--version"));
    if !have("java") {
        steps.absent("clients", "apt-get install default-jdk-headless");
        return Ok(steps.close("cargo xtask clients"));
    }
    let Some(jar) = generator(checkout, interrupt)? else {
        steps.absent("clients", "apt-get install python3-venv");
        return Ok(steps.close("cargo xtask clients"));
    };
    let served = if arguments.build { None } else { Some(Served::start(checkout, interrupt)?) };
    for language in asked {
        if let Some((tool, remedy)) = language.tools.iter().find(|(tool, _)| !have(tool)) {
            say!("==> no {tool}");
            steps.absent(language.name, remedy);
            continue;
        }
        let bench = bench(language, checkout, jar.clone(), interrupt)?;
        let script = script(language, &bench, served.as_ref())?;
        steps.step(language.name, &mut script.into_command(checkout))?;
    }
    Ok(steps.close("cargo xtask clients"))
}

/// The generator's jar.
fn generator(checkout: &Checkout, interrupt: &Interrupt) -> Result<Option<PathBuf>> {
    let Some(python) = Python::with(checkout, "clients", &[GENERATOR], interrupt)? else { return Ok(None) };
    let ask = "import openapi_generator_cli as g, os; print(os.path.dirname(g.__file__))";
    let output = Command::new(python.program("python")).args(["-c", ask]).output()?;
    let folder = String::from_utf8(output.stdout).context("the generator's folder")?;
    Ok(Some(Path::new(folder.trim()).join("openapi-generator.jar")))
}

fn bench(language: &Language, checkout: &Checkout, jar: PathBuf, interrupt: &Interrupt) -> Result<Bench> {
    let all = checkout.target.join("clients");
    let python = Python::with(checkout, "clients", &[GENERATOR], interrupt)?.context("no Python")?;
    Ok(Bench {
        client: all.join(language.name),
        smoke: checkout.root.join("clients/smoke").join(language.name),
        out: all.join("out").join(language.name),
        python,
        jar,
    })
}

/// Commands that are run one after another until one fails.
#[derive(Debug, Default)]
pub struct Script {
    lines: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

impl Script {
    /// One more command.
    pub fn then(&mut self, words: &[&str]) {
        let quoted: Vec<String> =
            words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
        self.lines.push(quoted.join(" "));
    }

    /// One more command, in a folder.
    pub fn then_in(&mut self, folder: &Path, words: &[&str]) {
        self.then(&["cd", &folder.display().to_string()]);
        self.then(words);
    }

    fn into_command(self, checkout: &Checkout) -> Command {
        let mut command = run::tied("sh", Signal::SIGTERM, None);
        command.args(["-ec", &self.lines.join("\n")]).envs(self.variables).current_dir(&checkout.root);
        command
    }
}

/// Generating afresh, building, and with a server the smoke script.
fn script(language: &Language, bench: &Bench, served: Option<&Served>) -> Result<Script> {
    let (client, out) = (bench.client.display().to_string(), bench.out.display().to_string());
    let mut script = Script::default();
    script.then(&["rm", "-rf", &client]);
    script.then(&["mkdir", "-p", &out]);
    let log = format!("> '{out}/generator.log' 2>&1 || {{ tail -20 '{out}/generator.log'; exit 1; }}");
    let jar = bench.jar.display().to_string();
    script.then(&["java", "-jar", &jar, "generate", "-i", DOCUMENT, "-g", language.generator, "-o", &client]);
    if let Some(line) = script.lines.last_mut() {
        line.push_str(&format!(" --additional-properties={} {log}", language.options));
    }
    (language.build)(&mut script, bench);
    if let Some(served) = served {
        script.variables.push(("TASUKI_ACCESS", served.access.display().to_string()));
        script.variables.push(("NODE_EXTRA_CA_CERTS", served.text("/ca")?.to_owned()));
        (language.smoke)(&mut script, bench);
    }
    Ok(script)
}
