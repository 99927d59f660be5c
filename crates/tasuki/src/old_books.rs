//! Workbooks of the format before 2007 (`.xls`), read by this program started once more, with limits of its own
//! on memory and time: whatever such a file makes its reader do, the server does not feel it.
//!
//! The child is asked on its first line of input ([`OldBook`] as JSON), the workbook follows to the end of the
//! input. It answers line by line, each an [`Answer`]; the last is `end` or a fault.

use std::io::{BufRead, Read, Write};
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use app::App;
use app::loads::OldBooks;
use kernel::{Code, Fault};
use layouts::sheet::{OldBook, SheetRow};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// The first argument of such a process.
pub const READ: &str = "read-xls";

/// What the child may have: bytes of memory that it writes to, and seconds of processor time.
const MEMORY: u64 = 256 << 20;
const SECONDS: u64 = 60;
/// How long its parent waits for it in all.
const PATIENCE: Duration = Duration::from_secs(180);
/// Bytes that a line of it may have: 256 cells of 32,767 characters, escaped.
const LINE: u64 = 64 << 20;
/// Rows on their way.
const AHEAD: usize = 64;

/// One line of what the child says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Row(SheetRow),
    Fault(Fault),
    End,
}

/// Starts this program once more for each workbook.
#[derive(Debug, Clone)]
pub struct Apart {
    program: PathBuf,
}

impl Apart {
    /// By the program at this path.
    #[must_use]
    pub const fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// Has an app's old workbooks read by the program that runs now.
    ///
    /// # Errors
    /// When the system does not say which that is.
    pub fn wire(app: &App) -> std::io::Result<()> {
        app.read_old_books_by(Box::new(Self::new(std::env::current_exe()?)));
        Ok(())
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .arg(READ)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

impl OldBooks for Apart {
    fn rows(&self, ask: OldBook, workbook: Vec<u8>) -> mpsc::Receiver<Result<SheetRow, Fault>> {
        let (rows, taken) = mpsc::channel(AHEAD);
        let child = self.start();
        tokio::spawn(async move {
            let ended = match child {
                Ok(child) => tokio::time::timeout(PATIENCE, talk(child, &ask, &workbook, &rows)).await,
                Err(_) => Ok(Err(gave_up())),
            };
            if let Err(fault) = ended.unwrap_or_else(|_| Err(gave_up())) {
                // Whoever took the rows may have gone: the load has failed otherwise.
                let _ = rows.send(Err(fault)).await;
            }
        });
        taken
    }
}

/// The rows of a workbook that somebody at the terminal names, at most so many.
///
/// # Errors
/// `sheet_unreadable` and what else the sheet comes to.
pub async fn rows(ask: OldBook, workbook: Vec<u8>, most: usize) -> Result<Vec<SheetRow>, Fault> {
    let program = std::env::current_exe().map_err(|_| gave_up())?;
    let mut answers = Apart::new(program).rows(ask, workbook);
    let mut rows = Vec::new();
    while rows.len() < most
        && let Some(answer) = answers.recv().await
    {
        rows.push(answer?);
    }
    Ok(rows)
}

/// Hands the workbook to the child and its rows on; an error is what the sheet comes to.
async fn talk(
    mut child: Child,
    ask: &OldBook,
    workbook: &[u8],
    rows: &mpsc::Sender<Result<SheetRow, Fault>>,
) -> Result<(), Fault> {
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(gave_up());
    };
    let asked = serde_json::to_string(ask).map_err(|_| gave_up())?;
    let hand_over = async {
        input.write_all(asked.as_bytes()).await?;
        input.write_all(b"\n").await?;
        input.write_all(workbook).await?;
        drop(input);
        std::io::Result::Ok(())
    };
    // A child that gives up does not read to the end: what it said counts, not that it stopped listening.
    let (_, answered) = tokio::join!(hand_over, answers(output, rows));
    answered
}

async fn answers(
    output: impl tokio::io::AsyncRead + Unpin,
    rows: &mpsc::Sender<Result<SheetRow, Fault>>,
) -> Result<(), Fault> {
    let (mut output, mut line) = (BufReader::new(output), Vec::new());
    loop {
        line.clear();
        (&mut output).take(LINE).read_until(b'\n', &mut line).await.map_err(|_| gave_up())?;
        match serde_json::from_slice(&line).map_err(|_| gave_up())? {
            Answer::Row(row) => {
                // Nobody waits for more.
                if rows.send(Ok(row)).await.is_err() {
                    return Ok(());
                }
            }
            Answer::Fault(fault) => return Err(fault),
            Answer::End => return Ok(()),
        }
    }
}

/// The child died, or did not answer as agreed.
fn gave_up() -> Fault {
    Fault::new(Code::SheetUnreadable).with_words(
        "why",
        "壊れているか、読むのに認められたメモリ・時間を超えました。xlsx で保存し直してください",
        "it is damaged, or takes more memory or time than it may; save it as xlsx",
    )
}

/// Is such a process: limits itself, reads what it is asked from standard input, answers on standard output.
#[must_use]
pub fn be_one() -> ExitCode {
    match limited().and_then(|()| answer()) {
        Ok(()) => ExitCode::SUCCESS,
        // Its parent sees that it did not end as agreed.
        Err(_) => ExitCode::FAILURE,
    }
}

fn limited() -> std::io::Result<()> {
    for (resource, most) in [(Resource::Data, MEMORY), (Resource::Cpu, SECONDS), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn answer() -> std::io::Result<()> {
    let (mut input, mut output) =
        (std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()));
    let mut asked = String::new();
    input.read_line(&mut asked)?;
    let ask: OldBook = serde_json::from_str(&asked)?;
    let mut workbook = Vec::new();
    input.take((ask.bytes as u64).saturating_add(1)).read_to_end(&mut workbook)?;
    let mut say = |answer: &Answer| -> std::io::Result<()> {
        serde_json::to_writer(&mut output, answer)?;
        output.write_all(b"\n")
    };
    let mut gone = Ok(());
    let read = ask.rows(workbook, &mut |row| {
        say(&Answer::Row(row)).map_err(|error| {
            gone = Err(error);
            gave_up()
        })
    });
    gone?;
    say(&read.map_or_else(Answer::Fault, |()| Answer::End))?;
    output.flush()
}
