//! What a handover may rest on, and what it may not.

use super::*;
use crate::consent::{Entity, Giver};
use crate::samples::{consent, given, grounds, now, oi, processing, town};
use kernel::id::StaffId;

fn chosen(subject: PersonId, categories: &[Category]) -> Chosen {
    Chosen::from([(subject, categories.iter().copied().collect())])
}

fn make(consents: &[Consent], chosen: &Chosen) -> Result<Basis, Fault> {
    Basis::on_consent(consents, chosen, oi().town, Purpose::Handover, &grounds(), now())
}

#[test]
fn each_category_rests_on_some_consent_of_its_subject() {
    let child = PersonId::new();
    let mut welfare = processing();
    welfare.pii_information = BTreeSet::from([Category::Welfare]);
    let consents = [consent(child), given(child, welfare, Giver::Subject).unwrap()];
    let basis = make(&consents, &chosen(child, &[Category::Attendance, Category::Welfare])).unwrap();
    assert_eq!(basis.consents().len(), 2);
    assert!(basis.covers(child, Category::Attendance) && basis.covers(child, Category::Welfare));
    assert!(!basis.covers(child, Category::Consultation), "allowed, but not chosen");
    assert!(!basis.covers(PersonId::new(), Category::Attendance));
}

#[test]
fn without_a_consent_there_is_no_basis() {
    let (child, sibling) = (PersonId::new(), PersonId::new());
    let consents = [consent(child)];
    let code = |chosen: &Chosen| make(&consents, chosen).unwrap_err().code();
    assert_eq!(code(&chosen(sibling, &[Category::Attendance])), Code::ConsentOtherPerson);
    assert_eq!(code(&chosen(child, &[Category::Welfare])), Code::ConsentScope);
    assert_eq!(code(&Chosen::new()), Code::NothingToHandOver);
    assert_eq!(code(&chosen(child, &[])), Code::NothingToHandOver);
    let elsewhere = Basis::on_consent(
        &consents,
        &chosen(child, &[Category::Attendance]),
        town("143618"),
        Purpose::Handover,
        &grounds(),
        now(),
    );
    assert_eq!(elsewhere.unwrap_err().code(), Code::ConsentScope);
}

#[test]
fn an_old_consent_does_not_hide_a_good_one_and_a_withdrawn_one_gives_nothing() {
    let child = PersonId::new();
    let mut withdrawn = consent(child);
    withdrawn.withdraw(now(), Entity::Subject, StaffId::new()).unwrap();
    let wanted = chosen(child, &[Category::Attendance]);
    assert_eq!(make(std::slice::from_ref(&withdrawn), &wanted).unwrap_err().code(), Code::ConsentWithdrawn);
    assert!(make(&[withdrawn.clone(), consent(child)], &wanted).is_ok());
    assert!(make(&[consent(child), withdrawn], &wanted).is_ok());
}

#[test]
fn the_record_says_article_necessity_and_why_nobody_is_told() {
    let child = PersonId::new();
    let consents = [consent(child)];
    let silent = FamilyTold::NotTold { reason: String::new() };
    for bad in [
        Grounds { article: String::new(), ..grounds() },
        Grounds { necessity: "　".into(), ..grounds() },
        Grounds { family_told: silent, ..grounds() },
    ] {
        let made = Basis::on_consent(
            &consents,
            &chosen(child, &[Category::Attendance]),
            oi().town,
            Purpose::Handover,
            &bad,
            now(),
        );
        assert_eq!(made.unwrap_err().code(), Code::InvalidValue);
    }
}
