//! The servers that this program itself is, in processes of their own: the limits, and a mail provider's double.

mod bare;
mod limit;
mod provider;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use clap::Subcommand;
use std::net::SocketAddr;
use std::time::Duration;

/// Which server to be. The program starts itself with these words.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// Reads the body and answers
    #[command(hide = true)]
    Bare { bind: SocketAddr },
    /// Writes the rows of a sale with prepared values, and answers
    #[command(hide = true)]
    Limit {
        bind: SocketAddr,
        /// sqlite:PATH or postgres://…, empty
        database: String,
    },
    /// Takes every letter at once, as Postmark does
    #[command(hide = true)]
    Provider { bind: SocketAddr },
    /// Takes connections and never answers
    #[command(hide = true)]
    BlackHole { bind: SocketAddr },
}

/// Runs until a signal ends the process.
pub(crate) fn run(part: Part) -> anyhow::Result<()> {
    match part {
        Part::Bare { bind } => serve(bind, bare::routes),
        Part::Limit { bind, database } => {
            let queue = web::Data::new(limit::Queue::open(&database)?);
            serve(bind, move |config| limit::routes(config, queue.clone()))
        }
        Part::Provider { bind } => serve(bind, provider::routes),
        Part::BlackHole { bind } => provider::swallow(bind),
    }
}

/// With the settings of `mintmark-server`, so that the difference is what happens to a delivery.
fn serve(
    bind: SocketAddr,
    routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> anyhow::Result<()> {
    let server = move || -> std::io::Result<Server> {
        Ok(HttpServer::new(move || App::new().configure(routes.clone()))
            .client_request_timeout(Duration::from_secs(3))
            .client_disconnect_timeout(Duration::ZERO)
            .keep_alive(Duration::from_secs(15))
            .max_connections(2048)
            .shutdown_timeout(1)
            .bind(bind)?
            .run())
    };
    actix_web::rt::System::new().block_on(async { server()?.await })?;
    Ok(())
}
