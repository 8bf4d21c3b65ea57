//! The certificates that the listeners show, read at start and again at each reload.

use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use narthex_config::{Listener, Secret, Tls, TlsMaterial};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::ListenError;

/// A listener's certificate and key. Clones show the same ones.
#[derive(Clone)]
pub struct Certificates {
    listener: &'static str,
    source: Arc<Tls>,
    current: Arc<ArcSwap<ServerConfig>>,
}

impl Certificates {
    /// Those that a listener is configured with; nothing if it speaks plain HTTP.
    pub(super) fn load(listener: &'static str, configured: &Listener) -> Result<Option<Self>, ListenError> {
        let config = read(&configured.tls).map_err(|reason| refused(listener, reason))?;
        Ok(config.map(|config| Self {
            listener,
            source: Arc::new(configured.tls.clone()),
            current: Arc::new(ArcSwap::from_pointee(config)),
        }))
    }

    /// Reads them again; connections to come are shown what was read.
    ///
    /// # Errors
    /// Where they cannot be read or do not belong together. The former ones stay then.
    pub fn reload(&self) -> Result<(), ListenError> {
        if let Some(config) = read(&self.source).map_err(|reason| refused(self.listener, reason))? {
            self.current.store(Arc::new(config));
        }
        Ok(())
    }

    /// What greets the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }
}

fn refused(listener: &'static str, reason: String) -> ListenError {
    ListenError { listener, place: format!("TLS (serve.{listener}.tls)"), reason }
}

fn read(tls: &Tls) -> Result<Option<ServerConfig>, String> {
    let (key, chain) = match tls.material() {
        None => return Ok(None),
        Some(TlsMaterial::Files { key, cert }) => (file(key)?, file(cert)?),
        Some(TlsMaterial::Inline { key, cert }) => (inline("key", key)?, inline("cert", cert)?),
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the certificate is no PEM text: {error}"))?;
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|error| format!("the private key is no PEM text: {error}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| format!("certificate and private key cannot be used: {error}"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(config))
}

fn file(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{path} cannot be read: {error}"))
}

fn inline(part: &str, text: &Secret) -> Result<Vec<u8>, String> {
    STANDARD.decode(text.expose()).map_err(|error| format!("{part}.base64 is not base64: {error}"))
}
