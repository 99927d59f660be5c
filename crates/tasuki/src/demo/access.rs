//! Who may ask the demonstration for what, as a file: `access.json` in its state folder, readable by its
//! owner alone. The quick start, the smoke scripts of the clients and the fuzzer read it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use app::App;
use app::staff::NewStaff;
use chrono::{Duration, Utc};
use kernel::id::StaffId;
use kernel::{Grant, Purpose};
use serde_json::{Map, Value, json};

use super::Options;
use super::towns::{Desk, PASSWORD, TOKEN_DAYS, Town};

/// 練習町, the training town.
const TRAINING: &str = "renshu";

/// Where it is written.
pub(super) fn file(options: &Options) -> PathBuf {
    options.state.join("access.json")
}

/// Writes it, with a token of the cooperative's operator besides.
///
/// # Errors
/// When the token is refused or the file cannot be written.
pub(super) async fn write(app: &Arc<App>, options: &Options, towns: &[Town]) -> anyhow::Result<()> {
    let now = Utc::now();
    let operator = app.operator_token(StaffId::new(), now, now + Duration::days(TOKEN_DAYS)).await?;
    let mut staff: Map<String, Value> = towns.iter().map(|town| (town.slug.clone(), desks(town))).collect();
    if let Some(training) = towns.iter().find(|town| town.slug == TRAINING) {
        let token = everyone(app, training).await?;
        if let Some(Value::Object(desks)) = staff.get_mut(TRAINING) {
            desks.insert("everyone".to_owned(), json!({"token": token}));
        }
    }
    let content = json!({
        "url": format!("https://localhost:{}", options.port),
        "ca": std::path::absolute(options.certificate().tls_cert)?,
        "operator": {"token": operator},
        "password": PASSWORD,
        "towns": staff,
    });
    private(&file(options), &serde_json::to_vec_pretty(&content)?)
}

/// A token with every grant, in the town that is there to be spoilt.
async fn everyone(app: &Arc<App>, town: &Town) -> anyhow::Result<String> {
    let grants = Grant::ALL.iter().copied().collect();
    let until = Utc::now() + Duration::days(TOKEN_DAYS);
    let ctx = town.admin.ctx(Purpose::Support);
    let section =
        app.staff(&ctx, town.admin.staff).await?.postings.first().context("no posting")?.section.parse()?;
    let new = NewStaff::member("架空 全権", section, grants, ctx.today());
    let staff = app.staff_add(&ctx, new).await?.row.id;
    Ok(app.token_issue(&ctx, staff, grants, until).await?.secret)
}

fn desks(town: &Town) -> Value {
    let desk =
        |desk: &Desk| json!({"staff_id": desk.staff, "staff_number": desk.number, "token": desk.token});
    json!({
        "name": town.name,
        "code": town.code,
        "admin": desk(&town.admin),
        "manager": desk(&town.manager),
        "case_worker": desk(&town.case_worker),
        "approver": desk(&town.approver),
    })
}

fn private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let _ = fs::remove_file(path);
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(content)).with_context(|| format!("writing {}", path.display()))
}
