//! `If-Match`: of two who have read the same handover, exactly one moves it.

use app::handovers::{Approval, Target};
use evidence::Act;
use handover::machine::RefusalCode;
use kernel::{Code, Grant};
use serde_json::json;
use testkit::towns::KAISEI;

use super::family::{Family, refused};
use crate::http::{Ask, Http};

#[tokio::test]
async fn of_two_who_read_the_same_one_wins() {
    let family = Family::new().await;
    let (app, approver, head) = (family.app(), family.approver(), family.head());
    for _ in 0..8 {
        let id = family.draft(|_| ()).await.unwrap();
        let read = Some(app.handover(&approver, id).await.unwrap().stand);
        let target = Target { id, read };
        let (a, b) = tokio::join!(
            app.handover_approve(&approver, target, Approval::default()),
            app.handover_return(&head, target, "範囲が広い"),
        );
        assert!(a.is_ok() != b.is_ok(), "exactly one");
        let lost = if a.is_ok() { refused(b) } else { refused(a) };
        assert_eq!(lost, Code::PreconditionFailed);
    }
    let done =
        family.count(KAISEI, Act::HandoverApproved).await + family.count(KAISEI, Act::HandoverReturned).await;
    assert_eq!(done, 8);
}

#[tokio::test]
async fn what_the_other_town_does_is_noticed_too() {
    let family = Family::new().await;
    let (app, sender, receiver) = (family.app(), family.sender(), family.receiver());
    let id = family.offered().await;
    let read = |stand| Target { id, read: Some(stand) };
    let (there, here) =
        (app.handover(&receiver, id).await.unwrap().stand, app.handover(&sender, id).await.unwrap().stand);
    let (a, b) = tokio::join!(
        app.handover_withdraw(&sender, read(here), "転出の取りやめ"),
        app.handover_refuse(&receiver, read(there), RefusalCode::NotOurs),
    );
    assert!(a.is_ok() != b.is_ok(), "exactly one");
    assert_eq!(if a.is_ok() { refused(b) } else { refused(a) }, Code::PreconditionFailed);
}

#[actix_web::test]
async fn a_tag_that_is_not_the_present_one_moves_nothing() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let token = &family.world.desk(KAISEI, Grant::Approver).token;
    let id = family.draft(|_| ()).await.unwrap();
    let path = format!("/api/v1/handovers/{id}");
    let read = http.send(Ask::get(&path).by(token).to("handover")).await;
    let tag = read.value("etag").unwrap();
    let (approval, back) = (format!("{path}/approval"), format!("{path}/return"));
    let approve = |tag| Ask::post(&approval, json!({})).by(token).to("handover").header(("If-Match", tag));
    let stale = http.send(approve("\"another\"")).await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "precondition_failed"));
    assert_eq!(http.send(approve(tag)).await.status, 200);
    let body = json!({"reason": "範囲が広い"});
    let late = http.send(Ask::post(&back, body).by(token).to("handover").header(("If-Match", tag))).await;
    assert_eq!((late.status, late.code().as_str()), (412, "precondition_failed"), "{}", late.text);
}
