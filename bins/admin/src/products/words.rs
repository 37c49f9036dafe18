//! The comparison of the catalog, for people.

use crate::paper::{Paper, wrap};
use mintmark_fulfillment::{ComparedProduct, ProductReport, ProductState, printable};

/// Where nobody knows how wide the paper is.
const WIDTH: usize = 80;
const INDENT: &str = "         ";

/// A paragraph for each product that something is to be said of, and the lines to paste.
pub(super) fn render(report: &ProductReport, file: &str, paper: Paper) -> String {
    let width = paper.width.unwrap_or(WIDTH).clamp(WIDTH / 2, WIDTH);
    let mut text = String::new();
    for product in report.products.iter().filter(|product| product.state != ProductState::Ok) {
        text.push_str(&paragraph(product, width));
    }
    text.push_str(&to_paste(report, file));
    let sound = report.products.iter().filter(|product| product.state == ProductState::Ok).count();
    let cut = if report.is_cut { "; of older ones, only those that nothing came of" } else { "" };
    let sum =
        format!("{} sales were looked at{cut}. Products that are as they should be: {sound}.", report.sales);
    text.push_str(&format!("{}\n", wrap(&sum, width).join("\n")));
    text
}

fn paragraph(product: &ComparedProduct, width: usize) -> String {
    let (source, id) = (&product.source, printable(&product.product_id));
    let name = product.store_name.as_deref().map(|name| format!("  {}", printable(name))).unwrap_or_default();
    let mut text = format!("{:<7}  {source}/{id}{name}\n", word(product.state));
    let sales = match (product.newest_at, product.example) {
        (Some(newest), Some(example)) => format!(
            "{} sold, the newest on {} (mintmark-replay show {example})",
            product.sales,
            newest.strftime("%Y-%m-%d")
        ),
        _ => String::new(),
    };
    for words in [product.words.clone().unwrap_or_default(), sales] {
        for line in wrap(&words, width - INDENT.len()).into_iter().filter(|line| !line.is_empty()) {
            text.push_str(&format!("{INDENT}{line}\n"));
        }
    }
    text
}

fn word(state: ProductState) -> &'static str {
    match state {
        ProductState::Missing => "missing",
        ProductState::Unfit => "unfit",
        ProductState::Renamed => "renamed",
        ProductState::Unsold => "unsold",
        ProductState::Ok => "ok",
    }
}

/// The lines stand as they are, however wide: they are copied.
fn to_paste(report: &ProductReport, file: &str) -> String {
    let mut text = String::new();
    let mut source = None;
    for product in &report.products {
        let Some(yaml) = &product.yaml else { continue };
        if text.is_empty() {
            text.push_str(&format!("\nTo paste into {file}, with the tiers that you want:\n"));
        }
        if source != Some(&product.source) {
            text.push_str(&format!("\n{}:\n", product.source));
            source = Some(&product.source);
        }
        text.push_str(&format!("{yaml}\n"));
    }
    if !text.is_empty() {
        text.push_str(
            "\nThen mintmark-admin config check, reload the server, and replay what was sold:\n  \
             mintmark-replay run --unprocessed\n",
        );
    }
    if text.is_empty() && report.products.iter().all(|product| product.state == ProductState::Ok) {
        return text;
    }
    format!("{text}\n")
}
