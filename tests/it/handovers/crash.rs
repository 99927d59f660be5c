//! A process that dies at offer, acceptance, receipt or closing, before or after its commit: after a restart
//! nothing is lost, doubled or undecided.

use std::sync::Arc;

use app::App;
use app::failpoint::STEPS;
use app::handovers::Taking;
use evidence::Act;
use kernel::id::{HandoverId, RequestId};
use kernel::{Fault, Grant, Grants, Purpose, TownCtx};
use testkit::towns::{KAISEI, OI, code};

use super::family::Family;
use crate::crash;

async fn step(app: &App, ctx: &TownCtx, id: HandoverId, step: &str) -> Result<(), Fault> {
    match step.split('.').nth(1).unwrap() {
        "offer" => app.handover_offer(ctx, id).await.map(drop),
        "accept" => app.handover_accept(ctx, id).await.map(drop),
        "receive" => app.handover_receive(ctx, id, &Taking::default()).await.map(drop),
        "close" => app.handover_close(ctx, id).await.map(drop),
        other => panic!("{other}"),
    }
}

#[tokio::test]
#[ignore = "the tests below run it in a process of its own, where it dies"]
async fn in_a_child() {
    let (app, told) = crash::child().await;
    let [town, staff, id, name] = told.iter().map(String::as_str).collect::<Vec<_>>().try_into().unwrap();
    let ctx = TownCtx {
        town: code(town),
        staff: staff.parse().unwrap(),
        grants: [Grant::CaseWorker].into_iter().collect::<Grants>(),
        purpose: Some(Purpose::Handover),
        now: chrono::Utc::now(),
        request: RequestId::new(),
    };
    step(&app, &ctx, id.parse().unwrap(), name).await.unwrap();
}

/// Takes a step in a process that is to die at it.
fn die(family: &Family, ctx: &TownCtx, id: HandoverId, step: &str) {
    let (staff, id) = (ctx.staff.to_string(), id.to_string());
    let told = [ctx.town.as_str(), &staff, &id, step];
    crash::die(&family.world, "handovers::crash::in_a_child", step, &told);
}

/// Walks the whole path; the process dies once, at `fail_at`.
async fn walk(fail_at: &'static str) {
    let family = Family::new().await;
    let (sender, receiver) = (family.sender(), family.receiver());
    let id = family.approved().await;
    for (name, ctx) in [("offer", &sender), ("accept", &receiver), ("receive", &receiver), ("close", &sender)]
    {
        let name = format!("handover.{name}.");
        if name == "handover.accept." {
            family.app().handover_acknowledge(&receiver, id).await.unwrap();
        }
        if fail_at.starts_with(&name) {
            die(&family, ctx, id, fail_at);
            after_death(&family, fail_at).await;
        }
        // The restart: a process that knows nothing but what was committed asks again.
        let restarted = App::open(Arc::clone(family.world.db.installation()), family.world.db.key_folder())
            .await
            .unwrap();
        step(&restarted, ctx, id, &name).await.unwrap();
    }
    let view = family.app().handover(&sender, id).await.unwrap();
    assert_eq!((view.summary.state.as_str(), view.summary.lead), ("completed", code(OI)), "{fail_at}");
    for (town, act) in [
        (KAISEI, Act::HandoverOffered),
        (OI, Act::HandoverAccepted),
        (OI, Act::HandoverReceived),
        (KAISEI, Act::HandoverCompleted),
    ] {
        assert_eq!(family.count(town, act).await, 1, "{fail_at}: {act}");
    }
    let sql = family.world.db.superuser().await;
    for (table, rows) in [
        ("town.pack WHERE source = 'handover_in'", 2),
        ("town.handover_item", 2),
        ("town.handover", 2),
        ("hub.handover", 1),
    ] {
        assert_eq!(sql.number(&format!("SELECT count(*) FROM {table}")).await, rows, "{fail_at}: {table}");
    }
}

/// What rests after a death: everything of the step or nothing, in the hub's row and in the town's.
async fn after_death(family: &Family, fail_at: &str) {
    let sql = family.world.db.superuser().await;
    let (step, when) = fail_at.trim_start_matches("handover.").split_once('.').unwrap();
    let done = when == "after_commit";
    let (direction, before, after) = match step {
        "offer" => ("out", "approved", "offered"),
        "accept" => ("in", "accepting", "accepted"),
        "receive" => ("in", "accepted", "received"),
        _ => ("out", "offered", "completed"),
    };
    let own = if done { after } else { before };
    let rows =
        format!("SELECT count(*) FROM town.handover WHERE direction = '{direction}' AND state = '{own}'");
    assert_eq!(sql.number(&rows).await, 1, "{fail_at}: the town's row");
    let hub = match (step, done) {
        ("offer", false) => None,
        ("offer", true) => Some("offered"),
        ("accept", false) => Some("accepting"),
        ("accept", true) | ("receive", false) => Some("accepted"),
        ("receive", true) | ("close", false) => Some("received"),
        _ => Some("completed"),
    };
    let rows = hub.map_or("SELECT 1 - count(*) FROM hub.handover".to_owned(), |state| {
        format!("SELECT count(*) FROM hub.handover WHERE state = '{state}'")
    });
    assert_eq!(sql.number(&rows).await, 1, "{fail_at}: the hub's row");
}

macro_rules! dies_at {
    ($($name:ident = $step:literal;)+) => {
        $(#[tokio::test]
        async fn $name() {
            walk($step).await;
        })+

        #[test]
        fn every_step_is_died_at() {
            let ours: Vec<_> = STEPS.iter().copied().filter(|step| step.starts_with("handover.")).collect();
            assert_eq!(ours, [$($step),+]);
        }
    };
}

dies_at! {
    dies_before_an_offer_is_committed = "handover.offer.before_commit";
    dies_after_an_offer_was_committed = "handover.offer.after_commit";
    dies_before_an_acceptance_is_committed = "handover.accept.before_commit";
    dies_after_an_acceptance_was_committed = "handover.accept.after_commit";
    dies_before_a_receipt_is_committed = "handover.receive.before_commit";
    dies_after_a_receipt_was_committed = "handover.receive.after_commit";
    dies_before_a_closing_is_committed = "handover.close.before_commit";
    dies_after_a_closing_was_committed = "handover.close.after_commit";
}
