//! The server's life: open, listen, serve, stop.

use crate::door::{Door, cannot_listen};
use crate::edge::connections::{self, Connections};
use crate::edge::remote::TrustedProxies;
use crate::edge::room::{ROOM, Room};
use crate::edge::stopping::{self, Stopping};
use crate::edge::tally::Answers;
use crate::edge::{limits, not_found::not_found, panic, trace, unread};
use crate::metrics::{Metrics, Window};
use crate::refresh::{self, RefreshDesk};
use crate::stop::{self, Ended};
use crate::{descriptors, greeting, health, revocations, webhooks};
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::rt::spawn;
use actix_web::rt::time::sleep;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use jiff::Timestamp;
use mintmark_fulfillment::{Clock, Error, Fulfillment, Role, Settings};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How often the file of the webhook secrets is looked at.
const SECRETS_PAUSE: Duration = Duration::from_secs(2);

/// Runs until a signal stops it, or its disk fails.
///
/// # Errors
/// The installation cannot be opened, or the address not be listened on.
pub(crate) fn run(settings: Settings, metrics: Metrics) -> Result<Ended, Error> {
    // First of all: a first run whose address is taken must not make a secret, print nothing of it, and be a second run
    // afterwards. Whoever connects from here on waits until the server is ready.
    let door = Door::open(settings.http.bind)?;
    let window = Window::open(settings.metrics)?;
    let clock: Clock = Arc::new(Timestamp::now);
    let mut fulfillment = Fulfillment::open(settings, Role::Server, clock())?;
    if window.is_some() {
        fulfillment.measure(metrics.recorder());
    }
    fulfillment.start_outbox(Arc::clone(&clock))?;
    let fulfillment = Arc::new(fulfillment);
    let publisher = fulfillment.start_publisher(Arc::clone(&clock))?;
    let verifier = fulfillment.start_verifier(Arc::clone(&clock))?;
    let reconciler = fulfillment.start_reconciler(Arc::clone(&clock))?;
    let lookout = fulfillment.start_lookout(Arc::clone(&clock))?;
    let sweeper = fulfillment.start_sweeper(clock)?;
    let served = actix_web::rt::System::new().block_on(serve(&fulfillment, door, metrics, window));
    stop::close(fulfillment, (lookout, verifier, reconciler, sweeper, publisher));
    tracing::info!("stopped");
    served
}

async fn serve(
    fulfillment: &Arc<Fulfillment>,
    door: Door,
    metrics: Metrics,
    window: Option<Window>,
) -> Result<Ended, Error> {
    let bind = fulfillment.settings().http.bind;
    let cannot_listen = |error: io::Error| cannot_listen(bind, &error);
    let asked = stop::asked().map_err(cannot_listen)?;
    let shared = Shared::new(fulfillment, &metrics);
    let stopping = shared.stopping.clone();
    let connections = Arc::new(Connections::new(limits::LONGEST_SILENCE));
    let server = listen(shared, &door, &connections).map_err(cannot_listen)?;
    greet(fulfillment, &door, door.address().unwrap_or(bind));
    reload_on_hangup(Arc::clone(fulfillment)).map_err(cannot_listen)?;
    let secrets = spawn(watch_secrets(Arc::clone(fulfillment)));
    let watching = spawn(connections.watch());
    let told = window.map(|window| tell(window, metrics, fulfillment)).transpose().map_err(cannot_listen)?;
    let failed = stop::database_failed(fulfillment);
    let ending = spawn({
        let (fulfillment, handle) = (Arc::clone(fulfillment), server.handle());
        async move {
            let letters = || stop::finish_letters(fulfillment);
            let ended = stop::wait(asked, failed, letters, &stopping).await;
            door.close(&handle).await;
            sleep(stop::LAST_CALL).await;
            handle.stop(true).await;
            ended
        }
    });
    server.await.map_err(cannot_listen)?;
    watching.abort();
    secrets.abort();
    if let Some(told) = told {
        told.stop(false).await;
    }
    Ok(ending.await.expect("it is this task that ends the server, and it does not panic"))
}

/// Tells the metrics until its handle stops it.
fn tell(window: Window, metrics: Metrics, fulfillment: &Arc<Fulfillment>) -> io::Result<ServerHandle> {
    spawn(metrics.upkeep());
    let server = window.serve(metrics.page(fulfillment))?;
    let handle = server.handle();
    spawn(server);
    Ok(handle)
}

fn listen(shared: Shared, door: &Door, connections: &Arc<Connections>) -> io::Result<Server> {
    let (connections, workers) = (Arc::clone(connections), limits::workers());
    let mut server = HttpServer::new(move || {
        App::new()
            .configure(|config| shared.configure(config))
            .wrap(from_fn(panic::answer_panics))
            .wrap(from_fn(stopping::say_farewell))
            .wrap(from_fn(trace::log_requests))
            .wrap(from_fn(unread::cut))
            .wrap(from_fn(connections::note_work))
    })
    .workers(workers)
    .client_request_timeout(limits::CLIENT_REQUEST_TIMEOUT)
    .client_disconnect_timeout(limits::CLIENT_DISCONNECT_TIMEOUT)
    .keep_alive(limits::KEEP_ALIVE)
    .max_connections(limits::connections_of_a_worker(descriptors::raise(), workers))
    .shutdown_timeout(limits::SHUTDOWN_TIMEOUT)
    .disable_signals()
    .on_connect(move |socket, of_connection| connections.seat(socket, of_connection));
    for listener in door.listeners()? {
        server = server.listen(listener)?;
    }
    Ok(server.run())
}

/// What the handlers and the edge share; one for all workers.
#[derive(Clone)]
struct Shared {
    fulfillment: Data<Fulfillment>,
    proxies: Data<TrustedProxies>,
    room: Data<Room>,
    stopping: Data<Stopping>,
    refreshing: Data<RefreshDesk>,
    answers: Data<Answers>,
}

impl Shared {
    fn new(fulfillment: &Arc<Fulfillment>, metrics: &Metrics) -> Self {
        let proxies = TrustedProxies::new(fulfillment.settings().http.trusted_proxies.clone());
        Self {
            fulfillment: Data::from(Arc::clone(fulfillment)),
            proxies: Data::new(proxies),
            room: Data::new(Room::new(ROOM)),
            stopping: Data::new(Stopping::default()),
            refreshing: Data::new(RefreshDesk::new()),
            answers: Data::new(metrics.answers()),
        }
    }

    fn configure(&self, config: &mut web::ServiceConfig) {
        config.app_data(self.fulfillment.clone()).app_data(self.proxies.clone());
        config.app_data(self.room.clone()).app_data(self.stopping.clone());
        config.app_data(self.refreshing.clone()).app_data(self.answers.clone());
        routes(config);
    }
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
            web::resource("/licenses/revocations")
                .route(web::get().to(revocations::publish))
                .route(web::head().to(revocations::publish))
                .default_service(found_nothing()),
        )
        .service(
            web::resource("/licenses/refresh")
                .route(web::post().to(refresh::refresh))
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
fn greet(fulfillment: &Fulfillment, door: &Door, bound: SocketAddr) {
    if let Some(words) = greeting::first_run(fulfillment, bound) {
        println!("{words}");
    }
    let mail = &fulfillment.settings().mail;
    let keeper = door.keeper().as_str();
    tracing::info!(%bound, keeper, database = %fulfillment.settings().database_url(), mail = mail.provider.as_str(), "listening");
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

/// A rotated webhook secret is taken up without a signal, which somebody would forget.
async fn watch_secrets(fulfillment: Arc<Fulfillment>) {
    loop {
        sleep(SECRETS_PAUSE).await;
        match fulfillment.reload_secrets() {
            Ok(None) => {}
            Ok(Some(accepted)) => tracing::info!(accepted, "the webhook secrets are read again"),
            Err(error) => tracing::error!(%error, "the webhook secrets cannot be read; those in force stay"),
        }
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
