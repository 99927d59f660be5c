//! How a field's text is read: its type with the keys that belong to it, and its code list.

use super::field::{Kind, Reckon, Typing};
use super::resolve::Resolver;
use super::target::{Part, RecordPart, Target};
use super::unit;
use super::{NamedCodes, Unknown};
use crate::codes::CodeList;
use crate::config::reader::At;
use crate::config::{FieldDoc, FieldType, GatherDoc};

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
            FieldType::Int => Kind::Int {
                range: doc.range.as_ref().map(|range| range.value),
                digits,
                pad,
                reckon: self.reckon(doc)?,
            },
            FieldType::Date | FieldType::Month => {
                let formats = match &doc.formats {
                    Some(formats) => formats.value.clone(),
                    None if constant || is_period(doc) => Vec::new(),
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
                    Target::Record(RecordPart::Operation) => Typing::Operation,
                    _ => Typing::Plain,
                };
                let list = if constant { 0 } else { self.list(doc, typing)? };
                if typing != Typing::Plain && on_unknown(doc) == Unknown::KeepRaw {
                    self.forbid(
                        doc.on_unknown.as_ref(),
                        "この項目の値は決まったものだけです。reject か absent にしてください",
                        "what this takes is a closed list: write reject or absent",
                    );
                }
                Kind::Code { list, typing, on_unknown: on_unknown(doc), pad }
            }
            FieldType::Bool => {
                let list = if doc.codes.is_some() { Some(self.list(doc, Typing::Bool)?) } else { None };
                Kind::Bool { list, on_unknown: on_unknown(doc), pad }
            }
        })
    }

    /// How a number becomes whole. Whether 0 is a value is stated, never guessed: in one column it is a
    /// count, in the next it stands for "not asked".
    fn reckon(&mut self, doc: &FieldDoc) -> Option<Reckon> {
        let zero = match (&doc.reckon.zero, doc.constant.is_some()) {
            (Some(zero), _) => zero.value,
            (None, true) => None,
            (None, false) => {
                self.faults.push(doc.spot.missing("field.zero"));
                return None;
            }
        };
        let stated = doc.missing.iter().find(|(text, _)| zero.is_none() && text == "0");
        if let Some((_, reason)) = stated {
            self.faults.push(
                reason.spot.invalid("zero = \"value\" と合いません", "zero = \"value\" says otherwise"),
            );
        }
        let scale = doc.reckon.scale.as_ref().map_or(0, |scale| scale.value);
        if scale > 6 {
            self.forbid(doc.reckon.scale.as_ref(), "0～6 にしてください", "it must be 0 to 6");
        }
        let factor = match &doc.reckon.unit {
            None => (1, 1),
            Some(unit) => self.factor(unit)?,
        };
        let unit = doc.reckon.unit.as_ref().map(|unit| unit.value.1.clone());
        Some(Reckon { scale, factor, unit, zero })
    }

    fn factor(&mut self, unit: &At<(String, String)>) -> Option<(i64, i64)> {
        let factor = unit::factor(&unit.value.0, &unit.value.1);
        if factor.is_none() {
            let known = unit::known();
            let (ja, en) = (
                format!("同じ量の単位を書いてください（{known}）"),
                format!("write two units of one quantity ({known})"),
            );
            self.faults.push(unit.spot.invalid(&ja, &en));
        }
        factor
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
            (doc.reckon.scale.as_ref().map(|at| &at.spot), &[Int]),
            (doc.reckon.unit.as_ref().map(|at| &at.spot), &[Int]),
            (doc.reckon.zero.as_ref().map(|at| &at.spot), &[Int]),
            (period(doc), &[Month]),
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
        if !self.checked.insert((name.to_owned(), typing.name().to_owned())) {
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

fn is_period(doc: &FieldDoc) -> bool {
    period(doc).is_some()
}

fn period(doc: &FieldDoc) -> Option<&crate::config::reader::Spot> {
    let gather = doc.claim.gather.as_ref()?;
    matches!(gather.value, GatherDoc::Period { .. }).then_some(&gather.spot)
}

fn on_unknown(doc: &FieldDoc) -> Unknown {
    doc.on_unknown.as_ref().map_or(Unknown::Reject, |unknown| unknown.value)
}

/// The type that a target has of itself; local names have none.
pub(crate) fn natural(to: &Target) -> Option<FieldType> {
    Some(match to {
        Target::Local(_) => return None,
        Target::Record(RecordPart::Month) => FieldType::Month,
        Target::Record(RecordPart::Operation) => FieldType::Code,
        Target::Record(_) => FieldType::Date,
        Target::Person(_, part) => match part {
            Part::Kana | Part::FamilyKana | Part::GivenKana => FieldType::Kana,
            Part::BirthDate | Part::ResidentSince | Part::MovedOutOn => FieldType::Date,
            part if Typing::of_part(*part).is_some() => FieldType::Code,
            _ => FieldType::Text,
        },
    })
}
