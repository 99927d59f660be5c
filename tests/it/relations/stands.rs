//! A person's word stands: through loads and runs, until it is taken back; a disagreement is shown.

use evidence::Act;
use linkage::kinship::{Certainty, Conflict, Doubt, Ground, RelationKind, SingleParent};
use testkit::towns::KAISEI;

use super::{House, change, seen};
use crate::resting::{acts, number};

#[tokio::test]
async fn the_worked_example_is_known_once_the_mother_is_recorded() {
    let house = House::open().await;
    let (app, worker) = (&house.world.app, house.worker());
    let unknown = SingleParent::Unknown { why: vec![Doubt::SeveralCandidates] };
    assert_eq!(house.single().await, unknown);
    assert_eq!(house.unknown_to_a_run().await, (1, 1));

    let recorded =
        app.relation_record(&worker, house.child, seen(house.mother, RelationKind::Parent)).await.unwrap();
    let id = kernel::id::RelationId::from_uuid(recorded.id);
    let known = SingleParent::Yes { parent: house.mother };
    assert_eq!(house.single().await, known);
    assert_eq!(house.unknown_to_a_run().await, (0, 0), "a run knows it too");
    house.load_again().await;
    assert_eq!(house.single().await, known, "every row of the register changed, the word stands");
    assert_eq!(house.unknown_to_a_run().await, (0, 0));

    let relations = app.relations(&worker, house.child).await.unwrap();
    let mother = relations.relations.iter().find(|relation| relation.from == house.mother).unwrap();
    assert_eq!((mother.kind, mother.evidence), (RelationKind::Parent, Ground::Koseki));
    assert_eq!((mother.certainty, mother.recorded), (Certainty::Certain, Some(id)));
    assert!(relations.relations.iter().all(|relation| relation.from != house.uncle));
    let of_mother = app.relations(&worker, house.mother).await.unwrap();
    assert!(of_mother.relations.iter().any(|relation| relation.recorded == Some(id)), "seen from both");

    // Taken back, the register alone tells; corrected, it stands again.
    app.relation_end(&worker, house.child, id, change(1), super::today()).await.unwrap();
    assert_eq!(house.single().await, unknown);
    assert_eq!(house.unknown_to_a_run().await, (1, 1));
    let again = seen(house.mother, RelationKind::Parent);
    let corrected = app.relation_correct(&worker, house.child, id, change(2), again).await.unwrap();
    assert_eq!((corrected.earlier.len(), corrected.newest.number), (2, 3));
    assert_eq!(corrected.newest.reason.as_deref(), Some("聞き違い"));
    assert_eq!(house.single().await, known);

    let done = acts(&house.world, KAISEI).await;
    for act in [Act::RelationRecorded, Act::RelationEnded, Act::RelationCorrected] {
        assert_eq!(done.iter().filter(|done| **done == act).count(), 1, "{act}");
    }
    let versions = number(&house.world, "SELECT count(*) FROM town.entry").await;
    assert_eq!(versions, 3, "nothing is rewritten");
    let clear = "SELECT count(*) FROM town.entry WHERE position(convert_to('戸籍', 'UTF8') IN body) > 0";
    assert_eq!(number(&house.world, clear).await, 0, "what was seen is sealed");
}

#[tokio::test]
async fn what_the_register_says_otherwise_is_shown() {
    let house = House::open().await;
    let (app, worker) = (&house.world.app, house.worker());
    // The register calls the child a grandchild of the head; somebody saw an adoption.
    app.relation_record(&worker, house.child, seen(house.grandfather, RelationKind::Parent)).await.unwrap();
    let relations = app.relations(&worker, house.child).await.unwrap();
    let [found] = relations.contradictions[..] else { panic!("{:?}", relations.contradictions) };
    let Conflict::Register { says } = found.conflict else { panic!("{found:?}") };
    assert_eq!((says.from, says.kind), (house.grandfather, RelationKind::Grandparent));
    let of_two: Vec<_> =
        relations.relations.iter().filter(|relation| relation.from == house.grandfather).collect();
    assert_eq!(of_two.len(), 1, "the record stands alone");
    assert_eq!(of_two[0].recorded, Some(found.recorded));
    // Somebody younger than a parent can be.
    app.relation_record(&worker, house.mother, seen(house.child, RelationKind::Parent)).await.unwrap();
    let relations = app.relations(&worker, house.mother).await.unwrap();
    assert!(relations.contradictions.iter().any(|found| found.conflict == Conflict::Age));
}
