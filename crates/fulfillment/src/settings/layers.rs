//! The layers of the settings, merged by figment: defaults, file, environment.

use super::file::SettingsFile;
use super::{DEFAULT_FILE, DEFAULTS};
use crate::problems::Problems;
use figment::providers::Serialized;
use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider as _};
use std::collections::BTreeMap;
use std::path::Path;

const PREFIX: &str = "MINTMARK_";
/// Belong to the command lines: the file with the settings, and who does something by hand.
const NO_SETTINGS: [&str; 2] = ["MINTMARK_CONFIG", "MINTMARK_OPERATOR"];
/// What begins like this belongs to tests.
const RESERVED: &str = "MINTMARK_TEST_";
/// Names that other programs use for the same thing. The setting's own name wins over them.
const ALIASES: [(&str, &str); 2] =
    [("DATABASE_URL", "database.url"), ("POSTMARK_TOKEN", "mail.postmark.token")];

/// The merged tree, and where each setting in it comes from. It holds secrets, so it has no `Debug`.
pub(super) struct Layers {
    figment: Figment,
    environment: BTreeMap<String, String>,
    file: Option<SettingsFile>,
    pub(super) problems: Problems,
}

impl Layers {
    /// Merges the layers. A variable that is empty is not set, as compose files leave them.
    pub(super) fn read(file: Option<&Path>, mut environment: BTreeMap<String, String>) -> Self {
        environment.retain(|_, value| !value.is_empty());
        let mut problems = Problems::default();
        let file = SettingsFile::read(file, Path::new(DEFAULT_FILE), &mut problems);
        let mut figment = defaults();
        if let Some(file) = &file {
            figment = figment.merge(Serialized::defaults(&file.tree));
        }
        for (name, setting) in ALIASES {
            if let Some(value) = environment.get(name) {
                figment = figment.merge(Serialized::default(setting, value));
            }
        }
        for (setting, value) in named_settings(&environment) {
            figment = figment.merge(Serialized::default(&setting, value));
        }
        let mut layers = Self { figment, environment, file, problems };
        layers.refuse_misplaced();
        layers
    }

    /// The merged value of a setting.
    pub(super) fn value(&self, setting: &str) -> Option<Value> {
        self.figment.find_value(setting).ok()
    }

    /// A variable that is no setting of its own.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }

    /// Whether anything but the defaults names the setting.
    pub(super) fn is_set(&self, setting: &str) -> bool {
        self.environment.contains_key(&variable_of(setting)) || self.place_in_file(setting).is_some()
    }

    /// Where a person finds what they have set: the variable, or the line of the file.
    pub(super) fn place(&self, setting: &str) -> String {
        let variable = variable_of(setting);
        if self.environment.contains_key(&variable) {
            return variable;
        }
        let alias = ALIASES.iter().find(|(name, target)| *target == setting && self.variable(name).is_some());
        if let Some((name, _)) = alias {
            return (*name).to_owned();
        }
        match self.place_in_file(setting) {
            Some(place) => format!("{place}: {setting}"),
            None => self.variable_below(&variable).unwrap_or_else(|| setting.to_owned()),
        }
    }

    /// A misspelled section is known by the variables of its settings alone.
    fn variable_below(&self, section: &str) -> Option<String> {
        let beginning = format!("{section}__");
        self.environment.keys().find(|name| name.starts_with(&beginning)).cloned()
    }

    fn place_in_file(&self, setting: &str) -> Option<String> {
        self.file.as_ref()?.place_of(setting)
    }

    /// What is not read would be lost without a word: a misspelled setting, a value in the place of a section.
    fn refuse_misplaced(&mut self) {
        let mut misplaced = Vec::new();
        compare(&tree(&self.figment), &tree(&defaults()), "", &mut misplaced);
        misplaced.sort();
        for (setting, message) in misplaced {
            let place = self.place(&setting);
            self.problems.add(place, message);
        }
    }
}

fn defaults() -> Figment {
    let tree: toml::Table = DEFAULTS.parse().expect("the embedded defaults are TOML");
    Figment::from(Serialized::defaults(tree))
}

fn tree(figment: &Figment) -> Dict {
    figment.data().ok().and_then(|mut data| data.remove(&Profile::Default)).unwrap_or_default()
}

/// `http.bind` is `MINTMARK_HTTP__BIND`.
fn variable_of(setting: &str) -> String {
    format!("{PREFIX}{}", setting.replace('.', "__").to_uppercase())
}

fn named_settings(environment: &BTreeMap<String, String>) -> Vec<(String, String)> {
    environment
        .iter()
        .filter(|(name, _)| !NO_SETTINGS.contains(&name.as_str()) && !name.starts_with(RESERVED))
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)))
        .map(|(path, value)| (path.to_lowercase().replace("__", "."), value.clone()))
        .collect()
}

/// Lists what the known tree does not have, and what has another shape there.
fn compare(tree: &Dict, known: &Dict, above: &str, misplaced: &mut Vec<(String, &'static str)>) {
    for (key, value) in tree {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match (value, known.get(key)) {
            (_, None) => {
                misplaced.push((path, "there is no such setting; config/default.toml lists them all"))
            }
            (Value::Dict(_, tree), Some(Value::Dict(_, known))) => compare(tree, known, &path, misplaced),
            (_, Some(Value::Dict(..))) => misplaced.push((path, "a section is expected, not a value")),
            // A section in the place of a value is found when the value is read.
            (_, Some(_)) => {}
        }
    }
}
