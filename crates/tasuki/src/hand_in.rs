//! A file of this machine handed in, as a client would over REST.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use app::App;
use app::rows::UploadRow;
use app::uploads::NewUpload;
use kernel::TownCtx;
use kernel::digest::Digester;

/// Bytes read at once.
const PIECE: usize = 1 << 20;

/// Hands a file in; inside, what the use cases refuse.
///
/// # Errors
/// When the file cannot be read. Its name may say whose it is: it is told to whoever named it, and goes no further.
pub(crate) async fn hand_in(
    app: &App,
    ctx: &TownCtx,
    new: NewUpload<'_>,
    path: &Path,
) -> anyhow::Result<app::Result<UploadRow>> {
    let unreadable = || format!("{} が読めません / cannot be read", path.display());
    let mut file = File::open(path).with_context(unreadable)?;
    let mut receiving = match app.upload_begin(ctx, new).await {
        Ok(receiving) => receiving,
        Err(fault) => return Ok(Err(fault)),
    };
    let (mut digester, mut length, mut piece) = (Digester::default(), 0, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).with_context(unreadable)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        digester.update(bytes);
        length += read as u64;
        if let Err(fault) = app.upload_push(ctx, &mut receiving, bytes).await {
            return Ok(Err(fault));
        }
    }
    Ok(app.upload_finish(ctx, receiving, digester.finish(), Some(length)).await)
}
