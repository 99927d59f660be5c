//! 練習町, the training town: its staff, its fictional residents, and a file with the tokens that the documentation
//! page offers.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use app::App;
use app::staff::NewStaff;
use chrono::{Duration, Utc};
use kernel::{Grant, Purpose};
use serde_json::{Value, json};

use crate::demo::towns::{Desk, TOKEN_DAYS, Town};

/// Someone with every grant, in the town that is there to be spoilt: their token.
pub(crate) async fn everyone(app: &Arc<App>, town: &Town) -> anyhow::Result<String> {
    let grants = Grant::ALL.iter().copied().collect();
    let until = Utc::now() + Duration::days(TOKEN_DAYS);
    let ctx = town.admin.ctx(Purpose::Support);
    let section =
        app.staff(&ctx, town.admin.staff).await?.postings.first().context("no posting")?.section.parse()?;
    let new = NewStaff::member("架空 全権", section, grants, ctx.today());
    let staff = app.staff_add(&ctx, new).await?.row.id;
    Ok(app.token_hand_out(&ctx, staff, grants, until).await?.secret)
}

/// What the documentation page offers.
pub(crate) fn offer(town: &Town) -> Value {
    let desk = |name: &str, desk: &Desk| json!({"name": name, "token": desk.token});
    json!({
        "town": town.name,
        "code": town.code,
        "tokens": [
            desk("活用（担当者） / case worker", &town.case_worker),
            desk("総括管理 / manager", &town.manager),
            desk("決裁者・監査 / approver, auditor", &town.approver),
            desk("町管理者 / administrator", &town.admin),
        ],
    })
}

/// Writes JSON for its owner's eyes alone, over what was there.
pub(crate) fn write_private(path: &Path, content: &Value) -> anyhow::Result<()> {
    let written = || -> std::io::Result<()> {
        if path.exists() {
            fs::remove_file(path)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&serde_json::to_vec_pretty(content)?)
    };
    written().with_context(|| format!("writing {}", path.display()))
}
