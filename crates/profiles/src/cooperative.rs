//! Puts the files together: what the cooperative shares first, then every town over it.

use std::collections::BTreeMap;

use ::retention::Schedule;
use kernel::slug::{RESERVED_SOURCES, RulebookCode, TownSlug};
use kernel::{Code, Digest, Fault, ItemCode, ItemDef, SourceCode, TownCode};
use layouts::codes::CodeLists;
use layouts::config::LayoutDoc;
use layouts::config::reader::Doc;
use rulebook::{Effective, Overlay, Rulebook};

use crate::bundle::{Bundle, COOPERATIVE, TownBundle};
use crate::faults::Faults;
use crate::legal::text;
use crate::source::{Shelf, Source, SourceDoc};
use crate::town::{Export, Organ, School, Section, Town};
use crate::{format, golden, items, retention};

const COOPERATIVE_FILE: &str = "cooperative/cooperative.toml";

/// A whole `tenants/` folder, checked.
#[derive(Debug, Clone)]
pub struct Cooperative {
    /// 組合の名前.
    pub name: String,
    /// The data dictionary.
    pub items: BTreeMap<ItemCode, ItemDef>,
    /// The layouts that sources may extend, by name (`core/resident_register`).
    pub layouts: BTreeMap<String, LayoutDoc>,
    /// The shared code lists.
    pub codes: CodeLists,
    /// The shared rulebooks.
    pub rulebooks: BTreeMap<RulebookCode, Rulebook>,
    /// The shared rules of how long records are kept.
    pub retention: Schedule,
    /// The towns, by folder name.
    pub towns: Vec<TownProfile>,
}

/// One town, checked.
#[derive(Debug, Clone)]
pub struct TownProfile {
    /// 全国地方公共団体コード.
    pub code: TownCode,
    /// The folder's name.
    pub slug: TownSlug,
    /// 町の名前.
    pub name: String,
    /// Its reading.
    pub kana: String,
    /// Residents, as published; of a training town, as many as are made up.
    pub population: u32,
    /// Whether it is a town to practise in, which is no member and exists nowhere.
    pub training: bool,
    /// 機関.
    pub organs: Vec<Organ>,
    /// 課・班.
    pub sections: Vec<Section>,
    /// Schools its children attend.
    pub schools: Vec<School>,
    /// 書き出し: the decision that files and paper may leave; none may without it.
    pub export: Option<Export>,
    /// 連携元.
    pub sources: BTreeMap<SourceCode, Source>,
    /// The rulebooks the town has chosen, as they hold in it.
    pub rulebooks: BTreeMap<RulebookCode, Effective>,
    /// How long its records are kept: the shared rules, its own over them.
    pub retention: Schedule,
    /// The identity of the applied files: [`TownBundle::digest`].
    pub digest: Digest,
}

impl TownProfile {
    /// One of its sections.
    #[must_use]
    pub fn section(&self, code: &kernel::SectionCode) -> Option<&Section> {
        self.sections.iter().find(|section| section.code == *code)
    }
}

impl Cooperative {
    /// Reads and checks every file.
    ///
    /// # Errors
    /// Every fault of every file, by file and line.
    pub fn read(bundle: &Bundle) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        if bundle.get(COOPERATIVE_FILE).is_none() {
            // Another folder than `tenants/`: every file of it would be a fault.
            faults.missing_file(COOPERATIVE_FILE);
            return Err(faults.into_vec());
        }
        stray_files(bundle, &mut faults);
        let name = cooperative_name(bundle, &mut faults);
        let items = items::read(bundle, &mut faults);
        let layouts = layouts(bundle, &mut faults);
        let codes = code_lists(bundle, COOPERATIVE, &mut faults);
        let rulebooks = rulebooks(bundle, &items, &mut faults);
        let retention = retention::shared(bundle, &items, &mut faults);
        let shared = Shared {
            items: &items,
            layouts: &layouts,
            codes: &codes,
            rulebooks: &rulebooks,
            retention: &retention,
            is_sound: faults.len() == 0,
        };
        let mut towns: Vec<TownProfile> = Vec::new();
        for slug in bundle.towns() {
            let known: Vec<_> = towns.iter().map(|town| town.code).collect();
            towns.extend(read_town(bundle, slug, &known, &shared, &mut faults));
        }
        match (name, faults.into_vec()) {
            (Some(name), faults) if faults.is_empty() => Ok(Self {
                name,
                items,
                layouts: clean(layouts),
                codes,
                rulebooks: clean(rulebooks),
                retention,
                towns,
            }),
            (_, faults) => Err(faults),
        }
    }

    /// The town with this code.
    #[must_use]
    pub fn town(&self, code: TownCode) -> Option<&TownProfile> {
        self.towns.iter().find(|town| town.code == code)
    }

    /// The town with this folder name.
    #[must_use]
    pub fn town_named(&self, slug: &str) -> Option<&TownProfile> {
        self.towns.iter().find(|town| town.slug.as_str() == slug)
    }
}

impl TownBundle {
    /// Reads the applied files again.
    ///
    /// # Errors
    /// Every fault of its files; `profile_missing` when they hold no such town.
    pub fn read(&self) -> Result<(Cooperative, TownProfile), Vec<Fault>> {
        let cooperative = Cooperative::read(&self.to_bundle())?;
        let town = cooperative.town_named(self.slug()).cloned();
        town.map(|town| (cooperative, town)).ok_or_else(|| vec![Fault::new(Code::ProfileMissing)])
    }
}

/// What every town builds on. `None` stands for a file that is there and has faults of its own.
struct Shared<'c> {
    items: &'c BTreeMap<ItemCode, ItemDef>,
    layouts: &'c BTreeMap<String, Option<LayoutDoc>>,
    codes: &'c CodeLists,
    rulebooks: &'c BTreeMap<RulebookCode, Option<Rulebook>>,
    retention: &'c Schedule,
    /// Whether there is no fault in any of it.
    is_sound: bool,
}

/// Those without faults: all of them, once there is no fault anywhere.
fn clean<K: Ord, V>(files: BTreeMap<K, Option<V>>) -> BTreeMap<K, V> {
    files.into_iter().filter_map(|(name, file)| Some((name, file?))).collect()
}

fn cooperative_name(bundle: &Bundle, faults: &mut Faults) -> Option<String> {
    faults.read_toml(bundle, COOPERATIVE_FILE, head)?
}

/// What `cooperative.toml` says: the name.
pub(crate) fn head(doc: &Doc<'_>) -> Option<String> {
    let mut root = doc.root();
    format(&mut root);
    let (name, _) = (text(&mut root, "name"), text(&mut root, "en"));
    name
}

fn layouts(bundle: &Bundle, faults: &mut Faults) -> BTreeMap<String, Option<LayoutDoc>> {
    let mut layouts = BTreeMap::new();
    for (path, name) in bundle.in_folder("cooperative/layouts", "toml") {
        let layout = faults.text(bundle, path).and_then(|text| faults.keep(LayoutDoc::parse(path, text)));
        layouts.insert(name.to_owned(), layout);
    }
    layouts
}

fn code_lists(bundle: &Bundle, folder: &str, faults: &mut Faults) -> CodeLists {
    let mut lists = CodeLists::default();
    let folder = format!("{folder}/codes");
    for (path, name) in bundle.in_folder(&folder, "csv") {
        if let Some(text) = faults.text(bundle, path) {
            faults.keep(lists.add(name, path, text));
        }
    }
    lists
}

fn rulebooks(
    bundle: &Bundle,
    items: &BTreeMap<ItemCode, ItemDef>,
    faults: &mut Faults,
) -> BTreeMap<RulebookCode, Option<Rulebook>> {
    let items: Vec<_> = items.values().cloned().collect();
    let mut books = BTreeMap::new();
    for (path, name) in bundle.in_folder("cooperative/rulebooks", "toml") {
        let Ok(code) = name.parse::<RulebookCode>() else {
            faults.stray_file(path, "rulebooks/<name>.toml");
            continue;
        };
        let book =
            faults.text(bundle, path).and_then(|text| faults.keep(Rulebook::parse(path, text, &items)));
        books.insert(code, book);
    }
    books
}

/// One town; `None` when too much of it is missing to go by. `known` are the codes of the towns before it.
fn read_town(
    bundle: &Bundle,
    slug: &str,
    known: &[TownCode],
    shared: &Shared<'_>,
    faults: &mut Faults,
) -> Option<TownProfile> {
    let path = format!("{slug}/town.toml");
    if bundle.get(&path).is_none() {
        faults.missing_file(&path);
    }
    let town = faults.read_toml(bundle, &path, |doc| Town::read(doc, slug, known));
    let codes = code_lists(bundle, slug, faults).over(shared.codes);
    let sections = town.as_ref().map(|town| town.sections.as_slice()).unwrap_or_default();
    let shelf = Shelf { sections, layouts: shared.layouts, codes: &codes, items: shared.items };
    let before = faults.len();
    let sources = read_sources(bundle, slug, &shelf, faults);
    // A source with faults is not there, and its samples would be faults for that alone.
    if shared.is_sound && faults.len() == before {
        faults.extend(golden::check_all(bundle, slug, &sources));
    }
    let rulebooks = read_overlays(bundle, slug, shared, faults);
    let retention = retention::of_town(bundle, slug, shared.retention, shared.items, faults);
    let town = town?;
    // Files that cannot be read as text have their faults already.
    let digest = bundle.of_town(slug).ok()?.digest();
    Some(TownProfile {
        code: town.code?,
        slug: town.slug?,
        name: town.name?,
        kana: town.kana?,
        population: town.population?,
        training: town.training,
        organs: town.organs,
        sections: town.sections,
        schools: town.schools,
        export: town.export,
        sources,
        rulebooks,
        retention,
        digest,
    })
}

fn read_sources(
    bundle: &Bundle,
    slug: &str,
    shelf: &Shelf<'_>,
    faults: &mut Faults,
) -> BTreeMap<SourceCode, Source> {
    let mut sources = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let folder = format!("{slug}/sources");
    for (path, name) in bundle.in_folder(&folder, "toml") {
        let named = name.parse::<SourceCode>().ok().filter(|_| !RESERVED_SOURCES.contains(&name));
        let Some(code) = named else {
            faults.stray_file(path, "sources/<name>.toml");
            continue;
        };
        let read = |doc: &Doc<'_>| (SourceDoc::read(doc, name, shelf.sections), doc.is_undecided());
        let Some((doc, is_undecided)) = faults.read_toml(bundle, path, read) else { continue };
        if let Some(shown) = doc.name() {
            // Two sources of one name could not be told apart on any page.
            if names.contains(&shown.value) {
                faults.push(shown.spot.duplicate(&shown.value));
            }
            names.push(shown.value.clone());
        }
        // Of what is still to be decided everything else would follow as faults.
        if !is_undecided && let Some(Some(source)) = faults.keep(doc.resolve(shelf)) {
            sources.insert(code, source);
        }
    }
    sources
}

fn read_overlays(
    bundle: &Bundle,
    slug: &str,
    shared: &Shared<'_>,
    faults: &mut Faults,
) -> BTreeMap<RulebookCode, Effective> {
    let mut chosen = BTreeMap::new();
    let folder = format!("{slug}/overlays");
    for (path, name) in bundle.in_folder(&folder, "toml") {
        let book =
            name.parse::<RulebookCode>().ok().and_then(|code| Some((shared.rulebooks.get(&code)?, code)));
        let Some((book, code)) = book else {
            faults.dangling_file(path, name);
            continue;
        };
        let overlay = faults.text(bundle, path).and_then(|text| faults.keep(Overlay::parse(path, text)));
        if let (Some(book), Some(overlay)) = (book, overlay)
            && let Some(effective) = faults.keep(book.with_overlay(&overlay))
        {
            chosen.insert(code, effective);
        }
    }
    chosen
}

/// Files in places where none is read: a misspelt folder would otherwise be passed over in silence.
fn stray_files(bundle: &Bundle, faults: &mut Faults) {
    const SHARED: &str =
        "cooperative.toml, retention.toml, items/*.toml, layouts/**/*.toml, rulebooks/*.toml, codes/*.csv";
    const OWN: &str =
        "town.toml, retention.toml, sources/*.toml, codes/*.csv, overlays/*.toml, samples/*, expect/*.json";
    for path in bundle.paths() {
        let Some((folder, rest)) = path.split_once('/') else { continue };
        let shared = folder == COOPERATIVE;
        let (inner, file) = rest.split_once('/').unwrap_or(("", rest));
        let flat = !file.contains('/');
        let known = match (shared, inner) {
            (true, "") => matches!(file, "cooperative.toml" | retention::FILE),
            (false, "") => matches!(file, "town.toml" | retention::FILE),
            (true, "layouts") => file.ends_with(".toml"),
            (true, "items" | "rulebooks") | (false, "sources" | "overlays") => {
                flat && file.ends_with(".toml")
            }
            (false, "samples") => flat,
            (false, "expect") => flat && file.ends_with(".json"),
            (_, "codes") => flat && file.ends_with(".csv"),
            _ => false,
        };
        if !known {
            faults.stray_file(path, if shared { SHARED } else { OWN });
        }
    }
}
