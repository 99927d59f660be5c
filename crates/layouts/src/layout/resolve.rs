//! Follows every reference of a merged document and compiles it, reporting all faults at once.

use std::collections::BTreeSet;

use kernel::{Absence, Digest, Fault, ItemDef};

use super::field::{Field, Kind, Sentinel, Slot};
use super::place::Claim;
use super::target::{Part, RoleId, Target};
use super::{Form, Layout, Mode, NamedCodes, observation_plan, shape, unfold};
use crate::cell::Cell;
use crate::codes::CodeLists;
use crate::config::reader::{At, Spot};
use crate::config::{Constant, FieldDoc, LayoutDoc, SentinelDoc};
use crate::text::Encoding;

/// What is being compiled, and every fault so far.
pub(super) struct Resolver<'a> {
    pub faults: Vec<Fault>,
    pub item: &'a dyn Fn(&str) -> Option<ItemDef>,
    pub codes: &'a CodeLists,
    /// Code lists in use so far.
    pub used: Vec<NamedCodes>,
    /// Names of the parts of a file's name that fields can take.
    pub captures: Vec<String>,
    /// Lists whose targets were checked, with the typing or the item they were checked for.
    pub checked: BTreeSet<(String, String)>,
}

/// Compiles one version of a layout; its digest is the caller's to take.
pub(super) fn resolve(
    doc: &LayoutDoc,
    codes: &CodeLists,
    item: &dyn Fn(&str) -> Option<ItemDef>,
) -> Result<Layout, Vec<Fault>> {
    let mut resolver = Resolver {
        faults: Vec::new(),
        item,
        codes,
        used: Vec::new(),
        captures: Vec::new(),
        checked: BTreeSet::new(),
    };
    let layout = unfold::expand(&mut resolver, doc).and_then(|doc| resolver.layout(&doc));
    match layout {
        Some(layout) if resolver.faults.is_empty() => Ok(layout),
        _ => Err(resolver.faults),
    }
}

impl Resolver<'_> {
    fn layout(&mut self, doc: &LayoutDoc) -> Option<Layout> {
        let shape = shape::form(self, doc);
        let live: Vec<_> = doc.fields.iter().filter(|field| !field.dropped).collect();
        self.duplicates(&live);
        let (form, encoding) = shape?;
        let name = self.name(doc)?;
        let gaiji = self.gaiji(doc)?;
        let fields: Vec<_> = live.iter().filter_map(|field| self.field(field, &form, encoding)).collect();
        let whole = fields.len() == live.len();
        let mut layout = Layout {
            system: self.need(doc.system.as_ref(), &doc.spot, "identity.system").cloned().unwrap_or_default(),
            creates: doc.creates.as_ref().is_some_and(|creates| creates.value),
            mode: self.need(doc.mode.as_ref(), &doc.spot, "mode").copied().unwrap_or(Mode::Snapshot),
            guard: super::Guard {
                min_rows: doc.guard.min_rows.as_ref().map(|rows| rows.value),
                max_reject_ratio: doc.guard.max_reject_ratio.as_ref().map(|ratio| ratio.value),
                max_close_ratio: doc.guard.max_close_ratio.as_ref().map(|ratio| ratio.value),
            },
            form,
            encoding,
            name,
            gaiji,
            versions: Vec::new(),
            key: Vec::new(),
            roles: roles(&fields),
            locals: locals(&fields),
            observations: Vec::new(),
            numbers: Vec::new(),
            codes: Vec::new(),
            digest: Digest::of(&[]),
            fields,
        };
        // A field that could not be compiled would only raise faults that follow from its own.
        if !whole {
            return None;
        }
        layout.key = self.key(doc, &layout);
        layout.observations = observation_plan::plans(self, doc, &mut layout);
        self.numbers(doc, &mut layout);
        self.register(doc, &layout);
        self.unused_locals(&live, &layout);
        layout.codes = std::mem::take(&mut self.used);
        self.delta(doc, &layout);
        Some(layout)
    }

    pub fn need<'v, T>(&mut self, value: Option<&'v At<T>>, spot: &Spot, key: &str) -> Option<&'v T> {
        if value.is_none() {
            self.faults.push(spot.missing(key));
        }
        value.map(|at| &at.value)
    }

    fn duplicates(&mut self, fields: &[&FieldDoc]) {
        let mut seen = BTreeSet::new();
        for field in fields {
            if !seen.insert(field.to.value.clone()) {
                self.faults.push(field.to.spot.duplicate(&field.to.value.to_string()));
            }
        }
        for field in fields {
            let Target::Person(role, part) = field.to.value else { continue };
            let whole = match part {
                Part::FamilyName | Part::GivenName => Part::Name,
                Part::FamilyKana | Part::GivenKana => Part::Kana,
                part if part.relation_step().is_some() => Part::RelationToHead,
                _ => continue,
            };
            if seen.contains(&Target::Person(role, whole)) {
                self.faults.push(field.to.spot.duplicate(&Target::Person(role, whole).to_string()));
            }
        }
    }

    fn field(&mut self, doc: &FieldDoc, form: &Form, encoding: Encoding) -> Option<Field> {
        let before = self.faults.len();
        let kind = self.kind(doc);
        let claim = match &doc.constant {
            Some(constant) => self.constant(doc, constant, kind.as_ref()).map(Claim::constant),
            None => self.claim(doc, form),
        };
        let missing = doc.missing.iter().filter_map(|sentinel| self.sentinel(sentinel, encoding)).collect();
        let claim = claim?;
        let field = Field {
            to: doc.to.value.clone(),
            label: label(doc, &claim),
            slot: claim.slot,
            more: claim.more,
            gather: claim.gather,
            when: claim.when,
            clean: doc.claim.clean.as_ref().map(|clean| clean.value.clone()).unwrap_or_default(),
            split: claim.split,
            kind: kind?,
            missing,
            required: doc.required,
        };
        (self.faults.len() == before).then_some(field)
    }

    pub fn forbid<T>(&mut self, value: Option<&At<T>>, ja: &str, en: &str) {
        self.faults.extend(value.map(|at| at.spot.invalid(ja, en)));
    }

    fn sentinel(&mut self, (text, reason): &SentinelDoc, encoding: Encoding) -> Option<Sentinel> {
        let reason: &At<Absence> = reason;
        let Some(bytes) = encoding.encode(text) else {
            self.faults.push(reason.spot.invalid(
                "この文字はファイルの文字コードにありません",
                "the file's encoding lacks this character",
            ));
            return None;
        };
        Some(Sentinel { text: text.clone(), bytes: bytes.into_owned(), reason: reason.value })
    }

    fn constant(&mut self, doc: &FieldDoc, constant: &At<Constant>, kind: Option<&Kind>) -> Option<Slot> {
        let claim = &doc.claim;
        for given in [
            doc.position.is_some(),
            doc.at.is_some(),
            doc.column.is_some(),
            !doc.missing.is_empty(),
            claim.gather.is_some(),
            claim.when.is_some(),
            claim.clean.is_some(),
            claim.split.is_some(),
        ] {
            if given {
                self.faults.push(
                    constant
                        .spot
                        .invalid("const と列の指定は一緒に書けません", "const stands instead of a column"),
                );
                return None;
            }
        }
        let cell = match (kind?, &constant.value) {
            (Kind::Text { .. } | Kind::Kana { .. }, Constant::Text(text)) => Some(Cell::Text(text.clone())),
            (Kind::Int { .. }, Constant::Int(number)) => Some(Cell::Int(*number)),
            (Kind::Bool { .. }, Constant::Bool(flag)) => Some(Cell::Bool(*flag)),
            (Kind::Date { .. }, Constant::Text(text)) => text.parse().ok().map(Cell::Date),
            (Kind::Month { .. }, Constant::Text(text)) => text.parse().ok().map(Cell::Month),
            (Kind::Code { typing, .. }, Constant::Text(text)) => typing.read(text).ok(),
            _ => None,
        };
        if cell.is_none() {
            self.faults.push(
                constant
                    .spot
                    .invalid("項目の型に合う値を書いてください", "write a value of the field's type"),
            );
        }
        cell.map(Slot::Constant)
    }

    fn key(&mut self, doc: &LayoutDoc, layout: &Layout) -> Vec<usize> {
        let Some(key) = self.need(doc.key.as_ref(), &doc.spot, "key") else { return Vec::new() };
        if key.is_empty() {
            self.faults.push(doc.spot.missing("key"));
        }
        let mut indices = Vec::new();
        for part in key {
            match layout.fields.iter().position(|field| field.to.to_string() == part.value) {
                Some(index) => indices.push(index),
                None => self.faults.push(part.spot.dangling(&part.value)),
            }
        }
        indices
    }
}

/// The column in staff's words.
fn label(doc: &FieldDoc, claim: &Claim) -> String {
    if let Some(column) = &doc.column {
        return column.value.clone();
    }
    let named = std::iter::once(&claim.slot).chain(&claim.more).filter_map(|slot| match slot {
        Slot::Column(name) => Some(name.as_str()),
        _ => None,
    });
    let named = named.collect::<Vec<_>>().join("・");
    if named.is_empty() { doc.to.value.label() } else { named }
}

fn roles(fields: &[Field]) -> Vec<RoleId> {
    let mut roles = vec![RoleId::Person];
    for field in fields {
        if let Target::Person(role, _) = field.to
            && !roles.contains(&role)
        {
            roles.push(role);
        }
    }
    roles
}

fn locals(fields: &[Field]) -> Vec<String> {
    let name = |field: &Field| match &field.to {
        Target::Local(name) => Some(name.clone()),
        _ => None,
    };
    fields.iter().filter_map(name).collect()
}
