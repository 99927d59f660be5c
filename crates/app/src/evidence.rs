//! 証跡: giving committed leaves their place in the one Merkle log, signing its checkpoints, and
//! exporting a town's evidence so that a stranger can check it offline.

use evidence::merkle::{Frontier, Tree};
use evidence::{Bundle, ChainHead, Checkpoint, Entry, SignedCheckpoint, SignedHead};
use kernel::{Code, Digest, Fault, Grant, TownCtx};
use store::hub::LeafEntry;
use store::sequencer::Sequencer;
use tokio::sync::Mutex;

use crate::error::{internal, store};
use crate::{App, Result, auth};

/// The log's name in its checkpoints: one line, the same for its whole life.
pub const ORIGIN: &str = "tasuki evidence log";

/// Leaves one round places, and a process takes up at once, at most.
const ROUND: i32 = 10_000;

/// Leaves one export holds at most.
const EXPORT: i32 = 10_000;

/// The log's root and newest checkpoint, beside the role that places leaves. The leaves stay in the database: every
/// look writes one, and a process that kept them would grow with each.
pub(crate) struct Log {
    sequencer: Sequencer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    frontier: Frontier,
    checkpoint: Option<SignedCheckpoint>,
}

impl Log {
    pub(crate) fn new(sequencer: Sequencer) -> Self {
        Self { sequencer, state: Mutex::new(State::default()) }
    }
}

/// A town's leaf as its auditor sees it.
#[derive(Debug)]
pub struct LeafView {
    /// Place in the town's chain, from 1.
    pub n: i64,
    /// The leaf.
    pub leaf: evidence::Leaf,
    /// Place in the log, once sequenced.
    pub index: Option<i64>,
}

impl App {
    /// Ends the offers that nobody answered in time, of all towns. Returns how many.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn handovers_expire(&self) -> Result<i64> {
        self.log.sequencer.expire_offers().await.map_err(store)
    }

    /// Places what was committed since the last round and signs a checkpoint. Returns how many leaves
    /// were placed.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn evidence_sequence(&self) -> Result<usize> {
        let mut state = self.log.state.lock().await;
        let placed = self.log.sequencer.sequence(ROUND).await.map_err(store)?.len();
        let known = state.frontier.root().size;
        self.take_up(&mut state.frontier).await?;
        let root = state.frontier.root();
        if root.size > known || state.checkpoint.is_none() {
            let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), root };
            let signed = SignedCheckpoint::sign(&checkpoint, &self.checkpoint_key);
            let note = serde_json::to_vec(&signed).map_err(|_| internal("a checkpoint is not JSON"))?;
            let size = i64::try_from(root.size).map_err(|_| internal("the log is too large"))?;
            self.log.sequencer.sign_checkpoint(size, root.hash.as_bytes(), &note).await.map_err(store)?;
            state.checkpoint = Some(signed);
        }
        Ok(placed)
    }

    /// Takes up the log's leaves that are not yet in the frontier, whichever process placed them.
    async fn take_up(&self, frontier: &mut Frontier) -> Result<()> {
        loop {
            let from = i64::try_from(frontier.root().size).map_err(|_| internal("the log is too large"))?;
            let more = self.log.sequencer.tree_hashes_from(from, ROUND).await.map_err(store)?;
            if more.is_empty() {
                return Ok(());
            }
            frontier.extend(more.into_iter().map(Digest::from_bytes));
        }
    }

    /// The newest signed checkpoint of the log.
    ///
    /// # Errors
    /// `unavailable` before the first round.
    pub async fn evidence_checkpoint(&self) -> Result<SignedCheckpoint> {
        let state = self.log.state.lock().await;
        state.checkpoint.clone().ok_or_else(|| Fault::new(Code::Unavailable))
    }

    /// The public key that signs checkpoints.
    #[must_use]
    pub fn evidence_key(&self) -> seal::VerifyKey {
        self.checkpoint_key.verify_key()
    }

    /// The town's leaves after place `after` of its chain.
    ///
    /// # Errors
    /// `grant_missing`.
    pub async fn evidence_leaves(&self, ctx: &TownCtx, after: i64, limit: i32) -> Result<Vec<LeafView>> {
        auth::require_any(ctx, &[Grant::Auditor, Grant::TownAdmin])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let leaves = conn.hub_leaves(after, limit).await.map_err(store)?;
        leaves
            .into_iter()
            .map(|entry| {
                let leaf = evidence::Leaf::from_bytes(&entry.body)?;
                Ok(LeafView { n: entry.n, leaf, index: entry.tree_index })
            })
            .collect()
    }

    /// The town's evidence after place `after` of its chain, with every proof, as of a checkpoint.
    ///
    /// # Errors
    /// `grant_missing`, `leaf_not_found` when there is nothing after that place.
    pub async fn evidence_export(&self, ctx: &TownCtx, after: i64) -> Result<Bundle> {
        auth::require_any(ctx, &[Grant::Auditor, Grant::TownAdmin])?;
        self.evidence_sequence().await?;
        let state = self.log.state.lock().await;
        let checkpoint = state.checkpoint.clone().ok_or_else(|| Fault::new(Code::Unavailable))?;
        let size = state.frontier.root().size;
        let whole = i64::try_from(size).map_err(|_| internal("the log is too large"))?;
        let hashes = self.log.sequencer.tree_hashes(whole).await.map_err(store)?;
        let tree: Tree = hashes.into_iter().map(Digest::from_bytes).collect();
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let before = match after {
            0 => ChainHead::start(ctx.town),
            _ => head_at(&conn.hub_leaves(after - 1, 1).await.map_err(store)?, after)?,
        };
        let leaves = conn.hub_leaves(after, EXPORT).await.map_err(store)?;
        let placed =
            leaves.iter().take_while(|leaf| leaf.tree_index.is_some_and(|i| i.unsigned_abs() < size));
        let mut entries = Vec::new();
        let mut chain = before;
        for leaf in placed {
            let index = leaf.tree_index.unwrap_or_default().unsigned_abs();
            let proof =
                tree.prove_inclusion(index, size).map_err(|_| internal("a leaf is not in its log"))?;
            let text = String::from_utf8(leaf.body.clone()).map_err(|_| internal("a leaf is not text"))?;
            chain = ChainHead { count: leaf.n.unsigned_abs(), head: Digest::from_bytes(leaf.head) };
            entries.push(Entry { leaf: text, index, proof });
        }
        if entries.is_empty() {
            return Err(Fault::new(Code::LeafNotFound));
        }
        let head = SignedHead::sign(&self.checkpoint_key, ctx.town, chain, checkpoint.digest())?;
        Ok(Bundle {
            format: evidence::bundle::FORMAT,
            town: ctx.town,
            before,
            entries,
            head,
            checkpoint,
            earlier: Vec::new(),
            disclosures: Vec::new(),
        })
    }
}

fn head_at(leaves: &[LeafEntry], n: i64) -> Result<ChainHead> {
    let leaf = leaves.first().filter(|leaf| leaf.n == n).ok_or_else(|| Fault::new(Code::LeafNotFound))?;
    Ok(ChainHead { count: n.unsigned_abs(), head: Digest::from_bytes(leaf.head) })
}
