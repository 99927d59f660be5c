//! The platform on a database of its own: towns admitted with the profiles of `tenants/`, and one member of
//! staff for each grant, with a token.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::app::App;
use ::app::loads::Begun;
use ::app::staff::NewStaff;
use ::app::uploads::NewUpload;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kernel::id::{OperationId, RequestId, StaffId};
use kernel::{CoopCtx, Digest, Fault, Grant, Grants, Purpose, SectionCode, TownCode, TownCtx};
use profiles::{Bundle, Cooperative};
use store::rows::load::LoadRow;

use crate::towns::code;
use crate::{TestDb, tenants};

/// One member of staff.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Town.
    pub town: TownCode,
    /// Who.
    pub staff: StaffId,
    /// What they may do.
    pub grants: Grants,
    /// Their token, as a client sends it.
    pub token: String,
}

impl Desk {
    /// This person, acting now for a purpose, or without saying one.
    #[must_use]
    pub fn ctx(&self, purpose: impl Into<Option<Purpose>>) -> TownCtx {
        self.ctx_at(purpose, Utc::now())
    }

    /// This person, acting at an instant.
    #[must_use]
    pub fn ctx_at(&self, purpose: impl Into<Option<Purpose>>, now: DateTime<Utc>) -> TownCtx {
        let request = RequestId::new();
        TownCtx {
            town: self.town,
            staff: self.staff,
            grants: self.grants,
            purpose: purpose.into(),
            now,
            request,
        }
    }
}

/// The platform, running. Dropping it drops its database.
pub struct TestApp {
    /// The use cases.
    pub app: Arc<App>,
    /// The folder that was applied.
    pub bundle: Bundle,
    /// The same, checked.
    pub cooperative: Cooperative,
    desks: BTreeMap<(TownCode, Grant), Desk>,
    /// The operator, who acts for the cooperative.
    pub operator: StaffId,
    /// Its database; last, so that it goes after everything that uses it.
    pub db: TestDb,
}

impl TestApp {
    /// The platform with these towns admitted, their profiles applied and their staff at work.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn open(towns: &[&str]) -> Self {
        let mut this = Self::bare().await;
        for town in towns {
            this.admit(town).await;
        }
        this
    }

    /// The same, of a folder in which these files are added or say something else.
    ///
    /// # Panics
    /// When the folder has faults or a step is refused.
    pub async fn open_with(files: &[(&str, String)], towns: &[&str]) -> Self {
        let mut this = Self::bare().await;
        this.bundle = tenants::with(&this.bundle, files);
        this.cooperative = tenants::cooperative(&this.bundle);
        for town in towns {
            this.admit(town).await;
        }
        this
    }

    /// The platform without any town.
    ///
    /// # Panics
    /// When the database cannot be reached.
    pub async fn bare() -> Self {
        let db = TestDb::new().await;
        let app = App::open(Arc::clone(db.installation()), db.key_folder()).await.unwrap();
        let bundle = tenants::bundle();
        let cooperative = tenants::cooperative(&bundle);
        Self { app, bundle, cooperative, desks: BTreeMap::new(), operator: StaffId::new(), db }
    }

    /// Admits a town of `tenants/`, applies its profile and gives it one member of staff a grant.
    ///
    /// # Panics
    /// When a step is refused or the folder has no such town.
    pub async fn admit(&mut self, town: &str) {
        let (coop, code) = (self.coop(), code(town));
        let profile = self.cooperative.towns.iter().find(|profile| profile.code == code).unwrap();
        self.app.town_admit(&coop, code, profile.slug.clone(), &profile.name).await.unwrap();
        let bundle = self.bundle.of_town(profile.slug.as_str()).unwrap();
        self.app.profile_apply(&coop, &bundle).await.unwrap();
        let section = profile.sections[0].code.clone();
        let admin = self.first_desk(code, section.as_str()).await;
        for &grant in Grant::ALL {
            if grant == Grant::TownAdmin {
                continue;
            }
            let desk = self.hire_by(&admin, grant.ja(), &section, &[grant]).await;
            self.desks.insert((code, grant), desk);
        }
        self.desks.insert((code, Grant::TownAdmin), admin);
    }

    /// One more member of staff of a town, with these grants and a token that allows them.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn hire(&self, town: &str, name: &str, grants: &[Grant]) -> Desk {
        let profile = self.cooperative.towns.iter().find(|profile| profile.code == code(town)).unwrap();
        let section = profile.sections[0].code.clone();
        self.hire_by(self.desk(town, Grant::TownAdmin), name, &section, grants).await
    }

    async fn hire_by(&self, admin: &Desk, name: &str, section: &SectionCode, grants: &[Grant]) -> Desk {
        let (ctx, grants): (_, Grants) = (admin.ctx(None), grants.iter().copied().collect());
        let from = ctx.today() - TimeDelta::days(1);
        let new = NewStaff::member(name, section.clone(), grants, from);
        let staff = self.app.staff_add(&ctx, new).await.unwrap().row.id;
        let expires = Utc::now() + TimeDelta::days(1);
        let token = self.app.token_hand_out(&ctx, staff, grants, expires).await.unwrap().secret;
        Desk { town: admin.town, staff, grants, token }
    }

    async fn first_desk(&self, town: TownCode, section: &str) -> Desk {
        let coop = self.coop();
        let staff = self.app.staff_first(&coop, town, section, "町管理者").await.unwrap().id;
        let expires = Utc::now() + TimeDelta::days(1);
        let token = self.app.token_first(&coop, town, staff, expires).await.unwrap();
        Desk { town, staff, grants: token.row.grants, token: token.secret }
    }

    /// The member of staff of a town who has this grant and no other.
    ///
    /// # Panics
    /// When the town was not admitted.
    #[must_use]
    pub fn desk(&self, town: &str, grant: Grant) -> &Desk {
        &self.desks[&(code(town), grant)]
    }

    /// Somebody of a town with these grants together, acting now: the member of staff of the first.
    ///
    /// # Panics
    /// When there is no grant or the town was not admitted.
    #[must_use]
    pub fn ctx(&self, town: &str, grants: &[Grant], purpose: impl Into<Option<Purpose>>) -> TownCtx {
        let mut ctx = self.desk(town, grants[0]).ctx(purpose);
        ctx.grants = grants.iter().copied().collect();
        ctx
    }

    /// The operator, acting now.
    #[must_use]
    pub fn coop(&self) -> CoopCtx {
        CoopCtx { operator: self.operator, now: Utc::now(), request: RequestId::new() }
    }

    /// A token of the operator.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn operator_token(&self) -> String {
        let now = Utc::now();
        self.app.operator_token(self.operator, now, now + TimeDelta::days(1)).await.unwrap()
    }

    /// Hands a file in and loads it, waiting to the end.
    ///
    /// # Errors
    /// The fault of whichever step refused, also of the load itself.
    ///
    /// # Panics
    /// When the source's name is none, or as [`Self::ended`].
    pub async fn load(
        &self,
        town: &str,
        source: &str,
        as_of: NaiveDate,
        bytes: &[u8],
    ) -> Result<LoadRow, Fault> {
        let ctx = self.ctx(town, &[Grant::OverallManager], Purpose::DataQuality);
        let mut receiving =
            self.app.upload_begin(&ctx, NewUpload::of(&source.parse().unwrap(), as_of)).await?;
        self.app.upload_push(&ctx, &mut receiving, bytes).await?;
        let upload =
            self.app.upload_finish(&ctx, receiving, Digest::of(bytes), Some(bytes.len() as u64)).await?;
        let (load, operation) = match self.app.load_begin(&ctx, upload.id).await? {
            Begun::Running { load, operation } => (load.id, operation),
            Begun::Same(load) => return Ok(load),
        };
        self.ended(town, operation).await;
        let (row, fault) = self.app.load(&ctx, load).await?;
        fault.map_or(Ok(row), Err)
    }

    /// Waits for a long work to end; how it ended: `done` or `failed`.
    ///
    /// # Panics
    /// When it is unknown or does not end within two minutes.
    pub async fn ended(&self, town: &str, operation: OperationId) -> String {
        let ctx = self.ctx(town, &[Grant::OverallManager], None);
        for _ in 0..12_000 {
            let state = self.app.operation(&ctx, operation).await.unwrap().state;
            if state != "running" {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{operation} does not end")
    }

    /// Loads the fictional files of these towns; see [`tenants::files`].
    ///
    /// # Panics
    /// When a load is refused.
    pub async fn load_fictional(&self, towns: &[&str], residents: usize, as_of: NaiveDate) {
        for (town, files) in tenants::files(&self.cooperative, towns, residents, as_of) {
            for file in files {
                let loaded = self.load(&town, file.source.as_str(), file.as_of, &file.bytes).await;
                assert!(
                    loaded.is_ok(),
                    "{town} {}: {:?}",
                    file.source,
                    loaded.map_err(|f| f.detail(kernel::Lang::En))
                );
            }
        }
    }
}
