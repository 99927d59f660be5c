//! Acts about somebody whom the caller may not see are refused before anything is written: the guard in each act,
//! behind the one that reads its answer.

use app::cases::{CaseStep, NewMember};
use app::denials::{NewDenial, Reason};
use app::handovers::{Approval, PreviewAsk, Taking};
use app::runs::Verdict;
use app::tasks::{Completion, How};
use app::watch_notes::{Correction, Noticed};
use evidence::Act;
use handover::Decision;
use handover::consent::{Entity, Giver};
use handover::machine::RefusalCode;
use kernel::id::{CaseId, ConsentId, PersonId, RelationId};
use kernel::{Code, Grant, Purpose, TownCtx};
use linkage::kinship::RelationKind;
use testkit::towns::{KAISEI, OI, code};

use crate::handovers::family::{Family, refused, today};
use crate::handovers::settle::{kept_apart, say};
use crate::relations::{change, seen};
use crate::resting::acts;
use crate::runs::read::Scored;

const PARENT: RelationKind = RelationKind::Parent;

/// The caller may not see a person from now on.
async fn deny(family: &Family, caller: &TownCtx, person: PersonId) {
    let town = if caller.town.as_str() == OI { OI } else { KAISEI };
    let admin = family.world.desk(town, Grant::TownAdmin).ctx(Purpose::Support);
    let kin = NewDenial { person, reason: Reason::Kin, from: today(), until: None };
    family.app().denial_add(&admin, caller.staff, kin).await.unwrap();
}

#[tokio::test]
async fn relations_of_and_to_somebody_denied_are_not_written() {
    let family = Family::new().await;
    let app = family.app();
    let worker = family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    let known = app.relation_record(&worker, family.child, seen(family.mother, PARENT)).await.unwrap().id;
    let known = RelationId::from_uuid(known);
    deny(&family, &worker, family.mother).await;
    let before = family.acts(KAISEI).await;
    let to = app.relation_record(&worker, family.child, seen(family.mother, PARENT)).await;
    assert_eq!(refused(to), Code::PersonDenied);
    let of = app.relation_record(&worker, family.mother, seen(family.child, PARENT)).await;
    assert_eq!(refused(of), Code::PersonDenied);
    let carer = seen(family.mother, RelationKind::OtherCarer);
    let corrected = app.relation_correct(&worker, family.child, known, change(1), carer).await;
    assert_eq!(refused(corrected), Code::PersonDenied);
    let ended = app.relation_end(&worker, family.child, known, change(1), today()).await;
    assert_eq!(refused(ended), Code::PersonDenied);
    assert_eq!(family.acts(KAISEI).await, before, "nothing was written");
}

#[tokio::test]
async fn no_case_of_somebody_denied_is_opened_or_changed() {
    let family = Family::new().await;
    let app = family.app();
    let desk = family.world.desk(KAISEI, Grant::CaseWorker);
    let worker = desk.ctx(Purpose::Support);
    let lead = || NewMember::Staff { staff: desk.staff, section: "mayor/kosodate".parse().unwrap() };
    let open = async |person| app.case_open(&worker, person, today(), "架空".into(), lead()).await;
    let case = CaseId::from_uuid(open(family.child).await.unwrap().id);
    deny(&family, &worker, family.child).await;
    deny(&family, &worker, family.mother).await;
    let before = family.acts(KAISEI).await;
    assert_eq!(refused(open(family.mother).await), Code::PersonDenied);
    let closed = app.case_change(&worker, family.child, case, change(1), CaseStep::Close(today())).await;
    assert_eq!(refused(closed), Code::PersonDenied);
    assert_eq!(family.acts(KAISEI).await, before, "nothing was written");
}

#[tokio::test]
async fn no_task_about_somebody_denied_is_completed() {
    let family = Family::new().await;
    family.move_away().await;
    let (app, sender) = (family.app(), family.sender());
    let id = family.offered().await;
    app.handover_refuse(&family.receiver(), id, RefusalCode::WrongOrgan).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    let all = app.tasks(&sender, app::tasks::TaskFilter::Open, None, 1).await.unwrap();
    let task = all.rows[0].id;
    deny(&family, &sender, family.child).await;
    let spoke_to = "大井町 架空係長".to_owned();
    let done = Completion { how: How::InPerson, on: today(), spoke_to, note: None };
    assert_eq!(refused(app.task_complete(&sender, task, done).await), Code::PersonDenied);
    assert_eq!(family.count(KAISEI, Act::TaskCompleted).await, 0);
}

#[tokio::test]
async fn nobody_decides_about_somebody_denied() {
    let family = Family::new().await;
    let (app, approver) = (family.app(), family.approver());
    let id = family.draft(|_| ()).await.unwrap();
    deny(&family, &approver, family.child).await;
    let approved = app.handover_approve(&approver, id, Approval::default()).await;
    assert_eq!(refused(approved), Code::PersonDenied);
    assert_eq!(refused(app.handover_return(&approver, id, "架空").await), Code::PersonDenied);
    for act in [Act::HandoverApproved, Act::HandoverReturned] {
        assert_eq!(family.count(KAISEI, act).await, 0, "{act}");
    }
}

#[tokio::test]
async fn what_is_about_somebody_denied_is_neither_offered_nor_taken_back() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let id = family.approved().await;
    deny(&family, &sender, family.child).await;
    let (subjects, receiver) = (family.terms(ConsentId::new()).subjects, code(OI));
    let ask = PreviewAsk { subjects, receiver, consents: Vec::new() };
    assert_eq!(refused(app.handover_preview(&sender, &ask).await), Code::PersonDenied);
    assert_eq!(refused(app.handover_offer(&sender, id).await), Code::PersonDenied);
    assert_eq!(refused(app.handover_withdraw(&sender, id, "架空").await), Code::PersonDenied);
    for act in [Act::HandoverOffered, Act::HandoverWithdrawn] {
        assert_eq!(family.count(KAISEI, act).await, 0, "{act}");
    }
}

/// Whether a person says who the traveller is here or the index does.
#[tokio::test]
async fn records_of_somebody_denied_are_not_taken_in() {
    let family = Family::new().await;
    let (app, receiver) = (family.app(), family.receiver());
    let id = family.accepted().await;
    deny(&family, &receiver, family.child_there).await;
    let said = Taking { links: [(family.child, family.child_there)].into(), ..Taking::default() };
    for taking in [Taking::default(), said] {
        assert_eq!(refused(app.handover_receive(&receiver, id, &taking).await), Code::PersonDenied);
    }
    assert_eq!(family.count(OI, Act::HandoverReceived).await, 0);
}

#[tokio::test]
async fn nothing_kept_apart_of_somebody_denied_is_settled() {
    let family = Family::new().await;
    let (id, items) = kept_apart(&family).await;
    let receiver = family.receiver();
    deny(&family, &receiver, family.child_there).await;
    let settled = family.app().handover_settle(&receiver, id, &say(&items, Decision::Accept)).await;
    assert_eq!(refused(settled), Code::PersonDenied);
    assert_eq!(family.count(OI, Act::HandoverSettled).await, 0);
}

#[tokio::test]
async fn no_consent_note_protection_or_denial_of_somebody_denied_is_changed() {
    let family = Family::new().await;
    let (app, approver) = (family.app(), family.approver());
    let worker = family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    let admin = family.world.desk(KAISEI, Grant::TownAdmin).ctx(Purpose::Support);
    let consent = family.consent(|_| ()).await;
    let section = || "mayor/kosodate".parse().unwrap();
    let noticed = |text: &str| Noticed { seen_on: today(), text: text.to_owned(), section: section() };
    let note = app.watch_note_write(&worker, family.child, noticed("一人でいる")).await.unwrap().id;
    deny(&family, &worker, family.mother).await;
    let given = family.acts(KAISEI).await;
    let mut new = family.new_consent();
    assert_eq!(refused(app.consent_record(&worker, new).await), Code::PersonDenied, "by the mother");
    assert_eq!(family.acts(KAISEI).await, given);
    deny(&family, &worker, family.child).await;
    deny(&family, &approver, family.child).await;
    let entered = app.denials(&admin, worker.staff).await.unwrap();
    let denial = entered.denials.iter().find(|denial| denial.person == family.child).unwrap().id;
    let before = family.acts(KAISEI).await;
    new = family.new_consent();
    new.giver = Giver::Subject;
    assert_eq!(refused(app.consent_record(&worker, new).await), Code::PersonDenied);
    let withdrawn = app.consent_withdraw(&worker, consent, Entity::Subject).await;
    assert_eq!(refused(withdrawn), Code::PersonDenied);
    let correction =
        Correction { version: 1, reason: "書き誤り".to_owned(), noticed: noticed("二人でいる") };
    let corrected = app.watch_note_correct(&worker, family.child, note, correction).await;
    assert_eq!(refused(corrected), Code::PersonDenied);
    assert_eq!(refused(app.protection_end(&approver, family.child, "架空").await), Code::PersonDenied);
    assert_eq!(refused(app.denial_end(&approver, worker.staff, denial).await), Code::PersonDenied);
    assert_eq!(family.acts(KAISEI).await, before, "nothing was written");
}

#[tokio::test]
async fn that_nothing_is_recorded_about_somebody_denied_is_not_told_either() {
    let family = Family::new().await;
    let app = family.app();
    let worker = family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    deny(&family, &worker, family.child).await;
    assert_eq!(refused(app.cases(&worker, family.child).await), Code::PersonDenied);
    assert_eq!(refused(app.relations_recorded(&worker, family.child).await), Code::PersonDenied);
    assert_eq!(refused(app.assessments(&worker, family.child).await), Code::PersonDenied);
    assert_eq!(refused(app.consents(&worker, family.child).await), Code::PersonDenied);
    assert_eq!(refused(app.watch_notes(&worker, family.child).await), Code::PersonDenied);
}

#[actix_web::test]
async fn nobody_denied_is_assessed() {
    let scored = Scored::new().await;
    let app = &scored.platform.app;
    let (run, person) = (scored.run.parse().unwrap(), scored.children().await[0].1.parse().unwrap());
    let worker = scored.platform.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Assessment);
    let said = || (Verdict::TooHigh, "架空の所見".to_owned());
    app.candidate_assess(&worker, run, person, said()).await.unwrap();
    let admin = scored.platform.desk(KAISEI, Grant::TownAdmin).ctx(Purpose::Support);
    let kin = NewDenial { person, reason: Reason::Kin, from: today(), until: None };
    app.denial_add(&admin, worker.staff, kin).await.unwrap();
    let before = acts(&scored.platform, KAISEI).await;
    assert_eq!(refused(app.candidate_assess(&worker, run, person, said()).await), Code::PersonDenied);
    let changed = app.candidate_reassess(&worker, run, person, change(1), said()).await;
    assert_eq!(refused(changed), Code::PersonDenied);
    assert_eq!(acts(&scored.platform, KAISEI).await, before, "nothing was written");
}
