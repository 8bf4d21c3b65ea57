//! TLS towards the admin listener: whom to trust, and what to show.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::error::ClientError;

/// Files of PEM texts.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// Authorities to trust besides the machine's own.
    pub ca: Option<PathBuf>,
    /// The client's certificate, with its chain.
    pub certificate: Option<PathBuf>,
    /// The private key of the client's certificate.
    pub key: Option<PathBuf>,
}

impl TlsFiles {
    /// How to speak TLS with these files.
    pub(crate) fn config(&self) -> Result<ClientConfig, ClientError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &self.ca {
            let (added, _) = roots.add_parsable_certificates(certificates(path)?);
            if added == 0 {
                return Err(ClientError::Settings(format!("{} holds no certificate of an authority", path.display())));
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ClientError::Settings(error.to_string()))?
            .with_root_certificates(roots);
        let mut config = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                builder.with_client_auth_cert(certificates(certificate)?, private_key(key)?).map_err(|error| {
                    ClientError::Settings(format!("{} and {} cannot be used: {error}", certificate.display(), key.display()))
                })?
            }
            (None, None) => builder.with_no_client_auth(),
            _ => return Err(ClientError::Settings("a client's certificate and its private key have to be given together".to_owned())),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let refused = |error| ClientError::Settings(format!("{} cannot be read as certificates: {error}", path.display()));
    CertificateDer::pem_file_iter(path).map_err(refused)?.collect::<Result<_, _>>().map_err(refused)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, ClientError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|error| ClientError::Settings(format!("{} cannot be read as a private key: {error}", path.display())))
}
