//! The server's life: open, listen, serve, stop.

use crate::edge::remote::TrustedProxies;
use crate::edge::stopping::{self, Stopping};
use crate::edge::{limits, not_found::not_found, panic, trace, unread};
use crate::{greeting, health, webhooks};
use actix_web::middleware::from_fn;
use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use jiff::Timestamp;
use mintmark_fulfillment::{Clock, Error, Fulfillment, Problems, Role, Settings};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// Runs until a signal stops it.
///
/// # Errors
/// The installation cannot be opened, or the address not be listened on.
pub(crate) fn run(settings: Settings) -> Result<(), Error> {
    // A first run whose address is taken must not make a secret, print nothing of it, and be a second run afterwards.
    let bind = settings.http.bind;
    drop(TcpListener::bind(bind).map_err(|error| cannot_listen(bind, &error))?);
    let clock: Clock = Arc::new(Timestamp::now);
    let mut fulfillment = Fulfillment::open(settings, Role::Server, clock())?;
    fulfillment.start_outbox(Arc::clone(&clock))?;
    let fulfillment = Arc::new(fulfillment);
    let sweeper = fulfillment.start_sweeper(clock)?;
    let served = actix_web::rt::System::new().block_on(serve(&fulfillment));
    drop(sweeper);
    fulfillment.stop();
    tracing::info!("stopped");
    served
}

async fn serve(fulfillment: &Arc<Fulfillment>) -> Result<(), Error> {
    let bind = fulfillment.settings().http.bind;
    let cannot_listen = |error: io::Error| cannot_listen(bind, &error);
    let proxies = TrustedProxies::new(fulfillment.settings().http.trusted_proxies.clone());
    let (fulfilling, proxies) = (Data::from(Arc::clone(fulfillment)), Data::new(proxies));
    let stopping = Data::new(Stopping::default());
    let stop = stopping::on_signal(stopping.clone()).map_err(cannot_listen)?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(fulfilling.clone())
            .app_data(proxies.clone())
            .app_data(stopping.clone())
            .wrap(from_fn(panic::answer_panics))
            .wrap(from_fn(stopping::say_farewell))
            .wrap(from_fn(trace::log_requests))
            .wrap(from_fn(unread::cut))
            .configure(routes)
    })
    .client_request_timeout(limits::CLIENT_REQUEST_TIMEOUT)
    .client_disconnect_timeout(limits::CLIENT_DISCONNECT_TIMEOUT)
    .keep_alive(limits::KEEP_ALIVE)
    .max_connections(limits::MAX_CONNECTIONS)
    .shutdown_timeout(limits::SHUTDOWN_TIMEOUT)
    .shutdown_signal(stop)
    .bind(bind)
    .map_err(cannot_listen)?;
    greet(fulfillment, server.addrs().first().copied().unwrap_or(bind));
    reload_on_hangup(Arc::clone(fulfillment)).map_err(cannot_listen)?;
    server.run().await.map_err(cannot_listen)
}

fn cannot_listen(bind: SocketAddr, error: &io::Error) -> Error {
    let mut problems = Problems::default();
    problems.add("http.bind", format!("cannot listen on {bind}: {error}"));
    Error::from(problems)
}

fn routes(config: &mut web::ServiceConfig) {
    let found_nothing = || web::to(not_found);
    config
        .service(
            web::resource("/webhooks/{source}")
                .route(web::post().to(webhooks::receive))
                .default_service(found_nothing()),
        )
        .service(
            web::resource("/healthz").route(web::get().to(health::healthz)).default_service(found_nothing()),
        )
        .service(
            web::resource("/readyz").route(web::get().to(health::readyz)).default_service(found_nothing()),
        )
        .default_service(found_nothing());
}

/// The secret goes to standard output, which is the operator's, and never to the log.
#[expect(clippy::print_stdout, reason = "the ping URL is the output of a first run")]
fn greet(fulfillment: &Fulfillment, bound: SocketAddr) {
    if let Some(words) = greeting::first_run(fulfillment, bound) {
        println!("{words}");
    }
    let mail = &fulfillment.settings().mail;
    tracing::info!(%bound, database = %fulfillment.settings().database_url(), mail = mail.provider.as_str(), "listening");
    if mail.provider.as_str() == "folder" {
        let folder = fulfillment.settings().data_dir.join("letters");
        tracing::warn!(folder = %folder.display(), "no mail provider is configured: letters are written into a folder");
    }
    if fulfillment.has_disused_secret() {
        tracing::warn!(
            "secrets are configured, so the generated one in the data folder opens no door any more"
        );
    }
    match fulfillment.never_mailed() {
        Ok(0) => {}
        Ok(letters) => tracing::warn!(
            letters,
            "letters lie in the letters folder and were never mailed; `mintmark-admin license resend --logged` sends them"
        ),
        Err(error) => tracing::warn!(%error, "the letters folder could not be looked at"),
    }
}

/// SIGHUP reads the catalog again.
fn reload_on_hangup(fulfillment: Arc<Fulfillment>) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    actix_web::rt::spawn(async move {
        while hangup.recv().await.is_some() {
            match fulfillment.reload_catalog() {
                Ok(()) => tracing::info!("the catalog is read again"),
                Err(problems) => {
                    tracing::error!(%problems, "the catalog holds mistakes; the one in force stays")
                }
            }
        }
    });
    Ok(())
}
