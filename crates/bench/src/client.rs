//! Clients of the API: HTTP/1.1 over kept-open TLS connections, written by hand so that they cost little
//! beside the server, on a thread of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::random::Random;
use crate::server::Server;
use crate::world::Town;

/// Bytes read at once: more than an answer has.
const BUFFER: usize = 16 * 1024;

/// Something to be asked for, and by whose token.
#[derive(Debug, Clone)]
pub struct Target {
    /// Of a member of staff of the town whose it is; empty for whoever has none yet.
    pub token: String,
    /// Path and query.
    pub path: String,
    /// What is sent, as JSON; nothing to read.
    pub body: Option<String>,
}

impl Target {
    /// Something of a town, as its case worker reads it.
    #[must_use]
    pub fn new(town: &Town, path: impl Into<String>) -> Self {
        Self { token: town.desks.worker.token.clone(), path: path.into(), body: None }
    }

    /// The request.
    fn written(&self) -> String {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        let mut request =
            format!("{method} {} HTTP/1.1\r\nHost: localhost\r\nTasuki-Purpose: support\r\n", self.path);
        if !self.token.is_empty() {
            request.push_str(&format!("Authorization: Bearer {}\r\n", self.token));
        }
        let body = self.body.as_deref().unwrap_or_default();
        if !body.is_empty() {
            let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
            request.push_str(&head);
        }
        request.push_str("\r\n");
        request.push_str(body);
        request
    }
}

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Connections, each asking for one thing after the other.
    pub clients: usize,
    /// For how long.
    pub long: Duration,
    /// The time between the beginnings of two requests of one connection; `None`: as soon as the last is
    /// answered.
    pub pace: Option<Duration>,
}

/// What was answered.
#[derive(Debug, Default)]
pub struct Answered {
    /// How long each answer took, the longest last.
    pub took: Vec<Duration>,
    /// Bytes of the last answer, head and body.
    pub bytes: usize,
}

impl Answered {
    /// Milliseconds within which so many of a thousand answers came.
    #[must_use]
    pub fn within(&self, permille: usize) -> f64 {
        let last = self.took.len().saturating_sub(1);
        let place = (self.took.len() * permille / 1000).min(last);
        self.took.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3
    }
}

/// Asks for targets chosen by chance. To be called outside a runtime's threads or in a blocking place: it has
/// a runtime of its own.
///
/// # Errors
/// When an answer is no success.
pub fn ask(server: &Server, targets: &Arc<[Target]>, crowd: Crowd) -> anyhow::Result<Answered> {
    on_a_thread_of_its_own(async || {
        let connector = connector(server)?;
        let until = Instant::now() + crowd.long;
        let mut clients = JoinSet::new();
        for nth in 0..crowd.clients {
            let client = Client::connect(&connector, server).await?;
            let random = Random::new(u64::try_from(nth).unwrap_or_default());
            clients.spawn(client.ask_until(Arc::clone(targets), random, until, crowd.pace));
        }
        let mut all = Answered::default();
        while let Some(answered) = clients.join_next().await {
            let answered = answered??;
            all.took.extend(answered.took);
            all.bytes = answered.bytes;
        }
        all.took.sort_unstable();
        Ok(all)
    })
}

/// Asks for each target once, in their order, on one connection.
///
/// # Errors
/// When an answer is no success.
pub fn ask_each(server: &Server, targets: &[Target]) -> anyhow::Result<Answered> {
    on_a_thread_of_its_own(async || {
        let mut client = Client::connect(&connector(server)?, server).await?;
        let mut answered = Answered::default();
        for target in targets {
            answered.took.push(client.ask(target, &mut answered.bytes).await?);
        }
        answered.took.sort_unstable();
        Ok(answered)
    })
}

/// Asks for all targets at once, each on a connection of its own.
///
/// # Errors
/// When an answer is no success.
pub fn ask_at_once(server: &Server, targets: Vec<Target>) -> anyhow::Result<Answered> {
    on_a_thread_of_its_own(async || {
        let connector = connector(server)?;
        let mut clients = JoinSet::new();
        for target in targets {
            let mut client = Client::connect(&connector, server).await?;
            clients.spawn(async move { client.ask(&target, &mut 0).await });
        }
        let mut answered = Answered::default();
        while let Some(took) = clients.join_next().await {
            answered.took.push(took??);
        }
        answered.took.sort_unstable();
        Ok(answered)
    })
}

/// Learns in `long` what these clients get when they ask without a pause, and gives half of it: as many clients
/// at half the pace.
///
/// # Errors
/// As [`ask`].
pub fn half(
    server: &Server,
    targets: &Arc<[Target]>,
    clients: usize,
    long: Duration,
) -> anyhow::Result<Crowd> {
    let all_out = ask(server, targets, Crowd { clients, long, pace: None })?;
    let asked = u32::try_from(all_out.took.len().max(1))?;
    let of_one = long * u32::try_from(clients)? / asked;
    Ok(Crowd { clients, long, pace: Some(of_one * 2) })
}

fn on_a_thread_of_its_own<F>(asking: impl FnOnce() -> F + Send) -> anyhow::Result<Answered>
where
    F: Future<Output = anyhow::Result<Answered>>,
{
    let running = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(asking())
    };
    std::thread::scope(|scope| match scope.spawn(running).join() {
        Ok(answered) => answered,
        Err(_) => bail!("the clients' thread ended"),
    })
}

/// A TLS client that trusts this one certificate.
fn connector(server: &Server) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(&server.certificate).context("reading the certificate")?
    {
        roots.add(certificate.context("reading the certificate")?).context("trusting the certificate")?;
    }
    Ok(TlsConnector::from(Arc::new(
        ClientConfig::builder().with_root_certificates(roots).with_no_client_auth(),
    )))
}

/// One connection.
struct Client {
    stream: TlsStream<TcpStream>,
    answer: Vec<u8>,
}

impl Client {
    async fn connect(connector: &TlsConnector, server: &Server) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server.address).await.context("connecting to the server")?;
        stream.set_nodelay(true).context("connecting to the server")?;
        let name = ServerName::try_from("localhost").context("a name")?;
        let stream = connector.connect(name, stream).await.context("speaking TLS with the server")?;
        Ok(Self { stream, answer: Vec::with_capacity(BUFFER) })
    }

    async fn ask_until(
        mut self,
        targets: Arc<[Target]>,
        mut random: Random,
        until: Instant,
        pace: Option<Duration>,
    ) -> anyhow::Result<Answered> {
        let mut answered = Answered::default();
        // Who comes at a pace comes at any time within it, not all at once.
        let mut next = Instant::now() + pace.unwrap_or_default() * random_percent(&mut random) / 100;
        while Instant::now() < until {
            if let Some(pace) = pace {
                tokio::time::sleep_until(next.into()).await;
                next += pace;
            }
            let target = random.pick(&targets).context("there is nothing to read")?;
            answered.took.push(self.ask(target, &mut answered.bytes).await?);
        }
        Ok(answered)
    }

    /// Asks for one thing and reads the whole answer; notes its size and returns how long it took.
    async fn ask(&mut self, target: &Target, bytes: &mut usize) -> anyhow::Result<Duration> {
        let request = target.written();
        let began = Instant::now();
        self.stream.write_all(request.as_bytes()).await.context("asking")?;
        self.stream.flush().await.context("asking")?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await.context("reading an answer")? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(whole) = length(&self.answer)?
                && self.answer.len() >= whole
            {
                *bytes = whole;
                return Ok(began.elapsed());
            }
        }
    }
}

fn random_percent(random: &mut Random) -> u32 {
    u32::try_from(random.below(100)).unwrap_or_default()
}

/// The length of a whole answer with its head; `None` while the head is not complete.
fn length(answer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(answer.get(..end).unwrap_or_default()).context("a head is not text")?;
    if !["HTTP/1.1 200 ", "HTTP/1.1 201 "].iter().any(|success| head.starts_with(success)) {
        bail!("the server answered {}", String::from_utf8_lossy(answer));
    }
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let body =
        headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.trim());
    let body: usize = body.context("an answer has no length")?.parse().context("an answer has no length")?;
    Ok(Some(end + 4 + body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end_and_no_further() {
        let whole = b"HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 5\r\n\r\n{...}";
        assert_eq!(length(whole).unwrap(), Some(whole.len()));
        assert_eq!(length(&whole[..20]).unwrap(), None);
        assert!(length(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").is_err());
        assert!(length(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
