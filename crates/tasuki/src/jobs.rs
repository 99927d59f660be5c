//! Work that nobody asks for: placing evidence, taking back offers about people who have come under protection,
//! closing handovers whose receipts have come and recording those that ended unanswered, taking up loads that a
//! stop cut off, giving back what nobody uses.

use std::sync::Arc;
use std::time::Duration;

use app::App;

/// How often committed leaves are placed and a checkpoint signed: within a second of the act.
const SEQUENCE_EVERY: Duration = Duration::from_millis(900);

/// How often a town's handovers are looked after.
const HANDOVERS_EVERY: Duration = Duration::from_secs(5);

/// How often is looked which sources are late: their days pass at midnight.
const ARRIVALS_EVERY: Duration = Duration::from_secs(60);

/// How often is looked for files in parts whose senders are gone, and for whole ones that nobody loads.
const UPLOADS_EVERY: Duration = Duration::from_secs(3600);

/// How often what nobody uses is given back and what holds others up is ended.
const REST_EVERY: Duration = Duration::from_secs(30);

/// Starts the periodic work and takes up what was cut off. A file that nobody loads goes after `upload_days`.
///
/// # Errors
/// A fault when the database cannot be reached.
pub async fn start(app: &Arc<App>, upload_days: u16) -> app::Result<()> {
    for member in app.members().await? {
        let resumed = app.loads_resume(member.town).await?;
        if resumed > 0 {
            tracing::warn!(town = %member.town, resumed, "loads cut off by a stop begin again");
        }
    }
    tokio::spawn(sequence(Arc::clone(app)));
    tokio::spawn(handovers(Arc::clone(app)));
    tokio::spawn(arrivals(Arc::clone(app)));
    tokio::spawn(uploads(Arc::clone(app), chrono::TimeDelta::days(upload_days.into())));
    tokio::spawn(rest(Arc::clone(app)));
    Ok(())
}

async fn sequence(app: Arc<App>) {
    let mut tick = tokio::time::interval(SEQUENCE_EVERY);
    loop {
        tick.tick().await;
        if let Err(fault) = app.evidence_sequence().await {
            tracing::error!(code = %fault, "evidence could not be placed");
        }
    }
}

async fn handovers(app: Arc<App>) {
    let mut tick = tokio::time::interval(HANDOVERS_EVERY);
    loop {
        tick.tick().await;
        match app.handovers_expire().await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "offers that nobody answered in time have ended"),
            Err(fault) => tracing::error!(code = %fault, "offers could not be ended"),
        }
        let Ok(members) = app.members().await else { continue };
        for member in members {
            match app.handovers_shield(member.town).await {
                Ok(0) => {}
                Ok(taken) => {
                    tracing::info!(town = %member.town, taken, "offers about protected people taken back")
                }
                Err(fault) => {
                    tracing::error!(town = %member.town, code = %fault, "protections could not be looked at");
                }
            }
            if let Err(fault) = app.handovers_close(member.town).await {
                tracing::error!(town = %member.town, code = %fault, "handovers could not be closed");
            }
            if let Err(fault) = app.handovers_lapse(member.town).await {
                tracing::error!(town = %member.town, code = %fault, "ended handovers could not be recorded");
            }
        }
    }
}

async fn arrivals(app: Arc<App>) {
    let mut tick = tokio::time::interval(ARRIVALS_EVERY);
    loop {
        tick.tick().await;
        match app.arrivals_measure(chrono::Utc::now()).await {
            Ok(0) => {}
            Ok(late) => tracing::info!(late, "sources are late"),
            Err(fault) => tracing::error!(code = %fault, "arrivals could not be looked at"),
        }
    }
}

async fn uploads(app: Arc<App>, kept: chrono::TimeDelta) {
    let mut tick = tokio::time::interval(UPLOADS_EVERY);
    loop {
        tick.tick().await;
        let Ok(members) = app.members().await else { continue };
        for member in members {
            if let Err(fault) = app.uploads_desert(member.town, chrono::Utc::now(), false).await {
                tracing::error!(town = %member.town, code = %fault, "deserted uploads could not be given up");
            }
            match app.uploads_expire(member.town, chrono::Utc::now(), kept).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(town = %member.town, gone, "files that nobody loaded have gone"),
                Err(fault) => {
                    tracing::error!(town = %member.town, code = %fault, "files that nobody loaded could not be let go");
                }
            }
        }
    }
}

async fn rest(app: Arc<App>) {
    let mut tick = tokio::time::interval(REST_EVERY);
    loop {
        tick.tick().await;
        match app.rest().await {
            Ok(rested) if rested.stuck > 0 => {
                tracing::warn!(sessions = rested.stuck, "sessions that kept a transaction open were ended");
            }
            Ok(rested) => tracing::debug!(?rested, "given back"),
            Err(fault) => tracing::error!(code = %fault, "stuck sessions could not be looked for"),
        }
    }
}
