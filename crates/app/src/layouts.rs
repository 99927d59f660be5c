//! レイアウト: how files are read in a town, and a fictional file of each. Nothing here is about a resident.

use chrono::NaiveDate;
use kernel::{Code, Fault, TownCtx};
pub use layouts::sample::Sample;
use layouts::sample::sample;
use profiles::LayoutId;

use crate::{App, Result};

/// One layout of a town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutRow {
    /// Its name.
    pub id: LayoutId,
    /// What staff call it: a source's name; a shared layout has its own.
    pub name: String,
    /// The section that holds the source; of a shared layout nobody's.
    pub holder: Option<String>,
    /// Its identity: the digest of what it says. `None` where only a town's own code lists complete it.
    pub digest: Option<String>,
}

impl App {
    /// The layouts of the caller's town: its sources', and those that sources may extend.
    ///
    /// # Errors
    /// `profile_missing` when no profile was ever applied.
    pub async fn layouts(&self, ctx: &TownCtx) -> Result<Vec<LayoutRow>> {
        let applied = self.profile(ctx).await?;
        let row = |id: LayoutId| {
            let source = applied.town.sources.iter().find(|(code, _)| code.to_string() == id.to_string());
            let digest =
                id.layout(&applied.cooperative, &applied.town).map(|layout| layout.digest().to_string());
            LayoutRow {
                name: source
                    .map_or_else(|| id.shared().unwrap_or_default(), |(_, source)| source.name.clone()),
                holder: source.map(|(code, _)| applied.holder(code.as_str())),
                digest,
                id,
            }
        };
        Ok(LayoutId::all(&applied.cooperative, &applied.town).into_iter().map(row).collect())
    }

    /// A fictional file of a layout, as its system would export it on the day `as_of`.
    ///
    /// # Errors
    /// `layout_not_found`; `layout_sample_unavailable` for a file that is read and not written.
    pub async fn layout_sample(&self, ctx: &TownCtx, id: &LayoutId, as_of: NaiveDate) -> Result<Sample> {
        let applied = self.profile(ctx).await?;
        let all = LayoutId::all(&applied.cooperative, &applied.town);
        if !all.contains(id) {
            return Err(Fault::new(Code::LayoutNotFound).with("id", id));
        }
        let unavailable = || Fault::new(Code::LayoutSampleUnavailable).with("id", id);
        let layout = id.layout(&applied.cooperative, &applied.town).ok_or_else(unavailable)?;
        let name = id.to_string().replace('.', "_");
        sample(&layout, as_of, &name).map_err(|_| unavailable())
    }
}
