//! The search: everything that the cooperative could copy, as bytes, for every shape of every canary at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use aho_corasick::AhoCorasick;
use testkit::TestDb;

use super::encodings::{Shape, shapes};

/// What was planted, with all its shapes.
pub struct Canaries {
    finder: AhoCorasick,
    /// Canary and shape of each pattern, in the finder's order.
    patterns: Vec<(String, Shape)>,
}

/// Where which canary was found, in which shape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Place: a column, a file, the dump.
    pub place: String,
    /// The canary.
    pub canary: String,
    /// The shape's name.
    pub shape: &'static str,
}

impl Canaries {
    /// A search for these values.
    pub fn new(values: &[String]) -> Self {
        let patterns: Vec<(String, Shape)> = values
            .iter()
            .flat_map(|value| shapes(value).into_iter().map(move |shape| (value.clone(), shape)))
            .collect();
        let finder = AhoCorasick::new(patterns.iter().map(|(_, shape)| &shape.bytes)).unwrap();
        Self { finder, patterns }
    }

    /// The shapes looked for.
    pub fn patterns(&self) -> &[(String, Shape)] {
        &self.patterns
    }

    /// Every canary in these bytes. Hexadecimal text is looked into as well, however deep it is wrapped.
    pub fn find(&self, place: &str, bytes: &[u8], hits: &mut BTreeSet<Hit>) {
        // Overlapping: a UTF-8 canary must not hide a longer one that begins inside it.
        for found in self.finder.find_overlapping_iter(bytes) {
            let (canary, shape) = &self.patterns[found.pattern().as_usize()];
            hits.insert(Hit { place: place.to_owned(), canary: canary.clone(), shape: shape.name });
        }
    }

    /// As [`Self::find`], and inside each run of hexadecimal digits behind `\x`, as a dump writes bytea.
    pub fn find_in_dump(&self, place: &str, dump: &[u8], hits: &mut BTreeSet<Hit>) {
        self.find(place, dump, hits);
        let mut rest = dump;
        while let Some(at) = rest.windows(2).position(|pair| pair == b"\\x") {
            rest = &rest[at + 2..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if let Ok(bytes) = hex::decode(&rest[..digits - digits % 2]) {
                self.find(place, &bytes, hits);
            }
            rest = &rest[digits..];
        }
    }

    /// Everywhere: each column of each table through SQL, a plain dump, the database's own files, the
    /// write-ahead log written since `since`, and the server's log.
    pub async fn sweep(&self, db: &TestDb, since: SystemTime) -> BTreeSet<Hit> {
        let mut hits = BTreeSet::new();
        self.tables(db, &mut hits).await;
        self.find_in_dump("dump", &db.dump(&[]), &mut hits);
        self.files(db, &mut hits).await;
        self.wal(db, since, &mut hits);
        self.find("log", &fs::read(&db.cluster.log).unwrap(), &mut hits);
        hits
    }

    /// TOAST and compression are undone by reading through SQL; bytea is taken as the bytes it holds.
    async fn tables(&self, db: &TestDb, hits: &mut BTreeSet<Hit>) {
        let sql = db.superuser().await;
        let columns = sql
            .rows(
                "SELECT format('%I.%I', n.nspname, c.relname), a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
                 JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^(pg_|information_schema)' AND a.attnum > 0 AND NOT a.attisdropped",
            )
            .await;
        assert!(columns.len() > 100, "the catalog was read");
        for column in columns {
            let [table, name, kind] = [0, 1, 2].map(|at| column[at].clone().unwrap());
            let place = format!("table {table}.{name}");
            for value in sql.column(&format!("SELECT \"{name}\"::text FROM {table}")).await {
                self.find(&place, value.as_bytes(), hits);
                if kind == "bytea" {
                    self.find(&place, &hex::decode(value.trim_start_matches("\\x")).unwrap(), hits);
                }
            }
        }
        // What the planner keeps of values, the server's own catalogs and comments.
        for catalog in ["pg_catalog.pg_statistic", "pg_catalog.pg_description", "pg_catalog.pg_largeobject"] {
            let rows = format!("{:?}", sql.rows(&format!("SELECT * FROM {catalog}")).await);
            self.find_in_dump(&format!("table {catalog}"), rows.as_bytes(), hits);
        }
    }

    /// The database's files: deleted rows are still in them.
    async fn files(&self, db: &TestDb, hits: &mut BTreeSet<Hit>) {
        let sql = db.superuser().await;
        sql.run("CHECKPOINT").await;
        let oid = sql.value("SELECT oid FROM pg_database WHERE datname = current_database()").await;
        for (_, bytes) in read_all(&db.cluster.data.join("base").join(oid), SystemTime::UNIX_EPOCH) {
            self.find("file", &bytes, hits);
        }
    }

    /// Segments that were written since the canaries were made; before, they did not exist.
    fn wal(&self, db: &TestDb, since: SystemTime, hits: &mut BTreeSet<Hit>) {
        let segments = read_all(&db.cluster.data.join("pg_wal"), since);
        assert!(!segments.is_empty(), "the write-ahead log was read");
        for (_, bytes) in segments {
            self.find("wal", &bytes, hits);
        }
    }
}

/// Every file of a folder that was written since; one that goes meanwhile is left out.
fn read_all(folder: &Path, since: SystemTime) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let written = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.modified().ok()?;
            if written < since {
                return None;
            }
            Some((path.display().to_string(), fs::read(&path).ok()?))
        })
        .collect()
}

/// Since when to look: file times are coarse.
pub fn a_moment_ago() -> SystemTime {
    SystemTime::now() - Duration::from_secs(2)
}
