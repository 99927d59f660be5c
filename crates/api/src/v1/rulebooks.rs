//! 判定基準: the shared rules as they hold in the caller's town, with everything the town chose and why.

use actix_web::{get, web};
use chrono::NaiveDate;
use kernel::date::Grade as KernelGrade;
use kernel::slug::RulebookCode;
use rulebook::{Amount, Decision, Effective, Threshold as Bounds, Words};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::known::Grade;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Params, PathId, Town};
use crate::{Platform, schema};

/// A rulebook (判定基準) under the town's choices (町村別設定). It points; people decide.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "code": "young_carer", "version": "1.0.0", "title": {"ja": "ヤングケアラー", "en": "Young carers"},
    "difficulty": "young_carer", "purpose": "支援対象の候補の把握", "source": "こども家庭庁 判別基準（図表7）",
    "effective_from": "2026-04-01", "effective_until": "2027-03-31",
    "release": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "overlay": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "overlay_from": "2026-04-01",
    "population": {
        "youngest": {"code": "elementary_1", "ja": "小1"}, "oldest": {"code": "high_school_age_3", "ja": "高校生年代3年"}
    },
    "variant": {
        "name": "figure_9", "say": {"ja": "図表9", "en": "Figure 9"},
        "decision": {"reason": "国の手引きに合わせる", "decided_by": "（例）子育て健康課長", "decided_on": "2026-03-18"}
    },
    "threshold": {
        "value": 11, "low": 11, "high": 30,
        "decision": {"reason": "気になる状況が一つでもある子から", "decided_by": "（例）子育て健康課長", "decided_on": "2026-03-18"}
    },
    "params": [{
        "name": "late_count", "value": 3, "default": 3, "low": 1, "high": 10, "unit": "回",
        "why": "公表値", "decision": null
    }],
    "indicators": [{
        "id": "late", "group": "attendance", "points": 11, "say": {"ja": "遅刻が多い", "en": "Often late"},
        "source": "図表7 3行目"
    }]
}))]
pub struct Rulebook {
    /// Name in configuration.
    #[schema(value_type = schema::RulebookCode)]
    code: RulebookCode,
    /// Version, as the cooperative counts.
    version: String,
    /// What staff call it.
    title: Said,
    /// 困難の類型.
    difficulty: String,
    /// What its result may be used for.
    purpose: String,
    /// Where it was published.
    source: String,
    /// The first day it governs.
    effective_from: NaiveDate,
    /// The last day it governs.
    effective_until: NaiveDate,
    /// 版: SHA-256 of the shared rules in canonical form.
    release: String,
    /// SHA-256 of the town's choices in canonical form.
    overlay: String,
    /// The first day the town's choices hold.
    overlay_from: NaiveDate,
    /// Whom it is about, by grade.
    population: Population,
    /// The reading of the final label that the town chose.
    variant: Variant,
    /// The total from which a child is on the list.
    threshold: Threshold,
    /// What a town may choose, and what this one chose.
    params: Vec<Param>,
    /// What earns points, in the rulebook's order.
    indicators: Vec<Indicator>,
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
pub struct Said {
    /// 日本語.
    ja: String,
    /// English.
    en: String,
}

impl From<&Words> for Said {
    fn from(words: &Words) -> Self {
        Self { ja: words.ja.clone(), en: words.en.clone() }
    }
}

/// The grades a rulebook is about, both included.
#[derive(Debug, Serialize, ToSchema)]
pub struct Population {
    /// The youngest.
    youngest: Grade,
    /// The oldest.
    oldest: Grade,
}

impl From<[KernelGrade; 2]> for Population {
    fn from([youngest, oldest]: [KernelGrade; 2]) -> Self {
        Self { youngest: youngest.into(), oldest: oldest.into() }
    }
}

/// Why the town chose so, and who answers for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TownDecision {
    /// Why.
    reason: String,
    /// By whom.
    decided_by: String,
    /// When.
    decided_on: NaiveDate,
}

impl<T> From<&Decision<T>> for TownDecision {
    fn from(decision: &Decision<T>) -> Self {
        Self {
            reason: decision.reason.clone(),
            decided_by: decision.decided_by.clone(),
            decided_on: decision.decided_on,
        }
    }
}

/// The reading of the final label.
#[derive(Debug, Serialize, ToSchema)]
pub struct Variant {
    /// Its name.
    name: String,
    /// What it says; null where the shared rules no longer have it.
    #[schema(required = true)]
    say: Option<Said>,
    /// Why the town chose it.
    decision: TownDecision,
}

/// The total from which a child is on the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Threshold {
    /// As it holds here.
    value: u8,
    /// The least a town may choose; equal to `high` where it is the same in every town.
    low: u8,
    /// The greatest.
    high: u8,
    /// Why the town chose it; null where it could not.
    #[schema(required = true)]
    decision: Option<TownDecision>,
}

/// A number of the rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct Param {
    /// Its name.
    name: String,
    /// As it holds here.
    value: i64,
    /// What holds where a town says nothing.
    default: i64,
    /// The least a town may choose; equal to `high` where it is locked.
    low: i64,
    /// The greatest.
    high: i64,
    /// 回, 日, 点.
    unit: String,
    /// Where the number comes from.
    why: String,
    /// Why the town chose another; null where it chose none.
    #[schema(required = true)]
    decision: Option<TownDecision>,
}

/// A condition that earns points.
#[derive(Debug, Serialize, ToSchema)]
pub struct Indicator {
    /// Its id in traces.
    id: String,
    /// The group its points go to.
    group: String,
    /// What it earns here.
    points: i64,
    /// What it says to staff and family.
    say: Said,
    /// Where it was published, and what was read into it.
    source: String,
}

impl From<&Effective> for Rulebook {
    fn from(effective: &Effective) -> Self {
        let (rules, choices) = (&effective.rulebook, &effective.choices);
        let [effective_from, effective_until] = rules.effective;
        Self {
            code: rules.code.clone(),
            version: rules.version.clone(),
            title: (&rules.title).into(),
            difficulty: rules.difficulty.clone(),
            purpose: rules.purpose.clone(),
            source: rules.source.clone(),
            effective_from,
            effective_until,
            release: effective.release.to_string(),
            overlay: effective.overlay.to_string(),
            overlay_from: choices.effective_from,
            population: rules.population.into(),
            variant: variant(effective),
            threshold: threshold(effective),
            params: params(effective),
            indicators: indicators(effective),
        }
    }
}

fn chosen(effective: &Effective) -> Option<&rulebook::Variant> {
    effective.rulebook.variants.iter().find(|variant| variant.name == effective.choices.variant.value)
}

fn variant(effective: &Effective) -> Variant {
    let choice = &effective.choices.variant;
    Variant {
        name: choice.value.clone(),
        say: chosen(effective).map(|variant| (&variant.say).into()),
        decision: choice.into(),
    }
}

fn threshold(effective: &Effective) -> Threshold {
    let value = effective.threshold();
    let [low, high] = match chosen(effective).map(|variant| variant.threshold) {
        Some(Bounds::Within(bounds)) => bounds,
        Some(Bounds::Locked(_)) | None => [value; 2],
    };
    Threshold {
        value,
        low,
        high,
        decision: effective.choices.params.get("threshold").map(TownDecision::from),
    }
}

fn params(effective: &Effective) -> Vec<Param> {
    let param = |(name, param): (&String, &rulebook::Param)| {
        let [low, high] = param.bounds.unwrap_or([param.default; 2]);
        Param {
            name: name.clone(),
            value: number(effective, name),
            default: param.default,
            low,
            high,
            unit: param.unit.clone(),
            why: param.why.clone(),
            decision: effective.choices.params.get(name).map(TownDecision::from),
        }
    };
    effective.rulebook.params.iter().map(param).collect()
}

/// A parameter as it holds here. A rulebook that was read names only parameters it has.
fn number(effective: &Effective, name: &str) -> i64 {
    let default = effective.rulebook.params.get(name).map_or(0, |param| param.default);
    effective.choices.params.get(name).map_or(default, |choice| choice.value)
}

fn indicators(effective: &Effective) -> Vec<Indicator> {
    let indicator = |indicator: &rulebook::Indicator| Indicator {
        id: indicator.id.clone(),
        group: indicator.group.clone(),
        points: match &indicator.points {
            Amount::Number(points) => *points,
            Amount::Param(name) => number(effective, name),
        },
        say: (&indicator.say).into(),
        source: indicator.source.clone(),
    };
    effective.rulebook.indicators.iter().map(indicator).collect()
}

/// The rulebooks in force in the caller's town.
///
/// Each with its release, the town's overlay and what the town chose within its bounds.
#[utoipa::path(
    params(PageParams),
    responses(
        (status = 200, description = "Rulebooks by name.", body = Page<Rulebook>),
        (status = 409, description = "`profile_missing`: the town has no applied profile."),
    ),
)]
#[get("/rulebooks")]
pub async fn list_rulebooks(platform: Platform, town: Town, params: Params) -> Answer<Page<Rulebook>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.rulebooks(&town.0).await?;
    let code = |row: &Effective| row.rulebook.code.clone();
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, code, |row| Rulebook::from(&row))))
}

/// One rulebook in force in the caller's town.
///
/// Which rules hold is the cooperative's and the town's to publish: nothing here tells of a resident.
#[utoipa::path(
    responses(
        (status = 200, description = "The rulebook.", body = Rulebook),
        (status = 409, description = "`profile_missing`: the town has no applied profile."),
    ),
)]
#[get("/rulebooks/{rulebook_code}")]
pub async fn read_rulebook(platform: Platform, town: Town, code: PathId<RulebookCode>) -> Answer<Rulebook> {
    let rows = platform.rulebooks(&town.0).await?;
    let found = rows.iter().find(|row| row.rulebook.code == code.0);
    Ok(web::Json(found.ok_or_else(|| code.not_found())?.into()))
}
