//! JSON Schemas of every kind of file in a `tenants/` folder, so that an editor completes keys and shows what is
//! wrong while it is typed. Those of towns, sources, layouts and items are drawn by their own readers
//! ([`layouts::config::schema`]); those that other crates read stand beside this and are held to their readers by
//! a test that asks each which keys it knows.

mod rules;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use layouts::config::{LayoutDoc, schema};
use serde_json::{Map, Value, json};

use crate::source::SourceDoc;
use crate::town::Town;
use crate::{FORMAT, cooperative, items};

/// One kind of file.
pub struct Schema {
    /// Its name: the schema's file is `<name>.schema.json`.
    pub name: &'static str,
    /// Which files of a `tenants/` folder are of it, as a glob.
    pub files: &'static str,
    /// The schema.
    pub json: Value,
}

impl Schema {
    /// The text of its file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.json).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Every kind.
#[must_use]
pub fn all() -> Vec<Schema> {
    let drawn = [
        ("cooperative", "cooperative/cooperative.toml", "組合", schema(|doc| _ = cooperative::head(doc))),
        ("items", "cooperative/items/*.toml", "データ項目の辞書", schema(items::draw)),
        (
            "layout",
            "cooperative/layouts/**/*.toml",
            "共通レイアウト",
            schema(|doc| _ = LayoutDoc::of_file(doc)),
        ),
        ("town", "*/town.toml", "町", schema(|doc| _ = Town::read(doc, "", &[]))),
        ("source", "*/sources/*.toml", "連携元", schema(|doc| _ = SourceDoc::read(doc, "", &[]))),
        ("rulebook", "cooperative/rulebooks/*.toml", "判定基準", rules::rulebook()),
        ("overlay", "*/overlays/*.toml", "判定基準の町村別設定", rules::overlay()),
        ("retention", "*/retention.toml", "保存期間", rules::retention()),
        ("expect", "*/expect/*.json", "見本の読み方", rules::expect()),
    ];
    let finished = |(name, files, title, json)| Schema { name, files, json: finish(title, json) };
    drawn.into_iter().map(finished).collect()
}

/// The schema with its head, and with what each key means.
fn finish(title: &str, mut schema: Value) -> Value {
    describe("", &mut schema);
    if let Some(format) = schema.pointer_mut("/properties/format") {
        *format = json!({ "const": FORMAT, "description": words::of("format").unwrap_or_default() });
    }
    let mut head = Map::new();
    head.insert("$schema".to_owned(), "http://json-schema.org/draft-07/schema#".into());
    head.insert("title".to_owned(), title.into());
    if let Value::Object(body) = schema {
        head.extend(body);
    }
    head.into()
}

/// Gives every key its words.
fn describe(path: &str, schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (key, schema) in properties {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            describe(&path, schema);
            if let (Some(said), Value::Object(schema)) = (words::of(&path), schema) {
                schema.insert("description".to_owned(), said.into());
            }
        }
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(schema) = schema.get_mut(inner) {
            describe(path, schema);
        }
    }
    for forms in ["anyOf", "oneOf", "allOf"] {
        for schema in schema.get_mut(forms).and_then(Value::as_array_mut).into_iter().flatten() {
            describe(path, schema);
        }
    }
}
