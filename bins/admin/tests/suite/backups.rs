//! `backup` and `restore`, under load.

use crate::folder::{Finished, Folder, fields};
use jiff::Timestamp;
use mintmark_fulfillment::{
    Arrival, ArrivedBody, AuditFilter, Fulfillment, Records, Request, Role, Settings,
};
use mintmark_storage::on_both_databases;
use mintmark_storage::testing::{TestDatabase, administer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const SECRET: &str = "sixteen-letters-or-more";
const PRODUCTS: &str = "gumroad:\n  datatools-core: core\n";

/// An installation with a server's half in hand.
struct Shop {
    folder: Folder,
    url: String,
}

impl Shop {
    fn on(database: &TestDatabase) -> Self {
        let shop = Self { folder: Folder::empty(), url: database.url_text() };
        std::fs::write(shop.folder.path("products.yaml"), PRODUCTS).unwrap();
        assert_eq!(shop.admin(&["init"]).code, 0);
        shop
    }

    fn variables(&self) -> Vec<(String, String)> {
        let path = |name: &str| self.folder.path(name).display().to_string();
        let variables = [
            ("DATABASE_URL", self.url.clone()),
            ("MINTMARK_DATA_DIR", path("data")),
            ("MINTMARK_PRODUCTS_FILE", path("products.yaml")),
            ("MINTMARK_HTTP__BIND", "127.0.0.1:9".to_owned()),
            ("GUMROAD_WEBHOOK_SECRET", SECRET.to_owned()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).into()
    }

    fn admin(&self, arguments: &[&str]) -> Finished {
        let mut command = self.folder.program(arguments);
        command.envs(self.variables()).output().unwrap().into()
    }

    fn settings(&self) -> Settings {
        Settings::from_layers(None, self.variables()).unwrap()
    }

    fn server(&self) -> Fulfillment {
        Fulfillment::open(self.settings(), Role::Server, Timestamp::now()).unwrap()
    }

    /// Everything of the sales of before the backup, by its number.
    fn early_rows(&self) -> BTreeMap<i64, Value> {
        let records = Records::open(&self.settings()).unwrap();
        let rows = records.rows(&AuditFilter::default()).unwrap();
        let is_early = |order: &String| order.starts_with("early-");
        let early = rows.iter().filter(|row| row.order_id.as_ref().is_some_and(is_early));
        early.map(|row| (row.id, records.delivery_json(row.id).unwrap())).collect()
    }

    /// How many rows there are, and the highest number of one.
    fn count(&self) -> (usize, i64) {
        let rows = Records::open(&self.settings()).unwrap().rows(&AuditFilter::default()).unwrap();
        (rows.len(), rows[0].id)
    }

    fn licenses(&self) -> BTreeMap<String, String> {
        let records = Records::open(&self.settings()).unwrap();
        let licenses = records.licenses(&Default::default()).unwrap();
        licenses.into_iter().map(|license| (license.terms.source_order_id, license.terms.blob)).collect()
    }
}

/// Tells of a sale, and fulfills it.
fn sell(server: &Fulfillment, sale: &str) {
    let now = "2026-11-02T00:00:00Z".parse().unwrap();
    let query = format!("secret={SECRET}");
    let request = Request { query: Some(&query), headers: &[], body: None };
    let admitted = server.authenticate("gumroad", &request, now).unwrap();
    let content_type = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
    let body = format!(
        "sale_id={sale}&product_id=datatools-core&email=ada%40example.com&price=1000&resource_name=sale"
    );
    let arrival = Arrival {
        headers: vec![content_type],
        remote_address: None,
        body: ArrivedBody::Whole(body.into_bytes()),
    };
    let delivery = server.accept(admitted, arrival, now).wait().unwrap();
    pollster::block_on(server.fulfill(&delivery, now)).unwrap();
}

/// A database beside the one of the test, which a backup is restored into.
struct Elsewhere {
    url: String,
    made: Option<(String, String)>,
}

impl Elsewhere {
    fn beside(database: &TestDatabase, folder: &Folder) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let url = database.url_text();
        let Some((server, query)) = url.split_once('?').filter(|_| url.starts_with("postgres")) else {
            return Self { url: format!("sqlite:{}", folder.path("data/mintmark.db").display()), made: None };
        };
        let name = format!("restored_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        administer(server, &format!("CREATE DATABASE {name}"));
        let (place, _) = server.rsplit_once('/').unwrap();
        Self { url: format!("{place}/{name}?{query}"), made: Some((server.to_owned(), name)) }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.made {
            administer(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

on_both_databases! {
    fn a_backup_under_load_brings_everything_back_elsewhere(database: TestDatabase) {
        let shop = Shop::on(&database);
        let server = shop.server();
        (0..20).for_each(|sale| sell(&server, &format!("early-{sale}")));
        let (before, licenses) = (shop.early_rows(), shop.licenses());
        let is_over = AtomicBool::new(false);
        let made = std::thread::scope(|scope| {
            let (server, is_over) = (&server, &is_over);
            for seller in 0..4 {
                scope.spawn(move || {
                    let mut sale = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        sell(server, &format!("late-{seller}-{sale}"));
                        sale += 1;
                    }
                });
            }
            let made = shop.admin(&["backup", "copy", "--json"]);
            is_over.store(true, Ordering::Relaxed);
            made
        });
        assert_eq!((made.code, made.errors.as_str()), (0, ""), "{}", made.output);
        let manifest: Value = serde_json::from_str(&made.output).unwrap();
        let [count, newest] = ["deliveries", "newest_delivery"].map(|name| manifest[name].as_i64().unwrap());
        assert!(count > 20, "sales were pouring in: {manifest}");
        let copy = shop.folder.path("copy");
        assert_eq!((mode(&copy), mode(&copy.join("data/signing-key.pk8"))), (0o700, 0o600));
        assert!(!made.output.contains(SECRET));
        server.stop();

        let folder = Folder::empty();
        let elsewhere = Elsewhere::beside(&database, &folder);
        let restored = Shop { folder, url: elsewhere.url.clone() };
        let copy = copy.display().to_string();
        let told = restored.admin(&["restore", &copy]);
        assert_eq!((told.code, told.errors.as_str()), (0, ""), "{}", told.output);
        assert!(told.output.contains("mintmark-replay reconcile --source gumroad --since 20"), "{}", told.output);
        assert_eq!((before.len(), restored.early_rows()), (20, before));
        assert_eq!(restored.count(), (usize::try_from(count).unwrap(), newest), "as the manifest says");
        let kept = restored.licenses();
        assert!(licenses.iter().all(|(order, blob)| kept.get(order) == Some(blob)));
        let doctor = restored.admin(&["doctor", "--offline"]);
        assert_eq!(doctor.code, 0, "{}", doctor.output);

        let server = restored.server();
        sell(&server, "early-3");
        server.stop();
        assert_eq!(restored.licenses(), kept, "told again, the order has its license");
        let again = restored.admin(&["restore", &copy]);
        assert_eq!((again.code, again.errors.contains("is not empty")), (1, true), "{}", again.errors);
    }

    fn a_backup_that_was_changed_or_broken_off_is_not_restored(database: TestDatabase) {
        let shop = Shop::on(&database);
        let server = shop.server();
        sell(&server, "one");
        server.stop();
        let made = shop.admin(&["backup", "copy"]);
        assert_eq!((made.code, made.errors.as_str()), (0, ""));
        assert_eq!(shop.admin(&["backup", "copy", "--check"]).code, 0);
        let again = shop.admin(&["backup", "copy"]);
        assert_eq!((again.code, again.errors.contains("is not empty")), (1, true));
        let doctor = shop.admin(&["doctor", "--offline"]);
        assert!(doctor.output.contains("the last one is "), "{}", doctor.output);

        let file = if database.url_text().starts_with("sqlite") { "database.db" } else { "database.dump" };
        let path = shop.folder.path("copy").join(file);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let refused = |why: &str| {
            let checked = shop.admin(&["backup", "--check", "copy"]);
            assert_eq!((checked.code, checked.errors.contains(why)), (1, true), "{}", checked.errors);
            let restored = Shop { folder: Folder::empty(), url: "sqlite:elsewhere.db".to_owned() };
            let copy = shop.folder.path("copy").display().to_string();
            assert_eq!(restored.admin(&["restore", &copy]).code, 1);
            assert!(restored.folder.is_empty(), "nothing is left of it");
        };
        refused("was changed");
        std::fs::remove_file(shop.folder.path("copy/manifest.json")).unwrap();
        refused("it was broken off");
    }
}

#[test]
fn a_backup_without_keys_has_none_and_says_so() {
    let folder = Folder::initialized();
    let made = folder.rows(&["backup", "copy", "--without-keys", "--json"]);
    assert_eq!(folder.names("copy/data"), Vec::<String>::new());
    assert_eq!((&made[0]["keys"], made[0]["identity"]["signing_key"].is_string()), (&false.into(), true));
    let expected = [
        "format",
        "version",
        "made_at",
        "database",
        "schema",
        "keys",
        "deliveries",
        "newest_delivery",
        "licenses",
        "newest_license",
        "letters",
        "newest_letter",
        "identity",
        "files",
    ];
    assert_eq!(fields(&made[0]), expected);
    let copy = folder.path("copy").display().to_string();
    let restored = Folder::empty();
    let told = restored.admin(&["restore", &copy]);
    assert_eq!(told.code, 0, "{}", told.errors);
    assert!(told.output.contains("put the keys into mintmark-data"), "{}", told.output);
    assert_eq!(restored.admin(&["doctor", "--offline"]).code, 1, "without keys it is no installation");
    for key in ["signing-key.pk8", "revocation-key.pk8", "license-key-secret", "audit-key", "webhook-secret"]
    {
        std::fs::copy(folder.path("mintmark-data").join(key), restored.path("mintmark-data").join(key))
            .unwrap();
    }
    assert_eq!(restored.admin(&["doctor", "--offline"]).code, 0);
}

#[test]
fn a_backup_of_keys_that_the_database_does_not_know_is_refused() {
    let (folder, stranger) = (Folder::initialized(), Folder::initialized());
    let key = "mintmark-data/signing-key.pk8";
    std::fs::copy(stranger.path(key), folder.path(key)).unwrap();
    let refused = folder.admin(&["backup", "copy"]);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("was used with"), "{}", refused.errors);
    assert!(!folder.path("copy").exists());
}
