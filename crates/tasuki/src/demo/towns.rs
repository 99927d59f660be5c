//! Admitting the towns, applying their profiles, and the staff who act in the demonstration.

use std::sync::Arc;

use anyhow::Context;
use app::App;
use chrono::{Duration, Utc};
use kernel::id::{RequestId, StaffId};
use kernel::{CoopCtx, Grant, Grants, Lang, Purpose, TownCode, TownCtx};
use profiles::{Bundle, Cooperative};

/// One member of staff at work.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The town.
    pub town: TownCode,
    /// Who.
    pub staff: StaffId,
    /// What they may do.
    pub grants: Grants,
    /// Their token, to be tried with.
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

/// The staff of one town in the demonstration.
#[derive(Debug, Clone)]
pub struct Town {
    /// Code.
    pub code: TownCode,
    /// Folder name.
    pub slug: String,
    /// Name.
    pub name: String,
    /// 町管理者.
    pub admin: Desk,
    /// 総括管理: loads and scores.
    pub manager: Desk,
    /// 活用: reads children, drafts handovers.
    pub case_worker: Desk,
    /// 決裁者.
    pub approver: Desk,
}

/// How long the demonstration's tokens hold.
pub(super) const TOKEN_DAYS: i64 = 7;

/// Admits every town and gives it staff.
pub(super) async fn open(
    app: &Arc<App>,
    cooperative: &Cooperative,
    bundle: &Bundle,
) -> anyhow::Result<Vec<Town>> {
    let operator = CoopCtx { operator: StaffId::new(), now: Utc::now(), request: RequestId::new() };
    let mut towns = Vec::new();
    for profile in &cooperative.towns {
        app.town_admit(&operator, profile.code, profile.slug.clone(), &profile.name).await?;
        let own = bundle.of_town(profile.slug.as_str()).map_err(|faults| said(&faults))?;
        app.profile_apply(&operator, &own).await.map_err(|faults| said(&faults))?;
        let section = profile.sections.first().context("a town needs a section")?.code.to_string();
        towns.push(staff(app, &operator, profile, &section).await?);
    }
    super::handover::pin_keys(app, &towns).await?;
    Ok(towns)
}

async fn staff(
    app: &Arc<App>,
    operator: &CoopCtx,
    profile: &profiles::TownProfile,
    section: &str,
) -> anyhow::Result<Town> {
    let until = operator.now + Duration::days(TOKEN_DAYS);
    let code = profile.code;
    let first = app.staff_first(operator, code, section, "架空 管理").await?;
    let token = app.token_first(operator, code, first.id, until).await?;
    let admin = Desk { town: code, staff: first.id, grants: token.row.grants, token: token.secret };
    let hire = async |name: &str, grants: &[Grant]| -> anyhow::Result<Desk> {
        let ctx = admin.ctx(Purpose::Support);
        let person = app.staff_add(&ctx, section, name).await?;
        let grants: Grants = grants.iter().copied().collect();
        let token = app.token_issue(&ctx, person.id, grants, until).await?;
        Ok(Desk { town: code, staff: person.id, grants, token: token.secret })
    };
    Ok(Town {
        code,
        slug: profile.slug.to_string(),
        name: profile.name.clone(),
        manager: hire("架空 統", &[Grant::OverallManager, Grant::Holder]).await?,
        case_worker: hire("架空 見守", &[Grant::CaseWorker]).await?,
        approver: hire("架空 決", &[Grant::Approver, Grant::Auditor]).await?,
        admin,
    })
}

fn said(faults: &[kernel::Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(|fault| fault.detail(Lang::En)).collect();
    anyhow::anyhow!(lines.join("\n"))
}
