//! Reads a rulebook file into a [`Rulebook`], all faults at once. Which names must exist is gathered
//! here, with their lines, and checked in [`crate::check`] when everything has been read.

mod case;
mod condition;
mod input;
pub(crate) mod values;

use std::cell::RefCell;
use std::collections::BTreeMap;

use kernel::{Fault, ItemDef};

use crate::check::{Kind, Wanted, check};
use crate::reader::{Item, Reader, Table};
use crate::rulebook::{Amount, Combine, Group, Indicator, Param, Rulebook, Threshold, Total, Variant};
use values::{
    all, byte, byte_range, choose, effective, format_of, population, score_range, slug, within, words,
};

impl Rulebook {
    /// Reads a rulebook, holds its items against the dictionary and runs its tests. `file` is the name
    /// faults show.
    ///
    /// # Errors
    /// Every fault with file and line (`config_*`): syntax, unknown or missing keys, references to
    /// nothing, items of kind `text`, an input used both ways, a test of the file that fails.
    pub fn parse(file: &str, text: &str, items: &[ItemDef]) -> Result<Self, Vec<Fault>> {
        let reader = Reader::new(file, text);
        let document = reader.document();
        if !reader.is_clean() {
            return reader.finish(None);
        }
        let loader = Loader { items, wanted: RefCell::default() };
        let read = loader.rulebook(Table::root(&reader, &document));
        if let Some(rulebook) = &read {
            check(rulebook, &loader.wanted.into_inner(), &reader);
            if reader.is_clean() {
                crate::cases::run(rulebook, &reader);
            }
        }
        reader.finish(read)
    }
}

/// What reading needs besides the file: the dictionary, and the names met so far.
struct Loader<'i> {
    items: &'i [ItemDef],
    wanted: RefCell<Vec<Wanted>>,
}

impl Loader<'_> {
    fn rulebook(&self, root: Table<'_>) -> Option<Rulebook> {
        format_of(&root);
        let params = root.maybe("params", params);
        let inputs: Vec<_> = root.tables("input").into_iter().map(|table| self.input(table)).collect();
        let indicators = root.tables("indicator").into_iter().map(|table| self.indicator(table)).collect();
        let groups =
            root.tables("group").into_iter().enumerate().map(|(n, table)| self.group(n, table)).collect();
        let total = root.inner("total", |table| self.total(table));
        let variants: Vec<_> = root.tables("variant").into_iter().map(variant).collect();
        let tests: Vec<_> = root.tables("test").into_iter().map(|table| self.case(table)).collect();
        let population = root.inner("population", population);
        let head = root.read("rulebook", Item::table);
        root.close();

        let head = head?;
        let code = head.read("code", Item::parse);
        let version = head.read("version", Item::text);
        let title = head.read("title", words);
        let difficulty = head.read("difficulty", Item::text);
        let purpose = head.read("purpose", Item::text);
        let source = head.read("source", Item::text);
        let effective = head.inner("effective", effective);
        let stale_after_days = head.read("stale_after_days", |item| self.amount(item, 1));
        head.close();
        Some(Rulebook {
            code: code?,
            version: version?,
            title: title?,
            difficulty: difficulty?,
            purpose: purpose?,
            source: source?,
            effective: effective?,
            population: population?,
            stale_after_days: stale_after_days?,
            params: params?.unwrap_or_default(),
            inputs: all(inputs)?,
            indicators: all(indicators)?,
            groups: all(groups)?,
            total: total?,
            variants: all(variants)?,
            tests: all(tests)?,
        })
    }

    fn want(&self, kind: Kind, item: &Item<'_>, name: &str) {
        let wanted = Wanted { kind, name: name.to_owned(), key: item.path().to_owned(), line: item.line() };
        self.wanted.borrow_mut().push(wanted);
    }

    /// A name that must lead somewhere.
    fn named(&self, kind: Kind, item: &Item<'_>) -> Option<String> {
        let name = item.text()?;
        self.want(kind, item, &name);
        Some(name)
    }

    /// A name being defined: nobody else of its kind may have it.
    fn fresh(&self, kind: Kind, item: &Item<'_>) -> Option<String> {
        let name = slug(item, item.text()?)?;
        self.want(kind, item, &name);
        Some(name)
    }

    /// A number from `least`, or a parameter that can never be below it.
    fn amount(&self, item: &Item<'_>, least: i64) -> Option<Amount> {
        if !item.is_text() {
            return within(item, item.int()?, least).map(Amount::Number);
        }
        let text = item.text()?;
        let Some(name) = text.strip_prefix('$') else {
            item.invalid("数か \"$名前\" が必要です", "a number or \"$name\" is needed");
            return None;
        };
        self.want(Kind::Param { least }, item, name);
        Some(Amount::Param(name.to_owned()))
    }

    fn indicator(&self, table: Table<'_>) -> Option<Indicator> {
        let id = table.read("id", |item| self.fresh(Kind::FreshIndicator, item));
        let group = table.read("group", |item| self.named(Kind::Group, item));
        let when = table.read("when", |item| self.condition(item));
        let points = table.read("points", |item| self.amount(item, 0));
        let say = table.read("say", words);
        let source = table.read("source", Item::text);
        table.close();
        Some(Indicator { id: id?, group: group?, when: when?, points: points?, say: say?, source: source? })
    }

    fn group(&self, nth: usize, table: Table<'_>) -> Option<Group> {
        let id = table.read("id", |item| self.fresh(Kind::FreshGroup, item));
        let label = table.read("label", words);
        let combine =
            table.read("combine", |item| choose(item, &[("sum", Combine::Sum), ("max", Combine::Max)]));
        let of = table.maybe("of", |item| self.names(Kind::GroupBefore(nth), item));
        table.close();
        Some(Group { id: id?, label: label?, combine: combine?, of: of?.unwrap_or_default() })
    }

    fn names(&self, kind: Kind, item: &Item<'_>) -> Option<Vec<String>> {
        all(item.list().iter().map(|item| self.named(kind, item)).collect())
    }

    fn total(&self, table: Table<'_>) -> Option<Total> {
        let gate = table.read("gate", |item| self.names(Kind::Group, item));
        let add = table.read("add", |item| self.names(Kind::Group, item));
        let no_contact = table.read("no_contact", |item| self.named(Kind::Indicator, item));
        let max_unknown_percent = table.read("max_unknown_percent", |item| self.amount(item, 0));
        table.close();
        Some(Total {
            gate: gate?,
            add: add?,
            no_contact: no_contact?,
            max_unknown_percent: max_unknown_percent?,
        })
    }
}

fn params(item: &Item<'_>) -> Option<BTreeMap<String, Param>> {
    let read = item.table()?.entries().map(|(name, item)| Some((slug(&item, name)?, param(&item)?)));
    all(read.collect()).map(|params| params.into_iter().collect())
}

fn param(item: &Item<'_>) -> Option<Param> {
    let table = item.table()?;
    let default = table.read("default", |item| within(item, item.int()?, 0));
    let locked = table.maybe("locked", Item::flag)?.unwrap_or(false);
    let bounds = if locked { Some(None) } else { table.read("bounds", byte_range).map(Some) };
    let unit = table.read("unit", Item::text);
    let why = table.read("why", Item::text);
    table.close();
    let (default, bounds) = (default?, bounds?);
    if bounds.is_some_and(|[low, high]| !(low..=high).contains(&default)) {
        item.invalid("default が bounds の外です", "the default is outside bounds");
        return None;
    }
    Some(Param { default, bounds, unit: unit?, why: why? })
}

fn variant(table: Table<'_>) -> Option<Variant> {
    let name = table.read("name", |item| slug(item, item.text()?));
    let say = table.read("say", words);
    let threshold = match table.maybe("threshold", |item| byte(item, 1)) {
        Some(None) => table.read("threshold_bounds", score_range).map(Threshold::Within),
        locked => locked.flatten().map(Threshold::Locked),
    };
    let why = table.read("why", Item::text);
    table.close();
    Some(Variant { name: name?, say: say?, threshold: threshold?, why: why? })
}

#[cfg(test)]
#[path = "../load_tests.rs"]
mod tests;
