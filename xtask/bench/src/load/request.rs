//! The request that a store sends, built once and told of one order after the other.

use super::orders::Order;

/// A real sale of about 1 KiB.
const BODY: &str = include_str!("../../../../crates/adapters/tests/fixtures/gumroad/sale-custom-fields.form");
/// What the body names its order with.
const SALE_ID: &str = "LZcBjC6qrNiyOYsBEPJqTA";
/// The name before the `@` of the buyer.
const BUYER: &str = "email=rosa%40";
/// The product of the body, as a catalog names it.
pub(crate) const PRODUCT: &str = "q6olhNyteH8YnOhFKnmS5Q==";

/// Head and body in one buffer; order and buyer are written into their places.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    sale_id: usize,
    buyer: usize,
}

impl Request {
    pub(crate) fn new(path: &str) -> Self {
        let buyer = format!("email={}%40", "b".repeat(SALE_ID.len()));
        let body = BODY.trim_end().replace(BUYER, &buyer);
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Ruby\r\nAccept: */*\r\n\
             Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let sale_id = text.find(SALE_ID).expect("the body names its order");
        let buyer = text.find("email=b").expect("the body names its buyer") + "email=".len();
        Self { bytes: text.into_bytes(), sale_id, buyer }
    }

    /// The request as it tells of this order.
    pub(crate) fn tell(&mut self, order: Order) -> &[u8] {
        let (first, second) = order.scattered();
        let name = letters(first, second);
        for place in [self.sale_id, self.buyer] {
            self.bytes[place..place + name.len()].copy_from_slice(&name);
        }
        &self.bytes
    }
}

/// 22 lower-case letters and digits, which need no encoding and are a valid mailbox too.
fn letters(first: u64, second: u64) -> [u8; SALE_ID.len()] {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut rest = (u128::from(first) << 64) | u128::from(second);
    std::array::from_fn(|_| {
        let digit = usize::try_from(rest & 31).expect("five bits");
        rest >>= 5;
        ALPHABET[digit]
    })
}

#[cfg(test)]
mod tests {
    use super::super::orders::Orders;
    use super::*;

    #[test]
    fn each_order_has_an_id_and_a_buyer_of_its_own() {
        let (orders, mut request) = (Orders::new(1), Request::new("/webhooks/gumroad"));
        let first = String::from_utf8(request.tell(orders.take().unwrap()).to_vec()).unwrap();
        let second = String::from_utf8(request.tell(orders.take().unwrap()).to_vec()).unwrap();
        assert_eq!(first.len(), second.len());
        let name = |text: &str| text.split("sale_id=").nth(1).unwrap()[..22].to_owned();
        assert_ne!(name(&first), name(&second));
        assert!(first.contains(&format!("email={}%40example.com", name(&first))));
        assert!(!first.contains(SALE_ID));
    }

    #[test]
    fn the_declared_length_is_that_of_the_body() {
        let text = String::from_utf8(Request::new("/").bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
        assert!((900..1100).contains(&body.len()));
    }
}
