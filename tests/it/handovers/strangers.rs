//! A third town finds nothing; and neither town can do the other's part.

use app::handovers::{Approval, Taking};
use handover::machine::RefusalCode;
use kernel::id::{ConsentId, HandoverId};
use kernel::{Code, Grant, Lang, Purpose, TownCtx};
use testkit::towns::NAKAI;

use super::family::{Family, refused};

/// What every operation on a handover answers to somebody.
async fn answers(family: &Family, ctx: &TownCtx, id: HandoverId) -> Vec<(Code, String)> {
    let app = family.app();
    let taking = Taking::default();
    let outcomes = [
        app.handover(ctx, id).await.map(drop),
        app.handover_approve(ctx, id, Approval::default()).await.map(drop),
        app.handover_return(ctx, id, "架空の理由").await.map(drop),
        app.handover_review(ctx, id).await.map(drop),
        app.handover_offer(ctx, id).await.map(drop),
        app.handover_withdraw(ctx, id, "架空の理由").await.map(drop),
        app.handover_close(ctx, id).await.map(drop),
        app.handover_acknowledge(ctx, id).await.map(drop),
        app.handover_content(ctx, id).await.map(drop),
        app.handover_accept(ctx, id).await.map(drop),
        app.handover_refuse(ctx, id, RefusalCode::NotOurs).await.map(drop),
        app.handover_receive(ctx, id, &taking).await.map(drop),
        app.handover_unreadable(ctx, id).await.map(drop),
        app.handover_settle(ctx, id, &taking).await.map(drop),
    ];
    let told =
        |outcome: Result<(), kernel::Fault>| outcome.map_err(|f| (f.code(), f.detail(Lang::Ja))).unwrap_err();
    outcomes.into_iter().map(told).collect()
}

#[tokio::test]
async fn a_third_town_learns_nothing_of_it() {
    let family = Family::new().await;
    let third = family.world.ctx(NAKAI, &[Grant::CaseWorker, Grant::Approver], Purpose::Handover);
    let unknown = answers(&family, &third, HandoverId::new()).await;
    assert!(unknown.iter().all(|(code, _)| *code == Code::HandoverNotFound));
    for id in
        [family.approved().await, family.offered().await, family.accepted().await, family.received().await]
    {
        assert_eq!(answers(&family, &third, id).await, unknown);
    }
    assert!(family.app().handovers_in(&third).await.unwrap().is_empty());
    assert!(family.app().handovers_out(&third, None, 100).await.unwrap().is_empty());
    let consent = family.consent(|_| ()).await;
    assert_eq!(refused(family.app().consent(&third, consent).await), Code::ConsentNotFound);
    assert_eq!(refused(family.app().consents(&third, family.child).await), Code::PersonNotFound);
}

#[tokio::test]
async fn neither_town_does_the_others_part() {
    let family = Family::new().await;
    let app = family.app();
    let draft = family.approved().await;
    assert_eq!(
        refused(app.handover(&family.receiver(), draft).await),
        Code::HandoverNotFound,
        "not offered yet"
    );
    let id = family.acknowledged().await;
    let receiver =
        family.world.ctx(testkit::towns::OI, &[Grant::CaseWorker, Grant::Approver], Purpose::Handover);
    for not_theirs in [
        app.handover_approve(&receiver, id, Approval::default()).await.map(drop),
        app.handover_return(&receiver, id, "架空の理由").await.map(drop),
        app.handover_review(&receiver, id).await.map(drop),
        app.handover_redraft(&receiver, id, family.terms(ConsentId::new())).await.map(drop),
        app.handover_offer(&receiver, id).await.map(drop),
        app.handover_withdraw(&receiver, id, "架空の理由").await.map(drop),
        app.handover_close(&receiver, id).await.map(drop),
        app.handover_acknowledge(&family.sender(), id).await.map(drop),
        app.handover_content(&family.sender(), id).await.map(drop),
        app.handover_accept(&family.sender(), id).await.map(drop),
        app.handover_refuse(&family.sender(), id, RefusalCode::NotOurs).await.map(drop),
        app.handover_receive(&family.sender(), id, &Taking::default()).await.map(drop),
        app.handover_unreadable(&family.sender(), id).await.map(drop),
        app.handover_settle(&family.sender(), id, &Taking::default()).await.map(drop),
    ] {
        assert_eq!(refused(not_theirs), Code::HandoverNotFound);
    }
}
