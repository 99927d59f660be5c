//! What would travel, and why the rest would not.

use super::*;
use crate::consent::{Entity, Giver};
use crate::samples::{at, consent, given, item, now, oi, processing, town};
use kernel::id::StaffId;

#[test]
fn each_item_says_why_it_stays_behind() {
    let (child, sibling, mother) = (PersonId::new(), PersonId::new(), PersonId::new());
    let mut withdrawn = given(mother, processing(), Giver::Subject).unwrap();
    withdrawn.withdraw(now(), Entity::Subject, StaffId::new()).unwrap();
    let consents = [consent(child), withdrawn];
    let items = [
        item(child, Category::Attendance, 6),
        item(child, Category::Welfare, 0),
        item(child, Category::Assessment, 0),
        item(sibling, Category::Attendance, 0),
        item(mother, Category::Consultation, 0),
    ];
    let shown = preview(&items, &consents, oi().town, Purpose::Handover, now());
    let excluded: Vec<_> = shown.rows.iter().map(|row| row.excluded).collect();
    assert_eq!(
        excluded,
        [
            None,
            Some(Exclusion::OutsideConsent),
            Some(Exclusion::Assessment),
            Some(Exclusion::NoConsent),
            Some(Exclusion::Withdrawn),
        ]
    );
    assert_eq!(shown.rows[0].observations, 2);
    assert!(shown.travels(items[0].id) && !shown.travels(items[1].id));
    assert_eq!(shown.chosen(), Chosen::from([(child, [Category::Attendance].into())]));
}

#[test]
fn later_and_elsewhere_nothing_travels() {
    let child = PersonId::new();
    let (consents, items) = ([consent(child)], [item(child, Category::Attendance, 6)]);
    let later = preview(&items, &consents, oi().town, Purpose::Handover, at("2027-04-01T00:00:00Z"));
    assert_eq!(later.rows[0].excluded, Some(Exclusion::Expired));
    let elsewhere = preview(&items, &consents, town("143618"), Purpose::Handover, now());
    assert_eq!(elsewhere.rows[0].excluded, Some(Exclusion::OutsideConsent));
    assert!(elsewhere.chosen().is_empty());
}

/// What the preview lets through, the basis carries: the two never disagree.
#[test]
fn the_choice_of_a_preview_always_has_a_basis() {
    let child = PersonId::new();
    let mut welfare = processing();
    welfare.pii_information = [Category::Welfare].into();
    let consents = [consent(child), given(child, welfare, Giver::Subject).unwrap()];
    let items: Vec<_> = Category::ALL.iter().map(|category| item(child, *category, 0)).collect();
    let chosen = preview(&items, &consents, oi().town, Purpose::Handover, now()).chosen();
    assert_eq!(chosen[&child].len(), 3);
    let grounds = crate::samples::grounds();
    crate::Basis::on_consent(&consents, &chosen, oi().town, Purpose::Handover, &grounds, now()).unwrap();
}
