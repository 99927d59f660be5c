//! A hundred members of staff sign in at once while others read: slow hashes must stall nobody.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use app::sign_in::{Claimant, Password};
use app::staff::NewStaff;
use chrono::Utc;
use kernel::id::RequestId;
use kernel::{Grant, Purpose};

use crate::client::{self, Answered, Target};
use crate::figure::{Bar, Figure, Peer};
use crate::read;
use crate::server::Server;
use crate::world::{Town, World};

/// Who sign in at once (issue 3).
const STAFF: usize = 100;

/// Of what 99 of 100 reads take while nobody signs in, at most so many times (issue 3).
const BAR: f64 = 2.0;

/// Reading before, to compare with.
const BEFORE: Duration = Duration::from_secs(5);

/// Reading meanwhile.
const DURING: Duration = Duration::from_secs(2);

/// Everybody's password: what is measured is how long it takes to tell.
const PASSWORD: &str = "架空の坂道をのぼるとき海が光る";

/// Makes the accounts, then reads at half of what the server can do, before and while all sign in.
///
/// # Errors
/// When a request is refused.
pub async fn run(world: &World) -> anyhow::Result<Vec<Figure>> {
    let town = world.five().first().context("there is no town")?;
    let everybody = accounts(world, town).await?;
    let targets = read::everybody(world).await?;
    let server = Server::start(&world.database, &world.folder)?;
    let half = client::half(&server, &targets, read::CLIENTS, BEFORE)?;
    let before = client::ask(&server, &targets, half)?;
    let (during, signed_in) = while_signing_in(&server, &targets, half, everybody)?;
    let notes = vec![
        format!(
            "reads at half load: {:.1} ms before, {:.1} ms meanwhile",
            before.within(990),
            during.within(990)
        ),
        format!(
            "half of the {STAFF} were signed in within {:.1} s, all within {:.1} s",
            signed_in.within(500) / 1e3,
            signed_in.within(1000) / 1e3
        ),
    ];
    Ok(vec![Figure {
        name: "sign-in, slowest of a hundred reads meanwhile",
        unit: "ms",
        ours: during.within(990),
        peer: Peer::Measured { what: "the same before", value: before.within(990) },
        bar: Bar::RatioAtMost(BAR),
        n: during.took.len(),
        notes,
    }])
}

/// Reads while everybody signs in, on connections kept open as before, and for less time than the sign-ins take.
fn while_signing_in(
    server: &Server,
    targets: &Arc<[Target]>,
    half: client::Crowd,
    everybody: Vec<Target>,
) -> anyhow::Result<(Answered, Answered)> {
    std::thread::scope(|scope| {
        let signing_in = scope.spawn(|| client::ask_at_once(server, everybody));
        let during = client::ask(server, targets, client::Crowd { long: DURING, ..half })?;
        ensure!(!signing_in.is_finished(), "everybody was signed in before the reads ended");
        match signing_in.join() {
            Ok(signed_in) => Ok((during, signed_in?)),
            Err(_) => bail!("the thread that signs in ended"),
        }
    })
}

/// Accounts with a password each; gives their sign-ins.
async fn accounts(world: &World, town: &Town) -> anyhow::Result<Vec<Target>> {
    let section = town.profile.sections.first().context("a town needs a section")?.code.clone();
    let admin = &town.desks.admin;
    let mut sign_ins = Vec::new();
    for nth in 1..=STAFF {
        let number = format!("{nth:06}");
        let ctx = admin.ctx(Purpose::Support);
        let new = NewStaff {
            number: Some(number.clone()),
            ..NewStaff::member(
                "架空 職員",
                section.clone(),
                [Grant::CaseWorker].into_iter().collect(),
                ctx.today(),
            )
        };
        let staff = world.app.staff_add(&ctx, new).await?.row.id;
        let code = world.app.setup_code_issue(&ctx, staff).await?.code;
        let who = Claimant {
            town: town.code.as_str(),
            number: &number,
            address: std::net::IpAddr::from([127, 0, 0, 2]),
            now: Utc::now(),
            request: RequestId::new(),
        };
        world.app.password_set_up(&who, &code, &Password::read(PASSWORD)).await?;
        let body = serde_json::json!({
            "town_code": town.code.as_str(), "staff_number": number, "password": PASSWORD
        });
        sign_ins.push(Target {
            token: String::new(),
            path: "/api/v1/sign-ins".to_owned(),
            body: Some(body.to_string()),
        });
    }
    Ok(sign_ins)
}
