//! A SQLite file has one server, and any number of commands.
use crate::support::{PLAIN, Scene, within};
use acceptance::{Provider, Setup, free_port, output, wait_for_exit};
use rusqlite::Connection;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

/// A second server on the file, with an address of its own.
fn second(provider: &Provider, storage: &str) -> Output {
    let mut command = provider.command();
    command
        .args(["serve", "--config"])
        .arg(provider.config_path())
        .args(["--listen", &format!("127.0.0.1:{}", free_port())])
        .args(["--storage", storage]);
    output(&mut command)
}

#[track_caller]
fn assert_names(refused: &Output, pid: u32) {
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("process {pid} serves this file already: stop")),
        "{said}"
    );
}

#[test]
fn a_second_server_is_refused_until_the_first_is_gone_however_it_went() {
    let mut scene = Scene::plain("");
    let pid = scene.provider.pid().expect("it runs");
    let link = scene.provider.folder().join("link.db");
    std::os::unix::fs::symlink(scene.provider.database_path(), &link).expect("a link");
    assert_names(&second(&scene.provider, &scene.provider.storage()), pid);
    let by_link = format!("sqlite:{}", link.display());
    assert_names(&second(&scene.provider, &by_link), pid);
    // The first one has not noticed, and commands share the file with it.
    let machine = scene.machine();
    scene.client_credentials(&machine).expect(200);
    let doctor = scene.provider.cli(&["doctor", "--json"]);
    assert!(
        doctor.stdout.contains(&format!("process {pid} serves it")),
        "{doctor:?}"
    );
    scene.provider.kill();
    scene.provider.start();
    scene.provider.restart();
    scene.client_credentials(&machine).expect(200);
}

#[test]
fn a_second_dev_in_the_same_folder_is_refused() {
    let provider = Setup::toml(PLAIN).prepare();
    let dev = || {
        let mut command = provider.command();
        let at = || format!("127.0.0.1:{}", free_port());
        command.args(["dev", "--data", "here", "--listen", &at()]);
        command.args(["--demo-listen", &at()]);
        command
    };
    let mut first = dev()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let lock = provider.folder().join("here/valetkey.db-serve");
    let begun = || std::fs::read_to_string(&lock).is_ok_and(|pid| !pid.is_empty());
    assert!(within(Duration::from_secs(20), begun), "it serves");
    let refused = output(&mut dev());
    let pid = first.id();
    first.kill().expect("it runs");
    assert!(wait_for_exit(&mut first, Duration::from_secs(10)).is_some());
    assert_names(&refused, pid);
}

/// How long somebody holds the file; a write waits 10 seconds for it.
const HELD: Duration = Duration::from_secs(12);

#[test]
fn a_command_that_holds_the_file_for_long_keeps_writers_waiting_and_nobody_else() {
    let scene = Scene::plain("");
    let machine = scene.machine();
    let token = scene.client_credentials(&machine).member("access_token");
    let blocker = Connection::open(scene.provider.database_path()).expect("open");
    blocker
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the file is free");
    let held = Instant::now();
    let (status, waited) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let reply = scene.client_credentials(&machine);
            assert_eq!(reply.header("Retry-After"), Some("1"), "{reply}");
            (reply.status, held.elapsed())
        });
        while held.elapsed() < Duration::from_secs(5) {
            let asked = Instant::now();
            assert!(scene.is_active(&machine, &token));
            assert!(asked.elapsed() < Duration::from_secs(1), "a reader waits");
            std::thread::sleep(Duration::from_millis(100));
        }
        writer.join().expect("it is answered")
    });
    assert_eq!(status, 503, "after {waited:?}");
    assert!((9..17).contains(&waited.as_secs()), "{waited:?}");
    std::thread::sleep(HELD.saturating_sub(held.elapsed()));
    blocker.execute_batch("ROLLBACK").expect("it was held");
    assert_eq!(scene.client_credentials(&machine).status, 200);
    scene.api().get("/health/ready").expect(200);
}
