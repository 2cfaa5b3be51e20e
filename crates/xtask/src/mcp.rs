//! The sample MCP servers and the clients that ask them, of which those in Rust are built apart from everything else.
use crate::steps::{Steps, command, succeeds};
use crate::tools::CLIENTS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the server of `examples/mcp/rust` and the client in Rust are, as the variable that the tests read; nothing where they cannot be built.
pub(crate) fn sample(steps: &mut Steps) -> Option<(&'static str, PathBuf)> {
    match built() {
        Ok(programs) => Some(("VALETKEY_TEST_MCP", programs)),
        Err(why) => {
            steps.skip("MCP server", why);
            None
        }
    }
}

/// # Errors
/// What is missing.
fn built() -> Result<PathBuf, &'static str> {
    let gone = "the folder of this repository is gone";
    let target = std::path::absolute("examples/mcp/rust/target").map_err(|_| gone)?;
    let fetch = ["ci", "--silent", "--no-audit", "--no-fund"];
    for packages in [&format!("{CLIENTS}/mcp"), "examples/mcp/node"] {
        if !succeeds(command("npm", &fetch).current_dir(packages)) {
            return Err(
                "the packages of its client, or of its like for Node.js, cannot be fetched by npm",
            );
        }
    }
    if !in_python() {
        return Err("the packages of its like in Python, 3.11 or newer, cannot be fetched by pip");
    }
    for package in ["examples/mcp/rust", &format!("{CLIENTS}/libraries/rust")] {
        let mut build = command("cargo", &["build", "--quiet", "--locked"]);
        build.arg("--manifest-path");
        build.arg(format!("{package}/Cargo.toml"));
        build.arg("--target-dir").arg(&target);
        if !succeeds(&mut build) {
            return Err("it, or a client in Rust, cannot be built: cargo build says why there");
        }
    }
    Ok(target.join("debug"))
}

/// Puts what the sample in Python needs beside the Python clients, where those are, whose versions stay what they are.
fn in_python() -> bool {
    let python = Path::new(".test/venv/bin/python");
    let clients = format!("{CLIENTS}/requirements.txt");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet"]);
    pip.args(["--disable-pip-version-check", "-r", &clients]);
    pip.args(["-r", "examples/mcp/python/requirements.txt"]);
    !python.is_file() || succeeds(&mut pip)
}
