//! The schema of a configuration file, drawn by letting its reader read: whatever it asks for is a key, of the
//! type it asks for. So a schema and the code cannot differ.
//!
//! A reader asks for all keys before it looks at any value (see [`super::reader`]); a sketch gives it none and
//! writes down what was asked.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::reader::Doc;

/// One value being drawn.
#[derive(Clone, Default)]
pub(super) struct Sketch(Rc<RefCell<Drawn>>);

/// What was asked of it so far.
#[derive(Default)]
struct Drawn {
    /// Types it may have, none of them a table or an array of asked things.
    plain: Vec<Value>,
    /// Its keys, in the order asked, and whether each has to be there.
    keys: Vec<(&'static str, Sketch, bool)>,
    is_table: bool,
    /// What every entry is, where the names are the file's to choose.
    entries: Option<Sketch>,
    /// What every item is.
    items: Option<Sketch>,
}

/// The JSON Schema (draft 7) of the file that `read` reads.
pub fn schema(read: impl FnOnce(&Doc<'_>)) -> Value {
    let sketch = Sketch::default();
    sketch.0.borrow_mut().is_table = true;
    read(&Doc::drawn(sketch.clone()));
    sketch.schema()
}

impl Sketch {
    /// The value may be of this type.
    pub fn may_be(&self, schema: Value) {
        let plain = &mut self.0.borrow_mut().plain;
        if !plain.contains(&schema) {
            plain.push(schema);
        }
    }

    /// It is a table.
    pub fn table(&self) -> Self {
        self.0.borrow_mut().is_table = true;
        self.clone()
    }

    /// The value of a key.
    pub fn key(&self, key: &'static str) -> Self {
        let keys = &mut self.0.borrow_mut().keys;
        match keys.iter().find(|(known, ..)| *known == key) {
            Some((_, sketch, _)) => sketch.clone(),
            None => {
                let sketch = Self::default();
                keys.push((key, sketch.clone(), false));
                sketch
            }
        }
    }

    /// The key has to be there.
    pub fn needs(&self, key: &'static str) {
        self.key(key);
        for (known, _, needed) in &mut self.0.borrow_mut().keys {
            *needed |= *known == key;
        }
    }

    /// Every entry of a table with free keys.
    pub fn entries(&self) -> Self {
        self.0.borrow_mut().entries.get_or_insert_with(Self::default).clone()
    }

    /// Every item of an array.
    pub fn items(&self) -> Self {
        self.0.borrow_mut().items.get_or_insert_with(Self::default).clone()
    }

    fn schema(&self) -> Value {
        let drawn = self.0.borrow();
        let mut forms = drawn.plain.clone();
        if let Some(items) = &drawn.items {
            forms.push(json!({ "type": "array", "items": items.schema() }));
        }
        if let Some(entries) = &drawn.entries {
            forms.push(json!({ "type": "object", "additionalProperties": entries.schema() }));
        }
        if drawn.is_table {
            let properties: Map<_, _> =
                drawn.keys.iter().map(|(key, sketch, _)| ((*key).to_owned(), sketch.schema())).collect();
            let needed = drawn.keys.iter().filter(|(.., needed)| *needed).map(|(key, ..)| *key);
            forms.push(json!({
                "type": "object", "additionalProperties": false,
                "properties": properties, "required": needed.collect::<Vec<_>>(),
            }));
        }
        match forms.len() {
            1 => forms.pop().unwrap_or_default(),
            _ => json!({ "anyOf": forms }),
        }
    }
}

/// A type that is spelt as text in configuration, and how.
pub trait Spelt {
    /// The JSON Schema of its spelling.
    #[must_use]
    fn spelling() -> Value;
}

/// Any of these words.
pub(super) fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> Value {
    json!({ "enum": words.into_iter().collect::<Vec<_>>() })
}

/// A configuration name (`kernel::slug`), as a pattern.
const SLUG: &str = "[a-z][a-z0-9_]{0,63}";

macro_rules! spelt {
    ($($name:ty => $spelling:expr;)+) => {$(
        impl Spelt for $name {
            fn spelling() -> Value {
                $spelling
            }
        }
    )+};
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{pattern}$") })
}

spelt! {
    kernel::slug::TownSlug => pattern(SLUG);
    kernel::SourceCode => pattern(SLUG);
    kernel::SectionCode => pattern(&format!("{SLUG}/{SLUG}"));
    kernel::ItemCode => pattern(&format!(r"{SLUG}\.{SLUG}"));
    kernel::Category => words(kernel::Category::ALL.iter().map(|word| word.as_str()));
    kernel::Absence => words(kernel::Absence::ALL.iter().filter(|reason| reason.is_statable()).map(|reason| reason.as_str()));
    kernel::date::DateFormat => words(kernel::date::DateFormat::ALL.iter().map(|format| format.as_str()));
    crate::layout::RoleId => words(crate::layout::RoleId::NAMES.iter().copied());
    crate::layout::Target => target();
}

/// A part of a person, a time of the record, or a name of the layout's own.
fn target() -> Value {
    use crate::layout::{Part, RecordPart, RoleId};
    let persons =
        RoleId::NAMES.iter().flat_map(|role| Part::NAMES.iter().map(move |part| format!("{role}.{part}")));
    let known: Vec<_> =
        persons.chain(RecordPart::NAMES.iter().map(|part| format!("record.{part}"))).collect();
    json!({ "anyOf": [{ "enum": known }, pattern(SLUG)] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::reader::At;

    #[test]
    fn a_schema_is_what_the_reader_asks_for() {
        let drawn = schema(|doc| {
            let mut root = doc.root();
            root.need::<String>("name");
            root.choice("kind", &[("a", 1), ("b", 2)]);
            for mut organ in root.tables("organ") {
                organ.need_parsed::<kernel::SectionCode>("code");
                organ.get::<Vec<At<u8>>>("list");
            }
            for (_, entry) in root.entries("missing") {
                let _ = entry.parsed::<kernel::Absence>();
            }
        });
        assert_eq!(drawn["required"], json!(["name"]));
        assert_eq!(drawn["properties"]["kind"], json!({ "enum": ["a", "b"] }));
        let organ = &drawn["properties"]["organ"]["items"];
        assert_eq!((&organ["required"], &organ["additionalProperties"]), (&json!(["code"]), &json!(false)));
        assert_eq!(organ["properties"]["list"]["items"]["maximum"], 255);
        assert_eq!(drawn["properties"]["missing"]["additionalProperties"]["enum"][0], "not_collected");
    }
}
