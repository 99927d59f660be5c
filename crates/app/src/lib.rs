//! Use cases: one function an action, one transaction each. A use case takes the context of who acts,
//! looks things up under their rights, decides with the pure crates, writes through `store`, and ends
//! with its evidence leaf. Residents leave only through [`release`].

pub mod accesses;
pub mod arrivals;
pub mod auth;
mod cache;
pub mod cases;
pub mod changes;
pub mod consents;
pub mod deadlines;
pub mod denials;
pub mod entitlements;
pub mod entries;
pub mod epochs;
pub mod error;
pub mod evidence;
pub mod exports;
pub mod failpoint;
pub mod handovers;
pub mod health;
pub mod idempotency;
mod ids;
pub mod layouts;
pub mod leaf;
pub mod links;
pub mod loads;
pub mod operations;
pub mod page;
pub mod peer_keys;
pub mod people;
pub mod persons;
pub mod profiles;
pub mod protection;
pub mod protections;
pub mod relations;
pub mod release;
pub mod rest;
pub mod retention;
pub mod rows;
pub mod runs;
pub mod sign_in;
pub mod staff;
pub mod tasks;
pub mod tokens;
pub mod town_health;
pub mod towns;
pub mod training;
pub mod uploads;
pub mod watch_notes;

use std::sync::{Arc, OnceLock};

use seal::SigningKey;
use store::access::AccessLog;
use store::coop::Coop;
use store::sequencer::Sequencer;
use store::{Installation, KeyFolder, Towns, Watch};
use tokio::runtime::Handle;

pub use auth::Caller;
pub use error::Result;
pub use release::Released;

/// The platform, ready to act.
pub struct App {
    pub(crate) towns: Towns,
    pub(crate) coop: Coop,
    pub(crate) access: AccessLog,
    pub(crate) jobs: Handle,
    pub(crate) checkpoint_key: SigningKey,
    pub(crate) log: evidence::Log,
    pub(crate) watch: Watch,
    pub(crate) members: towns::MemberCache,
    pub(crate) tokens: auth::TokenCache,
    pub(crate) doorkeeper: sign_in::Doorkeeper,
    pub(crate) colleagues: staff::StaffCache,
    pub(crate) denials: denials::DenialCache,
    pub(crate) profiles: profiles::ProfileCache,
    pub(crate) people: people::PeopleCache,
    pub(crate) protection: protection::ProtectionCache,
    pub(crate) claims: page::ClaimsCache,
    pub(crate) handover_index: handovers::HandoverIndex,
    old_books: OnceLock<Box<dyn loads::OldBooks>>,
}

impl App {
    /// Opens the installation. Must be called on the runtime that is to carry long work: jobs run
    /// there, never on the threads that answer requests.
    ///
    /// # Errors
    /// A [`kernel::Fault`] when the database cannot be reached or a key file is missing.
    pub async fn open(installation: Arc<Installation>, folder: KeyFolder) -> Result<Arc<Self>> {
        let checkpoint_key = folder.checkpoint_key().map_err(error::store)?;
        let coop = Coop::new(&installation).map_err(error::store)?;
        let log = evidence::Log::new(Sequencer::new(&installation).map_err(error::store)?);
        let watch = Watch::new(&installation).map_err(error::store)?;
        let access = AccessLog::start(Arc::clone(&installation), leaf::batch());
        Ok(Arc::new(Self {
            towns: Towns::new(installation, folder),
            coop,
            access,
            jobs: Handle::current(),
            checkpoint_key,
            log,
            watch,
            members: towns::MemberCache::default(),
            tokens: auth::TokenCache::default(),
            doorkeeper: sign_in::Doorkeeper::default(),
            colleagues: staff::StaffCache::default(),
            denials: denials::DenialCache::default(),
            profiles: profiles::ProfileCache::default(),
            people: people::PeopleCache::default(),
            protection: protection::ProtectionCache::default(),
            claims: page::ClaimsCache::default(),
            handover_index: handovers::HandoverIndex::default(),
            old_books: OnceLock::new(),
        }))
    }
}
