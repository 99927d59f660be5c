//! The machine and the commit that figures are of.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;

/// Cores, memory and processor, as far as the system tells.
#[must_use]
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let processor = line("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = line("/proc/meminfo", "MemTotal").and_then(|text| gibibytes(&text));
    match memory {
        Some(memory) => format!("{cores} cores, {memory} GiB, {processor}, {}", std::env::consts::OS),
        None => format!("{cores} cores, {processor}, {}", std::env::consts::OS),
    }
}

/// How long it takes here to make a page of a log durable (`fdatasync`): so many times, the longest last. What is
/// recorded before an answer leaves cannot be faster.
///
/// # Errors
/// When the folder takes no file.
pub fn durable(folder: &Path, times: u64) -> anyhow::Result<Vec<Duration>> {
    const PAGE: [u8; 8192] = [7; 8192];
    let path = folder.join("durable");
    let mut file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
    // A log's file has its length before it is written to.
    for _ in 0..times {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let mut took = Vec::new();
    for _ in 0..times {
        file.write_all(&PAGE)?;
        let began = Instant::now();
        file.sync_data()?;
        took.push(began.elapsed());
    }
    std::fs::remove_file(&path)?;
    took.sort_unstable();
    Ok(took)
}

/// The commit that was checked out, with a mark when files differ from it; `None` outside a checkout.
#[must_use]
pub fn commit() -> Option<String> {
    let output =
        Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=12"]).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !told.trim().is_empty()).then(|| told.trim().to_owned())
}

/// What stands behind `name:` in a file of the kernel's.
fn line(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let (_, value) = text.lines().find(|line| line.starts_with(name))?.split_once(':')?;
    Some(value.trim().to_owned())
}

fn gibibytes(kibibytes: &str) -> Option<u64> {
    let number: u64 = kibibytes.split_whitespace().next()?.parse().ok()?;
    Some((number + (1 << 19)) >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_rounded_to_whole_gibibytes() {
        assert_eq!(gibibytes("24689200 kB"), Some(24));
        assert_eq!(gibibytes("what"), None);
    }
}
