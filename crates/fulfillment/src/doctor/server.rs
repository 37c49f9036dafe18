//! The server, as this machine sees it.

use super::web::{self, Answer};
use super::{Finding, Group};
use crate::Settings;
use http::{Method, StatusCode};
use mintmark_storage::is_served;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const ALIVE: &str = r#"{"status":"alive"}"#;
const LISTEN: &str = "listen address";
const START: &str = "systemctl start mintmark.socket mintmark, or mintmark-server";

/// Whether a server answers where the settings say that it listens.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let bind = settings.http.bind;
    if bind.port() == 0 {
        return vec![Group::Server.skip(LISTEN, "http.bind leaves the port to the system")];
    }
    let base = format!("http://{}", reachable(bind));
    match web::ask(Method::GET, &format!("{base}/healthz")) {
        Ok(answer) if is_ours(&answer) => {
            vec![Group::Server.pass(LISTEN, format!("a server answers at {bind}")), readiness(&base)]
        }
        Ok(answer) => vec![Group::Server.fail(
            LISTEN,
            format!("something else answers at {bind} (status {})", answer.status.as_u16()),
            "set http.bind to a free port, and the same in the reverse proxy",
        )],
        Err(words) => vec![silent(settings, bind, &words)],
    }
}

/// Whether it is `/healthz` of a server like ours.
pub(super) fn is_ours(answer: &Answer) -> bool {
    answer.status == StatusCode::OK && answer.body == ALIVE
}

fn silent(settings: &Settings, bind: SocketAddr, words: &str) -> Finding {
    if is_served(&settings.database_url()) == Some(true) {
        let words = format!("a server has the database, but nothing answers at {bind}: {words}");
        let remedy = "set http.bind to the address that the server or its socket unit listens on";
        return Group::Server.warn(LISTEN, words, remedy);
    }
    Group::Server.warn(LISTEN, format!("no server runs at {bind}: {words}"), START)
}

fn readiness(base: &str) -> Finding {
    let remedy = "look at the log: journalctl --unit mintmark --lines 50";
    match web::ask(Method::GET, &format!("{base}/readyz")) {
        Ok(answer) if answer.status == StatusCode::OK => {
            Group::Server.pass("readiness", "a transaction went through to the disk")
        }
        Ok(answer) => {
            let told: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
            let reason = told.as_ref().and_then(|told| told["reason"].as_str());
            let status = answer.status.as_u16();
            let words = format!("sales are refused ({status}): {}", reason.unwrap_or("no reason given"));
            Group::Server.fail("readiness", words, remedy)
        }
        Err(words) => Group::Server.fail("readiness", words, remedy),
    }
}

/// Where a server that listens everywhere is reached from here.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let address = match bind.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        address => address,
    };
    SocketAddr::new(address, bind.port())
}
