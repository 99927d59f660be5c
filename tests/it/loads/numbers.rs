//! Numbers that a file brings: one number is one person, however many of its rows bring it.

use kernel::{Identity, Known};
use testkit::TestApp;
use testkit::files::{nth, registered};
use testkit::towns::KAISEI;

use super::{REGISTER, people, register, today};
use crate::resting::number;

/// The layout of every register.
const LAYOUT: &str = "cooperative/layouts/core/resident_register.toml";

/// Two records of one number in the same piece of a file, neither of which the town knows, and others whom it does.
#[tokio::test]
async fn a_number_that_is_new_twice_in_a_piece_is_one_person() {
    let bundle = testkit::tenants::bundle();
    let layout = std::str::from_utf8(bundle.get(LAYOUT).unwrap()).unwrap();
    let by_household = "key = [\"person.local_id\", \"person.household_no\"]";
    let layout = layout.replacen("key = [\"person.local_id\"]", by_household, 1);
    assert!(layout.contains(by_household));
    let world = TestApp::open_with(&[(LAYOUT, layout)], &[KAISEI]).await;
    let mut rows = people(0..3);
    world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    rows.push(registered(&nth(50)));
    let mut again = registered(&nth(50));
    let (_, identity) = &mut again.persons[0];
    *identity = Identity { household_no: Known::Present("0000000001".to_owned()), ..identity.clone() };
    rows.push(again);
    let load = world.load(KAISEI, REGISTER, today(), &register(&world, &rows)).await.unwrap();
    assert_eq!((load.counts.unchanged, load.counts.loaded, load.counts.rejected), (3, 2, 0));
    assert_eq!(load.counts.queued, 1, "whether the second is the same person, a human says");
    for table in ["person", "identifier"] {
        assert_eq!(number(&world, &format!("SELECT count(*) FROM town.{table}")).await, 4, "{table}");
    }
}
