//! The server's certificate: the operator's own, or one made at the first start for this machine.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Which certificate to serve with.
#[derive(Args, Debug, Clone)]
pub struct Certificate {
    /// Certificate chain (PEM). Made for localhost when it does not exist.
    #[arg(long, env = "TASUKI_TLS_CERT")]
    pub tls_cert: PathBuf,
    /// Its private key (PEM).
    #[arg(long, env = "TASUKI_TLS_KEY")]
    pub tls_key: PathBuf,
}

impl Certificate {
    /// TLS 1.3 with this certificate.
    ///
    /// # Errors
    /// When the files cannot be read or made.
    pub fn config(&self) -> anyhow::Result<ServerConfig> {
        if !self.tls_cert.exists() {
            make(&self.tls_cert, &self.tls_key)?;
        }
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&self.tls_cert)
            .and_then(Iterator::collect)
            .with_context(|| format!("reading {}", self.tls_cert.display()))?;
        let key = PrivateKeyDer::from_pem_file(&self.tls_key)
            .with_context(|| format!("reading {}", self.tls_key.display()))?;
        let config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13])
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .context("the certificate and its key do not fit together")?;
        Ok(config)
    }
}

fn make(cert: &Path, key: &Path) -> anyhow::Result<()> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).context("making a certificate for localhost")?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let key_file =
        options.open(key).and_then(|mut file| file.write_all(made.signing_key.serialize_pem().as_bytes()));
    key_file.with_context(|| format!("writing {}", key.display()))?;
    fs::write(cert, made.cert.pem()).with_context(|| format!("writing {}", cert.display()))
}
