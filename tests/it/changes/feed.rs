//! What each act is told as, and that pages of any size tell the same.

use std::collections::BTreeSet;

use app::changes::{Noun, Start};
use app::exports::{Charset, Form, Writing};
use app::rows::{LinkDecision, LinkTaskState};
use app::watch_notes::Noticed;
use kernel::{Grant, Known, Purpose};
use rulebook::List;
use testkit::TestApp;
use testkit::files::{consulted, nth, protected, registered};
use testkit::towns::KAISEI;

use super::{REGISTER, follow, load, now, numbered, people, plain, reader, today};

#[tokio::test]
async fn a_load_is_told_with_everybody_it_changed_and_nobody_else() {
    let world = TestApp::open(&[KAISEI]).await;
    let begin = now(&world).await;
    let first = load(&world, REGISTER, &people(1..=7)).await;
    let told = follow(&world, begin.clone(), None, 100).await;
    let nouns: Vec<_> = told.iter().map(|change| change.noun).collect();
    let mut expected = vec![Noun::Upload, Noun::Load];
    expected.extend([Noun::Person; 7]);
    assert_eq!(nouns, expected);
    assert_eq!(plain(&told[1]), ("load_applied", "load", first));
    for size in 1..=4 {
        assert_eq!(follow(&world, begin.clone(), None, size).await, told, "pages of {size}");
    }

    // One with another name, one who is no longer in the file, five as before.
    let behind = now(&world).await;
    let renamed = kernel::Identity { given_name: Known::Present("改".into()), ..nth(3) };
    let mut rows = people(1..=6);
    rows[2] = registered(&renamed);
    load(&world, REGISTER, &rows).await;
    let told = follow(&world, behind, Some(Noun::Person), 1).await;
    let told: BTreeSet<_> = told.iter().map(|change| plain(change).2).collect();
    let changed = [numbered(&world, 3).await, numbered(&world, 7).await];
    assert_eq!(told, changed.iter().map(ToString::to_string).collect());
}

#[tokio::test]
async fn a_run_is_told_with_the_children_it_scored() {
    let world = TestApp::open(&[KAISEI]).await;
    let child = kernel::Identity { birth_date: Known::Present("2015-06-01".parse().unwrap()), ..nth(2) };
    load(&world, REGISTER, &[registered(&nth(1)), registered(&child)]).await;
    // A run needs one of its inputs.
    let nameless = kernel::Identity { local_id: Known::NOT_COLLECTED, ..child.clone() };
    load(&world, "consult_sc_ssw", &[consulted(&nameless, "1", "2026-05-01")]).await;
    let behind = now(&world).await;
    let manager = world.ctx(KAISEI, &[Grant::OverallManager], Purpose::Support);
    let (run, operation) =
        world.app.run_begin(&manager, &"young_carer".parse().unwrap(), None).await.unwrap();
    assert_eq!(world.ended(KAISEI, operation).await, "done");
    let told: Vec<_> = follow(&world, behind, None, 1).await.iter().map(plain).collect();
    let scored = numbered(&world, 2).await.to_string();
    assert_eq!(
        told,
        [("run_scored", "run", run.id.to_string()), ("run_scored", "person", scored)],
        "the adult was not scored"
    );

    // What leaves as a file changes nothing.
    load(&world, "protection_list", &[]).await;
    let behind = now(&world).await;
    let writing = Writing { form: Form::Csv, charset: Charset::Utf8 };
    world.app.export_candidates(&reader(&world), run.id, List::Certain, writing).await.unwrap();
    assert!(follow(&world, behind, None, 10).await.is_empty(), "an export is no change");
}

#[tokio::test]
async fn what_staff_write_is_told_with_whom_it_is_about() {
    let world = TestApp::open(&[KAISEI]).await;
    load(&world, REGISTER, &people(1..=2)).await;
    let twins = ["0000000001", "0000000002"]
        .map(|number| registered(&kernel::Identity { local_id: Known::Present(number.into()), ..nth(1) }));
    load(&world, REGISTER, &twins).await;
    let nameless = kernel::Identity { local_id: Known::NOT_COLLECTED, ..nth(1) };
    load(&world, "consult_sc_ssw", &[consulted(&nameless, "1", "2026-05-01")]).await;
    let behind = now(&world).await;
    let (worker, person) = (reader(&world), numbered(&world, 1).await);
    let noticed =
        Noticed { seen_on: today(), text: "一人".into(), section: "mayor/kosodate".parse().unwrap() };
    let note = world.app.watch_note_write(&worker, person, noticed).await.unwrap().id;
    let task = world.app.link_tasks(&worker, LinkTaskState::Open, None, 1).await.unwrap()[0].0.id;
    world.app.link_decide(&worker, task, LinkDecision::Linked(person)).await.unwrap();
    world.app.link_undo(&worker, task).await.unwrap();
    let told: Vec<_> = follow(&world, behind, None, 2).await.iter().map(plain).collect();
    let (person, note, task) = (person.to_string(), note.to_string(), task.to_string());
    let list = || ("protection_list", String::new());
    let expected = [
        ("watch_note_written", ("person", person.clone())),
        ("watch_note_written", ("watch_note", note)),
        ("link_decided", ("link_task", task.clone())),
        ("link_decided", ("person", person.clone())),
        ("link_decided", list()),
        ("link_undone", ("link_task", task)),
        ("link_undone", ("person", person)),
        ("link_undone", list()),
    ];
    assert_eq!(told, expected.map(|(act, (noun, id))| (act, noun, id)));
}

/// Who is protected is told by the list, to whoever says why and is recorded: not by a feed.
#[tokio::test]
async fn nobody_on_the_list_of_protections_is_named() {
    let world = TestApp::open(&[KAISEI]).await;
    load(&world, REGISTER, &people(1..=3)).await;
    let behind = now(&world).await;
    let over = today() - chrono::TimeDelta::days(2);
    let list = load(&world, "protection_list", &[protected("1", &nth(2), None, over)]).await;
    let told: Vec<_> = follow(&world, behind, None, 1).await.iter().map(plain).collect();
    assert_eq!(
        told[1..],
        [("load_applied", "load", list), ("load_applied", "protection_list", String::new())]
    );
    let named =
        world.db.superuser().await.number("SELECT sum(cardinality(persons)) FROM town.load_changed").await;
    assert_eq!(named, 3, "the register's alone");

    let behind = now(&world).await;
    let end = world.ctx(KAISEI, &[Grant::Approver], Purpose::Support);
    world.app.protection_end(&end, numbered(&world, 2).await, "延長の申出がない").await.unwrap();
    let told: Vec<_> = follow(&world, behind, None, 10).await.iter().map(plain).collect();
    assert_eq!(told, [("protection_ended", "protection_list", String::new())], "nor whose measure ended");
}

#[tokio::test]
async fn looks_are_no_changes() {
    let world = TestApp::open(&[KAISEI]).await;
    load(&world, REGISTER, &people(1..=3)).await;
    let behind = now(&world).await;
    for n in 1..=3 {
        world.app.person(&reader(&world), numbered(&world, n).await).await.unwrap();
    }
    let page = world.app.changes(&reader(&world), Start::At(behind.clone()), None, 10).await.unwrap();
    assert!(page.items.is_empty() && !page.more && page.next == behind);
}
