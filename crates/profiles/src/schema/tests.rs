//! Schemas against every file of `tenants/`, against the files under `schemas/`, and against what each reader
//! says it knows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kernel::{Code, Fault};
use serde_json::Value;
use toml::de::DeTable;

use super::*;
use crate::{Bundle, Cooperative};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file of `tenants/`.
pub(crate) fn tenants() -> BTreeMap<String, Vec<u8>> {
    fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let (root, mut files) = (root().join("tenants"), BTreeMap::new());
    collect(&root, &root, &mut files);
    files
}

/// Which schema a file is of.
fn schema_of(path: &str) -> Option<&'static str> {
    let (folder, rest) = path.split_once('/')?;
    let name = match (folder == "cooperative", rest.split_once('/').map_or(rest, |(inner, _)| inner)) {
        (true, "cooperative.toml") => "cooperative",
        (true, "items") => "items",
        (true, "layouts") => "layout",
        (true, "rulebooks") => "rulebook",
        (_, "retention.toml") => "retention",
        (false, "town.toml") => "town",
        (false, "sources") => "source",
        (false, "overlays") => "overlay",
        (false, "expect") => "expect",
        _ => return None,
    };
    Some(name)
}

/// A file as JSON, its dates as texts: what an editor holds against the schema.
fn as_json(path: &str, bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).unwrap();
    if path.ends_with(".json") {
        return serde_json::from_str(text).unwrap();
    }
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(day) => day.to_string().into(),
            toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, plain(value))).collect(),
            toml::Value::Array(values) => values.into_iter().map(plain).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    plain(toml::from_str(text).unwrap())
}

#[test]
fn every_file_of_every_town_is_of_its_schema() {
    let schemas: BTreeMap<_, _> = all().into_iter().map(|schema| (schema.name, schema.json)).collect();
    let mut seen = BTreeMap::<&str, usize>::new();
    for (path, bytes) in tenants() {
        let Some(name) = schema_of(&path) else { continue };
        let validator =
            jsonschema::draft7::options().should_validate_formats(true).build(&schemas[name]).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&as_json(&path, &bytes))
            .map(|error| format!("{path} {}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        *seen.entry(name).or_default() += 1;
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), schemas.keys().copied().collect::<Vec<_>>());
}

#[test]
fn what_is_wrong_is_wrong_for_the_schema_too() {
    let schemas: BTreeMap<_, _> = all().into_iter().map(|schema| (schema.name, schema.json)).collect();
    let files = tenants();
    for (path, old, new) in [
        ("kaisei/town.toml", "kana = ", "kanna = "),
        ("kaisei/town.toml", "kind = \"mayor\"", "kind = \"mayer\""),
        ("kaisei/sources/attendance.toml", "[legal]", "[legall]"),
        ("kaisei/sources/attendance.toml", "decided_on = 2026-04-01", "decided_on = \"TODO\""),
        ("kaisei/sources/attendance.toml", "zero = \"value\"", "zero = \"valeu\""),
        ("kaisei/sources/attendance.toml", "to = \"person.kana\"", "to = \"person.cana\""),
        ("kaisei/sources/attendance.toml", "position = 1", "position = \"1\""),
        ("kaisei/overlays/young_carer.toml", "decided_by", "decided"),
        ("kaisei/retention.toml", "clock = \"fiscal_year_after_completion\"", "clock = \"someday\""),
        ("cooperative/items/attendance.toml", "kind = \"int\"", "kind = \"number\""),
        ("cooperative/rulebooks/young_carer.toml", "combine = ", "combined = "),
    ] {
        let text = std::str::from_utf8(&files[path]).unwrap();
        assert!(text.contains(old), "{path}: {old}");
        let changed = as_json(path, text.replacen(old, new, 1).as_bytes());
        let schema = &schemas[schema_of(path).unwrap()];
        assert!(!jsonschema::draft7::is_valid(schema, &changed), "{path}: {new}");
    }
}

#[test]
fn the_committed_schemas_are_these() {
    let folder = root().join("schemas");
    for schema in all() {
        let path = folder.join(format!("{}.schema.json", schema.name));
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == schema.text(),
            "write them anew: cargo run -p tasuki -- schemas --write schemas"
        );
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), all().len());
}

/// Every table of a document: the byte its first key stands at, and its path without indices.
fn tables(text: &str) -> Vec<(usize, String)> {
    fn walk(table: &DeTable<'_>, path: &str, found: &mut Vec<(usize, String)>) {
        use toml::de::DeValue;
        if let Some(first) = table.keys().map(|key| key.span().start).min() {
            found.push((first, path.to_owned()));
        }
        for (key, value) in table {
            let path =
                if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
            match value.get_ref() {
                DeValue::Table(table) => walk(table, &path, found),
                DeValue::Array(items) => {
                    for item in items.iter() {
                        if let DeValue::Table(table) = item.get_ref() {
                            walk(table, &path, found);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    assert!(errors.is_empty());
    let mut found = Vec::new();
    walk(document.get_ref(), "", &mut found);
    found
}

/// The keys that a schema has at a path, in any of its forms; `None` where they are the file's to choose.
fn keys_at(schema: &Value, whole: &Value, path: &[&str]) -> Option<Vec<Vec<String>>> {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return keys_at(whole.pointer(target.trim_start_matches('#')).unwrap(), whole, path);
    }
    let mut found = Vec::new();
    for form in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        found.extend(keys_at(form, whole, path).unwrap_or_default());
    }
    if let Some(items) = schema.get("items") {
        found.extend(keys_at(items, whole, path).unwrap_or_default());
    }
    match (path, schema.get("properties").and_then(Value::as_object)) {
        ([], Some(properties)) => found.push(properties.keys().cloned().collect()),
        ([key, rest @ ..], Some(properties)) if properties.contains_key(*key) => {
            found.extend(keys_at(&properties[*key], whole, rest).unwrap_or_default());
        }
        ([_, rest @ ..], None) => {
            if let Some(free) = schema.get("additionalProperties").filter(|free| free.is_object()) {
                found.extend(keys_at(free, whole, rest).unwrap_or_default());
            }
        }
        _ => {}
    }
    (!found.is_empty()).then_some(found)
}

/// In every table of every kind of file an unknown key is put first; what the reader then says it knows is
/// what the schema has.
#[test]
fn every_reader_knows_the_keys_of_its_schema_and_no_others() {
    let schemas: BTreeMap<_, _> = all().into_iter().map(|schema| (schema.name, schema.json)).collect();
    let files = tenants();
    let shared: BTreeMap<_, _> = files
        .iter()
        .filter(|(path, _)| path.starts_with("cooperative/") || path.starts_with("kaisei/"))
        .collect();
    let mut looked_at = BTreeMap::<(&str, String), usize>::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".toml")) {
        let Some(name) = schema_of(path) else { continue };
        let text = std::str::from_utf8(bytes).unwrap();
        for (at, place) in tables(text) {
            // Its first key is another table's header.
            if text[..at].ends_with(['[', '.']) {
                continue;
            }
            // One table of a kind and a path is enough.
            if *looked_at.entry((name, place.clone())).and_modify(|n| *n += 1).or_insert(0) > 0 {
                continue;
            }
            // A condition has exactly one key, and says so of two before it looks at either.
            if place.starts_with("indicator.when") && !place.ends_with(".ge") && !place.ends_with(".rise") {
                continue;
            }
            let keys: Vec<&str> = place.split('.').filter(|key| !key.is_empty()).collect();
            let Some(known) = keys_at(&schemas[name], &schemas[name], &keys) else { continue };
            let inline = text[..at].trim_end_matches(' ').ends_with(['{', ',']);
            let stray = if inline { "zz = 0, " } else { "zz = 0\n" };
            let changed = format!("{}{stray}{}", &text[..at], &text[at..]);
            let mut bundle: BTreeMap<String, Vec<u8>> =
                shared.iter().map(|(path, bytes)| ((*path).clone(), (*bytes).clone())).collect();
            let own = path.split('/').next().unwrap();
            for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(&format!("{own}/"))) {
                bundle.insert(path.clone(), bytes.clone());
            }
            bundle.insert(path.clone(), changed.into_bytes());
            let faults = Cooperative::read(&Bundle::new(bundle)).unwrap_err();
            let stray = |fault: &&Fault| {
                fault.code() == Code::ConfigUnknownKey
                    && fault.argument("key").is_some_and(|key| key.ends_with("zz"))
            };
            let fault = faults.iter().find(stray).unwrap_or_else(|| panic!("{path} {place}: {faults:?}"));
            let mut told: Vec<_> = fault.argument("known").unwrap().split(", ").map(str::to_owned).collect();
            told.sort();
            told.dedup();
            // Whether a question is a derived one is asked before anything else of it.
            told.retain(|key| (name, place.as_str(), key.as_str()) != ("rulebook", "input", "derived"));
            // Asked only where another key is not there, or of a town only.
            let partly = [("rulebook", "variant"), ("retention", ""), ("retention", "rule")]
                .contains(&(name, place.as_str()))
                || (name == "rulebook" && place.starts_with("params."));
            let same = known.iter().any(|keys| {
                let all = |one: &[String], other: &[String]| one.iter().all(|key| other.contains(key));
                all(&told, keys) && (partly || all(keys, &told))
            });
            assert!(same, "{path} {place}: {told:?} {known:?}");
        }
    }
    assert!(looked_at.len() > 60, "{}", looked_at.len());
}

#[test]
fn every_word_is_of_a_key() {
    fn paths(path: &str, schema: &Value, found: &mut Vec<String>) {
        for (key, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            paths(&path, schema, found);
            found.push(path);
        }
        for inner in ["items", "additionalProperties"] {
            if let Some(schema) = schema.get(inner) {
                paths(path, schema, found);
            }
        }
        for schema in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            paths(path, schema, found);
        }
    }
    let mut found = Vec::new();
    for schema in all() {
        paths("", &schema.json, &mut found);
    }
    for (path, _) in words::WORDS {
        assert!(found.iter().any(|known| known == path), "{path}");
    }
    for path in found.iter().filter(|path| path.starts_with("field.") && path.matches('.').count() == 1) {
        assert!(words::of(path).is_some(), "{path} has no words");
    }
}
