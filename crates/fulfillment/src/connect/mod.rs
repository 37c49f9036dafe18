//! Connecting: a store is made to tell us of everything, each thing once.

mod address;
mod plan;

pub use address::masked;
pub use plan::{Connection, EventState, Told};

use crate::settings::Settings;
use crate::{Error, webhook_secrets};
use mintmark_adapters::{Books, Sources};
use plan::Registered;

/// Whether a connection is only looked at, or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Says what is there.
    Check,
    /// Says what would be done.
    Rehearse,
    /// Registers what is missing, and ends what is there twice.
    Connect,
}

/// Looks at the addresses that a store tells of its events, and brings ours in order. Those of others are left alone.
///
/// `url` is our address, if it is not the one that the settings make.
///
/// # Errors
/// There is no such source, no token for it, no address that the store could reach; the store refuses or does not answer.
pub fn connect(
    settings: &Settings,
    source: &str,
    url: Option<&str>,
    intent: Intent,
) -> Result<Connection, Error> {
    let sources = Sources::new(&settings.sources)?;
    let adapter = sources.get(source);
    let adapter = adapter.ok_or_else(|| Error::NotFound { what: "source", id: source.to_owned() })?;
    let books = adapter.books().ok_or(Error::NoToken { store: adapter.name() })?;
    let secrets = webhook_secrets(settings)?;
    let ours = address::ours(settings, &secrets, url)?;
    let mut events = Vec::new();
    for event in books.events() {
        let registered = Registered::of(books.registrations(event)?, &ours);
        events.push(bring(books, event, &registered, &ours.wanted, intent)?);
    }
    Ok(Connection { source: adapter.name(), url: masked(&ours.wanted), events })
}

/// First what is missing, then what is too much: an interruption between both costs no event.
fn bring(
    books: &dyn Books,
    event: &'static str,
    registered: &Registered,
    wanted: &str,
    intent: Intent,
) -> Result<EventState, Error> {
    let told = registered.told();
    let surplus = registered.surplus();
    if intent == Intent::Connect {
        if registered.is_missing() {
            books.register(event, wanted)?;
        }
        for id in &surplus {
            books.unregister(id)?;
        }
    }
    let (made, ended) = match intent {
        Intent::Check => (0, 0),
        Intent::Rehearse | Intent::Connect => (usize::from(registered.is_missing()), surplus.len()),
    };
    Ok(EventState { event, told, others: registered.others, made, ended })
}
