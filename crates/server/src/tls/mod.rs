//! TLS for clients that insist on it: from our own authority, or with a certificate of one's own.

mod authority;
mod names;

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regiment_core::model::Time;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

pub use authority::CERTIFICATE_FILE;
use authority::Leaf;

use crate::vault::KeyVault;

#[derive(Debug, Error)]
pub enum TlsError {
    #[error("TLS files: {0}")]
    Io(#[from] io::Error),
    #[error("the key of the certificate authority in the data folder cannot be opened")]
    AuthorityUnreadable,
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("{file}: {error}")]
    Pem { file: String, error: String },
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
}

/// An acceptor with a certificate of the authority kept in `folder`.
pub fn automatic(
    folder: &Path,
    vault: &KeyVault,
    listen: IpAddr,
    now: Time,
) -> Result<TlsAcceptor, TlsError> {
    acceptor(authority::leaf(folder, vault, listen, now)?)
}

/// An acceptor with a certificate of one's own.
pub fn from_files(chain: &PathBuf, key: &PathBuf) -> Result<TlsAcceptor, TlsError> {
    let pem = |file: &PathBuf, error: rustls::pki_types::pem::Error| TlsError::Pem {
        file: file.display().to_string(),
        error: error.to_string(),
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| pem(chain, error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| pem(key, error))?;
    acceptor(Leaf { chain: certificates, key })
}

fn acceptor(leaf: Leaf) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(leaf.chain, leaf.key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
