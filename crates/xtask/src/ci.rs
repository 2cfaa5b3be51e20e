//! The steps, in their order.
use crate::dist;
use crate::judges::judges;
use crate::mcp::sample;
use crate::postgres::Server;
use crate::refused;
use crate::steps::{Steps, command, said, succeeds};
use crate::tools;
use anyhow::ensure;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// What is run.
#[derive(Default)]
pub(crate) struct Asked {
    /// The long forms too.
    pub(crate) long: bool,
    /// Only steps whose names contain this.
    pub(crate) only: Option<String>,
}

/// How long one step may take, and in the long form.
const LIMIT: Duration = Duration::from_secs(45 * 60);
const LONG_LIMIT: Duration = Duration::from_secs(8 * 3_600);

/// What tests are told by their environment.
type Variables = Vec<(&'static str, PathBuf)>;

/// Runs all; whether all is well.
///
/// # Errors
/// When the repository cannot be entered.
pub(crate) fn run(asked: &Asked) -> anyhow::Result<bool> {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let limit = if asked.long { LONG_LIMIT } else { LIMIT };
    let mut steps = Steps::new(asked.only.clone(), limit);
    for program in ["curl", "openssl"] {
        if tools::have(program, &[program]).is_none() {
            steps.skip(program, "it is not installed");
        }
    }
    sources(&mut steps);
    let mut variables = tools::clients(&mut steps);
    variables.extend(judges(&mut steps));
    if asked.long {
        variables.extend(tools::collector(&mut steps));
    }
    variables.extend(sample(&mut steps));
    let server = postgres(&mut steps, &mut variables);
    variables.push(("VALETKEY_TEST_HAS", named(&variables).into()));
    if asked.long {
        variables.push(("VALETKEY_LONG", "1".into()));
    }
    tests(&mut steps, &variables, asked.long);
    if let Some(server) = &server {
        stores(&mut steps, server, &variables, asked.long);
    }
    if asked.long {
        steps.prove("what is refused", || {
            ensure!(refused::run(None)?, "a mistake is not refused");
            Ok(())
        });
        fuzz(&mut steps);
    }
    Ok(steps.finish())
}

/// What there is for the tests, by name: what needs another thing is ignored.
fn named(variables: &Variables) -> String {
    let name = |variable: &str| match variable {
        "VALETKEY_TEST_PYTHON" => Some("python"),
        "VALETKEY_TEST_NODE" => Some("node"),
        "VALETKEY_TEST_CHROMIUM" => Some("chromium"),
        "VALETKEY_TEST_GO" => Some("go"),
        "VALETKEY_TEST_HANDOFF_GO" => Some("handoff_go"),
        "VALETKEY_TEST_API_GO" => Some("api_go"),
        "VALETKEY_TEST_PHP" => Some("php"),
        "VALETKEY_TEST_OAUTH2_PROXY" => Some("oauth2_proxy"),
        "VALETKEY_TEST_APACHE" => Some("apache"),
        "VALETKEY_TEST_SPRING" => Some("spring"),
        "VALETKEY_TEST_MCP_CONFORMANCE" => Some("mcp_conformance"),
        "VALETKEY_TEST_AUTHGENT" => Some("authgent"),
        "VALETKEY_TEST_OIDC_PROVIDER" => Some("oidc_provider"),
        "VALETKEY_TEST_MCP" => Some("mcp"),
        "VALETKEY_TEST_POSTGRES" => Some("postgres"),
        "VALETKEY_TEST_PROMETHEUS" => Some("prometheus"),
        "VALETKEY_TEST_COLLECTOR" => Some("collector"),
        "VALETKEY_TEST_MOUNT" => Some("mount"),
        _ => None,
    };
    let names: Vec<&str> = variables
        .iter()
        .filter_map(|(variable, _)| name(variable))
        .collect();
    names.join(",")
}

/// The sources themselves.
fn sources(steps: &mut Steps) {
    let add = ["component", "add", "clippy", "rustfmt"];
    succeeds(&mut command("rustup", &add));
    steps.run("format", &mut cargo(&["fmt", "--all", "--check"]));
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    steps.run("format of fuzz/", &mut cargo(&fuzz));
    let lint = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    steps.run("lint", &mut cargo(&lint));
    if !tools::has_deny(steps.ci) {
        return steps.skip("dependencies", "cargo-deny: run cargo install cargo-deny");
    }
    steps.run(
        "dependencies",
        &mut deny(&["check", "bans", "licenses", "sources"]),
    );
    advisories(steps);
}

/// The database is fetched first, so that one which cannot be reached is told from one that lists something of ours.
fn advisories(steps: &mut Steps) {
    let name = "advisories";
    if steps.is_left_out(name) {
        return;
    }
    match succeeds(&mut deny(&["fetch", "db"])) {
        true => steps.run(name, &mut deny(&["--offline", "check", "advisories"])),
        false => steps.leave(
            name,
            "their database cannot be fetched from here: cargo deny fetch db says why",
        ),
    }
}

fn deny(arguments: &[&str]) -> Command {
    let mut deny = cargo(&["deny", "--log-level", "error"]);
    deny.args(arguments);
    deny
}

/// A server for the tests. Those that crash one start their own.
fn postgres(steps: &mut Steps, variables: &mut Variables) -> Option<Server> {
    let Some(programs) = tools::postgres() else {
        steps.skip("PostgreSQL", "postgresql is not installed");
        return None;
    };
    let server = Server::start(&programs);
    variables.push(("VALETKEY_TEST_POSTGRES_BIN", programs));
    match &server {
        Some(server) => variables.push(("VALETKEY_TEST_POSTGRES", (&server.url).into())),
        None => steps.skip("PostgreSQL", "it does not start"),
    }
    server
}

/// What is spoken over HTTP with everything kept on PostgreSQL: the programs, and the tests whose names contain one of these.
const PROGRAMS_OVER_HTTP: [&str; 4] = ["providers", "pages", "endpoints", "developers"];
const OVER_HTTP: [&str; 13] = [
    "opsduty::",
    "appexample",
    "test_mode",
    "lifecycle::",
    "races::",
    "revocations::",
    "consent::",
    "mailbox::",
    "device",
    "portal::",
    "imported::",
    "step_up::",
    "together::",
];

/// What the long form speaks over HTTP beside the rest.
const LONG_OVER_HTTP: [&str; 10] = [
    "handoff::",
    "upstream::",
    "passkeys::",
    "second_factor::",
    "limits::",
    "documented::",
    "by_page::",
    "own_api::",
    "imports::",
    "people::",
];

/// All tests once, the store's on PostgreSQL where there is one; then what is spoken over HTTP, with everything kept on
/// PostgreSQL.
fn tests(steps: &mut Steps, variables: &Variables, long: bool) {
    let memory = memory();
    let with = |mut command: Command| {
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command.env("NEXTEST_TEST_THREADS", at_once().to_string());
        command.envs(memory.iter().map(|folder| ("TMPDIR", folder.path())));
        command
    };
    // With the tests: built apart, a hundred crates would be built twice, since tests ask for more features of some.
    let build = ["build", "--workspace", "--locked", "--bins", "--tests"];
    steps.run("build", &mut with(cargo(&build)));
    packages(steps);
    let Some(runner) = tools::nextest() else {
        return steps.skip(
            "tests",
            "cargo-nextest: run cargo install cargo-nextest --locked",
        );
    };
    steps.run("tests", &mut with(nextest(&runner, long, &[])));
    steps.run(
        "tests in the documentation of crates",
        &mut with(cargo(&["test", "--workspace", "--locked", "--doc"])),
    );
    if !variables
        .iter()
        .any(|(name, _)| *name == "VALETKEY_TEST_POSTGRES")
    {
        return;
    }
    let mut over_http = with(nextest(&runner, long, &PROGRAMS_OVER_HTTP));
    over_http
        .args(OVER_HTTP)
        .env("VALETKEY_TEST_ON", "postgres");
    if long {
        over_http.args(LONG_OVER_HTTP);
    }
    steps.run("the server on PostgreSQL", &mut over_http);
}

/// What people install, packed from the binary that was built for the tests: a release is built by `cargo xtask dist --long`.
fn packages(steps: &mut Steps) {
    let stripped = "target/stripped-valetkey";
    let mut strip = command("strip", &["-o", stripped, "target/debug/valetkey"]);
    let name = "packages";
    if steps.is_left_out(name) {
        return;
    }
    if !succeeds(&mut strip) {
        return steps.skip(
            name,
            "strip, of binutils, makes nothing of target/debug/valetkey",
        );
    }
    // Not by another process: what runs here was built anew meanwhile, and is no file any more.
    let wanted = dist::Wanted {
        check: true,
        binaries: vec![stripped.into()],
        ..dist::Wanted::default()
    };
    steps.prove(name, || {
        ensure!(
            dist::run(&wanted)?,
            "what was packed is not as it should be"
        );
        Ok(())
    });
}

/// A folder in memory for what tests keep, where there is enough of it: a disk takes milliseconds for each commit, which says
/// nothing of a process that is killed. The store is held to the same on a disk.
fn memory() -> Option<TempDir> {
    let free = said(&mut command("df", &["--output=avail", "-k", "/dev/shm"]))?;
    let kibibytes: u64 = free.lines().last()?.trim().parse().ok()?;
    (kibibytes >= 4 << 20).then_some(())?;
    let mut folder = tempfile::Builder::new();
    let folder = folder.prefix("valetkey-tests-");
    let folder = folder.tempdir_in("/dev/shm").ok()?;
    // Servers of PostgreSQL have folders of their own in it, as another user.
    succeeds(command("chmod", &["1777"]).arg(folder.path())).then_some(folder)
}

/// How many tests run at once: they wait for servers, browsers and disks for half of their time.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from) * 2
}

/// What the store does where many ask at once: the rest of it does not know at which level it runs.
const AT_ONCE: [&str; 6] = [
    "racers::",
    "batches::",
    "nodes::",
    "revocations::",
    "at_once",
    "same_moment",
];

/// The store is held to the same on a file, and where many ask at once, at the other isolation level on a newer
/// PostgreSQL; in the long form in memory too, and whole at both levels on both.
fn stores(steps: &mut Steps, server: &Server, variables: &Variables, long: bool) {
    let Some(runner) = tools::nextest() else {
        return;
    };
    let suite = || {
        let mut suite = nextest(&runner, long, &["suite"]);
        suite.envs(variables.iter().map(|(name, value)| (name, value)));
        suite
    };
    steps.run(
        "the store on SQLite",
        suite().env("VALETKEY_TEST_ON", "sqlite"),
    );
    if long && Path::new("/dev/shm").is_dir() {
        let mut in_memory = suite();
        in_memory
            .env("VALETKEY_TEST_ON", "sqlite")
            .env("TMPDIR", "/dev/shm");
        steps.run("the store on SQLite, in memory", &mut in_memory);
    }
    let on = |url: &str, level: Option<&str>| {
        let mut suite = suite();
        suite.env("VALETKEY_TEST_POSTGRES", url);
        suite.envs(level.map(|level| ("VALETKEY_TEST_ISOLATION", level)));
        suite
    };
    let serializable = Some("serializable");
    if long {
        steps.run(
            "the store on PostgreSQL, serializable",
            &mut on(&server.url, serializable),
        );
    }
    let folder = tempfile::tempdir().ok();
    let newer = folder.as_ref().and_then(|folder| {
        succeeds(command("chmod", &["755"]).arg(folder.path()));
        Server::start(&tools::newer_postgres(folder.path())?)
    });
    match newer {
        Some(newer) => {
            if long {
                steps.run("the store on PostgreSQL 18", &mut on(&newer.url, None));
            }
            let mut suite = on(&newer.url, serializable);
            if !long {
                suite.args(AT_ONCE);
            }
            steps.run("the store on PostgreSQL 18, serializable", &mut suite);
        }
        None => steps.skip(
            "PostgreSQL 18",
            "its Python package cannot be installed or does not start",
        ),
    }
}

fn fuzz(steps: &mut Steps) {
    let nightly = succeeds(&mut cargo(&["+nightly", "--version"]));
    match nightly && tools::on_path("cargo-fuzz").is_some() {
        true => steps.run("fuzz", &mut command("fuzz/run", &[])),
        false => steps.skip(
            "fuzz",
            "a nightly toolchain and cargo-fuzz: fuzz/run says how to get them",
        ),
    }
}

/// Runs tests by the runner: all, or those of these programs. What it says of each that failed comes at the end.
fn nextest(runner: &Path, long: bool, programs: &[&str]) -> Command {
    let mut tests = Command::new(runner);
    tests.args([
        "nextest",
        "run",
        "--workspace",
        "--locked",
        "--no-fail-fast",
    ]);
    tests.args(["--profile", if long { "long" } else { "default" }]);
    for program in programs {
        tests.args(["--test", program]);
    }
    tests
}

fn cargo(arguments: &[&str]) -> Command {
    command("cargo", arguments)
}
