//! A line whose key could not be read is put right by naming it; and what the operator may see of rejects.

use app::loads::{Begun, Named};
use kernel::id::{LoadId, RejectId};
use kernel::{Code, Fault, Grant};
use serde_json::json;
use testkit::TestApp;
use testkit::towns::KAISEI;

use super::{REGISTER, hand_in, loader, people, register, today};
use crate::http::{Ask, Http};
use crate::resting::assert_refused;

/// Stands where a number should: nobody can tell whose line it is.
const CANARY: &str = "CANARY-9Q";

/// The register of ten, and the same with two lines whose number cannot be read.
fn files(world: &TestApp) -> (Vec<String>, Vec<u8>) {
    let text = encoding_rs::SHIFT_JIS.decode(&register(world, &people(0..10))).0.into_owned();
    let right: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut bad = right.clone();
    for (at, canary) in [(2, CANARY), (3, "CANARY-8P")] {
        let (number, rest) = right[at].split_once(',').unwrap();
        assert!(number.ends_with(&(at - 1).to_string()), "{number}");
        bad[at] = format!("{canary},{rest}");
    }
    (right, bytes(&bad))
}

fn bytes(lines: &[String]) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(&(lines.join("\r\n") + "\r\n")).0.into_owned()
}

async fn correct(world: &TestApp, load: LoadId, lines: &[String], named: &[Named]) -> Result<(), Fault> {
    let upload = hand_in(world, KAISEI, REGISTER, &bytes(lines)).await;
    match world.app.correction_begin(&loader(world, KAISEI), load, upload, named).await? {
        Begun::Running { operation, .. } => assert_eq!(world.ended(KAISEI, operation).await, "done"),
        Begun::Same(_) => panic!("it was loaded before"),
    }
    Ok(())
}

async fn states(world: &TestApp, load: LoadId) -> Vec<(RejectId, i32, String)> {
    let places = world.app.reject_places(&loader(world, KAISEI), load, None, 10).await.unwrap();
    places.into_iter().map(|place| (place.id, place.line, place.state)).collect()
}

#[tokio::test]
async fn a_line_without_a_key_is_settled_by_the_line_that_is_said_to_stand_for_it() {
    let world = TestApp::open(&[KAISEI]).await;
    let (right, bad) = files(&world);
    let load = world.load(KAISEI, REGISTER, today(), &bad).await.unwrap();
    assert_eq!((load.counts.read, load.counts.rejected), (10, 2));
    let open = states(&world, load.id).await;
    let [(third, 3, _), (fourth, 4, _)] = open.as_slice() else { panic!("{open:?}") };

    // Unnamed, the record comes and the reject stays: nobody knows that the one is the other.
    let both = [right[0].clone(), right[2].clone(), right[3].clone()];
    correct(&world, load.id, &both, &[]).await.unwrap();
    assert!(states(&world, load.id).await.iter().all(|(_, _, state)| state == "open"));

    // The same file again, with what its second line stands for; the third is another reject and says nothing.
    let named = |reject: RejectId, line: u32| Named { reject, line };
    correct(&world, load.id, &both, &[named(*third, 2)]).await.unwrap();
    let told: Vec<String> = states(&world, load.id).await.into_iter().map(|(_, _, state)| state).collect();
    assert_eq!(told, ["corrected", "open"]);

    // A line that is no better settles nothing; a reject that is settled is no longer to be named.
    let worse = [right[0].clone(), right[3].replacen("0000000002", CANARY, 1)];
    correct(&world, load.id, &worse, &[named(*fourth, 2)]).await.unwrap();
    assert_eq!(states(&world, load.id).await[1].2, "open");
    let again = correct(&world, load.id, &both, &[named(*fourth, 3), named(*third, 2)]).await;
    assert_refused(again, Code::RejectNotFound, "一覧", "list of rejects");
    correct(&world, load.id, &both, &[named(*fourth, 3)]).await.unwrap();
    assert!(states(&world, load.id).await.iter().all(|(_, _, state)| state == "corrected"));
}

#[tokio::test]
async fn the_operator_sees_where_and_why_and_no_value() {
    let world = TestApp::open(&[KAISEI]).await;
    let (_, bad) = files(&world);
    let load = world.load(KAISEI, REGISTER, today(), &bad).await.unwrap();
    let http = Http::open(&world).await;
    let operator = world.operator_token().await;
    let path = format!("/api/v1/towns/{KAISEI}/loads/{}/rejects", load.id);
    let first = http.send(Ask::get(&format!("{path}?limit=1")).by(&operator)).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let page = first.json();
    let column = json!({"code": "pattern_mismatch", "column": "宛名番号"});
    assert_eq!((&page["items"][0]["line"], &page["items"][0]["state"]), (&json!(3), &json!("open")));
    assert_eq!(page["items"][0]["reasons"], json!([column]));
    let next = format!("{path}?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    let second = http.send(Ask::get(&next).by(&operator)).await;
    assert_eq!(second.json()["items"][0]["line"], 4);
    for seen in [&first.text, &second.text] {
        assert!(!seen.contains("CANARY") && !seen.contains("架空"), "{seen}");
    }
    let staff = &world.desk(KAISEI, Grant::OverallManager).token;
    assert_eq!(http.send(Ask::get(&path).by(staff)).await.status, 403);
    let none = path.replace(&load.id.to_string(), &LoadId::new().to_string());
    assert_eq!(http.send(Ask::get(&none).by(&operator)).await.code(), "load_not_found");
}
