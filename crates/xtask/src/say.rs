//! What this process says about its progress: plain lines on standard error, as cargo does, so that
//! standard output carries only what was asked for.

use std::fmt::Arguments;
use std::io::{self, Write};

/// Writes one line. A terminal that has gone away is no reason to stop half way through stopping.
pub fn line(text: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// One line of progress, formatted like `println!`.
macro_rules! say {
    ($($text:tt)*) => { $crate::say::line(format_args!($($text)*)) };
}
pub(crate) use say;
