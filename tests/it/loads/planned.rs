//! 取込計画: what a file would change is told before it does, and is then done once, past a guard only on a named
//! person's word.

use std::collections::BTreeMap;

use app::loads::{Begun, Guard, LoadPlan, Override, Wanted};
use app::rows::{LoadPlanState, StaffKind};
use app::staff::NewStaff;
use evidence::Act;
use kernel::id::{LoadPlanId, UploadId};
use kernel::{Code, Fault, Grant, Known, Purpose, TownCtx};
use serde_json::json;
use testkit::TestApp;
use testkit::towns::{KAISEI, code};

use super::{REGISTER, begin, hand_in, loader, people, register, today};
use crate::http::{Ask, Http};
use crate::resting::{Held, acts, assert_refused, number, resting};

/// Rows of every table of the towns, but for what says how a plan and its work are doing.
async fn everything(world: &TestApp) -> BTreeMap<String, i64> {
    let sql = world.db.superuser().await;
    let tables = "SELECT oid::regclass::text FROM pg_class WHERE relnamespace IN ('town'::regnamespace, 'hub'::regnamespace) AND relkind IN ('r', 'p') AND relname NOT IN ('operation', 'load_plan')";
    let mut counts = BTreeMap::new();
    for table in sql.column(tables).await {
        let count = sql.number(&format!("SELECT count(*) FROM {table}")).await;
        counts.insert(table, count);
    }
    counts
}

/// Plans a file that was handed in, to the end.
pub async fn plan(world: &TestApp, town: &str, upload: UploadId) -> Result<LoadPlan, Fault> {
    let ctx = loader(world, town);
    match world.app.load_plan_begin(&ctx, upload).await? {
        Wanted::Same(plan) => Ok(plan),
        Wanted::Running { plan, operation } => {
            world.ended(town, operation).await;
            world.app.load_plan(&ctx, plan.row.id).await
        }
    }
}

async fn apply(
    world: &TestApp,
    ctx: &TownCtx,
    plan: LoadPlanId,
    word: Option<&Override>,
) -> Result<String, Fault> {
    match world.app.load_plan_apply(ctx, plan, word).await? {
        Begun::Same(_) => Ok("same".to_owned()),
        Begun::Running { operation, .. } => Ok(world.ended(KAISEI, operation).await),
    }
}

#[tokio::test]
async fn a_plan_changes_nothing_and_after_its_load_the_next_one_is_empty() {
    let world = TestApp::open(&[KAISEI]).await;
    let ctx = loader(&world, KAISEI);
    let mut rows = people(0..20);
    world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    rows[7].persons[0].1.address = Known::Present("想像転居先7番地".into());
    rows.remove(4);
    rows.extend(people(20..22));
    let file = register(&world, &rows);
    let upload = hand_in(&world, KAISEI, REGISTER, &file).await;
    let before = everything(&world).await;
    let made = plan(&world, KAISEI, upload).await.unwrap();
    assert_eq!(everything(&world).await, before, "a plan writes nothing");
    let counts = |plan: &LoadPlan| {
        let p = plan.planned.clone().unwrap();
        [p.read, p.new, p.changed, p.unchanged, p.reopened, p.closed, p.rejected, p.queued]
    };
    assert_eq!(counts(&made), [21, 2, 1, 18, 0, 1, 0, 0]);
    assert!(made.planned.as_ref().unwrap().guards.is_empty());

    let id = made.row.id;
    let both = tokio::join!(apply(&world, &ctx, id, None), apply(&world, &ctx, id, None));
    let mut told = [both.0, both.1].map(|one| one.unwrap_or_else(|fault| fault.code().to_string()));
    told.sort();
    // Whoever comes when the other's load has ended already finds the plan stale.
    assert!(told[0] == "done" && told[1].starts_with("load_plan_"), "a plan is used once: {told:?}");
    let load = world.app.load_list(&ctx, None, 1).await.unwrap().remove(0);
    let c = &load.counts;
    assert_eq!((c.read, c.loaded, c.unchanged, c.rejected, c.closed), (21, 3, 18, 0, 1), "as planned");
    assert_eq!((load.plan, load.recorded_at.is_some()), (Some(id), true));

    // The same file is known as such; the same rows in another order are read and found the same.
    let again = plan(&world, KAISEI, hand_in(&world, KAISEI, REGISTER, &file).await).await.unwrap();
    assert_eq!((again.row.same, again.planned.as_ref().unwrap().is_empty()), (Some(load.id), true));
    let held = Held::rows(&world, "load_plan").await;
    let same = || apply(&world, &ctx, again.row.id, None);
    let both = tokio::join!(same(), same(), held.let_go(2));
    let mut told = [both.0, both.1].map(|one| one.unwrap_or_else(|fault| fault.code().to_string()));
    told.sort();
    assert_eq!(told, ["load_plan_used", "same"], "this one too");
    rows.reverse();
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &rows)).await;
    let reversed = plan(&world, KAISEI, upload).await.unwrap();
    assert!(reversed.row.same.is_none() && reversed.planned.as_ref().unwrap().is_empty());
    assert_eq!(counts(&reversed), [21, 0, 0, 21, 0, 0, 0, 0], "after apply, plan is empty");

    // Who had gone and is back is told from who is new, and waits: a number alone does not say who they are.
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..23))).await;
    assert_eq!(counts(&plan(&world, KAISEI, upload).await.unwrap()), [23, 1, 1, 20, 1, 0, 0, 1]);

    // What is known as loaded may be taken back.
    let same = plan(&world, KAISEI, hand_in(&world, KAISEI, REGISTER, &file).await).await.unwrap();
    world.app.load_rollback(&ctx, load.id, "架空の取り違え").await.unwrap();
    let refused = apply(&world, &ctx, same.row.id, None).await;
    assert_refused(refused, Code::LoadPlanStale, "取込済みの状態", "what was loaded before");
}

#[tokio::test]
async fn what_a_plan_rests_on_must_stand() {
    let world = TestApp::open(&[KAISEI]).await;
    let ctx = loader(&world, KAISEI);
    let mut plans = Vec::new();
    for end in [10, 11, 12, 13] {
        let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..end))).await;
        plans.push(plan(&world, KAISEI, upload).await.unwrap().row.id);
    }
    let sql = world.db.superuser().await;
    for (plan, member, value, ja, en) in [
        (plans[1], "profile_id", "gen_random_uuid()", "町の設定の版", "the town's profile"),
        (plans[2], "layout_digest", r"decode(repeat('00', 32), 'hex')", "レイアウト", "the source's layout"),
    ] {
        let set = format!("UPDATE town.load_plan SET {member} = {value} WHERE plan_id = '{}'", plan.uuid());
        sql.run(&set).await;
        assert_refused(apply(&world, &ctx, plan, None).await, Code::LoadPlanStale, ja, en);
    }
    assert_eq!(apply(&world, &ctx, plans[0], None).await.unwrap(), "done");
    let last = ("連携元の最後の取込", "the source's last load");
    assert_refused(apply(&world, &ctx, plans[3], None).await, Code::LoadPlanStale, last.0, last.1);
    assert_eq!(number(&world, "SELECT count(*) FROM town.person").await, 10);
    assert_eq!(number(&world, "SELECT count(*) FROM town.load").await, 1, "nothing was begun");

    let worker = world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::DataQuality);
    let refused = apply(&world, &worker, plans[3], None).await;
    assert_refused(refused, Code::GrantMissing, "保有・管理", "holder");
    let missing = world.app.load_plan(&ctx, LoadPlanId::new()).await;
    assert_refused(missing.map(drop), Code::LoadPlanNotFound, "一週間", "a week");

    // A file that was loaded and taken back meanwhile is used up, although its source is as it was.
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..14))).await;
    let planned = plan(&world, KAISEI, upload).await.unwrap().row.id;
    assert_eq!(world.ended(KAISEI, begin(&world, upload).await.unwrap()).await, "done");
    let load = world.app.load_list(&ctx, None, 1).await.unwrap().remove(0);
    world.app.load_rollback(&ctx, load.id, "架空の取り違え").await.unwrap();
    let refused = apply(&world, &ctx, planned, None).await;
    assert_refused(refused, Code::LoadNotReady, "取込済み", "loaded");

    // A file that cannot be loaded at all has a plan that says why.
    let upload = hand_in(&world, KAISEI, REGISTER, b"not,this,file\r\n1,2,3\r\n").await;
    let failed = plan(&world, KAISEI, upload).await.unwrap();
    assert_eq!(failed.row.state, LoadPlanState::Failed);
    assert_eq!(failed.fault.unwrap().code(), Code::HeaderMismatch);
    let refused = apply(&world, &ctx, failed.row.id, None).await;
    assert_refused(refused, Code::LoadNotReady, "失敗", "failed");
}

/// Both were begun while nothing had come yet: whichever comes second finds the source loaded, under the lock.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_planned_loads_under_way_one_is_done() {
    let world = TestApp::open(&[KAISEI]).await;
    let ctx = loader(&world, KAISEI);
    let mut plans = Vec::new();
    for end in [10, 11] {
        let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..end))).await;
        plans.push(plan(&world, KAISEI, upload).await.unwrap().row.id);
    }
    let towns = world.db.towns();
    let held = towns.bulk_load(code(KAISEI)).await.unwrap();
    let mut operations = Vec::new();
    for plan in plans {
        match world.app.load_plan_apply(&ctx, plan, None).await.unwrap() {
            Begun::Running { operation, .. } => operations.push(operation),
            Begun::Same(load) => panic!("{} was loaded before", load.id),
        }
    }
    drop(held);
    let mut ended = Vec::new();
    for operation in operations {
        world.ended(KAISEI, operation).await;
        ended.push(world.app.operation(&ctx, operation).await.unwrap().fault_code);
    }
    ended.sort();
    assert_eq!(ended, [None, Some("load_plan_stale".to_owned())]);
    assert_eq!(number(&world, "SELECT count(*) FROM town.load WHERE state = 'loaded'").await, 1);
    let spooled = "SELECT count(*) FROM town.upload WHERE state = 'received'";
    assert_eq!(number(&world, spooled).await, 1, "the other file can be planned anew");
}

#[actix_web::test]
async fn a_guard_stops_a_file_until_a_named_person_passes_it_over() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..60))).await.unwrap();
    let before = resting(&world).await;
    // Cut in the middle: a third of the town would be gone.
    let cut = register(&world, &people(0..40));
    let refused = world.load(KAISEI, REGISTER, today(), &cut).await;
    assert_refused(
        refused,
        Code::GuardTripped,
        "終了する記録の割合（％）が 34",
        "34, outside the limit of 20",
    );
    let mut now = resting(&world).await;
    assert_eq!(now.insert("upload_chunk true".into(), 0), Some(1), "the file stays for a plan");
    assert_eq!(now, before, "and nothing else was done");
    assert_eq!(acts(&world, KAISEI).await.last(), Some(&Act::LoadRefused));

    let loads = world.app.load_list(&loader(&world, KAISEI), None, 1).await.unwrap();
    let holder = &world.desk(KAISEI, Grant::Holder).token;
    let approver = &world.desk(KAISEI, Grant::Approver).token;
    let new = json!({"upload_id": loads[0].upload.to_string()});
    let begun = http.send(Ask::post("/api/v1/load-plans", new).by(holder)).await;
    assert_eq!((begun.status, begun.json()["state"].as_str()), (202, Some("running")), "{}", begun.text);
    let operation = begun.value("location").unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(world.ended(KAISEI, operation.parse().unwrap()).await, "done");
    let work = http.send(Ask::get(&format!("/api/v1/operations/{operation}")).by(holder)).await.json();
    let plan = format!("/api/v1/load-plans/{}", begun.json()["id"].as_str().unwrap());
    assert_eq!(work["target_id"], begun.json()["id"]);
    let made = http.send(Ask::get(&plan).by(holder)).await.json();
    assert_eq!((&made["state"], &made["changes"]["rows_closed"]), (&"ready".into(), &20.into()), "{made}");
    let guard = &made["changes"]["guards"][0];
    assert_eq!((&guard["guard"], &guard["measured"]), (&"max_close_ratio".into(), &34.into()));

    let application = format!("{plan}/application");
    let word =
        |guards: &[&str]| json!({"override": {"guards": guards, "reason": "架空の大量転出を町民課に確認"}});
    for (token, body, status, code) in [
        (holder, json!({}), 422, "guard_tripped"),
        (holder, word(&["max_close_ratio"]), 403, "grant_missing"),
        (approver, json!({}), 403, "grant_missing"),
        (approver, word(&["min_rows"]), 422, "guard_tripped"),
        (approver, word(&["max_close_ratio", "min_rows"]), 422, "invalid_value"),
        (approver, word(&["no_guard"]), 422, "invalid_value"),
    ] {
        let answer = http.send(Ask::post(&application, body.clone()).by(token)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body}");
    }
    assert_eq!(resting(&world).await["person true"], 60);

    // A system decides nothing, whatever it is allowed.
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let (section, grants) =
        ("mayor/kosodate".parse().unwrap(), [Grant::OverallManager].into_iter().collect());
    let system =
        NewStaff { kind: StaffKind::Service, ..NewStaff::member("架空連携", section, grants, today()) };
    let system = world.app.staff_add(&admin, system).await.unwrap().row.id;
    let system = TownCtx { staff: system, ..loader(&world, KAISEI) };
    let id = begun.json()["id"].as_str().unwrap().parse().unwrap();
    let word_of = Override { guards: vec![Guard::MaxCloseRatio], reason: "x".into() };
    assert_refused(apply(&world, &system, id, Some(&word_of)).await, Code::GrantMissing, "職員", "a person");
    let back = world.app.load_rollback(&system, loads[0].id, "x").await;
    assert_refused(back.map(drop), Code::GrantMissing, "職員", "a person");

    let done = http.send(Ask::post(&application, word(&["max_close_ratio"])).by(approver)).await;
    assert_eq!(done.status, 202, "{}", done.text);
    let operation = done.value("location").unwrap().rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(world.ended(KAISEI, operation).await, "done");
    let load = format!("/api/v1/loads/{}", done.json()["id"].as_str().unwrap());
    let load = http.send(Ask::get(&load).by(holder)).await.json();
    assert_eq!((&load["state"], &load["rows_closed"]), (&"loaded".into(), &20.into()), "{load}");
    assert_eq!(load["overridden_guards"], json!(["max_close_ratio"]));
    assert_eq!(load["override_reason"], "架空の大量転出を町民課に確認");
    assert_eq!(load["started_by"], world.desk(KAISEI, Grant::Approver).staff.to_string());
    let acts = acts(&world, KAISEI).await;
    assert_eq!(acts[acts.len() - 2..], [Act::GuardOverridden, Act::LoadApplied]);
    let again = http.send(Ask::post(&application, json!({})).by(holder)).await;
    assert_eq!(again.code(), "load_plan_used");
}
