//! How a layout is called beside all others of a town: one of its own sources by the source's code, a shared
//! one by its path with dots (`core.resident_register`).

use std::fmt;
use std::str::FromStr;

use kernel::ItemCode;
use kernel::slug::{SlugError, is_slug};
use layouts::Layout;

use crate::cooperative::{Cooperative, TownProfile};

/// A layout's name in a town.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayoutId(String);

impl LayoutId {
    /// The name of a shared layout (`core/resident_register`).
    #[must_use]
    pub fn of_shared(name: &str) -> Self {
        Self(name.replace('/', "."))
    }

    /// The shared layout's own name; `None` for a source's.
    #[must_use]
    pub fn shared(&self) -> Option<String> {
        self.0.contains('.').then(|| self.0.replace('.', "/"))
    }

    /// Every layout there is in a town: its sources', then the shared ones.
    pub fn all(cooperative: &Cooperative, town: &TownProfile) -> Vec<Self> {
        let own = town.sources.keys().map(|code| Self(code.to_string()));
        own.chain(cooperative.layouts.keys().map(|name| Self::of_shared(name))).collect()
    }

    /// The layout, compiled; a shared one with the shared code lists. `None` for one that is not there, or that
    /// only a town's own code lists complete.
    #[must_use]
    pub fn layout(&self, cooperative: &Cooperative, town: &TownProfile) -> Option<Layout> {
        let Some(name) = self.shared() else {
            let code = self.0.parse().ok()?;
            return town.sources.get(&code).map(|source| source.layout.clone());
        };
        let doc = cooperative.layouts.get(&name)?;
        let item = |code: &str| cooperative.items.get(&code.parse::<ItemCode>().ok()?).cloned();
        Layout::resolve(None, doc, &cooperative.codes, &item).ok()
    }
}

impl FromStr for LayoutId {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        if text.split('.').all(is_slug) { Ok(Self(text.to_owned())) } else { Err(SlugError) }
    }
}

impl fmt::Display for LayoutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
