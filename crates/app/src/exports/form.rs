//! How a list is to be written.

use exports::Charset;

kernel::words! {
    /// The kind of file a list is written as.
    Form {
        /// Comma-separated values.
        Csv = "csv", "CSV";
        /// An Excel workbook.
        Xlsx = "xlsx", "Excel";
    }
}

/// How a list is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    /// Which kind of file.
    pub form: Form,
    /// Of a CSV, how its text is written.
    pub charset: Charset,
}
