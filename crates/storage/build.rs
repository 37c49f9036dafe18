//! Builds this crate anew when a migration is added or changed: the macro that embeds them cannot notice.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
