//! Reads a test that a rulebook carries.

use std::collections::BTreeMap;

use kernel::Absence;

use super::Loader;
use super::values::{all, byte, choose, score_range};
use crate::check::Kind;
use crate::list::List;
use crate::reader::{Item, Table};
use crate::rulebook::{Case, CaseValue, Expectation};
use crate::scorer::Contact;

impl Loader<'_> {
    pub(super) fn case(&self, table: Table<'_>) -> Option<Case> {
        let line = table.line();
        let name = table.read("name", Item::text);
        let variant = table.read("variant", |item| self.named(Kind::Variant, item));
        let params = table.maybe("params", |item| map(item, |_, item| item.int()));
        let given = table.maybe("given", |item| {
            map(item, |name, item| {
                self.want(Kind::AnyInput, item, name);
                value(item)
            })
        });
        let otherwise = table.read("otherwise", value);
        let expect = table.inner("expect", expectation);
        table.close();
        Some(Case {
            name: name?,
            variant: variant?,
            params: params?.unwrap_or_default(),
            given: given?.unwrap_or_default(),
            otherwise: otherwise?,
            expect: expect?,
            line,
        })
    }
}

fn map<T>(item: &Item<'_>, read: impl Fn(&str, &Item<'_>) -> Option<T>) -> Option<BTreeMap<String, T>> {
    let entries = item.table()?.entries().map(|(name, item)| Some((read(&name, &item)?, name)));
    all(entries.collect()).map(|entries| entries.into_iter().map(|(value, name)| (name, value)).collect())
}

fn value(item: &Item<'_>) -> Option<CaseValue> {
    if item.is_text() {
        item.parse::<Absence>().map(CaseValue::Absent)
    } else if item.is_flag() {
        item.flag().map(|flag| CaseValue::Value(u8::from(flag)))
    } else {
        byte(item, 0).map(CaseValue::Value)
    }
}

fn expectation(table: Table<'_>) -> Option<Expectation> {
    let interval = table.read("interval", score_range);
    let list = table.read("list", |item| choose(item, &List::ALL.map(|list| (list.as_str(), list))));
    let concern = table.maybe("concern", score_range);
    let contact = table.maybe("contact", |item| choose(item, &Contact::ALL.map(|c| (c.as_str(), c))));
    let settles = table.maybe("settles", |item| all(item.list().iter().map(Item::text).collect()));
    table.close();
    Some(Expectation {
        interval: interval?,
        list: list?,
        concern: concern?,
        contact: contact?,
        settles: settles?,
    })
}
