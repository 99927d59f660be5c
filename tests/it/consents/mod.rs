//! 同意: recorded per data subject, read, withdrawn once.

use chrono::{TimeDelta, Utc};
use evidence::Act;
use handover::consent::{Authority, Entity, Giver, SecondHolder};
use kernel::id::{ConsentId, PersonId};
use kernel::{Code, Grant, Purpose};
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::{Family, refused, today};
use crate::resting::Held;

#[tokio::test]
async fn a_consent_is_recorded_read_and_withdrawn() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), family.sender());
    let (first, second) = (
        family.consent(|new| new.given_at = None).await,
        family.consent(|new| new.person = family.mother).await,
    );
    let listed = app.consents(&worker, family.child).await.unwrap();
    assert_eq!(listed.iter().map(|view| view.0.id()).collect::<Vec<_>>(), [first], "the child's alone");
    let read = app.consent(&worker, first).await.unwrap();
    assert_eq!((read.0.subject(), read.0.epoch(), read.0.is_withdrawn()), (family.child, 1, false));

    let withdrawn = app.consent_withdraw(&worker, first, Entity::SecondHolder).await.unwrap();
    assert_eq!((withdrawn.0.epoch(), withdrawn.0.is_withdrawn()), (2, true));
    assert_ne!(withdrawn.0.digest().unwrap(), read.0.digest().unwrap(), "another state of it");
    assert_eq!(refused(app.consent_withdraw(&worker, first, Entity::Subject).await), Code::ConsentWithdrawn);
    assert!(!app.consent(&worker, second).await.unwrap().0.is_withdrawn(), "nobody else's");
    assert_eq!(family.count(KAISEI, Act::ConsentRecorded).await, 2);
    assert_eq!(family.count(KAISEI, Act::ConsentWithdrawn).await, 1);
}

#[tokio::test]
async fn of_two_who_withdraw_it_at_once_one_does() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), family.sender());
    let consent = family.consent(|_| ()).await;
    let held = Held::rows(&family.world, "consent").await;
    let withdraw = || app.consent_withdraw(&worker, consent, Entity::Subject);
    let (a, b, ()) = tokio::join!(withdraw(), withdraw(), held.let_go(2));
    assert!(a.is_ok() != b.is_ok(), "exactly one");
    assert_eq!(if a.is_ok() { refused(b) } else { refused(a) }, Code::Unavailable);
    assert_eq!(family.count(KAISEI, Act::ConsentWithdrawn).await, 1);
}

#[tokio::test]
async fn what_is_no_consent_is_not_recorded() {
    let family = Family::new().await;
    let (app, worker) = (family.app(), family.sender());
    type Change = fn(&Family, &mut app::consents::NewConsent);
    let cases: [(Change, Code); 7] = [
        (|_, new| new.person = PersonId::new(), Code::PersonNotFound),
        (|family, new| new.person = family.child_there, Code::PersonNotFound),
        (
            |family, new| {
                let Giver::Representative(by) = &mut new.giver else { panic!("a representative") };
                by.person = Some(family.mother_there);
            },
            Code::PersonNotFound,
        ),
        (|_, new| new.until = today() - TimeDelta::days(1), Code::InvalidValue),
        (|_, new| new.given_at = Some(Utc::now() + TimeDelta::hours(1)), Code::InvalidValue),
        (|_, new| new.controller = "kaigi".parse().unwrap(), Code::InvalidValue),
        (
            |_, new| {
                let Giver::Representative(by) = &mut new.giver else { panic!("a representative") };
                (by.authority, by.second_holder) = (Authority::MarriedJoint, SecondHolder::None);
            },
            Code::InvalidValue,
        ),
    ];
    for (n, (change, code)) in cases.into_iter().enumerate() {
        let mut new = family.new_consent();
        change(&family, &mut new);
        assert_eq!(refused(app.consent_record(&worker, new).await), code, "case {n}");
    }
    assert_eq!(family.count(KAISEI, Act::ConsentRecorded).await, 0);
}

#[tokio::test]
async fn only_those_who_may_and_only_their_own() {
    let family = Family::new().await;
    let app = family.app();
    let consent = family.consent(|_| ()).await;
    let other_town = family.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Handover);
    for id in [consent, ConsentId::new()] {
        assert_eq!(refused(app.consent(&other_town, id).await), Code::ConsentNotFound);
        assert_eq!(
            refused(app.consent_withdraw(&other_town, id, Entity::Subject).await),
            Code::ConsentNotFound
        );
    }
    let approver = family.approver();
    assert_eq!(refused(app.consent_record(&approver, family.new_consent()).await), Code::GrantMissing);
    let silent = family.world.desk(KAISEI, Grant::CaseWorker).ctx(None);
    assert_eq!(refused(app.consent(&silent, consent).await), Code::PurposeRequired);
}
