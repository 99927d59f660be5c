//! What cannot be recorded changes nothing; of two who race, one is told.

use app::relations::RelationSaid;
use chrono::TimeDelta;
use kernel::id::{PersonId, RelationId};
use kernel::{Code, Grant, Purpose, TownCtx};
use linkage::kinship::{Order, RelationKind};
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::{KAISEI, OI};

use super::{House, change, seen, today};
use crate::resting::{acts, assert_refused, number};

const PARENT: RelationKind = RelationKind::Parent;

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut house = House::open().await;
    let theirs = somebody_of_oi(&mut house.world).await;
    let (app, worker) = (&house.world.app, house.worker());
    let before = acts(&house.world, KAISEI).await;
    let record = async |ctx: &TownCtx, person, said| app.relation_record(ctx, person, said).await;
    let himself = record(&worker, house.child, seen(house.child, PARENT)).await;
    assert_refused(himself, Code::InvalidValue, "本人自身", "is the person");
    let nobody = record(&worker, house.child, seen(PersonId::new(), PARENT)).await.map(drop).unwrap_err();
    let foreign = record(&worker, house.child, seen(theirs, PARENT)).await.map(drop).unwrap_err();
    assert_eq!((nobody.code(), &nobody), (Code::PersonNotFound, &foreign), "another town's is nobody");
    let of_theirs = record(&worker, theirs, seen(house.mother, PARENT)).await;
    assert_refused(of_theirs, Code::PersonNotFound, "住民", "person");
    let tomorrow = RelationSaid { on: today() + TimeDelta::days(1), ..seen(house.mother, PARENT) };
    let tomorrow = record(&worker, house.child, tomorrow).await;
    assert_refused(tomorrow, Code::InvalidValue, "まだ来ていない日", "future");
    let holder = house.world.desk(KAISEI, Grant::Holder).ctx(Purpose::Support);
    let holder = record(&holder, house.child, seen(house.mother, PARENT)).await;
    assert_refused(holder, Code::GrantMissing, "活用", "case_worker");
    let without = TownCtx { purpose: None, ..worker.clone() };
    let without = record(&without, house.child, seen(house.mother, PARENT)).await;
    assert_refused(without, Code::PurposeRequired, "support", "support");
    let ended = app.relation_end(&worker, house.child, RelationId::new(), change(1), today()).await;
    assert_refused(ended, Code::RelationNotFound, "親族関係の記録", "recorded relation");
    assert_eq!(number(&house.world, "SELECT count(*) FROM town.entry").await, 0);
    assert_eq!(acts(&house.world, KAISEI).await, before);
}

#[tokio::test]
async fn both_ways_at_once_and_circles_are_refused() {
    let house = House::open().await;
    let (app, worker) = (&house.world.app, house.worker());
    app.relation_record(&worker, house.child, seen(house.mother, PARENT)).await.unwrap();
    app.relation_record(&worker, house.mother, seen(house.grandfather, PARENT)).await.unwrap();
    let sibling = RelationKind::Sibling { order: Order::Older };
    for (person, other, kind) in [
        (house.mother, house.child, PARENT),
        (house.child, house.mother, sibling),
        (house.child, house.mother, PARENT),
        (house.grandfather, house.child, PARENT),
    ] {
        let refused = app.relation_record(&worker, person, seen(other, kind)).await;
        assert_refused(refused, Code::RelationContradicts, "rel_", "rel_");
    }
    // What was taken back is in nobody's way.
    let recorded = app.relations_recorded(&worker, house.child).await.unwrap();
    let id = RelationId::from_uuid(recorded[0].id);
    app.relation_end(&worker, house.child, id, change(1), today()).await.unwrap();
    app.relation_record(&worker, house.child, seen(house.mother, sibling)).await.unwrap();
    let back = app.relation_correct(&worker, house.child, id, change(2), seen(house.mother, PARENT)).await;
    assert_refused(back, Code::RelationContradicts, "rel_", "rel_");
    // An other carer may be kin besides.
    app.relation_record(&worker, house.child, seen(house.mother, RelationKind::OtherCarer)).await.unwrap();
}

#[tokio::test]
async fn of_two_at_once_one_is_told() {
    let house = House::open().await;
    let (app, worker) = (&house.world.app, house.worker());
    let (a, b) = tokio::join!(
        app.relation_record(&worker, house.child, seen(house.mother, PARENT)),
        app.relation_record(&worker, house.mother, seen(house.child, PARENT)),
    );
    assert!(a.is_ok() != b.is_ok());
    let lost = if a.is_ok() { b.map(drop) } else { a.map(drop) };
    assert_refused(lost, Code::RelationContradicts, "rel_", "rel_");
    let first = app.relation_record(&worker, house.child, seen(house.uncle, PARENT)).await.unwrap().id;
    let id = RelationId::from_uuid(first);
    let (a, b) = tokio::join!(
        app.relation_correct(
            &worker,
            house.child,
            id,
            change(1),
            seen(house.uncle, RelationKind::OtherCarer)
        ),
        app.relation_end(&worker, house.child, id, change(1), today()),
    );
    assert!(a.is_ok() != b.is_ok());
    let lost = if a.is_ok() { b.map(drop) } else { a.map(drop) };
    assert_refused(lost, Code::VersionSuperseded, "第2版", "version 2");
}

#[tokio::test]
async fn another_town_reads_nothing_of_it() {
    let mut house = House::open().await;
    let theirs = somebody_of_oi(&mut house.world).await;
    let (app, worker) = (&house.world.app, house.worker());
    let id = app.relation_record(&worker, house.child, seen(house.mother, PARENT)).await.unwrap().id;
    let id = RelationId::from_uuid(id);
    let oi = house.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Support);
    let read = app.relation_recorded(&oi, house.child, id).await;
    assert_refused(read, Code::PersonNotFound, "住民", "person");
    let read = app.relation_recorded(&oi, theirs, id).await;
    assert_refused(read, Code::RelationNotFound, "親族関係の記録", "recorded relation");
    let ended = app.relation_end(&oi, theirs, id, change(1), today()).await;
    assert_refused(ended, Code::RelationNotFound, "親族関係の記録", "recorded relation");
}

/// A resident of 大井町.
async fn somebody_of_oi(world: &mut TestApp) -> PersonId {
    world.admit(OI).await;
    let register = file(world, OI, "resident_register", today(), &[registered(&nth(9))]);
    world.load(OI, "resident_register", today(), &register).await.unwrap();
    let ctx = world.ctx(OI, &[Grant::CaseWorker], Purpose::DataQuality);
    world.app.person_list(&ctx, None, 1).await.unwrap()[0].id
}
