//! Everything a child's sheet is made of, read at once and put into words.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use exports::{Entry, Fact, Group, Member, Note, Score, Sheet, Stamp};
use kernel::date::{Grade, PartialDate, age_on, wareki};
use kernel::id::PersonId;
use kernel::{Absence, Category, Identity, Known, TownCtx};
use linkage::kinship::Relation;
use rulebook::Contact;
use store::rows::pack::PackRow;
use store::rows::run::RunRow;

use super::trace::Trace;
use super::words;
use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::runs::Scored;
use crate::{App, Result};

/// What is known of one child, before it is put into words.
pub(super) struct Found {
    person: PersonId,
    identity: Identity,
    /// The household's other members, and relatives at the same address.
    others: BTreeMap<PersonId, Identity>,
    relations: Vec<Relation>,
    packs: Vec<PackRow>,
    scores: Vec<(RunRow, Scored)>,
}

impl App {
    /// Reads a child's records, household, relations and latest scores.
    pub(super) async fn sheet_of(&self, ctx: &TownCtx, profile: &Applied, person: PersonId) -> Result<Found> {
        let people = self.people(ctx.town).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let packs = conn.packs(person.uuid(), None).await.map_err(store)?;
        let mut scores = Vec::new();
        for rulebook in profile.town.rulebooks.keys() {
            let latest = conn.score_latest_of_person(rulebook.as_str(), person).await.map_err(store)?;
            let Some(latest) = latest else { continue };
            let run = conn.run(latest.run).await.map_err(store)?;
            let run = run.ok_or_else(|| internal("a score has no run"))?;
            let scored = serde_json::from_slice(&latest.body).map_err(|_| internal("a score is not JSON"))?;
            scores.push((run, scored));
        }
        drop(conn);
        let relations = people.kinship_of(person).map(|household| household.relations()).unwrap_or_default();
        let relations: Vec<_> =
            relations.into_iter().filter(|one| one.from == person || one.to == person).collect();
        let household = people.households.get(&person).and_then(|id| people.members.get(id));
        let related = relations.iter().flat_map(|one| [one.from, one.to]);
        let others: BTreeSet<PersonId> = household.into_iter().flatten().copied().chain(related).collect();
        let identity = |id: PersonId| people.identities.get(&id).cloned().unwrap_or_default();
        Ok(Found {
            person,
            identity: identity(person),
            others: others.into_iter().filter(|id| *id != person).map(|id| (id, identity(id))).collect(),
            relations,
            packs,
            scores,
        })
    }
}

impl Found {
    /// Everybody the sheet says something about.
    pub(super) fn persons(&self) -> Vec<PersonId> {
        std::iter::once(self.person).chain(self.others.keys().copied()).collect()
    }

    /// The sheet, as of a day.
    pub(super) fn sheet(&self, profile: &Applied, stamp: Stamp, today: NaiveDate) -> Result<Sheet> {
        let records = self.records(profile);
        let entries = records.iter().flat_map(|group| &group.entries).filter(|entry| entry.fact.absent);
        let mut absent: Vec<Fact> = entries
            .map(|entry| Fact {
                label: format!("{}（{}）", entry.fact.label, entry.when),
                said: format!("{}（{}）", entry.fact.said, entry.holder),
                absent: true,
            })
            .collect();
        let mut scores = Vec::new();
        for (run, scored) in &self.scores {
            let trace = Trace::read(&scored.trace)?;
            absent.extend(trace.absent());
            scores.push(score(profile, run, scored, &trace));
        }
        Ok(Sheet {
            stamp,
            name: name(self.identity.full_name(), &self.identity.family_name),
            kana: name(self.identity.full_kana(), &self.identity.family_kana),
            who: who(&self.identity, today),
            household: self.household(),
            scores,
            records,
            absent,
            notes: self.notes(),
        })
    }

    fn household(&self) -> Vec<Member> {
        let mut members: Vec<Member> = self.others.iter().map(|(id, who)| self.member(*id, who)).collect();
        members.sort_by(|a, b| a.kana.cmp(&b.kana));
        members
    }

    fn member(&self, id: PersonId, who: &Identity) -> Member {
        let relations = self.relations.iter().filter(|one| one.from == id && one.to == self.person);
        let told: Vec<String> = relations
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

    /// What is recorded, by category; the register and the notes have places of their own.
    fn records(&self, profile: &Applied) -> Vec<Group> {
        let mut groups: BTreeMap<Category, Vec<Entry>> = BTreeMap::new();
        for pack in self.packs.iter().filter(|pack| pack.body.written.is_none()) {
            for observation in &pack.body.observations {
                groups.entry(pack.category).or_default().push(Entry {
                    when: words::when(&observation.when),
                    fact: words::fact(profile, &observation.item, &observation.datum),
                    holder: profile.holder_of(pack),
                    source: format!("{} {}行目", source(profile, &pack.source), pack.line),
                    recorded: wareki(kernel::ctx::jst_date(pack.recorded_from)),
                });
            }
        }
        let told = |(category, entries): (Category, _)| Group { category: category.ja().to_owned(), entries };
        groups.into_iter().map(told).collect()
    }

    fn notes(&self) -> Vec<Note> {
        let written = self.packs.iter().filter_map(|pack| Some((pack, pack.body.written.as_ref()?)));
        written
            .flat_map(|(pack, written)| {
                let reason = written.reason.as_ref().map(|why| format!("・訂正：{why}")).unwrap_or_default();
                let by = format!("{}・第{}版{reason}", written.section_name, written.version);
                pack.body.observations.iter().filter_map(move |observation| {
                    let Known::Present(kernel::Value::Text(text)) = &observation.datum else { return None };
                    Some(Note { seen: words::when(&observation.when), text: text.clone(), by: by.clone() })
                })
            })
            .collect()
    }
}

fn score(profile: &Applied, run: &RunRow, scored: &Scored, trace: &Trace) -> Score {
    let outside = || "対象外の学年".to_owned();
    let range =
        |one: Option<rulebook::Interval>| one.map_or_else(outside, |one| words::interval(one.low, one.high));
    let contact = scored.contact.map_or_else(outside, |contact| Contact::ja(contact).to_owned());
    let fact = |label: &str, said: String| Fact { label: label.to_owned(), said, absent: false };
    Score {
        rulebook: words::rulebook(profile, &run.rulebook),
        as_of: format!("{}を対象日とする判定", wareki(run.as_of)),
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
