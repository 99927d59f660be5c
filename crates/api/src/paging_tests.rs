//! Pages miss none and repeat none, and a strange cursor is refused.

use kernel::id::{LoadId, PersonId};
use proptest::prelude::*;

use super::*;

fn paging<K: FromStr>(query: &str) -> Result<Paging<K>, Fault> {
    Paging::from_params(&Params::read(query).unwrap())
}

fn noon() -> DateTime<Utc> {
    "2026-11-20T15:00:00Z".parse().unwrap()
}

fn items(page: &Page<u32>) -> (Vec<u32>, Option<String>) {
    (page.items.clone(), page.next_cursor.clone())
}

#[test]
fn limits_are_kept() {
    assert_eq!(paging::<PersonId>("").unwrap().fetch(), 51);
    assert_eq!(paging::<PersonId>("limit=1").unwrap().fetch(), 2);
    assert_eq!(paging::<PersonId>("limit=200").unwrap().fetch(), 201);
    for bad in ["limit=0", "limit=201", "limit=-1", "limit=all", "limit="] {
        let fault = paging::<PersonId>(bad).unwrap_err();
        assert_eq!(fault.code(), Code::InvalidValue, "{bad}");
        assert_eq!(crate::problem::pointer(&fault), "?limit");
    }
}

#[test]
fn a_cursor_leads_back_to_its_key_and_nothing_else_is_one() {
    let id = PersonId::new();
    let cursor = opaque(id, ListMark::default());
    assert_eq!(paging::<PersonId>(&format!("cursor={cursor}")).unwrap().cursor, Some(id));
    assert!(!cursor.contains("per_"), "opaque");
    let mark = |key: &dyn Display| opaque(key, ListMark::default());
    let elsewhere = opaque(id, ListMark::of("tsk_143626", "/api/v1/persons"));
    for bad in ["x", "%21%21", &id.to_string(), &mark(&"nothing"), &mark(&LoadId::new()), &elsewhere] {
        let fault = paging::<PersonId>(&format!("cursor={bad}")).unwrap_err();
        assert_eq!(fault.code(), Code::InvalidCursor, "{bad}");
    }
}

#[test]
fn a_list_says_as_of_when_it_is() {
    let page = Page::cut(noon(), vec![1_u32], &paging("").unwrap(), Order::Rising, |row| *row, |row| row);
    let json = serde_json::to_value(page).unwrap();
    assert_eq!(json["as_of"], "2026-11-20T15:00:00Z");
    assert_eq!(json["as_of_ja"], "2026年11月21日時点", "the day is Japan's");
    assert_eq!(json["next_cursor"], serde_json::Value::Null, "said, not left out");
}

#[test]
fn one_row_more_than_asked_shows_that_another_page_follows() {
    let of = |rows: Vec<u32>| {
        items(&Page::of(noon(), rows, &paging::<u32>("limit=2").unwrap(), |row| *row, |row| row))
    };
    assert_eq!(of(vec![1, 2, 3]), (vec![1, 2], Some(opaque(2, ListMark::default()))));
    assert_eq!(of(vec![1, 2]), (vec![1, 2], None));
    assert_eq!(of(vec![]), (vec![], None));
}

proptest! {
    /// Walking a list gives every row once, in order, whatever is inserted on the way; an inserted row
    /// comes exactly when its place is still ahead.
    #[test]
    fn a_walk_neither_doubles_nor_loses(
        rows in prop::collection::btree_set(0_u32..1000, 0..60),
        late in 0_u32..1000,
        limit in 1_usize..9,
        falling: bool,
    ) {
        let order = if falling { Order::Falling } else { Order::Rising };
        let mut all: Vec<u32> = rows.iter().copied().collect();
        let mut walked = Vec::new();
        let mut cursor = None;
        loop {
            let page = Page::cut(noon(), all.clone(), &Paging { limit, cursor, list: ListMark::default() }, order, |row| *row, |row| row);
            let (items, next) = items(&page);
            prop_assert!(items.len() <= limit);
            walked.extend(items);
            let Some(next) = next else { break };
            cursor = Some(decode(&next, ListMark::default()).unwrap());
            if !all.contains(&late) {
                all.push(late);
            }
        }
        let ordered = walked.windows(2).all(|pair| if falling { pair[0] > pair[1] } else { pair[0] < pair[1] });
        prop_assert!(ordered, "{walked:?}");
        for row in rows {
            prop_assert!(walked.contains(&row), "{row} was lost");
        }
    }
}
