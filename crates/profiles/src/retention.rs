//! 保存期間: the cooperative's `retention.toml`, and a town's over it. A cooperative without one has no rule
//! for anything, and nothing falls due.

use std::collections::BTreeMap;

use ::retention::Schedule;
use kernel::{ItemCode, ItemDef};

use crate::faults::Faults;
use crate::{Bundle, COOPERATIVE};

/// The file's name, in the cooperative's folder and in a town's.
pub(crate) const FILE: &str = "retention.toml";

/// The shared rules.
pub(crate) fn shared(bundle: &Bundle, items: &BTreeMap<ItemCode, ItemDef>, faults: &mut Faults) -> Schedule {
    let path = format!("{COOPERATIVE}/{FILE}");
    let items: Vec<_> = items.values().cloned().collect();
    let text = faults.text(bundle, &path);
    text.and_then(|text| faults.keep(Schedule::read(&path, text, &items))).unwrap_or_default()
}

/// The shared rules with a town's own over them.
pub(crate) fn of_town(
    bundle: &Bundle,
    slug: &str,
    shared: &Schedule,
    items: &BTreeMap<ItemCode, ItemDef>,
    faults: &mut Faults,
) -> Schedule {
    let path = format!("{slug}/{FILE}");
    let items: Vec<_> = items.values().cloned().collect();
    let text = faults.text(bundle, &path);
    let own = text.and_then(|text| faults.keep(shared.with_town(&path, text, &items)));
    own.unwrap_or_else(|| shared.clone())
}
