//! Remarks beside the output, so that what is piped on is the output alone.

/// Tells the person at the terminal, on standard error.
#[expect(clippy::print_stderr, reason = "a remark to the person at the terminal")]
pub fn say(remark: &str) {
    eprintln!("{remark}");
}
