//! What follows from the fields: what of the base the sample has not, and what is observed.

use std::fmt::Write;

use kernel::ItemDef;

use super::super::known::{Clue, Found};
use super::{Writer, own_system, quoted};
use crate::config::{FieldDoc, LayoutDoc, ObservationDoc};
use crate::layout::{RecordPart, RoleId, Target, number_system};

/// What the base reads and the file has not.
pub(super) fn dropped(text: &mut String, doc: &LayoutDoc, found: &[Option<Found<'_>>]) {
    let is_there = |field: &&FieldDoc| found.iter().flatten().any(|found| found.to == field.to.value);
    let fixed = |field: &&FieldDoc| field.constant.is_some();
    for field in doc.fields.iter().filter(|field| !field.dropped && !is_there(field) && !fixed(field)) {
        let column = field.column.as_ref().map_or("", |name| name.value.as_str());
        let _ = write!(
            text,
            "\n# 見本にない列（{column}）。別の名前で入っていれば drop をやめて column を書く\n[[field]]\nto = \"{}\"\ndrop = true\n",
            field.to.value
        );
        let Target::Local(local) = &field.to.value else { continue };
        for observation in doc.observations.iter().filter(|seen| takes(seen, local)) {
            let _ = write!(
                text,
                "\n[[observation]]\nof = \"{}\"\nitem = \"{}\"\ndrop = true\n",
                observation.of.value, observation.item.value
            );
        }
    }
}

fn takes(observation: &ObservationDoc, local: &str) -> bool {
    observation.field.as_ref().is_some_and(|field| field.value == local)
}

impl Writer<'_> {
    /// What is observed of the locals that were found.
    pub(super) fn observations(&self, text: &mut String, found: &[Option<Found<'_>>]) {
        let reads = |to: &Target| {
            let unfolded = !self.months.is_empty() && *to == Target::Record(RecordPart::Month);
            unfolded || found.iter().flatten().any(|found| found.to == *to)
        };
        let has = |role: RoleId| {
            role == RoleId::Person
                || found.iter().flatten().any(|one| matches!(one.to, Target::Person(of, _) if of == role))
        };
        for one in found.iter().flatten() {
            let Target::Local(local) = &one.to else { continue };
            // What the base reads under this name, it observes too.
            if self.base.is_some_and(|base| base.doc.fields.iter().any(|field| field.to.value == one.to)) {
                continue;
            }
            match &one.clue {
                Clue::Item(item) if number_system(&item.code).is_some() => {
                    self.number_of(text, item, found, local)
                }
                Clue::Item(item) => {
                    let of = RoleId::Person;
                    self.observation(text, (of, item.code.as_str(), local), &times(None, &reads));
                }
                Clue::Field { doc, .. } => {
                    for seen in doc.observations.iter().filter(|seen| !seen.dropped && takes(seen, local)) {
                        let of = if has(seen.of.value) { seen.of.value } else { RoleId::Person };
                        self.observation(
                            text,
                            (of, seen.item.value.as_str(), local),
                            &times(Some(seen), &reads),
                        );
                    }
                }
                Clue::Shape(_) => {}
            }
        }
        if self.base.is_none() && !text.contains("[[observation]]") && !text.contains("[[number]]") {
            text.push_str(
                "\n# 行そのものが記録なら（相談の受付など）、データ項目を決める\n[[observation]]\nof = \"person\"\n\
                 item = \"TODO: データ項目（tenants/cooperative/items）\"\nconst = true\n",
            );
        }
    }

    /// The person's number in another system.
    fn number_of(&self, text: &mut String, item: &ItemDef, found: &[Option<Found<'_>>], local: &str) {
        let Some(system) = number_system(&item.code) else { return };
        let named = self.base.and_then(|base| base.doc.system.as_ref()).map(|system| system.value.as_str());
        let own = named.or_else(|| own_system(found));
        let told = match own {
            Some(own) if own == system => {
                format!("TODO: 行の番号も {system} です。どちらかは別の種類の番号です")
            }
            _ => system.to_owned(),
        };
        let _ = write!(
            text,
            "\n# {}：ほかのシステムの番号（統合キーマスタ）。そのシステムのファイルの identity.system と同じ名前か確かめる\n\
             [[number]]\nsystem = {}\nfield = \"{local}\"\n",
            item.ja,
            quoted(&told),
        );
    }

    fn observation(
        &self,
        text: &mut String,
        (of, item, local): (RoleId, &str, &str),
        times: &[(&str, String)],
    ) {
        let known = self.knowledge.items.values().find(|known| known.code.as_str() == item);
        let ja = known.map_or("", |item| item.ja.as_str());
        let _ = write!(
            text,
            "\n# {ja}\n[[observation]]\nof = \"{of}\"\nitem = \"{item}\"\nfield = \"{local}\"\n"
        );
        for (key, time) in times {
            let _ = writeln!(text, "{key} = {}", quoted(time));
        }
    }
}

/// When it was so: as the known layout says it where the file has that time, and otherwise by what the file has.
fn times(seen: Option<&ObservationDoc>, reads: &dyn Fn(&Target) -> bool) -> Vec<(&'static str, String)> {
    let stated = seen.map(|seen| {
        [("at", &seen.at), ("month", &seen.month), ("from", &seen.from), ("until", &seen.until)]
            .into_iter()
            .filter_map(|(key, time)| Some((key, time.as_ref()?.value.clone())))
            .collect::<Vec<_>>()
    });
    if let Some(stated) = stated
        && !stated.is_empty()
        && stated.iter().all(|(_, time)| reads(time))
    {
        return stated.into_iter().map(|(key, time)| (key, time.to_string())).collect();
    }
    let ways = [("month", RecordPart::Month), ("at", RecordPart::At), ("from", RecordPart::From)];
    let found = ways.into_iter().find(|(_, part)| reads(&Target::Record(*part)));
    match (found, seen) {
        (Some((key, part)), _) => vec![(key, Target::Record(part).to_string())],
        // The day of the export is the time of what has no other.
        (None, None) => Vec::new(),
        (None, Some(seen)) if seen.at.is_none() && seen.month.is_none() && seen.from.is_none() => Vec::new(),
        (None, Some(_)) => {
            vec![("at", "TODO: いつの記録か（record.at の列など。なければこの行を消すと出力日）".to_owned())]
        }
    }
}
