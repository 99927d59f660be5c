//! The profile in force, as a client sees it.

use app::profiles::Applied;
use chrono::NaiveDate;
use kernel::TownCode;
use kernel::id::ProfileId;
use profiles::Source;
use rulebook::{Cohort, Effective};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// The profile in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "town_code": "143669", "name": "開成町",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sections": [{"code": "mayor/jumin", "name": "町民課"}],
    "sources": [{
        "code": "resident_register", "name": "住民記録", "section": "mayor/jumin",
        "legal": {
            "purpose": "こどもの支援の検討", "article": "（例）個人情報保護法第69条第2項第2号",
            "decided_by": "（例）町民課長", "decided_on": "2026-04-01", "until": "2031-03-31"
        },
        "coverage": {"is_complete": true, "cohort": "residents"}, "stale_after_days": 31
    }],
    "rulebooks": [{
        "code": "young_carer", "version": "1.0.0", "title": "ヤングケアラー",
        "release": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "overlay": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "effective_from": "2026-04-01", "threshold": 11,
        "choices": [{
            "name": "threshold", "value": "11", "reason": "気になる状況が一つでもある子から始める",
            "decided_by": "（例）子育て健康課長", "decided_on": "2026-03-18"
        }]
    }]
}))]
pub struct Profile {
    /// Which applied version.
    #[schema(value_type = schema::ProfileId)]
    id: ProfileId,
    /// 全国地方公共団体コード.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// Name of the town.
    name: String,
    /// SHA-256 of the applied files.
    digest: String,
    /// 課・班.
    sections: Vec<Section>,
    /// 連携元.
    sources: Vec<ProfileSource>,
    /// 判定基準, as they hold in the town.
    rulebooks: Vec<ProfileRulebook>,
}

/// A section (課・班).
#[derive(Debug, Serialize, ToSchema)]
pub struct Section {
    /// `<organ>/<section>`.
    code: String,
    /// Name, as staff read it.
    name: String,
}

/// A source (連携元): one export of one system of one section.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileSource {
    /// Name in configuration.
    #[schema(value_type = schema::SourceCode)]
    code: String,
    /// Name, as staff read it.
    name: String,
    /// The section that holds it (保有課).
    section: String,
    /// Why it may be taken in.
    legal: Legal,
    /// What its loads claim to be complete for (収録範囲).
    coverage: Coverage,
    /// Days after the export's day from which its latest load is stale; null when it never is.
    #[schema(required = true)]
    stale_after_days: Option<u32>,
}

/// 法的根拠: why a source may be taken in. Without it there is no load.
#[derive(Debug, Serialize, ToSchema)]
pub struct Legal {
    /// 利用目的.
    purpose: String,
    /// 根拠条文.
    article: String,
    /// 決裁者.
    decided_by: String,
    /// When it was decided.
    decided_on: NaiveDate,
    /// The last day on which the source may be loaded.
    until: NaiveDate,
}

/// 収録範囲: whom a load claims to be complete for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// Whether an absent row is a collected zero for the cohort.
    is_complete: bool,
    /// Whom.
    cohort: CoverageCohort,
}

/// Whom a load claims to be complete for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageCohort {
    /// Everyone registered in the town.
    Residents,
    /// Those of them up to 18歳到達後最初の3月31日.
    Children,
    /// 町立小中学校の在籍者.
    TownSchoolPupils,
    /// Only those listed: no claim.
    Listed,
}

/// A rulebook (判定基準) as it holds in the town (町村別設定).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileRulebook {
    /// Name in configuration.
    #[schema(value_type = schema::RulebookCode)]
    code: String,
    /// Version.
    version: String,
    /// What staff call it.
    title: String,
    /// 版: digest of the shared rules.
    release: String,
    /// Digest of the town's choices.
    overlay: String,
    /// The first day the town's choices hold.
    effective_from: NaiveDate,
    /// The total from which a child is on the list.
    threshold: u8,
    /// What the town chose, and who answers for it.
    choices: Vec<Choice>,
}

/// One choice of the town.
#[derive(Debug, Serialize, ToSchema)]
pub struct Choice {
    /// The parameter, or `variant`.
    name: String,
    /// What was chosen.
    value: String,
    /// Why.
    reason: String,
    /// By whom.
    decided_by: String,
    /// When.
    decided_on: NaiveDate,
}

impl From<&Applied> for Profile {
    fn from(applied: &Applied) -> Self {
        let town = &applied.town;
        let section = |section: &profiles::Section| Section {
            code: section.code.to_string(),
            name: section.name.clone(),
        };
        Self {
            id: applied.id,
            town_code: town.code,
            name: town.name.clone(),
            digest: town.digest.to_string(),
            sections: town.sections.iter().map(section).collect(),
            sources: town
                .sources
                .iter()
                .map(|(code, source)| ProfileSource::new(code.as_str(), source))
                .collect(),
            rulebooks: town.rulebooks.values().map(ProfileRulebook::from).collect(),
        }
    }
}

impl ProfileSource {
    fn new(code: &str, source: &Source) -> Self {
        let legal = source.legal.clone();
        Self {
            code: code.to_owned(),
            name: source.name.clone(),
            section: source.section.to_string(),
            legal: Legal {
                purpose: legal.purpose,
                article: legal.article,
                decided_by: legal.decided_by,
                decided_on: legal.decided_on,
                until: legal.until,
            },
            coverage: Coverage {
                is_complete: source.coverage.complete,
                cohort: match source.coverage.cohort {
                    Cohort::Residents => CoverageCohort::Residents,
                    Cohort::Children => CoverageCohort::Children,
                    Cohort::TownSchoolPupils => CoverageCohort::TownSchoolPupils,
                    Cohort::Listed => CoverageCohort::Listed,
                },
            },
            stale_after_days: source.freshness.stale_after_days,
        }
    }
}

impl From<&Effective> for ProfileRulebook {
    fn from(effective: &Effective) -> Self {
        let choices = &effective.choices;
        let variant = Choice {
            name: "variant".to_owned(),
            value: choices.variant.value.clone(),
            reason: choices.variant.reason.clone(),
            decided_by: choices.variant.decided_by.clone(),
            decided_on: choices.variant.decided_on,
        };
        let params = choices.params.iter().map(|(name, decision)| Choice {
            name: name.clone(),
            value: decision.value.to_string(),
            reason: decision.reason.clone(),
            decided_by: decision.decided_by.clone(),
            decided_on: decision.decided_on,
        });
        Self {
            code: effective.rulebook.code.to_string(),
            version: effective.rulebook.version.clone(),
            title: effective.rulebook.title.ja.clone(),
            release: effective.release.to_string(),
            overlay: effective.overlay.to_string(),
            effective_from: choices.effective_from,
            threshold: effective.threshold(),
            choices: std::iter::once(variant).chain(params).collect(),
        }
    }
}
