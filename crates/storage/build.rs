//! Builds this crate anew when a migration is added or changed: the macro that embeds them cannot notice.

#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
