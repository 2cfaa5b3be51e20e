//! `cargo xtask ci`: everything that must hold before a change lands. `./test` is this command. `cargo xtask dist`: what
//! people install. `cargo xtask refused`: mistakes that cannot be made.
#![forbid(unsafe_code)]

mod ci;
mod dist;
mod judges;
mod mcp;
mod postgres;
mod refused;
mod steps;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask ci            formats, lints, rules by RFC section, both databases, the real binary over HTTP, real clients,
                          a real browser
cargo xtask ci --long     the same with the long forms of the crash, power-cut and race tests, the mistakes of
                          `cargo xtask refused`, and ten seconds of libFuzzer for each parser (fuzz/run --long takes
                          ten minutes for each)
cargo xtask ci --only X   only the steps whose names contain X

cargo xtask dist            builds static binaries for x86-64 and arm64, and packs them into target/dist: archives, Debian
                            packages, an image, a bill of materials, digests
cargo xtask dist --check    tries out what was packed, too
cargo xtask dist --long     the same on a bare and on a booted Debian, by root, and with other people's tools
cargo xtask dist --binary FILE ...
                            packs this binary (may be repeated) in place of building

cargo xtask refused          makes mistakes in a copy of the tree, one at a time (a form without its nonce, an error without its
                             header, a message without its job, a transition that is not applied), and shows that each is
                             refused by the compiler or by a test
cargo xtask refused --only X only the mistakes whose names contain X

What a machine lacks is skipped with a clear line, and its tests are shown as ignored; with CI=true it is installed
where that may be done, and else it fails. A step that takes longer than 45 minutes, in the long form 8 hours, is ended
with all that it started, and has failed.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["dist", rest @ ..] = &words[..] {
        return match dist::Wanted::of(rest) {
            Some(wanted) => ended(dist::run(&wanted)),
            None => {
                eprintln!("{HELP}");
                ExitCode::from(2)
            }
        };
    }
    match words[..] {
        ["refused"] => return ended(refused::run(None)),
        ["refused", "--only", part] => return ended(refused::run(Some(part))),
        _ => {}
    }
    let asked = match words[..] {
        ["ci"] => ci::Asked::default(),
        ["ci", "--long"] => ci::Asked {
            long: true,
            ..ci::Asked::default()
        },
        ["ci", "--only", part] => ci::Asked {
            only: Some(part.to_owned()),
            ..ci::Asked::default()
        },
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    ended(ci::run(&asked))
}

/// What the shell is told.
fn ended(run: anyhow::Result<bool>) -> ExitCode {
    match run {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
