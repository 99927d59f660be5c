//! Entering and ending a denial, by whom, and what it does from the next request on.

use app::denials::{NewDenial, Reason};
use app::watch_notes::Noticed;
use chrono::TimeDelta;
use evidence::Act;
use kernel::id::PersonId;
use kernel::{Code, Grant, Purpose, TownCtx};
use serde_json::json;
use testkit::towns::KAISEI;

use crate::handovers::family::{Family, refused, today};
use crate::http::{Ask, Http};
use crate::persons::Scene;
use crate::resting::number;

fn kin(person: PersonId) -> NewDenial {
    NewDenial { person, reason: Reason::Kin, from: today(), until: None }
}

fn admin(family: &Family) -> TownCtx {
    family.world.desk(KAISEI, Grant::TownAdmin).ctx(Purpose::Support)
}

fn worker(family: &Family) -> TownCtx {
    family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support)
}

#[tokio::test]
async fn a_denial_holds_from_the_next_request_on_and_until_it_is_ended() {
    let family = Family::new().await;
    let (app, admin, worker) = (family.app(), admin(&family), worker(&family));
    app.person(&worker, family.child).await.unwrap();
    let denial = app.denial_add(&admin, worker.staff, kin(family.child)).await.unwrap().denials[0].id;
    assert_eq!(refused(app.person(&worker, family.child).await), Code::PersonDenied);
    assert_eq!(refused(app.timeline(&worker, family.child, None).await), Code::PersonDenied);
    // A household or a relation that names them as well; the mother alone may be seen.
    assert_eq!(refused(app.relations(&worker, family.child).await), Code::PersonDenied);
    app.person(&worker, family.mother).await.unwrap();
    // Acts about them, and nothing of them is half done.
    let noticed =
        Noticed { seen_on: today(), text: "架空".to_owned(), section: "mayor/kosodate".parse().unwrap() };
    assert_eq!(refused(app.watch_note_write(&worker, family.child, noticed).await), Code::PersonDenied);
    assert_eq!(family.count(KAISEI, Act::WatchNoteWritten).await, 0);
    // Nobody else is touched.
    let other = family.world.desk(KAISEI, Grant::Holder).ctx(Purpose::Support);
    app.person(&other, family.child).await.unwrap();
    app.denial_end(&admin, worker.staff, denial).await.unwrap();
    app.person(&worker, family.child).await.unwrap();
    app.denial_end(&admin, worker.staff, denial).await.unwrap();
    assert_eq!(family.count(KAISEI, Act::DenialEntered).await, 1);
    assert_eq!(family.count(KAISEI, Act::DenialEnded).await, 1, "ended once");
    let readable = "SELECT count(*) FROM town.denial WHERE position('kin'::bytea IN body) > 0";
    assert_eq!(number(&family.world, readable).await, 0, "why is sealed");
}

#[tokio::test]
async fn a_denial_has_a_period_and_several_add_up() {
    let family = Family::new().await;
    let (app, admin, worker) = (family.app(), admin(&family), worker(&family));
    let tomorrow = today() + TimeDelta::days(1);
    for (from, until) in
        [(tomorrow, None), (today() - TimeDelta::days(9), Some(today() - TimeDelta::days(1)))]
    {
        let denial = NewDenial { from, until, ..kin(family.child) };
        app.denial_add(&admin, worker.staff, denial).await.unwrap();
    }
    app.person(&worker, family.child).await.unwrap();
    let later = TownCtx { now: worker.now + TimeDelta::days(1), ..worker.clone() };
    assert_eq!(refused(app.person(&later, family.child).await), Code::PersonDenied);
    let before = TownCtx { now: worker.now - TimeDelta::days(1), ..worker.clone() };
    assert_eq!(refused(app.person(&before, family.child).await), Code::PersonDenied);
    let backwards = NewDenial { until: Some(today() - TimeDelta::days(1)), ..kin(family.child) };
    assert_eq!(refused(app.denial_add(&admin, worker.staff, backwards).await), Code::InvalidValue);
}

#[tokio::test]
async fn nobody_edits_their_own_and_few_may_edit_at_all() {
    let family = Family::new().await;
    let (app, admin, worker) = (family.app(), admin(&family), worker(&family));
    assert_eq!(refused(app.denial_add(&admin, admin.staff, kin(family.child)).await), Code::OwnDenial);
    let approver = family.world.desk(KAISEI, Grant::Approver).ctx(Purpose::Support);
    let denial = app.denial_add(&approver, admin.staff, kin(family.child)).await.unwrap().denials[0].id;
    assert_eq!(refused(app.denial_end(&admin, admin.staff, denial).await), Code::OwnDenial);
    for &grant in Grant::ALL.iter().filter(|grant| !matches!(grant, Grant::TownAdmin | Grant::Approver)) {
        let ctx = family.world.ctx(KAISEI, &[grant], Purpose::Support);
        let entered = app.denial_add(&ctx, worker.staff, kin(family.child)).await;
        assert_eq!(refused(entered), Code::GrantMissing, "{grant}");
        assert_eq!(refused(app.denial_end(&ctx, admin.staff, denial).await), Code::GrantMissing, "{grant}");
    }
    let without = TownCtx { purpose: None, ..approver.clone() };
    assert_eq!(refused(app.denials(&without, admin.staff).await), Code::PurposeRequired);
    let nobody = app.denial_add(&approver, worker.staff, kin(PersonId::new())).await;
    assert_eq!(refused(nobody), Code::PersonNotFound);
}

/// What was answered before the denial is not answered again after it.
#[actix_web::test]
async fn an_answer_kept_for_a_repeated_request_is_refused_too() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let token = family.world.desk(KAISEI, Grant::CaseWorker).token.clone();
    let note = json!({"seen_on": "2026-04-01", "text": "架空の見守り情報", "section": "mayor/kosodate"});
    let path = format!("/api/v1/persons/{}/watch-notes", family.child);
    let key = ("Idempotency-Key", "019a9f3c-5b7a-7c3e-8a1f-2b3c4d5e6f70");
    let ask = || Ask::post(&path, note.clone()).by(&token).to("support").header(key);
    assert_eq!(http.send(ask()).await.status, 201);
    let worker = worker(&family).staff;
    family.app().denial_add(&admin(&family), worker, kin(family.child)).await.unwrap();
    let again = http.send(ask()).await;
    assert_eq!((again.status, again.code().as_str()), (403, "person_denied"), "{}", again.text);
}

#[actix_web::test]
async fn lists_leave_them_out_say_how_many_and_go_on_behind_them() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let all = scene.everybody().await;
    let id = |n: usize| all[n]["id"].as_str().unwrap().to_owned();
    let worker = scene.platform.desk(KAISEI, Grant::CaseWorker);
    let admin = scene.platform.desk(KAISEI, Grant::TownAdmin).ctx(Purpose::Support);
    // The second of the list, and everybody of one page.
    for n in [1, 4, 5] {
        let denial = NewDenial {
            person: id(n).parse().unwrap(),
            reason: Reason::Neighbour,
            from: admin.today(),
            until: None,
        };
        scene.platform.app.denial_add(&admin, worker.staff, denial).await.unwrap();
    }
    let (mut seen, mut withheld, mut path) = (Vec::new(), 0, "/api/v1/persons?limit=2".to_owned());
    for _ in 0..5 {
        let page = scene.get(Grant::CaseWorker, &path).await.json();
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()),
        );
        withheld += page["withheld"].as_u64().unwrap();
        path = format!("/api/v1/persons?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    assert_eq!(seen, [0, 2, 3, 6, 7, 8, 9].map(id));
    assert_eq!(withheld, 3);
    let looked = format!(
        "SELECT count(*) FROM town.access WHERE staff_id = '{}' AND person_id = '{}'",
        worker.staff.uuid(),
        id(4).parse::<PersonId>().unwrap().uuid()
    );
    let before = number(&scene.platform, &looked).await;
    scene.get(Grant::CaseWorker, "/api/v1/persons?limit=200").await;
    assert_eq!(number(&scene.platform, &looked).await, before, "who is left out is not looked at");
}
