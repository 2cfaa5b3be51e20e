//! Which programs and servers there are for the tests, as `VALETKEY_TEST_HAS` names them: those that need what is not
//! there are ignored, and say what they need.

const NAMES: [&str; 18] = [
    "python",
    "node",
    "chromium",
    "go",
    "handoff_go",
    "api_go",
    "php",
    "oauth2_proxy",
    "apache",
    "spring",
    "mcp_conformance",
    "authgent",
    "mcp",
    "postgres",
    "oidc_provider",
    "prometheus",
    "collector",
    "mount",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=VALETKEY_TEST_HAS");
    let has = std::env::var("VALETKEY_TEST_HAS").unwrap_or_default();
    for name in NAMES {
        println!("cargo::rustc-check-cfg=cfg(has_{name})");
        if has.split(',').any(|has| has == name) {
            println!("cargo::rustc-cfg=has_{name}");
        }
    }
}
