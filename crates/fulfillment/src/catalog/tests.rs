//! What orders get by their products' entries.

use super::check::Check;
use super::{Catalog, Decision, Entitled, Notice, entry, yaml};
use crate::lifecycle::tests::facts::*;
use crate::lifecycle::{Standing, Told};
use crate::problems::Problems;
use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::{Event, Order, Sources, SourcesSettings};
use mintmark_licensing::Mode;
use mintmark_mail::Templates;

const PRODUCTS: &str = "gumroad:
  product: { tier: pro, expires: subscription, notify: [suspension, renewal, renewal] }
  forever: core
  paid: { tier: core, free: false, test: ignore }
  piece: { tier: core, free: false }
  keys: { tier: core, keys: quantity }
  offices: { tier: core, keys: quantity, seats: 10 }
  box: { bundle: [piece, forever] }
  large box: { tier: pro, bundle: [piece] }
  nothing: { ignore: true }
";

fn catalog() -> Catalog {
    let sources = Sources::new(&SourcesSettings::default()).unwrap();
    let templates = Templates::load(None).unwrap();
    let mut check = Check {
        place: "products.yaml",
        sources: &sources,
        templates: &templates,
        problems: Problems::default(),
    };
    let products = entry::products(yaml::parse(PRODUCTS).unwrap(), &mut check);
    check.problems.or(Catalog { products, place: "products.yaml".to_owned() }).unwrap()
}

fn decide(told: &[Told]) -> Decision {
    catalog().decide("gumroad", Mode::Live, told, day(365))
}

fn entitled(events: &[Event]) -> Entitled {
    match decide(&told(events)) {
        Decision::Licensed(entitled) => *entitled,
        other => panic!("{other:?}"),
    }
}

/// Why there is no license, after the kind of the decision.
fn refusal(events: &[Event]) -> String {
    match decide(&told(events)) {
        Decision::Unsold => "unsold".to_owned(),
        Decision::Ignored(reason) => format!("ignored: {reason}"),
        Decision::Unmapped(reason) => format!("unmapped: {reason}"),
        Decision::Licensed(_) => "licensed".to_owned(),
    }
}

fn of(product_id: &str) -> Order {
    Order { product_id: product_id.to_owned(), ..order("first", day(0)) }
}

#[test]
fn what_is_not_sold_or_not_mapped_has_no_license() {
    assert_eq!(refusal(&[refunded("first"), disputed("first")]), "unsold");
    assert_eq!(refusal(&[sold(of("nothing"))]), "ignored: ignored by products.yaml");
    assert_eq!(refusal(&[sold(of("box"))]), "ignored: bundle: each of its products has a license");
    assert_eq!(
        refusal(&[sold(of("other"))]),
        "unmapped: no entry in config/products.yaml: gumroad/other (read from products.yaml)"
    );
    let trial = catalog().decide("gumroad", Mode::Test, &told(&[sold(of("paid"))]), day(0));
    assert!(
        matches!(trial, Decision::Ignored(reason) if reason == "ignored by products.yaml: test purchase")
    );
}

#[test]
fn a_free_order_gets_nothing_unless_somebody_paid_for_it_elsewhere_or_later() {
    let free = |product_id: &str| Order { price_usd_cents: Some(0), ..of(product_id) };
    assert_eq!(refusal(&[sold(free("paid"))]), "ignored: free order");
    assert_eq!(refusal(&[sold(free("forever"))]), "licensed");
    assert_eq!(refusal(&[sold(free("piece"))]), "licensed");
    assert_eq!(refusal(&[sold(Order { is_gift: true, ..free("paid") })]), "licensed");
    assert_eq!(refusal(&[sold(Order { price_usd_cents: None, ..free("paid") })]), "licensed");
    assert_eq!(refusal(&[sold(free("paid")), renewal()]), "licensed");
}

#[test]
fn each_unit_has_a_key_of_its_own_if_the_product_says_so() {
    let five = |product_id: &str| sold(Order { quantity: 5, ..of(product_id) });
    let counted = |events: &[Event]| {
        let entitled = entitled(events);
        (entitled.keys, entitled.state.seats)
    };
    assert_eq!(counted(&[five("forever")]), (1, 5));
    assert_eq!(counted(&[five("keys")]), (5, 1));
    assert_eq!(counted(&[five("offices")]), (5, 10));
    assert_eq!(counted(&[five("keys"), seats_changed(10, 3)]), (5, 1));
    let too_many = sold(Order { quantity: 1_001, ..of("keys") });
    assert_eq!(
        refusal(&[too_many]),
        "unmapped: config/products.yaml: gumroad/keys: keys: quantity, but more than 1000 were bought"
    );
}

#[test]
fn an_order_is_what_was_bought_first_by_who_the_buyer_is_now() {
    let entitled = entitled(&[renewal(), first()]);
    assert_eq!((entitled.order.sale_id.as_str(), entitled.sold_at), ("first", day(0)));
    assert_eq!(
        (entitled.order.email.as_str(), entitled.order.name.as_str()),
        ("second@example.com", "second")
    );
    assert_eq!(entitled.terms.tier.as_str(), "pro");
    assert_eq!(entitled.notify, [Notice::Renewal, Notice::Suspension]);
    assert_eq!(entitled.state.standing, Standing::Active);
}

#[test]
fn of_two_tellings_of_a_charge_the_one_first_on_record_is_believed() {
    let other = sold(Order { quantity: 9, ..order("first", day(0)) });
    let mut told = told(&[first(), other]);
    told.reverse();
    assert!(matches!(decide(&told), Decision::Licensed(entitled) if entitled.state.seats == 1));
}

#[test]
fn a_charge_that_was_told_again_under_a_product_with_a_license_has_one() {
    assert_eq!(refusal(&[sold(of("other")), sold(of("forever"))]), "licensed");
    assert_eq!(refusal(&[sold(of("forever")), sold(of("nothing"))]), "licensed");
}

#[test]
fn a_charge_without_a_time_counts_from_what_was_heard_first_of_its_order() {
    let undated = sold(Order { sold_at: None, ..order("first", day(0)) });
    let heard = [Event::TrialUntil(day(400)), undated];
    let entitled = entitled(&heard);
    assert_eq!(entitled.sold_at, told(&heard)[0].received_at);

    let mut precise = told(&[first()]);
    let Event::Sold(order) = &mut precise[0].event else { panic!("a sale") };
    order.sold_at = Some(day(0) + 999.milliseconds());
    assert!(matches!(decide(&precise), Decision::Licensed(entitled) if entitled.sold_at == day(0)));
}

#[test]
fn what_no_calendar_holds_waits_for_a_person() {
    let late = sold(order("first", Timestamp::MAX - 1.hour()));
    let reason = "unmapped: config/products.yaml: gumroad/product: the license would end after the year 9999";
    assert_eq!(refusal(&[late]), reason);
    let aimless = sold(Order { recurrence: None, ..order("first", day(0)) });
    let reason = "unmapped: config/products.yaml: gumroad/product: \
                  expires: subscription, but the order has no recurrence";
    assert_eq!(refusal(std::slice::from_ref(&aimless)), reason);
    assert_eq!(refusal(&[aimless, renewal()]), "licensed");
}

#[test]
fn bundles_and_their_pieces_know_each_other() {
    let catalog = catalog();
    assert_eq!(catalog.bundles_with("gumroad", "piece"), ["box", "large box"]);
    assert_eq!(catalog.members("gumroad", "box"), ["piece", "forever"]);
    assert_eq!(catalog.members("gumroad", "large box"), ["piece"]);
    assert!(
        catalog.bundles_with("manual", "piece").is_empty() && catalog.members("gumroad", "piece").is_empty()
    );
    assert_eq!(refusal(&[sold(of("large box"))]), "licensed");
}
