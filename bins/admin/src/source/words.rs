//! A connection, in words for a person.

use mintmark_fulfillment::{Connection, EventState, Intent, Told};
use std::io::{self, Write};

/// Gumroad tells the Ping URL of sales alone, and of nothing else.
const PING_FIELD: &str = "\
The Ping field in the settings of Gumroad (Settings, Advanced) can be empty now; if the address stands there as well,
every sale comes twice, which is harmless.";

pub(super) fn connected(connection: &Connection, intent: Intent, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "{} tells {}", connection.source, connection.url)?;
    for event in &connection.events {
        writeln!(output, "  {:<24}{}", event.event, done(event, intent))?;
    }
    if connection.source == "gumroad" {
        writeln!(output, "{PING_FIELD}")?;
    }
    Ok(())
}

pub(super) fn checked(connection: &Connection, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "{} tells {}", connection.source, connection.url)?;
    for event in &connection.events {
        let state = match event.told {
            Told::Once => "ok",
            Told::Never => "missing",
            Told::Twice => "twice",
            Told::Elsewhere => "at an address with another secret",
        };
        writeln!(output, "  {:<24}{state}", event.event)?;
    }
    if connection.is_sound() {
        return writeln!(output, "The token works. As long as it is not revoked, all of this is delivered.");
    }
    writeln!(output, "`mintmark-admin source connect {}` brings it in order.", connection.source)
}

fn done(event: &EventState, intent: Intent) -> String {
    let [make, end] = match intent {
        Intent::Connect => ["registered", "ended"],
        Intent::Rehearse | Intent::Check => ["would be registered", "would be ended"],
    };
    match (event.made, event.ended) {
        (0, 0) => "was in order".to_owned(),
        (_, 0) => make.to_owned(),
        (0, ended) => format!("{ended} too many, {end}"),
        (_, ended) => format!("{make}; {ended} with another secret, {end}"),
    }
}
