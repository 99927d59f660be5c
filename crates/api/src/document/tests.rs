//! The document says all there is, and the committed one is the same.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::*;
use crate::index::operations;

#[test]
fn the_committed_document_is_the_one_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/tasuki.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == document_json(),
        "openapi/tasuki.json is not what the routes say; write it anew with: cargo run -p tasuki -- openapi --write openapi/tasuki.json"
    );
}

#[test]
fn every_operation_is_described() {
    let json: Value = serde_json::from_str(document_json()).unwrap();
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            let place = format!("{method} {path}");
            let id = operation.operation_id.clone().unwrap_or_default();
            assert!(id.contains('_') && ids.insert(id.clone()), "{place}: {id} is not an id of its own");
            assert!(operation.summary.as_ref().is_some_and(|text| !text.is_empty()), "{place}: no summary");
            // Which grant it needs stands there.
            assert!(
                operation.description.as_ref().is_some_and(|text| !text.is_empty()),
                "{place}: no description"
            );
            let own =
                operation.tags.iter().flatten().all(|tag| (tag == "service") != path.starts_with(SECURED));
            assert!(own, "{place}: its noun has no line in TAGS");
            let value = &json["paths"][path][method.as_str().to_lowercase()];
            assert_example(&json, &value["requestBody"], &place);
            for (status, response) in value["responses"].as_object().unwrap() {
                if status.starts_with('2') {
                    assert_example(&json, response, &place);
                }
            }
        }
    }
    assert!(ids.len() >= 17, "{}", ids.len());
}

/// A JSON body shows an example: its own, its schema's, or, for a page, its items' schema's.
fn assert_example(document: &Value, holder: &Value, place: &str) {
    let content = &holder["content"]["application/json"];
    if content.is_null() {
        return;
    }
    let schema = resolve(document, &content["schema"]);
    let items = resolve(document, &schema["properties"]["items"]["items"]);
    if schema["type"] == "object" && schema["properties"].is_null() {
        return; // a file of a format of its own, not a shape of this API
    }
    let shown =
        [&content["example"], &schema["example"], &schema["examples"], &items["example"], &items["examples"]];
    assert!(shown.iter().any(|example| !example.is_null()), "{place}: no example");
}

fn resolve<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.map_or(schema, |pointer| document.pointer(pointer).unwrap())
}

/// A list that is not as of an instant, and why.
const TIMELESS: &[(&str, &str)] = &[(
    "/api/v1/handovers/{handover_id}/content",
    "a package is fixed: its items say as of when the sender knew them",
)];

#[test]
fn every_list_says_as_of_when() {
    let json: Value = serde_json::from_str(document_json()).unwrap();
    let mut lists = 0;
    for (path, item) in json["paths"].as_object().unwrap() {
        let answer = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let members = members(&json, answer);
        if !members.contains("items") || TIMELESS.iter().any(|(timeless, _)| timeless == path) {
            continue;
        }
        assert!(members.contains("as_of") && members.contains("as_of_ja"), "{path}: 何月何日時点?");
        lists += 1;
    }
    assert!(lists > 15, "{lists}");
}

/// The members of an object, those it takes over from others too.
fn members(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = resolve(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let parts = schema["allOf"].as_array().into_iter().flatten();
    own.chain(parts.flat_map(|part| members(document, part))).collect()
}

#[test]
fn a_reference_leads_somewhere() {
    fn walk(document: &Value, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|value| walk(document, value));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(document, value)),
            _ => {}
        }
    }
    let json: Value = serde_json::from_str(document_json()).unwrap();
    walk(&json, &json);
}

#[test]
fn ids_in_paths_are_nouns_and_can_be_not_found() {
    for (path, item) in &document().paths.paths {
        for (_, operation) in operations(item) {
            let braces = path.matches('{').count();
            let named = operation.parameters.iter().flatten().filter(|parameter| {
                matches!(parameter, RefOr::T(parameter) if matches!(parameter.parameter_in, ParameterIn::Path))
            });
            assert_eq!(named.count(), braces, "{path}: a name in braces is no noun of nouns.rs");
            let named = ["source", "staff_id", "person_id"]
                .iter()
                .any(|name| answers::has_parameter(operation, name));
            assert!(!(braces > 0 || named) || operation.responses.responses.contains_key("404"), "{path}");
        }
    }
}

#[test]
fn error_codes_are_the_catalogue() {
    let json: Value = serde_json::from_str(document_json()).unwrap();
    let codes = json["components"]["schemas"]["ErrorCode"]["enum"].as_array().unwrap();
    assert_eq!(codes.len(), kernel::Code::ALL.len());
}

#[test]
fn what_needs_no_token_says_so_and_is_little() {
    let json: Value = serde_json::from_str(document_json()).unwrap();
    for (path, item) in json["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let open = operation["security"] == serde_json::json!([]);
            assert_eq!(open, !path.starts_with(SECURED) || OPEN.contains(&path.as_str()), "{path}");
        }
    }
    assert_eq!(OPEN.len(), 2);
}

#[test]
fn a_tag_is_the_noun_the_operation_is_about() {
    for (path, tagged) in [
        ("/api/v1/towns/{town_code}", "towns"),
        ("/api/v1/towns/{town_code}/profile", "profiles"),
        ("/api/v1/tokens/{token_id}/revocation", "tokens"),
        ("/api/v1/password-setups", "sign-ins"),
        ("/api/v1/staff/{staff_id}/setup-codes", "staff"),
        ("/health/live", "service"),
    ] {
        assert_eq!(tag(path), tagged);
    }
}

/// Nothing is deprecated now; whatever is to go says since when and until when.
#[test]
fn what_is_deprecated_says_until_when() {
    let json: Value = serde_json::from_str(document_json()).unwrap();
    for (path, item) in json["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let deprecated = operation["deprecated"] == true;
            for (status, response) in operation["responses"].as_object().unwrap() {
                let headers = &response["headers"];
                let said = !headers["Deprecation"].is_null() && !headers["Sunset"].is_null();
                let success = status.starts_with('2');
                assert!(!success || said == deprecated, "{method} {path} {status}");
            }
        }
    }
}
