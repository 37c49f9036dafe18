//! The address at which metrics are told, apart from the one that stores know.

use super::page::{self, Page};
use crate::edge::limits;
use crate::edge::not_found::not_found;
use actix_web::dev::Server;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use mintmark_fulfillment::settings::MetricsSettings;
use mintmark_fulfillment::{Error, Problems};
use std::io;
use std::net::{SocketAddr, TcpListener};

/// Far more than those who look; the rest of the descriptors is for stores.
const MOST_CONNECTIONS: usize = 32;

/// A socket at which nobody is let in yet.
#[derive(Debug)]
pub(crate) struct Window(TcpListener);

impl Window {
    /// Listens where the settings say; `None` where they say nowhere, or where the address that nobody has set is taken.
    ///
    /// # Errors
    /// The address that was set cannot be listened on.
    pub(crate) fn open(settings: MetricsSettings) -> Result<Option<Self>, Error> {
        let (bind, is_named) = match settings {
            MetricsSettings::Off => return Ok(None),
            MetricsSettings::Default(bind) => (bind, false),
            MetricsSettings::Named(bind) => (bind, true),
        };
        match TcpListener::bind(bind) {
            Ok(listener) => Ok(Some(Self(listener))),
            Err(error) if is_named => Err(cannot_listen(bind, &error)),
            Err(error) => {
                tracing::warn!(%bind, %error, "metrics are not told, because their address is taken; set metrics.bind");
                Ok(None)
            }
        }
    }

    /// Tells whoever asks, with one thread.
    ///
    /// # Errors
    /// The operating system gives no more sockets.
    pub(crate) fn serve(self, page: Page) -> io::Result<Server> {
        let (bound, page) = (self.0.local_addr()?, Data::new(page));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(page.clone())
                .service(
                    web::resource("/metrics")
                        .route(web::get().to(page::tell))
                        .default_service(web::to(not_found)),
                )
                .default_service(web::to(not_found))
        });
        let server = server
            .workers(1)
            .max_connections(MOST_CONNECTIONS)
            .client_request_timeout(limits::CLIENT_REQUEST_TIMEOUT)
            .client_disconnect_timeout(limits::CLIENT_DISCONNECT_TIMEOUT)
            .keep_alive(limits::KEEP_ALIVE)
            .disable_signals()
            .listen(self.0)?;
        tracing::info!(%bound, "metrics are told");
        if !bound.ip().is_loopback() {
            tracing::warn!(%bound, "whoever reaches this address can read the metrics: how much is sold, and what fails");
        }
        Ok(server.run())
    }
}

fn cannot_listen(bind: SocketAddr, error: &io::Error) -> Error {
    let mut problems = Problems::default();
    problems.add("metrics.bind", format!("cannot listen on {bind}: {error}"));
    Error::from(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_taken_is_an_error_only_if_it_was_set() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert!(Window::open(MetricsSettings::Default(address)).unwrap().is_none());
        assert!(Window::open(MetricsSettings::Named(address)).unwrap_err().is_configuration());
        assert!(Window::open(MetricsSettings::Off).unwrap().is_none());
    }
}
