//! The schemas of files that `rulebook` and `retention` read, and of what a sample is read as.

use kernel::date::Grade;
use kernel::{Absence, Category};
use retention::{Bound, Checked, Clock};
use rulebook::List;
use serde_json::{Value, json};

/// A configuration name (`kernel::slug`).
const SLUG: &str = "^[a-z][a-z0-9_]{0,63}$";

/// A table with these keys; those whose names end with `?` may be missing.
fn table(keys: &[(&str, Value)]) -> Value {
    let bare = |key: &str| key.trim_end_matches('?').to_owned();
    let properties: serde_json::Map<_, _> =
        keys.iter().map(|(key, schema)| (bare(key), schema.clone())).collect();
    let needed: Vec<_> = keys.iter().map(|(key, _)| *key).filter(|key| !key.ends_with('?')).collect();
    json!({
        "type": "object", "additionalProperties": false, "properties": properties, "required": needed,
    })
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn slug() -> Value {
    json!({ "type": "string", "pattern": SLUG })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn byte() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": 255 })
}

fn pair() -> Value {
    json!({ "type": "array", "items": byte(), "minItems": 2, "maxItems": 2 })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn free(entries: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": entries })
}

fn words() -> Value {
    table(&[("ja", text()), ("en", text())])
}

/// A number, or `"$name"` of a parameter.
fn amount() -> Value {
    json!({ "anyOf": [{ "type": "integer" }, { "type": "string", "pattern": "^\\$[a-z][a-z0-9_]{0,63}$" }] })
}

fn format_key() -> (&'static str, Value) {
    ("format", json!({ "const": 1 }))
}

/// A shared rulebook.
pub(super) fn rulebook() -> Value {
    let head = table(&[
        ("code", slug()),
        ("version", text()),
        ("title", words()),
        ("difficulty", text()),
        ("purpose", text()),
        ("source", text()),
        ("effective", table(&[("from", day()), ("until", day())])),
        ("stale_after_days", amount()),
    ]);
    let grades: Vec<_> = Grade::ALL.iter().map(ToString::to_string).collect();
    let grade = json!({ "enum": grades });
    let param = table(&[
        ("default", byte()),
        ("locked?", json!({ "type": "boolean" })),
        ("bounds?", pair()),
        ("unit", text()),
        ("why", text()),
    ]);
    let variant = table(&[
        ("name", slug()),
        ("say", words()),
        ("threshold?", byte()),
        ("threshold_bounds?", pair()),
        ("why", text()),
    ]);
    let group = table(&[
        ("id", slug()),
        ("label", words()),
        ("combine", json!({ "enum": ["sum", "max"] })),
        ("of?", list(&text())),
    ]);
    let total = table(&[
        ("gate", list(&text())),
        ("add", list(&text())),
        ("no_contact", text()),
        ("max_unknown_percent", amount()),
    ]);
    let mut schema = table(&[
        format_key(),
        ("rulebook", head),
        ("population", table(&[("from", grade.clone()), ("to", grade)])),
        ("params?", free(&param)),
        ("input?", list(&input())),
        ("indicator?", list(&indicator())),
        ("group?", list(&group)),
        ("total", total),
        ("variant?", list(&variant)),
        ("test?", list(&case())),
    ]);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("definitions".to_owned(), json!({ "condition": condition() }));
    }
    schema
}

/// What is asked about a child: something derived, or an item in one of three shapes.
fn input() -> Value {
    let item = json!({ "type": "string", "pattern": r"^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$" });
    let named = |rest: &[(&str, Value)]| table(&[&[("name", slug()), ("label", words())], rest].concat());
    let shaped = |shape: &str, rest: &[(&str, Value)]| {
        let of = json!({ "enum": ["self", "parent", "sibling", "younger_sibling"] });
        let head = [("item", item.clone()), ("of", of), ("shape", json!({ "const": shape }))];
        named(&[&head, rest].concat())
    };
    let within = json!({ "anyOf": [{ "const": "fiscal_year" }, amount()] });
    json!({ "anyOf": [
        named(&[("derived", json!({ "const": "household.single_parent" }))]),
        shaped("in_force", &[("codes?", list(&text()))]),
        shaped("exists_within", &[("within", within)]),
        shaped("month_count", &[
            ("month", json!({ "enum": ["latest", "previous"] })),
            ("class_days", item.clone()),
            ("min_class_days", amount()),
            ("lag_months", amount()),
            ("max", byte()),
        ]),
    ] })
}

fn indicator() -> Value {
    table(&[
        ("id", slug()),
        ("group", text()),
        ("when", json!({ "$ref": "#/definitions/condition" })),
        ("points", amount()),
        ("say", words()),
        ("source", text()),
    ])
}

/// Exactly one of the seven forms of a condition.
fn condition() -> Value {
    let condition = json!({ "$ref": "#/definitions/condition" });
    let parts = json!({ "type": "array", "items": condition, "minItems": 1 });
    let one = |key: &str, schema: Value| table(&[(key, schema)]);
    json!({ "anyOf": [
        one("is", text()),
        one("ge", table(&[("input", text()), ("value", amount())])),
        one("rise", table(&[("before", text()), ("now", text()), ("by", amount())])),
        one("all", parts.clone()),
        one("any", parts.clone()),
        one("none", parts),
        one("not", condition),
    ] })
}

fn case() -> Value {
    let absences: Vec<_> = Absence::ALL.iter().map(|reason| reason.as_str()).collect();
    let value = json!({ "anyOf": [{ "enum": absences }, { "type": "boolean" }, byte()] });
    let lists: Vec<_> = List::ALL.iter().map(|list| list.as_str()).collect();
    let expect = table(&[
        ("interval", pair()),
        ("list", json!({ "enum": lists })),
        ("concern?", pair()),
        ("contact?", text()),
        ("settles?", list(&text())),
    ]);
    table(&[
        ("name", text()),
        ("variant", text()),
        ("params?", free(&json!({ "type": "integer" }))),
        ("given?", free(&value)),
        ("otherwise", value),
        ("expect", expect),
    ])
}

/// One town's choices.
pub(super) fn overlay() -> Value {
    let decision = |value: Value| {
        table(&[("value", value), ("reason", text()), ("decided_by", text()), ("decided_on", day())])
    };
    table(&[
        format_key(),
        ("rulebook", slug()),
        ("version", text()),
        ("effective_from", day()),
        ("variant", decision(text())),
        ("params?", free(&decision(json!({ "type": "integer" })))),
    ])
}

/// How long records are kept: the cooperative's rules, or a town's over them.
pub(super) fn retention() -> Value {
    let source = table(&[
        ("article", text()),
        ("row", text()),
        ("checked", json!({ "enum": Checked::NAMES })),
        ("note?", text()),
    ]);
    let years = json!({ "type": "integer", "minimum": 0, "maximum": 200 });
    let clocks = Clock::KNOWN.replace(", ", "|").replace(":N", ":[0-9]+");
    let clock = json!({ "type": "string", "pattern": format!("^({clocks})$") });
    let term = |periods: &[&'static str]| {
        [("clock?", clock.clone()), ("years?", years.clone()), ("period?", json!({ "enum": periods }))]
    };
    let categories: Vec<_> = Category::ALL.iter().map(|word| word.as_str()).collect();
    let head = [
        ("code", slug()),
        ("ja", text()),
        ("en", text()),
        ("categories", list(&json!({ "enum": categories }))),
        ("items", list(&text())),
        ("bound", json!({ "enum": Bound::NAMES })),
        ("effective_from", day()),
        ("source", source.clone()),
    ];
    // The cooperative's rules have no decision of a town.
    let rule = table(
        &[&head[..], &term(&["permanent", "undecided"]), &[("decided_by?", text()), ("decided_on?", day())]]
            .concat(),
    );
    let head = [("rule", slug()), ("effective_from", day()), ("source", source)];
    let own =
        table(&[&head[..], &term(&["permanent"]), &[("decided_by", text()), ("decided_on", day())]].concat());
    table(&[format_key(), ("rule?", list(&rule)), ("override?", list(&own))])
}

/// What a sample is read as.
pub(super) fn expect() -> Value {
    let code = slug();
    let any = json!({ "type": "object" });
    let line = json!({ "type": "integer", "minimum": 1 });
    let row = table(&[
        ("line", line.clone()),
        ("operation?", json!({ "const": "close" })),
        ("persons", any.clone()),
        ("record", any.clone()),
        ("keys?", any.clone()),
        ("observations", list(&any)),
        ("warnings?", list(&code)),
    ]);
    let reason = table(&[("code", code.clone()), ("column?", text()), ("raw?", json!({ "type": "string" }))]);
    let reject = table(&[("line", line), ("rejects", list(&reason))]);
    table(&[
        format_key(),
        ("as_of", day()),
        ("file_name?", text()),
        ("refused?", code),
        ("rows?", list(&json!({ "anyOf": [row, reject] }))),
    ])
}
