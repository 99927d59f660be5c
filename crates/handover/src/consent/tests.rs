//! Consents: by whom, for what, until when, and withdrawn.

use kernel::Lang;

use super::*;
use crate::samples::{at, consent, day, given, mother, now, oi, processing, town};

fn categories(list: &[Category]) -> BTreeSet<Category> {
    list.iter().copied().collect()
}

fn refusal(consent: &Consent, on: &str) -> Code {
    let wanted = categories(&[Category::Attendance]);
    consent.allows(consent.subject(), oi().town, &wanted, Purpose::Handover, at(on)).unwrap_err().code()
}

#[test]
fn what_was_consented_to_is_allowed_and_named() {
    let consent = consent(PersonId::new());
    let wanted = categories(&[Category::Attendance]);
    let allowed = consent.allows(consent.subject(), oi().town, &wanted, Purpose::Handover, now()).unwrap();
    assert_eq!((allowed.consent, allowed.epoch, allowed.until), (consent.id(), 1, day("2027-03-31")));
    assert_eq!((allowed.digest, allowed.categories), (consent.digest().unwrap(), wanted));
}

#[test]
fn nothing_else_is() {
    let consent = consent(PersonId::new());
    let own = categories(&[Category::Attendance]);
    let (subject, oi, purpose) = (consent.subject(), oi().town, Purpose::Handover);
    let more = categories(&[Category::Attendance, Category::Welfare]);
    for (subject, town, categories, purpose, code, what) in [
        (PersonId::new(), oi, &own, purpose, Code::ConsentOtherPerson, "本人のものではありません"),
        (subject, town("143618"), &own, purpose, Code::ConsentScope, "相手の町 143618"),
        (subject, oi, &more, purpose, Code::ConsentScope, "分類「福祉サービス」"),
        (subject, oi, &own, Purpose::Audit, Code::ConsentScope, "目的「監査」"),
    ] {
        let fault = consent.allows(subject, town, categories, purpose, now()).unwrap_err();
        assert_eq!(fault.code(), code);
        assert!(fault.detail(Lang::Ja).contains(what), "{}", fault.detail(Lang::Ja));
    }
}

#[test]
fn the_last_day_counts_in_full_in_japan() {
    let mut consent = consent(PersonId::new());
    let wanted = categories(&[]);
    let still =
        consent.allows(consent.subject(), oi().town, &wanted, Purpose::Handover, at("2027-03-31T14:59:59Z"));
    assert!(still.is_ok());
    assert!(!consent.expire(at("2027-03-31T14:59:59Z")));
    assert_eq!(refusal(&consent, "2027-03-31T15:00:00Z"), Code::ConsentExpired);
    assert_eq!(refusal(&consent, "2026-10-31T23:59:59Z"), Code::ConsentScope);
    assert!(consent.expire(at("2027-03-31T15:00:00Z")));
    assert!(!consent.expire(at("2027-04-01T15:00:00Z")), "once");
    assert_eq!(refusal(&consent, "2027-01-01T00:00:00Z"), Code::ConsentExpired);
}

#[test]
fn a_withdrawal_holds_whatever_the_clock_says_and_makes_a_new_epoch() {
    let mut consent = consent(PersonId::new());
    let before = consent.digest().unwrap();
    consent.withdraw(at("2026-12-01T00:00:00Z"), Entity::SecondHolder, StaffId::new()).unwrap();
    assert_eq!(refusal(&consent, "2026-11-20T00:00:00Z"), Code::ConsentWithdrawn);
    assert_eq!(refusal(&consent, "2027-12-01T00:00:00Z"), Code::ConsentWithdrawn);
    assert_eq!(consent.epoch(), 2);
    assert_ne!(consent.digest().unwrap(), before);
    let again = consent.withdraw(now(), Entity::Subject, StaffId::new()).unwrap_err();
    assert_eq!((again.code(), consent.epoch()), (Code::ConsentWithdrawn, 2));
    assert!(!consent.expire(at("2028-01-01T00:00:00Z")));
}

#[test]
fn an_authority_must_be_made_out() {
    let consented =
        || SecondHolder::Consented { name: "襷 太郎".into(), evidence: "署名のある同意書".into() };
    let not_needed =
        || SecondHolder::NotNeeded { reason: SoleActReason::CourtGrant, evidence: "審判書".into() };
    let blank = SecondHolder::NotNeeded { reason: SoleActReason::Urgent, evidence: " ".into() };
    for (authority, second_holder, ok) in [
        (Authority::DivorcedSole, SecondHolder::None, true),
        (Authority::MinorGuardian, SecondHolder::None, true),
        (Authority::InstitutionHead, SecondHolder::None, true),
        (Authority::MarriedJoint, consented(), true),
        (Authority::DivorcedJoint, consented(), true),
        (Authority::DivorcedJoint, not_needed(), true),
        (Authority::DivorcedJoint, SecondHolder::None, false),
        (Authority::MarriedJoint, SecondHolder::None, false),
        (Authority::DivorcedJoint, blank, false),
        (Authority::DivorcedSole, consented(), false),
    ] {
        let by = Representative { authority, second_holder, ..mother() };
        let given = given(PersonId::new(), processing(), Giver::Representative(by));
        assert_eq!(given.is_ok(), ok, "{authority}");
    }
    let unseen = Representative { evidence_seen: String::new(), ..mother() };
    let fault = given(PersonId::new(), processing(), Giver::Representative(unseen)).unwrap_err();
    assert_eq!(fault.code(), Code::InvalidValue);
    assert!(given(PersonId::new(), processing(), Giver::Subject).is_ok());
}

#[test]
fn a_record_that_says_too_little_is_refused() {
    let changes: [fn(&mut Processing); 8] = [
        |p| p.privacy_notice.clear(),
        |p| p.language.clear(),
        |p| p.storage_locations = "　".into(),
        |p| p.retention_period.clear(),
        |p| p.jurisdiction.clear(),
        |p| p.withdrawal_method.clear(),
        |p| p.pii_information.clear(),
        |p| p.recipient_third_parties.clear(),
    ];
    for change in changes {
        let mut processing = processing();
        change(&mut processing);
        let fault = given(PersonId::new(), processing, Giver::Subject).unwrap_err();
        assert_eq!(fault.code(), Code::InvalidValue);
    }
    let parties = crate::samples::parties(Giver::Subject);
    let backwards =
        Consent::give(PersonId::new(), processing(), parties, now(), day("2026-11-19"), StaffId::new());
    assert_eq!(backwards.unwrap_err().code(), Code::InvalidValue);
}

#[test]
fn a_record_is_kept_as_json_and_says_nothing_in_logs() {
    let consent = consent(PersonId::new());
    let text = serde_json::to_string(&consent).unwrap();
    let read: Consent = serde_json::from_str(&text).unwrap();
    assert_eq!(read, consent);
    assert_eq!(read.digest().unwrap(), consent.digest().unwrap());
    assert!(serde_json::from_str::<Consent>(&text.replace("\"header\"", "\"note\":1,\"header\"")).is_err());
    let logged = format!("{consent:?} {:?}", consent.parties());
    assert!(!logged.contains("花子"), "{logged}");
    let mut same = read;
    same.header.salt = Blinding::generate();
    assert_ne!(same.digest().unwrap(), consent.digest().unwrap(), "the salt must count");
}
