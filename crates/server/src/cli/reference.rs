//! `valetkey reference …`: the pages of `docs/reference` that are made from the code, and what packages bring along of
//! the command line.
use super::failure::Failure;
use super::output::print;
use clap::{Arg, Command, Subcommand};
use clap_complete::Shell;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Print what is made from the code: a page of the reference, completions, manual pages.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// docs/reference/cli.md.
    Cli,
    /// docs/reference/configuration.md.
    Configuration,
    /// What a shell completes.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// The manual pages of all commands, written into a folder.
    Manual {
        /// The folder, such as /usr/local/share/man/man1.
        folder: PathBuf,
    },
}

impl Verb {
    /// Prints it; `valetkey` is the command line as a whole.
    ///
    /// # Errors
    /// When the folder of the manual cannot be written.
    pub(super) fn run(self, mut valetkey: Command) -> Result<(), Failure> {
        match self {
            Verb::Cli => print(&cli(&valetkey)),
            Verb::Configuration => print(&config::reference()),
            Verb::Completions { shell } => print(&completions(shell, &mut valetkey)),
            Verb::Manual { folder } => {
                let written = std::fs::create_dir_all(&folder)
                    .and_then(|()| clap_mangen::generate_to(valetkey, &folder));
                written.map_err(|why| anyhow::anyhow!("{}: {why}", folder.display()))?;
            }
        }
        Ok(())
    }
}

/// What the shell reads to complete commands, flags and files.
fn completions(shell: Shell, valetkey: &mut Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, valetkey, "valetkey", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

const HEAD: &str = "\
# Command line

This page is made from the code: `valetkey reference cli > docs/reference/cli.md`.

Every command takes `--json` and then prints one JSON document on standard output; messages go to standard
error. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration, 3 a token that was inspected and does
not work. Secrets are read from files or standard input (`-`), never from arguments. Commands may be run beside a
running server, which takes in what they change within one second; those that need the database for themselves say so.

`--config FILE`, before the command or after it, names the provider's configuration file. Without it, the variable
`VALETKEY_CONFIG` names it, and without that, `valetkey.toml` of the current folder is read; both are told in a line on
standard error. Settings can come from the environment too: see [Configuration](configuration.md). `--storage URL` names
another database than the file does, such as `sqlite:valetkey.db`, and is enough where there is no file. A command that
is told nothing at all about its provider is refused.
";

/// The page about the command line.
fn cli(valetkey: &Command) -> String {
    let mut out = HEAD.to_owned();
    for command in shown(valetkey) {
        let name = format!("valetkey {}", command.get_name());
        let verbs = shown(command);
        let _ = write!(out, "\n## `{name}`\n\n{}\n", about(command));
        match verbs.is_empty() {
            true => out.push_str(&form(&name, command)),
            false => {
                for verb in verbs {
                    let name = format!("{name} {}", verb.get_name());
                    let _ = write!(out, "\n### `{name}`\n\n{}\n", about(verb));
                    out.push_str(&form(&name, verb));
                }
            }
        }
    }
    out
}

fn shown(command: &Command) -> Vec<&Command> {
    let all = command.get_subcommands();
    all.filter(|command| !command.is_hide_set()).collect()
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about());
    sentence(&about.map(ToString::to_string).unwrap_or_default())
}

/// The usage line and a list of the arguments.
fn form(name: &str, command: &Command) -> String {
    let arguments: Vec<_> = command
        .get_arguments()
        .filter(|arg| arg.get_id() != "help")
        .collect();
    let mut usage = name.to_owned();
    let mut list = String::new();
    for arg in arguments {
        let spelled = spelled(arg);
        let many = arg
            .get_num_args()
            .is_some_and(|range| range.max_values() > 1)
            || matches!(arg.get_action(), clap::ArgAction::Append);
        let dots = if many { "…" } else { "" };
        let _ = match arg.is_required_set() {
            true => write!(usage, " {spelled}{dots}"),
            false => write!(usage, " [{spelled}{dots}]"),
        };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let defaults: Vec<_> = arg
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy())
            .collect();
        let default = match defaults.concat().is_empty() || !arg.get_action().takes_values() {
            true => String::new(),
            false => format!(" Default: `{}`.", defaults.join(" ")),
        };
        if is_explained_above(name, arg) {
            continue;
        }
        let _ = writeln!(list, "- `{spelled}`: {}{default}", sentence(&help));
    }
    let list = if list.is_empty() {
        list
    } else {
        format!("\n{list}")
    };
    format!("\n```text\n{usage}\n```\n{list}")
}

/// Which provider a command is about: the same for all but `serve`, so said once.
fn is_explained_above(name: &str, arg: &Arg) -> bool {
    name != "valetkey serve" && ["config", "storage"].contains(&arg.get_id().as_str())
}

/// `--flag VALUE`, `--switch` or `VALUE`.
fn spelled(arg: &Arg) -> String {
    let value = arg.get_value_names().map(|names| names.join(" "));
    let value = value.filter(|_| arg.get_action().takes_values());
    match (arg.get_long(), value) {
        (Some(long), Some(value)) => format!("--{long} {value}"),
        (Some(long), None) => format!("--{long}"),
        (None, value) => value.unwrap_or_default(),
    }
}

/// Help texts have no full stop at their end; sentences do.
fn sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    match text.is_empty() || text.ends_with(['.', ':', '?']) {
        true => text,
        false => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[track_caller]
    fn assert_committed(name: &str, text: &str) {
        let path = format!(
            "{}/../../docs/reference/{name}.md",
            env!("CARGO_MANIFEST_DIR")
        );
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed.trim_end() == text.trim_end(),
            "docs/reference/{name}.md is not what the code says: run `cargo run -- reference {name} > docs/reference/{name}.md`"
        );
    }

    #[test]
    fn the_reference_is_what_the_code_says() {
        assert_committed("cli", &cli(&crate::cli::Cli::command()));
        assert_committed("configuration", &config::reference());
    }
}
