//! Who does something by hand.

use clap::Args;

/// What the system calls whoever typed the command; of `sudo` the one who asked for it.
const OF_THE_SYSTEM: [&str; 3] = ["SUDO_USER", "USER", "LOGNAME"];

#[derive(Debug, Clone, Args)]
pub(crate) struct Operator {
    /// Who does this, for the history (default: the name of your account)
    #[arg(long, value_name = "NAME", env = "MINTMARK_OPERATOR", hide_env_values = true)]
    by: Option<String>,
}

impl Operator {
    pub(crate) fn name(&self) -> String {
        let named = self.by.clone().into_iter();
        let of_the_system = OF_THE_SYSTEM.iter().filter_map(|name| std::env::var(name).ok());
        let mut names = named.chain(of_the_system).filter(|name| !name.trim().is_empty());
        names.next().unwrap_or_else(|| "somebody".to_owned())
    }
}
