//! 期限一覧: what waits in a town, what is due first first, and for nobody else to read.

use std::collections::BTreeSet;

use app::deadlines::{Deadline, DeadlineKind, DeadlinesAsk, Waiting};
use app::handovers::{Approval, OnBehalf};
use app::tasks::{Completion, How};
use chrono::{Days, NaiveDate, TimeDelta};
use handover::machine::RefusalCode;
use kernel::{Category, Code, Grant, Purpose, TownCtx, Value, When};
use serde_json::json;
use testkit::towns::{KAISEI, NAKAI, OI};

use crate::handovers::family::{Family, observation, refused, today};
use crate::http::{Ask, Http};

const ALL: DeadlinesAsk =
    DeadlinesAsk { kind: None, section: None, consent_days: 0, after: None, limit: 100 };

async fn lines(family: &Family, ctx: &TownCtx, ask: &DeadlinesAsk) -> Vec<Deadline> {
    family.app().deadlines(ctx, ask).await.unwrap().rows.clone()
}

async fn kinds(family: &Family, ctx: &TownCtx, ask: &DeadlinesAsk) -> Vec<DeadlineKind> {
    lines(family, ctx, ask).await.iter().map(|one| one.kind).collect()
}

/// The mother's protection ended on this day by the list.
async fn protect_until(family: &Family, until: NaiveDate) {
    let when = When::Period { from: None, until: Some(until.into()) };
    let measure = observation("protection.measure", Value::Code("victim".into()), when);
    family.write(KAISEI, family.mother, Category::Protection, "protection_list", measure).await;
}

#[tokio::test]
async fn everything_that_waits_is_told_and_gone_when_it_is_done() {
    let family = Family::new().await;
    let (app, sender, approver, receiver) =
        (family.app(), family.sender(), family.approver(), family.receiver());
    let id = family.draft(|_| ()).await.unwrap();
    let due = |kind, days| (kind, today() + Days::new(days));
    let told = async |ctx: &TownCtx| {
        let all = lines(&family, ctx, &ALL).await;
        all.iter().map(|one| (one.kind, one.due)).collect::<Vec<_>>()
    };
    // A draft can be offered until the first consent it rests on ends: in 90 days.
    assert_eq!(told(&approver).await, [due(DeadlineKind::Approval, 90)]);
    app.handover_return(&approver, id, "範囲が広い").await.unwrap();
    assert_eq!(told(&sender).await, [due(DeadlineKind::Redraft, 90)]);
    let terms = app.handover(&sender, id).await.unwrap().terms.clone().unwrap();
    app.handover_redraft(&sender, id, terms).await.unwrap();
    let review_due = today() + Days::new(3);
    let by =
        OnBehalf { position: "子育て健康課長".into(), absence: "出張のため".into(), review_due };
    app.handover_approve(&approver, id, Approval { on_behalf: Some(by), paper: None }).await.unwrap();
    assert_eq!(told(&approver).await, [due(DeadlineKind::Review, 3), due(DeadlineKind::Offer, 90)]);
    app.handover_review(&family.head(), id).await.unwrap();
    assert!(told(&receiver).await.is_empty(), "nothing has left");
    app.handover_offer(&sender, id).await.unwrap();
    for ctx in [&sender, &receiver] {
        assert_eq!(told(ctx).await, [due(DeadlineKind::Acceptance, 14)], "both towns wait");
    }
    app.handover_acknowledge(&receiver, id).await.unwrap();
    app.handover_accept(&receiver, id).await.unwrap();
    for ctx in [&sender, &receiver] {
        assert_eq!(told(ctx).await, [due(DeadlineKind::Receipt, 14)]);
    }
    app.handover_receive(&receiver, id, &Default::default()).await.unwrap();
    for ctx in [&sender, &receiver] {
        assert!(told(ctx).await.is_empty(), "done is gone");
    }
    let third = family.world.ctx(NAKAI, &[Grant::CaseWorker, Grant::Approver], Purpose::Handover);
    assert!(told(&third).await.is_empty());
}

#[tokio::test]
async fn calls_consents_and_protections_are_told_too() {
    let family = Family::new().await;
    family.move_away().await;
    let (app, sender) = (family.app(), family.sender());
    let id = family.offered().await;
    app.handover_refuse(&family.receiver(), id, RefusalCode::WrongOrgan).await.unwrap();
    app.handover_close(&sender, id).await.unwrap();
    let ends = family.consent(|new| new.until = today() + TimeDelta::days(10)).await;
    protect_until(&family, today() - Days::new(2)).await;

    let within = |consent_days| DeadlinesAsk { consent_days, ..ALL };
    let all = lines(&family, &sender, &within(30)).await;
    let told: Vec<_> = all.iter().map(|one| (one.kind, one.of)).collect();
    let Waiting::Task(task) = all[1].of else { panic!("{:?}", all[1]) };
    assert_eq!(
        told,
        [
            (DeadlineKind::ProtectionPastEnd, Waiting::Protection(family.mother)),
            (DeadlineKind::Call, Waiting::Task(task)),
            (DeadlineKind::ConsentEnd, Waiting::Consent(ends)),
        ]
    );
    assert_eq!(all[1].persons, [family.child]);
    assert!(all.iter().all(|one| one.section.is_some()), "each is in some section's hand");
    let few = kinds(&family, &sender, &within(9)).await;
    assert_eq!(
        few,
        [DeadlineKind::ProtectionPastEnd, DeadlineKind::Call],
        "the consent ends later than that"
    );

    let spoke_to = "大井町 架空係長".to_owned();
    let done = Completion { how: How::InPerson, on: today(), spoke_to, note: None };
    app.task_complete(&sender, task, done).await.unwrap();
    let end = family.world.desk(KAISEI, Grant::Approver).ctx(Purpose::Support);
    app.protection_end(&end, family.mother, "延長の申出がない").await.unwrap();
    assert_eq!(kinds(&family, &sender, &within(30)).await, [DeadlineKind::ConsentEnd]);
}

#[tokio::test]
async fn pages_show_each_line_once_and_record_exactly_whom_they_show() {
    let family = Family::new().await;
    let sender = family.sender();
    for _ in 0..3 {
        family.draft(|_| ()).await.unwrap();
    }
    protect_until(&family, today() - Days::new(2)).await;
    let looks = async || {
        let sql = family.world.db.superuser().await;
        let count = |person: kernel::id::PersonId| {
            format!(
                "SELECT count(*) FROM town.access WHERE operation = 'deadline_list' AND person_id = '{}'",
                person.uuid()
            )
        };
        (sql.number(&count(family.mother)).await, sql.number(&count(family.child)).await)
    };
    let (mut seen, mut after) = (Vec::new(), None);
    let mut pages = 0;
    loop {
        let ask = DeadlinesAsk { after: after.take(), limit: 1, ..ALL };
        let page = family.app().deadlines(&sender, &ask).await.unwrap();
        seen.extend(page.rows.iter().map(|one| one.of.to_string()));
        after = page.rows.last().map(Deadline::key);
        pages += 1;
        if pages == 1 {
            assert_eq!(looks().await, (1, 0), "the mother's protection is on the first page, nobody else");
        }
        if !page.more {
            break;
        }
    }
    assert_eq!((pages, seen.iter().collect::<BTreeSet<_>>().len()), (4, 4));
    assert_eq!(looks().await, (1, 3));
    let whole: Vec<_> = lines(&family, &sender, &ALL).await.iter().map(|one| one.of.to_string()).collect();
    assert_eq!(seen, whole);
    let section = whole_section(&family, &sender).await;
    let ours = DeadlinesAsk { section: Some(section), kind: Some(DeadlineKind::Approval), ..ALL };
    assert_eq!(lines(&family, &sender, &ours).await.len(), 3);
    let elsewhere = DeadlinesAsk { section: Some("mayor/yoso".parse().unwrap()), ..ALL };
    assert!(lines(&family, &sender, &elsewhere).await.is_empty());
}

async fn whole_section(family: &Family, ctx: &TownCtx) -> kernel::SectionCode {
    let ask = DeadlinesAsk { kind: Some(DeadlineKind::Approval), ..ALL };
    lines(family, ctx, &ask).await[0].section.clone().unwrap()
}

#[actix_web::test]
async fn a_client_reads_days_in_both_ways_and_how_late_they_are() {
    let family = Family::new().await;
    protect_until(&family, today() - Days::new(2)).await;
    let http = Http::open(&family.world).await;
    let token = &family.world.desk(KAISEI, Grant::Approver).token;
    let answer =
        http.send(Ask::get("/api/v1/deadlines?kind=protection_past_end").by(token).to("handover")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let list = answer.json();
    let line = &list["items"][0];
    assert_eq!((&line["days_late"], &line["kind"]["code"]), (&json!(2), &json!("protection_past_end")));
    assert_eq!(line["link"], format!("/api/v1/persons/{}", family.mother));
    assert!(line["due"]["wareki"].as_str().unwrap().starts_with("令和"), "{line}");
    assert!(list["as_of_ja"].as_str().unwrap().ends_with("日時点"));
    for (query, code) in [
        ("kind=lunch", "invalid_value"),
        ("section=mayor", "invalid_value"),
        ("consent_days=367", "invalid_value"),
        ("cursor=eA", "invalid_cursor"),
        ("sort=kind", "unknown_parameter"),
    ] {
        let path = format!("/api/v1/deadlines?{query}");
        let answer = http.send(Ask::get(&path).by(token).to("handover")).await;
        assert_eq!(answer.code(), code, "{query}: {}", answer.text);
    }
}

#[tokio::test]
async fn only_whoever_handles_handovers_reads_it_and_says_why() {
    let family = Family::new().await;
    let app = family.app();
    for grant in [Grant::TownAdmin, Grant::Auditor, Grant::Analyst] {
        let other = family.world.desk(KAISEI, grant).ctx(Purpose::Handover);
        assert_eq!(refused(app.deadlines(&other, &ALL).await), Code::GrantMissing);
    }
    let silent = family.world.desk(OI, Grant::Approver).ctx(None);
    assert_eq!(refused(app.deadlines(&silent, &ALL).await), Code::PurposeRequired);
}
