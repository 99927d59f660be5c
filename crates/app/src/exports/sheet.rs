//! A child's sheet: the page that staff see of the child, put into words for paper. Where the child lives stays on
//! the screen.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use exports::{Entry, Fact, Group, Member, Note, Score, Sheet, Stamp};
use kernel::date::{Grade, PartialDate, age_on, wareki};
use kernel::id::PersonId;
use kernel::{Absence, Category, Identity, Known};
use rulebook::Contact;

use super::trace::Trace;
use super::words;
use crate::Result;
use crate::page::{LatestResult, PageView};
use crate::profiles::Applied;

/// The sheet of the child of a page, as of a day.
pub(super) fn sheet(page: &PageView, stamp: Stamp, today: NaiveDate) -> Result<Sheet> {
    let nobody = Identity::default();
    let identity = page.person.identity.as_ref().unwrap_or(&nobody);
    let mut absent = absent(page);
    let mut scores = Vec::new();
    for latest in &page.scores {
        let trace = Trace::read(&latest.scored.trace)?;
        absent.extend(trace.absent());
        scores.push(score(&page.profile, latest, &trace));
    }
    Ok(Sheet {
        stamp,
        name: name(identity.full_name(), &identity.family_name),
        kana: name(identity.full_kana(), &identity.family_kana),
        who: who(identity, today),
        household: household(page),
        scores,
        records: records(page),
        absent,
        notes: notes(page),
    })
}

/// Household and relatives, by their reading; the child is not among them.
fn household(page: &PageView) -> Vec<Member> {
    let members = page.household.iter().flat_map(|household| &household.members);
    let others = members.chain(&page.relatives).filter(|(id, _)| *id != page.person.id);
    let mut others: Vec<Member> = others.map(|(id, who)| member(page, *id, who)).collect();
    others.sort_by(|a, b| a.kana.cmp(&b.kana));
    others
}

fn member(page: &PageView, id: PersonId, who: &Identity) -> Member {
    let relations = page.relations.relations.iter();
    let told: Vec<String> = relations
        .filter(|one| one.from == id && one.to == page.person.id)
        .map(|one| {
            let [kind, certainty, ground] =
                [one.kind.words(), one.certainty.words(), one.evidence.words()].map(|words| words.ja);
            format!("{kind}（{certainty}・{ground}）")
        })
        .collect();
    Member {
        name: name(who.full_name(), &who.family_name),
        kana: name(who.full_kana(), &who.family_kana),
        birth: birth(&who.birth_date),
        relation: if told.is_empty() { "不明".to_owned() } else { told.join("、") },
    }
}

/// What is recorded, by category.
fn records(page: &PageView) -> Vec<Group> {
    let mut groups: BTreeMap<Category, Vec<Entry>> = BTreeMap::new();
    for entry in &page.timeline.entries {
        groups.entry(entry.category).or_default().push(Entry {
            when: words::when(&entry.observation.when),
            fact: words::fact(&page.profile, &entry.observation.item, &entry.observation.datum),
            holder: entry.holder.clone(),
            source: format!("{} {}行目", source(&page.profile, &entry.source), entry.line),
            recorded: wareki(kernel::ctx::jst_date(entry.recorded_at)),
        });
    }
    let told = |(category, entries): (Category, _)| Group { category: category.ja().to_owned(), entries };
    groups.into_iter().map(told).collect()
}

/// Every item of the dictionary without a value, why, and whom to ask.
fn absent(page: &PageView) -> Vec<Fact> {
    let items = page.absent.iter().map(|one| {
        let known = page.profile.cooperative.items.get(&one.item);
        let label = known.map_or_else(|| one.item.to_string(), |def| def.ja.clone());
        let asked = one.holder.as_ref().map(|holder| format!("（照会先：{holder}）")).unwrap_or_default();
        Fact {
            label: format!("{}：{label}", one.category.ja()),
            said: format!("{}{asked}", one.reason.ja()),
            absent: true,
        }
    });
    items.collect()
}

/// 見守り情報, each in the version in force.
fn notes(page: &PageView) -> Vec<Note> {
    let latest = page.notes.iter().filter_map(|note| note.versions.last());
    latest
        .map(|version| {
            let reason = version.reason.as_ref().map(|why| format!("・訂正：{why}")).unwrap_or_default();
            Note {
                seen: version.seen_on.map_or_else(|| "日付不明".to_owned(), wareki),
                text: version.text.clone(),
                by: format!("{}・第{}版{reason}", version.section_name, version.number),
            }
        })
        .collect()
}

fn score(profile: &Applied, latest: &LatestResult, trace: &Trace) -> Score {
    let scored = &latest.scored;
    let outside = || "対象外の学年".to_owned();
    let range =
        |one: Option<rulebook::Interval>| one.map_or_else(outside, |one| words::interval(one.low, one.high));
    let contact = scored.contact.map_or_else(outside, |contact| Contact::ja(contact).to_owned());
    let fact = |label: &str, said: String| Fact { label: label.to_owned(), said, absent: false };
    Score {
        rulebook: words::rulebook(profile, &latest.rulebook),
        as_of: format!("{}を対象日とする判定", wareki(latest.as_of)),
        list: scored.list.ja().to_owned(),
        facts: vec![
            fact("リスク値", range(scored.interval)),
            fact("基準点", format!("{}点以上", trace.threshold())),
            fact("気になる状況", range(scored.concern)),
            fact("相談のつながり", contact),
            fact("要対協", words::council(scored.known_case).to_owned()),
        ],
        indicators: trace.indicators(),
    }
}

fn who(identity: &Identity, today: NaiveDate) -> Vec<Fact> {
    let date = identity.birth_date.value().copied();
    let same = |of: &dyn Fn(NaiveDate) -> Option<String>| {
        let [first, last] = date.map(|date| [date.earliest(), date.latest()].map(of))?;
        first.filter(|first| Some(first) == last.as_ref())
    };
    let reason = identity.birth_date.absence();
    let grade = same(&|day| Some(Grade::of(day, today).ja()));
    let age = same(&|day| age_on(day, today).map(|age| format!("{age}歳")));
    vec![
        known("生年月日", date.map(PartialDate::wareki), reason),
        known("生年月日（西暦）", date.map(|date| date.to_string()), reason),
        known("学年", grade, reason),
        known("満年齢", age, reason),
        known("性別", identity.sex.value().map(|sex| words::sex(*sex).to_owned()), identity.sex.absence()),
        known(
            "住民状態",
            identity.status.value().map(|is| words::status(*is).to_owned()),
            identity.status.absence(),
        ),
    ]
}

fn known(label: &str, said: Option<String>, reason: Option<Absence>) -> Fact {
    let absent = said.is_none();
    // A date that is known in part gives no grade: the reason is that it does not tell.
    let reason = reason.map_or("日付の一部が不明", Absence::ja);
    Fact { label: label.to_owned(), said: said.unwrap_or_else(|| reason.to_owned()), absent }
}

fn name(known: Option<String>, family: &Known<String>) -> String {
    known.unwrap_or_else(|| format!("（{}）", family.absence().unwrap_or(Absence::NotCollected).ja()))
}

fn birth(date: &Known<PartialDate>) -> String {
    match date {
        Known::Present(date) => date.wareki(),
        Known::Absent(reason) => format!("（{}）", reason.ja()),
    }
}

/// A source's name as staff see it.
fn source(profile: &Applied, code: &str) -> String {
    let known = profile.town.sources.iter().find(|(known, _)| known.as_str() == code);
    known.map_or_else(|| code.to_owned(), |(_, source)| source.name.clone())
}
