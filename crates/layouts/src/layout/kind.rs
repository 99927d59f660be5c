//! How a field's text is read: its type with the keys that belong to it, and its code list.

use super::field::{Kind, Typing};
use super::resolve::Resolver;
use super::target::{Part, RecordPart, Target};
use super::{NamedCodes, Unknown};
use crate::codes::CodeList;
use crate::config::{FieldDoc, FieldType};

impl Resolver<'_> {
    pub fn kind(&mut self, doc: &FieldDoc) -> Option<Kind> {
        let natural = natural(&doc.to.value);
        let kind = match (&doc.kind, natural) {
            (Some(stated), Some(natural)) if stated.value != natural => {
                let (to, name) = (&doc.to.value, natural.name());
                let (ja, en) = (format!("{to} の型は {name} です"), format!("{to} is a {name}"));
                self.faults.push(stated.spot.invalid(&ja, &en));
                return None;
            }
            (stated, natural) => stated.as_ref().map(|stated| stated.value).or(natural),
        };
        let Some(kind) = kind else {
            self.faults.push(doc.spot.missing("field.type"));
            return None;
        };
        self.misplaced(doc, kind);
        let pad = doc.pad.as_ref().map_or(0, |pad| pad.value);
        let digits = doc.digits.as_ref().map(|digits| digits.value);
        let era = doc.era.as_ref().map(|era| era.value).unwrap_or_default();
        let constant = doc.constant.is_some();
        Some(match kind {
            FieldType::Text => Kind::Text { digits, pad },
            FieldType::Kana => {
                Kind::Kana { half_width: doc.half_width.as_ref().is_some_and(|half| half.value) }
            }
            FieldType::Int => Kind::Int { range: doc.range.as_ref().map(|range| range.value), digits, pad },
            FieldType::Date | FieldType::Month => {
                let formats = match &doc.formats {
                    Some(formats) => formats.value.clone(),
                    None if constant => Vec::new(),
                    None => {
                        self.faults.push(doc.spot.missing("field.formats"));
                        return None;
                    }
                };
                if kind == FieldType::Date {
                    Kind::Date { formats, era }
                } else {
                    Kind::Month { formats, era }
                }
            }
            FieldType::Code => {
                let typing = match doc.to.value {
                    Target::Person(_, part) => Typing::of_part(part).unwrap_or(Typing::Plain),
                    _ => Typing::Plain,
                };
                let list = if constant { 0 } else { self.list(doc, typing)? };
                Kind::Code { list, typing, on_unknown: on_unknown(doc), pad }
            }
            FieldType::Bool => {
                let list = if doc.codes.is_some() { Some(self.list(doc, Typing::Bool)?) } else { None };
                Kind::Bool { list, on_unknown: on_unknown(doc), pad }
            }
        })
    }

    /// Keys that say nothing for a field of this type.
    fn misplaced(&mut self, doc: &FieldDoc, kind: FieldType) {
        use FieldType::{Bool, Code, Date, Int, Kana, Month, Text};
        let checks = [
            (doc.formats.as_ref().map(|at| &at.spot), &[Date, Month][..]),
            (doc.era.as_ref().map(|at| &at.spot), &[Date, Month]),
            (doc.codes.as_ref().map(|at| &at.spot), &[Code, Bool]),
            (doc.on_unknown.as_ref().map(|at| &at.spot), &[Code, Bool]),
            (doc.digits.as_ref().map(|at| &at.spot), &[Text, Int]),
            (doc.pad.as_ref().map(|at| &at.spot), &[Text, Int, Code, Bool]),
            (doc.range.as_ref().map(|at| &at.spot), &[Int]),
            (doc.half_width.as_ref().map(|at| &at.spot), &[Kana]),
        ];
        for (spot, kinds) in checks {
            let Some(spot) = spot.filter(|_| !kinds.contains(&kind)) else { continue };
            let names = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
            let (ja, en) =
                (format!("型が {names} の項目だけに書けます"), format!("only for fields of type {names}"));
            self.faults.push(spot.invalid(&ja, &en));
        }
    }

    fn list(&mut self, doc: &FieldDoc, typing: Typing) -> Option<usize> {
        let codes = self.codes;
        let Some(name) = &doc.codes else {
            self.faults.push(doc.spot.missing("field.codes"));
            return None;
        };
        let Some(list) = codes.get(&name.value) else {
            self.faults.push(name.spot.dangling(&name.value));
            return None;
        };
        self.check_targets(&name.value, list, typing);
        if let Some(index) = self.used.iter().position(|used| used.name == name.value) {
            return Some(index);
        }
        self.used.push(NamedCodes { name: name.value.clone(), list: list.clone() });
        Some(self.used.len() - 1)
    }

    fn check_targets(&mut self, name: &str, list: &CodeList, typing: Typing) {
        if !self.checked.insert((name.to_owned(), typing.name())) {
            return;
        }
        for entry in &list.entries {
            if let Err(why) = typing.read(&entry.target) {
                let ja = format!("「{}」は使えません：{why}", entry.target);
                self.faults.push(entry.spot.invalid(&ja, &why));
            }
        }
    }
}

fn on_unknown(doc: &FieldDoc) -> Unknown {
    doc.on_unknown.as_ref().map_or(Unknown::Reject, |unknown| unknown.value)
}

/// The type that a target has of itself; local names have none.
fn natural(to: &Target) -> Option<FieldType> {
    Some(match to {
        Target::Local(_) => return None,
        Target::Record(RecordPart::Month) => FieldType::Month,
        Target::Record(_) => FieldType::Date,
        Target::Person(_, part) => match part {
            Part::Kana | Part::FamilyKana | Part::GivenKana => FieldType::Kana,
            Part::BirthDate | Part::ResidentSince | Part::MovedOutOn => FieldType::Date,
            part if Typing::of_part(*part).is_some() => FieldType::Code,
            _ => FieldType::Text,
        },
    })
}
