//! What the library logs, for a person at a terminal.

use std::io::IsTerminal as _;

/// Prints warnings and errors on standard error, without times: the person has just typed the command.
pub fn print_warnings() {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
}
