//! The command line: noun, verb. One file per noun.
//!
//! Every verb takes `--json` and then prints one JSON document on standard output; messages go to standard
//! error. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration, 3 a token that does not work.
//! Secrets come from files or standard input, never as arguments.
mod app;
mod app_import;
mod app_list;
mod app_log;
mod app_new;
mod app_openid;
mod app_request;
mod app_secret;
mod app_shown;
mod app_test;
mod app_transfer;
mod audit;
mod config;
mod db;
mod dev;
mod developer;
mod doctor;
mod failure;
mod grant;
mod grant_all;
mod key;
mod key_signing;
mod line_reader;
mod mail;
mod one_app;
mod one_user;
mod organization;
mod outbound;
mod outbox;
mod output;
mod place;
mod progress;
mod reference;
mod runtime;
mod scope;
mod serve;
mod session;
mod text_file;
mod token;
mod user;
mod user_change;
mod user_end;
mod user_import;
mod user_shown;

use clap::{CommandFactory, Parser, Subcommand};
use failure::Failure;
use output::Output;
use protocol::types::text::escaped;
use runtime::finish;
use std::path::PathBuf;
use std::process::ExitCode;

/// Turns an API into an OAuth provider.
#[derive(Debug, Parser)]
#[command(name = "valetkey", version, max_term_width = 100)]
struct Cli {
    /// Print one JSON document on standard output.
    #[arg(long, global = true)]
    json: bool,
    /// The provider's configuration file. Without: the one VALETKEY_CONFIG names, else valetkey.toml of this folder.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    Dev(dev::Dev),
    Serve(serve::Serve),
    #[command(subcommand)]
    Config(config::Verb),
    #[command(subcommand)]
    User(user::Verb),
    #[command(subcommand)]
    Session(session::Verb),
    #[command(subcommand)]
    App(app::Verb),
    #[command(subcommand)]
    Developer(developer::Verb),
    #[command(subcommand)]
    Organization(organization::Verb),
    #[command(subcommand)]
    Grant(grant::Verb),
    #[command(subcommand)]
    Token(token::Verb),
    #[command(subcommand)]
    Scope(scope::Verb),
    Audit(audit::Audit),
    #[command(subcommand)]
    Mail(mail::Verb),
    #[command(subcommand)]
    Outbox(outbox::Verb),
    #[command(subcommand)]
    Outbound(outbound::Verb),
    #[command(subcommand)]
    Db(db::Verb),
    #[command(subcommand)]
    Key(key::Verb),
    Doctor(doctor::Doctor),
    #[command(subcommand, hide = true)]
    Reference(reference::Verb),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(failure) => {
            for sentence in failure.to_string().lines() {
                eprintln!("error: {}", escaped(sentence));
            }
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let output = Output { json: cli.json };
    match cli.noun {
        Noun::Dev(_) if cli.config.is_some() => {
            return Err(Failure::usage(
                "`valetkey dev` keeps a configuration of its own, valetkey.toml in its --data folder: change that, or use `valetkey serve --config FILE`",
            ));
        }
        Noun::Dev(dev) => dev.run(output)?,
        Noun::Serve(serve) => serve.run(output)?,
        Noun::Config(verb) => verb.run(output)?,
        Noun::User(verb) => finish(verb.run(output))?,
        Noun::Session(verb) => finish(verb.run(output))?,
        Noun::App(verb) => finish(verb.run(output))?,
        Noun::Developer(verb) => finish(verb.run(output))?,
        Noun::Organization(verb) => finish(verb.run(output))?,
        Noun::Grant(verb) => finish(verb.run(output))?,
        Noun::Token(verb) => return finish(verb.run(output)),
        Noun::Scope(verb) => verb.run(output)?,
        Noun::Audit(audit) => finish(audit.run(output))?,
        Noun::Mail(verb) => finish(verb.run(output))?,
        Noun::Outbox(verb) => finish(verb.run(output))?,
        Noun::Outbound(verb) => finish(verb.run(output))?,
        Noun::Key(verb) => finish(verb.run(output))?,
        Noun::Db(verb) => return finish(verb.run(output)),
        Noun::Doctor(doctor) => return doctor.run(output),
        Noun::Reference(verb) => verb.run(Cli::command())?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_configuration_is_named_before_the_verb_or_after_it() {
        for line in [
            "valetkey --config v.toml scope list",
            "valetkey scope list --config v.toml",
        ] {
            let cli = Cli::parse_from(line.split(' '));
            assert_eq!(cli.config.as_deref(), Some("v.toml".as_ref()), "{line}");
            let Noun::Scope(scope::Verb::List(place)) = cli.noun else {
                panic!("{line}");
            };
            assert_eq!(place.config.as_deref(), Some("v.toml".as_ref()), "{line}");
        }
    }
}
