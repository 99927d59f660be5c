//! Requests of all towns at once, reading and writing, over sockets that are closed in the middle: nobody
//! ever sees another town's row, no transaction stays open, and every act that happened has its leaf.
//!
//! Part of the tests in a short form; `cargo xtask soak` runs it with 10,000 requests (`TASUKI_SOAK_REQUESTS`).

mod crowd;
mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpServer;
use api::{Limits, Rate};
use kernel::Category;
use testkit::{Sql, TestApp};

use self::crowd::{Chance, Finder, Town};
use self::wire::Request;

/// Requests without `TASUKI_SOAK_REQUESTS`.
const REQUESTS: usize = 1_500;

/// Clients of each town.
const CLIENTS: usize = 3;

/// What nobody waits longer for.
const WHOLE: Duration = Duration::from_secs(60);

/// What became of the requests.
#[derive(Debug, Default)]
struct Came {
    answered: BTreeMap<u16, usize>,
    cut_off: usize,
    /// Acts that were answered for.
    written: i64,
    /// Whatever must not be.
    wrong: Vec<String>,
}

impl Came {
    fn add(&mut self, other: Self) {
        for (status, count) in other.answered {
            *self.answered.entry(status).or_default() += count;
        }
        self.cut_off += other.cut_off;
        self.written += other.written;
        self.wrong.extend(other.wrong);
    }
}

/// The whole API on a port, with limits that nobody reaches.
fn serve(platform: &TestApp) -> (SocketAddr, actix_web::dev::ServerHandle) {
    let app = Arc::clone(&platform.app);
    let rate = Rate { burst: 1_000_000, per_second: 1_000_000 };
    let limits = Limits { token: rate, town: rate };
    let server = HttpServer::new(move || api::application_within(Arc::clone(&app), limits))
        .workers(4)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    (address, handle)
}

/// One client: asks in turn, and every third time goes away before the answer can have come.
async fn client(to: SocketAddr, towns: Arc<Vec<Town>>, at: usize, seed: u64, requests: usize) -> Came {
    let (mut came, mut chance) = (Came::default(), Chance(seed));
    let finder = Finder::new(&towns);
    let mut usual = Duration::from_millis(50);
    for _ in 0..requests {
        let (request, expected) = crowd::next(&towns, at, &mut chance);
        let hurried = chance.below(3) == 0;
        let part = u32::try_from(chance.below(100)).unwrap();
        let patience = if hurried { usual * part / 100 } else { WHOLE };
        let began = Instant::now();
        let Some(answer) = wire::send(to, &request, patience).await else {
            if !hurried {
                came.wrong.push(format!("{} {} has no end", request.method, request.path));
            }
            came.cut_off += 1;
            continue;
        };
        usual = (usual * 7 + began.elapsed()) / 8;
        *came.answered.entry(answer.status).or_default() += 1;
        came.written += i64::from(answer.status == 201);
        judge(&mut came, &finder, &towns[at], &request, expected, &answer);
    }
    came
}

fn judge(
    came: &mut Came,
    finder: &Finder,
    own: &Town,
    request: &Request,
    expected: u16,
    answer: &wire::Answered,
) {
    let said = || format!("{}: {} {} → {}", own.code, request.method, request.path, answer.status);
    if answer.status != expected {
        came.wrong.push(format!("{}: {}", said(), String::from_utf8_lossy(&answer.bytes)));
    }
    // Of an id that is not the town's own, nothing is repeated either.
    if finder.whose(&answer.bytes).keys().any(|town| *town != own.code) {
        came.wrong.push(format!("{} shows another town's", said()));
    }
}

async fn crowd_of(to: SocketAddr, towns: &Arc<Vec<Town>>, requests: usize) -> Came {
    let clients = towns.len() * CLIENTS;
    let mut running = Vec::new();
    for nth in 0..clients {
        let each = requests / clients + usize::from(nth < requests % clients);
        let seed = u64::try_from(nth).unwrap();
        running.push(tokio::spawn(client(to, Arc::clone(towns), nth % towns.len(), seed, each)));
    }
    let mut came = Came::default();
    for client in running {
        came.add(client.await.unwrap());
    }
    came
}

/// Writes of every town, each cut off at another point, and no request after them: a connection that came back
/// to its pool in the middle of a transaction would be found there.
async fn last_writes(to: SocketAddr, towns: &Arc<Vec<Town>>) {
    let began = Instant::now();
    wire::send(to, &crowd::write(&towns[0], 0), WHOLE).await.unwrap();
    let usual = began.elapsed();
    let mut running = Vec::new();
    for step in 1..=20_u32 {
        for at in 0..towns.len() {
            let (towns, patience) = (Arc::clone(towns), usual * step / 5);
            running.push(tokio::spawn(async move {
                wire::send(to, &crowd::write(&towns[at], 0), patience).await;
            }));
        }
        tokio::time::sleep(usual).await;
    }
    for cut_off in running {
        cut_off.await.unwrap();
    }
}

/// Sessions of this database that are in the middle of a transaction: who, and what they asked last.
async fn open_transactions(platform: &TestApp, sql: &Sql) -> Vec<String> {
    let query = format!(
        "SELECT usename || ': ' || query FROM pg_stat_activity WHERE datname = '{}' AND state LIKE 'idle in transaction%'",
        platform.db.name()
    );
    sql.column(&query).await
}

async fn nothing_stays_open(platform: &TestApp, sql: &Sql) {
    for _ in 0..1_000 {
        if open_transactions(platform, sql).await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still open after ten seconds: {:?}", open_transactions(platform, sql).await);
}

/// The pools still give connections, and every town's rows carry its own mark and no other's.
async fn each_has_its_own(to: SocketAddr, towns: &[Town], finder: &Finder) {
    for town in towns {
        for path in ["persons?limit=200", "staff?limit=200"] {
            let request = Request {
                method: "GET",
                path: format!("/api/v1/{path}"),
                token: town.token.clone(),
                headers: String::new(),
                body: None,
            };
            let answer = wire::send(to, &request, WHOLE).await.unwrap();
            let found = finder.whose(&answer.bytes);
            assert_eq!(found.keys().copied().collect::<Vec<_>>(), [town.code.as_str()], "{path}");
        }
    }
}

#[actix_web::test]
async fn requests_of_all_towns_cut_off_anywhere_show_and_leave_nothing_of_another() {
    // What a request failed of stands in the log alone.
    let _ =
        tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::ERROR).try_init();
    let requests = std::env::var("TASUKI_SOAK_REQUESTS").map_or(REQUESTS, |n| n.parse().unwrap());
    let profiles = testkit::tenants::cooperative(&testkit::tenants::bundle());
    let codes: Vec<String> = profiles.towns.iter().map(|town| town.code.to_string()).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let platform = TestApp::open(&codes).await;
    let towns = Arc::new(crowd::gather(&platform, &codes).await);
    let (sql, finder) = (platform.db.superuser().await, Finder::new(&towns));
    let (before, leaves) = (acts(&sql).await, sql.number("SELECT count(*) FROM hub.leaf").await);
    let (to, server) = serve(&platform);
    let began = Instant::now();
    let came = crowd_of(to, &towns, requests).await;
    println!("{requests} requests of {} towns in {:.1?}: {came:?}", towns.len(), began.elapsed());
    assert_eq!(came.wrong, Vec::<String>::new());
    assert!(came.cut_off > requests / 10 && came.written > 0, "{came:?}");
    nothing_stays_open(&platform, &sql).await;
    last_writes(to, &towns).await;
    nothing_stays_open(&platform, &sql).await;
    // What was answered for is there; of what was cut off, a part.
    let done = acts(&sql).await - before;
    assert!(done >= came.written, "{done} acts, {} of them answered for", came.written);
    let written = "SELECT count(*) FROM hub.leaf";
    assert!(sql.number(written).await - leaves >= done, "as many leaves as acts, and those of looks");
    let chains = "SELECT count(*) FROM hub.chain c WHERE n <> (SELECT count(*) FROM hub.leaf l WHERE l.town_id = c.town_id)";
    assert_eq!(sql.number(chains).await, 0, "each chain counts its leaves");
    each_has_its_own(to, &towns, &finder).await;
    server.stop(true).await;
}

/// Acts of the crowd: members of staff added, notes written.
async fn acts(sql: &Sql) -> i64 {
    let notes = Category::WatchNote.number();
    let staff = "SELECT count(*) FROM town.staff";
    sql.number(&format!("SELECT ({staff}) + (SELECT count(*) FROM town.pack WHERE category = {notes})")).await
}

/// The finder itself: another town's answer is known by its marks.
#[test]
fn another_towns_row_would_be_seen() {
    let town = |code: &str, mark: &str, person: &str| Town {
        code: code.to_owned(),
        mark: mark.to_owned(),
        token: String::new(),
        persons: vec![person.to_owned()],
        section: String::new(),
    };
    let finder = Finder::new(&[town("143669", "鷺蓬", "per_a"), town("143626", "鶴蕨", "per_b")]);
    let of = |bytes: &str| finder.whose(bytes.as_bytes()).into_keys().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of("架空 鶴蕨、per_a"), ["143626", "143669"]);
    assert!(of("架空 花子").is_empty());
}
