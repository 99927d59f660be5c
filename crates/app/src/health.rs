//! Whether the platform can work.

use crate::{App, Result};

impl App {
    /// Asks the database one cheap question.
    ///
    /// # Errors
    /// `unavailable` when it does not answer.
    pub async fn ready(&self) -> Result<()> {
        self.members().await.map(drop)
    }
}
