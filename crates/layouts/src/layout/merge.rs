//! A town's document over the cooperative's it extends.

use crate::config::{FieldDoc, FileDoc, GuardDoc, LayoutDoc, NumberDoc, ObservationDoc};

/// `own` over `base`: key by key in tables, by `to` in fields, by `of` and `item` in observations, by `system` in
/// numbers.
pub(crate) fn over(own: &LayoutDoc, base: &LayoutDoc) -> LayoutDoc {
    let mut merged = own.clone();
    merged.file = file(&own.file, &base.file);
    merged.guard = GuardDoc {
        min_rows: first(&own.guard.min_rows, &base.guard.min_rows),
        max_reject_ratio: first(&own.guard.max_reject_ratio, &base.guard.max_reject_ratio),
        max_close_ratio: first(&own.guard.max_close_ratio, &base.guard.max_close_ratio),
    };
    merged.system = first(&own.system, &base.system);
    merged.creates = first(&own.creates, &base.creates);
    merged.key = first(&own.key, &base.key);
    merged.mode = first(&own.mode, &base.mode);
    merged.months = first(&own.months, &base.months);
    merged.fields = list(&own.fields, &base.fields, FieldDoc::same);
    merged.observations = list(&own.observations, &base.observations, ObservationDoc::same);
    merged.numbers = list(&own.numbers, &base.numbers, NumberDoc::same);
    if merged.versions.is_empty() {
        merged.versions.clone_from(&base.versions);
    }
    merged
}

fn file(own: &FileDoc, base: &FileDoc) -> FileDoc {
    // The keys of one kind of file say nothing about another.
    if own.kind.as_ref().is_some_and(|own| base.kind.as_ref().is_some_and(|base| base.value != own.value)) {
        return own.clone();
    }
    FileDoc {
        kind: first(&own.kind, &base.kind),
        encoding: first(&own.encoding, &base.encoding),
        newline: first(&own.newline, &base.newline),
        name: first(&own.name, &base.name),
        gaiji: first(&own.gaiji, &base.gaiji),
        header: first(&own.header, &base.header),
        delimiter: first(&own.delimiter, &base.delimiter),
        trailing_comma: first(&own.trailing_comma, &base.trailing_comma),
        columns: first(&own.columns, &base.columns),
        ignored: first(&own.ignored, &base.ignored),
        sheet: first(&own.sheet, &base.sheet),
        header_rows: first(&own.header_rows, &base.header_rows),
        titles: first(&own.titles, &base.titles),
        footer: first(&own.footer, &base.footer),
        record_length: first(&own.record_length, &base.record_length),
        records: first(&own.records, &base.records),
    }
}

fn first<T: Clone>(own: &Option<T>, base: &Option<T>) -> Option<T> {
    own.as_ref().or(base.as_ref()).cloned()
}

/// The items of `base`, each replaced by the same one of `own`, then what `own` has besides. The order
/// of fields is the order of the columns that are written.
fn list<T: Clone>(own: &[T], base: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let replaced = base.iter().flat_map(|old| {
        let new: Vec<_> = own.iter().filter(|new| same(new, old)).cloned().collect();
        if new.is_empty() { vec![old.clone()] } else { new }
    });
    let added = own.iter().filter(|new| !base.iter().any(|old| same(new, old))).cloned();
    replaced.chain(added).collect()
}

impl FieldDoc {
    fn same(&self, other: &Self) -> bool {
        self.to.value == other.to.value
    }
}

impl ObservationDoc {
    fn same(&self, other: &Self) -> bool {
        self.of.value == other.of.value && self.item.value == other.item.value
    }
}

impl NumberDoc {
    fn same(&self, other: &Self) -> bool {
        self.system.value == other.system.value
    }
}
