//! Sealing: from a checked basis and a body to a package.

use ::seal::{ContentKey, KemPublic, Plain, SUITE, SigningKey};
use chrono::{DateTime, Utc};
use kernel::ctx::jst_date;
use kernel::id::HandoverId;
use kernel::{Code, Digest, Fault};

use crate::basis::Basis;
use crate::item::{Body, canonical_bytes};
use crate::machine::Kind;
use crate::organ::Organ;

use super::manifest::{ConsentMark, Head, Manifest, Release, VERSION};
use super::{CONTEXT, FLAG_PART, Flag, KEY_PART, Package, Sent, body_context, box_digest, flag, padding};

/// What is to be sealed.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// Which handover.
    pub handover: HandoverId,
    /// ケース移管 or 情報提供.
    pub kind: Kind,
    /// From.
    pub sender: &'a Organ,
    /// To.
    pub receiver: &'a Organ,
    /// On what ground, made out now.
    pub basis: &'a Basis,
    /// Whether somebody in it is under protection.
    pub flag: Flag,
    /// The version of the protection list that says so.
    pub protection_epoch: u64,
    /// Now.
    pub offered_at: DateTime<Utc>,
    /// From this instant on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
    /// What travels.
    pub body: &'a Body,
}

/// Seals a body to the receiver's key and signs the manifest. Gives the package, and what the sender keeps to
/// check the receipt against.
///
/// # Errors
/// `protected_person` when the flag says so (a basis of consent does not carry a protected person),
/// `consent_scope` for an item or person or receiver outside the basis, `consent_expired` when it would run
/// longer than the consents, `handover_expired` when its time is over before it begins,
/// `payload_too_large` beyond 64 MiB, `invalid_value` for a number that cannot travel.
pub fn seal_package(
    offer: &Offer<'_>,
    signing: &SigningKey,
    to: &KemPublic,
) -> Result<(Package, Sent), Fault> {
    within_basis(offer)?;
    let head = head(offer, signing, to);
    let info = head.info()?;
    let content_key = ContentKey::generate();
    let key = sealed(to, &info, KEY_PART, content_key.expose())?;
    let flag = sealed(to, &info, FLAG_PART, &flag::encode(offer.flag)?)?;

    let content = Plain::from(canonical_bytes(offer.body)?);
    let size_class = padding::size_class(content.len())?;
    let padded = Plain::from(padding::pad(&content, size_class)?);
    let body = content_key.seal(&body_context(&info), &padded);

    let manifest = Manifest {
        head,
        size_class: size_class as u64,
        key: box_digest(&key),
        flag: box_digest(&flag),
        body: Digest::of(&body),
    };
    let manifest = canonical_bytes(&manifest)?;
    let signature = signing.sign(CONTEXT, &manifest);
    let package = Package { manifest, signature, key, flag, body };
    let sent =
        Sent { manifest: package.digest(), receiver: offer.receiver.clone(), items: offer.body.digests()? };
    Ok((package, sent))
}

fn sealed(to: &KemPublic, info: &Digest, part: &[u8], plain: &[u8]) -> Result<::seal::Sealed, Fault> {
    to.seal(info.as_bytes(), part, plain).map_err(|_| Code::Internal.into())
}

fn head(offer: &Offer<'_>, signing: &SigningKey, to: &KemPublic) -> Head {
    let mark = |by: &crate::ConsentRef| ConsentMark { digest: by.digest, epoch: by.epoch };
    Head {
        v: VERSION,
        suite: SUITE.to_owned(),
        release: Release::Direct,
        handover: offer.handover,
        kind: offer.kind,
        sender: offer.sender.clone(),
        sender_key: signing.verify_key().key_id(),
        receiver: offer.receiver.clone(),
        receiver_key: to.key_id(),
        consents: offer.basis.consents().iter().map(mark).collect(),
        protection_epoch: offer.protection_epoch,
        offered_at: offer.offered_at,
        expires_at: offer.expires_at,
    }
}

/// Nothing is sealed that the basis does not cover, however it got here.
fn within_basis(offer: &Offer<'_>) -> Result<(), Fault> {
    if offer.flag == Flag::Protected {
        return Err(Code::ProtectedPerson.into());
    }
    if offer.expires_at <= offer.offered_at {
        return Err(Fault::new(Code::HandoverExpired).with("until", jst_date(offer.expires_at)));
    }
    if let Some(until) = offer.basis.until().filter(|until| jst_date(offer.expires_at) > *until) {
        return Err(Fault::new(Code::ConsentExpired).with("until", until));
    }
    let outside = |ja: &str, en: &str| Err(Fault::new(Code::ConsentScope).with_words("what", ja, en));
    if offer.basis.receiver() != offer.receiver.town {
        let town = offer.receiver.town;
        return outside(&format!("相手の町 {town}"), &format!("the town {town}"));
    }
    let covered = |person| offer.basis.consents().iter().any(|by| by.subject == person);
    if !offer.body.persons.iter().all(|traveller| covered(traveller.person)) {
        return outside("同意のない人", "a person without consent");
    }
    match offer.body.items.iter().find(|item| !offer.basis.covers(item.subject, item.category)) {
        None => Ok(()),
        Some(item) => {
            outside(&format!("分類「{}」", item.category.ja()), &format!("the category {}", item.category))
        }
    }
}
