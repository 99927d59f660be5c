//! 見守り情報: written by staff, corrected by new versions, never rewritten.

use app::watch_notes::{Correction, Noticed};
use chrono::{NaiveDate, TimeDelta};
use evidence::Act;
use kernel::id::{PersonId, WatchNoteId};
use kernel::{Category, Code, Grant, Purpose, TownCtx};
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::{Family, refused, today};

fn seen(day: NaiveDate, text: &str) -> Noticed {
    Noticed { seen_on: day, text: text.to_owned(), section: "mayor/kosodate".parse().unwrap() }
}

fn correction(version: u32, text: &str) -> Correction {
    Correction { version, reason: "書き誤り".to_owned(), noticed: seen(today(), text) }
}

fn worker(family: &Family) -> TownCtx {
    family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support)
}

#[tokio::test]
async fn a_correction_is_a_new_version_and_the_first_stays() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), worker(&family));
    let child = family.child;
    let written = app.watch_note_write(&worker, child, seen(today(), "一人でいる")).await.unwrap();
    assert_eq!((written.versions.len(), written.versions[0].number), (1, 1));
    let corrected =
        app.watch_note_correct(&worker, child, written.id, correction(1, "二人でいる")).await.unwrap();
    let told: Vec<_> =
        corrected.versions.iter().map(|v| (v.number, v.text.as_str(), v.reason.as_deref())).collect();
    assert_eq!(told, [(1, "一人でいる", None), (2, "二人でいる", Some("書き誤り"))]);
    assert_eq!(corrected.versions[1].section_name, "子育て健康課");

    let timeline = app.timeline(&worker, child, Some(Category::WatchNote)).await.unwrap();
    let shown: Vec<_> = timeline.entries.iter().map(|entry| entry.holder.as_str()).collect();
    assert_eq!(shown, ["子育て健康課"], "the version in force alone");
    assert_eq!(app.watch_notes(&worker, child).await.unwrap().len(), 1, "one note, two versions");
    assert_eq!(family.count(KAISEI, Act::WatchNoteWritten).await, 1);
    assert_eq!(family.count(KAISEI, Act::WatchNoteCorrected).await, 1);
}

#[tokio::test]
async fn of_two_corrections_of_one_version_one_is_refused() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), worker(&family));
    let id = app.watch_note_write(&worker, family.child, seen(today(), "一")).await.unwrap().id;
    let (a, b) = tokio::join!(
        app.watch_note_correct(&worker, family.child, id, correction(1, "二")),
        app.watch_note_correct(&worker, family.child, id, correction(1, "三")),
    );
    assert!(a.is_ok() != b.is_ok());
    let lost = if a.is_ok() { b } else { a };
    assert_eq!(refused(lost), Code::VersionSuperseded);
    assert_eq!(app.watch_note(&worker, family.child, id).await.unwrap().versions.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_written_is_not() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), worker(&family));
    let tomorrow = seen(today() + TimeDelta::days(1), "明日");
    assert_eq!(refused(app.watch_note_write(&worker, family.child, tomorrow).await), Code::InvalidValue);
    let elsewhere = Noticed { section: "mayor/yoso".parse().unwrap(), ..seen(today(), "課") };
    assert_eq!(refused(app.watch_note_write(&worker, family.child, elsewhere).await), Code::InvalidValue);
    let stranger = app.watch_note_write(&worker, PersonId::new(), seen(today(), "誰")).await;
    assert_eq!(refused(stranger), Code::PersonNotFound);
    let reader = family.world.desk(KAISEI, Grant::Approver).ctx(Purpose::Support);
    let written = app.watch_note_write(&reader, family.child, seen(today(), "決裁者")).await;
    assert_eq!(refused(written), Code::GrantMissing);
    let without = TownCtx { purpose: None, ..worker.clone() };
    let written = app.watch_note_write(&without, family.child, seen(today(), "目的なし")).await;
    assert_eq!(refused(written), Code::PurposeRequired);
    let nobodys = WatchNoteId::new();
    let corrected = app.watch_note_correct(&worker, family.child, nobodys, correction(1, "無")).await;
    assert_eq!(refused(corrected), Code::WatchNoteNotFound);
    assert_eq!(family.count(KAISEI, Act::WatchNoteWritten).await, 0);
    assert!(app.watch_notes(&worker, family.child).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_town_neither_reads_nor_corrects_it() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), worker(&family));
    let id = app.watch_note_write(&worker, family.child, seen(today(), "一")).await.unwrap().id;
    let other = family.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Support);
    assert_eq!(refused(app.watch_note(&other, family.child, id).await), Code::PersonNotFound);
    assert_eq!(refused(app.watch_note(&other, family.child_there, id).await), Code::WatchNoteNotFound);
    let corrected = app.watch_note_correct(&other, family.child_there, id, correction(1, "他")).await;
    assert_eq!(refused(corrected), Code::WatchNoteNotFound);
}
