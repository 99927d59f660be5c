//! `If-Match`: of two who have read the same handover, exactly one moves it.

use std::time::Duration;

use app::handovers::{Approval, Target};
use evidence::Act;
use handover::consent::Entity;
use handover::machine::RefusalCode;
use kernel::{Code, Grant};
use serde_json::json;
use store::StoreError;
use testkit::Sql;
use testkit::towns::{KAISEI, code};

use super::family::{Family, at, refused};
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

/// Keeps a table's rows as they stand.
async fn keep(sql: &Sql, table: &str, name: &str) {
    sql.run(&format!("CREATE TEMP TABLE {name} AS SELECT * FROM town.{table}")).await;
}

/// Puts rows back as they were kept.
async fn put(sql: &Sql, table: &str, name: &str) {
    let row = "version, body, updated_at";
    let kept = format!("SELECT {row} FROM {name} AS kept WHERE kept.{table}_id = now.{table}_id");
    sql.run(&format!("UPDATE town.{table} AS now SET ({row}) = ({kept})")).await;
}

/// What an act comes to that reads a table as it was kept first, waits for its rows, and finds them as kept second.
async fn overtaken<T>(sql: &Sql, watch: &Sql, table: &str, act: impl Future<Output = T>) -> T {
    put(sql, table, "first").await;
    sql.run("BEGIN").await;
    put(sql, table, "second").await;
    let waits = "SELECT count(*) FROM pg_stat_activity \
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let release = async {
        while watch.number(waits).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sql.run("COMMIT").await;
    };
    tokio::join!(act, release).0
}

/// The approver has read the draft; before they hold it, it was given back and handed in again with other terms.
#[tokio::test]
async fn nobody_approves_other_terms_than_they_have_read() {
    let family = Family::new().await;
    let (app, approver) = (family.app(), family.approver());
    let (sql, watch) = (family.world.db.superuser().await, family.world.db.superuser().await);
    let id = family.draft(|_| ()).await.unwrap();
    keep(&sql, "handover", "first").await;
    app.handover_return(&family.head(), id, "範囲が広い").await.unwrap();
    let mut terms = family.terms(family.consent(|_| ()).await);
    terms.grounds.necessity = "転校後の最初の面談のため".into();
    app.handover_redraft(&family.sender(), id, terms).await.unwrap();
    keep(&sql, "handover", "second").await;
    let approve = app.handover_approve(&approver, id, Approval::default());
    assert_eq!(refused(overtaken(&sql, &watch, "handover", approve).await), Code::Unavailable);
    assert_eq!(at(&app.handover(&approver, id).await.unwrap()).0, "draft");
}

/// The wall behind the held row: what was read before it moved on replaces nothing.
#[tokio::test]
async fn a_row_that_has_moved_on_is_not_replaced() {
    let family = Family::new().await;
    let id = family.draft(|_| ()).await.unwrap();
    let mut tx = family.world.db.towns().begin(code(KAISEI)).await.unwrap();
    let row = tx.handover(id).await.unwrap().unwrap();
    tx.handover_update(&row).await.unwrap();
    assert!(matches!(tx.handover_update(&row).await, Err(StoreError::Contention)));
    let approved = tx.handover_approve(&row, family.approver().staff).await;
    assert!(matches!(approved, Err(StoreError::Contention)));
}

/// The offer has found the consent given; before it holds it, it was withdrawn.
#[tokio::test]
async fn nothing_is_offered_on_a_consent_that_was_withdrawn_meanwhile() {
    let family = Family::new().await;
    let (app, sender) = (family.app(), family.sender());
    let (sql, watch) = (family.world.db.superuser().await, family.world.db.superuser().await);
    let id = family.approved().await;
    let consent = app.consents(&sender, family.child).await.unwrap()[0].0.id();
    keep(&sql, "consent", "first").await;
    app.consent_withdraw(&sender, consent, Entity::Subject).await.unwrap();
    keep(&sql, "consent", "second").await;
    let offer = app.handover_offer(&sender, id);
    assert_eq!(refused(overtaken(&sql, &watch, "consent", offer).await), Code::Unavailable);
    assert_eq!(refused(app.handover_offer(&sender, id).await), Code::ConsentWithdrawn);
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
