//! A certificate authority of our own, and a certificate for `localhost`.

use std::{io::Write, path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer};
use tempfile::NamedTempFile;

/// What a TLS server shows, and the file that makes a client trust it.
pub(crate) struct Certificates {
    authority: NamedTempFile,
    server: Arc<ServerConfig>,
}

impl Certificates {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let authority_certificate = params.self_signed(&authority_key).unwrap();
        let mut authority = NamedTempFile::new().unwrap();
        authority.write_all(authority_certificate.pem().as_bytes()).unwrap();

        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::new(params, authority_key);
        let certificate =
            CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        Self { authority, server: Arc::new(server) }
    }

    /// The authority's certificate as a PEM file.
    pub(crate) fn file(&self) -> &Path {
        self.authority.path()
    }

    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}
