//! Workbooks of the format before 2007 are read apart from this process: their reader lays a sheet out in full,
//! and two far cells are half a gigabyte. Who starts such a process is given from outside ([`OldBooks`]); here
//! its rows take the place of the file's bytes.

use kernel::{Code, Fault};
use layouts::decode::unpacked;
use layouts::sheet::{OldBook, SheetRow};
use layouts::{Decoder, Limits, Quality, Summary};
use tokio::sync::mpsc;

use super::intake::Intake;
use super::piece::Marks;
use super::spool::Spool;
use crate::{App, Result};

/// Rows that are resolved together.
const TOGETHER: usize = 1_000;

/// Reads old workbooks where nothing but themselves can come to harm.
pub trait OldBooks: Send + Sync {
    /// Begins to read. Rows come as they are read; an error is the last of them. A reader that ends before the
    /// sheet does gives an error, too.
    fn rows(&self, ask: OldBook, workbook: Vec<u8>) -> mpsc::Receiver<Result<SheetRow>>;
}

impl App {
    /// Says who reads old workbooks; the first to be named stays. Without anybody they are refused.
    pub fn read_old_books_by(&self, reader: Box<dyn OldBooks>) {
        // Named twice, the first has work under way.
        let _ = self.old_books.set(reader);
    }

    /// Hands on each row of a spooled workbook.
    pub(super) async fn each_old_row(
        &self,
        spool: &mut Spool<'_>,
        ask: OldBook,
        each: &mut (dyn FnMut(&SheetRow) -> Result<()> + Send),
    ) -> Result<()> {
        let workbook = whole(spool, ask.bytes).await?;
        let mut rows = self.old_rows(ask, workbook)?;
        while let Some(row) = rows.recv().await {
            each(&row?)?;
        }
        Ok(())
    }

    fn old_rows(&self, ask: OldBook, workbook: Vec<u8>) -> Result<mpsc::Receiver<Result<SheetRow>>> {
        let reader = self.old_books.get().ok_or_else(|| {
            Fault::new(Code::SheetUnreadable).with_words(
                "why",
                "この導入では xls を読めません。xlsx で保存し直してください",
                "this installation reads no xls; save it as xlsx",
            )
        })?;
        Ok(reader.rows(ask, workbook))
    }

    /// Feeds the rows of a spooled workbook through the decoder.
    pub(super) async fn read_old_book(
        &self,
        mut spool: Spool<'_>,
        intake: &mut Intake<'_>,
        mut decoder: Decoder<'_>,
        ask: OldBook,
        marks: &Marks,
    ) -> Result<(Summary, Quality)> {
        let workbook = whole(&mut spool, ask.bytes).await?;
        let mut rows = self.old_rows(ask, workbook)?;
        let mut pieces = Vec::new();
        while let Some(row) = rows.recv().await {
            decoder.push_row(&row?, &mut |outcome| pieces.push(marks.piece(outcome)))?;
            if pieces.len() >= TOGETHER {
                intake.take_all(self, spool.town, &mut pieces).await?;
            }
        }
        let read = decoder.finish_with_quality(&mut |outcome| pieces.push(marks.piece(outcome)))?;
        intake.take_all(self, spool.town, &mut pieces).await?;
        Ok(read)
    }
}

/// The spooled file, out of its archive if it came in one.
async fn whole(spool: &mut Spool<'_>, limit: usize) -> Result<Vec<u8>> {
    let too_large = || Fault::new(Code::SheetTooLarge).with("limit", format!("{limit} bytes"));
    let (mut sent, mut workbook) = (Vec::new(), Vec::new());
    while let Some(chunk) = spool.next().await? {
        sent.extend_from_slice(&chunk);
        if sent.len() > limit {
            return Err(too_large());
        }
    }
    unpacked(&sent, Limits::USUAL, &mut |bytes| {
        workbook.extend_from_slice(bytes);
        if workbook.len() > limit { Err(too_large()) } else { Ok(()) }
    })?;
    Ok(workbook)
}
