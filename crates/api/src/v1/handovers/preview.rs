//! Previewing a handover: what would travel, what stays behind and why, and how long each town keeps it.

use actix_web::{post, web};
use app::Released;
use app::handovers::{ItemExpiry, PreviewAsk, PreviewView, Subject};
use handover::preview::PreviewRow;
use kernel::id::{ConsentId, PersonId};
use kernel::{Category, ItemCode, Lang, TownCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::send::NewSubject;
use crate::answer::Answer;
use crate::known::Word;
use crate::request::{Body, PurposeHeader, Town};
use crate::v1::retention::{RetentionDue, RetentionRule};
use crate::{Platform, schema};

/// What to preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "receiver": "143626",
    "subjects": [{"person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "role": "child", "categories": []}]
}))]
pub struct NewHandoverPreview {
    /// 町村: to which town.
    #[schema(value_type = schema::TownCode)]
    receiver: TownCode,
    /// About whom.
    #[schema(min_items = 1)]
    subjects: Vec<NewSubject>,
    /// 同意 to rest on; none means every one of the subjects.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ConsentId>)]
    consent_ids: Vec<ConsentId>,
}

/// What would travel, and what stays behind and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "category": "attendance", "category_ja": "出欠",
    "source_name": "出欠", "holder_name": "学校教育課", "observations": 12, "travels": true,
    "excluded": null, "excluded_ja": null, "retention": [{
        "items": ["attendance.late_days"], "observations": 12,
        "sender": {
            "state": {"code": "dated", "ja": "令和14年3月31日まで保存", "en": "kept to 2032-03-31"},
            "kept_to": {"date": "2032-03-31", "wareki": "令和14年3月31日"}, "waiting": []
        },
        "sender_rules": [],
        "receiver": {
            "state": {"code": "dated", "ja": "令和14年3月31日まで保存", "en": "kept to 2032-03-31"},
            "kept_to": {"date": "2032-03-31", "wareki": "令和14年3月31日"}, "waiting": []
        },
        "receiver_rules": [],
        "effective": {
            "state": {"code": "dated", "ja": "令和14年3月31日まで保存", "en": "kept to 2032-03-31"},
            "kept_to": {"date": "2032-03-31", "wareki": "令和14年3月31日"}, "waiting": []
        },
        "decided_by": {"code": "same", "ja": "両町の期間が同じ", "en": "both towns' periods are the same"}
    }]
}]}))]
pub struct HandoverPreview {
    /// Item by item.
    items: Vec<HandoverPreviewItem>,
}

/// One item of a preview: what one source says of one person in one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverPreviewItem {
    /// 本人.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same as staff read it.
    category_ja: String,
    /// 連携元.
    source_name: String,
    /// 保有課.
    holder_name: String,
    /// How many facts.
    #[schema(minimum = 0)]
    observations: usize,
    /// Whether it would travel.
    travels: bool,
    /// Why not: `assessment`, `no_consent`, `outside_consent`, `withdrawn` or `expired`.
    #[schema(required = true)]
    excluded: Option<String>,
    /// The same as staff read it.
    #[schema(required = true)]
    excluded_ja: Option<String>,
    /// How long the two towns keep it, in parts where that differs within the item.
    retention: Vec<HandoverRetention>,
}

/// How long a part of an item is kept by each town, and when the receiver's copy would be due.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverRetention {
    /// データ項目.
    #[schema(value_type = Vec<String>)]
    items: Vec<ItemCode>,
    /// How many facts.
    #[schema(minimum = 0)]
    observations: usize,
    /// By the rules of this town.
    sender: RetentionDue,
    /// Which those are.
    sender_rules: Vec<RetentionRule>,
    /// By the rules of the receiving town.
    receiver: RetentionDue,
    /// Which those are.
    receiver_rules: Vec<RetentionRule>,
    /// What the receiver will go by: the stricter, but never before a floor that binds it.
    effective: RetentionDue,
    /// What settled that: `sender`, `receiver`, `same`, `receiver_floor`, `exception` or `open`.
    decided_by: Word,
}

impl From<&ItemExpiry> for HandoverRetention {
    fn from(part: &ItemExpiry) -> Self {
        let decider = part.decider;
        Self {
            items: part.items.clone(),
            observations: part.observations,
            sender: (&part.sender).into(),
            sender_rules: part.sender_rules.iter().map(RetentionRule::from).collect(),
            receiver: (&part.receiver).into(),
            receiver_rules: part.receiver_rules.iter().map(RetentionRule::from).collect(),
            effective: (&part.effective).into(),
            decided_by: Word::new(decider.as_str(), decider.say(Lang::Ja), decider.say(Lang::En)),
        }
    }
}

impl HandoverPreview {
    fn of(view: &Released<PreviewView>) -> Self {
        let none = Vec::new();
        let item =
            |row: &PreviewRow| HandoverPreviewItem::of(row, view.expiries.get(&row.item).unwrap_or(&none));
        Self { items: view.preview.rows.iter().map(item).collect() }
    }
}

impl HandoverPreviewItem {
    fn of(row: &PreviewRow, retention: &[ItemExpiry]) -> Self {
        Self {
            person_id: row.subject,
            category: row.category,
            category_ja: row.category.ja().to_owned(),
            source_name: row.source_name.clone(),
            holder_name: row.holder_name.clone(),
            observations: row.observations,
            travels: row.excluded.is_none(),
            excluded: row.excluded.map(|why| why.as_str().to_owned()),
            excluded_ja: row.excluded.map(|why| why.ja().to_owned()),
            retention: retention.iter().map(HandoverRetention::from).collect(),
        }
    }
}

/// Shows what a handover would carry.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Nothing is kept; what the consents keep back is
/// shown with the reason. Of the receiver it shows the rules by which it would keep each item.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewHandoverPreview,
    responses(
        (status = 200, description = "Item by item.", body = HandoverPreview),
        (status = 404, description = "`person_not_found`, `consent_not_found`."),
        (status = 422, description = "`receiver_not_member`."),
    ),
)]
#[post("/handover-previews")]
pub async fn preview_handover(
    platform: Platform,
    town: Town,
    body: Body<NewHandoverPreview>,
) -> Answer<HandoverPreview> {
    let ask = body.read()?;
    let ask = PreviewAsk {
        subjects: ask.subjects.into_iter().map(Subject::from).collect(),
        receiver: ask.receiver,
        consents: ask.consent_ids,
    };
    Ok(web::Json(HandoverPreview::of(&platform.handover_preview(&town.0, &ask).await?)))
}
