//! The sample MCP servers, of which the one in Rust is built apart from everything else, and the client that asks them.
use crate::steps::{Steps, command, succeeds};
use crate::tools::CLIENTS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the programs of `examples/mcp/rust` are, as the variable that the tests read; nothing where they cannot be built.
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
    let folder = std::path::absolute("examples/mcp/rust").map_err(|_| gone)?;
    let target = folder.join("target");
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
    let mut build = command(
        "cargo",
        &["build", "--quiet", "--locked", "--manifest-path"],
    );
    build.arg(folder.join("Cargo.toml"));
    build.arg("--target-dir").arg(&target);
    match succeeds(&mut build) {
        true => Ok(target.join("debug")),
        false => Err("it cannot be built: cargo build in examples/mcp/rust says why"),
    }
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
