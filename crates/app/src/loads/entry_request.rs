//! 入力依頼票: what a holding section is asked to fill in or put right in its own system, where, and what for. It
//! names lines and columns; nobody's name and no value.

use std::collections::BTreeMap;

use kernel::id::PersonId;
use kernel::{Absence, Code, Fault, ItemCode, Place, SectionCode, SourceCode, TownCtx};
use layouts::quality::ColumnCounts;
use profiles::Section;
use rulebook::Meaning;
use store::StoreError;
use store::rows::load::LoadRow;
use store::rows::reject::RejectRow;

use super::LOADERS;
use super::drift::share;
use super::report::numbers;
use crate::error::store;
use crate::profiles::Applied;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result};

/// The share of filled rows, in thousandths, below which a section is asked about a column. Where one in ten is
/// missing, a judgement that needs the column is unknown for a class of thirty's three. A mark, and no rule.
const LEAST_FILLED: i64 = 900;

/// Lines that are named of one ask; all are counted.
const LINES_NAMED: usize = 30;

/// Rejects that are looked through.
const REJECTS_READ: i64 = 5000;

/// Reasons that filling in mends. What a family declined, what another body holds and what does not apply is no gap.
const MENDABLE: &[Absence] = &[Absence::NotCollected, Absence::Unreadable, Absence::UnknownCode];

/// What one section is asked for.
#[derive(Debug, Clone)]
pub struct EntryRequest {
    /// The section.
    pub section: SectionCode,
    /// Its name.
    pub name: String,
    /// Its sources.
    pub sources: Vec<SourceAsks>,
}

/// What is asked for about one source.
#[derive(Debug, Clone)]
pub struct SourceAsks {
    /// 連携元.
    pub source: SourceCode,
    /// Its name, as staff see it.
    pub name: String,
    /// Its newest load; `None` when nothing of it was ever loaded.
    pub load: Option<LoadRow>,
    /// What is asked for.
    pub asks: Vec<Ask>,
}

kernel::words! {
    /// What is asked of a section.
    AskKind {
        /// Lines that could not be loaded.
        Correct = "correct", "誤りを直す" / "put right";
        /// A column that is seldom filled.
        FillIn = "fill_in", "空欄を埋める" / "fill in";
        /// Codes nobody said the meaning of.
        Explain = "explain", "コードの意味を知らせる" / "say what the codes mean";
    }
}

impl AskKind {
    /// What to do, in words.
    #[must_use]
    pub const fn what_to_do(self) -> (&'static str, &'static str) {
        match self {
            Self::Correct => (
                "元のシステムで直し、直した行を訂正の取込に出すか、次回の全件に含めてください。",
                "Correct it in your system; hand the corrected lines in, or let the next whole file have them.",
            ),
            Self::FillIn => (
                "分かるものは元のシステムに入力してください。分からないもの・該当しないものは、空欄のままにせず、その理由の記号で書いてください。",
                "Enter what is known. For what is not known or does not apply, write the sign of its reason instead of a blank.",
            ),
            Self::Explain => (
                "新しいコードなら、意味を町の取込担当に知らせてください（コード表に足します）。誤りなら元のシステムで直してください。",
                "If the code is new, tell whoever loads files what it means (it goes into the code list); if it is a mistake, correct it in your system.",
            ),
        }
    }
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What.
    pub kind: AskKind,
    /// About which column; `None` for whole lines.
    pub column: Option<String>,
    /// What is wrong with it.
    pub code: Option<Code>,
    /// How many rows.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The first lines, where they are known.
    pub lines: Vec<i32>,
    /// What the column is used for: items, and what rules ask of them.
    pub used_for: Vec<String>,
}

impl Resident for EntryRequest {
    fn persons(&self) -> Vec<PersonId> {
        // Lines and columns; whose they are is not said.
        Vec::new()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {}
}

impl App {
    /// What sections are asked to fill in or put right, by the newest load of each of their sources: one section, or
    /// every one that holds a source.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `invalid_value` for a section the profile does not have.
    pub async fn entry_requests(
        &self,
        ctx: &TownCtx,
        section: Option<&SectionCode>,
    ) -> Result<Released<Vec<EntryRequest>>> {
        self.admit_reader(ctx, LOADERS)?;
        let profile = self.profile(ctx).await?;
        if section.is_some_and(|code| profile.town.section(code).is_none()) {
            let fault = Fault::new(Code::InvalidValue).with("name", "section");
            return Err(fault.with_words(
                "why",
                "町の設定にない課です",
                "the town's profile has no such section",
            ));
        }
        let mut requests = Vec::new();
        for known in
            profile.town.sections.iter().filter(|known| section.is_none_or(|code| known.code == *code))
        {
            let request = self.entry_request(ctx, &profile, known).await?;
            if section.is_some() || !request.sources.is_empty() {
                requests.push(request);
            }
        }
        self.release(ctx, "entry_request", LOADERS, requests).await
    }

    async fn entry_request(
        &self,
        ctx: &TownCtx,
        profile: &Applied,
        section: &Section,
    ) -> Result<EntryRequest> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let mut newest = conn.load_latest_by_source().await.map_err(store)?;
        drop(conn);
        let mut sources = Vec::new();
        for (code, source) in profile.town.sources.iter().filter(|(_, source)| source.section == section.code)
        {
            let load = newest.remove(code.as_str());
            let asks = match &load {
                Some(load) => self.asks(ctx, profile, load).await?,
                None => Vec::new(),
            };
            sources.push(SourceAsks { source: code.clone(), name: source.name.clone(), load, asks });
        }
        Ok(EntryRequest { section: section.code.clone(), name: section.name.clone(), sources })
    }

    async fn asks(&self, ctx: &TownCtx, profile: &Applied, load: &LoadRow) -> Result<Vec<Ask>> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Some(row) = conn.load_quality(load.id).await.map_err(store)? else { return Ok(Vec::new()) };
        let rejects = match conn.load_key(load.upload).await {
            Ok(key) => conn.reject_list(load.id, &key, None, REJECTS_READ).await.map_err(store)?,
            // Gone with its key: the columns still say how much there was.
            Err(StoreError::Sealed) => Vec::new(),
            Err(error) => return Err(store(error)),
        };
        drop(conn);
        let file = numbers(&row.counts)?.file;
        let used = |column: Option<&str>| {
            let of = file.columns.iter().find(|one| Some(one.name.as_str()) == column);
            of.map(|of| used_for(profile, of)).unwrap_or_default()
        };
        let mut asks: Vec<Ask> = wrong(&rejects)
            .into_iter()
            .map(|((column, code), lines)| Ask {
                kind: AskKind::Correct,
                used_for: used(column.as_deref()),
                code: Some(code),
                count: lines.len() as u64,
                of: file.rows,
                lines: lines.into_iter().take(LINES_NAMED).collect(),
                column,
            })
            .collect();
        asks.extend(file.columns.iter().flat_map(|column| gaps(column, &used(Some(&column.name)))));
        Ok(asks)
    }
}

/// Lines that are still wrong, by column and reason.
fn wrong(rejects: &[RejectRow]) -> BTreeMap<(Option<String>, Code), Vec<i32>> {
    let mut wrong: BTreeMap<_, Vec<i32>> = BTreeMap::new();
    for row in rejects.iter().filter(|row| row.state == "open") {
        for reason in &row.detail.reasons {
            let column = match reason.place() {
                Some(Place::Line { column, .. }) => column.clone(),
                _ => None,
            };
            wrong.entry((column, reason.code())).or_default().push(row.line);
        }
    }
    wrong
}

/// What a column lacks that filling in or a word about its codes would mend.
fn gaps(column: &ColumnCounts, used_for: &[String]) -> Vec<Ask> {
    let of = column.rows();
    let ask = |kind, code, count| {
        let used_for = used_for.to_vec();
        Ask { kind, column: Some(column.name.clone()), code, count, of, lines: Vec::new(), used_for }
    };
    let mut gaps = Vec::new();
    let missing = MENDABLE.iter().filter_map(|reason| column.absent.get(reason)).sum();
    // What nothing uses nobody is asked for.
    if share(missing, of) > 1000 - LEAST_FILLED && !used_for.is_empty() {
        gaps.push(ask(AskKind::FillIn, None, missing));
    }
    if column.unknown > 0 {
        gaps.push(ask(AskKind::Explain, Some(Code::CodeUnmapped), column.unknown));
    }
    gaps
}

/// What a column is used for.
fn used_for(profile: &Applied, column: &ColumnCounts) -> Vec<String> {
    let mut used: Vec<String> = column.items.iter().flat_map(|item| uses(profile, item)).collect();
    let identity = match column.to.as_str().rsplit_once('.') {
        Some(("record", _)) => Some("いつの記録か"),
        Some((_, "local_id" | "name" | "kana")) => Some("本人の特定（突合）"),
        Some((_, "family_name" | "given_name" | "family_kana" | "given_kana" | "sex")) => {
            Some("本人の特定（突合）")
        }
        Some((_, "birth_date")) => Some("本人の特定（突合）、年齢・学年"),
        Some((_, "household_no")) => Some("世帯"),
        Some((_, "status" | "resident_since" | "moved_out_on" | "moved_in_from")) => {
            Some("転入・転出と引継ぎ")
        }
        Some((_, "address" | "postal_code" | "phone")) => Some("連絡と訪問"),
        Some((_, part)) if part.starts_with("relation") => Some("親子・きょうだいの関係"),
        _ => None,
    };
    used.extend(identity.map(str::to_owned));
    used
}

/// An item, and what each rulebook of the town asks of it.
fn uses(profile: &Applied, item: &ItemCode) -> Vec<String> {
    let name = profile.cooperative.items.get(item).map_or_else(|| item.to_string(), |def| def.ja.clone());
    let rules = profile.town.rulebooks.values().flat_map(|rules| {
        let asks = rules
            .rulebook
            .inputs
            .iter()
            .filter(|input| matches!(&input.meaning, Meaning::Item { item: asked, .. } if asked == item));
        asks.map(|input| format!("{}「{}」", rules.rulebook.title.ja, input.label.ja))
    });
    let mut rules: Vec<String> = rules.collect();
    rules.sort();
    rules.dedup();
    if rules.is_empty() { vec![format!("データ項目「{name}」")] } else { rules }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_what_filling_in_would_mend() {
        let column = |absent: &[(Absence, u64)], unknown| ColumnCounts {
            filled: 100 - absent.iter().map(|(_, count)| count).sum::<u64>(),
            absent: absent.iter().copied().collect(),
            unknown,
            ..ColumnCounts::default()
        };
        let used = ["学年".to_owned()];
        let kinds = |column| gaps(&column, &used).iter().map(|ask| ask.kind).collect::<Vec<_>>();
        assert_eq!(kinds(column(&[(Absence::NotCollected, 10)], 0)), []);
        assert_eq!(
            kinds(column(&[(Absence::NotCollected, 6), (Absence::Unreadable, 5)], 0)),
            [AskKind::FillIn]
        );
        let others = [(Absence::Declined, 40), (Absence::NotApplicable, 40), (Absence::HeldElsewhere, 20)];
        assert_eq!(kinds(column(&others, 0)), [], "no family is asked again, and no other body's record");
        assert_eq!(kinds(column(&[], 1)), [AskKind::Explain]);
        assert!(gaps(&column(&[(Absence::NotCollected, 90)], 0), &[]).is_empty(), "nothing uses it");
    }
}
