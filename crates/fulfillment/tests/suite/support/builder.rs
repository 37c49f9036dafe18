//! How a shop is described before it opens.

use super::{Postbox, SECRET, Shop, TestClock};
use mintmark_fulfillment::{Error, Fulfillment, Role, Settings};
use mintmark_licensing::SigningKey;
use mintmark_mail::{Channels, Mailer};
use mintmark_storage::testing::TestDatabase;
use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The products of the fixtures.
const PRODUCTS: &str = "gumroad:
  datatools-core: core
  Hg-vmbS4ZLqYN_KlAZSBkA==: core
  q6olhNyteH8YnOhFKnmS5Q==: pro
";

/// A shop that is not open yet.
pub(crate) struct ShopBuilder {
    folder: PathBuf,
    environment: BTreeMap<String, String>,
}

impl ShopBuilder {
    pub(crate) fn on(database: &TestDatabase) -> Self {
        let folder = database.folder();
        let shop = Self { environment: BTreeMap::new(), folder };
        let data_folder = shop.data_folder().display().to_string();
        let products = shop.folder.join("products.yaml").display().to_string();
        shop.set("MINTMARK_DATA_DIR", &data_folder)
            .set("MINTMARK_PRODUCTS_FILE", &products)
            .set("MINTMARK_SOURCES__GUMROAD__SECRETS", SECRET)
            .set("DATABASE_URL", &database.url_text())
            .selling(PRODUCTS)
    }

    /// With a variable of the environment.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With this catalog.
    pub(crate) fn selling(self, products: &str) -> Self {
        self.mend_catalog(products);
        self
    }

    /// With keys that are known, so that what is minted is known as well.
    pub(crate) fn with_known_keys(self) -> Self {
        let folder = self.data_folder();
        std::fs::create_dir_all(&folder).unwrap();
        write_secret(&folder.join("signing-key.pk8"), &known_pkcs8());
        // 32 times 0x42.
        let secret = b"QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI\n";
        write_secret(&folder.join("license-key-secret"), secret);
        self
    }

    /// Opens the shop for the first time.
    pub(crate) fn opened(self) -> Shop {
        self.opened_with(Postbox::default())
    }

    /// With this postbox.
    pub(crate) fn opened_with(self, postbox: Postbox) -> Shop {
        self.opened_before(postbox, None)
    }

    /// With a postbox, and another one that stands in for it.
    pub(crate) fn opened_before(self, postbox: Postbox, fallback: Option<Postbox>) -> Shop {
        drop(mintmark_fulfillment::initialize(self.settings(), TestClock::default().now()).unwrap());
        self.opened_again(postbox, fallback, TestClock::default())
    }

    pub(crate) fn opened_again(self, postbox: Postbox, fallback: Option<Postbox>, clock: TestClock) -> Shop {
        let mut fulfillment = self.open(Role::Server).unwrap();
        let boxed = |postbox: &Postbox| -> Box<dyn Mailer> { Box::new(postbox.clone()) };
        let channels = Channels { first: boxed(&postbox), fallback: fallback.as_ref().map(boxed) };
        fulfillment.start_outbox_with(channels, clock.as_clock()).unwrap();
        Shop { fulfillment, postbox, fallback, clock, builder: self }
    }

    /// Opens the installation alone, without its outbox.
    pub(crate) fn open(&self, role: Role) -> Result<Fulfillment, Error> {
        Fulfillment::open(self.settings(), role, TestClock::default().now())
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::from_layers(None, self.environment.clone()).unwrap()
    }

    pub(crate) fn data_folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Writes the catalog anew; a shop that is open has to read it again.
    pub(crate) fn mend_catalog(&self, products: &str) {
        std::fs::write(self.folder.join("products.yaml"), products).unwrap();
    }
}

/// As its owner alone may read it.
fn write_secret(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// The seed of 32 times 0x42, as PKCS#8 version 2 in DER.
fn known_pkcs8() -> Vec<u8> {
    let seed = [0x42; 32];
    let public = SigningKey::from_seed(&seed).unwrap().public_key();
    let version_and_algorithm = [0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    let mut der = version_and_algorithm.to_vec();
    der.extend([0x04, 0x22, 0x04, 0x20]);
    der.extend(seed);
    der.extend([0x81, 0x21, 0x00]);
    der.extend(public.as_bytes());
    der
}
