//! `[[number]]`: a row's number of its person in another system (統合キーマスタ). It is observed, so that the
//! town can write its table down again, and it is learned as that system's own number, so that files which know
//! the person by nothing else find them.

use std::collections::BTreeSet;

use kernel::{Category, ItemCode, ValueKind};
use serde::Serialize;

use super::Layout;
use super::observation::{ObservationPlan, WhenPlan};
use super::observation_plan::local;
use super::resolve::Resolver;
use crate::config::reader::At;
use crate::config::{LayoutDoc, NumberDoc};

/// The group of such items in the dictionary; the system follows.
const GROUP: &str = "number";

/// The system whose number an item is; `None` for an item that is none.
#[must_use]
pub fn system_of(item: &ItemCode) -> Option<&str> {
    item.as_str().strip_prefix(GROUP)?.strip_prefix('.')
}

/// The place of [`RoleId::Person`](super::RoleId::Person) among a layout's roles.
const PERSON: usize = 0;

/// An item that is a number of another system.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Numbering {
    pub item: ItemCode,
    /// The name space, as `identity.system` of that system's own files names it.
    pub system: String,
}

impl Resolver<'_> {
    /// Compiles the numbers, each with its observation.
    pub fn numbers(&mut self, doc: &LayoutDoc, layout: &mut Layout) {
        let mut seen = BTreeSet::new();
        for number in doc.numbers.iter().filter(|number| !number.dropped) {
            if !seen.insert(number.system.value.as_str()) {
                self.faults.push(number.system.spot.duplicate(&number.system.value));
            }
            self.foreign(&number.system, layout);
            if let Some((numbering, plan)) = self.number(number, layout) {
                layout.numbers.push(numbering);
                layout.observations.push(plan);
            }
        }
    }

    /// The row's own number is `person.local_id`; and who is first known by this row has no other yet.
    fn foreign(&mut self, system: &At<String>, layout: &Layout) {
        if system.value == layout.system {
            self.faults.push(system.spot.invalid(
                "この連携元そのものの番号は person.local_id に書いてください",
                "the number of the source's own system is person.local_id",
            ));
        }
        if layout.creates {
            self.faults.push(system.spot.invalid(
                "住民を作る連携元（creates = true）には書けません。別の連携元にしてください",
                "not in a source that makes persons (creates = true); make it another source",
            ));
        }
    }

    fn number(&mut self, doc: &NumberDoc, layout: &Layout) -> Option<(Numbering, ObservationPlan)> {
        let system = &doc.system;
        let named = format!("{GROUP}.{}", system.value);
        let def = (self.item)(&named);
        let Some(def) = def else {
            self.faults.push(system.spot.dangling(&named));
            return None;
        };
        // 世帯 stays in the town: another town's systems have numbers of their own.
        if (def.kind, def.category) != (ValueKind::Text, Category::Household) {
            self.faults.push(system.spot.invalid(
                &format!(
                    "データ項目 {named} は kind = \"text\"、category = \"household\" でなければなりません"
                ),
                &format!("the item {named} must be of kind text and category household"),
            ));
            return None;
        }
        let Some(field) = &doc.field else {
            self.faults.push(system.spot.missing("number.field"));
            return None;
        };
        let seen = local(self, field, layout, &def)?;
        let numbering = Numbering { item: def.code.clone(), system: system.value.clone() };
        Some((numbering, ObservationPlan { role: PERSON, item: def.code, seen, when: WhenPlan::AsOf }))
    }
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{REGISTER, layout, refused};

    /// A table of numbers: 宛名番号, 学籍番号, 相談管理番号.
    const TABLE: &str = r#"
format = 1
identity = { system = "atena", creates = false }
key = ["person.local_id"]
mode = "snapshot"

[file]
kind = "csv"
encoding = "utf8"
header = "exact"

[[field]]
to = "person.local_id"
column = "宛名番号"

[[field]]
to = "school"
column = "学籍番号"
type = "text"
digits = 4
pad = 4
missing = { "" = "not_applicable" }

[[field]]
to = "case"
column = "相談管理番号"
type = "text"
missing = { "" = "not_applicable" }

[[number]]
system = "gakuseki"
field = "school"

[[number]]
system = "sodan"
field = "case"
"#;

    #[test]
    fn a_number_is_observed_and_names_its_system() {
        let table = layout(TABLE);
        let numbers: Vec<_> = table.numbers().map(|(item, system)| (item.as_str(), system)).collect();
        assert_eq!(numbers, [("number.gakuseki", "gakuseki"), ("number.sodan", "sodan")]);
        assert_eq!(table.observed().count(), 2);
        for (item, _) in table.numbers() {
            assert!(super::system_of(item).is_some(), "{item}");
        }
        assert_eq!(super::system_of(&"attendance.late_days".parse().unwrap()), None);
    }

    #[test]
    fn a_number_that_cannot_be_learned_is_told() {
        let sodan = "system = \"sodan\"";
        for (find, replace, told) in [
            (sodan, "system = \"gakuseki\"", "config_duplicate"),
            (sodan, "system = \"atena\"", "config_invalid_value"),
            (sodan, "system = \"unheard\"", "config_reference"),
            (sodan, "system = \"travels\"", "config_invalid_value"),
            (sodan, "system = \"counted\"", "config_invalid_value"),
            ("field = \"case\"", "field = \"cases\"", "config_reference"),
            ("field = \"case\"", "", "config_missing_key"),
            ("creates = false", "creates = true", "config_invalid_value"),
        ] {
            assert!(TABLE.contains(find), "{find}");
            let found = refused(&TABLE.replace(find, replace));
            assert!(found.iter().any(|fault| fault.starts_with(told)), "{find} → {replace}: {found:?}");
        }
        assert!(layout(REGISTER).numbers().next().is_none());
    }
}
