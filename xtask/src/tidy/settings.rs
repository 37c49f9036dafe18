//! `config/default.toml` is the manual of the settings: each has a sentence above it.

use std::fs;

use anyhow::Context;

use crate::workspace;

/// Every setting without a comment line above it.
pub(super) fn violations() -> anyhow::Result<Vec<String>> {
    let path = workspace::root().join("config/default.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(check(&text))
}

fn check(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let mut above = "";
    for line in text.lines() {
        if let Some(name) = setting(line)
            && !above.starts_with('#')
        {
            broken.push(format!("config/default.toml: {name} has no comment above it"));
        }
        above = line;
    }
    broken
}

/// The name on the left of a line such as `bind = "127.0.0.1:8080"`.
fn setting(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim_end();
    let plain = !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter));
    plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_explained() {
        assert_eq!(violations().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn an_unexplained_setting_is_found() {
        let text = "# Where it listens.\nbind = \"127.0.0.1:8080\"\nworkers = 2\n";
        assert_eq!(check(text), ["config/default.toml: workers has no comment above it"]);
    }

    #[test]
    fn sections_comments_and_the_inside_of_a_list_are_no_settings() {
        let text = "# Two = at most.\nsecrets = [\n  \"a=b\",\n]\n\n[http]\n";
        assert_eq!(check(text), Vec::<String>::new());
    }
}
