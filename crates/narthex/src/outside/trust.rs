//! Whose certificates are believed: those that the authorities of this machine vouch for, and the machine's trusted
//! certificates themselves.
//!
//! Many self-made certificates are an authority and a server's certificate in one. rustls refuses such a certificate as a
//! server's, even where somebody has put exactly this one among the trusted (`SSL_CERT_FILE`); most other TLS libraries take it.

use std::collections::HashSet;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

/// How this server speaks TLS to others: HTTP/2 where they can.
///
/// # Errors
/// Where the library cannot be set up.
pub(super) fn tls() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Verifier::of_this_machine(provider.clone());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct Verifier {
    /// Nothing where the machine trusts nobody.
    authorities: Option<Arc<WebPkiServerVerifier>>,
    /// SHA-256 of each trusted certificate.
    trusted: HashSet<[u8; 32]>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn of_this_machine(provider: Arc<CryptoProvider>) -> Self {
        let found = rustls_native_certs::load_native_certs();
        for error in found.errors {
            tracing::warn!(%error, "some of the certificates that this machine trusts could not be read");
        }
        Self::trusting(found.certs, provider)
    }

    fn trusting(certificates: Vec<CertificateDer<'static>>, provider: Arc<CryptoProvider>) -> Self {
        let trusted = certificates.iter().map(|certificate| Sha256::digest(certificate).into()).collect();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates);
        let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().ok();
        Self { authorities, trusted, provider }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authorities) = &self.authorities else { return Err(CertificateError::UnknownIssuer.into()) };
        match authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // Its time has been found right by now: that it may sign others is what is held against it.
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.trusted.contains::<[u8; 32]>(&Sha256::digest(end_entity).into()) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
