//! 相手の町の鍵: the keys the hub publishes are believed only after two people of this town have each
//! compared them with what the other town read out to them.

use evidence::Act;
use kernel::{Code, Digest, Fault, Grant, TownCode, TownCtx};
use seal::{KemPublic, VerifyKey};
use store::TownConn;
use store::rows::peer_key::PeerKeyRow;

use crate::error::{internal, store};
use crate::{App, Result, auth, leaf};

pub use store::hub::KeyPurpose;

/// Who may compare keys.
const KEEPERS: &[Grant] = &[Grant::TownAdmin, Grant::Approver];

/// Who may see them: whoever sends a record must be able to see to whose key.
const VIEWERS: &[Grant] = &[Grant::TownAdmin, Grant::Approver, Grant::CaseWorker, Grant::Auditor];

/// Another town's key, as published and as pinned.
#[derive(Debug, Clone)]
pub struct PeerKey {
    /// Whose.
    pub town: TownCode,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// SHA-256 of the published key: what the two towns read to each other.
    pub published: Digest,
    /// What this town has pinned.
    pub pinned: Option<Pin>,
}

/// A pinned key.
#[derive(Debug, Clone)]
pub struct Pin {
    /// SHA-256 of the pinned key.
    pub fingerprint: Digest,
    /// Who compared it, when, and who did so a second time.
    pub row: PeerKeyRow,
}

/// Whether a key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Nobody has compared it.
    Unpinned,
    /// One person has.
    Pinned,
    /// Two have: it is used.
    Confirmed,
    /// The town now publishes another key than the pinned one.
    Changed,
}

impl Trust {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpinned => "unpinned",
            Self::Pinned => "pinned",
            Self::Confirmed => "confirmed",
            Self::Changed => "changed",
        }
    }

    /// What staff see.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Unpinned => "未確認",
            Self::Pinned => "一人が確認",
            Self::Confirmed => "二人が確認",
            Self::Changed => "鍵が変わっている",
        }
    }
}

impl PeerKey {
    /// Whether it is used.
    #[must_use]
    pub fn trust(&self) -> Trust {
        match &self.pinned {
            None => Trust::Unpinned,
            Some(pin) if pin.fingerprint != self.published => Trust::Changed,
            Some(pin) if pin.row.confirmed_by.is_some() => Trust::Confirmed,
            Some(_) => Trust::Pinned,
        }
    }
}

/// The fingerprints a person has compared, one for each of a town's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprints {
    /// SHA-256 of the key that packages are sealed to.
    pub seal: Digest,
    /// SHA-256 of the key that packages and receipts are verified by.
    pub sign: Digest,
}

impl Fingerprints {
    const fn of(&self, purpose: KeyPurpose) -> Digest {
        match purpose {
            KeyPurpose::Seal => self.seal,
            KeyPurpose::Sign => self.sign,
        }
    }
}

impl App {
    /// The other towns' keys.
    ///
    /// # Errors
    /// `grant_missing`.
    pub async fn peer_keys(&self, ctx: &TownCtx) -> Result<Vec<PeerKey>> {
        auth::require_any(ctx, VIEWERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let published = conn.hub_town_keys().await.map_err(store)?;
        let pinned = conn.peer_key_list().await.map_err(store)?;
        let pin = |town: TownCode, purpose: KeyPurpose| {
            let row = pinned.iter().find(|row| row.peer == town && row.purpose == purpose)?;
            Some(Pin { fingerprint: Digest::of(&row.public_key), row: row.clone() })
        };
        Ok(published
            .into_iter()
            .filter(|key| key.town != ctx.town)
            .map(|key| PeerKey {
                town: key.town,
                purpose: key.purpose,
                published: Digest::of(&key.public_key),
                pinned: pin(key.town, key.purpose),
            })
            .collect())
    }

    /// Pins a town's keys, as the first of two people who have compared them.
    ///
    /// # Errors
    /// `grant_missing`, `town_not_found`; `invalid_value` when a fingerprint is not that of the
    /// published key.
    pub async fn peer_key_pin(
        &self,
        ctx: &TownCtx,
        peer: TownCode,
        compared: Fingerprints,
    ) -> Result<Vec<PeerKey>> {
        let keys = self.compared(ctx, peer, compared).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        for (purpose, key) in &keys {
            tx.peer_key_pin(peer, *purpose, key, ctx.staff, ctx.now).await.map_err(store)?;
        }
        self.pinned(ctx, peer, tx, &(peer, "pinned", compared.seal, compared.sign)).await
    }

    /// Confirms pinned keys, as the second person; from then on they are used.
    ///
    /// # Errors
    /// As [`Self::peer_key_pin`]; `key_not_pinned` when nobody has pinned these, `self_approval` for
    /// whoever did.
    pub async fn peer_key_confirm(
        &self,
        ctx: &TownCtx,
        peer: TownCode,
        compared: Fingerprints,
    ) -> Result<Vec<PeerKey>> {
        let keys = self.compared(ctx, peer, compared).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let pinned = tx.peer_key_list().await.map_err(store)?;
        for (purpose, key) in &keys {
            let row = pinned
                .iter()
                .find(|row| row.peer == peer && row.purpose == *purpose && row.public_key == *key);
            let row = row.ok_or_else(|| Fault::new(Code::KeyNotPinned).with("town", peer))?;
            if row.confirmed_by.is_some() {
                continue;
            }
            if row.pinned_by == ctx.staff {
                return Err(Fault::new(Code::SelfApproval));
            }
            if !tx.peer_key_confirm(peer, *purpose, key, ctx.staff).await.map_err(store)? {
                return Err(Fault::new(Code::Unavailable));
            }
        }
        self.pinned(ctx, peer, tx, &(peer, "confirmed", compared.seal, compared.sign)).await
    }

    async fn pinned(
        &self,
        ctx: &TownCtx,
        peer: TownCode,
        tx: store::TownTx,
        detail: &(TownCode, &str, Digest, Digest),
    ) -> Result<Vec<PeerKey>> {
        tx.commit(leaf::of(ctx, Act::KeyPinned, Vec::new(), detail)?).await.map_err(store)?;
        let mut keys = self.peer_keys(ctx).await?;
        keys.retain(|key| key.town == peer);
        Ok(keys)
    }

    /// A town's published keys, when they are the ones that were compared.
    async fn compared(
        &self,
        ctx: &TownCtx,
        peer: TownCode,
        compared: Fingerprints,
    ) -> Result<Vec<(KeyPurpose, Vec<u8>)>> {
        auth::require_any(ctx, KEEPERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let published = conn.hub_town_keys().await.map_err(store)?;
        let keys: Vec<(KeyPurpose, Vec<u8>)> = published
            .into_iter()
            .filter(|key| key.town == peer && peer != ctx.town)
            .map(|key| (key.purpose, key.public_key))
            .collect();
        if keys.len() < KeyPurpose::ALL.len() {
            return Err(Fault::new(Code::TownNotFound).with("town", peer));
        }
        for (purpose, key) in &keys {
            if Digest::of(key) != compared.of(*purpose) {
                let name = purpose.as_str();
                let ja = "公開されている鍵の指紋と違います。相手の町に電話で確かめてください";
                let en = "it is not the published key's; ask the other town by telephone";
                let fault = Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en);
                return Err(fault.at_pointer(format!("/{name}")));
            }
        }
        Ok(keys)
    }
}

/// The key to seal to a town with, once two people have compared it.
pub(crate) async fn seal_key(conn: &mut TownConn, peer: TownCode) -> Result<KemPublic> {
    let key = conn.peer_key(peer, KeyPurpose::Seal).await.map_err(store)?;
    let key = key.ok_or_else(|| Fault::new(Code::KeyNotPinned).with("town", peer))?;
    KemPublic::from_bytes(&key).map_err(|_| internal("a pinned key is no key"))
}

/// A town's signing key as it was pinned; nothing when it was not.
pub(crate) async fn sign_key(conn: &mut TownConn, peer: TownCode) -> Result<Option<handover::Pinned>> {
    let Some(key) = conn.peer_key(peer, KeyPurpose::Sign).await.map_err(store)? else { return Ok(None) };
    let key = VerifyKey::from_bytes(&key).map_err(|_| internal("a pinned key is no key"))?;
    Ok(Some(handover::Pinned { town: peer, key }))
}
