//! Files made to hurt, in a process of their own: each is answered with a code, and the memory of the
//! process never goes past 256 MiB.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::{Code, ItemDef};
use layouts::{CodeLists, DecodeOptions, Decoder, Layout, LayoutDoc};

/// What a process may take, in KiB.
const MEMORY: u64 = 256 << 10;

fn layout(kind: &str, encoding: &str) -> Layout {
    let text = format!(
        "format = 1\nidentity = {{ system = \"a\" }}\nkey = [\"person.local_id\"]\nmode = \"append\"\n\
         [file]\nkind = \"{kind}\"\n{encoding}header = \"exact\"\n\
         [[field]]\nto = \"person.local_id\"\ncolumn = \"no\"\n"
    );
    let doc = LayoutDoc::parse("a.toml", &text).unwrap();
    let none = |_: &str| -> Option<ItemDef> { None };
    Layout::resolve(None, &doc, &CodeLists::default(), &none).unwrap()
}

/// What is answered to a file that comes in pieces.
fn answer<'a>(layout: &Layout, pieces: impl Iterator<Item = &'a [u8]>) -> Code {
    let options = DecodeOptions::new("a".parse().unwrap(), "2026-11-20".parse().unwrap());
    let mut decoder = Decoder::new(layout, &options);
    for piece in pieces {
        if let Err(fault) = decoder.push(piece, &mut |_| {}) {
            return fault.code();
        }
    }
    decoder.finish(&mut |_| {}).map_or_else(|fault| fault.code(), |_| panic!("it was accepted"))
}

/// A file of an archive: its name and what writes it.
type Part<'a> = (&'a str, &'a dyn Fn(&mut dyn Write));

fn zipped(parts: &[Part<'_>]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, fill) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        fill(&mut writer);
    }
    writer.finish().unwrap().into_inner()
}

fn repeated(to: &mut dyn Write, piece: &[u8], times: usize) {
    for _ in 0..times {
        to.write_all(piece).unwrap();
    }
}

/// The most the process has taken, in KiB; nothing where the system does not say.
fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(0)
}

#[test]
fn hostile_files_are_answered_within_their_memory() {
    let csv = layout("csv", "encoding = \"cp932\"\n");
    let book = layout("xlsx", "");
    let blanks = vec![b' '; 1 << 20];

    // A line of a gigabyte, and one in a quoted cell.
    let head = [&b"no\r\n"[..], b"\""];
    assert_eq!(answer(&csv, (0..1024).map(|_| blanks.as_slice())), Code::LineTooLong);
    assert_eq!(answer(&csv, head.into_iter().chain((0..1024).map(|_| blanks.as_slice()))), Code::LineTooLong);
    let json = layout("jsonl", "encoding = \"utf8\"\n");
    assert_eq!(answer(&json, (0..1024).map(|_| blanks.as_slice())), Code::LineTooLong);

    // Archives of zeros: no line is too long, only what comes out tells.
    let line = [vec![b'0'; 1 << 19], b"\n".to_vec()].concat();
    let fill = |to: &mut dyn Write| {
        to.write_all(b"no\n").unwrap();
        repeated(to, &line, 80);
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    fill(&mut gzip);
    assert_eq!(answer(&csv, gzip.finish().unwrap().chunks(1 << 16)), Code::ArchiveTooLarge);
    assert_eq!(answer(&csv, zipped(&[("a.csv", &fill)]).chunks(1 << 16)), Code::ArchiveTooLarge);

    // Workbooks: a table of texts that is nothing but texts, a sheet of blanks.
    let texts = zipped(&[("xl/sharedStrings.xml", &|to| {
        to.write_all(b"<sst>").unwrap();
        repeated(to, &b"<si><t>a</t></si>".repeat(1 << 16), 64);
    })]);
    assert_eq!(answer(&book, texts.chunks(1 << 16)), Code::SheetTooLarge);
    let sheet = zipped(&[("xl/worksheets/sheet1.xml", &|to| repeated(to, &b"<row/>".repeat(1 << 16), 200))]);
    assert_eq!(answer(&book, sheet.chunks(1 << 16)), Code::SheetTooLarge);

    let taken = taken();
    assert!(taken < MEMORY, "{taken} KiB");
}
