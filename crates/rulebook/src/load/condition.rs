//! Reads the condition of an indicator.

use kernel::{Code, Fault};

use super::Loader;
use super::values::all;
use crate::check::Kind;
use crate::predicate::Predicate;
use crate::reader::{Item, Table};

impl Loader<'_> {
    pub(super) fn condition(&self, item: &Item<'_>) -> Option<Predicate> {
        let mut entries = item.table()?.entries();
        let (Some((name, value)), None) = (entries.next(), entries.next()) else {
            item.invalid("条件は一つだけ書きます", "exactly one condition is needed");
            return None;
        };
        match name.as_str() {
            "is" => self.named(Kind::Flag, &value).map(Predicate::Is),
            "ge" => self.at_least(value.table()?),
            "rise" => self.rise(value.table()?),
            "all" => self.parts(&value).map(Predicate::All),
            "any" => self.parts(&value).map(Predicate::Any),
            "none" => self.parts(&value).map(Predicate::None),
            "not" => self.condition(&value).map(|part| Predicate::Not(Box::new(part))),
            _ => {
                let known = "is, ge, rise, all, any, none, not";
                value.fault(Fault::new(Code::ConfigUnknownKey).with("known", known));
                None
            }
        }
    }

    fn at_least(&self, table: Table<'_>) -> Option<Predicate> {
        let input = table.read("input", |item| self.named(Kind::Count, item));
        let value = table.read("value", |item| self.amount(item, 1));
        table.close();
        Some(Predicate::Ge { input: input?, value: value? })
    }

    fn rise(&self, table: Table<'_>) -> Option<Predicate> {
        let before = table.read("before", |item| self.named(Kind::Count, item));
        let now = table.read("now", |item| self.named(Kind::Count, item));
        let by = table.read("by", |item| self.amount(item, 1));
        table.close();
        Some(Predicate::Rise { before: before?, now: now?, by: by? })
    }

    fn parts(&self, item: &Item<'_>) -> Option<Vec<Predicate>> {
        let parts = item.list();
        if parts.is_empty() {
            item.invalid("条件が一つ以上必要です", "at least one condition is needed");
            return None;
        }
        all(parts.iter().map(|part| self.condition(part)).collect())
    }
}
