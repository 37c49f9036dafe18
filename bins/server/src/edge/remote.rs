//! Whose address a request really comes from.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, X_FORWARDED_FOR};
use actix_web::web::Data;
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` we believe, from `http.trusted_proxies`.
///
/// Put into the application as [`Data`], for [`address`] to find.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts every address within `networks`.
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Walks back from `peer` along the proxies we trust: the first address that is none of them is the client.
    ///
    /// A client can write whatever it likes to the left of what a proxy appends. Hence from the right, and an
    /// entry that is no address ends the walk at the proxy that passed it on.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        for entry in forwarded_for(headers).iter().rev() {
            if !self.trusts(nearest) {
                break;
            }
            let Some(address) = parse(entry) else { break };
            nearest = address;
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The remote address of `request`, or none if its socket has no peer.
pub(crate) fn address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    match request.app_data::<Data<TrustedProxies>>() {
        Some(proxies) => Some(proxies.client(peer, request.headers())),
        None => Some(peer),
    }
}

const FORWARDED_FOR: HeaderName = X_FORWARDED_FOR;

fn forwarded_for(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(FORWARDED_FOR).flat_map(|line| line.to_str().unwrap_or_default().split(',')).collect()
}

/// Some proxies append the port as well.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let address = entry.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    /// Peer, the lines of `X-Forwarded-For`, and whose request it is, behind proxies 10.0.0.0/8 and fd00::/8.
    const TABLE: &[(&str, &[&str], &str)] = &[
        ("203.0.113.9", &[], "203.0.113.9"),
        ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1, 198.51.100.1,10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", &["198.51.100.1, \u{e9}"], "10.0.0.1"),
        ("10.0.0.1", &[""], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fd00::1", &["[2001:db8::7]:443"], "2001:db8::7"),
        ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
    ];

    #[test]
    fn the_client_is_the_rightmost_address_that_no_trusted_proxy_has() {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        for (peer, lines, client) in TABLE {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
            }
            let found = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(found.to_string(), *client, "peer {peer}, forwarded for {lines:?}");
        }
    }

    #[test]
    fn with_no_trusted_proxy_the_client_is_the_peer() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, HeaderValue::from_static("198.51.100.1"));
        let peer = "10.0.0.1".parse().unwrap();
        assert_eq!(TrustedProxies::default().client(peer, &headers), peer);
    }
}
