//! The two databases have the same history: each migration exists for both.

use std::path::Path;

use crate::workspace;

/// Every migration that one database has and the other lacks, and every one without its two files.
pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let folder = workspace::root().join("migrations");
    let sqlite = workspace::names_in(&folder.join("sqlite"))?;
    let postgres = workspace::names_in(&folder.join("postgres"))?;
    let mut broken = lacking("postgres", &sqlite, &postgres);
    broken.extend(lacking("sqlite", &postgres, &sqlite));
    broken.extend(incomplete(&folder, "sqlite", &sqlite));
    broken.extend(incomplete(&folder, "postgres", &postgres));
    Ok(broken)
}

fn lacking(database: &str, wanted: &[String], present: &[String]) -> Vec<String> {
    let missing = wanted.iter().filter(|name| !present.contains(name));
    missing.map(|name| format!("migrations/{database} lacks {name}")).collect()
}

fn incomplete(folder: &Path, database: &str, names: &[String]) -> Vec<String> {
    let files =
        names.iter().flat_map(|name| ["up.sql", "down.sql"].map(|file| format!("{database}/{name}/{file}")));
    let missing = files.filter(|file| !folder.join(file).is_file());
    missing.map(|file| format!("migrations/{file} does not exist")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_history() {
        assert_eq!(violations().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_migration_for_one_database_only_is_found() {
        let both = "2026-01-01-000000_first".to_owned();
        let one = "2026-02-01-000000_second".to_owned();
        let broken = lacking("postgres", &[both.clone(), one], &[both]);
        assert_eq!(broken, ["migrations/postgres lacks 2026-02-01-000000_second"]);
    }

    #[test]
    fn a_migration_that_cannot_be_undone_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let migration = folder.path().join("sqlite/first");
        std::fs::create_dir_all(&migration).unwrap();
        std::fs::write(migration.join("up.sql"), "").unwrap();
        let broken = incomplete(folder.path(), "sqlite", &["first".to_owned()]);
        assert_eq!(broken, ["migrations/sqlite/first/down.sql does not exist"]);
    }
}
