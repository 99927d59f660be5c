//! What happened, for a person to read: loads, rejects, links, relations, candidates, the handover, and
//! where to look.
#![expect(clippy::print_stdout, reason = "the summary is printed")]

use std::collections::BTreeMap;
use std::time::Duration;

use profiles::Cooperative;
use rulebook::List;
use store::rows::load::LoadCounts;

use super::Options;
use super::handover::Handed;
use super::loads::Loaded;
use super::scores::Scores;
use super::towns::{PASSWORD, Town};
use crate::table;

/// Everything there is to tell.
pub(super) struct Told<'a> {
    pub options: &'a Options,
    pub cooperative: &'a Cooperative,
    pub desks: &'a [Town],
    pub loaded: &'a BTreeMap<String, Loaded>,
    pub scores: &'a BTreeMap<String, Scores>,
    pub handed: &'a Handed,
    pub took: Duration,
    pub log_key: String,
}

/// Prints it.
pub(super) fn print(told: &Told<'_>) -> anyhow::Result<()> {
    let rule = "─".repeat(72);
    println!("\n{rule}\n襷 Tasuki  住民はすべて架空です / every resident is fictional\n{rule}");
    loads(told);
    rejects(told);
    relations(told);
    candidates(told);
    handover(told.handed);
    if !told.options.exit {
        addresses(told);
    }
    println!("{rule}");
    println!(
        "引継ぎは完了しました（{}→{}、{}件、{:.0}秒）。 / The handover is complete ({} items, {:.0} s in all).",
        told.handed.from,
        told.handed.to,
        told.handed.items,
        told.took.as_secs_f64(),
        told.handed.items,
        told.took.as_secs_f64()
    );
    Ok(())
}

fn loads(told: &Told<'_>) {
    println!("\n取込 / Loads");
    let rows = told.desks.iter().filter_map(|town| {
        let loads = &told.loaded.get(&town.slug)?.loads;
        let sum = |pick: fn(&LoadCounts) -> i64| {
            loads.iter().map(|load| pick(&load.counts)).sum::<i64>().to_string()
        };
        Some(vec![
            town.name.clone(),
            loads.len().to_string(),
            sum(|c| c.read),
            sum(|c| c.loaded),
            sum(|c| c.unchanged),
            sum(|c| c.rejected),
            sum(|c| c.loaded - c.queued),
            sum(|c| c.queued),
        ])
    });
    let heads = ["町村", "連携元", "行数", "取込", "変化なし", "取込エラー", "突合済", "突合待ち"];
    table::print(&heads, &rows.collect::<Vec<_>>());
}

fn rejects(told: &Told<'_>) {
    let mut reasons: BTreeMap<&str, i64> = BTreeMap::new();
    for load in told.loaded.values().flat_map(|loaded| &loaded.loads) {
        for (code, count) in &load.counts.rejects {
            *reasons.entry(code).or_default() += count;
        }
    }
    println!("\n取込エラー（理由別） / Rejects by reason");
    let words = |code: &str| {
        kernel::Code::ALL.iter().find(|known| known.as_str() == code).map(|known| known.entry().title.ja)
    };
    let rows = reasons.into_iter().map(|(code, count)| {
        vec![format!("{}（{code}）", words(code).unwrap_or_default()), count.to_string()]
    });
    table::print(&["理由", "件数"], &rows.collect::<Vec<_>>());
}

fn relations(told: &Told<'_>) {
    println!("\n親族関係 / Relations（続柄から。分からないものは「不明」とし、ひとり親とはしない）");
    let rows = told.desks.iter().filter_map(|town| {
        let kin = told.handed.kinship.get(&town.slug)?;
        let counts = [kin.children, kin.parents_unknown, kin.single_unknown];
        Some(std::iter::once(town.name.clone()).chain(counts.map(|count| count.to_string())).collect())
    });
    table::print(&["町村", "こども", "親が不明", "ひとり親か不明"], &rows.collect::<Vec<_>>());
}

fn candidates(told: &Told<'_>) {
    println!(
        "\n候補（図表7 ヤングケアラー） / Candidates: certain, possible, not assessable, out, out of scope, other ages"
    );
    let rows = told.desks.iter().filter_map(|town| {
        let counts = &told.scores.get(&town.slug)?.counts;
        let of = |list: List| counts.get(list.as_str()).copied().unwrap_or(0).to_string();
        let profile = told.cooperative.town(town.code)?;
        let threshold = profile.rulebooks.values().next().map(rulebook::Effective::threshold);
        let lists = [
            List::Certain,
            List::Possible,
            List::NotAssessable,
            List::Out,
            List::OutOfScope,
            List::NotInPopulation,
        ];
        let threshold = threshold.map(|t| t.to_string()).unwrap_or_default();
        Some([town.name.clone(), threshold].into_iter().chain(lists.map(of)).collect())
    });
    let heads = ["町村", "しきい値", "該当", "可能性", "判定不能", "非該当", "対象外", "年齢外"];
    table::print(&heads, &rows.collect::<Vec<_>>());
}

fn handover(handed: &Handed) {
    println!("\n引継ぎ / Handover {}", handed.id);
    println!("    {} → {}（{}、同意にもとづく）", handed.from, handed.to, handed.family);
    println!(
        "    送った記録 {}件、受け入れ {}件、突合待ち {}件",
        handed.items, handed.accepted, handed.waiting
    );
    println!("    主担当 / lead: {}", handed.lead);
    for child in &handed.children {
        println!(
            "    {}（{}）: {} では {} → {} では {}",
            child.name, child.grade, handed.from, child.before, handed.to, child.after
        );
        println!("        引継ぎ前の {}: {}", handed.to, child.between);
    }
}

fn addresses(told: &Told<'_>) {
    let port = told.options.port;
    println!("\n見る場所 / Where to look");
    println!("    API 文書 / docs   https://127.0.0.1:{port}/docs/");
    println!("    証明書 / CA file  {}", told.options.certificate().tls_cert.display());
    println!("    宛先と資格 / access  {}", super::access::file(told.options).display());
    if let Some(town) = told.desks.first() {
        println!("\nサインイン / Sign in（どの町でも同じ / the same in every town）");
        for (role, desk) in [
            ("町管理者", &town.admin),
            ("総括管理", &town.manager),
            ("活用", &town.case_worker),
            ("決裁・監査", &town.approver),
        ] {
            println!("    職員番号 {}  {role}", desk.number);
        }
        println!("    パスワード / password  {PASSWORD}");
    }
    println!("\nトークン / Tokens（7日間有効）");
    for town in told.desks {
        println!("    {}  活用      {}", town.name, town.case_worker.token);
        println!("    {}  総括管理  {}", town.name, town.manager.token);
        println!("    {}  決裁・監査 {}", town.name, town.approver.token);
        println!("    {}  町管理者  {}", town.name, town.admin.token);
    }
    if let Some(child) = told.handed.children.first() {
        println!("\nためす / Try");
        println!(
            "    curl --cacert {} -H 'Authorization: Bearer {}' -H 'Tasuki-Purpose: support' \\",
            told.options.certificate().tls_cert.display(),
            child.token
        );
        println!("        https://localhost:{port}/api/v1/persons/{}/timeline", child.person);
    }
    println!("\n    証跡の鍵 / log key  {}", told.log_key);
}
