//! A database of one's own: copied from the template, with its own key folder, gone at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::TownCode;
use kernel::id::LeafId;
use seal::InstallationSecret;
use store::town::LeafRow;
use store::{Installation, KeyFolder, Towns};
use uuid::Uuid;

use crate::sql::Sql;
use crate::{Cluster, template, towns};

/// The installation prefix of every test: roles belong to the cluster and are shared.
pub const PREFIX: &str = "tst0";

/// The installation secret of every test: the roles' passwords follow from it. It protects nothing.
const SECRET: &[u8; 32] = b"the test installation's secret..";

/// One database, its installation and its key folder. Dropping it drops them, also when a test fails.
pub struct TestDb {
    /// The cluster it is on.
    pub cluster: Cluster,
    installation: Arc<Installation>,
    keys: Arc<KeyPath>,
}

/// A key folder that goes with its last database.
struct KeyPath(PathBuf);

impl Drop for KeyPath {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl TestDb {
    /// A fresh installation, no town admitted.
    pub async fn new() -> Self {
        let cluster = Cluster::from_env();
        let (template, server) = template::ensure(&cluster).await;
        Self::copied(cluster, &server, &template, new_key_path()).await
    }

    /// A fresh installation with these towns admitted.
    pub async fn with_towns(codes: &[&str]) -> Self {
        let db = Self::new().await;
        for code in codes {
            db.admit(code).await;
        }
        db
    }

    /// An empty database beside this one, with the same roles, secret and key folder: what a backup
    /// is restored into.
    pub async fn blank(&self) -> Self {
        let server = Sql::open(&self.cluster.config("postgres")).await;
        Self::copied(self.cluster.clone(), &server, "template0", Arc::clone(&self.keys)).await
    }

    async fn copied(cluster: Cluster, server: &Sql, template: &str, keys: Arc<KeyPath>) -> Self {
        let name = format!("{PREFIX}_t_{}", Uuid::now_v7().simple());
        let installation = Arc::new(installation(&cluster, &name));
        // From here on a failure drops what was made.
        let db = Self { cluster, installation, keys };
        server.run(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        db.installation.grant_connect(&db.cluster.superuser, &db.cluster.password).await.unwrap();
        db
    }

    /// Its installation.
    #[must_use]
    pub fn installation(&self) -> &Arc<Installation> {
        &self.installation
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.installation.database
    }

    /// Its key folder.
    #[must_use]
    pub fn key_folder(&self) -> KeyFolder {
        KeyFolder::new(&self.keys.0)
    }

    /// Where its key folder stands.
    #[must_use]
    pub fn key_path(&self) -> &Path {
        &self.keys.0
    }

    /// A new way to its towns, with pools of its own.
    #[must_use]
    pub fn towns(&self) -> Towns {
        Towns::new(Arc::clone(&self.installation), self.key_folder())
    }

    /// Admits a town.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn admit(&self, town: &str) {
        self.installation.admit(towns::code(town)).await.unwrap();
    }

    /// SQL as the superuser.
    pub async fn superuser(&self) -> Sql {
        Sql::open(&self.cluster.config(self.name())).await
    }

    /// SQL as one of the installation's LOGIN roles: a town's code, `coop`, `seq`, `log`, `watch`.
    pub async fn login(&self, role: &str) -> Sql {
        Sql::open(&self.installation.config(role)).await
    }

    /// A plain dump by `pg_dump`, with these arguments.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn dump(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.cluster.program("pg_dump", self.name()).args(arguments).output().unwrap();
        assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs a plain dump.
    ///
    /// # Panics
    /// When a statement of it fails.
    pub fn restore(&self, dump: &[u8]) {
        let file = std::env::temp_dir().join(format!("{}.sql", self.name()));
        fs::write(&file, dump).unwrap();
        let mut psql = self.cluster.program("psql", self.name());
        let output =
            psql.args(["-qXv", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f"]).arg(&file).output().unwrap();
        fs::remove_file(&file).unwrap();
        assert!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (config, name) = (self.cluster.config("postgres"), self.name().to_owned());
        // A thread of its own: the test's runtime is in the middle of ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let server = Sql::try_open(&config).await.ok()?;
                server.try_rows(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.ok()
            })
        });
        // What could not be dropped is cleared as a leftover by a later run.
        let _ = dropping.join();
    }
}

/// An installation of the tests on this database.
pub(crate) fn installation(cluster: &Cluster, database: &str) -> Installation {
    Installation {
        host: cluster.host.clone(),
        port: cluster.port,
        database: database.to_owned(),
        prefix: PREFIX.parse().unwrap(),
        secret: InstallationSecret::from_bytes(SECRET),
    }
}

/// A fresh key folder that already holds the tests' installation secret.
fn new_key_path() -> Arc<KeyPath> {
    let path = std::env::temp_dir().join(format!("tasuki-test-keys-{}", Uuid::now_v7().simple()));
    fs::create_dir_all(&path).unwrap();
    let hex: String = SECRET.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(path.join("installation.key"), hex).unwrap();
    Arc::new(KeyPath(path))
}

/// A leaf that says nothing, for tests of the store: no reader of leaves would take it.
#[must_use]
pub fn leaf() -> LeafRow {
    let id = LeafId::new();
    LeafRow { id, body: id.to_string().into_bytes() }
}

/// A town's code, from its text.
#[must_use]
pub fn town(text: &str) -> TownCode {
    towns::code(text)
}
