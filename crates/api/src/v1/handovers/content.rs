//! What a handover brings, as the receiver reads it.

use std::collections::BTreeMap;

use app::Released;
use app::handovers::{Arrival, ArrivedItem, Content, ItemDecision, Link, RefusedItem as Refused};
use handover::Role;
use kernel::date::PartialDate;
use kernel::id::{HandoverItemId, PersonId};
use kernel::{Category, Identity, ItemCode, ItemDef, Observation, SectionCode, SourceCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::known::{Datum, When, Word, item_ja};
use crate::schema;
use crate::schema::Day;

/// The content of a handover.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"travellers": [], "items": [], "refused": [{
    "item_id": "hit_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "category": "attendance", "category_ja": "出欠",
    "code": {"code": "duplicate", "ja": "すでに持っている", "en": "held already"}
}]}))]
pub struct HandoverContent {
    /// 対象者: who travelled.
    travellers: Vec<Traveller>,
    /// What travelled; once received, without what was refused.
    items: Vec<HandoverItem>,
    /// What was read and refused: purged, the decision stays.
    refused: Vec<RefusedItem>,
}

/// An item that was refused: its content is gone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandoverRefusedItem)]
pub struct RefusedItem {
    /// Which.
    #[schema(value_type = String, pattern = "^hit_[0-9a-f]{32}$")]
    item_id: HandoverItemId,
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same as staff read it.
    category_ja: String,
    /// Why.
    code: Word,
}

impl RefusedItem {
    fn of(refused: &Refused) -> Self {
        let code = refused.code;
        Self {
            item_id: refused.item,
            category: refused.category,
            category_ja: refused.category.ja().to_owned(),
            code: Word::new(code.as_str(), code.ja(), code.en()),
        }
    }
}

/// One person who travelled, and who they are here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandoverTraveller)]
pub struct Traveller {
    /// The sender's id of the person.
    #[schema(value_type = schema::PersonId)]
    sender_person_id: PersonId,
    /// In what role.
    #[schema(value_type = schema::HandoverRole)]
    role: Role,
    /// The same as staff read it.
    role_ja: String,
    /// 氏名.
    #[schema(required = true)]
    name: Option<String>,
    /// フリガナ.
    #[schema(required = true)]
    kana: Option<String>,
    /// 生年月日; `2016-06` or `2016` where the rest is not known.
    #[schema(required = true, value_type = Option<String>)]
    birth_date: Option<PartialDate>,
    /// 突合: `linked`, `ambiguous` (a human has to say) or `unknown` (nobody comes near).
    link: String,
    /// The person here; null unless linked.
    #[schema(required = true, value_type = Option<schema::PersonId>)]
    person_id: Option<PersonId>,
    /// Who it may be, nearest first.
    candidates: Vec<TravellerCandidate>,
}

/// Somebody a traveller may be.
#[derive(Debug, Serialize, ToSchema)]
pub struct TravellerCandidate {
    /// Who.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// What speaks for and against.
    reason_ja: String,
    /// The same in English.
    reason_en: String,
}

impl Traveller {
    fn of(arrival: &Arrival) -> Self {
        let identity: &Identity = &arrival.traveller.identity;
        let (link, person_id) = match &arrival.link {
            Link::Linked(person) => ("linked", Some(*person)),
            Link::Ambiguous(_) => ("ambiguous", None),
            Link::Unknown => ("unknown", None),
        };
        let candidates = match &arrival.link {
            Link::Ambiguous(candidates) => candidates.as_slice(),
            _ => &[],
        };
        let candidates = candidates.iter().map(|near| TravellerCandidate {
            person_id: near.person,
            reason_ja: near.reasons.iter().map(|reason| reason.words().ja).collect::<Vec<_>>().join("、"),
            reason_en: near.reasons.iter().map(|reason| reason.words().en).collect::<Vec<_>>().join("; "),
        });
        Self {
            sender_person_id: arrival.traveller.person,
            role: arrival.traveller.role,
            role_ja: arrival.traveller.role.ja().to_owned(),
            name: identity.full_name(),
            kana: identity.full_kana(),
            birth_date: identity.birth_date.value().copied(),
            link: link.to_owned(),
            person_id,
            candidates: candidates.collect(),
        }
    }
}

/// One item: what one source of the sending town says of one person in one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverItem {
    /// Id; decisions name it.
    #[schema(value_type = String, pattern = "^hit_[0-9a-f]{32}$")]
    id: HandoverItemId,
    /// The sender's id of the person.
    #[schema(value_type = schema::PersonId)]
    sender_person_id: PersonId,
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same as staff read it.
    category_ja: String,
    /// 連携元 there.
    #[schema(value_type = schema::SourceCode)]
    source: SourceCode,
    /// Its name.
    source_name: String,
    /// 保有課 there.
    #[schema(value_type = String)]
    holder: SectionCode,
    /// Its name.
    holder_name: String,
    /// The day as of which the source was last taken in there.
    as_of: Day,
    /// `pending`, `accepted` (受け取った) or `quarantined` (留め置き中).
    decision: String,
    /// The facts.
    observations: Vec<HandoverObservation>,
}

/// One fact, in the words of this town's staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverObservation {
    /// データ項目.
    item: String,
    /// The same, as staff read it; the item itself where the dictionary does not have it.
    item_ja: String,
    /// The unit of a whole number (回, 日); null for what has none.
    #[schema(required = true)]
    unit: Option<String>,
    /// What it says, or why it says nothing.
    datum: Datum,
    /// What staff call a code (県立); null for other values, and for a code without such words.
    #[schema(required = true)]
    value_ja: Option<String>,
    /// When it was so.
    when: When,
}

impl HandoverObservation {
    fn of(observation: &Observation, items: &BTreeMap<ItemCode, ItemDef>) -> Self {
        let known = items.get(&observation.item);
        Self {
            item: observation.item.to_string(),
            item_ja: item_ja(&observation.item, items),
            unit: known.and_then(|def| def.unit.clone()),
            datum: (&observation.datum).into(),
            value_ja: known.and_then(|def| def.called(&observation.datum)).map(str::to_owned),
            when: observation.when.clone().into(),
        }
    }
}

impl HandoverItem {
    fn of(arrived: &ArrivedItem, items: &BTreeMap<ItemCode, ItemDef>) -> Self {
        let item = &arrived.item;
        Self {
            id: item.id,
            sender_person_id: item.subject,
            category: item.category,
            category_ja: item.category.ja().to_owned(),
            source: item.source.clone(),
            source_name: item.source_name.clone(),
            holder: item.holder.clone(),
            holder_name: item.holder_name.clone(),
            as_of: item.as_of.into(),
            decision: arrived.decision.unwrap_or(ItemDecision::Pending).as_str().to_owned(),
            observations: item.observations.iter().map(|fact| HandoverObservation::of(fact, items)).collect(),
        }
    }
}

impl HandoverContent {
    pub(super) fn of(content: &Released<Content>, items: &BTreeMap<ItemCode, ItemDef>) -> Self {
        Self {
            travellers: content.travellers.iter().map(Traveller::of).collect(),
            items: content.items.iter().map(|item| HandoverItem::of(item, items)).collect(),
            refused: content.refused.iter().map(RefusedItem::of).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Known, Value, ValueKind, When as KernelWhen};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fact_is_told_in_the_words_of_this_towns_staff() {
        let code: ItemCode = "attendance.school".parse().unwrap();
        let def = ItemDef {
            code: code.clone(),
            category: Category::Attendance,
            kind: ValueKind::Code,
            ja: "在籍校の設置者".into(),
            en: "Founder of the school attended".into(),
            unit: None,
            values: BTreeMap::from([("prefectural".to_owned(), "県立".to_owned())]),
        };
        let fact = Observation {
            item: code.clone(),
            datum: Known::Present(Value::Code("prefectural".into())),
            when: KernelWhen::AsOf("2026-10-01".parse().unwrap()),
        };
        let shown = |items| serde_json::to_value(HandoverObservation::of(&fact, &items)).unwrap();
        let said = shown(BTreeMap::from([(code, def)]));
        assert_eq!((&said["item_ja"], &said["value_ja"]), (&json!("在籍校の設置者"), &json!("県立")));
        assert_eq!(said["datum"], json!({"kind": "code", "value": "prefectural"}));
        let unknown = shown(BTreeMap::new());
        assert_eq!((&unknown["item_ja"], &unknown["value_ja"]), (&json!("attendance.school"), &json!(null)));
    }
}
