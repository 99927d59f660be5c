//! Packages: sealed, signed, opened by the receiver alone, and noticed when changed.

use ::seal::SigningKey;
use chrono::{DateTime, Utc};
use kernel::id::{HandoverId, PersonId};
use kernel::{Absence, Category, Code, Fault, Identity};
use proptest::prelude::*;

use super::*;
use crate::item::{Body, Role, Traveller, canonical_bytes};
use crate::machine::UnreadableCode;
use crate::samples::{Family, at, item, kaisei, now, oi, town};

fn open(package: &Package, receiver: &Receiver<'_>, at: DateTime<Utc>) -> Result<Opened, Fault> {
    let flag = open_flag(package, receiver, at)?;
    open_package(package, receiver, &flag.acknowledge(), at)
}

#[track_caller]
fn refused(package: &Package, receiver: &Receiver<'_>, codes: &[Code]) {
    let code = open(package, receiver, now()).unwrap_err().code();
    assert!(codes.contains(&code), "{code}");
}

#[test]
fn what_was_sealed_comes_out_and_comes_out_again() {
    let family = Family::new();
    let (package, sent) = family.seal();
    let carried = Package::from_bytes(&package.to_bytes()).unwrap();
    for _ in 0..2 {
        let opened = open(&carried, &family.receiver(), now()).unwrap();
        assert!(opened.body == family.body);
        assert_eq!((opened.digest, opened.manifest.head.handover), (sent.manifest, family.handover));
        assert_eq!(opened.manifest.head.consents.len(), 1);
        assert_eq!(opened.manifest.head.consents[0].digest, family.consents[0].digest().unwrap());
    }
    assert_eq!(open_flag(&package, &family.receiver(), now()).unwrap().flag, Flag::None);
}

#[test]
fn whereabouts_and_numbers_stay_behind() {
    let family = Family::new();
    let identity = &family.body.persons()[0].identity;
    assert_eq!(identity.full_name().as_deref(), Some("襷\u{3000}陽菜"));
    assert_eq!(identity.address.absence(), Some(Absence::NotShared));
    assert_eq!(identity.local_id.absence(), Some(Absence::NotShared));
}

#[test]
fn the_outside_tells_no_name_no_category_and_no_number_of_items() {
    let family = Family::new();
    let bytes = family.seal().0.to_bytes();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("143669"), "the check itself must be able to find something");
    for inside in ["陽菜", "attendance", "consultation", "late_days", "学校教育課", &family.child.to_string()]
    {
        assert!(!holds(inside), "{inside}");
    }
    let mut fewer = Family::new();
    fewer.body = Body::new(
        vec![Traveller::new(fewer.child, Role::Child, &Identity::default())],
        vec![item(fewer.child, Category::Attendance, 0)],
    )
    .unwrap();
    assert_eq!(fewer.seal().0.to_bytes().len(), bytes.len(), "sizes must be equal within a class");
}

/// Every byte of the carried package, one at a time.
#[test]
fn a_flipped_byte_anywhere_is_refused() {
    let family = Family::new();
    let bytes = family.seal().0.to_bytes();
    open(&Package::from_bytes(&bytes).unwrap(), &family.receiver(), now()).unwrap();
    for n in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[n] ^= 1;
        let answer =
            Package::from_bytes(&altered).and_then(|package| open(&package, &family.receiver(), now()));
        let code = answer.map(|_| ()).unwrap_err().code();
        assert!(matches!(code, Code::PackageTampered | Code::KeyNotPinned), "byte {n}: {code}");
    }
}

#[test]
fn a_cut_or_lengthened_package_is_refused() {
    let bytes = Family::new().seal().0.to_bytes();
    for n in (0..bytes.len()).step_by(97) {
        assert!(Package::from_bytes(&bytes[..n]).is_err(), "{n}");
    }
    assert!(Package::from_bytes(&[bytes, vec![0]].concat()).is_err());
    assert!(Package::from_bytes(b"TASUKI\0\x01\xff\xff\xff\xff\xff\xff\xff\xff").is_err());
}

#[test]
fn another_town_cannot_open_it() {
    let family = Family::new();
    let (package, _) = family.seal();
    let nakai = Receiver { town: town("143618"), key: &family.nakai_mailbox, pinned: &family.pinned };
    refused(&package, &nakai, &[Code::PackageTampered]);
    let posing = Receiver { town: oi().town, ..nakai };
    refused(&package, &posing, &[Code::PackageTampered]);
    let renamed = Receiver { town: town("143618"), ..family.receiver() };
    refused(&package, &renamed, &[Code::PackageTampered]);
}

/// The sender itself readdresses the manifest to 中井町 and signs it anew: the seals still are 大井町's.
#[test]
fn a_package_signed_anew_for_another_receiver_stays_shut() {
    let family = Family::new();
    let (mut package, _) = family.seal();
    let mut manifest: Manifest = serde_json::from_slice(&package.manifest).unwrap();
    manifest.head.receiver.town = town("143618");
    manifest.head.receiver_key = family.nakai_mailbox.public().key_id();
    package.manifest = canonical_bytes(&manifest).unwrap();
    package.signature = family.kaisei_key.sign(CONTEXT, &package.manifest);
    let nakai = Receiver { town: town("143618"), key: &family.nakai_mailbox, pinned: &family.pinned };
    refused(&package, &nakai, &[Code::PackageTampered]);
}

/// Parts of two honest packages, spliced and signed anew by their own sender.
#[test]
fn parts_of_another_package_do_not_fit() {
    let family = Family::new();
    let (one, _) = family.seal();
    let (two, _) = family.seal_with(|offer| offer.handover = HandoverId::new()).unwrap();
    let manifest: Manifest = serde_json::from_slice(&one.manifest).unwrap();
    let sign_anew = |package: Package| signed_anew(&family, manifest.clone(), package);
    open(&sign_anew(one.clone()), &family.receiver(), now()).unwrap();
    for spliced in [
        Package { flag: two.flag.clone(), ..one.clone() },
        Package { key: two.key.clone(), ..one.clone() },
        Package { body: two.body.clone(), ..one.clone() },
        Package { key: two.key.clone(), body: two.body.clone(), ..one.clone() },
        Package { flag: one.key.clone(), key: one.flag.clone(), ..one.clone() },
    ] {
        refused(&sign_anew(spliced), &family.receiver(), &[Code::PackageTampered]);
    }
}

/// Whoever can open a package knows its key and could seal other parts under it: only the digests in the
/// signed manifest tell that the sender did not.
#[test]
fn each_part_is_named_by_the_signed_manifest() {
    let family = Family::new();
    let (package, _) = family.seal();
    let manifest: Manifest = serde_json::from_slice(&package.manifest).unwrap();
    let info = manifest.head.info().unwrap();
    let to = family.oi_mailbox.public();
    let opened_key = family.oi_mailbox.open(info.as_bytes(), KEY_PART, &package.key).unwrap();
    let content_key = ::seal::ContentKey::from_bytes(&opened_key).unwrap();

    let said = flag::encode(Flag::Protected).unwrap();
    let flag = to.seal(info.as_bytes(), FLAG_PART, &said).unwrap();
    let key = to.seal(info.as_bytes(), KEY_PART, &opened_key).unwrap();
    let other = padding::pad(&canonical_bytes(&Family::new().body).unwrap(), 4096).unwrap();
    let body = content_key.seal(&body_context(&info), &other);
    for replaced in [
        Package { flag, ..package.clone() },
        Package { key, ..package.clone() },
        Package { body, ..package.clone() },
    ] {
        // Signed anew, each would open: nothing but the manifest's digests keeps it shut.
        open(&signed_anew(&family, manifest.clone(), replaced.clone()), &family.receiver(), now()).unwrap();
        refused(&replaced, &family.receiver(), &[Code::PackageTampered]);
    }
    // A body that was sealed for another package stays shut even under the right key and signature.
    let body = content_key.seal(&body_context(&Digest::of(b"another head")), &other);
    let moved = signed_anew(&family, manifest, Package { body, ..package });
    refused(&moved, &family.receiver(), &[Code::PackageTampered]);
}

#[test]
fn what_does_not_open_says_why_and_what_opens_is_not_unreadable() {
    let family = Family::new();
    let (package, _) = family.seal();
    let why = |package: &Package, receiver: &Receiver<'_>| why_unreadable(package, receiver, now());
    let refused = |answer: Result<UnreadableCode, Fault>| answer.unwrap_err().code();
    assert_eq!(refused(why(&package, &family.receiver())), Code::PackageReadable);
    assert_eq!(refused(why(&package, &Receiver { pinned: &[], ..family.receiver() })), Code::KeyNotPinned);

    let turned = Receiver { key: &family.nakai_mailbox, ..family.receiver() };
    assert_eq!(why(&package, &turned).unwrap(), UnreadableCode::KeyGone);
    let mut altered = package.clone();
    *altered.body.last_mut().unwrap() ^= 1;
    assert_eq!(why(&altered, &family.receiver()).unwrap(), UnreadableCode::Tampered);

    let manifest: Manifest = serde_json::from_slice(&package.manifest).unwrap();
    let info = manifest.head.info().unwrap();
    let key = family.oi_mailbox.open(info.as_bytes(), KEY_PART, &package.key).unwrap();
    let key = ::seal::ContentKey::from_bytes(&key).unwrap();
    let body = key.seal(&body_context(&info), &padding::pad(b"no body", 4096).unwrap());
    let strange = signed_anew(&family, manifest, Package { body, ..package });
    assert_eq!(why(&strange, &family.receiver()).unwrap(), UnreadableCode::Malformed);
}

#[test]
fn only_a_pinned_key_of_the_sending_town_counts() {
    let family = Family::new();
    let (package, _) = family.seal();
    let nobody = Receiver { pinned: &[], ..family.receiver() };
    refused(&package, &nobody, &[Code::KeyNotPinned]);
    let wrong_town = [Pinned { town: town("143618"), key: family.kaisei_key.verify_key() }];
    refused(&package, &Receiver { pinned: &wrong_town, ..family.receiver() }, &[Code::KeyNotPinned]);
    let another_key = [Pinned { town: kaisei().town, key: SigningKey::generate().verify_key() }];
    refused(&package, &Receiver { pinned: &another_key, ..family.receiver() }, &[Code::KeyNotPinned]);
    // A receipt's signature is none of a manifest's.
    let (mut package, _) = family.seal();
    package.signature = family.kaisei_key.sign("tasuki/receipt/1", &package.manifest);
    refused(&package, &family.receiver(), &[Code::PackageTampered]);
}

#[test]
fn its_time_ends_at_the_instant_it_says() {
    let family = Family::new();
    let (package, _) = family.seal();
    assert!(open(&package, &family.receiver(), at("2026-12-03T23:59:59Z")).is_ok());
    let late = open(&package, &family.receiver(), at("2026-12-04T00:00:00Z")).unwrap_err();
    assert_eq!(late.code(), Code::HandoverExpired);
}

#[test]
fn a_flag_of_another_package_opens_nothing() {
    let family = Family::new();
    let (one, _) = family.seal();
    let (two, _) = family.seal();
    let acknowledged = open_flag(&two, &family.receiver(), now()).unwrap().acknowledge();
    let answer = open_package(&one, &family.receiver(), &acknowledged, now());
    assert_eq!(answer.unwrap_err().code(), Code::HandoverState);
}

#[test]
fn another_suite_or_format_is_refused_not_negotiated() {
    let family = Family::new();
    let none = flag::encode(Flag::None).unwrap();
    let body = padding::pad(&canonical_bytes(&family.body).unwrap(), 4096).unwrap();
    let changes: [fn(&mut Head); 2] = [|head| head.v = 2, |head| head.suite = "none".into()];
    for change in changes {
        let package = forged_with(&family, change, &none, &body);
        refused(&package, &family.receiver(), &[Code::PackageTampered]);
    }
    let (package, _) = family.seal();
    let manifest = String::from_utf8(package.manifest.clone()).unwrap().replace("\"direct\"", "\"hub\"");
    let signature = family.kaisei_key.sign(CONTEXT, manifest.as_bytes());
    let hub = Package { manifest: manifest.into_bytes(), signature, ..package };
    refused(&hub, &family.receiver(), &[Code::PackageTampered]);
}

#[test]
fn nothing_outside_the_basis_is_sealed() {
    let family = Family::new();
    let code = |change: &dyn Fn(&mut Offer<'_>)| family.seal_with(change).unwrap_err().code();
    assert_eq!(code(&|offer| offer.flag = Flag::Protected), Code::ProtectedPerson);
    assert_eq!(code(&|offer| offer.expires_at = offer.offered_at), Code::HandoverExpired);
    assert_eq!(code(&|offer| offer.expires_at = at("2027-03-31T15:00:00Z")), Code::ConsentExpired);

    let nakai = Organ { town: town("143618"), ..oi() };
    let child = Traveller::new(family.child, Role::Child, &Identity::default());
    let welfare = Body::new(vec![child.clone()], vec![item(family.child, Category::Welfare, 0)]).unwrap();
    let uncle = Traveller::new(PersonId::new(), Role::OtherCarer, &Identity::default());
    let with_uncle =
        Body::new(vec![child, uncle], vec![item(family.child, Category::Attendance, 0)]).unwrap();
    let basis = family.basis();
    for (body, receiver) in [(&family.body, nakai), (&welfare, oi()), (&with_uncle, oi())] {
        let sender = kaisei();
        let offer = Offer {
            handover: family.handover,
            kind: crate::Kind::Information,
            sender: &sender,
            receiver: &receiver,
            basis: &basis,
            flag: Flag::None,
            protection_epoch: 7,
            offered_at: now(),
            expires_at: at("2026-12-04T00:00:00Z"),
            body,
        };
        let sealed = seal_package(&offer, &family.kaisei_key, &family.oi_mailbox.public());
        assert_eq!(sealed.unwrap_err().code(), Code::ConsentScope);
    }
}

#[test]
fn a_body_is_sound_or_is_not_made() {
    let child = PersonId::new();
    let traveller = || Traveller::new(child, Role::Child, &Identity::default());
    let one = item(child, Category::Attendance, 0);
    let code = |persons, items| Body::new(persons, items).unwrap_err().code();
    assert_eq!(code(vec![traveller()], vec![]), Code::NothingToHandOver);
    assert_eq!(code(vec![traveller(), traveller()], vec![one.clone()]), Code::InvalidValue);
    assert_eq!(code(vec![traveller()], vec![one.clone(), one.clone()]), Code::InvalidValue);
    assert_eq!(code(vec![], vec![one]), Code::InvalidValue);
    assert_eq!(code(vec![traveller()], vec![item(child, Category::Assessment, 0)]), Code::InvalidValue);
}

/// A sender that signs nonsense is told so, and nothing of it is taken in.
#[test]
fn signed_nonsense_is_unreadable() {
    let family = Family::new();
    let twice = {
        let mut body = family.body.clone();
        body.items.push(body.items[0].clone());
        canonical_bytes(&body).unwrap()
    };
    let sound = canonical_bytes(&family.body).unwrap();
    let none = flag::encode(Flag::None).unwrap();
    let long = padding::pad(&canonical_bytes(&serde_json::json!({"flag": "none"})).unwrap(), 512).unwrap();
    let small = |content: &[u8]| padding::pad(content, 4096).unwrap();
    // The same way of sealing, with nothing wrong, opens.
    open(&forged(&family, &none, &small(&sound)), &family.receiver(), now()).unwrap();
    for (flag, body) in [
        (&none, small(b"{}")),
        (&none, small(&twice)),
        (&none, padding::pad(&sound, 8192).unwrap()),
        (&none, sound.clone()),
        (&long, small(&sound)),
        (&b"none".to_vec(), small(&sound)),
    ] {
        refused(&forged(&family, flag, &body), &family.receiver(), &[Code::PackageUnreadable]);
    }
}

/// Whatever is to be in flag and body, sealed and signed as an honest package of 4 KiB is.
fn forged(family: &Family, flag: &[u8], body: &[u8]) -> Package {
    forged_with(family, |_| (), flag, body)
}

/// The same, under a head changed before anything was sealed.
fn forged_with(family: &Family, change: impl Fn(&mut Head), flag: &[u8], body: &[u8]) -> Package {
    let mut manifest: Manifest = serde_json::from_slice(&family.seal().0.manifest).unwrap();
    change(&mut manifest.head);
    let info = manifest.head.info().unwrap();
    let to = family.oi_mailbox.public();
    let content_key = ::seal::ContentKey::generate();
    let key = to.seal(info.as_bytes(), KEY_PART, content_key.expose()).unwrap();
    let flag = to.seal(info.as_bytes(), FLAG_PART, flag).unwrap();
    let body = content_key.seal(&body_context(&info), body);
    signed_anew(family, manifest, Package { key, flag, body, ..family.seal().0 })
}

/// The package with its parts' digests put into the manifest, signed by its own sender.
fn signed_anew(family: &Family, mut manifest: Manifest, package: Package) -> Package {
    manifest.key = box_digest(&package.key);
    manifest.flag = box_digest(&package.flag);
    manifest.body = Digest::of(&package.body);
    let manifest = canonical_bytes(&manifest).unwrap();
    let signature = family.kaisei_key.sign(CONTEXT, &manifest);
    Package { manifest, signature, ..package }
}

proptest! {
    #[test]
    fn any_bytes_are_a_package_or_are_refused(bytes in any::<Vec<u8>>(), cut in any::<prop::sample::Index>()) {
        let framed = [&b"TASUKI\0\x01"[..], &bytes].concat();
        prop_assert!(Package::from_bytes(&framed).is_err());
        prop_assert!(Package::from_bytes(&bytes).is_err());
        prop_assert!(Package::from_bytes(&framed[..cut.index(framed.len())]).is_err());
    }

    #[test]
    fn padding_hides_nothing_but_the_length(content in prop::collection::vec(any::<u8>(), 0..9000)) {
        let size = padding::size_class(content.len()).unwrap();
        let padded = padding::pad(&content, size).unwrap();
        prop_assert_eq!(padded.len(), size);
        prop_assert_eq!(padding::unpad(&padded), Some(&content[..]));
    }
}

#[test]
fn a_package_in_a_log_says_nothing_about_anyone() {
    let family = Family::new();
    let opened = open(&family.seal().0, &family.receiver(), now()).unwrap();
    let logged = format!("{opened:?} {:?}", family.body.persons());
    assert!(!logged.contains("陽菜") && !logged.contains("late_days"), "{logged}");
}
