//! Files made to hurt, in a process of their own: each is answered with a code, and the memory of the
//! process never goes past 256 MiB.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::{Code, ItemDef};
use layouts::{CodeLists, DecodeOptions, Decoder, Layout, LayoutDoc, Outcome};

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

/// Lines and codes of what is rejected in a file that is read to its end.
fn rejects(layout: &Layout, file: &[u8]) -> Vec<(u32, Code)> {
    let options = DecodeOptions::new("a".parse().unwrap(), "2026-11-20".parse().unwrap());
    let mut decoder = Decoder::new(layout, &options);
    let mut rejects = Vec::new();
    let mut out = |outcome: Outcome<'_>| {
        if let Outcome::Reject(reject) = outcome {
            rejects.extend(reject.reasons.iter().map(|fault| (reject.line, fault.code())));
        }
    };
    decoder.push(file, &mut out).unwrap();
    decoder.finish(&mut out).unwrap();
    rejects
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

    // A gzip that says it is one byte long, and one cut off.
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(b"no\n1\n").unwrap();
    let mut lying = gzip.finish().unwrap();
    let cut = lying[..lying.len() - 5].to_vec();
    let size = lying.len() - 4;
    lying[size..].copy_from_slice(&[1, 0, 0, 0]);
    for bytes in [lying, cut] {
        assert_eq!(answer(&csv, bytes.chunks(7)), Code::ArchiveUnreadable);
    }

    // A header of as many columns as a sheet has, and of as many as a line may.
    for columns in [16_384, 1 << 19] {
        let header = ["no,".to_owned(), "x,".repeat(columns), "y\n1\n".to_owned()].concat();
        let header = &header.as_bytes()[..header.len().min(1 << 20)];
        assert_eq!(answer(&csv, header.chunks(1 << 16)), Code::HeaderMismatch);
    }

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

#[test]
fn an_odd_line_is_a_reject_and_the_next_is_read() {
    let csv = layout("csv", "encoding = \"cp932\"\n");
    let lines: [&[u8]; 8] = [
        b"1",
        b"\x8e\x52\x93\x63",
        b"2\0",
        "山田".as_bytes(),
        b"\x8e",
        b"\xf0\x40",
        &b",".repeat(1 << 19),
        b"=cmd|'/c calc'!A1",
    ];
    let file = [&[&b"no"[..]], lines.as_slice()].concat().join(&b"\n"[..]);
    let told = rejects(&csv, &file);
    let expected = [
        (4, Code::BadEncoding),
        (5, Code::BadEncoding),
        (6, Code::BadEncoding),
        (7, Code::Gaiji),
        (8, Code::ColumnCount),
    ];
    assert_eq!(told, expected);
}
