//! Decodes one file by a layout of twenty columns and says what that cost: the bar of the engine.
//!
//! `cargo run --release -p layouts --example decode -- FILE` reads a CP932 CSV with the header below and
//! prints rows, rejects by reason and CPU-seconds; `docs/benchmarks.md` says which file is meant.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use kernel::{Category, ItemDef, ValueKind};
use layouts::{CodeLists, DecodeOptions, Decoder, Layout, LayoutDoc, Outcome};

/// Twenty columns as a register of residents with benefits and a check-up exports them.
const LAYOUT: &str = include_str!("decode.toml");

fn item(code: &str) -> Option<ItemDef> {
    let kind = match code.split_once('.')?.1 {
        "income" | "allowance" | "height" => ValueKind::Int,
        "since" | "checked_on" => ValueKind::Date,
        "tax" | "checkup" => ValueKind::Code,
        _ => ValueKind::Text,
    };
    let (code, category) = (code.parse().ok()?, Category::Allowance);
    let (ja, en, unit, values) = Default::default();
    Some(ItemDef { code, category, kind, ja, en, unit, values })
}

fn codes() -> Result<CodeLists, Vec<kernel::Fault>> {
    let mut lists = CodeLists::default();
    lists.add("sex", "sex.csv", "source,target\n1,male\n2,female\n")?;
    lists.add("tax", "tax.csv", "source,target\nA,a\nB,b\nC,c\n")?;
    lists.add("checkup", "checkup.csv", "source,target\n01,ok\n02,watch\n03,treat\n99,other\n")?;
    Ok(lists)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let told =
        |faults: Vec<kernel::Fault>| faults.iter().map(|f| f.detail(kernel::Lang::En)).collect::<String>();
    let doc = LayoutDoc::parse("decode.toml", LAYOUT).map_err(told)?;
    let layout = Layout::resolve(None, &doc, &codes().map_err(told)?, &item).map_err(told)?;
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let options = DecodeOptions::new("register".parse()?, "2026-11-20".parse()?);
    let (mut reasons, mut observed) = (BTreeMap::<&str, u64>::new(), 0_usize);
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => observed += row.observations.len(),
        Outcome::Reject(reject) => {
            for fault in &reject.reasons {
                *reasons.entry(fault.code().as_str()).or_default() += 1;
            }
        }
    };
    let mut decoder = Decoder::new(&layout, &options);
    let (mut file, mut chunk) = (File::open(path)?, vec![0; 1 << 18]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        decoder.push(chunk.get(..read).unwrap_or_default(), &mut out).map_err(|fault| told(vec![fault]))?;
    }
    let summary = decoder.finish(&mut out).map_err(|fault| told(vec![fault]))?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    #[expect(clippy::print_stdout, reason = "an example tells its result")]
    {
        println!("{summary:?} {observed} observations {reasons:?} {peak}");
    }
    Ok(())
}
