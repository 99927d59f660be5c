//! Admitting the towns, applying their profiles, and the staff who act in the demonstration.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use anyhow::Context;
use app::App;
use app::sign_in::{Claimant, Password};
use app::staff::NewStaff;
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
    /// 職員番号, to sign in with.
    pub number: &'static str,
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

/// The password of everybody in the demonstration, who are all made up.
pub const PASSWORD: &str = "ekiden-no-tasuki-wo-tsunagu";

/// How long the demonstration's tokens hold.
pub(crate) const TOKEN_DAYS: i64 = 7;

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

/// The staff of one town, each with a password and a token.
pub(crate) async fn staff(
    app: &Arc<App>,
    operator: &CoopCtx,
    profile: &profiles::TownProfile,
    section: &str,
) -> anyhow::Result<Town> {
    let until = operator.now + Duration::days(TOKEN_DAYS);
    let code = profile.code;
    let first = app.staff_first(operator, code, section, "架空 管理").await?;
    let grants = [Grant::TownAdmin].into_iter().collect();
    let mut admin = Desk { town: code, staff: first.id, grants, number: "1001", token: String::new() };
    app.staff_number(&admin.ctx(Purpose::Support), first.id, admin.number).await?;
    with_password(app, &admin.ctx(Purpose::Support), first.id, admin.number).await?;
    // Last: a password that is set ends every token.
    admin.token = app.token_first(operator, code, first.id, until).await?.secret;
    let hire = async |number: &'static str, name: &str, grants: &[Grant]| -> anyhow::Result<Desk> {
        let ctx = admin.ctx(Purpose::Support);
        let grants: Grants = grants.iter().copied().collect();
        let new = NewStaff::member(name, section.parse()?, grants, ctx.today());
        let staff = app.staff_add(&ctx, NewStaff { number: Some(number.to_owned()), ..new }).await?.row.id;
        with_password(app, &ctx, staff, number).await?;
        let token = app.token_hand_out(&ctx, staff, grants, until).await?.secret;
        Ok(Desk { town: code, staff, grants, number, token })
    };
    Ok(Town {
        code,
        slug: profile.slug.to_string(),
        name: profile.name.clone(),
        manager: hire("1002", "架空 統", &[Grant::OverallManager, Grant::Holder]).await?,
        case_worker: hire("1003", "架空 見守", &[Grant::CaseWorker]).await?,
        approver: hire("1004", "架空 決", &[Grant::Approver, Grant::Auditor]).await?,
        admin,
    })
}

/// As anybody sets a password: with a code that the administrator passed on.
async fn with_password(app: &App, admin: &TownCtx, staff: StaffId, number: &str) -> anyhow::Result<()> {
    let code = app.setup_code_issue(admin, staff).await?.code;
    let who = Claimant {
        town: admin.town.as_str(),
        number,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        now: Utc::now(),
        request: RequestId::new(),
    };
    Ok(app.password_set_up(&who, &code, &Password::read(PASSWORD)).await?)
}

fn said(faults: &[kernel::Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(|fault| fault.detail(Lang::En)).collect();
    anyhow::anyhow!(lines.join("\n"))
}
