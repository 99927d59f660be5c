//! The document's choices (`oneOf`), so that generated clients can read them. Clients number variants without a
//! name, and many (Java's with Jackson) cannot tell two objects apart by the members they have. So a choice that
//! a tag decides has named variants, and a value or the reason for none is one object with optional members.
//! What is sent stays the same.

use std::collections::BTreeMap;

use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Components, Object, ObjectBuilder, RefOr, Schema};

/// The member that stands where a value does not.
const ABSENT: &str = "absent";

/// Names, flattens and merges the choices of every named schema.
pub(crate) fn tidy(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::OneOf(one)) = schema else { continue };
        one.items.iter_mut().for_each(|item| entitle(name, item));
    }
    let named = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        let RefOr::T(Schema::OneOf(one)) = schema else { continue };
        one.items =
            std::mem::take(&mut one.items).into_iter().flat_map(|item| variants(&named, item)).collect();
        if let Some(mut merged) = merged(&one.items) {
            merged.description.clone_from(&one.description);
            *schema = Schema::Object(merged).into();
        }
    }
}

/// Gives a variant that a tag decides the title of its schema and its tag: `WhenAsOf`.
fn entitle(name: &str, item: &mut RefOr<Schema>) {
    let RefOr::T(variant) = item else { return };
    let Some(word) = tag(variant) else { return };
    let title = Some(format!("{}{}", name.replace('_', ""), pascal(&word)));
    match variant {
        Schema::Object(object) => object.title = title,
        Schema::AllOf(all) => all.title = title,
        _ => {}
    }
}

/// The one word that a member of the variant must be.
fn tag(variant: &Schema) -> Option<String> {
    match variant {
        Schema::AllOf(all) => all.items.iter().find_map(|item| match item {
            RefOr::T(item) => tag(item),
            RefOr::Ref(_) => None,
        }),
        Schema::Object(object) => object.properties.values().find_map(|property| match words(property)? {
            [word] => word.as_str().map(str::to_owned),
            _ => None,
        }),
        _ => None,
    }
}

fn words(property: &RefOr<Schema>) -> Option<&[serde_json::Value]> {
    match property {
        RefOr::T(Schema::Object(object)) => object.enum_values.as_deref(),
        _ => None,
    }
}

fn pascal(word: &str) -> String {
    let mut upper = true;
    word.chars()
        .filter_map(|letter| {
            let begins = std::mem::replace(&mut upper, letter == '_');
            (letter != '_').then(|| if begins { letter.to_ascii_uppercase() } else { letter })
        })
        .collect()
}

/// The variants behind a reference to a choice; anything else is one itself.
fn variants(named: &BTreeMap<String, RefOr<Schema>>, item: RefOr<Schema>) -> Vec<RefOr<Schema>> {
    let RefOr::Ref(reference) = &item else { return vec![item] };
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
    match named.get(name) {
        Some(RefOr::T(Schema::OneOf(inner))) => inner.items.clone(),
        _ => vec![item],
    }
}

/// One object in the place of a value or the reason for none; `None` for every other choice.
fn merged(items: &[RefOr<Schema>]) -> Option<Object> {
    let mut objects = Vec::new();
    for item in items {
        let RefOr::T(Schema::Object(object)) = item else { return None };
        objects.push(object);
    }
    if !objects.iter().any(|object| object.properties.contains_key(ABSENT)) {
        return None;
    }
    let mut whole = ObjectBuilder::new().build();
    for (name, property) in objects.iter().flat_map(|object| &object.properties) {
        let joined = match whole.properties.get(name) {
            Some(before) => joined(before, property),
            None => property.clone(),
        };
        whole.properties.insert(name.clone(), joined);
    }
    Some(whole)
}

/// A member that two variants have: of one schema, of the words of both, or of any.
fn joined(one: &RefOr<Schema>, other: &RefOr<Schema>) -> RefOr<Schema> {
    if one == other {
        return one.clone();
    }
    let mut object = Object::with_type(SchemaType::AnyValue);
    if let (Some(one), Some(other)) = (words(one), words(other)) {
        object = ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).build();
        object.enum_values = Some([one, other].concat());
    }
    Schema::Object(object).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_have_names_and_an_absence_is_no_choice() {
        let schemas = crate::document().components.unwrap().schemas;
        let mut names = Vec::new();
        for (name, schema) in &schemas {
            let RefOr::T(Schema::OneOf(one)) = schema else { continue };
            for item in &one.items {
                let title = match item {
                    RefOr::T(Schema::Object(object)) => &object.title,
                    RefOr::T(Schema::AllOf(all)) => &all.title,
                    _ => continue,
                };
                names.push(title.clone().unwrap_or_else(|| panic!("{name}: a variant without a name")));
            }
        }
        for wanted in ["WhenAsOf", "ItemValueBool", "WhereaboutsHidden"] {
            assert!(names.iter().any(|name| name == wanted), "{wanted}: {names:?}");
        }
        for name in ["Part_String", "Datum"] {
            let RefOr::T(Schema::Object(part)) = &schemas[name] else { panic!("{name} is a choice") };
            assert!(["value", ABSENT].iter().all(|member| part.properties.contains_key(*member)), "{name}");
            assert!(part.required.is_empty() && part.description.is_some());
        }
        let RefOr::T(Schema::Object(datum)) = &schemas["Datum"] else { panic!("Datum") };
        assert_eq!(words(&datum.properties["kind"]).unwrap().len(), 6);
    }
}
