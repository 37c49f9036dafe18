//! The catalog: which product gets which license, read from `config/products.yaml`.

mod bundles;
mod check;
mod compare;
mod decide;
mod entry;
mod keys;
mod product;
mod terms;
mod values;
mod yaml;

#[cfg(test)]
mod tests;

pub use compare::{ComparedProduct, ProductState};
pub(crate) use compare::{ProductName, Sold};
pub(crate) use decide::{Decision, ERASED, Entitled};
pub(crate) use product::Notice;
pub(crate) use terms::Terms;

use crate::problems::Problems;
use crate::settings::ProductsFile;
use check::Check;
use mintmark_adapters::Sources;
use mintmark_adapters::manual::Mint;
use mintmark_mail::Templates;
use product::Product;
use std::collections::HashMap;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// What serves where the default file is missing: a first run has something to sell.
const BUILT_IN: &str = include_str!("../../../../config/products.yaml");

/// Every product that is mapped, by source and id.
#[derive(Debug)]
pub struct Catalog {
    products: HashMap<(String, String), Product>,
    place: String,
}

impl Catalog {
    /// How many products are mapped.
    pub fn count(&self) -> usize {
        self.products.len()
    }

    /// Reads and checks the whole file, or the built-in example where the default file is missing.
    ///
    /// # Errors
    /// Every mistake in it, with its line.
    pub(crate) fn load(
        file: &ProductsFile,
        sources: &Sources,
        templates: &Templates,
    ) -> Result<Self, Problems> {
        let path = file.path();
        let (text, place) = match std::fs::read_to_string(path) {
            Ok(text) => (text, path.display().to_string()),
            Err(error) if file.may_be_missing() && error.kind() == ErrorKind::NotFound => {
                tracing::warn!(path = %path.display(), "no such file: the built-in example of products serves");
                (BUILT_IN.to_owned(), format!("the built-in example, since there is no {}", path.display()))
            }
            Err(error) => {
                let mut problems = Problems::default();
                problems.add(path.display().to_string(), format!("cannot be read: {error}"));
                return Err(problems);
            }
        };
        let mut check = Check { place: &place, sources, templates, problems: Problems::default() };
        let products = match yaml::parse(&text) {
            Ok(tree) => entry::products(tree, &mut check),
            Err((line, message)) => check.refuse(line, message).unwrap_or_default(),
        };
        check.problems.or(Self { products, place: place.clone() })
    }

    /// The entry of a product. What is minted by hand may be any store's product, if only one has that id.
    fn product(&self, source: &str, product_id: &str) -> Option<&Product> {
        let exact = self.products.get(&(source.to_owned(), product_id.to_owned()));
        exact.or_else(|| if source == Mint::SOURCE { self.only_product(product_id) } else { None })
    }

    pub(crate) fn knows(&self, source: &str, product_id: &str) -> bool {
        self.product(source, product_id).is_some()
    }

    /// Why a product gets no license of its own, if it gets none.
    pub(crate) fn obstacle(&self, source: &str, product_id: &str) -> Option<String> {
        match self.product(source, product_id) {
            Some(Product::Licensed(_)) => None,
            Some(Product::Ignored | Product::Bundle(_)) => {
                Some(format!("products.yaml gives {source}/{product_id} no license"))
            }
            None => Some(self.unmapped(source, product_id)),
        }
    }

    /// Why a product gets no license, in the fixed words.
    fn unmapped(&self, source: &str, product_id: &str) -> String {
        format!("no entry in config/products.yaml: {source}/{product_id} (read from {})", self.place)
    }

    /// The first product of a source, by its id, that gets a license.
    pub(crate) fn any_product(&self, source: &str) -> Option<&str> {
        let mut ids = Vec::new();
        for ((of, id), product) in &self.products {
            if of == source && matches!(product, Product::Licensed(_)) {
                ids.push(id.as_str());
            }
        }
        ids.into_iter().min()
    }

    fn only_product(&self, product_id: &str) -> Option<&Product> {
        let mut found = self.products.iter().filter(|((_, id), _)| id == product_id);
        match (found.next(), found.next()) {
            (Some((_, product)), None) => Some(product),
            _ => None,
        }
    }
}

/// Writes the example to `path`, so that there is something to edit. A file that is there stays as it is.
///
/// # Errors
/// The file or its folder cannot be written.
pub fn write_example(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::File::create_new(path) {
        Ok(mut file) => file.write_all(BUILT_IN.as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
