//! Who is protected: by the list, past its end date, and after the row has vanished, until a person ends it.

use std::time::Duration;

use chrono::Utc;
use kernel::id::LoadId;
use kernel::{Category, Code, Grant, Purpose, Value, When};
use layouts::RoleId;
use layouts::layout::Mode;
use store::rows::new_pack::NewPack;
use store::rows::pack::PackBody;
use store::rows::version::Changed;
use testkit::TestApp;
use testkit::db::leaf;
use testkit::files::{layout, nth, protected};
use testkit::towns::{ALL, KAISEI, code};

use super::Where::{Open, Protected};
use super::{LIST, Town, days, today};
use crate::handovers::family::observation;
use crate::resting::{assert_refused, number};

#[tokio::test]
async fn the_protected_are_hidden_and_the_others_shown() {
    let town = Town::open().await;
    // The respondent is a resident too, and is not protected.
    let mut row = protected("K1", &nth(1), Some(&nth(2)), today() + days(100));
    let respondent = row.persons.iter_mut().find(|(role, _)| *role == RoleId::Respondent).unwrap();
    respondent.1 = kernel::Identity { address: respondent.1.address.clone(), ..nth(3) };
    respondent.1.local_id = kernel::Known::NOT_COLLECTED;
    town.list(today(), &[row]).await;
    assert_eq!(town.shown().await, [Protected, Protected, Open, Open, Open]);
    assert_eq!(town.past_end().await, []);
}

#[tokio::test]
async fn a_protection_past_its_end_protects_and_asks_for_a_person() {
    let town = Town::open().await;
    let rows =
        [protected("K1", &nth(1), Some(&nth(2)), today() - days(1)), protected("K2", &nth(3), None, today())];
    town.list(today(), &rows).await;
    assert_eq!(town.shown().await, [Protected, Protected, Protected, Open, Open]);
    let mut past = vec![town.people[0], town.people[1]];
    past.sort_unstable();
    assert_eq!(town.past_end().await, past, "the last day itself is not past");

    // A person ends it; nobody can end one that still runs.
    let approver = town.world.ctx(KAISEI, &[Grant::Approver], Purpose::Support);
    let running = town.world.app.protection_end(&approver, town.people[2], "本人から申出").await;
    assert_refused(running, Code::ProtectionRunning, "支援措置", "protection");
    town.world.app.protection_end(&approver, town.people[0], "期限後の確認済み").await.unwrap();
    assert_eq!(town.shown().await, [Open, Protected, Protected, Open, Open]);
}

/// Measures are renewed at their end: whoever ends one must have seen the list that is in force.
#[tokio::test]
async fn a_measure_that_is_renewed_while_it_is_ended_stands() {
    let town = Town::open().await;
    town.list(today(), &[protected("K1", &nth(1), None, today() - days(1))]).await;
    let approver = town.world.ctx(KAISEI, &[Grant::Approver], Purpose::Support);
    let mut load = town.world.db.towns().begin(code(KAISEI)).await.unwrap();
    load.lock_town().await.unwrap();
    let victim = town.people[0];
    let renewed = async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let when = When::Period { from: None, until: Some((today() + days(300)).into()) };
        let measure = observation("protection.measure", Value::Code("victim".into()), when);
        let pack = NewPack {
            subject: victim.uuid(),
            category: Category::Protection,
            source: LIST.to_owned(),
            load: LoadId::new(),
            line: 2,
            record_key: vec![1; 16],
            row_hash: vec![1; 16],
            body: PackBody { observations: vec![measure], ..PackBody::default() },
        };
        load.pack_insert_many(&[pack], Utc::now()).await.unwrap();
        load.version_bump(Changed::Protection).await.unwrap();
        load.commit(leaf()).await.unwrap();
    };
    let end = town.world.app.protection_end(&approver, victim, "期限後の確認済み");
    let (ended, ()) = tokio::join!(end, renewed);
    assert_refused(ended, Code::ProtectionRunning, "支援措置", "protection");
    assert_eq!(town.shown().await[0], Protected);
}

#[tokio::test]
async fn the_longest_of_several_protections_counts() {
    let town = Town::open().await;
    let rows = [
        protected("K1", &nth(1), None, today() - days(10)),
        protected("K2", &nth(1), None, today() + days(10)),
        protected("K3", &nth(2), None, today() + days(10)),
        protected("K4", &nth(2), None, today() - days(10)),
    ];
    town.list(today(), &rows).await;
    assert_eq!(town.past_end().await, []);
    assert_eq!(town.shown().await, [Protected, Protected, Open, Open, Open]);
}

#[tokio::test]
async fn a_row_that_vanishes_keeps_protecting() {
    let town = Town::open().await;
    town.list(today() - days(1), &[protected("K1", &nth(1), Some(&nth(2)), today() + days(100))]).await;
    assert_eq!(town.shown().await, [Protected, Protected, Open, Open, Open]);
    town.list(today(), &[protected("K2", &nth(3), None, today() + days(100))]).await;
    assert_eq!(town.shown().await, [Protected, Protected, Protected, Open, Open]);
    town.list(today(), &[]).await;
    assert_eq!(town.shown().await, [Protected, Protected, Protected, Open, Open]);
    let closed =
        format!("SELECT count(*) FROM town.pack WHERE source = '{LIST}' AND recorded_to IS NOT NULL");
    assert_eq!(number(&town.world, &closed).await, 0);
}

#[tokio::test]
async fn a_protection_that_is_renewed_ends_later() {
    let town = Town::open().await;
    town.list(today() - days(1), &[protected("K1", &nth(1), None, today() - days(1))]).await;
    assert_eq!(town.past_end().await, [town.people[0]]);
    town.list(today(), &[protected("K1", &nth(1), None, today() + days(364))]).await;
    assert_eq!(town.past_end().await, []);
    assert_eq!(town.shown().await[0], Protected);
}

/// Every town's list adds to what is known and never takes away.
#[tokio::test]
async fn no_towns_list_ends_a_protection_by_silence() {
    let world = TestApp::bare().await;
    for town in ALL {
        assert_eq!(layout(&world, town, LIST).mode, Mode::Append, "{town}");
    }
    let sources = world.cooperative.towns.iter().flat_map(|town| &town.sources);
    assert_eq!(sources.filter(|(code, _)| code.as_str() == LIST).count(), world.cooperative.towns.len());
}

/// Somebody whom the list names and the register does not know waits for a human; meanwhile nobody's
/// protection is lost, for the row is kept.
#[tokio::test]
async fn a_protected_stranger_waits_for_a_human() {
    let town = Town::open().await;
    town.list(today(), &[protected("K1", &nth(900), Some(&nth(2)), today() + days(100))]).await;
    assert_eq!(town.shown().await, [Open, Protected, Open, Open, Open]);
    let open = "SELECT count(*) FROM town.link_task WHERE source = 'protection_list' AND state = 'open'";
    // The stranger, and the respondent whom the town does not know either.
    assert_eq!(number(&town.world, open).await, 2);
    let ctx = town.world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::DataQuality);
    let tasks = town.world.app.link_tasks(&ctx, app::rows::LinkTaskState::Open, None, 10).await.unwrap();
    let task = tasks.iter().find(|task| task.0.body.as_ref().unwrap().role == "person").unwrap().0.id;
    let decision = app::rows::LinkDecision::Linked(town.people[4]);
    town.world.app.link_decide(&ctx, task, decision).await.unwrap();
    assert_eq!(town.shown().await, [Open, Protected, Open, Open, Protected]);
}
