//! Which lines are tests: they are not shipped, and may do what shipped code may not.

use crate::workspace::TextFile;

/// The module files that are compiled for tests only, as paths without their `.rs`.
#[derive(Debug)]
pub(super) struct TestCode {
    modules: Vec<String>,
}

impl TestCode {
    /// Reads the declarations in all files: a test module is marked where it is declared.
    pub(super) fn find(files: &[TextFile]) -> Self {
        Self { modules: files.iter().flat_map(declared_in).collect() }
    }

    /// Numbered lines of code that is shipped: no comments, and no tests, which stand last in a file.
    pub(super) fn shipped_lines<'a>(&self, file: &'a TextFile) -> Vec<(usize, &'a str)> {
        if self.contains(&file.path) {
            return Vec::new();
        }
        let shipped = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        (1..).zip(shipped.lines()).filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
    }

    fn contains(&self, path: &str) -> bool {
        let below =
            |module: &String| path.strip_prefix(module).is_some_and(|rest| rest.starts_with(['.', '/']));
        path.contains("/tests/") || self.modules.iter().any(below)
    }
}

fn declared_in(file: &TextFile) -> Vec<String> {
    let pieces = file.text.split("#[cfg(test)]\n").skip(1);
    let declarations = pieces.filter_map(|piece| piece.lines().next()).filter_map(module_name);
    declarations.map(|name| format!("{}/{name}", folder_of_modules(&file.path))).collect()
}

/// The name in a line such as `pub(crate) mod testing;`.
fn module_name(line: &str) -> Option<&str> {
    let (visibility, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
    (visibility.is_empty() || visibility.starts_with("pub")).then_some(name)
}

/// `src` for `src/lib.rs` and `src/mod.rs`, `src/store` for `src/store.rs`.
fn folder_of_modules(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    match stem.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "//! A.\n#[cfg(test)]\npub(crate) mod testing;\nmod store;\nfn shipped() {}\n";

    #[test]
    fn a_module_that_is_declared_for_tests_ships_nothing() {
        let files = [file("a/src/lib.rs", ROOT), file("a/src/testing.rs", "fn a() {}\n")];
        assert!(TestCode::find(&files).shipped_lines(&files[1]).is_empty());
    }

    #[test]
    fn declaring_a_test_module_does_not_end_the_shipped_code() {
        let files = [file("a/src/lib.rs", ROOT)];
        assert!(TestCode::find(&files).shipped_lines(&files[0]).contains(&(5, "fn shipped() {}")));
    }

    #[test]
    fn what_lies_below_a_test_module_ships_nothing_and_its_neighbor_does() {
        let store = file("a/src/store.rs", "#[cfg(test)]\nmod tests;\n");
        let below = file("a/src/store/tests/deep.rs", "fn a() {}\n");
        let neighbor = file("a/src/store/testament.rs", "fn a() {}\n");
        let code = TestCode::find(&[store]);
        assert!(code.shipped_lines(&below).is_empty());
        assert_eq!(code.shipped_lines(&neighbor), [(1, "fn a() {}")]);
    }

    #[test]
    fn the_tests_at_the_end_of_a_file_and_its_comments_are_not_shipped() {
        let text = "// A comment.\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        let lines = TestCode::find(&[]).shipped_lines(&file("a/src/a.rs", text)).len();
        assert_eq!(lines, 2);
    }

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }
}
