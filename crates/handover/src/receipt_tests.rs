//! What a sender asks of a receipt: its own items, each decided once, under the key it pinned.

use super::*;
use crate::package::{Opened, open_flag, open_package};
use crate::samples::{Family, kaisei, now};
use evidence::Blinding;
use kernel::id::HandoverId;

fn opened(family: &Family) -> (Opened, Sent) {
    let (package, sent) = family.seal();
    let flag = open_flag(&package, &family.receiver(), now()).unwrap();
    let opened = open_package(&package, &family.receiver(), &flag.acknowledge(), now()).unwrap();
    (opened, sent)
}

fn decisions(opened: &Opened) -> Vec<Decided> {
    let outcomes = [Decision::Accept, Decision::Refuse(RefusalCode::NotNeeded)];
    let items = opened.body.items().iter().zip(outcomes);
    items.map(|(item, decision)| Decided { item: item.id, decision }).collect()
}

#[test]
fn the_sender_sees_its_own_items_decided() {
    let family = Family::new();
    let (opened, sent) = opened(&family);
    let mut given = decisions(&opened);
    given.reverse();
    let signed = answer(&opened, &given, now(), &family.oi_key).unwrap();
    let text = serde_json::to_string(&signed).unwrap();
    let carried: SignedReceipt = serde_json::from_str(&text).unwrap();
    let receipt = carried.verify(family.handover, &sent, &family.pinned).unwrap();
    assert_eq!(receipt.decisions, decisions(&opened), "in the package's order, whatever the answer's");
    assert_eq!(carried.digest(), signed.digest());
}

#[test]
fn every_item_is_decided_once() {
    let family = Family::new();
    let (opened, _) = opened(&family);
    let all = decisions(&opened);
    let stranger = Decided { item: HandoverItemId::new(), decision: Decision::Accept };
    for bad in
        [vec![], vec![all[0]], vec![all[0], all[0]], vec![all[0], all[1], stranger], vec![all[0], stranger]]
    {
        let fault = answer(&opened, &bad, now(), &family.oi_key).unwrap_err();
        assert_eq!(fault.code(), Code::InvalidValue);
    }
}

#[test]
fn a_flipped_byte_anywhere_is_refused() {
    let family = Family::new();
    let (opened, sent) = opened(&family);
    let signed = answer(&opened, &decisions(&opened), now(), &family.oi_key).unwrap();
    for n in 0..signed.receipt.len() {
        let mut bytes = signed.receipt.clone().into_bytes();
        bytes[n] ^= 1;
        let Ok(receipt) = String::from_utf8(bytes) else { continue };
        let altered = SignedReceipt { receipt, ..signed.clone() };
        let code = altered.verify(family.handover, &sent, &family.pinned).unwrap_err().code();
        assert!(matches!(code, Code::ReceiptInvalid | Code::KeyNotPinned), "byte {n}: {code}");
    }
    for n in 0..64 {
        let mut bytes = signed.signature.to_bytes();
        bytes[n] ^= 1;
        let altered = SignedReceipt { signature: Signature::from_bytes(&bytes).unwrap(), ..signed.clone() };
        assert!(altered.verify(family.handover, &sent, &family.pinned).is_err(), "byte {n}");
    }
}

/// The receiver itself signs something else than what it was sent.
#[test]
fn a_signed_lie_is_refused() {
    let family = Family::new();
    let (opened, sent) = opened(&family);
    let honest = answer(&opened, &decisions(&opened), now(), &family.oi_key).unwrap();
    let receipt: Receipt = serde_json::from_str(&honest.receipt).unwrap();
    let changes: [fn(&mut Receipt); 10] = [
        |r| r.v = 2,
        |r| r.handover = HandoverId::new(),
        |r| r.manifest = Digest::of(b"x"),
        |r| r.receiver = kaisei(),
        |r| r.decisions[0].decision = Decision::Quarantine,
        |r| r.decisions.truncate(1),
        |r| r.decisions.swap(0, 1),
        |r| r.decisions[0].item = HandoverItemId::new(),
        |r| r.decisions.push(r.decisions[0]),
        |r| r.root.hash = Digest::of(b"x"),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut lie = receipt.clone();
        change(&mut lie);
        let text = String::from_utf8(canonical_bytes(&lie).unwrap()).unwrap();
        let signature = family.oi_key.sign(CONTEXT, text.as_bytes());
        let signed = SignedReceipt { receipt: text, signature };
        let code = signed.verify(family.handover, &sent, &family.pinned).unwrap_err().code();
        assert_eq!(code, Code::ReceiptInvalid, "{n}");
    }
    // It answers for other items: the root is over their digests.
    let mut other = opened;
    other.body.salt = Blinding::generate();
    let signed = answer(&other, &decisions(&other), now(), &family.oi_key).unwrap();
    assert_eq!(
        signed.verify(family.handover, &sent, &family.pinned).unwrap_err().code(),
        Code::ReceiptInvalid
    );
}

#[test]
fn only_the_receivers_pinned_key_counts() {
    let family = Family::new();
    let (opened, sent) = opened(&family);
    let by_sender = answer(&opened, &decisions(&opened), now(), &family.kaisei_key).unwrap();
    let code = by_sender.verify(family.handover, &sent, &family.pinned).unwrap_err().code();
    assert_eq!(code, Code::KeyNotPinned);
    let honest = answer(&opened, &decisions(&opened), now(), &family.oi_key).unwrap();
    assert_eq!(honest.verify(family.handover, &sent, &[]).unwrap_err().code(), Code::KeyNotPinned);
    let wrong_context = SignedReceipt {
        signature: family.oi_key.sign("tasuki/manifest/1", honest.receipt.as_bytes()),
        ..honest
    };
    let code = wrong_context.verify(family.handover, &sent, &family.pinned).unwrap_err().code();
    assert_eq!(code, Code::ReceiptInvalid);
}
