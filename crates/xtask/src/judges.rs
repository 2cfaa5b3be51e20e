//! Other people's programs that judge an authorization server, each with what it needs in a folder of its own.
use crate::steps::{Steps, command, succeeds};
use crate::tools::{CLIENTS, on_path};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests that run them are told, as the variables of their environment.
pub(crate) fn judges(steps: &mut Steps) -> Vec<(&'static str, PathBuf)> {
    let mut found = Vec::new();
    match mcp_conformance() {
        Ok(node) => found.push(("VALETKEY_TEST_MCP_CONFORMANCE", node)),
        Err(why) => steps.skip("MCP conformance suite", why),
    }
    match oidc_provider() {
        Ok(node) => found.push(("VALETKEY_TEST_OIDC_PROVIDER", node)),
        Err(why) => steps.skip("oidc-provider", why),
    }
    match authgent() {
        Ok(program) => found.push(("VALETKEY_TEST_AUTHGENT", program)),
        Err(why) => steps.skip("authgent", why),
    }
    found
}

/// The packages of the suite for MCP, and the Node.js that runs it: one that comes with them, for the suite needs a newer one
/// than many systems have.
///
/// # Errors
/// What is missing.
fn mcp_conformance() -> Result<PathBuf, &'static str> {
    let folder = std::path::absolute(format!("{CLIENTS}/mcp-conformance"));
    let folder = folder.map_err(|_| "the folder of this repository is gone")?;
    let fetch = ["ci", "--silent", "--no-audit", "--no-fund"];
    if !succeeds(command("npm", &fetch).current_dir(&folder)) {
        return Err("its packages cannot be fetched by npm");
    }
    let packaged = ["x64", "arm64"].map(|of| format!("node_modules/node-linux-{of}/bin/node"));
    let packaged = packaged.map(|node| folder.join(node));
    let mut all = packaged.into_iter().chain(on_path("node"));
    all.find(|node| is_new(node))
        .ok_or("Node.js 22 or newer is not installed")
}

/// The packages of an OpenID provider at which the tests sign in, and the Node.js that runs it.
///
/// # Errors
/// What is missing.
fn oidc_provider() -> Result<PathBuf, &'static str> {
    let fetch = ["ci", "--silent", "--no-audit", "--no-fund"];
    let folder = format!("{CLIENTS}/oidc-provider");
    if !succeeds(command("npm", &fetch).current_dir(folder)) {
        return Err("its packages cannot be fetched by npm");
    }
    on_path("node").ok_or("Node.js is not installed")
}

fn is_new(node: &Path) -> bool {
    let check = "process.exit(process.versions.node.split('.')[0] >= 22 ? 0 : 1)";
    node.is_file() && succeeds(Command::new(node).args(["-e", check]))
}

/// The linter, in a virtual environment of its own: it is a whole server, whose packages are not those of the clients.
///
/// # Errors
/// What is missing.
fn authgent() -> Result<PathBuf, &'static str> {
    let unmade = "no virtual environment can be made: python3 -m venv .test/authgent says why";
    let bin = std::path::absolute(".test/authgent/bin").map_err(|_| unmade)?;
    let python = bin.join("python");
    if !python.is_file() && !succeeds(&mut command("python3", &["-m", "venv", ".test/authgent"])) {
        return Err(unmade);
    }
    let list = format!("{CLIENTS}/authgent/requirements.txt");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps"]);
    let fetched = succeeds(pip.args(["--disable-pip-version-check", "-r"]).arg(list));
    fetched
        .then(|| bin.join("authgent-server"))
        .ok_or("its packages cannot be fetched by pip")
}
