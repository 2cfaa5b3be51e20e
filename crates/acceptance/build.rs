//! Which programs and servers the tests are told of: those that need what is not there are ignored, and say why.

/// A condition, and the variable that names what it stands for. `./test` sets them.
const CONDITIONS: [(&str, &str); 6] = [
    ("has_python", "VALETKEY_TEST_PYTHON"),
    ("has_node", "VALETKEY_TEST_NODE"),
    ("has_chromium", "VALETKEY_TEST_CHROMIUM"),
    ("has_go", "VALETKEY_TEST_GO"),
    ("has_postgres", "VALETKEY_TEST_POSTGRES"),
    ("has_postgres_bin", "VALETKEY_TEST_POSTGRES_BIN"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for (condition, variable) in CONDITIONS {
        println!("cargo::rustc-check-cfg=cfg({condition})");
        println!("cargo::rerun-if-env-changed={variable}");
        if std::env::var_os(variable).is_some() {
            println!("cargo::rustc-cfg={condition}");
        }
    }
}
