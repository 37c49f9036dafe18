//! Where the project lies on disk, and the files in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies inside the workspace").to_path_buf()
}

/// One text file of the project, named as a person would name it.
#[derive(Debug)]
pub struct TextFile {
    /// Relative to the root, with `/` between the parts.
    pub path: String,
    pub text: String,
}

/// Every Rust file that somebody wrote, sorted by path.
pub fn rust_files() -> anyhow::Result<Vec<TextFile>> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    paths.iter().map(|path| read(&root, path)).collect()
}

/// The names in a folder, sorted.
pub fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for name in names_in(folder)? {
        let path = folder.join(&name);
        if path.is_dir() && !is_foreign(&name) {
            collect(&path, found)?;
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Build output and hidden folders hold nothing that a person wrote.
fn is_foreign(folder: &str) -> bool {
    folder == "target" || folder.starts_with('.')
}

fn read(root: &Path, path: &Path) -> anyhow::Result<TextFile> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(TextFile { path, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_file_is_found() {
        let files = rust_files().unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/workspace.rs"));
    }

    #[test]
    fn build_output_and_hidden_folders_are_left_out() {
        assert!(is_foreign("target"));
        assert!(is_foreign(".git"));
        assert!(!is_foreign("crates"));
    }
}
