//! Who may import what: the table of the architecture, checked over `cargo metadata`.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::workspace;

/// One crate's line in the table. A `*` at the end of a name stands for any ending.
#[derive(Debug)]
struct Row {
    package: &'static str,
    /// Governed crates and workspace members that it may name.
    may: &'static [&'static str],
    /// Crates that nobody else is kept from, and this one is.
    never: &'static [&'static str],
}

/// Crates that carry an architectural decision: only a row that names them may import them.
const GOVERNED: &[&str] = &["actix*", "diesel*", "lettre", "postmark", "ring", "tokio*", "clap*", "figment"];

/// A published crate that reads a clock cannot promise that minting is a pure function.
const HTTP_AND_CLOCKS: &[&str] = &["ureq", "reqwest", "hyper", "http", "jiff", "chrono", "time"];

/// Architecture Invariant: no crate imports what its row does not name. From the bottom of the house up.
const TABLE: &[Row] = &[
    Row { package: "mintmark-licensing", may: &["ring"], never: HTTP_AND_CLOCKS },
    Row { package: "mintmark-adapters", may: &["mintmark-licensing", "ring"], never: &[] },
    Row { package: "mintmark-mail", may: &["mintmark-licensing", "lettre", "postmark"], never: &[] },
    Row { package: "mintmark-storage", may: &["diesel*"], never: &[] },
    Row {
        package: "mintmark-fulfillment",
        may: &[
            "mintmark-licensing",
            "mintmark-adapters",
            "mintmark-mail",
            "mintmark-storage",
            "figment",
            "ring",
        ],
        never: &[],
    },
    Row {
        package: "mintmark-server",
        may: &["mintmark-fulfillment", "mintmark-manual", "actix*", "tokio*", "clap*"],
        never: &[],
    },
    Row { package: "mintmark-manual", may: &["clap*"], never: &[] },
    Row { package: "mintmark-terminal", may: &["mintmark-fulfillment"], never: &[] },
    Row {
        package: "mintmark-replay",
        may: &["mintmark-fulfillment", "mintmark-manual", "mintmark-terminal", "clap*"],
        never: &[],
    },
    Row {
        package: "mintmark-admin",
        may: &["mintmark-fulfillment", "mintmark-manual", "mintmark-terminal", "mintmark-licensing", "clap*"],
        never: &[],
    },
    Row { package: "xtask", may: &["clap*"], never: &[] },
    // It measures from outside; of ours it names what an application embeds.
    Row {
        package: "mintmark-bench",
        may: &["mintmark-licensing", "actix*", "tokio*", "clap*", "ring"],
        never: &[],
    },
    // It looks into the database behind the server's back, so it names no crate of the server.
    Row { package: "mintmark-faults", may: &["xtask", "clap*", "diesel*"], never: &[] },
];

/// Package by package, the crates it names in `[dependencies]` and `[build-dependencies]`.
type Graph = BTreeMap<String, Vec<String>>;

/// Every arrow that the table does not allow.
pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let manifest = workspace::root().join("Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec()?;
    Ok(check(TABLE, &graph(&metadata)))
}

fn graph(metadata: &Metadata) -> Graph {
    let members = metadata.workspace_packages();
    members.iter().map(|package| (package.name.to_string(), imports(package))).collect()
}

/// Tests may import what they like: they are not part of what is shipped.
fn imports(package: &cargo_metadata::Package) -> Vec<String> {
    let shipped =
        package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    shipped.map(|dependency| dependency.name.clone()).collect()
}

fn check(table: &[Row], graph: &Graph) -> Vec<String> {
    let absent = table.iter().filter(|row| !graph.contains_key(row.package));
    let mut broken: Vec<String> =
        absent.map(|row| format!("{} is in the table only", short(row.package))).collect();
    for (package, imports) in graph {
        match table.iter().find(|row| row.package == package) {
            Some(row) => broken.extend(check_row(row, imports, graph)),
            None => broken.push(format!("{} has no row in the table of the arrows", short(package))),
        }
    }
    broken
}

fn check_row(row: &Row, imports: &[String], graph: &Graph) -> Vec<String> {
    let forbidden = imports.iter().filter(|import| !is_allowed(row, import, graph));
    forbidden.map(|import| format!("{} must not import {}", short(row.package), short(import))).collect()
}

fn is_allowed(row: &Row, import: &str, graph: &Graph) -> bool {
    if matches_any(row.may, import) {
        return true;
    }
    let governed = graph.contains_key(import) || matches_any(GOVERNED, import);
    !governed && !matches_any(row.never, import)
}

fn matches_any(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => *pattern == name,
    })
}

fn short(package: &str) -> &str {
    package.strip_prefix("mintmark-").unwrap_or(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &[Row] = &[
        Row { package: "mintmark-storage", may: &["diesel*"], never: &["ureq"] },
        Row { package: "mintmark-server", may: &["mintmark-fulfillment", "actix*"], never: &[] },
        Row { package: "mintmark-fulfillment", may: &["mintmark-storage"], never: &[] },
    ];

    #[test]
    fn every_arrow_points_down() {
        assert_eq!(violations().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_house_as_drawn_is_allowed() {
        assert_eq!(check(SMALL, &house(&[])), Vec::<String>::new());
    }

    #[test]
    fn a_sibling_that_the_table_does_not_name_is_forbidden() {
        let graph = house(&[("mintmark-server", "mintmark-storage")]);
        assert_eq!(check(SMALL, &graph), ["server must not import storage"]);
    }

    #[test]
    fn an_arrow_that_points_up_is_forbidden() {
        let graph = house(&[("mintmark-storage", "mintmark-fulfillment")]);
        assert_eq!(check(SMALL, &graph), ["storage must not import fulfillment"]);
    }

    #[test]
    fn a_governed_crate_is_forbidden_by_its_whole_family() {
        let graph = house(&[("mintmark-fulfillment", "diesel_migrations")]);
        assert_eq!(check(SMALL, &graph), ["fulfillment must not import diesel_migrations"]);
    }

    #[test]
    fn a_crate_may_be_kept_from_what_is_free_to_the_others() {
        let graph = house(&[("mintmark-server", "ureq"), ("mintmark-storage", "ureq")]);
        assert_eq!(check(SMALL, &graph), ["storage must not import ureq"]);
    }

    #[test]
    fn small_libraries_are_free() {
        assert_eq!(check(SMALL, &house(&[("mintmark-storage", "r2d2")])), Vec::<String>::new());
    }

    #[test]
    fn a_new_member_needs_a_row() {
        let graph = house(&[("mintmark-gossip", "serde")]);
        assert_eq!(check(SMALL, &graph), ["gossip has no row in the table of the arrows"]);
    }

    #[test]
    fn a_row_needs_its_member() {
        let mut graph = house(&[]);
        graph.remove("mintmark-storage");
        assert_eq!(check(SMALL, &graph), ["storage is in the table only"]);
    }

    /// The small house as it should be, with some arrows added to it.
    fn house(added: &[(&str, &str)]) -> Graph {
        let drawn = [
            ("mintmark-storage", "diesel"),
            ("mintmark-fulfillment", "mintmark-storage"),
            ("mintmark-server", "mintmark-fulfillment"),
            ("mintmark-server", "actix-web"),
        ];
        let mut graph = Graph::new();
        for (package, import) in drawn.iter().chain(added) {
            graph.entry((*package).to_owned()).or_default().push((*import).to_owned());
        }
        graph
    }
}
