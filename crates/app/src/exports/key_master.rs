//! 統合キーマスタ as a file: which number in which system is the same person. Only pairs that a load would join by
//! today are in it: a number that a row stated and that is somebody else's is not.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use exports::{Cell, Charset, Column, Stamp, Table};
use kernel::id::PersonId;
use kernel::{Category, Grant, Known, Observation, TownCtx, Value, When};
use layouts::layout::number_system;
use seal::BlindKey;

use super::Export;
use crate::error::{internal, store};
use crate::{App, Released, Result};

/// Who may take the table along: 総括管理主体, which keeps it (図表10).
const KEEPERS: &[Grant] = &[Grant::OverallManager];

const COLUMNS: &[(&str, u16)] = &[("宛名番号", 14), ("システム", 14), ("番号", 16), ("時点", 12)];

/// A person's number in a system, and the newest day on which a source said so.
type Pairs = BTreeMap<(String, String, String), (PersonId, NaiveDate)>;

impl App {
    /// The town's table of numbers as CSV, a row a person and system. Whoever is protected, or may not be seen by
    /// the caller, is left out, and the file says how many persons that are.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `export_not_allowed`, `protection_list_stale`.
    pub async fn export_key_master(&self, ctx: &TownCtx, charset: Charset) -> Result<Released<Export>> {
        let purpose = self.admit_reader(ctx, KEEPERS)?;
        let profile = self.require_export(ctx).await?;
        let protected = self.require_current_list(ctx).await?;
        let versions = self.towns.versions(ctx.town).await.map_err(store)?;
        let denials = self.denials_at(ctx.town, versions.auth).await?;
        let mut pairs = self.key_pairs(ctx).await?;
        let everybody = persons(&pairs);
        pairs.retain(|_, (person, _)| protected.of(*person).is_none());
        let unprotected = persons(&pairs);
        pairs.retain(|_, (person, _)| !denials.deny(ctx, *person));
        let shown = persons(&pairs);
        let left_out = (everybody.len() - unprotected.len(), unprotected.len() - shown.len());
        let stamp = self.stamp(ctx, &profile, purpose, ctx.today()).await?;
        let table = table(pairs, shown.len(), left_out, stamp);
        let file_name = format!("tasuki-key-master-{}.csv", ctx.today());
        let export = Export::csv(&table, charset, file_name, shown);
        self.leave(ctx, "key_master_export", KEEPERS, Vec::new(), export).await
    }

    /// Every pair that holds, in the order of the file.
    async fn key_pairs(&self, ctx: &TownCtx) -> Result<Pairs> {
        let people = self.people(ctx.town).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        // A whole town's are opened: not on a thread that answers others.
        let opening = self.jobs.spawn(async move {
            let keys = conn.keysets_all().await.map_err(store)?;
            let packs = conn.packs_all(&[Category::Household], &keys).await.map_err(store)?;
            let held: HashMap<_, _> = conn.identifier_all().await.map_err(store)?.into_iter().collect();
            let mut pairs = Pairs::new();
            for pack in packs {
                let person = PersonId::from_uuid(pack.subject);
                let atena = people.identities.get(&person).and_then(|who| who.local_id.value().cloned());
                let Some(atena) = atena else { continue };
                for seen in &pack.body.observations {
                    let Some((system, number, day)) = stated(seen) else { continue };
                    if holds(&held, &conn.keys().blind, (system, number), person) {
                        let key = (atena.clone(), system.to_owned(), number.to_owned());
                        let newest = pairs.entry(key).or_insert((person, day));
                        newest.1 = newest.1.max(day);
                    }
                }
            }
            Result::Ok(pairs)
        });
        opening.await.map_err(|_| internal("the table of numbers was not read"))?
    }
}

/// System, number and day, where an observation states the number of another system.
fn stated(seen: &Observation) -> Option<(&str, &str, NaiveDate)> {
    match (number_system(&seen.item), &seen.datum, &seen.when) {
        (Some(system), Known::Present(Value::Text(number)), When::AsOf(day)) => Some((system, number, *day)),
        _ => None,
    }
}

/// Whether a load would find this person by the number.
fn holds(
    held: &HashMap<Vec<u8>, PersonId>,
    blind: &BlindKey,
    (system, number): (&str, &str),
    person: PersonId,
) -> bool {
    let index = blind.identifier(system, number);
    index.and_then(|index| held.get(index.as_bytes().as_slice())) == Some(&person)
}

/// Everybody in the table, each once.
fn persons(pairs: &Pairs) -> Vec<PersonId> {
    let mut persons: Vec<_> = pairs.values().map(|(person, _)| *person).collect();
    persons.sort_unstable();
    persons.dedup();
    persons
}

fn table(pairs: Pairs, persons: usize, (protected, denied): (usize, usize), stamp: Stamp) -> Table {
    let rows = pairs.into_iter().map(|((atena, system, number), (_, day))| {
        [atena, system, number, day.to_string()].map(Cell::Text).into()
    });
    Table {
        title: "統合キーマスタ".to_owned(),
        stamp,
        remarks: vec![
            ("件数", format!("{persons}人")),
            ("支援措置のため除外", format!("{protected}人（画面で確認してください）")),
            ("閲覧制限のため除外", format!("{denied}人")),
        ],
        columns: COLUMNS.iter().map(|&(name, width)| Column { name, width }).collect(),
        rows: rows.collect(),
    }
}
