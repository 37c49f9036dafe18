//! How often a client may ask, and all of them together.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Clients below this number are never looked through for those that may be forgotten.
const FEW: usize = 1024;

/// So many requests at once, and then one each `interval`: a bucket of tokens, of which only the time at which it will
/// be full again has to be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Tokens in a full bucket, from 1.
    pub(crate) burst: u32,
    /// Until a token comes back.
    pub(crate) interval: Duration,
}

impl Pace {
    /// How long to wait for a token; zero if there is one.
    fn wait(self, full_at: Instant, now: Instant) -> Duration {
        let room = self.interval.saturating_mul(self.burst.saturating_sub(1));
        full_at.saturating_duration_since(now).saturating_sub(room)
    }

    fn take(self, full_at: Instant, now: Instant) -> Instant {
        full_at.max(now) + self.interval
    }
}

/// The paces of one thing that clients ask for.
///
/// A client is an address, or the network of 64 bits that one household has of IPv6. Only what is granted is
/// remembered, and forgotten once its bucket is full: so the pace of all clients together bounds the memory, whatever
/// number of addresses somebody has.
#[derive(Debug)]
pub(crate) struct RateLimit {
    of_client: Pace,
    of_all: Pace,
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    all_full_at: Instant,
    full_at: HashMap<IpAddr, Instant>,
    /// The number of clients at which those with full buckets are forgotten.
    many: usize,
}

impl RateLimit {
    /// Every bucket is full at first.
    pub(crate) fn new(of_client: Pace, of_all: Pace, now: Instant) -> Self {
        let buckets = Buckets { all_full_at: now, full_at: HashMap::new(), many: FEW };
        Self { of_client, of_all, buckets: Mutex::new(buckets) }
    }

    /// Lets a request of `client` through.
    ///
    /// # Errors
    /// How long to wait: this client has asked too often, or all of them together.
    pub(crate) fn admit(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let client = household(client);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.full_at.get(&client).copied().unwrap_or(now);
        // Whoever asks too often takes no token from the others.
        let wait = self.of_client.wait(full_at, now).max(self.of_all.wait(buckets.all_full_at, now));
        if !wait.is_zero() {
            return Err(wait);
        }
        buckets.all_full_at = self.of_all.take(buckets.all_full_at, now);
        buckets.full_at.insert(client, self.of_client.take(full_at, now));
        if buckets.full_at.len() >= buckets.many {
            buckets.forget(now);
        }
        Ok(())
    }
}

impl Buckets {
    fn forget(&mut self, now: Instant) {
        self.full_at.retain(|_, full_at| *full_at > now);
        self.many = self.full_at.len().saturating_mul(2).max(FEW);
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [one, two, three, four, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(one, two, three, four, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const OF_CLIENT: Pace = Pace { burst: 3, interval: Duration::from_secs(2) };

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn limit(of_all: Pace) -> (RateLimit, Instant) {
        let now = Instant::now();
        (RateLimit::new(OF_CLIENT, of_all, now), now)
    }

    #[test]
    fn a_client_has_its_burst_and_then_one_request_each_interval() {
        let (limit, now) = limit(Pace { burst: 100, interval: SECOND });
        let ask = |seconds: u32| limit.admit(address("203.0.113.9"), now + SECOND * seconds);
        assert_eq!([0, 0, 0].map(ask), [Ok(()); 3]);
        assert_eq!([0, 1].map(ask), [Err(SECOND * 2), Err(SECOND)]);
        assert_eq!([2, 2, 4, 5].map(ask), [Ok(()), Err(SECOND * 2), Ok(()), Err(SECOND)]);
        // It has been silent for long, and has saved up no more than a burst.
        assert_eq!([100, 100, 100, 100].map(ask), [Ok(()), Ok(()), Ok(()), Err(SECOND * 2)]);
    }

    #[test]
    fn one_client_takes_nothing_from_another_but_all_share_one_bucket() {
        let (limit, now) = limit(Pace { burst: 5, interval: SECOND });
        let ask = |client: &str| limit.admit(address(client), now);
        assert_eq!(["10.0.0.1"; 3].map(ask), [Ok(()); 3]);
        for _ in 0..10 {
            assert!(ask("10.0.0.1").is_err());
        }
        assert_eq!(["10.0.0.2", "10.0.0.3", "10.0.0.4"].map(ask), [Ok(()), Ok(()), Err(SECOND)]);
    }

    #[test]
    fn the_addresses_of_one_household_are_one_client() {
        let (limit, now) = limit(Pace { burst: 100, interval: SECOND });
        let ask = |client: &str| limit.admit(address(client), now).is_ok();
        assert_eq!(["2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:1"].map(ask), [true; 3]);
        assert_eq!(["2001:db8::3", "2001:db8:0:1::3"].map(ask), [false, true]);
        assert_eq!(
            ["203.0.113.9", "::ffff:203.0.113.9", "203.0.113.9", "::ffff:203.0.113.9"].map(ask),
            [true, true, true, false]
        );
    }

    #[test]
    fn clients_with_full_buckets_are_forgotten() {
        let (limit, now) = limit(Pace { burst: u32::MAX, interval: Duration::from_nanos(1) });
        for number in 0..100_000 {
            let later = now + Duration::from_millis(u64::from(number));
            assert_eq!(limit.admit(IpAddr::from(u32::to_be_bytes(number)), later), Ok(()));
        }
        // A bucket is full again after two seconds, in which 2,000 clients came.
        assert!(limit.buckets.lock().unwrap().full_at.len() <= 5_000);
    }
}
