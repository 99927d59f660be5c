//! What staff type: notes and their corrections, consents, grounds of a handover, names of staff, keys of
//! requests. Every text is a canary, and one record goes all the way to the next town; then everything at
//! rest is searched.

use std::collections::BTreeSet;

use app::handovers::{Approval, OnBehalf, Paper};
use app::staff::NewStaff;
use app::watch_notes::{Correction, Noticed};
use handover::consent::Giver;
use kernel::{Grant, Known, Purpose};
use testkit::towns::{KAISEI, OI};

use super::plant::word;
use super::search::{Canaries, a_moment_ago};
use crate::handovers::family::{Family, today};

/// Words that were typed.
#[derive(Default)]
struct Typed(Vec<String>);

impl Typed {
    fn word(&mut self) -> String {
        self.0.push(word());
        self.0.last().cloned().unwrap()
    }

    fn noticed(&mut self) -> Noticed {
        Noticed { seen_on: today(), text: self.word(), section: "mayor/kosodate".parse().unwrap() }
    }
}

async fn write_notes(family: &Family, typed: &mut Typed) {
    let worker = family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    for _ in 0..20 {
        let note = family.app().watch_note_write(&worker, family.child, typed.noticed()).await.unwrap();
        let correction = Correction { version: 1, reason: typed.word(), noticed: typed.noticed() };
        family.app().watch_note_correct(&worker, family.child, note.id, correction).await.unwrap();
    }
}

async fn consent_fully(family: &Family, typed: &mut Typed) -> kernel::id::ConsentId {
    let mut words = || typed.word();
    family
        .consent(|new| {
            let processing = &mut new.processing;
            processing.privacy_notice = words();
            processing.storage_locations = words();
            processing.retention_period = words();
            processing.withdrawal_method = words();
            new.controller_contact = words();
            if let Giver::Representative(giver) = &mut new.giver {
                giver.name = words();
                giver.evidence_seen = words();
                giver.own_view = Known::Present(words());
            }
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_type_is_found_nowhere() {
    let (since, family, mut typed) = (a_moment_ago(), Family::new().await, Typed::default());
    write_notes(&family, &mut typed).await;
    let admin = family.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    for _ in 0..10 {
        let (name, number) = (typed.word(), typed.word());
        let grants = [Grant::CaseWorker].into_iter().collect();
        let new = NewStaff::member(&name, "mayor/kosodate".parse().unwrap(), grants, admin.today());
        family.app().staff_add(&admin, NewStaff { number: Some(number), ..new }).await.unwrap();
    }
    let consent = consent_fully(&family, &mut typed).await;
    let mut terms = family.terms(consent);
    terms.grounds.article = typed.word();
    terms.grounds.necessity = typed.word();
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = app.handover_draft(&sender, terms).await.unwrap().summary.id;
    let approval = Approval {
        on_behalf: Some(OnBehalf { position: typed.word(), absence: typed.word(), review_due: today() }),
        paper: Some(Paper { number: typed.word(), decided_on: today() }),
    };
    app.handover_approve(&family.approver(), id, approval).await.unwrap();
    app.handover_offer(&sender, id).await.unwrap();
    app.handover_acknowledge(&receiver, id).await.unwrap();
    app.handover_accept(&receiver, id).await.unwrap();
    app.handover_receive(&receiver, id, &app::handovers::Taking::default()).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    // The next town reads what came.
    let worker = family.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Support);
    app.timeline(&worker, family.child_there, None).await.unwrap();

    assert!(typed.0.len() > 75, "{}", typed.0.len());
    family.world.db.superuser().await.run("VACUUM FULL ANALYZE").await;
    let hits = Canaries::new(&typed.0).sweep(&family.world.db, since).await;
    assert_eq!(hits, BTreeSet::new());
}
