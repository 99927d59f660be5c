//! Reads what a rulebook asks about a child.

use kernel::{Code, Fault, ItemCode, ValueKind};

use super::Loader;
use super::values::{all, byte, choose, words};
use crate::check::Kind;
use crate::reader::{Item, Table};
use crate::rulebook::{Input, Meaning, Of, Shape, Window};

const OF: &[(&str, Of)] = &[
    ("self", Of::Own),
    ("parent", Of::Parent),
    ("sibling", Of::Sibling),
    ("younger_sibling", Of::YoungerSibling),
];

#[derive(Clone, Copy)]
enum ShapeName {
    InForce,
    ExistsWithin,
    MonthCount,
}

const SHAPES: &[(&str, ShapeName)] = &[
    ("in_force", ShapeName::InForce),
    ("exists_within", ShapeName::ExistsWithin),
    ("month_count", ShapeName::MonthCount),
];

impl ShapeName {
    /// The kinds of item the shape can read.
    const fn kinds(self) -> &'static [ValueKind] {
        match self {
            Self::InForce => &[ValueKind::Bool, ValueKind::Code],
            Self::MonthCount => &[ValueKind::Int],
            Self::ExistsWithin => {
                &[ValueKind::Bool, ValueKind::Code, ValueKind::Int, ValueKind::Date, ValueKind::Month]
            }
        }
    }
}

impl Loader<'_> {
    pub(super) fn input(&self, table: Table<'_>) -> Option<Input> {
        let name = table.read("name", |item| self.fresh(Kind::FreshInput, item));
        let label = table.read("label", words);
        let meaning = match table.get("derived") {
            Some(item) => choose(&item, &[("household.single_parent", ())]).map(|()| Meaning::SingleParent),
            None => self.meaning(&table),
        };
        table.close();
        Some(Input { name: name?, label: label?, meaning: meaning? })
    }

    fn meaning(&self, table: &Table<'_>) -> Option<Meaning> {
        let of = table.read("of", |item| choose(item, OF));
        let name = table.read("shape", |item| choose(item, SHAPES));
        // Without a shape it is enough that the item exists.
        let kinds = name.unwrap_or(ShapeName::ExistsWithin).kinds();
        let item = table.read("item", |item| self.item(item, kinds));
        let shape = match name? {
            ShapeName::InForce => {
                let codes = table.maybe("codes", |codes| {
                    all(codes.list().iter().map(|code| self.admitted(code, item.as_ref()?)).collect())
                });
                Shape::InForce { codes: codes?.unwrap_or_default() }
            }
            ShapeName::ExistsWithin => {
                Shape::ExistsWithin { within: table.read("within", |item| self.window(item))? }
            }
            ShapeName::MonthCount => self.month_count(table)?,
        };
        Some(Meaning::Item { item: item?, of: of?, shape })
    }

    fn month_count(&self, table: &Table<'_>) -> Option<Shape> {
        let back = table.read("month", |item| choose(item, &[("latest", 0), ("previous", 1)]));
        let class_days = table.read("class_days", |item| self.item(item, ShapeName::MonthCount.kinds()));
        let min_class_days = table.read("min_class_days", |item| self.amount(item, 1));
        let lag_months = table.read("lag_months", |item| self.amount(item, 0));
        let max = table.read("max", |item| byte(item, 1));
        Some(Shape::MonthCount {
            back: back?,
            class_days: class_days?,
            min_class_days: min_class_days?,
            lag_months: lag_months?,
            max: max?,
        })
    }

    fn window(&self, item: &Item<'_>) -> Option<Window> {
        if item.is_text() && item.text().as_deref() == Some("fiscal_year") {
            return Some(Window::FiscalYear);
        }
        self.amount(item, 1).map(Window::Days)
    }

    /// An item of the dictionary of one of these kinds. Never a text: what people wrote is for people.
    /// A code that the item can have.
    fn admitted(&self, code: &Item<'_>, of: &ItemCode) -> Option<String> {
        let text = code.text()?;
        let def = self.items.iter().find(|def| def.code == *of)?;
        if !def.admits(&text) {
            let values = def.admitted();
            code.invalid(&format!("{of} の値は次のどれかです：{values}"), &format!("{of} has: {values}"));
            return None;
        }
        Some(text)
    }

    fn item(&self, item: &Item<'_>, kinds: &[ValueKind]) -> Option<ItemCode> {
        let code: ItemCode = item.parse()?;
        let Some(def) = self.items.iter().find(|def| def.code == code) else {
            item.fault(Fault::new(Code::ConfigReference).with("target", &code));
            return None;
        };
        if def.kind == ValueKind::Text {
            item.invalid(
                "記述欄は判定に使えません。記録の有無・日付・保有課だけを使います",
                "inputs from notes are existence, date and holder only, never text",
            );
            return None;
        }
        if !kinds.contains(&def.kind) {
            item.invalid("この項目の型は shape に合いません", "the item's kind does not fit the shape");
            return None;
        }
        Some(code)
    }
}
