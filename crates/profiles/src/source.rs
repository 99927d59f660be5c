//! `<town>/sources/<source>.toml`: one export of one system of one section, why it may be taken in,
//! what it claims to be complete for and how its file is read.

use std::collections::BTreeMap;

use kernel::{Fault, ItemCode, ItemDef, SectionCode};
use layouts::Layout;
use layouts::codes::CodeLists;
use layouts::config::LayoutDoc;
use layouts::config::reader::{At, Doc, TableReader};
use layouts::layout::Guard;

use crate::arrival::Arrival;
use crate::coverage::Coverage;
use crate::format;
use crate::legal::Legal;
use crate::town::Section;

/// The source that is a town's list of 支援措置. Its age decides whether anything may leave the town, and its loads
/// whom every view hides: so it has one name.
pub const PROTECTION_LIST: &str = "protection_list";

/// The item that the list fills.
pub const PROTECTION_MEASURE: &str = "protection.measure";

/// 連携元: one source of one town, checked.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name staff see.
    pub name: String,
    /// The section that holds it.
    pub section: SectionCode,
    /// Why it may be taken in.
    pub legal: Legal,
    /// Whom it claims to be complete for.
    pub coverage: Coverage,
    /// How old its latest load may be.
    pub freshness: Freshness,
    /// When its files are expected; `None` when nobody waits for them.
    pub arrival: Option<Arrival>,
    /// What stops a load as a whole.
    pub guard: Guard,
    /// How its file is read.
    pub layout: Layout,
}

/// `[freshness]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Freshness {
    /// Days after the export's day from which the latest load is stale; `None` when it never is. For the
    /// 支援措置 list, beyond it everything outgoing is refused.
    pub stale_after_days: Option<u32>,
}

/// What one file says, before its layout is put together with the cooperative's.
pub(crate) struct SourceDoc {
    code: String,
    name: Option<At<String>>,
    section: Option<SectionCode>,
    legal: Option<Legal>,
    coverage: Option<Coverage>,
    freshness: Freshness,
    arrival: Option<Arrival>,
    layout: LayoutDoc,
}

/// What a source may refer to.
pub(crate) struct Shelf<'c> {
    pub sections: &'c [Section],
    /// The cooperative's layouts; `None` for one that is there and has faults of its own.
    pub layouts: &'c BTreeMap<String, Option<LayoutDoc>>,
    pub codes: &'c CodeLists,
    pub items: &'c BTreeMap<ItemCode, ItemDef>,
}

impl SourceDoc {
    pub(crate) fn read(doc: &Doc<'_>, code: &str, sections: &[Section]) -> Self {
        let mut root = doc.root();
        format(&mut root);
        Self {
            code: code.to_owned(),
            name: root.need::<String>("name"),
            section: section(&mut root, sections),
            legal: Legal::read(&mut root, code),
            coverage: Coverage::read(&mut root),
            freshness: Freshness::read(&mut root),
            arrival: Arrival::read(&mut root),
            layout: LayoutDoc::read(&mut root),
        }
    }

    /// The name staff see and where it stands.
    pub(crate) const fn name(&self) -> Option<&At<String>> {
        self.name.as_ref()
    }

    /// The source, its layout resolved.
    ///
    /// # Errors
    /// Every fault of the layout. `Ok(None)` when what is missing has been reported already.
    pub(crate) fn resolve(self, shelf: &Shelf<'_>) -> Result<Option<Source>, Vec<Fault>> {
        let base = match &self.layout.extends {
            None => None,
            Some(name) => match shelf.layouts.get(&name.value) {
                Some(Some(base)) => Some(base),
                Some(None) => return Ok(None),
                None => return Err(vec![name.spot.dangling(&name.value)]),
            },
        };
        let item =
            |code: &str| code.parse::<ItemCode>().ok().and_then(|code| shelf.items.get(&code).cloned());
        let layout = Layout::resolve(base, &self.layout, shelf.codes, &item)?;
        let protects = layout.observed().any(|(_, item)| item.as_str() == PROTECTION_MEASURE);
        if let Some(name) = self.name.as_ref().filter(|_| protects && self.code != PROTECTION_LIST) {
            return Err(vec![name.spot.invalid(
                &format!(
                    "{PROTECTION_MEASURE} を読む連携元のファイル名は {PROTECTION_LIST}.toml にしてください"
                ),
                &format!("the source that gives {PROTECTION_MEASURE} must be named {PROTECTION_LIST}.toml"),
            )]);
        }
        Ok(self.complete(layout))
    }

    fn complete(self, layout: Layout) -> Option<Source> {
        Some(Source {
            name: self.name?.value,
            section: self.section?,
            legal: self.legal?,
            coverage: self.coverage?,
            freshness: self.freshness,
            arrival: self.arrival,
            guard: layout.guard,
            layout,
        })
    }
}

fn section(root: &mut TableReader<'_>, sections: &[Section]) -> Option<SectionCode> {
    let section = root.need_parsed::<SectionCode>("section")?;
    if sections.iter().any(|known| known.code == section.value) {
        return Some(section.value);
    }
    root.report(section.spot.dangling(section.value.as_str()));
    None
}

impl Freshness {
    fn read(root: &mut TableReader<'_>) -> Self {
        let stale_after_days = root
            .table("freshness")
            .and_then(|mut table| table.need::<u32>("stale_after_days"))
            .map(|days| days.value);
        Self { stale_after_days }
    }
}
