//! Clients of the API: HTTP/1.1 over kept-open TLS connections, written by hand so that they cost little
//! beside the server, on a thread of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use kernel::id::PersonId;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::CLIENTS;
use super::server::Server;
use crate::random::Random;

/// Bytes read at once: more than an answer has.
const BUFFER: usize = 16 * 1024;

/// Somebody to be read, and by whose token.
#[derive(Debug, Clone)]
pub struct Target {
    /// Of a case worker of the person's town.
    pub token: String,
    /// Whom.
    pub person: PersonId,
}

/// What was answered.
#[derive(Debug, Default)]
pub struct Answered {
    /// How long each answer took.
    pub took: Vec<Duration>,
    /// Bytes of the last answer, head and body.
    pub bytes: usize,
}

/// Asks for persons chosen by chance, on all connections, for so long. To be called outside a runtime's
/// threads or in a blocking place: it has a runtime of its own.
///
/// # Errors
/// When an answer is not a person.
pub fn ask(server: &Server, targets: &Arc<[Target]>, long: Duration) -> anyhow::Result<Answered> {
    let connector = connector(server)?;
    let asking = || -> anyhow::Result<Answered> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(all(&connector, server, targets, Instant::now() + long))
    };
    std::thread::scope(|scope| match scope.spawn(asking).join() {
        Ok(answered) => answered,
        Err(_) => bail!("the clients' thread ended"),
    })
}

async fn all(
    connector: &TlsConnector,
    server: &Server,
    targets: &Arc<[Target]>,
    until: Instant,
) -> anyhow::Result<Answered> {
    let mut clients = JoinSet::new();
    for nth in 0..CLIENTS {
        let client = Client::connect(connector, server).await?;
        let random = Random::new(u64::try_from(nth).unwrap_or_default());
        clients.spawn(client.ask_until(Arc::clone(targets), random, until));
    }
    let mut all = Answered::default();
    while let Some(answered) = clients.join_next().await {
        let answered = answered??;
        all.took.extend(answered.took);
        all.bytes = answered.bytes;
    }
    Ok(all)
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
    ) -> anyhow::Result<Answered> {
        let mut answered = Answered::default();
        while Instant::now() < until {
            let target = random.pick(&targets).context("there is nobody to read")?;
            let began = Instant::now();
            answered.bytes = self.ask(target).await?;
            answered.took.push(began.elapsed());
        }
        Ok(answered)
    }

    /// Asks for one person and reads the whole answer; returns its size.
    async fn ask(&mut self, target: &Target) -> anyhow::Result<usize> {
        let request = format!(
            "GET /api/v1/persons/{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nTasuki-Purpose: support\r\n\r\n",
            target.person, target.token
        );
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
                return Ok(whole);
            }
        }
    }
}

/// The length of a whole answer with its head; `None` while the head is not complete.
fn length(answer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(answer.get(..end).unwrap_or_default()).context("a head is not text")?;
    if !head.starts_with("HTTP/1.1 200 ") {
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
