//! 到着: which source of which town came, is late, was refused. What is expected stands in the towns'
//! profiles, what came in the hub; neither says anything of a resident.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::date::YearMonth;
use kernel::{Code, CoopCtx, TownCode, TownCtx};
use profiles::{Arrival, ArrivalState, Came, Expected};
use store::hub::ArrivalRow;

use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::{App, Result};

/// One source of one town in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceArrival {
    /// The town.
    pub town: TownCode,
    /// 連携元.
    pub source: String,
    /// Its name, as staff read it; the code when the profile no longer has it.
    pub name: String,
    /// When it is expected; `None` when nobody waits for it.
    pub expects: Option<Arrival>,
    /// Files whose day lies in the month.
    pub expected: usize,
    /// How many of them came, in time or late.
    pub arrived: usize,
    /// The worst of them; `None` where none is expected.
    pub state: Option<ArrivalState>,
    /// The day by which the first missing one should come or have come.
    pub due_on: Option<NaiveDate>,
    /// The last day of the month on which a file was loaded.
    pub last_on: Option<NaiveDate>,
    /// The day that file shows.
    pub last_as_of: Option<NaiveDate>,
    /// Decimal digits of its number of rows.
    pub size_class: Option<u8>,
    /// Files of the month that were refused as a whole.
    pub refused: usize,
}

/// Sources that somebody waits for, and whether each is late.
pub(crate) type Late = BTreeMap<String, bool>;

/// What came of one town's sources, by source.
type BySource<'r> = BTreeMap<&'r str, Vec<&'r ArrivalRow>>;

/// A town with its profile in force, and since when it is a member.
struct Waiting {
    town: TownCode,
    joined: NaiveDate,
    profile: Arc<Applied>,
}

impl App {
    /// Every town's sources in a month, by town and source. For the operator.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn arrivals(&self, ctx: &CoopCtx, month: YearMonth) -> Result<Vec<SourceArrival>> {
        let towns = self.waiting().await?;
        let (from, until) = reach(month, &towns);
        let rows = self.coop.arrivals(from, until).await.map_err(store)?;
        Ok(towns.iter().flat_map(|town| town.of_month(&rows, month, jst_date(ctx.now))).collect())
    }

    /// The sources of the caller's town in a month.
    ///
    /// # Errors
    /// `profile_missing`.
    pub async fn arrivals_of(&self, ctx: &TownCtx, month: YearMonth) -> Result<Vec<SourceArrival>> {
        let town = self.waiting_in(ctx).await?;
        let (from, until) = reach(month, std::slice::from_ref(&town));
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let rows = conn.hub_arrivals(from, until).await.map_err(store)?;
        Ok(town.of_month(&rows, month, ctx.today()))
    }

    /// Sets the metric of each source that somebody waits for: 1 when its newest expected file has not come.
    /// Returns how many are late.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn arrivals_measure(&self, now: DateTime<Utc>) -> Result<usize> {
        let mut late = 0;
        for (town, sources) in self.late_sources(now).await? {
            for (source, is_late) in sources {
                late += usize::from(is_late);
                let value = if is_late { 1.0 } else { 0.0 };
                metrics::gauge!("tasuki_source_late", "town" => town.to_string(), "source" => source)
                    .set(value);
            }
        }
        Ok(late)
    }

    /// Every source that somebody waits for, by town, and whether it is late now.
    pub(crate) async fn late_sources(&self, now: DateTime<Utc>) -> Result<BTreeMap<TownCode, Late>> {
        let today = jst_date(now);
        let towns = self.waiting().await?;
        let first = towns.iter().flat_map(|town| town.dues(today)).map(|(_, due)| due.first).min();
        let rows = self.coop.arrivals(first.unwrap_or(today), today).await.map_err(store)?;
        Ok(towns.iter().map(|town| (town.town, town.late(&rows, today))).collect())
    }

    /// The same of the caller's town alone.
    pub(crate) async fn late_sources_of(&self, ctx: &TownCtx) -> Result<Late> {
        let (town, today) = (self.waiting_in(ctx).await?, ctx.today());
        let first = town.dues(today).into_iter().map(|(_, due)| due.first).min();
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let rows = conn.hub_arrivals(first.unwrap_or(today), today).await.map_err(store)?;
        Ok(town.late(&rows, today))
    }

    async fn waiting(&self) -> Result<Vec<Waiting>> {
        let mut towns = Vec::new();
        for member in self.members().await? {
            let joined = jst_date(member.joined_at);
            match self.profile_of(member.town).await {
                Ok(profile) => towns.push(Waiting { town: member.town, joined, profile }),
                Err(fault) if fault.code() == Code::ProfileMissing => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(towns)
    }

    async fn waiting_in(&self, ctx: &TownCtx) -> Result<Waiting> {
        let profile = self.profile(ctx).await?;
        let member = self.member(ctx.town).await?.ok_or_else(|| internal("a caller's town is no member"))?;
        Ok(Waiting { town: ctx.town, joined: jst_date(member.joined_at), profile })
    }
}

impl Waiting {
    /// What is expected of a source in a month.
    fn expected(&self, arrival: Option<Arrival>, month: YearMonth) -> Vec<Expected> {
        let expected = arrival.map(|arrival| arrival.expected(month)).unwrap_or_default();
        expected.into_iter().filter_map(|due| due.since(self.joined)).collect()
    }

    /// The newest file of each source whose day has passed.
    fn dues(&self, today: NaiveDate) -> Vec<(String, Expected)> {
        let due = |arrival: Option<Arrival>| {
            let due = arrival?.last_due(today)?.since(self.joined)?;
            (due.by < today).then_some(due)
        };
        let sources = self.profile.town.sources.iter();
        sources.filter_map(|(code, source)| Some((code.to_string(), due(source.arrival)?))).collect()
    }

    /// Every source that somebody waits for, and whether it is late.
    fn late(&self, rows: &[ArrivalRow], today: NaiveDate) -> Late {
        let (own, dues) = (self.own(rows), self.dues(today));
        let sources = self.profile.town.sources.iter().filter(|(_, source)| source.arrival.is_some());
        let is_late = |source: &str| {
            let due = dues.iter().find(|(code, _)| code == source).map(|(_, due)| due);
            due.is_some_and(|due| due.state(&came(own.get(source)), today) >= ArrivalState::Late)
        };
        sources.map(|(code, _)| (code.to_string(), is_late(code.as_str()))).collect()
    }

    fn own<'r>(&self, rows: &'r [ArrivalRow]) -> BySource<'r> {
        let mut sources = BySource::new();
        for row in rows.iter().filter(|row| row.town == self.town) {
            sources.entry(row.source.as_str()).or_default().push(row);
        }
        sources
    }

    fn of_month(&self, rows: &[ArrivalRow], month: YearMonth, today: NaiveDate) -> Vec<SourceArrival> {
        let rows = self.own(rows);
        let sources = &self.profile.town.sources;
        let codes: BTreeSet<String> =
            sources.keys().map(ToString::to_string).chain(rows.keys().map(ToString::to_string)).collect();
        let all = codes.into_iter().map(|code| {
            let source = sources.iter().find(|(known, _)| known.as_str() == code).map(|(_, source)| source);
            let name = source.map_or_else(|| code.clone(), |source| source.name.clone());
            let expects = source.and_then(|source| source.arrival);
            let expected = self.expected(expects, month);
            let came = rows.get(code.as_str()).map(Vec::as_slice).unwrap_or_default();
            let source = Named { town: self.town, code, name, expects };
            source.in_month(&expected, came, month, today)
        });
        // What nobody waits for and what did not come is no news.
        all.filter(|one| one.expected > 0 || one.last_on.is_some() || one.refused > 0).collect()
    }
}

/// The days that matter for a month: the month, and the periods whose day lies in it.
fn reach(month: YearMonth, towns: &[Waiting]) -> (NaiveDate, NaiveDate) {
    let sources =
        towns.iter().flat_map(|town| town.profile.town.sources.values().map(move |source| (town, source)));
    let expected = sources.flat_map(|(town, source)| town.expected(source.arrival, month));
    expected.fold((month.first_day(), month.last_day()), |(from, until), due| {
        (from.min(due.first), until.max(due.last))
    })
}

fn came(rows: Option<&Vec<&ArrivalRow>>) -> Vec<Came> {
    rows.into_iter().flatten().map(|row| Came { on: row.on, refused: row.refused }).collect()
}

/// A source as the report names it.
struct Named {
    town: TownCode,
    code: String,
    name: String,
    expects: Option<Arrival>,
}

impl Named {
    fn in_month(
        self,
        expected: &[Expected],
        rows: &[&ArrivalRow],
        month: YearMonth,
        today: NaiveDate,
    ) -> SourceArrival {
        let came: Vec<_> = rows.iter().map(|row| Came { on: row.on, refused: row.refused }).collect();
        let states: Vec<_> = expected.iter().map(|due| (due, due.state(&came, today))).collect();
        let is_there = |state: ArrivalState| state <= ArrivalState::ArrivedLate;
        let within = || rows.iter().filter(|row| YearMonth::of(row.on) == month);
        let last = within().filter(|row| !row.refused).max_by_key(|row| (row.on, row.as_of));
        SourceArrival {
            town: self.town,
            source: self.code,
            name: self.name,
            expects: self.expects,
            expected: expected.len(),
            arrived: states.iter().filter(|(_, state)| is_there(*state)).count(),
            state: states.iter().map(|(_, state)| *state).max(),
            due_on: states.iter().find(|(_, state)| !is_there(*state)).map(|(due, _)| due.by),
            last_on: last.map(|row| row.on),
            last_as_of: last.map(|row| row.as_of),
            size_class: last.map(|row| row.size_class),
            refused: within().filter(|row| row.refused).count(),
        }
    }
}
