//! The cooperative's data dictionary: `cooperative/items/*.toml`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kernel::{Category, ItemCode, ItemDef, ValueKind};
use layouts::config::reader::{Doc, TableReader};

use crate::faults::Faults;
use crate::legal::text;
use crate::{Bundle, format};

const FOLDER: &str = "cooperative/items";

const KINDS: [(&str, ValueKind); 6] = [
    ("bool", ValueKind::Bool),
    ("int", ValueKind::Int),
    ("code", ValueKind::Code),
    ("text", ValueKind::Text),
    ("date", ValueKind::Date),
    ("month", ValueKind::Month),
];

/// Every item of every file of the folder.
pub(crate) fn read(bundle: &Bundle, faults: &mut Faults) -> BTreeMap<ItemCode, ItemDef> {
    let mut items = BTreeMap::new();
    for (path, _) in bundle.in_folder(FOLDER, "toml") {
        faults.read_toml(bundle, path, |doc| read_file(doc, &mut items));
    }
    items
}

/// Asks for everything that a file of the dictionary may hold.
pub(crate) fn draw(doc: &Doc<'_>) {
    read_file(doc, &mut BTreeMap::new());
}

fn read_file(doc: &Doc<'_>, items: &mut BTreeMap<ItemCode, ItemDef>) {
    let mut root = doc.root();
    format(&mut root);
    for table in root.tables("item") {
        read_item(table, items);
    }
}

fn read_item(mut table: TableReader<'_>, items: &mut BTreeMap<ItemCode, ItemDef>) {
    let code = table.need_parsed::<ItemCode>("code");
    let category = table.need_parsed::<Category>("category");
    let kind = table.need_choice("kind", &KINDS);
    let (ja, en) = (text(&mut table, "ja"), text(&mut table, "en"));
    let unit = table.get::<String>("unit");
    let values = values(&mut table);
    let (Some(code), Some(category), Some(kind), Some(ja), Some(en)) = (code, category, kind, ja, en) else {
        return;
    };
    if !values.is_empty() && kind.value != ValueKind::Code {
        table.report(kind.spot.invalid(
            "values は kind = \"code\" の項目だけに書けます",
            "values are only for items of kind = \"code\"",
        ));
        return;
    }
    let unit = unit.map(|unit| unit.value);
    let (category, kind) = (category.value, kind.value);
    let item = ItemDef { code: code.value.clone(), category, kind, ja, en, unit, values };
    match items.entry(code.value) {
        Entry::Vacant(free) => {
            free.insert(item);
        }
        Entry::Occupied(taken) => table.report(code.spot.duplicate(taken.key().as_str())),
    }
}

/// The values of a code, each with the words that staff read.
fn values(table: &mut TableReader<'_>) -> BTreeMap<String, String> {
    let words = table.entries("values").into_iter();
    words.filter_map(|(value, node)| Some((value, node.read::<String>()?.value))).collect()
}
