//! 受領証: the receiver's signed answer. It names the manifest, every item's decision, and the Merkle root over
//! items and decisions, so that the sender can see that exactly its items were decided on. Only on a receipt
//! does the sender close.

use std::collections::BTreeMap;

use ::seal::{KeyId, Signature, SigningKey};
use chrono::{DateTime, Utc};
use evidence::merkle::Root;
use kernel::id::{HandoverId, HandoverItemId};
use kernel::{Code, Digest, Fault};
use serde::{Deserialize, Serialize};

use crate::item::canonical_bytes;
use crate::machine::RefusalCode;
use crate::organ::Organ;
use crate::package::{Opened, Pinned, Sent};

const CONTEXT: &str = "tasuki/receipt/1";
const VERSION: u8 = 1;

/// What the receiver does with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Takes it in.
    Accept,
    /// Read, then purged.
    Refuse(RefusalCode),
    /// Kept apart until a person decides (whose it is, what it means).
    Quarantine,
}

/// One item's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Which item.
    pub item: HandoverItemId,
    /// What was decided.
    pub decision: Decision,
}

/// The receiver's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    v: u8,
    /// Which handover.
    pub handover: HandoverId,
    /// Digest of the manifest it answers.
    pub manifest: Digest,
    /// Who answers.
    pub receiver: Organ,
    /// The key that signs.
    pub receiver_key: KeyId,
    /// Every item's decision, in the package's order.
    pub decisions: Vec<Decided>,
    /// Merkle root over (item, item's digest, decision).
    pub root: Root,
    /// When.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
}

/// A receipt as it travels and is kept: exact text and signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// Canonical JSON of a [`Receipt`].
    pub receipt: String,
    /// The receiver's, over exactly that text.
    pub signature: Signature,
}

/// Answers an opened package with one decision for each of its items.
///
/// # Errors
/// `invalid_value` when an item has no decision, two, or is not in the package.
pub fn answer(
    opened: &Opened,
    decisions: &[Decided],
    at: DateTime<Utc>,
    key: &SigningKey,
) -> Result<SignedReceipt, Fault> {
    let items = opened.body.digests()?;
    let by_item: BTreeMap<_, _> = decisions.iter().map(|by| (by.item, by.decision)).collect();
    let ordered: Option<Vec<_>> = items
        .iter()
        .map(|(item, _)| by_item.get(item).map(|decision| Decided { item: *item, decision: *decision }))
        .collect();
    let ordered = ordered.filter(|ordered| ordered.len() == decisions.len()).ok_or_else(undecided)?;
    let receipt = Receipt {
        v: VERSION,
        handover: opened.manifest.head.handover,
        manifest: opened.digest,
        receiver: opened.manifest.head.receiver.clone(),
        receiver_key: key.verify_key().key_id(),
        root: root(&items, &ordered)?,
        decisions: ordered,
        at,
    };
    let text = canonical_bytes(&receipt)?;
    let signature = key.sign(CONTEXT, &text);
    let receipt = String::from_utf8(text).map_err(|_| Fault::from(Code::Internal))?;
    Ok(SignedReceipt { receipt, signature })
}

impl SignedReceipt {
    /// Checks a receipt against what was sent, under the receiver's pinned key, and gives what it says.
    ///
    /// # Errors
    /// `key_not_pinned` when the receiver's key is not among the pinned; `receipt_invalid` for another
    /// signature, package, receiver, item list or root.
    pub fn verify(&self, handover: HandoverId, sent: &Sent, pinned: &[Pinned]) -> Result<Receipt, Fault> {
        let receipt: Receipt = serde_json::from_str(&self.receipt).map_err(|_| invalid())?;
        let key = pinned
            .iter()
            .find(|by| by.town == sent.receiver.town && by.key.key_id() == receipt.receiver_key)
            .ok_or_else(|| Fault::new(Code::KeyNotPinned).with("town", sent.receiver.town))?;
        key.key.verify(CONTEXT, self.receipt.as_bytes(), &self.signature).map_err(|_| invalid())?;
        let answers = receipt.v == VERSION
            && receipt.handover == handover
            && receipt.manifest == sent.manifest
            && receipt.receiver == sent.receiver;
        let decided = receipt.decisions.iter().map(|by| by.item).eq(sent.items.iter().map(|(item, _)| *item));
        if !answers || !decided || root(&sent.items, &receipt.decisions)? != receipt.root {
            return Err(invalid());
        }
        Ok(receipt)
    }

    /// Names this very receipt.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.receipt.as_bytes())
    }
}

/// The root over the lines of items and decisions, both in the package's order.
fn root(items: &[(HandoverItemId, Digest)], decisions: &[Decided]) -> Result<Root, Fault> {
    let lines =
        items.iter().zip(decisions).map(|((item, digest), by)| canonical_bytes(&(item, digest, by.decision)));
    Ok(Root::of(lines.collect::<Result<Vec<_>, _>>()?))
}

fn undecided() -> Fault {
    Fault::new(Code::InvalidValue)
        .with("name", "decisions")
        .with_words("why", "項目ごとに一つずつ決定が必要です", "each item needs exactly one decision")
        .at_pointer("/decisions")
}

fn invalid() -> Fault {
    Code::ReceiptInvalid.into()
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
mod tests;
