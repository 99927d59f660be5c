//! A load's report and a section's 入力依頼票 on paper.

use chrono::{DateTime, Utc};
use exports::{Heading, Paper, Part, Stamp};
use kernel::ctx::jst_date;
use kernel::date::wareki;
use kernel::id::{LoadId, StaffId};
use kernel::{Code, CoopCtx, SectionCode, TownCode, TownCtx};
use layouts::quality::{Column, ColumnCounts, FENCE, Lines, SHOWN, UNKNOWN_KEPT};
use std::collections::BTreeMap;

use super::LOADERS;
use super::drift::{Change, Differs, ROWS_MARK, SHARE_MARK, share};
use super::entry_request::{Ask, EntryRequest, SourceAsks};
use super::report::{Findings, LoadReport, SignOff};
use crate::error::store;
use crate::exports::Export;
use crate::{App, Released, Result};

/// Names of staff, for who loaded and who has seen it.
type Names = BTreeMap<StaffId, String>;

impl App {
    /// A load's report as a page to be printed, with lines and values.
    ///
    /// # Errors
    /// As [`App::load_findings`].
    pub async fn load_report_page(&self, ctx: &TownCtx, id: LoadId) -> Result<Released<Export>> {
        let purpose = self.admit_reader(ctx, LOADERS)?;
        let (report, profile) = self.report_of(ctx.town, id).await?;
        let findings = self.load_findings(ctx, id).await?;
        let stamp = self.stamp(ctx, &profile, purpose, report.load.as_of).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let staff = conn.staff_list().await.map_err(store)?;
        drop(conn);
        let names: Names = staff.into_iter().map(|one| (one.id, one.name)).collect();
        let bytes = exports::paper(&paper(&report, &findings, &names, stamp))?;
        let name = format!("tasuki-load-report-{}-{}.html", report.load.source, report.load.as_of);
        self.release(ctx, "load_report", LOADERS, Export::page(bytes, name)).await
    }

    /// The same for the operator: structure, counts and reasons alone.
    ///
    /// # Errors
    /// As [`App::load_report_for_operator`].
    pub async fn load_report_page_for_operator(
        &self,
        ctx: &CoopCtx,
        town: TownCode,
        id: LoadId,
    ) -> Result<Vec<u8>> {
        let (report, profile) = self.report_of(town, id).await?;
        let stamp = Stamp {
            town: profile.town.name.clone(),
            staff: "運用担当".to_owned(),
            section: "組合".to_owned(),
            at: ctx.now,
            purpose: "取込の運用（件数のみ）".to_owned(),
            as_of: report.load.as_of,
        };
        exports::paper(&paper(&report, &Findings::for_operator(), &Names::new(), stamp))
    }

    /// A section's 入力依頼票, or every section's, as a page to be printed.
    ///
    /// # Errors
    /// As [`App::entry_requests`].
    pub async fn entry_request_page(
        &self,
        ctx: &TownCtx,
        section: Option<&SectionCode>,
    ) -> Result<Released<Export>> {
        let purpose = self.admit_reader(ctx, LOADERS)?;
        let requests = self.entry_requests(ctx, section).await?;
        let profile = self.profile(ctx).await?;
        let stamp = self.stamp(ctx, &profile, purpose, ctx.today()).await?;
        let bytes = exports::paper(&request_paper(&requests, stamp))?;
        let whose = section.map_or_else(|| "all".to_owned(), |section| section.as_str().replace('/', "-"));
        let name = format!("tasuki-entry-request-{whose}-{}.html", ctx.today());
        self.release(ctx, "entry_request", LOADERS, Export::page(bytes, name)).await
    }
}

fn paper(report: &LoadReport, findings: &Findings, names: &Names, stamp: Stamp) -> Paper {
    let mut parts = vec![file(report, findings, names), rows(report), persons(report), columns(report)];
    parts.push(drift(report));
    parts.extend(found(report, findings));
    parts.push(signed(report, findings, names));
    Paper {
        stamp,
        title: Heading { ja: "取込品質報告", en: "Quality of a load" },
        subject: format!("{}（{}時点）", report.source_name, wareki(report.load.as_of)),
        parts,
    }
}

fn file(report: &LoadReport, findings: &Findings, names: &Names) -> Part {
    let (load, reading) = (&report.load, &report.numbers.file.reading);
    let decided = match reading.decided_on_line {
        Some(line) => format!("{}（{line}行目の文字で確認）", reading.encoding),
        None => format!("{}（英数字だけのため、ほかの文字コードとも読める）", reading.encoding),
    };
    let by = names.get(&load.started_by).cloned();
    let part = Part::new("ファイル", "The file")
        .fact("連携元", format!("{}（{}）", report.source_name, load.source))
        .fact("保有課", report.holder.as_ref().map_or("（設定にない連携元）", |(_, name)| name.as_str()))
        .fact("時点", wareki(load.as_of))
        .fact("取込", load.id.to_string())
        .fact("取込日", day(load.finished_at.unwrap_or(load.started_at)))
        .fact("取り込んだ人", by.unwrap_or_else(|| load.started_by.to_string()))
        .fact("大きさ", format!("{} バイト", report.numbers.bytes))
        .fact("文字コード", decided)
        .fact("BOM", if reading.byte_order_mark { "あり" } else { "なし" })
        .fact("行の内容", findings.state.ja());
    match load.corrects {
        Some(corrected) => part.fact("訂正した取込", corrected.to_string()),
        None => part,
    }
}

fn rows(report: &LoadReport) -> Part {
    let c = &report.load.counts;
    let reasons = c.rejects.iter().map(|(code, count)| {
        let code = Code::ALL.iter().find(|known| known.as_str() == code);
        let title = code.map_or("", |code| code.entry().title.ja);
        let code = code.map_or("", |code| code.as_str());
        vec![title.to_owned(), code.to_owned(), count.to_string()]
    });
    let state = |state: &str| report.rejects.get(state).copied().unwrap_or_default();
    Part::new("行", "Rows")
        .fact("読んだ行", c.read.to_string())
        .fact("取り込んだ行", c.loaded.to_string())
        .fact("変わらない行", c.unchanged.to_string())
        .fact("エラーの行", c.rejected.to_string())
        .fact("終了した記録", c.closed.to_string())
        .fact("同じキーの行", report.numbers.file.duplicates.to_string())
        .fact("エラー：未訂正", state("open").to_string())
        .fact("エラー：訂正済み", state("corrected").to_string())
        .fact("エラー：後の全件で置換", state("superseded").to_string())
        .hint("読んだ行＝取り込んだ行＋変わらない行＋エラーの行。合わない取込は適用されません。")
        .hint("一つの行に理由が二つあれば、下の表では両方に数えます。")
        .grid(&[("理由", "Reason"), ("コード", "Code"), ("行", "Rows")], reasons.collect())
}

fn persons(report: &LoadReport) -> Part {
    let (met, open) = (&report.numbers.met, report.link_tasks.get("open").copied().unwrap_or_default());
    Part::new("人の特定", "Whose records they are")
        .fact("新しく知った人", met.newcomers.to_string())
        .fact("番号を新しく知った人", met.numbers_learned.to_string())
        .fact("知らない記録の終了", met.ended_unknown.to_string())
        .fact("該当者なし", met.orphans.to_string())
        .fact("候補あり（決まらない）", met.ambiguous.to_string())
        .fact("突合待ち（今日）", open.to_string())
        .hint("「該当者なし」と「候補あり」は突合待ちに入り、人が決めるまでだれの記録にもなりません。")
}

fn columns(report: &LoadReport) -> Part {
    let row = |column: &ColumnCounts| {
        let rows = column.rows();
        let absent = column.absent.iter().map(|(reason, count)| format!("{} {count}", reason.ja()));
        let refused = column.refused.iter().map(|(code, count)| format!("{} {count}", code.entry().title.ja));
        let marks = [
            ("未知のコード", column.unknown),
            ("元号の終わりを過ぎた日付", column.era_overflow),
            ("時点より後の生年月日", column.after_export),
            ("外れ値", column.outliers),
        ];
        let marks =
            marks.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count}"));
        vec![
            column.name.clone(),
            percent(share(column.filled, rows)),
            absent.collect::<Vec<_>>().join("、"),
            refused.collect::<Vec<_>>().join("、"),
            marks.collect::<Vec<_>>().join("、"),
        ]
    };
    let heads = [
        ("列", "Column"),
        ("記入", "Filled"),
        ("値なし（理由別）", "Absent, by reason"),
        ("エラー", "Rejected"),
        ("気になる点", "Marks"),
    ];
    let uncut = report.numbers.file.uncut.iter();
    let uncut: Vec<String> =
        uncut.map(|(code, count)| format!("{} {count}", code.entry().title.ja)).collect();
    let part = Part::new("列", "Columns").grid(&heads, report.numbers.file.columns.iter().map(row).collect());
    if uncut.is_empty() {
        part
    } else {
        part.hint(format!("列に分けられなかった行：{}", uncut.join("、")))
    }
}

fn drift(report: &LoadReport) -> Part {
    let row = |change: &Change| {
        let say = |value: i64| if change.what == Differs::Rows { value.to_string() } else { percent(value) };
        let reason = change.reason.map(|reason| format!("（{}）", reason.ja())).unwrap_or_default();
        vec![
            change.column.clone().unwrap_or_else(|| "全体".to_owned()),
            format!("{}{reason}", change.what.ja()),
            say(change.now),
            format!("{}～{}", say(change.least), say(change.most)),
        ]
    };
    let heads = [("列", "Column"), ("何が", "What"), ("今回", "Now"), ("これまで", "Before")];
    let part = Part::new("前回までとの違い", "Drift").grid(&heads, report.drift.iter().map(row).collect());
    let said = match (report.compared.len(), report.drift.is_empty()) {
        (0, _) => "比べる取込がまだありません。".to_owned(),
        (count, true) => format!("直近{count}回の取込と比べて、大きな違いはありません。"),
        (count, false) => format!("直近{count}回の取込と比べました。"),
    };
    part.hint(said).hint(format!(
        "目印の基準：割合は直近の最小～最大から{}ポイント、行数は{ROWS_MARK}%を超えて外れたとき。読む人のための目印で、何も止めません。",
        SHARE_MARK / 10
    ))
}

/// Lines and values, for whoever may see them.
fn found(report: &LoadReport, findings: &Findings) -> Option<Part> {
    let Some(quality) = &findings.quality else { return None };
    let mut rows = Vec::new();
    let whole = "行全体";
    for (code, lines) in &quality.uncut {
        rows.push(told(whole, code.entry().title.ja, lines, String::new()));
    }
    if quality.duplicates.count > 0 {
        rows.push(told(whole, "同じキーの行", &quality.duplicates, String::new()));
    }
    for column in &quality.columns {
        rows.extend(of_column(column));
    }
    let heads = [("列", "Column"), ("何が", "What"), ("件数", "Cells"), ("行", "Lines"), ("値", "Values")];
    let part = Part::new("見つかったもの（行と値）", "Findings, with lines and values").grid(&heads, rows);
    let part = part.hint(format!(
        "行は初めの{SHOWN}件、未知のコードは種類ごとに多い順で{UNKNOWN_KEPT}種まで。外れ値は、四分位の外側へ四分位範囲の{FENCE}倍を超えて離れた値（Tukey 1977）。四分位は一定間隔で抜き出した値によります。"
    ));
    Some(if report.numbers.file.rows == 0 { part.hint("行がありません。") } else { part })
}

fn of_column(column: &Column) -> Vec<Vec<String>> {
    let name = column.name.as_str();
    let mut rows: Vec<Vec<String>> = column
        .refused
        .iter()
        .map(|(code, lines)| {
            let is_gaiji = *code == Code::Gaiji;
            let codes: Vec<&str> = column.gaiji.iter().map(|one| one.code.as_str()).collect();
            told(name, code.entry().title.ja, lines, if is_gaiji { codes.join("、") } else { String::new() })
        })
        .collect();
    for code in &column.unknown.codes {
        let lines = format!("{}から", code.line);
        rows.push(
            [name, "未知のコード", &code.count.to_string(), &lines, &code.value].map(str::to_owned).into(),
        );
    }
    if column.unknown.beyond > 0 {
        let count = column.unknown.beyond.to_string();
        rows.push([name, "未知のコード（上のほか）", &count, "", ""].map(str::to_owned).into());
    }
    for (what, lines) in
        [("元号の終わりを過ぎた日付", &column.era_overflow), ("時点より後の生年月日", &column.after_export)]
    {
        if lines.count > 0 {
            rows.push(told(name, what, lines, String::new()));
        }
    }
    if let Some(outliers) = &column.outliers {
        let lines: Vec<String> = outliers.values.iter().map(|one| one.line.to_string()).collect();
        let values: Vec<&str> = outliers.values.iter().map(|one| one.value.as_str()).collect();
        let count = format!("{}{}", values.len(), if outliers.is_capped { "以上" } else { "" });
        let values = format!("{}（{}～{}の外）", values.join("、"), outliers.low, outliers.high);
        rows.push([name, "外れ値", &count, &lines.join("、"), &values].map(str::to_owned).into());
    }
    rows
}

fn told(column: &str, what: &str, lines: &Lines, values: String) -> Vec<String> {
    let first: Vec<String> = lines.first.iter().map(u32::to_string).collect();
    let more = if lines.count > first.len() as u64 { "…" } else { "" };
    vec![column.to_owned(), what.to_owned(), lines.count.to_string(), first.join("、") + more, values]
}

fn signed(report: &LoadReport, findings: &Findings, names: &Names) -> Part {
    let part = Part::new("確認", "Sign-off");
    match report.signed {
        None => part.hint("まだ確認されていません。").fact("確認者", "").fact("確認日", ""),
        Some(SignOff { by, at }) => {
            let name = names.get(&by).cloned().unwrap_or_else(|| by.to_string());
            let part = part.fact("確認者", name).fact("確認日", day(at));
            match &findings.remark {
                Some(remark) => part.fact("所見", remark.clone()),
                None => part,
            }
        }
    }
}

fn request_paper(requests: &[EntryRequest], stamp: Stamp) -> Paper {
    let parts = requests.iter().flat_map(|request| request.sources.iter().map(|one| asked(request, one)));
    let subject = match requests {
        [one] => format!("{} 御中", one.name),
        several => format!("{}の課", several.len()),
    };
    let parts = parts.collect();
    Paper { stamp, title: Heading { ja: "入力依頼票", en: "Entry request" }, subject, parts }
}

fn asked(request: &EntryRequest, source: &SourceAsks) -> Part {
    let row = |ask: &Ask| {
        let lines: Vec<String> = ask.lines.iter().map(i32::to_string).collect();
        let more = if !lines.is_empty() && ask.count > lines.len() as u64 { "…" } else { "" };
        let what = match ask.code {
            Some(code) => format!("{}（{}）", ask.kind.ja(), code.entry().title.ja),
            None => ask.kind.ja().to_owned(),
        };
        vec![
            ask.column.clone().unwrap_or_else(|| "行全体".to_owned()),
            what,
            format!("{}／{}行", ask.count, ask.of),
            lines.join("、") + more,
            ask.used_for.join("、"),
            ask.kind.what_to_do().0.to_owned(),
        ]
    };
    let heads = [
        ("列", "Column"),
        ("お願い", "What is asked"),
        ("件数", "Rows"),
        ("行", "Lines"),
        ("何に使うか", "What it is used for"),
        ("どうするか", "What to do"),
    ];
    let mut part = Part::new("連携元", "Source").grid(&heads, source.asks.iter().map(row).collect());
    part.of = format!("{}（{}）", source.name, request.name);
    match &source.load {
        None => part.hint("まだ一度も取り込まれていません。"),
        Some(load) => {
            let part = part.fact("時点", wareki(load.as_of)).fact("取込", load.id.to_string());
            let part = part.fact("読んだ行", load.counts.read.to_string());
            let part = part.fact("エラーの行", load.counts.rejected.to_string());
            if source.asks.is_empty() {
                part.hint("お願いすることはありません。")
            } else {
                part
            }
        }
    }
}

/// Thousandths as per cent.
fn percent(share: i64) -> String {
    format!("{}.{}%", share / 10, share % 10)
}

fn day(at: DateTime<Utc>) -> String {
    wareki(jst_date(at))
}
