//! `secret rotate`: two secrets until the store uses the new one.

use crate::folder::{Finished, Folder};
use jiff::{SignedDuration, Timestamp};
use mintmark_fulfillment::{Arrival, ArrivedBody, Fulfillment, Request, Role, Settings};
use mintmark_storage::on_both_databases;
use std::os::unix::fs::PermissionsExt as _;

/// An installation whose secret is our own, with a server's half in hand.
struct Shop {
    folder: Folder,
    url: String,
}

impl Shop {
    fn on(url: String) -> Self {
        let shop = Self { folder: Folder::empty(), url };
        assert_eq!(shop.admin(&["init"]).code, 0);
        shop
    }

    fn admin(&self, arguments: &[&str]) -> Finished {
        self.folder.admin_with(&[("DATABASE_URL", &self.url)], arguments)
    }

    fn server(&self) -> Fulfillment {
        let data = self.folder.path("mintmark-data").display().to_string();
        let variables = [("DATABASE_URL", self.url.clone()), ("MINTMARK_DATA_DIR", data)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        Fulfillment::open(Settings::from_layers(None, variables).unwrap(), Role::Server, Timestamp::now())
            .unwrap()
    }

    fn secrets(&self) -> Vec<String> {
        let shown = self.admin(&["secret", "show"]).output;
        shown.lines().map(|line| line.rsplit_once("secret=").unwrap().1.to_owned()).collect()
    }

    /// Refused for good reason, and the file stays as it is.
    fn refuses(&self, arguments: &[&str], why: &str) {
        let before = self.secrets();
        let refused = self.admin(&[&["secret", "rotate"], arguments].concat());
        assert_eq!((refused.code, refused.errors.contains(why)), (1, true), "{}", refused.errors);
        assert!(before.iter().all(|secret| !refused.errors.contains(secret)));
        assert_eq!(self.secrets(), before);
    }
}

/// Whether a delivery with this secret is let in; then it is on record.
fn tell(server: &Fulfillment, secret: &str, now: Timestamp) -> bool {
    let query = format!("secret={secret}");
    let request = Request { query: Some(&query), headers: &[], body: None };
    let Some(admitted) = server.authenticate("gumroad", &request, now) else { return false };
    let arrival = Arrival { headers: Vec::new(), remote_address: None, body: ArrivedBody::Whole(Vec::new()) };
    server.accept(admitted, arrival, now).wait().unwrap();
    true
}

on_both_databases! {
    fn both_secrets_are_accepted_until_the_store_uses_the_new_one(database: TestDatabase) {
        let shop = Shop::on(database.url_text());
        let server = shop.server();
        let old = shop.secrets().remove(0);
        shop.refuses(&["--finish"], "no rotation was begun");
        let rotated = shop.admin(&["secret", "rotate"]);
        assert_eq!((rotated.code, rotated.errors.as_str()), (0, ""));
        let [new, beside] = shop.secrets().try_into().unwrap();
        assert!(new != old && beside == old && rotated.output.contains(&new) && !rotated.output.contains(&old));
        let file = shop.folder.path("mintmark-data/webhook-secret");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        shop.refuses(&[], "an earlier rotation is not finished");

        let now = Timestamp::now();
        assert!(!tell(&server, &new, now), "the server has not looked yet");
        assert_eq!(server.reload_secrets().unwrap(), Some(2));
        assert_eq!(server.reload_secrets().unwrap(), None, "it has not changed since");
        shop.refuses(&["--finish"], "no delivery has come with the new secret yet");
        assert!(tell(&server, &old, now));
        shop.refuses(&["--finish"], "a delivery came with the old secret 0 minutes ago");
        assert_eq!(shop.secrets().len(), 2);

        let finished = shop.admin(&["secret", "rotate", "--finish", "--force"]);
        assert_eq!((finished.code, finished.errors.as_str()), (0, ""));
        assert_eq!(shop.secrets(), [new.as_str()]);
        assert_eq!(server.reload_secrets().unwrap(), Some(1));
        assert!(!tell(&server, &old, now) && tell(&server, &new, now));
        server.stop();
    }

    fn once_sales_come_with_the_new_secret_the_old_one_goes(database: TestDatabase) {
        let shop = Shop::on(database.url_text());
        let server = shop.server();
        assert_eq!(shop.admin(&["secret", "rotate", "--json"]).code, 0);
        let [new, _] = shop.secrets().try_into().unwrap();
        assert_eq!(server.reload_secrets().unwrap(), Some(2));
        let later = |seconds| Timestamp::now() + SignedDuration::from_secs(seconds);
        assert!(tell(&server, &new, later(5)));
        // As long as a server may not have looked, it calls the old one the newest.
        shop.refuses(&["--finish"], "no delivery has come with the new secret yet");
        assert!(tell(&server, &new, later(60)));
        let finished = shop.admin(&["secret", "rotate", "--finish", "--json"]);
        assert_eq!((finished.code, finished.output.as_str()), (0, "{\"finished\":true}\n"));
        assert_eq!(shop.secrets(), [new]);
        server.stop();
    }
}

#[test]
fn secrets_that_are_set_by_hand_are_left_alone_and_it_is_said_what_to_set() {
    let folder = Folder::empty();
    let old = "the-old-secret-of-ours";
    let variables = [("GUMROAD_WEBHOOK_SECRET", old)];
    assert_eq!(folder.admin_with(&variables, &["init"]).code, 0);
    let before = folder.names("mintmark-data");
    let told = folder.admin_with(&variables, &["secret", "rotate"]);
    assert_eq!((told.code, told.errors.as_str()), (1, ""));
    assert!(told.output.starts_with("Nothing was changed") && !told.output.contains(old), "{}", told.output);
    let suggestion = told.output.split('"').nth(1).unwrap();
    assert_eq!(suggestion.len(), 43);
    let finish = folder.admin_with(&variables, &["secret", "rotate", "--finish", "--force"]);
    assert_eq!((finish.code, finish.errors.contains("take the old one out there")), (1, true), "{finish:?}");
    assert_eq!(folder.names("mintmark-data"), before);
    let other = folder.admin_with(&variables, &["secret", "rotate", "--source", "manual"]);
    assert_eq!((other.code, other.output.as_str()), (1, ""));
}
