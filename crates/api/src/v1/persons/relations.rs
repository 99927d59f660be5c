//! Relations as clients see them: what, how sure, and what it rests on.

use app::Released;
use app::persons::RelationsView;
use chrono::{DateTime, Utc};
use kernel::TownCtx;
use kernel::id::{PersonId, RelationId};
use linkage::kinship::{
    self, Conflict, Doubt, Order, Relation as Kinship, RelationKind, SingleParent as Single,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::known::Word;
use crate::paging::as_of_ja;
use crate::schema;

/// A person's relations: recorded by people, and within the household (続柄・親族関係).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "items": [{
        "from_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71", "to_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "kind": {"code": "parent", "ja": "親", "en": "parent"},
        "certainty": {"code": "certain", "ja": "確実", "en": "certain"},
        "evidence": {
            "code": "named", "ja": "続柄が親を示している", "en": "the relation to the head names the parent"
        },
        "recorded_id": null
    }],
    "single_parent": {
        "state": {"code": "unknown", "ja": "ひとり親かどうか不明", "en": "Unknown whether one parent only"},
        "adults": [],
        "why": [{
            "code": "same_address", "ja": "同じ住所の別世帯に、同じ氏の大人がいます（世帯分離の可能性）",
            "en": "Another household at the address has an adult of the same surname (perhaps a split household)"
        }]
    },
    "contradictions": []
}))]
pub struct Relations {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Whose.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Relations from and to the person.
    items: Vec<Relation>,
    /// ひとり親; null for whom the register puts in no household.
    #[schema(required = true)]
    single_parent: Option<SingleParent>,
    /// Where what was recorded about the person and the register do not agree.
    contradictions: Vec<Contradiction>,
}

/// A record and the register do not agree. The record stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KinshipContradiction)]
pub struct Contradiction {
    /// The record.
    #[schema(value_type = schema::RelationId)]
    recorded_id: RelationId,
    /// `register`, `age` or `birth_order`.
    conflict: Word,
    /// What the register says of the two; null for what the birth dates contradict.
    #[schema(required = true)]
    register: Option<Relation>,
}

impl From<&kinship::Contradiction> for Contradiction {
    fn from(found: &kinship::Contradiction) -> Self {
        let words = found.conflict.words();
        let (code, register) = match &found.conflict {
            Conflict::Register { says } => ("register", Some(Relation::from(says))),
            Conflict::Age => ("age", None),
            Conflict::BirthOrder => ("birth_order", None),
        };
        let conflict = Word::new(code, words.ja, words.en);
        Self { recorded_id: found.recorded, conflict, register }
    }
}

/// One relation: `from_id` is to `to_id` what `kind` says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Relation {
    /// The parent, the grandparent, the sibling …
    #[schema(value_type = schema::PersonId)]
    from_id: PersonId,
    /// … of this one.
    #[schema(value_type = schema::PersonId)]
    to_id: PersonId,
    /// `parent`, `carer`, `grandparent`, `older_sibling`, `younger_sibling` or `sibling` (which of the two is
    /// older is not known).
    kind: Word,
    /// `certain` or `ambiguous`; ambiguous counts as unknown.
    certainty: Word,
    /// What it rests on: what people saw (`koseki`, `document`) or were told (`told`), or the way in which the
    /// 続柄 tells it.
    evidence: Word,
    /// The record it stands by; null for what follows from the register.
    #[schema(required = true, value_type = Option<schema::RelationId>)]
    recorded_id: Option<RelationId>,
}

/// Whether one parent alone brings the person up, as far as the register and the records tell.
#[derive(Debug, Serialize, ToSchema)]
pub struct SingleParent {
    /// `yes`, `no` or `unknown`.
    state: Word,
    /// Who is in a parent's place; empty when unknown.
    #[schema(value_type = Vec<schema::PersonId>)]
    adults: Vec<PersonId>,
    /// Why it is unknown: every reason; empty when it is known.
    why: Vec<Word>,
}

impl Relations {
    pub(super) fn of(view: &Released<RelationsView>, ctx: &TownCtx) -> Self {
        Self::new(view, ctx)
    }

    /// Of relations that were released, alone or on a page.
    pub(super) fn new(view: &RelationsView, ctx: &TownCtx) -> Self {
        Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            person_id: view.person,
            items: view.relations.iter().map(Relation::from).collect(),
            single_parent: view.single_parent.as_ref().map(SingleParent::from),
            contradictions: view.contradictions.iter().map(Contradiction::from).collect(),
        }
    }
}

impl From<&Kinship> for Relation {
    fn from(relation: &Kinship) -> Self {
        Self {
            from_id: relation.from,
            to_id: relation.to,
            kind: kind_word(relation.kind),
            certainty: Word::of(&relation.certainty, relation.certainty.words()),
            evidence: Word::of(&relation.evidence, relation.evidence.words()),
            recorded_id: relation.recorded,
        }
    }
}

/// What one is to another, in words.
pub(crate) fn kind_word(kind: RelationKind) -> Word {
    let words = kind.words();
    Word::new(code(kind), words.ja, words.en)
}

const fn code(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Parent => "parent",
        RelationKind::Carer => "carer",
        RelationKind::Grandparent => "grandparent",
        RelationKind::OtherCarer => "other_carer",
        RelationKind::Sibling { order: Order::Older } => "older_sibling",
        RelationKind::Sibling { order: Order::Younger } => "younger_sibling",
        RelationKind::Sibling { order: Order::Unknown } => "sibling",
    }
}

impl From<&Single> for SingleParent {
    fn from(single: &Single) -> Self {
        let (code, adults, why): (_, &[PersonId], &[Doubt]) = match single {
            Single::Yes { parent } => ("yes", std::slice::from_ref(parent), &[]),
            Single::No { adults } => ("no", adults, &[]),
            Single::Unknown { why } => ("unknown", &[], why),
        };
        let words = single.words();
        Self {
            state: Word::new(code, words.ja, words.en),
            adults: adults.to_vec(),
            why: why.iter().map(|doubt| Word::of(doubt, doubt.words())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use linkage::kinship::{Certainty, Ground};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_relation_says_what_how_sure_and_why() {
        let relation = Kinship {
            from: PersonId::new(),
            to: PersonId::new(),
            kind: RelationKind::Sibling { order: Order::Older },
            certainty: Certainty::Ambiguous,
            evidence: Ground::SameGeneration,
            recorded: None,
        };
        let shown = serde_json::to_value(Relation::from(&relation)).unwrap();
        assert_eq!(shown["kind"], json!({"code": "older_sibling", "ja": "兄・姉", "en": "older sibling"}));
        assert_eq!(shown["certainty"]["code"], "ambiguous");
        assert_eq!(shown["evidence"]["code"], "same_generation");
        assert_eq!(shown["from_id"], relation.from.to_string());
    }

    #[test]
    fn an_unknown_single_parent_says_every_reason() {
        let shown = SingleParent::from(&Single::Unknown { why: Doubt::ALL.to_vec() });
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!(shown["state"]["code"], "unknown");
        assert_eq!(shown["adults"], json!([]));
        let reasons = shown["why"].as_array().unwrap();
        assert_eq!(reasons.len(), Doubt::ALL.len());
        assert!(reasons.iter().all(|why| why["code"] != "" && why["ja"] != "" && why["en"] != ""));
    }

    #[test]
    fn a_known_state_names_the_adults() {
        let (a, b) = (PersonId::new(), PersonId::new());
        let yes = serde_json::to_value(SingleParent::from(&Single::Yes { parent: a })).unwrap();
        assert_eq!((&yes["state"]["code"], &yes["adults"]), (&json!("yes"), &json!([a])));
        let no = serde_json::to_value(SingleParent::from(&Single::No { adults: vec![a, b] })).unwrap();
        assert_eq!((&no["state"]["code"], &no["adults"]), (&json!("no"), &json!([a, b])));
    }
}
