//! Whether there is a PostgreSQL server for the tests: those that need one are ignored without it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=VALETKEY_TEST_HAS");
    println!("cargo::rustc-check-cfg=cfg(has_postgres)");
    let has = std::env::var("VALETKEY_TEST_HAS").unwrap_or_default();
    if has.split(',').any(|name| name == "postgres") {
        println!("cargo::rustc-cfg=has_postgres");
    }
}
