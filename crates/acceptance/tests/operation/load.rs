//! The load tool measures what it says, in its quick form: every scenario on the binaries at hand, no answer wrong.

use acceptance::{Json, binary, wait_for_exit};
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A quick run takes seconds; a sweep waits for the server to begin one.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs the tool and returns its report.
fn report(only: &[&str]) -> Json {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
    command
        .args(["--quick", "--json", "--rows", "1000"])
        .args(["--only", &only.join(",")])
        .args(["--floor", env!("CARGO_BIN_EXE_floor")])
        .arg("--valetkey")
        .arg(binary())
        .arg("--folder")
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(File::create(&out).expect("a file"))
        .stderr(File::create(&err).expect("a file"));
    let mut child = command.spawn().expect("the tool starts");
    let status = wait_for_exit(&mut child, LIMIT);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let told = fs::read_to_string(&err).expect("what it told");
    assert!(
        status.is_some_and(|status| status.success()),
        "{status:?}\n{told}"
    );
    let report = fs::read(&out).expect("a report");
    serde_json::from_slice(&report).expect("the report is JSON")
}

fn rows<'a>(report: &'a Json, list: &str) -> &'a [Json] {
    report[list].as_array().map_or(&[], Vec::as_slice)
}

/// Whether a report has such a row among its `medians` or `ratios`.
fn has(report: &Json, list: &str, members: &[(&str, &str)]) -> bool {
    let fits = |row: &Json| members.iter().all(|(name, value)| row[*name] == *value);
    rows(report, list).iter().any(fits)
}

/// Fails unless a scenario was measured on a server, with work done and none of it wrong.
fn assert_loaded(report: &Json, scenario: &str, server: &str) {
    let row = rows(report, "medians")
        .iter()
        .find(|row| row["scenario"] == scenario && row["server"] == server);
    let row = row.unwrap_or_else(|| panic!("no {scenario} on {server}: {report}"));
    assert_eq!(row["failed"], 0, "{row}");
    let figure = |name: &str| row[name].as_f64().unwrap_or_default();
    assert!(figure("per_second") > 0.0, "{row}");
    assert!(
        figure("p50_ms") > 0.0 && figure("p50_ms") <= figure("max_ms"),
        "{row}"
    );
}

fn assert_compared(report: &Json, scenario: &str, server: &str, to: &str) {
    let members = [("scenario", scenario), ("server", server), ("to", to)];
    assert!(has(report, "ratios", &members), "{members:?}: {report}");
}

#[test]
fn tokens_and_lookups_are_measured_beside_the_floor() {
    let report = report(&[
        "cc",
        "introspect",
        "token-info",
        "refresh",
        "start",
        "memory",
        "disk",
    ]);
    for scenario in [
        "client_credentials",
        "introspection",
        "token info",
        "refresh_token",
    ] {
        assert_loaded(&report, scenario, "floor");
        assert_loaded(&report, scenario, "valetkey");
        assert_compared(&report, scenario, "valetkey", "floor");
    }
    for measure in [
        "start, empty folder (ms)",
        "start, existing store (ms)",
        "PSS idle (MiB)",
        "PSS after 256 connections (MiB)",
        "database file per live access token (bytes)",
    ] {
        let members = [
            ("measure", measure),
            ("server", "valetkey"),
            ("to", "floor"),
        ];
        assert!(has(&report, "ratios", &members), "{measure}: {report}");
    }
    let started = [("measure", "start, store of 1000 tokens (ms)")];
    assert!(has(&report, "medians", &started), "{report}");
}

#[test]
fn flows_devices_people_and_all_of_it_mixed_are_measured() {
    let report = report(&[
        "flow", "portal", "consent", "device", "mixed", "sign-in", "open",
    ]);
    let fixed = "client_credentials at a fixed rate";
    let beside = "client_credentials at a fixed rate, beside sign-ins";
    for scenario in [
        "code flow",
        "list of 50 apps",
        "consent page",
        "device poll",
        "mixed",
        "mixed: code flow",
        "sign-in",
        fixed,
        beside,
    ] {
        assert_loaded(&report, scenario, "valetkey");
    }
    assert_loaded(&report, "sign-in", "argon2id");
    assert_compared(&report, "code flow", "valetkey", "client_credentials");
    assert_compared(&report, "sign-in", "valetkey", "argon2id");
    assert_compared(&report, fixed, "valetkey", "floor");
    assert_compared(&report, beside, "valetkey", fixed);
}

#[test]
fn stores_of_two_sizes_and_memory_over_time_are_measured() {
    let report = report(&["scale", "soak"]);
    for scenario in ["client_credentials", "introspection"] {
        assert_compared(&report, scenario, "large store", "small store");
    }
    let last = [("measure", "PSS under mixed traffic, last tenth (MiB)")];
    assert!(has(&report, "ratios", &last), "{report}");
}

#[test]
fn a_sweep_is_measured_against_no_sweep() {
    let report = report(&["sweep"]);
    let during = "client_credentials during a sweep";
    assert_loaded(&report, during, "valetkey");
    assert_compared(
        &report,
        during,
        "valetkey",
        "client_credentials without a sweep",
    );
    let size = [("measure", "database file after sweep 1 (MiB)")];
    assert!(has(&report, "medians", &size), "{report}");
}

#[test]
fn a_server_that_is_scraped_is_measured_against_one_that_is_not() {
    let report = report(&["scraped"]);
    for scenario in ["client_credentials", "introspection"] {
        for server in ["scraped", "again"] {
            assert_compared(&report, scenario, server, "valetkey");
        }
    }
}

#[test]
fn what_is_taken_back_costs_the_same_beside_many_others() {
    let report = report(&["connections"]);
    for act in ["narrow", "pause", "resume", "end"] {
        for store in ["small store", "large store"] {
            let commits = format!("{act}: commits");
            let found = rows(&report, "medians")
                .iter()
                .find(|row| row["measure"] == *commits && row["server"] == store);
            let found = found.unwrap_or_else(|| panic!("no {commits}: {report}"));
            assert_eq!(found["value"], 1.0, "{found}");
        }
        let pages = format!("{act}: pages");
        let members = [("measure", pages.as_str()), ("to", "small store")];
        assert!(has(&report, "ratios", &members), "{pages}: {report}");
    }
    let memory = [("measure", "memory per connection taken back (bytes)")];
    assert!(has(&report, "medians", &memory), "{report}");
}
