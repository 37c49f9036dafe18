//! Bundles: which products are sold together. Stores do not link their sales, so the catalog has to.

use super::Catalog;

impl Catalog {
    /// The bundles of a source that a product is sold in, by their ids.
    pub(crate) fn bundles_with(&self, source: &str, member: &str) -> Vec<&str> {
        let mut bundles = Vec::new();
        for ((of, id), product) in &self.products {
            if of == source && product.members().iter().any(|id| id == member) {
                bundles.push(id.as_str());
            }
        }
        bundles.sort_unstable();
        bundles
    }

    /// The products that are sold together as `bundle`; none if it is not a bundle.
    pub(crate) fn members(&self, source: &str, bundle: &str) -> &[String] {
        self.products.get(&(source.to_owned(), bundle.to_owned())).map_or(&[], |product| product.members())
    }

    pub(super) fn is_member(&self, source: &str, product_id: &str) -> bool {
        !self.bundles_with(source, product_id).is_empty()
    }
}
