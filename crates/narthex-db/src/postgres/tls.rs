//! How far a server's certificate is checked, by `sslmode` as libpq defines it.
//! Never falls back to less than was asked for.
//! Next: `connect.rs` uses it.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::DbError;
use crate::dsn::{TlsFiles, TlsMode};

/// The TLS side of a connection.
pub(super) fn connector(mode: TlsMode, files: &TlsFiles) -> Result<MakeRustlsConnect, DbError> {
    let provider = Arc::new(ring::default_provider());
    let check = check(mode, files, &provider)?;
    let verifier = Arc::new(Verifier { check, provider: provider.clone() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match (&files.certificate, &files.key) {
        (Some(certificate), Some(key)) => {
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
            config.with_client_auth_cert(certificates(certificate)?, key).map_err(|error| invalid(&error))?
        }
        (None, None) => config.with_no_client_auth(),
        _ => return Err(DbError::unavailable("sslcert and sslkey go together")),
    };
    Ok(MakeRustlsConnect::new(config))
}

fn check(mode: TlsMode, files: &TlsFiles, provider: &Arc<CryptoProvider>) -> Result<Check, DbError> {
    let roots = files.roots.as_deref();
    Ok(match mode {
        TlsMode::VerifyFull => Check::Name(authority(roots, provider)?),
        TlsMode::VerifyCa => Check::Chain(authority(roots, provider)?),
        // As in libpq, naming a root certificate means that it is to be checked.
        TlsMode::Require if roots.is_some() => Check::Chain(authority(roots, provider)?),
        TlsMode::Require | TlsMode::Prefer | TlsMode::Disable => Check::Nothing,
    })
}

fn authority(roots: Option<&Path>, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, DbError> {
    let mut store = RootCertStore::empty();
    let known = match roots {
        Some(path) => certificates(path)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    store.add_parsable_certificates(known);
    WebPkiServerVerifier::builder_with_provider(store.into(), provider.clone())
        .build()
        .map_err(|error| DbError::unavailable(format!("no usable root certificate: {error}")))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DbError> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    found.map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> DbError {
    DbError::unavailable(format!("{}: {error}", path.display()))
}

fn invalid(error: &Error) -> DbError {
    DbError::unavailable(format!("TLS: {error}"))
}

#[derive(Debug)]
enum Check {
    Nothing,
    Chain(Arc<WebPkiServerVerifier>),
    Name(Arc<WebPkiServerVerifier>),
}

/// Checks what `sslmode` asks for, and always that the server holds the key of its certificate.
#[derive(Debug)]
struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
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
        let verify =
            |authority: &WebPkiServerVerifier| authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match &self.check {
            Check::Nothing => Ok(ServerCertVerified::assertion()),
            Check::Name(authority) => verify(authority),
            // The name is looked at last, so a complaint about it alone means that the chain is good.
            Check::Chain(authority) => match verify(authority) {
                Err(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })) => {
                    Ok(ServerCertVerified::assertion())
                }
                result => result,
            },
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    use super::*;

    struct Authority {
        pem: String,
        issuer: Issuer<'static, KeyPair>,
    }

    fn authority_named(name: &str) -> Authority {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { pem, issuer: Issuer::new(params, key) }
    }

    /// Whether a server called `db.example` is accepted whose certificate is for `certified`.
    fn accepted(mode: TlsMode, roots: Option<&Path>, by: &Authority, certified: &str) -> bool {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![certified.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &by.issuer).unwrap();
        let files = TlsFiles { roots: roots.map(PathBuf::from), ..TlsFiles::default() };
        let verifier = Verifier {
            check: check(mode, &files, &Arc::new(ring::default_provider())).unwrap(),
            provider: Arc::new(ring::default_provider()),
        };
        let name = ServerName::try_from("db.example").unwrap();
        verifier.verify_server_cert(certificate.der(), &[], &name, &[], UnixTime::now()).is_ok()
    }

    #[test]
    fn each_mode_checks_what_it_says() {
        let (ours, theirs) = (authority_named("ours"), authority_named("theirs"));
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        std::fs::write(&file, &ours.pem).unwrap();
        let cases = [
            // mode, root named, signed by ours, right name, accepted
            (TlsMode::VerifyFull, true, true, true, true),
            (TlsMode::VerifyFull, true, true, false, false),
            (TlsMode::VerifyFull, true, false, true, false),
            (TlsMode::VerifyCa, true, true, true, true),
            (TlsMode::VerifyCa, true, true, false, true),
            (TlsMode::VerifyCa, true, false, true, false),
            (TlsMode::VerifyCa, true, false, false, false),
            (TlsMode::Require, true, true, false, true),
            (TlsMode::Require, true, false, true, false),
            (TlsMode::Require, false, false, false, true),
            (TlsMode::Prefer, true, false, false, true),
        ];
        for (mode, named, signed, right, wanted) in cases {
            let by = if signed { &ours } else { &theirs };
            let name = if right { "db.example" } else { "other.example" };
            let got = accepted(mode, named.then_some(file.as_path()), by, name);
            assert_eq!(got, wanted, "{mode:?}, root named: {named}, signed: {signed}, name: {right}");
        }
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let missing = TlsFiles { roots: Some("/no/such/ca.pem".into()), ..TlsFiles::default() };
        let error = connector(TlsMode::VerifyFull, &missing).err().unwrap();
        assert!(error.to_string().contains("/no/such/ca.pem"), "{error}");
        let half = TlsFiles { certificate: Some("cert.pem".into()), ..TlsFiles::default() };
        assert!(connector(TlsMode::Require, &half).is_err());
    }
}
