//! The staff who act in the benchmarks, and the keys their towns pin.

use std::sync::Arc;

use anyhow::Context;
use app::App;
use app::peer_keys::{Fingerprints, KeyPurpose};
use app::staff::NewStaff;
use chrono::{DateTime, Duration, Utc};
use kernel::id::{RequestId, StaffId};
use kernel::{CoopCtx, Grant, Grants, Purpose, TownCode, TownCtx};

/// One member of staff.
#[derive(Debug, Clone)]
pub struct Desk {
    town: TownCode,
    staff: StaffId,
    grants: Grants,
    /// What the API knows them by.
    pub token: String,
}

impl Desk {
    /// This person, acting now.
    #[must_use]
    pub fn ctx(&self, purpose: Purpose) -> TownCtx {
        TownCtx {
            town: self.town,
            staff: self.staff,
            grants: self.grants,
            purpose: Some(purpose),
            now: Utc::now(),
            request: RequestId::new(),
        }
    }
}

/// The staff of one town.
#[derive(Debug, Clone)]
pub struct Desks {
    /// 町管理者.
    pub admin: Desk,
    /// 総括管理・保有: loads files.
    pub holder: Desk,
    /// 活用: reads residents, hands over.
    pub worker: Desk,
    /// 決裁者.
    pub approver: Desk,
}

impl Desks {
    /// Hires them.
    ///
    /// # Errors
    /// When the platform refuses.
    pub async fn hire(app: &App, operator: &CoopCtx, town: TownCode, section: &str) -> anyhow::Result<Self> {
        let until = operator.now + Duration::days(1);
        let first = app.staff_first(operator, town, section, "架空 管理").await?;
        let token = app.token_first(operator, town, first.id, until).await?;
        let admin = Desk { town, staff: first.id, grants: token.row.grants, token: token.secret };
        Ok(Self {
            holder: one(app, &admin, section, &[Grant::OverallManager, Grant::Holder], until).await?,
            worker: one(app, &admin, section, &[Grant::CaseWorker], until).await?,
            approver: one(app, &admin, section, &[Grant::Approver], until).await?,
            admin,
        })
    }
}

async fn one(
    app: &App,
    admin: &Desk,
    section: &str,
    grants: &[Grant],
    until: DateTime<Utc>,
) -> anyhow::Result<Desk> {
    let ctx = admin.ctx(Purpose::Support);
    let grants: Grants = grants.iter().copied().collect();
    let new = NewStaff::member("架空 職員", section.parse()?, grants, ctx.today());
    let staff = app.staff_add(&ctx, new).await?.row.id;
    let token = app.token_hand_out(&ctx, staff, grants, until).await?.secret;
    Ok(Desk { town: admin.town, staff, grants, token })
}

/// Every town pins every other's keys: one person compares, another confirms.
///
/// # Errors
/// When the platform refuses.
pub async fn pin_keys(app: &Arc<App>, towns: &[(TownCode, &Desks)]) -> anyhow::Result<()> {
    for (town, desks) in towns {
        let (one, other) = (desks.admin.ctx(Purpose::Handover), desks.approver.ctx(Purpose::Handover));
        let keys = app.peer_keys(&one).await?;
        for (peer, _) in towns.iter().filter(|(peer, _)| peer != town) {
            let of = |purpose: KeyPurpose| {
                let key = keys.iter().find(|key| key.town == *peer && key.purpose == purpose);
                key.map(|key| key.published).context("a town has published no key")
            };
            let compared = Fingerprints { seal: of(KeyPurpose::Seal)?, sign: of(KeyPurpose::Sign)? };
            app.peer_key_pin(&one, *peer, compared).await?;
            app.peer_key_confirm(&other, *peer, compared).await?;
        }
    }
    Ok(())
}
