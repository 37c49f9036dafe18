//! What Postmark, or whoever answers in its place, can do to a letter.

use super::case::{Case, Fate, Provider};
use crate::sink::{Reply, Request};

pub(super) fn cases() -> Vec<Case> {
    let quick = [
        case("429", says::<429, 0>, Fate::THROTTLE),
        case("422/429", says::<422, 429>, Fate::THROTTLE),
        case("500", says::<500, 0>, Fate::TRANSIENT),
        case("503", says::<503, 0>, Fate::TRANSIENT),
        case("422/100 under maintenance", says::<422, 100>, Fate::TRANSIENT),
        case("401", says::<401, 10>, Fate::CONFIGURATION),
        case("422/400 sender signature", says::<422, 400>, Fate::CONFIGURATION),
        case("422/405 out of credit", says::<422, 405>, Fate::CONFIGURATION),
        case("422/412 account", says::<422, 412>, Fate::CONFIGURATION),
        case("422/300 invalid", says::<422, 300>, Fate::given_up("content")),
        case("422/406 inactive recipient", says::<422, 406>, Fate::given_up("recipient")),
        case("200 with an error code", says::<200, 406>, Fate::given_up("recipient")),
        case("200 with garbage, accepted", garbage_accepted, Fate::ACCEPTED),
        case("reset after accepting", reset_accepted, Fate::ACCEPTED),
        Case {
            name: "connection refused",
            provider: Provider::Absent,
            fate: Fate::TRANSIENT,
            takes_long: false,
        },
        Case { name: "no TLS", provider: Provider::WithoutTls, fate: Fate::TRANSIENT, takes_long: false },
        case("accepted, then silent", silent_accepted, Fate::ACCEPTED),
    ];
    let long = [
        case("200 with garbage, not accepted", garbage, Fate::RESENT),
        case("reset before accepting", reset, Fate::RESENT),
        case("accepted, answered after 30 s", late_accepted, Fate::ACCEPTED),
        case("accepted, found at the second look", lagging_search, Fate::ACCEPTED),
        case("not accepted, silent", silent, Fate::RESENT),
    ];
    let long = long.into_iter().map(|case| Case { takes_long: true, ..case });
    quick.into_iter().chain(long).collect()
}

fn case(name: &'static str, behavior: fn(&Request, usize) -> Reply, fate: Fate) -> Case {
    Case { name, provider: Provider::Postmark(behavior), fate, takes_long: false }
}

/// A status and an error code, in Postmark's form; code 0 stands for an answer that is not Postmark's.
fn says<const STATUS: u16, const CODE: i64>(_: &Request, _: usize) -> Reply {
    let body = match CODE {
        0 => "<html>no service</html>".to_owned(),
        code => format!("{{\"ErrorCode\": {code}, \"Message\": \"the double was told to\"}}"),
    };
    Reply::Say(STATUS, body)
}

fn garbage_accepted(request: &Request, _: usize) -> Reply {
    if is_letter(request) { Reply::AcceptAndSay("\0\x01garbage") } else { Reply::Well }
}

fn reset_accepted(request: &Request, _: usize) -> Reply {
    if is_letter(request) { Reply::AcceptAndReset } else { Reply::Well }
}

fn silent_accepted(request: &Request, _: usize) -> Reply {
    if is_letter(request) { Reply::AcceptAndSilence } else { Reply::Well }
}

fn late_accepted(request: &Request, _: usize) -> Reply {
    if is_letter(request) { Reply::AcceptLate(std::time::Duration::from_secs(30)) } else { Reply::Well }
}

/// What follows a lost first letter is a search, then another, then the letter once more.
fn garbage(_: &Request, number: usize) -> Reply {
    if number == 0 { Reply::Say(200, "garbage".to_owned()) } else { Reply::Well }
}

fn reset(_: &Request, number: usize) -> Reply {
    if number == 0 { Reply::Reset } else { Reply::Well }
}

fn silent(_: &Request, number: usize) -> Reply {
    if number == 0 { Reply::Silence } else { Reply::Well }
}

/// The provider's search knows of the letter only at the second look.
fn lagging_search(_: &Request, number: usize) -> Reply {
    match number {
        0 => Reply::AcceptAndReset,
        1 => Reply::Say(200, "{\"TotalCount\": 0, \"Messages\": []}".to_owned()),
        _ => Reply::Well,
    }
}

fn is_letter(request: &Request) -> bool {
    request.method == "POST"
}
