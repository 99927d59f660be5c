//! The platform as every command opens it: with somebody who reads old workbooks, so that a file from the drop folder
//! or the command line is read as one over REST is.

use std::sync::Arc;

use anyhow::Context;
use app::App;
use store::{Installation, KeyFolder};

use crate::command::desk::said;
use crate::old_books::Apart;

/// Opens the installation.
///
/// # Errors
/// When the database cannot be reached, a key file is missing, or the system does not say which program this is.
pub async fn open(installation: Arc<Installation>, folder: KeyFolder) -> anyhow::Result<Arc<App>> {
    let app = App::open(installation, folder).await.map_err(said)?;
    Apart::wire(&app).context("looking for this program's own file")?;
    Ok(app)
}
