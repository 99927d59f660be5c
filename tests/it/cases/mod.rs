//! ケース: opened with its case worker, joined by partners, closed with its reason; every change a version.

use app::cases::{CaseStep, NewMember, Who};
use app::entries::Change;
use chrono::{Days, NaiveDate};
use evidence::Act;
use kernel::id::{CaseId, PersonId, StaffId};
use kernel::{Code, Grant, Purpose, TownCtx};
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::{Family, today};
use crate::resting::{assert_refused, number};

fn worker(family: &Family) -> TownCtx {
    family.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support)
}

fn lead(family: &Family) -> NewMember {
    let staff = family.world.desk(KAISEI, Grant::CaseWorker).staff;
    NewMember::Staff { staff, section: "mayor/kosodate".parse().unwrap() }
}

fn partner() -> NewMember {
    NewMember::Partner { name: "架空児童相談所".into(), contact: Some("担当 000-0000-0000".into()) }
}

fn change(version: u32) -> Change {
    Change { version, reason: "架空の理由".into() }
}

/// A case opened so many days ago.
async fn opened(family: &Family, days: u64) -> CaseId {
    let case = family
        .app()
        .case_open(&worker(family), family.child, ago(days), "欠席が続く".into(), lead(family))
        .await
        .unwrap();
    CaseId::from_uuid(case.id)
}

fn ago(days: u64) -> NaiveDate {
    today() - Days::new(days)
}

#[tokio::test]
async fn a_case_is_opened_joined_and_closed() {
    let family = Family::new().await;
    let (app, worker, child) = (family.app(), worker(&family), family.child);
    let id = opened(&family, 10).await;
    let step = CaseStep::Add(partner(), ago(5));
    app.case_change(&worker, child, id, change(1), step).await.unwrap();
    let ended = app.case_change(&worker, child, id, change(2), CaseStep::End(1, ago(2))).await.unwrap();
    let on_it: Vec<_> = ended.newest.said.members.iter().map(|member| member.until).collect();
    assert_eq!(on_it, [Some(ago(2)), None]);
    let Who::Staff { section_name, .. } = &ended.newest.said.members[0].who else { panic!("no staff") };
    assert_eq!(section_name, "子育て健康課");
    let closed = app.case_change(&worker, child, id, change(3), CaseStep::Close(today())).await.unwrap();
    assert_eq!(closed.newest.said.closed.as_ref().unwrap().why, "架空の理由");
    assert_eq!(closed.newest.said.members[1].until, Some(today()), "everybody goes");
    assert_eq!((closed.earlier.len(), closed.newest.number), (3, 4));
    let refused = app.case_change(&worker, child, id, change(4), CaseStep::Add(partner(), today())).await;
    assert_refused(refused, Code::CaseIsClosed, "終結", "closed");
    opened(&family, 0).await;
    assert_eq!(app.cases(&worker, child).await.unwrap().len(), 2);
    for (act, times) in [(Act::CaseOpened, 2), (Act::CaseChanged, 2), (Act::CaseClosed, 1)] {
        assert_eq!(family.count(KAISEI, act).await, times, "{act}");
    }
    let clear = "SELECT count(*) FROM town.entry WHERE position(convert_to('児童', 'UTF8') IN body) > 0";
    assert_eq!(number(&family.world, clear).await, 0, "who is on it is sealed");
}

#[tokio::test]
async fn what_cannot_be_done_to_a_case_is_not() {
    let family = Family::new().await;
    let (app, worker, child) = (family.app(), worker(&family), family.child);
    let open = async |person: PersonId, day: NaiveDate, lead: NewMember| {
        app.case_open(&worker, person, day, "架空".into(), lead).await.map(drop)
    };
    let of = |staff, section: &str| NewMember::Staff { staff, section: section.parse().unwrap() };
    let own = family.world.desk(KAISEI, Grant::CaseWorker).staff;
    let theirs = family.world.desk(OI, Grant::CaseWorker).staff;
    let tomorrow = today() + Days::new(1);
    assert_refused(
        open(PersonId::new(), today(), lead(&family)).await,
        Code::PersonNotFound,
        "住民",
        "person",
    );
    for staff in [StaffId::new(), theirs] {
        let refused = open(child, today(), of(staff, "mayor/kosodate")).await;
        assert_refused(refused, Code::StaffNotFound, "職員", "staff");
    }
    assert_refused(open(child, today(), of(own, "mayor/yoso")).await, Code::InvalidValue, "課", "section");
    assert_refused(open(child, tomorrow, lead(&family)).await, Code::InvalidValue, "まだ", "future");
    assert_eq!(number(&family.world, "SELECT count(*) FROM town.entry").await, 0);
    let id = opened(&family, 3).await;
    assert_refused(open(child, today(), lead(&family)).await, Code::CaseIsOpen, "cas_", "cas_");
    let step =
        async |version, step| app.case_change(&worker, child, id, change(version), step).await.map(drop);
    for (refused, ja, en) in [
        (CaseStep::Add(partner(), ago(4)), "より前", "before"),
        (CaseStep::Add(partner(), tomorrow), "まだ", "future"),
        (CaseStep::End(0, today()), "担当ではありません", "no such member"),
        (CaseStep::End(2, today()), "担当ではありません", "no such member"),
        (CaseStep::End(1, ago(4)), "より前", "before"),
        (CaseStep::Close(ago(4)), "より前", "before"),
        (CaseStep::Close(tomorrow), "まだ", "future"),
    ] {
        assert_refused(step(1, refused).await, Code::InvalidValue, ja, en);
    }
    let unread = step(2, CaseStep::Add(partner(), today())).await;
    assert_refused(unread, Code::VersionSuperseded, "第1版", "version 1");
    let (a, b) = tokio::join!(step(1, CaseStep::Add(partner(), today())), step(1, CaseStep::Close(today())));
    assert!(a.is_ok() != b.is_ok());
    let lost = if a.is_ok() { b } else { a };
    assert!([Code::VersionSuperseded, Code::CaseIsClosed].contains(&lost.unwrap_err().code()));
    let other = family.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Support);
    assert_refused(app.case(&other, child, id).await, Code::PersonNotFound, "住民", "person");
    assert_refused(app.case(&other, family.child_there, id).await, Code::CaseNotFound, "ケース", "case");
}

#[tokio::test]
async fn of_two_who_open_a_case_at_once_one_is_told() {
    let family = Family::new().await;
    let (app, worker, child) = (family.app(), worker(&family), family.child);
    let open = || app.case_open(&worker, child, today(), "架空".into(), lead(&family));
    // Two connections at hand: otherwise one of the two is done before the other has its own.
    let (one, other) = tokio::join!(app.cases(&worker, child), app.cases(&worker, child));
    assert!(one.unwrap().is_empty() && other.unwrap().is_empty());
    let (a, b) = tokio::join!(open(), open());
    assert!(a.is_ok() != b.is_ok());
    let lost = if a.is_ok() { b.map(drop) } else { a.map(drop) };
    assert_refused(lost, Code::CaseIsOpen, "cas_", "cas_");
}
