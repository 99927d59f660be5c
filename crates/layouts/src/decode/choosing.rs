//! Which version of the layout a file is in, and what else is known only once its header has come.

use kernel::{Code, Fault};

use super::core::{Core, Cut, Out};
use super::header;
use super::reader::RowReader;
use crate::layout::{CsvForm, Layout};
use crate::sheet::SheetRow;

impl<'l> Core<'l> {
    /// Takes from the file's name what the layout asks of it.
    pub fn name_tells(&mut self) -> Result<(), Fault> {
        let Some(pattern) = &self.rows.layout().name else { return Ok(()) };
        let taken = self.options.file_name.as_ref().and_then(|name| pattern.take(name));
        match taken {
            Some(taken) => self.rows.converter.name_tells(taken),
            None if pattern.captures().next().is_none() => {}
            None => return Err(Fault::new(Code::FileNameMismatch).with("pattern", pattern.text())),
        }
        Ok(())
    }

    /// Finds the columns, and the version of the layout that the header is of.
    pub fn csv_header(&mut self, form: &CsvForm, record: &[u8]) -> Result<(), Fault> {
        let (line, source) = (self.line, self.options.source.as_str());
        let placed = |fault: Fault| fault.at_line(source, line, None);
        let Cut::Csv { cells, columns, upper, nearest, .. } = &mut self.cut else { return Ok(()) };
        cells.split(record, form.delimiter);
        let encoding = self.rows.layout().encoding.cut_as();
        let Some(names) = header::names(form, encoding, record, cells) else {
            return Err(placed(self.evidence.wrong(line)));
        };
        let evidence = self.evidence.line(line, record);
        let above = if form.header_rows == 2 { upper.replace(names.clone()) } else { None };
        let names = match above {
            None if form.header_rows == 2 => return evidence.map_err(placed),
            None => names,
            Some(above) => header::joined(&above, &names),
        };
        let is_title = self.records <= form.titles as u64;
        let (layout, found) = match header::choose(&self.versions, &names) {
            // A header that fits is proof enough.
            Ok(found) => found,
            // Bytes of another encoding are characters in UTF-16, too, but never the columns' names; what stands
            // above the header has none of them either.
            Err(mismatch) if mismatch.found == 0 && self.transcoder.is_some() && !is_title => {
                return Err(placed(self.evidence.wrong(line)));
            }
            Err(_) if !form.carriage_return && ends_with_cr(record) => {
                return Err(placed(Fault::new(Code::LineEndsCr)));
            }
            Err(mismatch) => {
                evidence.map_err(placed)?;
                if nearest.as_ref().is_none_or(|nearest| nearest.found < mismatch.found) {
                    *nearest = Some(mismatch);
                }
                let told = nearest.as_ref().filter(|_| !is_title);
                return told.map_or(Ok(()), |mismatch| Err(placed(mismatch.fault())));
            }
        };
        *columns = Some(found);
        self.read_by(layout)
    }

    /// Takes a row of a workbook.
    pub fn sheet_row(&mut self, row: &SheetRow, out: Out<'_, '_>) -> Result<(), Fault> {
        if self.records == 0 {
            self.name_tells()?;
        }
        self.records += 1;
        self.line = row.number;
        let Cut::Sheet(cutter) = &mut self.cut else { return Ok(()) };
        if let Some(layout) = cutter.header(&self.versions, row) {
            self.read_by(layout)?;
        }
        let Cut::Sheet(cutter) = &mut self.cut else { return Ok(()) };
        cutter.row(&mut self.rows, row, self.options.source.as_str(), out);
        Ok(())
    }

    /// Reads on by this version.
    fn read_by(&mut self, layout: &'l Layout) -> Result<(), Fault> {
        if std::ptr::eq(layout, self.rows.layout()) {
            return Ok(());
        }
        let noted = self.rows.noted.take();
        self.rows = RowReader::new(layout, self.options);
        self.rows.noted = noted;
        self.name_tells()
    }
}

/// Whether a record holds the end of a line that its layout does not know as one.
fn ends_with_cr(record: &[u8]) -> bool {
    record.windows(2).any(|pair| matches!(pair, [b'\r', after] if *after != b'\n'))
}
