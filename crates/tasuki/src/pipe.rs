//! A closed pipe: `tasuki … | head` ends the command as it ends every other, quietly.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGPIPE;
use signal_hook::flag::register_conditional_default;

/// Lets SIGPIPE do what it does by default, which Rust's start-up turns off. Not for a server: there the other end
/// of a connection may go away at any time.
///
/// # Errors
/// When the system refuses.
pub fn end_quietly() -> std::io::Result<()> {
    register_conditional_default(SIGPIPE, Arc::new(AtomicBool::new(true)))?;
    Ok(())
}
