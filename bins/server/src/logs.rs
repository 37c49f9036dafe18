//! The log: words on a terminal, JSON lines elsewhere, and no other crate's details.

mod flat;

use flat::Flat;
use std::io::IsTerminal as _;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging to standard error. `RUST_LOG` chooses the level.
pub(crate) fn start() {
    let chosen = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let registry = tracing_subscriber::registry().with(chosen).with(filter_fn(is_ours_or_grave));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        registry.with(layer).init();
    } else {
        registry.with(layer.json().event_format(Flat)).init();
    }
}

/// What libraries trace can hold paths, queries and bodies, and the secret is in the query.
fn is_ours_or_grave(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("mintmark") || *metadata.level() <= Level::WARN
}
