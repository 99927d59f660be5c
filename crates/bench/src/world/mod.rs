//! A fresh installation with the towns of the benchmarks: everything in it was done through the use
//! cases that the API calls.

mod desk;
pub mod people;
mod profile;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use app::App;
use app::loads::Begun;
use app::uploads::NewUpload;
use chrono::{NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::{PersonId, RequestId, StaffId};
use kernel::{CoopCtx, Digest, Fault, Lang, Purpose, TownCode};
use profiles::{Source, TownProfile};
use tasuki::settings::Database;

use crate::cluster::Cluster;
use desk::Desks;
use people::People;

pub use desk::Desk;
pub use profile::{FIVE, INTAKE, INTAKE_TOWN, RECORDS, TOWNS, WIDE, WIDE_SOURCE, bundle, checked};

/// The database, dropped before and after.
const DATABASE: &str = "tasuki_bench";

/// The prefix of its roles.
const PREFIX: &str = "bnch";

/// How often a load is asked whether it has ended.
const ASK_EVERY: Duration = Duration::from_millis(10);

/// Bytes of a file handed in at once, as they come from a connection.
pub const PIECE: usize = 64 * 1024;

/// Protected people of each town: the list must be there, or all whereabouts are hidden.
const PROTECTED: usize = 10;

/// Persons of one page when a town is asked for everybody.
const PAGE: usize = 1_000;

/// One town.
pub struct Town {
    /// Code.
    pub code: TownCode,
    /// Its profile.
    pub profile: TownProfile,
    /// Its staff.
    pub desks: Desks,
}

/// The installation.
pub struct World {
    /// The use cases.
    pub app: Arc<App>,
    /// Where it is.
    pub database: Database,
    /// Folder for files of this run; keys stay in it as long as the cluster does, for its roles do too.
    pub folder: PathBuf,
    /// [`TOWNS`], in that order.
    pub towns: Vec<Town>,
    /// The day of every file.
    pub as_of: NaiveDate,
}

impl World {
    /// Makes the database anew and admits the towns.
    ///
    /// # Errors
    /// When a step is refused.
    pub async fn open(cluster: &Cluster) -> anyhow::Result<Self> {
        let folder =
            cluster.password_file.parent().context("the password's file is in no folder")?.join("bench");
        let database = Database {
            pg_host: cluster.host.clone(),
            pg_port: cluster.port,
            pg_database: DATABASE.to_owned(),
            prefix: PREFIX.parse()?,
            keys: folder.join("keys"),
            pg_superuser: cluster.superuser.clone(),
            pg_password_file: Some(cluster.password_file.clone()),
            secret_file: None,
        };
        let (installation, keys) = database.installation()?;
        installation.drop_database(&database.pg_superuser, &cluster.password()?).await?;
        keys.forget_towns()?;
        database.install(&installation).await?;
        let app = App::open(installation, keys).await?;
        let towns = admit(&app).await?;
        Ok(Self { app, database, folder, towns, as_of: jst_date(Utc::now()) })
    }

    /// Drops the database.
    ///
    /// # Errors
    /// When the superuser is refused.
    pub async fn close(self, cluster: &Cluster) -> anyhow::Result<()> {
        let (installation, _) = self.database.installation()?;
        drop(self.app);
        installation.drop_database(&self.database.pg_superuser, &cluster.password()?).await?;
        Ok(())
    }

    /// The five towns.
    #[must_use]
    pub fn five(&self) -> &[Town] {
        self.towns.get(..FIVE.len()).unwrap_or_default()
    }

    /// Loads the same fictional residents and a current protection list into each of the five towns.
    ///
    /// # Errors
    /// When a load is refused or does not take every row.
    pub async fn settle(&self, residents: usize) -> anyhow::Result<People> {
        let people = People::new(residents, self.as_of)?;
        for town in self.five() {
            self.settle_in(town, &people).await?;
        }
        Ok(people)
    }

    /// Loads these residents and a current protection list into a town.
    ///
    /// # Errors
    /// When a load is refused or does not take every row.
    pub async fn settle_in(&self, town: &Town, people: &People) -> anyhow::Result<()> {
        let register = people.register(&town.source("resident_register")?.layout)?;
        self.load(town, "resident_register", &register).await?;
        let layout = &town.source("protection_list")?.layout;
        let residents = people.residents.len();
        let list = people.records(layout, residents.saturating_sub(PROTECTED)..residents)?;
        self.load(town, "protection_list", &list).await?;
        Ok(())
    }

    /// Hands a file in and loads it, to the end; returns how many rows it had and how long it took.
    ///
    /// # Errors
    /// When the load is refused or does not take every row.
    pub async fn load(&self, town: &Town, source: &str, bytes: &[u8]) -> anyhow::Result<(usize, Duration)> {
        let began = Instant::now();
        let ctx = town.desks.holder.ctx(Purpose::DataQuality);
        let mut receiving = self.app.upload_begin(&ctx, NewUpload::of(&source.parse()?, self.as_of)).await?;
        for piece in bytes.chunks(PIECE) {
            self.app.upload_push(&ctx, &mut receiving, piece).await?;
        }
        let length = Some(bytes.len() as u64);
        let upload = self.app.upload_finish(&ctx, receiving, Digest::of(bytes), length).await?;
        let Begun::Running { load, operation } = self.app.load_begin(&ctx, upload.id).await? else {
            bail!("{source} was loaded before");
        };
        while self.app.operation(&ctx, operation).await?.state == "running" {
            tokio::time::sleep(ASK_EVERY).await;
        }
        let took = began.elapsed();
        let (row, fault) = self.app.load(&ctx, load.id).await?;
        if let Some(fault) = fault {
            bail!("{source}: {}", fault.detail(Lang::En));
        }
        let counts = &row.counts;
        if counts.loaded != counts.read || counts.queued > 0 {
            bail!(
                "{source}: of {} rows {} were loaded, {} queued",
                counts.read,
                counts.loaded,
                counts.queued
            );
        }
        Ok((usize::try_from(counts.read)?, took))
    }

    /// Everybody a town knows, in the order in which they were loaded.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn everybody(&self, town: &Town) -> anyhow::Result<Vec<PersonId>> {
        let ctx = town.desks.worker.ctx(Purpose::Support);
        let mut all: Vec<PersonId> = Vec::new();
        loop {
            let page = self.app.person_list(&ctx, all.last().copied(), PAGE).await?;
            all.extend(page.iter().map(|brief| brief.id));
            if page.len() < PAGE {
                return Ok(all);
            }
        }
    }
}

impl Town {
    /// One of its sources.
    ///
    /// # Errors
    /// When it has none of this name.
    pub fn source(&self, name: &str) -> anyhow::Result<&Source> {
        let found = self.profile.sources.iter().find(|(code, _)| code.as_str() == name);
        found.map(|(_, source)| source).with_context(|| format!("no source {name}"))
    }
}

async fn admit(app: &Arc<App>) -> anyhow::Result<Vec<Town>> {
    let bundle = bundle();
    let cooperative = checked(&bundle)?;
    let operator = CoopCtx { operator: StaffId::new(), now: Utc::now(), request: RequestId::new() };
    let mut towns = Vec::new();
    for (code, slug) in TOWNS {
        let profile = cooperative.town_named(slug).with_context(|| format!("no town {slug}"))?.clone();
        let code: TownCode = code.parse()?;
        app.town_admit(&operator, code, profile.slug.clone(), &profile.name).await?;
        let own = bundle.of_town(slug).map_err(|faults| said(&faults))?;
        app.profile_apply(&operator, &own).await.map_err(|faults| said(&faults))?;
        let section = profile.sections.first().context("a town needs a section")?.code.to_string();
        let desks = Desks::hire(app, &operator, code, &section).await?;
        towns.push(Town { code, profile, desks });
    }
    let keepers: Vec<(TownCode, &Desks)> =
        towns.iter().take(FIVE.len()).map(|town| (town.code, &town.desks)).collect();
    desk::pin_keys(app, &keepers).await?;
    Ok(towns)
}

fn said(faults: &[Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(|fault| fault.detail(Lang::En)).collect();
    anyhow::anyhow!(lines.join("\n"))
}
