//! Who may ask the demonstration for what, as a file: `access.json` in its state folder, readable by its
//! owner alone. The quick start, the smoke scripts of the clients and the fuzzer read it.

use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use chrono::{Duration, Utc};
use kernel::id::StaffId;
use serde_json::{Map, Value, json};

use super::Options;
use super::towns::{Desk, PASSWORD, TOKEN_DAYS, Town};
use crate::training;

/// 練習町, the training town.
const TRAINING: &str = "renshu";

/// Where it is written.
pub(super) fn file(options: &Options) -> PathBuf {
    options.state.join("access.json")
}

/// Where the training town's tokens are for the documentation page.
pub(super) fn tokens(options: &Options) -> PathBuf {
    options.state.join("training-tokens.json")
}

/// Writes it, with a token of the cooperative's operator besides.
///
/// # Errors
/// When the token is refused or the file cannot be written.
pub(super) async fn write(app: &Arc<App>, options: &Options, towns: &[Town]) -> anyhow::Result<()> {
    let now = Utc::now();
    let operator = app.operator_token(StaffId::new(), now, now + Duration::days(TOKEN_DAYS)).await?;
    let mut staff: Map<String, Value> = towns.iter().map(|town| (town.slug.clone(), desks(town))).collect();
    if let Some(training_town) = towns.iter().find(|town| town.slug == TRAINING) {
        let token = training::everyone(app, training_town).await?;
        if let Some(Value::Object(desks)) = staff.get_mut(TRAINING) {
            desks.insert("everyone".to_owned(), json!({"token": token}));
        }
        training::write_private(&tokens(options), &training::offer(training_town))?;
    }
    let content = json!({
        "url": format!("https://localhost:{}", options.port),
        "ca": std::path::absolute(options.certificate().tls_cert)?,
        "operator": {"token": operator},
        "password": PASSWORD,
        "towns": staff,
    });
    training::write_private(&file(options), &content)
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
