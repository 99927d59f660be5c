//! 取込の取消: the town knows again what it knew before the load, and what people have decided since stays.

use app::rows::{LinkDecision, LinkTaskState};
use evidence::Act;
use kernel::id::{LoadId, PersonId};
use kernel::{Code, Grant, Known, Purpose, When};
use layouts::Operation;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::files::{attended, consulted, file, nth, protected, registered};
use testkit::towns::{KAISEI, RENSHU, code};

use super::delta::{CHILDCARE, YUGAWARA, enrolled};
use super::{REGISTER, loader, people, pupil, register, today};
use crate::http::{Ask, Http};
use crate::link_tasks::{Queue, nameless};
use crate::resting::{acts, assert_refused, number, resting};

/// Whole pages of these people, without who looked at them.
async fn pages(world: &TestApp, http: &Http, town: &str, people: &[PersonId]) -> Vec<Value> {
    let token = &world.desk(town, Grant::CaseWorker).token;
    let mut pages = Vec::new();
    for person in people {
        let path = format!("/api/v1/persons/{person}/page");
        let answer = http.send(Ask::get(&path).by(token).to("support")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mut page = answer.json();
        strip(&mut page);
        pages.push(page);
    }
    pages
}

/// Takes out who looked and when it was asked for.
fn strip(page: &mut Value) {
    match page {
        Value::Object(members) => {
            for volatile in ["accesses", "as_of", "as_of_ja"] {
                members.remove(volatile);
            }
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

async fn numbered(world: &TestApp, town: &str, n: u32) -> PersonId {
    let ctx = world.ctx(town, &[Grant::CaseWorker], Purpose::Support);
    world.app.person_by_number(&ctx, &format!("{n:010}")).await.unwrap().as_ref().unwrap().id
}

async fn roll_back(world: &TestApp, town: &str, load: LoadId) -> Result<(), kernel::Fault> {
    let ctx = world.ctx(town, &[Grant::Approver], None);
    world.app.load_rollback(&ctx, load, "架空の取り違え").await.map(drop)
}

#[actix_web::test]
async fn a_page_is_what_it_was_and_the_file_can_be_loaded_again() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let list = file(&world, KAISEI, "protection_list", today(), &[]);
    world.load(KAISEI, "protection_list", today(), &list).await.unwrap();
    let mut rows = people(0..20);
    let first = world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    let month = file(&world, KAISEI, "attendance", today(), &[attended(&pupil(5), "2026-05", 1)]);
    let month = world.load(KAISEI, "attendance", today(), &month).await.unwrap();
    let mut of = Vec::new();
    for n in [3, 5, 6, 8] {
        of.push(numbered(&world, KAISEI, n).await);
    }
    let (before, counted) = (pages(&world, &http, KAISEI, &of).await, resting(&world).await);

    // One moves, one joins another household, one is gone, two are new.
    rows[5].persons[0].1.address = Known::Present("想像転居先5番地".into());
    rows[6].persons[0].1.household_no = Known::Present("0000000005".into());
    rows.remove(8);
    rows.extend(people(20..22));
    let bytes = register(&world, &rows);
    let load = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    assert_eq!((load.counts.loaded, load.counts.closed), (4, 1));
    assert_ne!(pages(&world, &http, KAISEI, &of).await, before);

    let refused = world.app.load_rollback(&world.ctx(KAISEI, &[Grant::Holder], None), load.id, "x").await;
    assert_refused(refused.map(drop), Code::GrantMissing, "決裁", "approver");
    let id = load.id.to_string();
    assert_refused(roll_back(&world, KAISEI, first.id).await, Code::LoadNotLatest, &id, &id);
    let path = format!("/api/v1/loads/{id}/rollback");
    let token = &world.desk(KAISEI, Grant::OverallManager).token;
    let done = http.send(Ask::post(&path, json!({"reason": "架空の取り違え"})).by(token)).await;
    assert_eq!((done.status, &done.json()["state"]), (200, &"rolled_back".into()), "{}", done.text);
    assert_eq!(done.json()["rollback_reason"], "架空の取り違え");
    assert_eq!(acts(&world, KAISEI).await.last(), Some(&Act::LoadRolledBack));
    assert_refused(roll_back(&world, KAISEI, load.id).await, Code::LoadNotReady, "取消し済み", "rolled_back");

    assert_eq!(pages(&world, &http, KAISEI, &of).await, before);
    let mut now = resting(&world).await;
    // What the load said stays, with the time for which it was believed; so do the newcomers, who have no number.
    for (what, kept) in
        [("pack recorded_to IS NOT NULL", 4), ("person true", 2), ("keystore true", 2), ("household true", 2)]
    {
        *now.get_mut(what).unwrap() -= kept;
    }
    assert_eq!(now, counted);
    let arrived = "SELECT count(*) FROM hub.arrival WHERE state = 'arrived' AND source = 'resident_register'";
    assert_eq!(number(&world, arrived).await, 1);

    let again = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    assert_ne!(again.id, load.id);
    assert_eq!(again.counts, load.counts, "and changes what it changed before");
    // From the last back to the first.
    roll_back(&world, KAISEI, again.id).await.unwrap();
    roll_back(&world, KAISEI, first.id).await.unwrap();
    let open = "SELECT count(*) FROM town.pack WHERE source = 'resident_register' AND recorded_to IS NULL";
    assert_eq!(number(&world, open).await, 0);
    assert_eq!(number(&world, "SELECT count(*) FROM town.membership WHERE recorded_to IS NULL").await, 0);

    // Of a load from before loads knew their instant nobody can tell what it brought.
    world
        .db
        .superuser()
        .await
        .run("UPDATE town.load SET recorded_at = NULL WHERE source = 'attendance'")
        .await;
    let refused = roll_back(&world, KAISEI, month.id).await;
    assert_refused(refused, Code::LoadNotReady, "できる前のもの", "from before");
}

/// What others have recorded about somebody is neither cut off from them nor given to another.
#[tokio::test]
async fn a_newcomer_whom_others_name_keeps_the_number() {
    let world = TestApp::open(&[KAISEI]).await;
    world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..8))).await.unwrap();
    let bytes = register(&world, &people(0..10));
    let load = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    let month = file(&world, KAISEI, "attendance", today(), &[attended(&pupil(8), "2026-05", 1)]);
    assert_eq!(world.load(KAISEI, "attendance", today(), &month).await.unwrap().counts.queued, 0);
    let (named, unnamed) = (numbered(&world, KAISEI, 8).await, numbered(&world, KAISEI, 9).await);
    roll_back(&world, KAISEI, load.id).await.unwrap();
    assert_eq!(numbered(&world, KAISEI, 8).await, named);
    let of = |person: PersonId| {
        let held = "SELECT count(*) FROM town.identifier WHERE recorded_to IS NULL AND person_id";
        format!("{held} = '{}'", person.uuid())
    };
    assert_eq!((number(&world, &of(named)).await, number(&world, &of(unnamed)).await), (2, 0));
    let again = world.load(KAISEI, REGISTER, today(), &bytes).await.unwrap();
    assert_eq!((again.counts.loaded, again.counts.queued), (2, 1), "a human says whether it is them");
    assert_ne!(numbered(&world, KAISEI, 9).await, unnamed);
}

#[actix_web::test]
async fn a_delta_is_taken_back() {
    let world = TestApp::open(&[YUGAWARA]).await;
    let http = Http::open(&world).await;
    let rows: Vec<_> = (0..5).map(|n| registered(&nth(n))).collect();
    let bytes = file(&world, YUGAWARA, REGISTER, today(), &rows);
    world.load(YUGAWARA, REGISTER, today(), &bytes).await.unwrap();
    let all: Vec<_> = (0..3).map(|n| enrolled(n, "type_2", Operation::Upsert)).collect();
    let bytes = file(&world, YUGAWARA, CHILDCARE, today(), &all);
    world.load(YUGAWARA, CHILDCARE, today(), &bytes).await.unwrap();
    let of = [numbered(&world, YUGAWARA, 0).await, numbered(&world, YUGAWARA, 1).await];
    let before = pages(&world, &http, YUGAWARA, &of).await;
    let changes = [enrolled(0, "type_2", Operation::Close), enrolled(1, "type_1", Operation::Upsert)];
    let bytes = file(&world, YUGAWARA, CHILDCARE, today(), &changes);
    let load = world.load(YUGAWARA, CHILDCARE, today(), &bytes).await.unwrap();
    assert_ne!(pages(&world, &http, YUGAWARA, &of).await, before);
    roll_back(&world, YUGAWARA, load.id).await.unwrap();
    assert_eq!(pages(&world, &http, YUGAWARA, &of).await, before);
    let again = world.load(YUGAWARA, CHILDCARE, today(), &bytes).await.unwrap();
    assert_eq!(again.counts, load.counts);
}

#[tokio::test]
async fn a_list_of_protections_is_taken_back() {
    let world = TestApp::open(&[KAISEI]).await;
    world.load(KAISEI, REGISTER, today(), &register(&world, &people(1..6))).await.unwrap();
    let until = today() + chrono::Days::new(30);
    let list = async |days: u64, rows: &[layouts::EncodeRow]| {
        let as_of = today() - chrono::Days::new(days);
        let bytes = file(&world, KAISEI, "protection_list", as_of, rows);
        world.load(KAISEI, "protection_list", as_of, &bytes).await.unwrap()
    };
    let shown = async || {
        let list = world.app.protection_list(code(KAISEI)).await.unwrap();
        let mut all: Vec<_> = list.protected().map(|(person, p)| (person, p.until)).collect();
        all.sort();
        (list.as_of, all)
    };
    list(3, &[protected("1", &nth(1), None, until)]).await;
    let before = shown().await;
    assert_eq!(before.1.len(), 1);
    let later = until + chrono::Days::new(300);
    let load = list(0, &[protected("1", &nth(1), None, later), protected("2", &nth(2), None, later)]).await;
    assert_eq!(shown().await.1.len(), 2);
    roll_back(&world, KAISEI, load.id).await.unwrap();
    assert_eq!(shown().await, before, "who, until when, and the day of the list");
}

#[tokio::test]
async fn what_people_have_decided_stays_decided() {
    const COUNSEL: &str = "consult_sc_ssw";
    let queue = Queue::open().await;
    let (world, app) = (&queue.world, &queue.world.app);
    let last = async || {
        let loads = app.load_list(&loader(world, KAISEI), None, 1).await.unwrap();
        (loads[0].source == COUNSEL).then_some(loads[0].id).unwrap()
    };
    let said = async |task| {
        let row = app.link_task(&queue.ctx(), task).await.unwrap();
        let when = row.0.body.as_ref().unwrap().observations[0].when.clone();
        let When::At(day) = when else { panic!("{when:?}") };
        (row.0.state, row.0.person, day.to_string())
    };
    let visit = |day: &str| [consulted(&nameless(), "7", day)];
    let (two, one) = (Some(queue.two), Some(queue.one));

    // The record waits, changes, and is then decided on: the older record is hers too.
    queue.load(COUNSEL, &visit("2026-05-01")).await;
    let waited = queue.waiting().await;
    queue.load(COUNSEL, &visit("2026-05-02")).await;
    let decided = queue.waiting().await;
    app.link_decide(&queue.ctx(), decided, LinkDecision::Linked(queue.two)).await.unwrap();
    roll_back(world, KAISEI, last().await).await.unwrap();
    assert_eq!(said(waited).await, (LinkTaskState::Linked, two, "2026-05-01".into()));
    assert_eq!(said(decided).await.0, LinkTaskState::Closed);
    assert_eq!((queue.known(queue.two, COUNSEL).await, queue.known(queue.one, COUNSEL).await), (1, 0));

    // Decided before, changed by the load: the decision and the older record stand.
    assert_eq!(queue.load(COUNSEL, &visit("2026-05-03")).await, (1, 0), "no human is asked again");
    assert_eq!(said(waited).await.2, "2026-05-03");
    roll_back(world, KAISEI, last().await).await.unwrap();
    assert_eq!(said(waited).await, (LinkTaskState::Linked, two, "2026-05-01".into()));
    assert_eq!(queue.known(queue.two, COUNSEL).await, 1);

    // Taken back since: it is not hers again because the load goes.
    queue.load(COUNSEL, &visit("2026-05-04")).await;
    app.link_undo(&queue.ctx(), waited).await.unwrap();
    let load = last().await;
    roll_back(world, KAISEI, load).await.unwrap();
    assert_eq!(said(waited).await, (LinkTaskState::Open, None, "2026-05-01".into()));
    assert_eq!(queue.known(queue.two, COUNSEL).await, 0);

    // Decided otherwise since: the older record is the other one's.
    app.link_decide(&queue.ctx(), waited, LinkDecision::Linked(queue.two)).await.unwrap();
    queue.load(COUNSEL, &visit("2026-05-05")).await;
    app.link_undo(&queue.ctx(), waited).await.unwrap();
    app.link_decide(&queue.ctx(), waited, LinkDecision::Linked(queue.one)).await.unwrap();
    roll_back(world, KAISEI, last().await).await.unwrap();
    assert_eq!(said(waited).await, (LinkTaskState::Linked, one, "2026-05-01".into()));
    assert_eq!((queue.known(queue.two, COUNSEL).await, queue.known(queue.one, COUNSEL).await), (0, 1));
}

/// In a training town ids follow from numbers: whoever comes back after a rollback is who they were, with what
/// was known of them in between still theirs to read.
#[tokio::test]
async fn in_a_training_town_people_come_back_under_their_ids() {
    let world = TestApp::open(&[RENSHU]).await;
    let rows: Vec<_> = (0..6).map(|n| registered(&nth(n))).collect();
    let bytes = file(&world, RENSHU, REGISTER, today(), &rows);
    let first = world.load(RENSHU, REGISTER, today(), &bytes).await.unwrap();
    let of = numbered(&world, RENSHU, 3).await;
    roll_back(&world, RENSHU, first.id).await.unwrap();
    let again = world.load(RENSHU, REGISTER, today(), &bytes).await.unwrap();
    assert_eq!((again.counts.loaded, again.counts.queued), (6, 0), "{:?}", again.counts);
    assert_eq!(numbered(&world, RENSHU, 3).await, of);
    // Among others who stay, too; and in a household that was theirs alone.
    let more: Vec<_> = (0..9).map(|n| registered(&nth(n))).collect();
    let bytes = file(&world, RENSHU, REGISTER, today(), &more);
    let later = world.load(RENSHU, REGISTER, today(), &bytes).await.unwrap();
    let newcomer = numbered(&world, RENSHU, 7).await;
    roll_back(&world, RENSHU, later.id).await.unwrap();
    let back = world.load(RENSHU, REGISTER, today(), &bytes).await.unwrap();
    assert_eq!((back.counts.loaded, back.counts.queued), (3, 0), "{:?}", back.counts);
    assert_eq!(numbered(&world, RENSHU, 7).await, newcomer);
    for (table, count) in [
        ("person", 9),
        ("household", 9),
        ("keystore WHERE subject_id IN (SELECT person_id FROM town.person)", 9),
    ] {
        assert_eq!(number(&world, &format!("SELECT count(*) FROM town.{table}")).await, count, "{table}");
    }
    // What has ended is opened under the keys it was sealed with.
    let http = Http::open(&world).await;
    let token = &world.desk(RENSHU, Grant::CaseWorker).token;
    let path = format!("/api/v1/persons/{newcomer}/retention");
    let kept = http.send(Ask::get(&path).by(token).to("support")).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let page = format!("/api/v1/persons/{newcomer}/page");
    assert_eq!(http.send(Ask::get(&page).by(token).to("support")).await.status, 200);
}
