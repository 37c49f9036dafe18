//! Which SMTP server to speak to, and what to trust.

use std::{fmt, fs, path::Path};

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters, TlsParametersBuilder};

use crate::{Credentials, Encryption, Error, SmtpSettings, SmtpUrl};

/// A server, ready to be connected to.
pub(super) struct Server {
    url: SmtpUrl,
    tls: TlsParameters,
}

impl Server {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, Error> {
        let builder = TlsParametersBuilder::new(settings.url.host.clone())
            .certificate_store(CertificateStore::WebpkiRoots);
        let builder = match &settings.ca_file {
            Some(path) => builder.add_root_certificate(certificates(path)?),
            None => builder,
        };
        Ok(Self { url: settings.url.clone(), tls: builder.build().map_err(Error::Tls)? })
    }

    pub(super) fn address(&self) -> (&str, u16) {
        (&self.url.host, self.url.port)
    }

    pub(super) fn encryption(&self) -> Encryption {
        self.url.encryption
    }

    pub(super) fn tls(&self) -> &TlsParameters {
        &self.tls
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.url.credentials.as_ref()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}

fn certificates(path: &Path) -> Result<Certificate, Error> {
    let pem = fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    // A file without any certificate parses as none at all.
    if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Err(Error::Certificates { path: path.to_owned() });
    }
    Certificate::from_pem(&pem).map_err(|_| Error::Certificates { path: path.to_owned() })
}

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::Server;
    use crate::SmtpSettings;

    #[test]
    fn a_file_without_certificates_is_refused() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"not a certificate").unwrap();
        let settings = SmtpSettings {
            url: "smtps://mail.example.com".parse().unwrap(),
            ca_file: Some(file.path().to_owned()),
        };
        let error = Server::new(&settings).unwrap_err().to_string();
        assert_eq!(error, format!("no usable certificate in {}", file.path().display()));
    }
}
