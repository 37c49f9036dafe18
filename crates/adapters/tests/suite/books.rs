//! Gumroad's API, asked over the network.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan as _};
use mintmark_adapters::testing::{Faults, GumroadDouble, TOKEN, sale, with};
use mintmark_adapters::{Books, BooksError, Days, Listing, SourceSettings, Sources};
use serde_json::json;

/// Who asks the double.
struct Asker(Sources);

impl Asker {
    fn of(double: &GumroadDouble) -> Self {
        Self::with_token(double, TOKEN, Duration::ZERO)
    }

    fn with_token(double: &GumroadDouble, token: &str, api_pace: Duration) -> Self {
        let settings = SourceSettings {
            access_token: Some(token.into()),
            api_base: Some(double.url()),
            api_pace,
            ..SourceSettings::default()
        };
        Self(Sources::new(&[("gumroad", settings)].into()).unwrap())
    }

    fn books(&self) -> &dyn Books {
        self.0.get("gumroad").unwrap().books().unwrap()
    }
}

fn start() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

fn march() -> Days {
    Days { first: "2026-03-01".parse().unwrap(), last: "2026-03-31".parse().unwrap() }
}

/// So many sales, an hour between two of them.
fn selling(count: u64) -> GumroadDouble {
    let double = GumroadDouble::start();
    for number in 0..count {
        let hours = i64::try_from(number).unwrap().hours();
        double.sell(sale(number, "product-1==", "ada@example.com", start() + hours));
    }
    double
}

fn ids(listing: &Listing) -> Vec<String> {
    listing.records.iter().map(|record| record.interpretation.sale_id.clone().unwrap()).collect()
}

/// All of so many sales, each once.
fn is_whole(listing: &Listing, count: u64) {
    let ids = ids(listing);
    let distinct: BTreeSet<String> = ids.iter().cloned().collect();
    let all: BTreeSet<String> = (0..count).map(|number| format!("sale-{number}==")).collect();
    assert_eq!(distinct, all);
    assert_eq!(ids.len(), distinct.len(), "a sale is listed once");
    assert_eq!(listing.unread, []);
}

#[test]
fn a_list_is_read_to_its_last_page() {
    for count in [0, 1, 9, 10, 11, 20, 137] {
        let double = selling(count);
        is_whole(&Asker::of(&double).books().sales(march()).unwrap(), count);
    }
}

#[test]
fn pages_that_are_not_as_they_should_be_lose_nothing() {
    let faults = [
        Faults { repeat_every: Some(2), ..Faults::default() },
        Faults { repeat_every: Some(1), ..Faults::default() },
        Faults { forget_next_every: Some(3), ..Faults::default() },
        Faults { forget_next_every: Some(1), ..Faults::default() },
        Faults { overlap: 3, shuffled: true, ..Faults::default() },
        Faults { longest_list: Some(2), ..Faults::default() },
        Faults {
            repeat_every: Some(3),
            forget_next_every: Some(4),
            overlap: 1,
            shuffled: true,
            longest_list: Some(5),
            ..Faults::default()
        },
        Faults {
            throttle_every: Some((3, 0)),
            fail_every: Some(4),
            hang_up_every: Some(5),
            ..Faults::default()
        },
    ];
    for faults in faults {
        let double = selling(137);
        double.fail(faults.clone());
        let listing = Asker::of(&double).books().sales(march());
        is_whole(&listing.unwrap_or_else(|error| panic!("{faults:?}: {error}")), 137);
    }
}

#[test]
fn a_day_that_cannot_be_listed_is_named_and_the_others_are_read() {
    let double = selling(137);
    let day = "2026-03-03".parse().unwrap();
    double.fail(Faults { heavy_day: Some(day), ..Faults::default() });
    let listing = Asker::of(&double).books().sales(march()).unwrap();
    assert_eq!(listing.records.len(), 137 - 24);
    let [unread] = listing.unread.as_slice() else { panic!("one day: {:?}", listing.unread) };
    assert_eq!((unread.days, &unread.why), (Days { first: day, last: day }, &BooksError::QueryTimedOut));
}

#[test]
fn a_list_that_is_wanted_back_to_a_moment_ends_there() {
    let double = selling(137);
    let listing = Asker::of(&double).books().sales_since(march(), start() + 130.hours()).unwrap();
    assert_eq!((listing.records.len(), double.asked().len()), (10, 1));
}

#[test]
fn a_sale_is_found_by_its_order_and_by_its_id() {
    let double = selling(3);
    double.sell_unlisted(sale(7, "product-1==", "bo@example.com", start()));
    let asker = Asker::of(&double);
    let found = |record: Result<mintmark_adapters::Record, BooksError>| {
        record.map(|record| record.interpretation.sale_id)
    };
    assert_eq!(found(asker.books().sale_of_order(2)), Ok(Some("sale-2==".to_owned())));
    assert_eq!(found(asker.books().sale_of_order(7)), Err(BooksError::NotFound), "it is not in the list");
    assert_eq!(found(asker.books().sale("sale-7==")), Ok(Some("sale-7==".to_owned())));
    assert_eq!(found(asker.books().sale("sale-8==")), Err(BooksError::NotFound));
    assert_eq!(found(asker.books().sale("../resource_subscriptions")), Err(BooksError::NotFound));
}

#[test]
fn a_subscription_is_found_by_its_id() {
    let double = GumroadDouble::start();
    double.subscribe(json!({"id": "sub-1==", "status": "alive"}));
    let asker = Asker::of(&double);
    let record = asker.books().subscription("sub-1==", start()).unwrap();
    assert!(record.body.contains("2026-03-01T10:00:00Z"), "it says when it was read");
    assert_eq!(asker.books().subscription("sub-2==", start()), Err(BooksError::NotFound));
}

#[test]
fn a_token_that_will_not_do_is_told_apart_and_not_tried_again() {
    let double = selling(1);
    assert_eq!(
        Asker::with_token(&double, "another", Duration::ZERO).books().sales(march()),
        Err(BooksError::Unauthorized)
    );
    double.fail(Faults { no_scope: true, ..Faults::default() });
    assert_eq!(Asker::of(&double).books().sales(march()), Err(BooksError::Forbidden));
    assert_eq!(double.asked().len(), 2);
}

#[test]
fn trouble_that_does_not_pass_is_given_up() {
    let double = selling(1);
    double.fail(Faults { fail_every: Some(1), ..Faults::default() });
    assert_eq!(Asker::of(&double).books().sales(march()), Err(BooksError::Unavailable("503".to_owned())));
    assert_eq!(double.asked().len(), 5);
    double.fail(Faults { throttle_every: Some((1, 0)), ..Faults::default() });
    let throttled = BooksError::Throttled { retry_after: Some(Duration::ZERO) };
    assert_eq!(Asker::of(&double).books().sales(march()), Err(throttled));
    let nobody = GumroadDouble::start().url();
    let settings = SourceSettings {
        access_token: Some(TOKEN.into()),
        api_base: Some(nobody),
        ..SourceSettings::default()
    };
    let error =
        Asker(Sources::new(&[("gumroad", settings)].into()).unwrap()).books().sales(march()).unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[test]
fn everybody_together_asks_no_faster_than_the_pace() {
    let double = selling(35);
    let asker = Asker::with_token(&double, TOKEN, Duration::from_millis(30));
    let since = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| asker.books().sales(march()).unwrap());
        scope.spawn(|| asker.books().sale("sale-1==").unwrap());
    });
    assert_eq!(double.asked().len(), 5);
    assert!(since.elapsed() >= Duration::from_millis(4 * 30));
}

#[test]
fn who_is_told_of_an_event_can_be_listed_changed_and_ended() {
    let double = GumroadDouble::start();
    double.register("refund", "https://stranger.example/hook");
    let asker = Asker::of(&double);
    let books = asker.books();
    let url = "https://licenses.example.com/webhooks/gumroad?secret=a+b%20c&d";
    books.register("sale", url).unwrap();
    books.register("sale", url).unwrap();
    let registered = books.registrations("sale").unwrap();
    assert_eq!(registered.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), [url, url]);
    assert!(!format!("{registered:?}").contains("secret"));
    books.unregister(&registered[0].id).unwrap();
    books.unregister(&registered[0].id).unwrap();
    assert_eq!(double.registrations().len(), 2);
    assert_eq!(
        books.register("sale", "no address"),
        Err(BooksError::Unexpected("it refuses the address".to_owned()))
    );
}

#[test]
fn a_registration_whose_answer_is_lost_is_not_made_again() {
    let double = GumroadDouble::start();
    double.fail(Faults { fail_every: Some(1), ..Faults::default() });
    let asker = Asker::of(&double);
    assert!(asker.books().register("sale", "https://licenses.example.com/").is_err());
    assert_eq!(double.asked().len(), 1);
}

#[test]
fn the_token_is_never_shown() {
    let double = selling(1);
    let asker = Asker::of(&double);
    assert!(!format!("{:?}", asker.0).contains(TOKEN));
    let settings = SourceSettings {
        access_token: Some("a\ntoken".into()),
        api_base: Some(double.url()),
        ..SourceSettings::default()
    };
    let error = Sources::new(&[("gumroad", settings)].into()).unwrap_err();
    assert_eq!(error.to_string(), "the access token holds characters that no token has");
}

#[test]
fn without_a_token_there_are_no_books() {
    assert!(super::common::sources(&[]).get("gumroad").unwrap().books().is_none());
    assert!(super::common::sources(&[]).get("manual").unwrap().books().is_none());
}

#[test]
fn a_page_without_an_id_in_it_is_kept_for_whoever_reads_the_list() {
    let double = selling(1);
    let nameless = with(sale(5, "product-1==", "ada@example.com", start()), "id", json!(null));
    double.sell(nameless);
    let listing = Asker::of(&double).books().sales(march()).unwrap();
    let judged = listing.records.iter().map(|record| super::common::judged(&record.interpretation));
    assert_eq!(judged.collect::<Vec<_>>(), ["missing field: sale_id", "sale"]);
}
