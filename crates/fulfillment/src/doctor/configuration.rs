//! Settings, products and letter templates, as a start would read them.

use super::{Finding, Group};
use crate::settings::ProductsFile;
use crate::{Error, Settings};

const CHECK: &str = "mend it; `mintmark-admin config check` tells every mistake";

/// What `config check` looks at; the settings themselves have been read already.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Group::Configuration.pass("settings", "they are read without a mistake")];
    match crate::check(settings) {
        Ok(catalog) => {
            findings.push(products(settings, catalog.count()));
            findings.push(templates(settings));
        }
        Err(Error::Problems(problems)) => findings.extend(problems.iter().map(|problem| {
            Group::Configuration.fail("products", format!("{}: {}", problem.place, problem.message), CHECK)
        })),
        Err(error) => findings.push(Group::Configuration.fail("letters", error.to_string(), CHECK)),
    }
    findings
}

fn products(settings: &Settings, count: usize) -> Finding {
    let file = &settings.products_file;
    let path = file.path().display();
    if matches!(file, ProductsFile::Default(_)) && !file.path().exists() {
        let words = format!("there is no {path}: the built-in example serves");
        return Group::Configuration.warn(
            "products",
            words,
            "mintmark-admin init, and edit the file that it makes",
        );
    }
    Group::Configuration.pass("products", format!("{count} in {path}"))
}

fn templates(settings: &Settings) -> Finding {
    let words = match &settings.mail.templates {
        Some(folder) => format!("the templates of {} render", folder.display()),
        None => "the built-in templates render".to_owned(),
    };
    Group::Configuration.pass("letters", words)
}
