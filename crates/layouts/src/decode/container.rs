//! Takes a file out of gzip or zip, if it came in one. What an archive says about its own size is not
//! believed: bytes are counted as they come out, and the first one past a limit ends the decode.

use std::io::{Cursor, Read, Write};

use flate2::write::MultiGzDecoder;
use kernel::{Code, Fault};

use super::Limits;

/// Compressed bytes inflated at a time: at most about a thousand times as many come out of them.
const SIP: usize = 1 << 10;
/// Bytes handed on at a time.
const PIECE: usize = 1 << 16;
const GZIP: &[u8] = &[0x1F, 0x8B];
/// A zip archive, and one with nothing in it.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// Bytes by which one is told from another.
const TOLD: usize = 4;

/// Where the bytes of the file itself go.
pub(super) type Sink<'s> = &'s mut dyn FnMut(&[u8]) -> Result<(), Fault>;

/// One file, perhaps in an archive.
pub(super) struct Container {
    state: State,
    /// Whether a zip archive is the file itself: a workbook.
    is_zip: bool,
    limits: Limits,
    taken: u64,
    given: u64,
}

enum State {
    /// Fewer bytes than tell one from another.
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    /// A zip archive can only be read once its end is there.
    Zip(Vec<u8>),
}

impl Container {
    /// A container for one file; with `is_zip` a zip archive is handed on as it is.
    pub fn new(limits: Limits, is_zip: bool) -> Self {
        Self { state: State::Unknown(Vec::new()), is_zip, limits, taken: 0, given: 0 }
    }

    /// Takes the next bytes as sent, and hands on those of the file.
    pub fn push(&mut self, chunk: &[u8], sink: Sink<'_>) -> Result<(), Fault> {
        self.taken = self.taken.saturating_add(chunk.len() as u64);
        match &mut self.state {
            State::Plain => sink(chunk),
            State::Unknown(held) => {
                held.extend_from_slice(chunk);
                if held.len() < TOLD { Ok(()) } else { self.open(sink) }
            }
            State::Gzip(_) => chunk.chunks(SIP).try_for_each(|sip| self.inflate(sip, sink)),
            State::Zip(held) => {
                if held.len() + chunk.len() > self.limits.archive_bytes {
                    return Err(too_large(&format!("{} bytes", self.limits.archive_bytes)));
                }
                held.extend_from_slice(chunk);
                Ok(())
            }
        }
    }

    /// Ends the file.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<(), Fault> {
        if matches!(self.state, State::Unknown(_)) {
            self.open(sink)?;
        }
        match std::mem::replace(&mut self.state, State::Plain) {
            State::Plain | State::Unknown(_) => Ok(()),
            State::Gzip(decoder) => {
                let rest = decoder.finish().map_err(|_| unreadable(CUT_JA, CUT_EN))?;
                self.give(&rest, sink)
            }
            State::Zip(bytes) => self.unzip(bytes, sink),
        }
    }

    /// Tells from its first bytes what the file is.
    fn open(&mut self, sink: Sink<'_>) -> Result<(), Fault> {
        let State::Unknown(held) = std::mem::replace(&mut self.state, State::Plain) else { return Ok(()) };
        if held.starts_with(GZIP) {
            self.state = State::Gzip(Box::new(MultiGzDecoder::new(Vec::new())));
            return held.chunks(SIP).try_for_each(|sip| self.inflate(sip, sink));
        }
        if ZIP.iter().any(|zip| held.starts_with(zip)) && !self.is_zip {
            self.state = State::Zip(held);
            return Ok(());
        }
        sink(&held)
    }

    fn inflate(&mut self, sip: &[u8], sink: Sink<'_>) -> Result<(), Fault> {
        let State::Gzip(decoder) = &mut self.state else { return Ok(()) };
        decoder.write_all(sip).map_err(|_| unreadable(DAMAGED_JA, DAMAGED_EN))?;
        let inflated = std::mem::take(decoder.get_mut());
        self.give(&inflated, sink)
    }

    fn unzip(&mut self, bytes: Vec<u8>, sink: Sink<'_>) -> Result<(), Fault> {
        let damaged = || unreadable(DAMAGED_JA, DAMAGED_EN);
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if archive.len() > self.limits.parts {
            return Err(too_large(&format!("{} files", self.limits.parts)));
        }
        let is_file = |name: &String| !name.ends_with('/') && !name.starts_with("__MACOSX/");
        let names: Result<Vec<_>, _> =
            archive.file_names().map(|name| name.map(std::borrow::Cow::into_owned)).collect();
        let mut names = names.map_err(|_| damaged())?;
        names.retain(is_file);
        let [name] = names.as_slice() else {
            let (ja, en) = (
                format!("{} 個のファイルが入っています", names.len()),
                format!("it holds {} files", names.len()),
            );
            return Err(unreadable(&ja, &en));
        };
        let mut file = archive.by_name(name).map_err(|_| {
            unreadable("暗号付きか、知らない圧縮方式です", "it has a password or an unknown method")
        })?;
        let mut piece = vec![0; PIECE];
        loop {
            match file.read(&mut piece).map_err(|_| damaged())? {
                0 => return Ok(()),
                read => self.give(piece.get(..read).unwrap_or_default(), sink)?,
            }
        }
    }

    fn give(&mut self, inflated: &[u8], sink: Sink<'_>) -> Result<(), Fault> {
        self.given = self.given.saturating_add(inflated.len() as u64);
        let Limits { inflated_bytes, inflated_ratio, .. } = self.limits;
        if self.given > inflated_bytes {
            return Err(too_large(&format!("{inflated_bytes} bytes")));
        }
        if self.given > Limits::RATIO_FROM && self.given / self.taken.max(1) > inflated_ratio {
            return Err(too_large(&format!("1:{inflated_ratio}")));
        }
        inflated.chunks(PIECE).try_for_each(sink)
    }
}

const DAMAGED_JA: &str = "壊れています";
const DAMAGED_EN: &str = "it is damaged";
const CUT_JA: &str = "途中で切れているか、壊れています";
const CUT_EN: &str = "it is cut off or damaged";

fn unreadable(ja: &str, en: &str) -> Fault {
    Fault::new(Code::ArchiveUnreadable).with_words("why", ja, en)
}

fn too_large(limit: &str) -> Fault {
    Fault::new(Code::ArchiveTooLarge).with("limit", limit)
}
