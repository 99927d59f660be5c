//! 統合キーマスタ over time: a number that the table no longer says ends, one that goes to somebody else goes by a
//! person's word, none is a fact of a household, and the exported table can be read back.

use app::denials::{NewDenial, Reason};
use app::exports::Charset;
use app::rows::{LinkDecision, LinkTaskState, StaffKind};
use app::staff::NewStaff;
use evidence::Act;
use kernel::id::{LinkTaskId, PersonId};
use kernel::{Code, Grant, Known, Purpose, TownCtx};
use serde_json::json;
use testkit::TestApp;
use testkit::files::{nth, registered};

use super::key_master::{SAMUKAWA, SOURCE, load, month, months, numbered, numbers, pair, rows, town};
use super::{REGISTER, today};
use crate::handovers::family::refused;
use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused};

fn stated(name: &str) -> Known<String> {
    Known::Present(name.to_owned())
}

/// Records of a month at school that find nobody by this number.
async fn unknown(world: &TestApp, n: u32, school: u32, at: &str) -> i64 {
    load(world, "attendance", &[month(n, school, at)]).await.counts.queued
}

#[tokio::test]
async fn a_number_that_the_table_no_longer_says_ends_until_its_load_is_taken_back() {
    let world = town(1..8).await;
    let none = numbers(&world).await;
    let mut table: Vec<_> = (1..7).map(|n| pair(n, 100 + n, (n == 1).then_some("77"))).collect();
    load(&world, SOURCE, &table).await;
    assert_eq!(numbers(&world).await, none + 7);
    // The first has another number at school and none at the counter; the sixth is gone; the second has another name.
    table[0] = pair(1, 201, None);
    let who = &mut table[1].persons[0].1;
    (who.family_name, who.given_name) = (stated("想像"), stated("別人"));
    table.pop();
    let changed = load(&world, SOURCE, &table).await;
    assert_eq!((changed.counts.loaded, changed.counts.closed, changed.counts.queued), (2, 1, 0));
    assert_eq!(numbers(&world).await, none + 5, "102 stays, 101, 77 and 106 have ended, 201 is learned");
    assert_eq!(unknown(&world, 1, 101, "2026-04").await, 1);
    assert_eq!(unknown(&world, 6, 106, "2026-05").await, 1);
    assert_eq!(unknown(&world, 1, 201, "2026-06").await, 0);
    assert_eq!(unknown(&world, 2, 102, "2026-07").await, 0);

    let ctx = world.ctx(SAMUKAWA, &[Grant::Approver], None);
    world.app.load_rollback(&ctx, changed.id, "架空の取り違え").await.unwrap();
    assert_eq!(numbers(&world).await, none + 7);
    assert_eq!(unknown(&world, 1, 101, "2026-08").await, 0);
    assert_eq!(unknown(&world, 1, 201, "2026-09").await, 1);
    assert_eq!(unknown(&world, 6, 106, "2026-10").await, 0);
}

/// The task of the fourth, whose number is the first's.
async fn waiting(world: &TestApp) -> LinkTaskId {
    load(world, SOURCE, &[pair(1, 101, None)]).await;
    load(world, SOURCE, &[pair(1, 101, None), pair(4, 101, None)]).await;
    let ctx = world.ctx(SAMUKAWA, &[Grant::OverallManager], Purpose::DataQuality);
    world.app.link_tasks(&ctx, LinkTaskState::Open, None, 10).await.unwrap()[0].0.id
}

#[actix_web::test]
async fn a_person_moves_a_number_and_can_take_it_back() {
    let world = town(1..6).await;
    let (first, fourth) = (numbered(&world, 1).await, numbered(&world, 4).await);
    let task = waiting(&world).await;
    let http = Http::open(&world).await;
    let path = format!("/api/v1/link-tasks/{task}/number-move");
    let body = json!({"person_id": fourth, "reason": "学籍番号の再利用（架空）"});
    let ask = async |grant: Grant| {
        let token = world.desk(SAMUKAWA, grant).token.clone();
        http.send(Ask::post(&path, body.clone()).by(&token).to("data_quality")).await
    };
    for grant in [Grant::CaseWorker, Grant::Holder] {
        assert_eq!(ask(grant).await.code(), "grant_missing");
    }
    assert_eq!(ask(Grant::OverallManager).await.status, 204);
    assert_eq!(ask(Grant::OverallManager).await.code(), "link_task_decided");
    assert_eq!(acts(&world, SAMUKAWA).await.last(), Some(&Act::NumberMoved));
    let reader = &world.desk(SAMUKAWA, Grant::OverallManager).token;
    let address = format!("/api/v1/link-tasks/{task}");
    let read = Ask::get(&address).by(reader).to("data_quality");
    assert_eq!(http.send(read).await.json()["reason"], "学籍番号の再利用（架空）");
    assert_eq!(unknown(&world, 4, 101, "2026-04").await, 0);
    assert_eq!((months(&world, first).await, months(&world, fourth).await), (0, 1));

    // The next file of the table needs nobody; the same decision, taken back, gives the number back.
    let again = load(&world, SOURCE, &[pair(4, 101, None), pair(1, 101, None)]).await;
    assert_eq!((again.counts.unchanged, again.counts.queued), (2, 0));
    let ctx = world.ctx(SAMUKAWA, &[Grant::OverallManager], Purpose::DataQuality);
    world.app.link_undo(&ctx, task).await.unwrap();
    assert_eq!(world.app.link_reason(&ctx, task).await, Ok(None));
    assert_eq!(unknown(&world, 1, 101, "2026-05").await, 0);
    assert_eq!((months(&world, first).await, months(&world, fourth).await), (1, 1));
}

#[tokio::test]
async fn where_no_number_is_anybody_elses_there_is_none_to_move() {
    let world = town(1..6).await;
    load(&world, SOURCE, &[pair(9, 109, None)]).await;
    let ctx = world.ctx(SAMUKAWA, &[Grant::OverallManager], Purpose::DataQuality);
    let task = world.app.link_tasks(&ctx, LinkTaskState::Open, None, 10).await.unwrap()[0].0.id;
    let fifth = numbered(&world, 5).await;
    let refused = world.app.link_move_numbers(&ctx, task, fifth, "架空").await;
    assert_refused(refused, Code::InvalidValue, "番号がありません", "anybody else's");
    // Nothing was decided; the plain decision is there.
    world.app.link_decide(&ctx, task, LinkDecision::Linked(fifth)).await.unwrap();
}

/// The record's number at school is the first's, the one at the counter the second's.
#[tokio::test]
async fn who_moves_a_number_is_a_person_who_keeps_the_table_and_may_see_whom_it_is_taken_from() {
    let world = town(1..6).await;
    let table = [pair(1, 101, None), pair(2, 102, Some("77"))];
    load(&world, SOURCE, &table).await;
    load(&world, SOURCE, &[table[0].clone(), table[1].clone(), pair(4, 101, Some("77"))]).await;
    let keeper = world.ctx(SAMUKAWA, &[Grant::OverallManager], Purpose::DataQuality);
    let task = world.app.link_tasks(&keeper, LinkTaskState::Open, None, 10).await.unwrap()[0].0.id;
    let (second, fourth) = (numbered(&world, 2).await, numbered(&world, 4).await);
    let moves = async |ctx: &TownCtx| world.app.link_move_numbers(ctx, task, fourth, "架空").await;

    // Whoever settles the queue and decides about loads does not therefore keep the table; a system decides nothing.
    let decider = world.ctx(SAMUKAWA, &[Grant::CaseWorker, Grant::Approver], Purpose::DataQuality);
    assert_refused(moves(&decider).await, Code::GrantMissing, "総括管理", "overall_manager");
    let admin = world.desk(SAMUKAWA, Grant::TownAdmin).ctx(Purpose::Support);
    let (section, grants) = ("mayor/kosodate".parse().unwrap(), keeper.grants);
    let system = NewStaff::member("架空連携", section, grants, today());
    let system = world.app.staff_add(&admin, NewStaff { kind: StaffKind::Service, ..system }).await.unwrap();
    let system = TownCtx { staff: system.row.id, ..keeper };
    assert_refused(moves(&system).await, Code::GrantMissing, "職員", "a person");

    let deny = async |person: PersonId| {
        let kin = NewDenial { person, reason: Reason::Kin, from: today(), until: None };
        world.app.denial_add(&admin, keeper.staff, kin).await.unwrap();
    };
    deny(second).await;
    assert_eq!(refused(moves(&keeper).await), Code::PersonDenied);
    // Nothing of it was done: the record still waits. Decided, it is not taken back by whoever may not see its person.
    world.app.link_decide(&keeper, task, LinkDecision::Linked(fourth)).await.unwrap();
    deny(fourth).await;
    assert_eq!(refused(world.app.link_undo(&keeper, task).await), Code::PersonDenied);
}

#[tokio::test]
async fn a_number_of_another_system_is_no_fact_of_a_household() {
    let world = town(1..4).await;
    load(&world, SOURCE, &[pair(1, 101, Some("77"))]).await;
    let person = numbered(&world, 1).await;
    let worker = world.ctx(SAMUKAWA, &[Grant::CaseWorker], Purpose::Support);
    let timeline = world.app.timeline(&worker, person, None).await.unwrap();
    assert!(timeline.entries.iter().all(|entry| !entry.observation.item.as_str().starts_with("number.")));
    let page = world.app.person_page(&worker, person).await.unwrap();
    assert!(
        page.timeline.entries.iter().all(|entry| !entry.observation.item.as_str().starts_with("number."))
    );
    assert!(page.absent.iter().all(|absent| !absent.item.as_str().starts_with("number.")));
}

/// What reads the exported table back: a source that any town may have, by configuration alone.
const BACK: &str = include_str!("../../../docs/examples/key_master_export.toml");

async fn exported(world: &TestApp) -> Vec<u8> {
    let ctx = world.ctx(SAMUKAWA, &[Grant::OverallManager], Purpose::DataQuality);
    world.app.export_key_master(&ctx, Charset::Utf8).await.unwrap().bytes.clone()
}

#[tokio::test]
async fn the_exported_table_reads_back_as_itself() {
    let extra = [("samukawa/sources/key_master_export.toml", BACK.to_owned())];
    let fill = async || {
        let world = TestApp::open_with(&extra, &[SAMUKAWA]).await;
        let people: Vec<_> = (1..7).map(|n| registered(&nth(n))).collect();
        load(&world, REGISTER, &people).await;
        load(&world, "protection_list", &[]).await;
        world
    };
    let one = fill().await;
    load(&one, SOURCE, &[pair(1, 101, Some("77")), pair(2, 102, None), pair(3, 103, Some("78"))]).await;
    let table = exported(&one).await;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(rows(&text(&table)).len(), 5);
    // Where it came from nothing is learned; elsewhere everything is, and the table is the same.
    let before = numbers(&one).await;
    let same = one.load(SAMUKAWA, "key_master_export", today(), &table).await.unwrap();
    assert_eq!((same.counts.read, same.counts.rejected, same.counts.queued), (5, 0, 0));
    assert_eq!((numbers(&one).await, rows(&text(&exported(&one).await))), (before, rows(&text(&table))));
    let other = fill().await;
    let taken = other.load(SAMUKAWA, "key_master_export", today(), &table).await.unwrap();
    assert_eq!((taken.counts.loaded, taken.counts.rejected, taken.counts.queued), (5, 0, 0));
    let back = exported(&other).await;
    let body = |bytes: &[u8]| text(bytes).split("\"宛名番号\",\"システム\"").nth(1).unwrap().to_owned();
    assert_eq!(body(&back), body(&table));
}
