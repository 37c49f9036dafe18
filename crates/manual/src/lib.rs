//! What each program tells of itself, made of its command line: version, completion scripts, manual pages.
//!
//! Nothing here knows a command of any program.

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::{self, Write};
use std::path::PathBuf;

/// The version, with the commit in parentheses where the build could know it.
pub const VERSION: &str = env!("MINTMARK_VERSION");

/// What a shell needs to complete the names of commands and options.
#[derive(Debug, Clone, Args)]
pub struct Completion {
    /// The shell that is to complete
    shell: Shell,
}

impl Completion {
    /// Writes the script for `command`, the program as a whole.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn write(&self, mut command: Command, output: &mut dyn Write) -> io::Result<()> {
        let name = command.get_name().to_owned();
        // Into memory first: the generator panics where a reader has seen enough.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        output.write_all(&script)
    }
}

/// Where manual pages go.
#[derive(Debug, Clone, Args)]
pub struct Pages {
    /// The folder; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Pages {
    /// Writes a page for `command`, the program as a whole, and one for each of its commands.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn write(&self, command: Command) -> io::Result<()> {
        std::fs::create_dir_all(&self.out)?;
        let source = format!("{} {VERSION}", command.get_name());
        let mut command = command.disable_help_subcommand(true);
        command.build();
        self.write_page(&command, &source)
    }

    /// The page of a command and of all below it that are shown.
    fn write_page(&self, command: &Command, source: &str) -> io::Result<()> {
        let page = Man::new(command.clone()).source(source).manual("Mintmark");
        let mut text = Vec::new();
        page.render(&mut text)?;
        // What follows the options are examples, and the generator cannot know that.
        let text = String::from_utf8_lossy(&text).replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n");
        std::fs::write(self.out.join(page.get_filename()), text)?;
        let mut below = command.get_subcommands().filter(|command| !command.is_hide_set());
        below.try_for_each(|command| self.write_page(command, source))
    }
}

/// The commands, spelled out, whose help has no examples.
pub fn without_examples(program: &Command) -> Vec<String> {
    let mut found = Vec::new();
    look(program, "", &mut found);
    found
}

/// Examples stand with the commands; what only groups them may do without.
fn look(command: &Command, above: &str, found: &mut Vec<String>) {
    let name = format!("{above} {}", command.get_name()).trim_start().to_owned();
    let mut below = command.get_subcommands().filter(|command| !command.is_hide_set()).peekable();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    if below.peek().is_none() && !help.lines().any(|line| line == "Examples:") {
        found.push(name.clone());
    }
    below.for_each(|command| look(command, &name, found));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Command {
        let told = Command::new("told").about("Has examples").after_help("Examples:\n  tool told");
        let untold = Command::new("untold").about("Has none");
        let hidden = Command::new("hidden").hide(true);
        Command::new("tool").version("1").subcommands([
            told,
            Command::new("group").subcommand(untold),
            hidden,
        ])
    }

    #[test]
    fn a_command_without_examples_is_named_with_all_its_words() {
        assert_eq!(without_examples(&program()), ["tool group untold"]);
    }

    #[test]
    fn every_shell_gets_a_script_that_knows_the_commands() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let mut script = Vec::new();
            Completion { shell }.write(program(), &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("untold") && script.contains("tool"), "{shell}: {script}");
        }
    }

    #[test]
    fn every_command_that_is_shown_has_a_page_with_its_examples() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("man/man1");
        Pages { out: out.clone() }.write(program()).unwrap();
        let mut pages: Vec<String> = std::fs::read_dir(&out)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        pages.sort();
        assert_eq!(pages, ["tool-group-untold.1", "tool-group.1", "tool-told.1", "tool.1"]);
        let page = std::fs::read_to_string(out.join("tool-told.1")).unwrap();
        assert!(page.contains(".SH EXAMPLES\n  tool told"), "{page}");
    }
}
