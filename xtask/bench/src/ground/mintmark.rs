//! How our own programs are started: their settings, in the environment alone.

use super::{Ground, Home};
use crate::load::PRODUCT;
use crate::subject::Mail;
use anyhow::ensure;
use std::process::Command;

/// Of the webhook; long enough to be allowed.
pub(super) const SECRET: &str = "bench-secret-0123456789abcdef";

/// What a store sends its deliveries to.
pub(crate) const PATH: &str = "/webhooks/gumroad?secret=bench-secret-0123456789abcdef";

impl Ground {
    /// The release build of the server, whose answers wait for no letter.
    pub(crate) fn mintmark_server(&self, home: &Home, mail: Mail) -> anyhow::Result<Command> {
        let mut command = self.mintmark("mintmark-server", home)?;
        command.env("MINTMARK_MAIL__WAIT", "0s");
        let provider = match mail {
            Mail::Provider => &self.provider,
            Mail::BlackHole => &self.black_hole,
            Mail::Folder => return Ok(command),
        };
        command.env("POSTMARK_TOKEN", "bench-token");
        command.env("MINTMARK_MAIL__FROM", "Lumen Works <licenses@example.com>");
        command.env("MINTMARK_MAIL__POSTMARK__API_BASE", format!("http://{}", provider.address));
        Ok(command)
    }

    /// One of our programs, at home. Nothing of the caller's environment reaches it.
    pub(crate) fn mintmark(&self, name: &str, home: &Home) -> anyhow::Result<Command> {
        let program = self.programs.join(name);
        ensure!(program.is_file(), "{} is missing: `cargo xtask bench` builds it", program.display());
        if !home.catalog().exists() {
            home.write_catalog(PRODUCT)?;
        }
        let mut command = Command::new(program);
        command.env_clear().current_dir(home.folder());
        command.env("MINTMARK_DATA_DIR", home.folder().join("data"));
        command.env("MINTMARK_PRODUCTS_FILE", home.catalog());
        command.env("MINTMARK_HTTP__BIND", home.address().to_string());
        command.env("DATABASE_URL", home.database_url());
        command.env("GUMROAD_WEBHOOK_SECRET", SECRET);
        Ok(command)
    }
}
