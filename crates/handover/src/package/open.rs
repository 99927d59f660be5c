//! Opening, in two steps: the flag, and after somebody has acknowledged it, the body. Before either, the
//! signature, the addressee, the time and every part's digest are checked; nothing unsigned is opened.

use ::seal::{ContentKey, SUITE};
use chrono::{DateTime, Utc};
use kernel::ctx::jst_date;
use kernel::{Code, Digest, Fault};

use crate::item::Body;
use crate::machine::UnreadableCode;

use super::manifest::{Manifest, Release, VERSION};
use super::{
    CONTEXT, FLAG_PART, Flag, KEY_PART, Package, Receiver, body_context, box_digest, flag, padding, tampered,
};

/// A flag that was opened and awaits acknowledgement.
#[derive(Debug)]
#[must_use = "the body opens only after the flag is acknowledged"]
pub struct OpenedFlag {
    /// What it says.
    pub flag: Flag,
    package: Digest,
}

impl OpenedFlag {
    /// Says that a person has read the flag, and that it is in force here before anything else is.
    #[must_use]
    pub const fn acknowledge(self) -> Acknowledged {
        Acknowledged { package: self.package }
    }
}

/// Proof that one package's flag was acknowledged.
#[derive(Debug)]
pub struct Acknowledged {
    package: Digest,
}

/// An opened package.
#[derive(Debug)]
pub struct Opened {
    /// Its manifest.
    pub manifest: Manifest,
    /// The manifest's digest, which the receipt answers.
    pub digest: Digest,
    /// What travelled.
    pub body: Body,
}

/// Checks a package and opens its flag. `at` is now; for a handover accepted before, the recorded instant of
/// its acceptance, so that what was accepted in time can still be opened after a failure.
///
/// # Errors
/// `package_tampered` for anything altered, misdirected, or of another format or suite; `key_not_pinned` when
/// the sender's key is not among the pinned; `handover_expired` when `at` is at or after its end.
pub fn open_flag(package: &Package, receiver: &Receiver<'_>, at: DateTime<Utc>) -> Result<OpenedFlag, Fault> {
    let (_, info) = check(package, receiver, at)?;
    let plain = receiver.key.open(info.as_bytes(), FLAG_PART, &package.flag).map_err(|_| tampered())?;
    let flag = flag::decode(&plain).ok_or_else(unreadable)?;
    Ok(OpenedFlag { flag, package: package.digest() })
}

/// Checks a package and opens its body. `at` as in [`open_flag`]. The same package opens to the same content
/// each time; to take it in once is the receiver's inbox's work, by the handover's id.
///
/// # Errors
/// As [`open_flag`]; `handover_state` when another package's flag was acknowledged; `package_unreadable` when
/// the signed content is not of the known form.
pub fn open_package(
    package: &Package,
    receiver: &Receiver<'_>,
    acknowledged: &Acknowledged,
    at: DateTime<Utc>,
) -> Result<Opened, Fault> {
    let digest = package.digest();
    if acknowledged.package != digest {
        return Err(Fault::new(Code::HandoverState).with_words(
            "state",
            "支援措置の有無が未確認",
            "not acknowledged yet",
        ));
    }
    let (manifest, info) = check(package, receiver, at)?;
    let key = receiver.key.open(info.as_bytes(), KEY_PART, &package.key).map_err(|_| tampered())?;
    let key = ContentKey::from_bytes(&key).map_err(|_| unreadable())?;
    let padded = key.open(&body_context(&info), &package.body).map_err(|_| tampered())?;
    if padded.len() as u64 != manifest.size_class {
        return Err(unreadable());
    }
    let content = padding::unpad(&padded).ok_or_else(unreadable)?;
    let body: Body = serde_json::from_slice(content).map_err(|_| unreadable())?;
    body.sound().map_err(|_| unreadable())?;
    Ok(Opened { manifest, digest, body })
}

/// Why a package that was accepted cannot be read. `at` as in [`open_flag`].
///
/// # Errors
/// `package_readable` when it can; `key_not_pinned`, `handover_expired` when that stands in the way of saying.
pub fn why_unreadable(
    package: &Package,
    receiver: &Receiver<'_>,
    at: DateTime<Utc>,
) -> Result<UnreadableCode, Fault> {
    let opened = open_flag(package, receiver, at).map(OpenedFlag::acknowledge);
    let Err(fault) = opened.and_then(|flag| open_package(package, receiver, &flag, at)) else {
        return Err(Code::PackageReadable.into());
    };
    match fault.code() {
        Code::PackageUnreadable => Ok(UnreadableCode::Malformed),
        Code::PackageTampered if is_to_another_key(package, receiver) => Ok(UnreadableCode::KeyGone),
        Code::PackageTampered => Ok(UnreadableCode::Tampered),
        _ => Err(fault),
    }
}

/// Whether the sender signed, for this town, a package that another key of the town's was to open.
fn is_to_another_key(package: &Package, receiver: &Receiver<'_>) -> bool {
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&package.manifest) else { return false };
    let head = &manifest.head;
    let signed = receiver.pinned.iter().any(|pinned| {
        pinned.town == head.sender.town
            && pinned.key.verify(CONTEXT, &package.manifest, &package.signature).is_ok()
    });
    signed && head.receiver.town == receiver.town && head.receiver_key != receiver.key.public().key_id()
}

/// Signature first: nothing a stranger wrote decides what is said of it, but whose key it claims.
fn check(package: &Package, receiver: &Receiver<'_>, at: DateTime<Utc>) -> Result<(Manifest, Digest), Fault> {
    let manifest: Manifest = serde_json::from_slice(&package.manifest).map_err(|_| tampered())?;
    let head = &manifest.head;
    let pinned = receiver
        .pinned
        .iter()
        .find(|pinned| pinned.town == head.sender.town && pinned.key.key_id() == head.sender_key)
        .ok_or_else(|| Fault::new(Code::KeyNotPinned).with("town", head.sender.town))?;
    pinned.key.verify(CONTEXT, &package.manifest, &package.signature).map_err(|_| tampered())?;

    let known_form = head.v == VERSION && head.suite == SUITE && head.release == Release::Direct;
    let to_us = head.receiver.town == receiver.town && head.receiver_key == receiver.key.public().key_id();
    let whole = manifest.key == box_digest(&package.key)
        && manifest.flag == box_digest(&package.flag)
        && manifest.body == Digest::of(&package.body);
    if !(known_form && to_us && whole) {
        return Err(tampered());
    }
    if at >= head.expires_at {
        return Err(Fault::new(Code::HandoverExpired).with("until", jst_date(head.expires_at)));
    }
    let info = head.info()?;
    Ok((manifest, info))
}

fn unreadable() -> Fault {
    Code::PackageUnreadable.into()
}
