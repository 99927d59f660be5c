//! `[[observation]]`, checked against the dictionary and the fields, and compiled.

use kernel::{Fault, ItemDef, Known, Value, ValueKind};

use super::field::{Field, Kind, Reckon, Slot};
use super::observation::{ObservationPlan, Seen, WhenPlan};
use super::resolve::Resolver;
use super::target::{RecordPart, Target};
use super::{Layout, Unknown};
use crate::cell::Cell;
use crate::config::reader::{At, Spot};
use crate::config::{Constant, LayoutDoc, ObservationDoc};

/// Compiles the observations. A field that gives a record its day or month becomes required: a record
/// without its time could be placed nowhere.
pub(super) fn plans(
    resolver: &mut Resolver<'_>,
    doc: &LayoutDoc,
    layout: &mut Layout,
) -> Vec<ObservationPlan> {
    let live = doc.observations.iter().filter(|observation| !observation.dropped);
    let plans: Vec<_> = live.filter_map(|observation| plan(resolver, observation, layout)).collect();
    for plan in &plans {
        let needed = match plan.when {
            WhenPlan::At(part) => part,
            WhenPlan::Month { .. } => RecordPart::Month,
            WhenPlan::AsOf | WhenPlan::Period { .. } => continue,
        };
        for field in layout.fields.iter_mut().filter(|field| field.to == Target::Record(needed)) {
            field.required = true;
        }
    }
    plans
}

fn plan(resolver: &mut Resolver<'_>, doc: &ObservationDoc, layout: &Layout) -> Option<ObservationPlan> {
    let role = layout.roles.iter().position(|role| *role == doc.of.value);
    if role.is_none() {
        resolver.faults.push(doc.of.spot.dangling(doc.of.value.as_str()));
    }
    let def = (resolver.item)(doc.item.value.as_str());
    let when = when(resolver, doc, layout);
    let Some(def) = def else {
        resolver.faults.push(doc.item.spot.dangling(doc.item.value.as_str()));
        return None;
    };
    let seen = match (&doc.field, &doc.constant) {
        (Some(field), None) => local(resolver, field, layout, &def),
        (None, Some(constant)) => fixed(resolver, constant, &def),
        _ => {
            resolver.faults.push(
                doc.spot
                    .invalid("field か const のどちらか一つを書いてください", "write either field or const"),
            );
            None
        }
    };
    Some(ObservationPlan { role: role?, item: doc.item.value.clone(), seen: seen?, when: when? })
}

pub(super) fn local(
    resolver: &mut Resolver<'_>,
    name: &At<String>,
    layout: &Layout,
    def: &ItemDef,
) -> Option<Seen> {
    let kind = def.kind;
    let field =
        layout.fields.iter().find(|field| matches!(&field.to, Target::Local(local) if *local == name.value));
    let (Some(field), Some(index)) = (field, layout.locals.iter().position(|local| *local == name.value))
    else {
        resolver.faults.push(name.spot.dangling(&name.value));
        return None;
    };
    if kind_of(field) != kind {
        resolver.faults.push(name.spot.invalid(
            &format!("項目の型（{kind:?}）と列の型が違います"),
            &format!("the column is not of the item's type ({kind:?})"),
        ));
        return None;
    }
    if let (Kind::Int { reckon, .. }, Some(unit)) = (&field.kind, &def.unit)
        && let Some((ja, en)) = other_unit(reckon, unit)
    {
        resolver.faults.push(name.spot.invalid(&ja, &en));
        return None;
    }
    admitted(resolver, name, field, def).then_some(Seen::Local(index))
}

/// Whether a field gives only values that its item has: rules and the list of protections know no other.
fn admitted(resolver: &mut Resolver<'_>, name: &At<String>, field: &Field, def: &ItemDef) -> bool {
    let Kind::Code { list, on_unknown, .. } = &field.kind else { return true };
    if def.values.is_empty() {
        return true;
    }
    let before = resolver.faults.len();
    if let Slot::Constant(Cell::Code(code)) = &field.slot {
        resolver.faults.extend((!def.admits(code)).then(|| no_value(&name.spot, code, def)));
        return resolver.faults.len() == before;
    }
    if *on_unknown == Unknown::KeepRaw {
        let (item, values) = (&def.code, def.admitted());
        resolver.faults.push(name.spot.invalid(
            &format!(
                "{item} の値は決まったものだけです（{values}）。on_unknown は reject か absent にしてください"
            ),
            &format!("{item} is a closed list ({values}): write on_unknown = reject or absent"),
        ));
    }
    let used = &resolver.used[*list];
    // A list of twelve months' columns is told once.
    if resolver.checked.insert((used.name.clone(), def.code.to_string())) {
        let strange = used.list.entries.iter().filter(|entry| !def.admits(&entry.target));
        resolver.faults.extend(strange.map(|entry| no_value(&entry.spot, &entry.target, def)));
    }
    resolver.faults.len() == before
}

fn no_value(spot: &Spot, code: &str, def: &ItemDef) -> Fault {
    let (item, values) = (&def.code, def.admitted());
    spot.invalid(
        &format!("{item} に「{code}」はありません。次のどれかです：{values}"),
        &format!("{item} has no value {code:?}; it has: {values}"),
    )
}

/// Why numbers of a field are in another unit than their item's. With decimals kept, a number counts tenths or
/// hundredths: 145.3 cm is 1453 of 0.1cm, and of nothing else.
fn other_unit(reckon: &Reckon, unit: &str) -> Option<(String, String)> {
    let width = usize::try_from(reckon.scale).ok()?;
    let part = if reckon.scale == 0 { String::new() } else { format!("0.{:0>width$}", 1) };
    match &reckon.unit {
        Some(stated) if *unit != format!("{part}{stated}") => Some((
            format!("項目の単位は {unit} ですが、列の unit.to は {stated}（scale = {width}）です"),
            format!("the item is kept in {unit}, unit.to of the column is {stated} (scale = {width})"),
        )),
        None if !unit.starts_with(&part) => Some((
            format!(
                "項目の単位は {unit} ですが、scale = {width} の数は {part}{unit} を 1 とする数です。\
                 unit = {{ from, to }} で小さい単位の項目にするか、項目の単位を {part}{unit} にしてください"
            ),
            format!(
                "the item is kept in {unit}, but with scale = {width} a number counts {part}{unit}; \
                 bring it to a smaller unit by unit = {{ from, to }}, or keep the item in {part}{unit}"
            ),
        )),
        _ => None,
    }
}

fn kind_of(field: &Field) -> ValueKind {
    match field.kind {
        Kind::Text { .. } | Kind::Kana { .. } => ValueKind::Text,
        Kind::Int { .. } => ValueKind::Int,
        Kind::Date { .. } => ValueKind::Date,
        Kind::Month { .. } => ValueKind::Month,
        Kind::Code { .. } => ValueKind::Code,
        Kind::Bool { .. } => ValueKind::Bool,
    }
}

fn fixed(resolver: &mut Resolver<'_>, constant: &At<Constant>, def: &ItemDef) -> Option<Seen> {
    let value = match (def.kind, &constant.value) {
        (ValueKind::Code, Constant::Text(code)) if !def.admits(code) => {
            resolver.faults.push(no_value(&constant.spot, code, def));
            return None;
        }
        (ValueKind::Bool, Constant::Bool(flag)) => Some(Value::Bool(*flag)),
        (ValueKind::Int, Constant::Int(number)) => Some(Value::Int(*number)),
        (ValueKind::Code, Constant::Text(code)) => Some(Value::Code(code.clone())),
        (ValueKind::Text, Constant::Text(text)) => Some(Value::Text(text.clone())),
        (ValueKind::Date, Constant::Text(text)) => text.parse().ok().map(Value::Date),
        (ValueKind::Month, Constant::Text(text)) => text.parse().ok().map(Value::Month),
        _ => None,
    };
    if value.is_none() {
        resolver.forbid(
            Some(constant),
            "データ項目の型に合う値を書いてください",
            "write a value of the item's type",
        );
    }
    value.map(Known::Present).map(Seen::Constant)
}

fn when(resolver: &mut Resolver<'_>, doc: &ObservationDoc, layout: &Layout) -> Option<WhenPlan> {
    let day = |part: RecordPart| !matches!(part, RecordPart::Month | RecordPart::Operation);
    let at = time(resolver, doc.at.as_ref(), layout, day)?;
    let month = time(resolver, doc.month.as_ref(), layout, |part| part == RecordPart::Month)?;
    let from = time(resolver, doc.from.as_ref(), layout, day)?;
    let until = time(resolver, doc.until.as_ref(), layout, day)?;
    if doc.plus > 0 && month.is_none() {
        resolver.faults.push(doc.spot.invalid(
            "{month} の列を使う観測には month を書いてください",
            "an observation of {month} columns needs month",
        ));
        return None;
    }
    match (at, month, from, until) {
        (None, None, None, None) => Some(WhenPlan::AsOf),
        (Some(at), None, None, None) => Some(WhenPlan::At(at)),
        (None, Some(_), None, None) => Some(WhenPlan::Month { plus: doc.plus }),
        (None, None, from, until) => Some(WhenPlan::Period { from, until }),
        _ => {
            resolver.faults.push(doc.spot.invalid(
                "at、month、from／until のどれか一つを書いてください",
                "write one of at, month, or from and until",
            ));
            None
        }
    }
}

/// The record's time that `target` names: `None` when it is wrong, `Some(None)` when it is not given.
#[expect(clippy::option_option, reason = "not given and wrong are different answers")]
fn time(
    resolver: &mut Resolver<'_>,
    target: Option<&At<Target>>,
    layout: &Layout,
    fits: impl Fn(RecordPart) -> bool,
) -> Option<Option<RecordPart>> {
    let Some(target) = target else { return Some(None) };
    match target.value {
        Target::Record(part) if fits(part) && layout.reads(&target.value) => Some(Some(part)),
        _ => {
            resolver.faults.push(target.spot.dangling(&target.value.to_string()));
            None
        }
    }
}
