//! From draft to completion.

use std::collections::BTreeSet;

use app::handovers::{Approval, Link, PreviewAsk, Subject, Taking};
use evidence::Act;
use handover::preview::Exclusion;
use handover::{Decision, Flag, Kind, Receipt, Role};
use kernel::{Category, Code, Grant, Known, Purpose, Value, When};
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, OI, code};

use super::family::{Family, at, observation, refused};

#[tokio::test]
async fn one_familys_records_travel_from_town_to_town() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let consent = family.consent(|_| ()).await;

    let drafted = app.handover_draft(&sender, family.terms(consent)).await.unwrap();
    let id = drafted.summary.id;
    assert_eq!(at(&drafted), ("draft", "kaisei"));
    assert_eq!(
        at(&app.handover_approve(&family.approver(), id, Approval::default()).await.unwrap()),
        ("approved", "kaisei")
    );
    assert!(app.handovers_in(&receiver).await.unwrap().is_empty(), "nothing has left yet");
    assert_eq!(at(&app.handover_offer(&sender, id).await.unwrap()), ("offered", "kaisei"));

    let inbox = app.handovers_in(&receiver).await.unwrap();
    assert_eq!(
        inbox.iter().map(|one| (one.id, one.peer, one.state.as_str())).collect::<Vec<_>>(),
        [(id, code(KAISEI), "offered")]
    );
    let acknowledged = app.handover_acknowledge(&receiver, id).await.unwrap();
    assert_eq!((at(&acknowledged), acknowledged.flag), (("accepting", "kaisei"), Some(Flag::None)));

    let content = app.handover_content(&receiver, id).await.unwrap();
    assert_eq!(content.travellers.len(), 1);
    assert_eq!(content.travellers[0].link, Link::Linked(family.child_there));
    let identity = &content.travellers[0].traveller.identity;
    assert_eq!(identity.full_name().as_deref(), Some("襷\u{3000}陽菜"));
    assert!(
        identity.address.value().is_none() && identity.local_id.value().is_none(),
        "whereabouts and numbers stay"
    );
    let sources: BTreeSet<_> = content.items.iter().map(|one| one.item.source.as_str()).collect();
    assert_eq!(sources, BTreeSet::from(["attendance", "resident_register"]));

    assert_eq!(at(&app.handover_accept(&receiver, id).await.unwrap()), ("accepted", "kaisei"));
    let received = app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    assert_eq!(at(&received), ("received", "oi"), "the lead moves with the receipt");
    assert_eq!(received.links.get(&family.child), Some(&family.child_there));

    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 1);
    let completed = app.handover(&sender, id).await.unwrap();
    assert_eq!(at(&completed), ("completed", "oi"));
    assert_eq!(completed.receipt, received.receipt, "the sender holds the receiver's very receipt");
    let sql = family.world.db.superuser().await;
    assert_eq!(
        sql.number("SELECT count(*) FROM hub.handover WHERE package IS NOT NULL").await,
        0,
        "the package is gone"
    );

    for (town, acts) in [
        (KAISEI, [Act::HandoverDrafted, Act::HandoverApproved, Act::HandoverOffered, Act::HandoverCompleted]),
        (OI, [Act::HandoverAccepting, Act::HandoverAccepted, Act::HandoverReceived, Act::KeyPinned]),
    ] {
        for act in acts {
            let times = if act == Act::KeyPinned { 2 } else { 1 };
            assert_eq!(family.count(town, act).await, times, "{town} {act}");
        }
    }
}

#[tokio::test]
async fn what_arrives_is_in_the_receivers_picture_with_where_it_came_from() {
    let family = Family::new().await;
    family.received().await;
    let reader = family.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Support);
    let timeline =
        family.app().timeline(&reader, family.child_there, Some(Category::Attendance)).await.unwrap();
    let [entry] = timeline.entries.as_slice() else { panic!("one entry: {}", timeline.entries.len()) };
    assert_eq!(entry.observation.datum, Known::Present(Value::Int(6)));
    assert_eq!(
        entry.observation.when,
        When::Month("2026-09".parse().unwrap()),
        "its own time, not the handover's"
    );
    assert_eq!(
        (entry.holder.as_str(), entry.source.as_str(), entry.line),
        ("開成町から引継ぎ（学校教育課）", "handover_in", 0)
    );
    assert!(
        family
            .app()
            .timeline(&reader, family.mother_there, Some(Category::Attendance))
            .await
            .unwrap()
            .entries
            .is_empty()
    );
}

#[tokio::test]
async fn information_leaves_the_lead_where_it_is() {
    let family = Family::new().await;
    let id = family.draft(|terms| terms.kind = Kind::Information).await.unwrap();
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    app.handover_approve(&family.approver(), id, Approval::default()).await.unwrap();
    app.handover_offer(&sender, id).await.unwrap();
    app.handover_acknowledge(&receiver, id).await.unwrap();
    app.handover_accept(&receiver, id).await.unwrap();
    app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    assert_eq!(at(&app.handover_close(&sender, id).await.unwrap()), ("completed", "kaisei"));
}

#[tokio::test]
async fn facts_travel_and_scores_do_not() {
    let family = Family::new().await;
    let score =
        observation("attendance.late_days", Value::Int(70), When::AsOf("2026-11-01".parse().unwrap()));
    family.write(KAISEI, family.child, Category::Assessment, "attendance", score).await;
    let consent =
        family.consent(|new| new.processing.pii_information = Category::ALL.iter().copied().collect()).await;
    let subject = |categories| Subject { person: family.child, role: Role::Child, categories };
    let ask =
        PreviewAsk { subjects: vec![subject(BTreeSet::new())], receiver: code(OI), consents: vec![consent] };
    let preview = family.app().handover_preview(&family.sender(), &ask).await.unwrap();
    let excluded: Vec<_> =
        preview.preview.rows.iter().filter_map(|row| Some((row.category, row.excluded?))).collect();
    assert_eq!(excluded, [(Category::Assessment, Exclusion::Assessment)]);
    assert_eq!(preview.preview.rows.len(), 3, "attendance, consultation and the score; never the register");

    for never in [Category::Assessment, Category::Register, Category::Household, Category::Kinship] {
        let mut terms = family.terms(consent);
        terms.subjects = vec![subject(BTreeSet::from([Category::Attendance, never]))];
        let refusal = family.app().handover_draft(&family.sender(), terms).await;
        assert_eq!(refused(refusal), Code::InvalidValue, "{never}");
    }

    let id = family.accepted().await;
    let content = family.app().handover_content(&family.receiver(), id).await.unwrap();
    let categories: BTreeSet<_> = content.items.iter().map(|one| one.item.category).collect();
    assert_eq!(categories, BTreeSet::from([Category::Attendance, Category::Consultation]));
}

#[tokio::test]
async fn a_preview_says_what_the_consent_keeps_back() {
    let family = Family::new().await;
    let consent =
        family.consent(|new| new.processing.pii_information = BTreeSet::from([Category::Attendance])).await;
    let subjects = [(family.child, Role::Child), (family.mother, Role::Parent)]
        .map(|(person, role)| Subject { person, role, categories: BTreeSet::new() })
        .to_vec();
    let ask = PreviewAsk { subjects, receiver: code(OI), consents: vec![consent] };
    let preview = family.app().handover_preview(&family.sender(), &ask).await.unwrap();
    let mut rows: Vec<_> = preview
        .preview
        .rows
        .iter()
        .map(|row| (row.subject == family.child, row.category, row.excluded))
        .collect();
    rows.sort_unstable();
    assert_eq!(
        rows,
        [
            (false, Category::Consultation, Some(Exclusion::NoConsent)),
            (true, Category::Attendance, None),
            (true, Category::Consultation, Some(Exclusion::OutsideConsent)),
        ]
    );
}

#[tokio::test]
async fn whom_no_machine_may_tell_waits_for_a_humans_word() {
    let family = Family::new().await;
    // A second resident of 大井町 with the child's reading and birth date.
    let mut twin = Resident::named("襷", "妃那");
    let people = family.app().person(&family.receiver(), family.child_there).await.unwrap();
    twin.identity =
        kernel::Identity { local_id: twin.identity.local_id.clone(), ..people.identity.clone().unwrap() };
    load(&family.world.db.towns(), code(OI), "resident_register", &[twin], &Extra::default()).await.unwrap();
    let id = family.accepted().await;
    let (app, receiver) = (family.app(), family.receiver());
    let content = app.handover_content(&receiver, id).await.unwrap();
    let Link::Ambiguous(near) = &content.travellers[0].link else {
        panic!("{:?}", content.travellers[0].link)
    };
    assert_eq!(near.len(), 2);

    let items: Vec<_> = content.items.iter().map(|one| one.item.id).collect();
    let accept = handover::Decided { item: items[0], decision: Decision::Accept };
    let blind = Taking { decisions: vec![accept], ..Taking::default() };
    assert_eq!(refused(app.handover_receive(&receiver, id, &blind).await), Code::LinkAmbiguous);
    let links = [(family.child, family.mother)].into();
    let elsewhere = Taking { links, ..Taking::default() };
    assert_eq!(
        refused(app.handover_receive(&receiver, id, &elsewhere).await),
        Code::PersonNotFound,
        "another town's person"
    );

    // The human names the child; one item is accepted so, one is refused.
    let refuse = Decision::Refuse(handover::machine::RefusalCode::NotNeeded);
    let taking = Taking {
        links: [(family.child, family.child_there)].into(),
        decisions: vec![accept, handover::Decided { item: items[1], decision: refuse }],
    };
    let received = app.handover_receive(&receiver, id, &taking).await.unwrap();
    let receipt: Receipt = serde_json::from_str(&received.receipt.as_ref().unwrap().receipt).unwrap();
    assert_eq!(
        receipt.decisions.iter().map(|one| one.decision).collect::<Vec<_>>(),
        [Decision::Accept, refuse]
    );
    let kept = app.handover_content(&receiver, id).await.unwrap();
    assert_eq!(
        kept.items.iter().map(|one| one.item.id).collect::<Vec<_>>(),
        [items[0]],
        "what was refused is purged"
    );
    assert_eq!(kept.refused.iter().map(|one| one.item).collect::<Vec<_>>(), [items[1]], "its decision stays");
    assert_eq!(app.handovers_close(code(KAISEI)).await.unwrap(), 1);
}

#[tokio::test]
async fn an_unlinked_traveller_is_kept_apart() {
    let family = Family::new().await;
    let id = family.accepted().await;
    let sql = family.world.db.superuser().await;
    // The child is not registered in 大井町 yet.
    let child = family.child_there.uuid();
    sql.run(&format!("DELETE FROM town.pack WHERE subject_id = '{child}'")).await;
    sql.run("UPDATE town.version SET people = people + 1").await;
    let (app, receiver) = (family.app(), family.receiver());
    assert_eq!(app.handover_content(&receiver, id).await.unwrap().travellers[0].link, Link::Unknown);
    let received = app.handover_receive(&receiver, id, &Taking::default()).await.unwrap();
    assert!(received.links.is_empty());
    let receipt: Receipt = serde_json::from_str(&received.receipt.as_ref().unwrap().receipt).unwrap();
    assert!(receipt.decisions.iter().all(|one| one.decision == Decision::Quarantine));
    assert_eq!(sql.number("SELECT count(*) FROM town.pack WHERE source = 'handover_in'").await, 0);
    assert_eq!(sql.number("SELECT count(*) FROM town.handover_item WHERE decision = 'quarantined'").await, 2);
}

#[tokio::test]
async fn what_does_not_fit_the_dictionary_is_kept_apart() {
    let family = Family::new().await;
    // A consultation under the key of attendance: whoever may see attendance must not come to see it.
    let on = When::AsOf("2026-10-01".parse().unwrap());
    let stray = observation("consultation.general", Value::Bool(true), on);
    family.write(KAISEI, family.child, Category::Attendance, "consult_general", stray).await;
    let id = family.accepted().await;
    let received = family.app().handover_receive(&family.receiver(), id, &Taking::default()).await.unwrap();
    let receipt: Receipt = serde_json::from_str(&received.receipt.as_ref().unwrap().receipt).unwrap();
    let kept_apart = receipt.decisions.iter().filter(|one| one.decision == Decision::Quarantine).count();
    assert_eq!((kept_apart, receipt.decisions.len()), (1, 3));
}
