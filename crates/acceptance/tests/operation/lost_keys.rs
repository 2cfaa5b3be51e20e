//! The file of the sealing keys is gone while a server runs that holds them.

use crate::support::{PLAIN, Scene};
use acceptance::Setup;
use std::fs;

#[test]
fn a_server_that_runs_writes_lost_sealing_keys_again() {
    let signing = "[signing]\nalgorithms = [\"ES256\"]";
    let mut scene = Scene::start(Setup::toml(PLAIN).with(signing));
    scene.cli(&["key", "rotate", "--signing"]);
    let listed = scene.cli(&["key", "list"]);
    assert_eq!(listed["unopened"], 0, "{listed}");
    let keys = scene.provider.folder().join("valetkey.keys");
    let file = keys.join("sealing.keys");
    let before = fs::read(&file).expect("the keys");
    fs::remove_file(&file).expect("they are lost");
    let told = scene.cli(&["key", "rotate", "--lost"]);
    let process = scene.provider.pid().expect("it runs");
    assert_eq!(told["written_by"], process, "{told}");
    assert_eq!(fs::read(&file).expect("the keys"), before);
    assert_eq!(scene.cli(&["key", "list"])["unopened"], 0);
    scene.provider.restart();
    assert_eq!(scene.cli(&["key", "list"])["keys"], listed["keys"]);
    // Without a server that holds them, they are lost for good.
    scene.provider.stop();
    fs::remove_file(&file).expect("they are lost");
    let told = scene.cli(&["key", "rotate", "--lost"]);
    assert!(told["written_by"].is_null(), "{told}");
    assert_ne!(fs::read(&file).expect("new keys"), before);
    assert_ne!(scene.cli(&["key", "list"])["unopened"], 0);
}
