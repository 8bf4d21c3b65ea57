//! The certificates that the listeners show, read at start and again at each reload.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use narthex_config::{Listener, Secret, Tls, TlsMaterial};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::ListenError;

/// A listener's certificate and key. Clones show the same ones.
#[derive(Clone)]
pub struct Certificates {
    listener: &'static str,
    source: Arc<Tls>,
    client_ca: Option<Arc<Path>>,
    current: Arc<ArcSwap<ServerConfig>>,
}

impl Certificates {
    /// Those that a listener is configured with; nothing if it speaks plain HTTP.
    /// With `client_ca`, a file of authorities, only clients that show a certificate of one of them are talked to.
    pub(super) fn load(listener: &'static str, configured: &Listener, client_ca: Option<&Path>) -> Result<Option<Self>, ListenError> {
        let config = read(&configured.tls, client_ca).map_err(|reason| refused(listener, reason))?;
        Ok(config.map(|config| Self {
            listener,
            source: Arc::new(configured.tls.clone()),
            client_ca: client_ca.map(Arc::from),
            current: Arc::new(ArcSwap::from_pointee(config)),
        }))
    }

    /// Reads them again; connections to come are shown what was read.
    ///
    /// # Errors
    /// Where they cannot be read or do not belong together. The former ones stay then.
    pub fn reload(&self) -> Result<(), ListenError> {
        if let Some(config) = read(&self.source, self.client_ca.as_deref()).map_err(|reason| refused(self.listener, reason))? {
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

fn read(tls: &Tls, client_ca: Option<&Path>) -> Result<Option<ServerConfig>, String> {
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
    let clients = match client_ca {
        None => WebPkiClientVerifier::no_client_auth(),
        Some(path) => clients_of(path, provider.clone())?,
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_client_cert_verifier(clients).with_single_cert(chain, key))
        .map_err(|error| format!("certificate and private key cannot be used: {error}"))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(config))
}

/// What asks clients for a certificate of one of these authorities.
fn clients_of(path: &Path, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!("the authorities of clients (narthex.admin.client_ca) in {} cannot be used: {error}", path.display())
    };
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
        roots.add(authority.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(|error| failed(&error))
}

fn file(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{path} cannot be read: {error}"))
}

fn inline(part: &str, text: &Secret) -> Result<Vec<u8>, String> {
    STANDARD.decode(text.expose()).map_err(|error| format!("{part}.base64 is not base64: {error}"))
}
