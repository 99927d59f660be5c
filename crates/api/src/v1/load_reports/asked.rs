//! An 入力依頼票 as clients read it.

use app::Released;
use app::loads::{Ask as Asked, EntryRequest as Request, SourceAsks};
use chrono::NaiveDate;
use kernel::id::LoadId;
use kernel::{Code, SourceCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::known::Word;
use crate::schema;

/// What sections are asked for (入力依頼票).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"sections": [{
    "section": "board/gakko", "name": "学校教育課", "sources": [{
        "source_code": "attendance", "name": "月別の出欠", "load_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "as_of": "2026-11-01", "asks": [{
            "kind": {"code": "correct", "ja": "誤りを直す", "en": "put right"}, "column": "遅刻", "code": "out_of_range",
            "count": 2, "of": 310, "lines": [12, 40], "used_for": ["ヤングケアラー「遅刻」"],
            "what_to_do_ja": "元のシステムで直し…", "what_to_do_en": "Correct it in your system…"
        }]
    }]
}]}))]
pub struct EntryRequests {
    /// 課・班.
    sections: Vec<EntryRequest>,
}

/// What one section is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryRequest {
    /// 課・班.
    section: String,
    /// Its name.
    name: String,
    /// Its 連携元.
    sources: Vec<EntrySource>,
}

/// One source of the section.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntrySource {
    /// 連携元.
    #[schema(value_type = schema::SourceCode)]
    source_code: SourceCode,
    /// Its name.
    name: String,
    /// 取込: the newest one; null when nothing was ever loaded.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    load_id: Option<LoadId>,
    /// The day that one shows.
    #[schema(required = true)]
    as_of: Option<NaiveDate>,
    /// What is asked for.
    asks: Vec<EntryAsk>,
}

/// One thing that is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryAsk {
    /// What: `correct`, `fill_in`, `explain`.
    kind: Word,
    /// About which column; null for whole lines.
    #[schema(required = true)]
    column: Option<String>,
    /// What is wrong; null for blanks.
    #[schema(required = true, value_type = Option<schema::ErrorCode>)]
    code: Option<Code>,
    /// How many rows.
    #[schema(minimum = 0)]
    count: u64,
    /// Of how many.
    #[schema(minimum = 0)]
    of: u64,
    /// The first lines of the file, where they are known.
    lines: Vec<i32>,
    /// What the column is used for.
    used_for: Vec<String>,
    /// どうするか.
    what_to_do_ja: &'static str,
    /// The same in English.
    what_to_do_en: &'static str,
}

impl EntryRequests {
    pub(super) fn of(released: &Released<Vec<Request>>) -> Self {
        Self { sections: released.iter().map(EntryRequest::of).collect() }
    }
}

impl EntryRequest {
    fn of(request: &Request) -> Self {
        Self {
            section: request.section.to_string(),
            name: request.name.clone(),
            sources: request.sources.iter().map(EntrySource::of).collect(),
        }
    }
}

impl EntrySource {
    fn of(asks: &SourceAsks) -> Self {
        Self {
            source_code: asks.source.clone(),
            name: asks.name.clone(),
            load_id: asks.load.as_ref().map(|load| load.id),
            as_of: asks.load.as_ref().map(|load| load.as_of),
            asks: asks.asks.iter().map(EntryAsk::of).collect(),
        }
    }
}

impl EntryAsk {
    fn of(ask: &Asked) -> Self {
        let (what_to_do_ja, what_to_do_en) = ask.kind.what_to_do();
        Self {
            kind: Word::new(ask.kind.as_str(), ask.kind.ja(), ask.kind.en()),
            column: ask.column.clone(),
            code: ask.code,
            count: ask.count,
            of: ask.of,
            lines: ask.lines.clone(),
            used_for: ask.used_for.clone(),
            what_to_do_ja,
            what_to_do_en,
        }
    }
}
