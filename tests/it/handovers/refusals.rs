//! What may not be handed over, and what may not be opened.

use std::collections::BTreeSet;

use app::handovers::{Approval, Taking, Terms};
use chrono::{TimeDelta, Utc};
use handover::Role;
use handover::consent::Entity;
use kernel::id::{ConsentId, PersonId};
use kernel::{Category, Code, Grant, Lang, Place, Purpose};
use testkit::towns::{KAISEI, NAKAI, OI, OUTSIDER, code};

use super::family::{Family, refused, today};

#[tokio::test]
async fn consent_is_asked_when_it_is_drafted() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let long_ago = Utc::now() - TimeDelta::days(30);
    let expired = family
        .consent(|new| (new.given_at, new.until) = (Some(long_ago), today() - TimeDelta::days(1)))
        .await;
    let others = family.consent(|new| new.person = family.mother).await;
    let narrow =
        family.consent(|new| new.processing.pii_information = BTreeSet::from([Category::Attendance])).await;
    let elsewhere =
        family.consent(|new| new.processing.recipient_third_parties = BTreeSet::from([code(NAKAI)])).await;
    let purpose = family.consent(|new| new.processing.purpose = Purpose::Support).await;
    let withdrawn = family.consent(|_| ()).await;
    app.consent_withdraw(&sender, withdrawn, Entity::Representative).await.unwrap();
    let nothing = Terms { consents: Vec::new(), ..family.terms(expired) };
    let fault = app.handover_draft(&sender, nothing).await.unwrap_err();
    assert_eq!(fault.code(), Code::InvalidValue);
    assert!(fault.place() == Some(&Place::Pointer("/consent_ids".into())));
    for (consent, code) in [
        (expired, Code::ConsentExpired),
        (others, Code::ConsentOtherPerson),
        (narrow, Code::ConsentScope),
        (elsewhere, Code::ConsentScope),
        (purpose, Code::ConsentScope),
        (withdrawn, Code::ConsentWithdrawn),
        (ConsentId::new(), Code::ConsentNotFound),
    ] {
        let fault = app.handover_draft(&sender, family.terms(consent)).await.unwrap_err();
        assert_eq!(fault.code(), code);
        for lang in [Lang::Ja, Lang::En] {
            assert!(!fault.detail(lang).contains('{'), "{code}: {}", fault.detail(lang));
        }
    }
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM town.handover").await, 0, "nothing half done");
}

#[tokio::test]
async fn consent_is_asked_again_when_it_is_offered() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let withdrawn = family.approved().await;
    let consent = app.handover(&sender, withdrawn).await.unwrap().terms.clone().unwrap().consents[0];
    app.consent_withdraw(&sender, consent, Entity::Representative).await.unwrap();
    assert_eq!(refused(app.handover_offer(&sender, withdrawn).await), Code::ConsentWithdrawn);

    let soon = family.consent(|new| new.until = today()).await;
    let id = app.handover_draft(&sender, family.terms(soon)).await.unwrap().summary.id;
    app.handover_approve(&family.approver(), id, Approval::default()).await.unwrap();
    let later = Utc::now() + TimeDelta::days(2);
    assert_eq!(refused(app.handover_offer(&family.sender_at(later), id).await), Code::ConsentExpired);
    let offered = app.handover_offer(&sender, id).await.unwrap();
    let until = offered.summary.expires_at.unwrap();
    assert_eq!(kernel::ctx::jst_date(until), today(), "no offer outlasts its consent");
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover").await, 1);
}

#[tokio::test]
async fn who_is_nobody_and_what_is_nothing_cannot_travel() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let consent = family
        .consent(|new| {
            new.processing.recipient_third_parties.insert(code(OUTSIDER));
            new.processing.pii_information.insert(Category::Support);
        })
        .await;
    let mut terms = family.terms(consent);
    terms.receiver.town = code(OUTSIDER);
    assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::ReceiverNotMember);
    let mut terms = family.terms(consent);
    terms.receiver.town = code(KAISEI);
    assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::InvalidValue, "to itself");
    let mut terms = family.terms(consent);
    terms.sender = "kaigi".parse().unwrap();
    assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::InvalidValue, "no organ of the town");
    for person in [PersonId::new(), family.child_there] {
        let mut terms = family.terms(consent);
        terms.subjects[0].person = person;
        assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::PersonNotFound);
    }
    let mut terms = family.terms(consent);
    terms.subjects.clear();
    assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::NothingToHandOver);
    let mut terms = family.terms(consent);
    terms.subjects[0].categories = BTreeSet::from([Category::Support]);
    assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::NothingToHandOver, "no record");
    let mut terms = family.terms(consent);
    terms.subjects.push(terms.subjects[0].clone());
    terms.subjects[1].role = Role::Sibling;
    assert_eq!(refused(app.handover_draft(&sender, terms).await), Code::InvalidValue, "twice");
}

#[tokio::test]
async fn two_people_stand_behind_every_handover() {
    let family = Family::new().await;
    let app = family.app();
    let id = family.draft(|_| ()).await.unwrap();
    let both = family.world.ctx(KAISEI, &[Grant::CaseWorker, Grant::Approver], Purpose::Handover);
    assert_eq!(refused(app.handover_approve(&both, id, Approval::default()).await), Code::SelfApproval);
    assert_eq!(
        refused(app.handover_approve(&family.sender(), id, Approval::default()).await),
        Code::GrantMissing
    );
    assert_eq!(refused(app.handover_offer(&family.sender(), id).await), Code::HandoverState, "not approved");
    let sql = family.world.db.superuser().await;
    assert_eq!(sql.number("SELECT count(*) FROM town.handover WHERE state = 'draft'").await, 1);
    assert_eq!(sql.number("SELECT count(*) FROM hub.handover").await, 0);
}

#[tokio::test]
async fn a_changed_package_is_not_opened() {
    let family = Family::new().await;
    let (app, receiver) = (family.app(), family.receiver());
    let sql = family.world.db.superuser().await;
    let flip = |at: String| {
        let set = format!("set_byte(package, {at}, get_byte(package, {at}) # 1)");
        format!(
            "UPDATE hub.handover SET package = {set} WHERE package IS NOT NULL AND state IN ('offered', 'accepting', 'accepted')"
        )
    };
    let id = family.offered().await;
    let length = sql.number("SELECT max(length(package)) FROM hub.handover").await;
    // The mark, the manifest, its signature, the sealed parts, the body's last byte.
    for at in [0, 40, length / 4, length / 2, length - 1] {
        sql.run(&flip(at.to_string())).await;
        assert_eq!(
            refused(app.handover_acknowledge(&receiver, id).await),
            Code::PackageTampered,
            "byte {at}"
        );
        sql.run(&flip(at.to_string())).await;
    }
    assert_eq!(
        sql.number("SELECT count(*) FROM town.handover WHERE direction = 'in'").await,
        0,
        "nothing half done"
    );

    // The same after the flag, and after the acceptance.
    app.handover_acknowledge(&receiver, id).await.unwrap();
    let last = (length - 1).to_string();
    sql.run(&flip(last.clone())).await;
    assert_eq!(refused(app.handover_content(&receiver, id).await), Code::PackageTampered);
    assert_eq!(refused(app.handover_accept(&receiver, id).await), Code::PackageTampered);
    sql.run(&flip(last.clone())).await;
    app.handover_accept(&receiver, id).await.unwrap();
    sql.run(&flip(last.clone())).await;
    assert_eq!(refused(app.handover_receive(&receiver, id, &Taking::default()).await), Code::PackageTampered);
    assert_eq!(sql.number("SELECT count(*) FROM town.pack WHERE source = 'handover_in'").await, 0);
    sql.run(&flip(last)).await;

    // Another handover's package in this one's place: whole, signed, and not the one that was accepted.
    let other = family.offered().await;
    let swap = format!(
        "UPDATE hub.handover SET package = (SELECT package FROM hub.handover WHERE handover_id = '{}') WHERE handover_id = '{}'",
        id.uuid(),
        other.uuid()
    );
    sql.run(&swap).await;
    assert_eq!(refused(app.handover_acknowledge(&receiver, other).await), Code::PackageTampered);
}

#[tokio::test]
async fn a_receipt_that_does_not_fit_closes_nothing() {
    let family = Family::new().await;
    let id = family.received().await;
    let sql = family.world.db.superuser().await;
    let kept = "UPDATE hub.handover SET receipt = convert_to(replace(convert_from(receipt, 'UTF8'), 'accept', 'refuse'), 'UTF8')";
    sql.run(kept).await;
    assert_eq!(refused(family.app().handover_close(&family.sender(), id).await), Code::ReceiptInvalid);
    assert_eq!(family.app().handovers_close(code(KAISEI)).await.unwrap(), 0);
    assert_eq!(
        sql.number("SELECT count(*) FROM hub.handover WHERE state = 'received'").await,
        1,
        "left for a person"
    );
    assert_eq!(family.app().handover(&family.sender(), id).await.unwrap().summary.lead, code(OI));
}
