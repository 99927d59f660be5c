//! Candidates as clients see them: an interval with everything it rests on, never a bare number.

use app::Released;
use app::release::Listed;
use app::runs::Candidate as View;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Fault, Identity, TownCtx};
use rulebook::{Contact, List};
use serde::Serialize;
use utoipa::ToSchema;

use super::assessments::Assessment;
use super::trace::{Interval, Missing, Trace, settles, whole};
use crate::paging::as_of_ja;
use crate::schema;
use crate::v1::persons::Who;

/// A child and where a run put it (支援対象の候補).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "person": {
        "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "name": {"value": "架空　花子"}, "kana": {"value": "カクウ　ハナコ"},
        "birth_date": {"value": {
            "date": "2016-06-15", "wareki": "平成28年6月15日", "grade": {"code": "elementary_5", "ja": "小5"}, "age": 10
        }},
        "status": {"value": "resident"}
    },
    "list": "possible", "list_ja": "該当の可能性（確認が必要）",
    "interval": {"low": 5, "high": 15}, "concern": {"low": 5, "high": 10},
    "contact": "unknown", "contact_ja": "不明", "council": "new", "council_ja": "新規",
    "settles": [{
        "input": "late_last_month", "label": {"ja": "先月の遅刻", "en": "Times late last month"},
        "reason": "in_transit", "reason_ja": "前住所地からの引継ぎ待ち", "holders": ["学校教育課"]
    }],
    "assessment": null, "earlier_assessment": null
}))]
pub struct Candidate {
    /// Who, by the register; grade and age are those of the run's day.
    person: Who,
    /// 判定区分.
    #[schema(value_type = schema::CandidateList)]
    list: List,
    /// The same, as staff read it.
    list_ja: &'static str,
    /// リスク値: the exact total; null for a child who is not of the rulebook's grades.
    #[schema(required = true)]
    interval: Option<Interval>,
    /// 気になる状況; null likewise.
    #[schema(required = true)]
    concern: Option<Interval>,
    /// 相談のつながり; null likewise.
    #[schema(required = true, value_type = Option<schema::Contact>)]
    contact: Option<Contact>,
    /// The same, as staff read it.
    #[schema(required = true)]
    contact_ja: Option<&'static str>,
    /// 要対協: whether the council knows the child.
    council: Council,
    /// The same, as staff read it.
    council_ja: &'static str,
    /// Inputs of which any one would settle a possible child, could it be learnt.
    settles: Vec<Missing>,
    /// 候補の確認 in this run; null while nobody has assessed the child in it.
    #[schema(required = true)]
    assessment: Option<Assessment>,
    /// The last 候補の確認 of the child in an earlier run of the rulebook, with its date; null if there is none.
    #[schema(required = true)]
    earlier_assessment: Option<Assessment>,
}

/// Whether the council (要対協) knows a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Council {
    /// 既把握: its case is open there.
    Known,
    /// 新規: it is not there.
    New,
    /// 不明: the council's register was never loaded.
    Unknown,
}

impl Council {
    const fn of(known_case: Option<bool>) -> Self {
        match known_case {
            Some(true) => Self::Known,
            Some(false) => Self::New,
            None => Self::Unknown,
        }
    }

    const fn ja(self) -> &'static str {
        match self {
            Self::Known => "既把握",
            Self::New => "新規",
            Self::Unknown => "不明",
        }
    }
}

impl Candidate {
    /// A page of a list.
    ///
    /// # Errors
    /// `internal` for a trace that does not read.
    pub(super) fn all(released: &Released<Listed<View>>, as_of: NaiveDate) -> Result<Vec<Self>, Fault> {
        released.rows.iter().map(|view| Self::new(view, as_of)).collect()
    }

    fn new(view: &View, as_of: NaiveDate) -> Result<Self, Fault> {
        let nobody = Identity::default();
        let (scored, council) = (&view.scored, Council::of(view.scored.known_case));
        Ok(Self {
            person: Who::new(view.person, view.identity.as_ref().unwrap_or(&nobody), as_of),
            list: scored.list,
            list_ja: scored.list.ja(),
            interval: scored.interval.map(Interval::from),
            concern: scored.concern.map(Interval::from),
            contact: scored.contact,
            contact_ja: scored.contact.map(Contact::ja),
            council,
            council_ja: council.ja(),
            settles: settles(&scored.trace)?,
            assessment: view.assessment.as_ref().map(Assessment::from),
            earlier_assessment: view.earlier.as_ref().map(Assessment::from),
        })
    }
}

/// A child's result in a run with everything it rests on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "candidate": {
        "person": {
            "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
            "name": {"value": "架空　花子"}, "kana": {"value": "カクウ　ハナコ"},
            "birth_date": {"value": {
                "date": "2016-06-15", "wareki": "平成28年6月15日",
                "grade": {"code": "elementary_5", "ja": "小5"}, "age": 10
            }},
            "status": {"value": "resident"}
        },
        "list": "certain", "list_ja": "該当", "interval": {"low": 15, "high": 15}, "concern": {"low": 10, "high": 10},
        "contact": "none", "contact_ja": "無", "council": "new", "council_ja": "新規", "settles": [],
        "assessment": null, "earlier_assessment": null
    },
    "trace": {
        "rulebook": "young_carer",
        "release": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "overlay": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "variant": "figure_9", "as_of": "2026-11-21", "grade": "elementary_5", "list": "certain", "threshold": 11,
        "score": {
            "interval": {"low": 15, "high": 15}, "member_high": 15, "concern": {"low": 10, "high": 10}, "contact": "none",
            "indicators": [{
                "id": "late", "group": "attendance", "say": {"ja": "遅刻が多い", "en": "Often late"}, "state": "true",
                "points": {"low": 10, "high": 10}, "counted": {"in_low": 10, "in_high": 10},
                "evidence": [{
                    "of": "self", "kind": "record", "source": "attendance", "holder": "学校教育課",
                    "when": {"kind": "month", "month": "2026-09", "wareki": "令和8年9月"},
                    "recorded_at": "2026-10-05T01:00:00Z"
                }],
                "missing": []
            }],
            "settles": []
        }
    }
}))]
pub struct CandidateDetail {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// The child and where the run put it.
    candidate: Candidate,
    /// 判定根拠.
    trace: Trace,
}

impl CandidateDetail {
    /// One child's.
    ///
    /// # Errors
    /// `internal` for a trace that does not read.
    pub(super) fn of(released: &Released<View>, as_of: NaiveDate, ctx: &TownCtx) -> Result<Self, Fault> {
        Ok(Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            candidate: Candidate::new(released, as_of)?,
            trace: whole(&released.scored.trace)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use app::runs::Scored;
    use kernel::id::PersonId;
    use serde_json::json;

    use super::*;

    fn view(known_case: Option<bool>, trace: serde_json::Value) -> View {
        let interval = rulebook::Interval { low: 5, high: 15 };
        View {
            person: PersonId::new(),
            identity: None,
            scored: Scored {
                list: List::Possible,
                interval: Some(interval),
                concern: Some(interval),
                contact: Some(Contact::Unknown),
                known_case,
                trace,
            },
            assessment: None,
            earlier: None,
        }
    }

    #[test]
    fn a_candidate_is_an_interval_with_its_words_and_no_percentage() {
        let day = "2026-09-30".parse().unwrap();
        for (known, council, ja) in
            [(Some(true), "known", "既把握"), (Some(false), "new", "新規"), (None, "unknown", "不明")]
        {
            let candidate = Candidate::new(&view(known, json!({"score": null})), day).unwrap();
            let shown = serde_json::to_value(candidate).unwrap();
            assert_eq!(shown["interval"], json!({"low": 5, "high": 15}));
            assert_eq!((&shown["council"], &shown["council_ja"]), (&json!(council), &json!(ja)));
            assert_eq!((&shown["list"], &shown["contact_ja"]), (&json!("possible"), &json!("不明")));
            assert_eq!(shown["person"]["name"]["absent"], "not_collected");
            assert!(!shown.to_string().contains('%'));
        }
    }

    #[test]
    fn a_trace_that_does_not_read_is_our_mistake_and_not_an_empty_one() {
        let broken = view(None, json!({"score": {"settles": [{"input": "late"}]}}));
        let fault = Candidate::new(&broken, "2026-09-30".parse().unwrap()).unwrap_err();
        assert_eq!(fault.code(), kernel::Code::Internal);
    }
}
