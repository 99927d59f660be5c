//! An export verifies with nothing but the log's key, and no longer once anything in it was touched.

use app::evidence::ORIGIN;
use evidence::verify::{Trust, verify};
use evidence::{Bundle, ChainHead};
use kernel::{Code, Digest, Fault, Grant, Purpose};
use seal::SigningKey;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI, code};

use super::{auditor, newcomer, residents};
use crate::resting::{assert_refused, leaves};

fn trust(world: &TestApp) -> Trust {
    Trust {
        origin: ORIGIN.to_owned(),
        log: world.app.evidence_key(),
        witnesses: Vec::new(),
        quorum: 0,
        seen: None,
        seen_head: None,
    }
}

/// What somebody does to an export.
type Change = Box<dyn Fn(&mut Bundle)>;

/// As a file: what a stranger gets.
fn by_file(bundle: &Bundle) -> Bundle {
    serde_json::from_slice(&serde_json::to_vec(bundle).unwrap()).unwrap()
}

#[tokio::test]
async fn an_export_verifies_offline() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    residents(&world).await;
    let bundle = world.app.evidence_export(&auditor(&world, KAISEI), 0).await.unwrap();
    let verified = verify(&by_file(&bundle), &trust(&world)).unwrap();
    let chain = leaves(&world, KAISEI).await;
    assert_eq!(verified.leaves.len(), chain.len(), "the whole chain");
    assert_eq!(verified.head.head.as_bytes(), &chain.last().unwrap().head);
    assert!(verified.leaves.iter().all(|leaf| leaf.town == code(KAISEI)), "and nobody else's");

    // A later export grows from what was verified before.
    let seen = (bundle.checkpoint.clone(), verified.head);
    world.app.staff_add(&world.desk(KAISEI, Grant::TownAdmin).ctx(None), newcomer()).await.unwrap();
    let after = i64::try_from(seen.1.count).unwrap();
    let later = world.app.evidence_export(&auditor(&world, KAISEI), after).await.unwrap();
    assert_eq!((later.before, later.entries.len()), (seen.1, 1));
    let remembering = Trust { seen_head: Some(seen.1), ..trust(&world) };
    assert_eq!(verify(&by_file(&later), &remembering).unwrap().leaves.len(), 1);
}

#[tokio::test]
async fn a_tampered_export_does_not_verify() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    residents(&world).await;
    let bundle = world.app.evidence_export(&auditor(&world, KAISEI), 0).await.unwrap();
    let theirs = world.app.evidence_export(&auditor(&world, OI), 0).await.unwrap();
    let tampered: Vec<(&str, Change)> = vec![
        (
            "a leaf says another time",
            Box::new(|b| b.entries[3].leaf = b.entries[3].leaf.replace("\"at\":1", "\"at\":2")),
        ),
        ("a leaf is left out", Box::new(|b| drop(b.entries.remove(3)))),
        ("the last leaf is left out", Box::new(|b| drop(b.entries.pop()))),
        ("the first leaf is left out", Box::new(|b| drop(b.entries.remove(0)))),
        ("two leaves change places", Box::new(|b| b.entries.swap(3, 4))),
        ("a leaf stands twice", Box::new(|b| b.entries.insert(3, b.entries[3].clone()))),
        ("a place is another", Box::new(|b| b.entries[3].index += 1)),
        ("a proof is another's", Box::new(|b| b.entries[3].proof = b.entries[4].proof.clone())),
        ("a proof is short", Box::new(|b| _ = b.entries[3].proof.pop())),
        ("the beginning is another", Box::new(|b| b.before.head = Digest::of(b"elsewhere"))),
        ("the chain's end is another town's", Box::new(move |b| b.head = theirs.head.clone())),
        (
            "it is said to be another town's",
            Box::new(|b| (b.town, b.before) = (code(OI), ChainHead::start(code(OI)))),
        ),
        (
            "the checkpoint says another size",
            Box::new(|b| b.checkpoint.text = b.checkpoint.text.replacen('\n', "\n1", 1)),
        ),
        ("the format is unknown", Box::new(|b| b.format += 1)),
    ];
    for (what, change) in tampered {
        let mut changed = by_file(&bundle);
        change(&mut changed);
        assert_ne!(changed, bundle, "{what}");
        let outcome = verify(&changed, &trust(&world));
        assert_eq!(outcome.map_err(|fault| fault.code()).map(drop), Err(Code::EvidenceInvalid), "{what}");
    }
    let stranger = Trust { log: SigningKey::generate().verify_key(), ..trust(&world) };
    assert_refused(verify(&bundle, &stranger), Code::EvidenceInvalid, "検証に失敗", "Verification failed");
    let other_log = Trust { origin: "another log".into(), ..trust(&world) };
    assert_refused(verify(&bundle, &other_log), Code::EvidenceInvalid, "検証に失敗", "Verification failed");
}

#[tokio::test]
async fn only_auditor_and_administrator_export_and_only_what_is_there() {
    let world = TestApp::open(&[KAISEI]).await;
    for &grant in Grant::ALL {
        let ctx = world.ctx(KAISEI, &[grant], Purpose::Audit);
        let allowed = matches!(grant, Grant::Auditor | Grant::TownAdmin);
        let refusal = |outcome: Result<(), Fault>| outcome.err().map(|fault| fault.code());
        let expected = (!allowed).then_some(Code::GrantMissing);
        assert_eq!(refusal(world.app.evidence_export(&ctx, 0).await.map(drop)), expected, "{grant}");
        assert_eq!(refusal(world.app.evidence_leaves(&ctx, 0, 10).await.map(drop)), expected, "{grant}");
    }
    let past = world.app.evidence_export(&auditor(&world, KAISEI), 10_000).await;
    assert_refused(past, Code::LeafNotFound, "証跡", "leaf");
}
