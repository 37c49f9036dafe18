//! A webhook secret that is rotated under a running server.

use crate::installation::{Installation, sale, wait_until};
use jiff::Timestamp;
use mintmark_fulfillment::{Farewell, SecretRotation, finish_secret, rotate_secret, webhook_secrets};
use mintmark_storage::on_both_databases;

on_both_databases! {
    fn a_rotated_secret_is_taken_up_without_a_signal_and_no_sale_is_lost(database: TestDatabase) {
        let installation = Installation::on(database).with("GUMROAD_WEBHOOK_SECRET", "");
        let server = installation.start();
        let settings = installation.settings();
        let old = webhook_secrets(&settings).unwrap().remove(0);
        let SecretRotation::Begun(new) = rotate_secret(&settings, "gumroad", Timestamp::now()).unwrap() else {
            panic!("the secret is our own");
        };
        let sell = |secret: &str| server.status(secret, sale("S-1").as_bytes());
        assert_eq!(sell(old.expose()), 200);
        wait_until("the new secret is accepted", || sell(new.expose()) == 200);
        assert_eq!(sell(old.expose()), 200);
        finish_secret(&settings, "gumroad", Farewell::Forced, Timestamp::now()).unwrap();
        wait_until("the old secret is refused", || sell(old.expose()) == 404);
        assert_eq!(sell(new.expose()), 200);
    }
}
