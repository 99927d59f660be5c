//! A client that may lose patience: HTTP/1.1 on a socket of its own, closed in the middle if need be.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: &'static str,
    /// Path and query, percent-encoded.
    pub path: String,
    /// The token.
    pub token: String,
    /// More headers, each with its line's end.
    pub headers: String,
    /// The JSON body, if there is one.
    pub body: Option<String>,
}

impl Request {
    fn bytes(&self) -> Vec<u8> {
        let body = self.body.as_deref().unwrap_or_default();
        let kind = if self.body.is_some() { "Content-Type: application/json\r\n" } else { "" };
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Tasuki-Purpose: support\r\n{kind}{}Content-Length: {}\r\n\r\n",
            self.method,
            self.path,
            self.token,
            self.headers,
            body.len()
        );
        [head.as_bytes(), body.as_bytes()].concat()
    }
}

/// What came back, to the last byte.
#[derive(Debug)]
pub struct Answered {
    /// Status.
    pub status: u16,
    /// Head and body.
    pub bytes: Vec<u8>,
}

/// Sends and reads to the end, or closes the socket the hard way (RST) once `patience` is over.
pub async fn send(to: SocketAddr, request: &Request, patience: Duration) -> Option<Answered> {
    let mut socket = TcpStream::connect(to).await.unwrap();
    // A reset, not a polite end: what is left unsaid on either side is thrown away.
    socket.set_zero_linger().unwrap();
    let asking = async {
        socket.write_all(&request.bytes()).await.unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.unwrap();
        bytes
    };
    let bytes = tokio::time::timeout(patience, asking).await.ok()?;
    let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    Some(Answered { status: status.unwrap_or_else(|| panic!("{request:?} got no answer")), bytes })
}
