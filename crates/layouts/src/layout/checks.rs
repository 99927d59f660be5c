//! What holds between the parts of a compiled layout.

use kernel::Code;

use super::resolve::Resolver;
use super::target::{Part, RecordPart, RoleId, Target};
use super::{Layout, Mode};
use crate::config::{FieldDoc, LayoutDoc};

impl Resolver<'_> {
    /// A delta says with each row what it is; no other file may.
    pub fn delta(&mut self, doc: &LayoutDoc, layout: &Layout) {
        let operation = Target::Record(RecordPart::Operation);
        let field = doc.fields.iter().find(|field| !field.dropped && field.to.value == operation);
        match (layout.mode, field) {
            (Mode::Delta, None) => self.faults.push(doc.spot.dangling("record.operation")),
            (Mode::Snapshot | Mode::Append, Some(field)) => self.faults.push(
                field.to.spot.invalid("mode = \"delta\" のときだけ書けます", "only for mode = \"delta\""),
            ),
            _ => {}
        }
    }

    /// A source that creates persons must number them.
    pub fn register(&mut self, doc: &LayoutDoc, layout: &Layout) {
        if layout.creates && !layout.reads(&Target::Person(RoleId::Person, Part::LocalId)) {
            let spot = doc.creates.as_ref().map_or(&doc.spot, |creates| &creates.spot);
            self.faults.push(spot.dangling("person.local_id"));
        }
    }

    /// A local name that nothing takes up is a typing error, or data that the town has no use for.
    pub fn unused_locals(&mut self, docs: &[&FieldDoc], layout: &Layout) {
        for name in layout.unobserved().filter_map(|local| layout.locals.get(local)) {
            let keyed = layout
                .key
                .iter()
                .filter_map(|at| layout.fields.get(*at))
                .any(|field| field.to.to_string() == *name);
            let Some(doc) = docs.iter().find(|doc| doc.to.value.to_string() == *name) else { continue };
            // Observations that were refused may have been the ones to use it.
            if !keyed && self.faults.is_empty() {
                self.faults.push(doc.to.spot.fault(Code::ConfigInvalidValue).with_words(
                    "why",
                    &format!("{name} を使う observation も key もありません。使わない列は file.ignored に書いてください"),
                    &format!("no observation and no key uses {name}; list columns that are not taken in file.ignored"),
                ));
            }
        }
    }
}
