//! Recorded relations as clients write and read them.

use app::entries::Version;
use app::relations::{How, RecordedRelation as View, RelationSaid};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{PersonId, RelationId, StaffId};
use linkage::kinship::{Certainty, Order as Birth, RelationKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::known::Word;
use crate::schema;
use crate::schema::{Day, Text};
use crate::v1::persons::kind_word;

/// A relation that people recorded (親族関係の記録).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "rel_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "version": 1, "stands": true,
    "versions": [{
        "version": 1, "other_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71",
        "kind": {"code": "parent", "ja": "親", "en": "parent"},
        "certainty": {"code": "certain", "ja": "確実", "en": "certain"},
        "evidence": {"code": "koseki", "ja": "戸籍で確認", "en": "seen in the family register (koseki)"},
        "on": {"date": "2026-11-20", "wareki": "令和8年11月20日"}, "what": "戸籍全部事項証明書（架空の例）", "ended_on": null,
        "written_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "written_at": "2026-11-20T01:23:45Z", "reason": null
    }]
}))]
pub struct RecordedRelation {
    /// Id, the same in all versions.
    #[schema(value_type = schema::RelationId)]
    pub(super) id: RelationId,
    /// Whose relation it is: the child.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// The newest version.
    version: u32,
    /// Whether it stands; false once it was ended or taken back.
    stands: bool,
    /// Every version, oldest first.
    versions: Vec<RecordedRelationVersion>,
}

/// One version of a recorded relation.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedRelationVersion {
    /// Which, from 1.
    version: u32,
    /// The parent, the sibling … of the person.
    #[schema(value_type = schema::PersonId)]
    other_id: PersonId,
    /// What they are to the person.
    kind: Word,
    /// `certain` or `ambiguous`; ambiguous counts as unknown.
    certainty: Word,
    /// `koseki`, `document` or `told`.
    evidence: Word,
    /// The day on which it was seen or told.
    on: Day,
    /// What was seen, or who told it.
    what: String,
    /// The last day on which it holds, or on which it was taken back; null while it stands.
    #[schema(required = true)]
    ended_on: Option<Day>,
    /// 職員 who wrote this version.
    #[schema(value_type = schema::StaffId)]
    written_by: StaffId,
    /// When.
    written_at: DateTime<Utc>,
    /// Why it was changed; null for the first version.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<&Version<RelationSaid>> for RecordedRelationVersion {
    fn from(version: &Version<RelationSaid>) -> Self {
        let (said, ground) = (&version.said, version.said.how.ground());
        Self {
            version: version.number,
            other_id: said.other,
            kind: kind_word(said.kind),
            certainty: Word::of(&said.certainty, said.certainty.words()),
            evidence: Word::of(&ground, ground.words()),
            on: said.on.into(),
            what: said.what.clone(),
            ended_on: said.ended_on.map(Day::from),
            written_by: version.by,
            written_at: version.at,
            reason: version.reason.clone(),
        }
    }
}

impl From<&View> for RecordedRelation {
    fn from(view: &View) -> Self {
        Self {
            id: RelationId::from_uuid(view.id),
            person_id: view.person,
            version: view.newest.number,
            stands: view.newest.said.ended_on.is_none(),
            versions: view.versions().map(RecordedRelationVersion::from).collect(),
        }
    }
}

/// What somebody is to a person.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KinshipKind {
    /// 親, by birth or adoption.
    Parent,
    /// 親の配偶者・パートナー, in a parent's place.
    Carer,
    /// 祖父母.
    Grandparent,
    /// 兄・姉.
    OlderSibling,
    /// 弟・妹.
    YoungerSibling,
    /// 兄弟姉妹, older or younger not known.
    Sibling,
    /// その他の養育者.
    OtherCarer,
}

impl From<KinshipKind> for RelationKind {
    fn from(kind: KinshipKind) -> Self {
        match kind {
            KinshipKind::Parent => Self::Parent,
            KinshipKind::Carer => Self::Carer,
            KinshipKind::Grandparent => Self::Grandparent,
            KinshipKind::OlderSibling => Self::Sibling { order: Birth::Older },
            KinshipKind::YoungerSibling => Self::Sibling { order: Birth::Younger },
            KinshipKind::Sibling => Self::Sibling { order: Birth::Unknown },
            KinshipKind::OtherCarer => Self::OtherCarer,
        }
    }
}

/// How sure a relation is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KinshipCertainty {
    /// 確実.
    Certain,
    /// 不確実: counts as unknown, and is shown.
    Ambiguous,
}

/// How it became known.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KinshipEvidence {
    /// 戸籍で確認.
    Koseki,
    /// その他の書類で確認.
    Document,
    /// 聞き取り.
    Told,
}

/// A relation to record: `other_id` is to the person what `kind` says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "other_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71", "kind": "parent", "certainty": "certain",
    "evidence": "koseki", "on": "2026-11-20", "what": "戸籍全部事項証明書（架空の例）"
}))]
pub struct NewRecordedRelation {
    /// The parent, the sibling … of the person; another person of the town.
    #[schema(value_type = schema::PersonId)]
    other_id: PersonId,
    /// What they are to the person.
    kind: KinshipKind,
    /// How sure.
    certainty: KinshipCertainty,
    /// How it became known.
    evidence: KinshipEvidence,
    /// The day on which it was seen or told; not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    on: NaiveDate,
    /// What was seen, or who told it.
    what: Text,
}

impl From<NewRecordedRelation> for RelationSaid {
    fn from(new: NewRecordedRelation) -> Self {
        Self {
            other: new.other_id,
            kind: new.kind.into(),
            certainty: match new.certainty {
                KinshipCertainty::Certain => Certainty::Certain,
                KinshipCertainty::Ambiguous => Certainty::Ambiguous,
            },
            how: match new.evidence {
                KinshipEvidence::Koseki => How::Koseki,
                KinshipEvidence::Document => How::Document,
                KinshipEvidence::Told => How::Told,
            },
            on: new.on,
            what: new.what.as_str().to_owned(),
            ended_on: None,
        }
    }
}

/// A correction of a recorded relation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "version": 1, "reason": "母ではなく叔母だった",
    "relation": {
        "other_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71", "kind": "other_carer", "certainty": "certain",
        "evidence": "told", "on": "2026-11-21", "what": "本人から聞いた（架空の例）"
    }
}))]
pub struct RelationCorrection {
    /// The version that was read: a correction of another is refused.
    pub(super) version: u32,
    /// Why it is corrected.
    pub(super) reason: Text,
    /// What it says from now on.
    pub(super) relation: NewRecordedRelation,
}

/// The end of a recorded relation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": 1, "reason": "聞き違いだった", "on": "2026-11-21"}))]
pub struct RelationEnding {
    /// The version that was read: an end of another is refused.
    pub(super) version: u32,
    /// Why it is ended or taken back.
    pub(super) reason: Text,
    /// The last day on which it held, or today when it was a mistake.
    #[serde(deserialize_with = "crate::request::day::read")]
    pub(super) on: NaiveDate,
}
