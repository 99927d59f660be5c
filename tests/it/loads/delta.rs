//! A file that holds changes only: what it does not name goes on, what it says has ended ends.

use kernel::{Datum, Value};
use layouts::{EncodeRow, Operation};
use testkit::TestApp;
use testkit::files::{file, nth, registered};

use super::{REGISTER, loader, today};
use crate::resting::number;

/// 湯河原町, whose childcare system sends changes.
pub const YUGAWARA: &str = "143847";
pub const CHILDCARE: &str = "childcare_enrolment";

pub fn enrolled(n: u32, kind: &str, operation: Operation) -> EncodeRow {
    let mut row = EncodeRow { operation, ..EncodeRow::default() };
    row.persons.push((layouts::RoleId::Person, nth(n)));
    row.record.from = Some("2026-04-01".parse().unwrap());
    row.locals.insert("enrolment".to_owned(), Datum::Present(Value::Code(kind.to_owned())));
    row
}

async fn in_force(world: &TestApp) -> i64 {
    let sql = format!("SELECT count(*) FROM town.pack WHERE source = '{CHILDCARE}' AND recorded_to IS NULL");
    number(world, &sql).await
}

#[tokio::test]
async fn a_delta_changes_and_ends_what_it_names_and_nothing_else() {
    let world = TestApp::open(&[YUGAWARA]).await;
    let people: Vec<_> = (0..5).map(|n| registered(&nth(n))).collect();
    world
        .load(YUGAWARA, REGISTER, today(), &file(&world, YUGAWARA, REGISTER, today(), &people))
        .await
        .unwrap();
    let load = async |rows: &[EncodeRow]| {
        let bytes = file(&world, YUGAWARA, CHILDCARE, today(), rows);
        let load = world.load(YUGAWARA, CHILDCARE, today(), &bytes).await.unwrap();
        let c = load.counts;
        (c.read, c.loaded, c.unchanged, c.rejected, c.closed)
    };
    let all: Vec<_> = (0..3).map(|n| enrolled(n, "type_2", Operation::Upsert)).collect();
    assert_eq!(load(&all).await, (3, 3, 0, 0, 0));
    assert_eq!(in_force(&world).await, 3);

    let changes = [enrolled(0, "type_2", Operation::Close), enrolled(1, "type_1", Operation::Upsert)];
    assert_eq!(load(&changes).await, (2, 2, 0, 0, 1));
    assert_eq!(in_force(&world).await, 2, "the third goes on");

    // What is not known has nothing to end, and what has ended ends once.
    let again = [enrolled(0, "type_2", Operation::Close), enrolled(4, "type_2", Operation::Close)];
    assert_eq!(load(&again).await, (2, 0, 2, 0, 0));
    assert_eq!(in_force(&world).await, 2);
    assert_eq!(load(&all[..1]).await, (1, 1, 0, 0, 0), "and may begin anew");
    assert_eq!(in_force(&world).await, 3);
}

#[tokio::test]
async fn of_several_rows_of_a_record_the_last_says_how_it_stands() {
    let world = TestApp::open(&[YUGAWARA]).await;
    let people: Vec<_> = (0..4).map(|n| registered(&nth(n))).collect();
    let register = file(&world, YUGAWARA, REGISTER, today(), &people);
    world.load(YUGAWARA, REGISTER, today(), &register).await.unwrap();
    let written = |rows: &[EncodeRow]| file(&world, YUGAWARA, CHILDCARE, today(), rows);
    let all: Vec<_> = (0..2).map(|n| enrolled(n, "type_2", Operation::Upsert)).collect();
    world.load(YUGAWARA, CHILDCARE, today(), &written(&all)).await.unwrap();

    // Changed and changed back; made and ended; ended and begun anew; never there.
    let first = written(&[
        enrolled(0, "type_1", Operation::Upsert),
        enrolled(2, "type_2", Operation::Upsert),
        enrolled(1, "type_2", Operation::Close),
    ]);
    let then = written(&[
        enrolled(0, "type_2", Operation::Upsert),
        enrolled(2, "type_2", Operation::Close),
        enrolled(1, "type_1", Operation::Upsert),
        enrolled(3, "type_2", Operation::Close),
    ]);
    let header = then.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let load = world.load(YUGAWARA, CHILDCARE, today(), &[&first, &then[header..]].concat()).await.unwrap();
    let c = &load.counts;
    assert_eq!((c.read, c.loaded, c.unchanged, c.rejected, c.closed), (7, 1, 6, 0, 0));
    assert_eq!(in_force(&world).await, 2, "nobody who was made and ended in one file is there");
    let report = world.app.load_report(&loader(&world, YUGAWARA), load.id).await.unwrap();
    assert_eq!((report.numbers.file.duplicates, report.numbers.met.ended_unknown), (3, 2));
}
