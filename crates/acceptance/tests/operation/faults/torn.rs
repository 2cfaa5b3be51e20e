//! Pages that are torn or damaged. A WAL frame that was synced is whole, if the disk is honest; so what is torn is
//! of a batch that nobody was told of, or is a page of the database that a checkpoint was writing.
use super::ground::{assert_said, beside, events, lines};
use crate::support::told::Work;
use crate::support::{CALLBACK, PLAIN, Scene, long};
use acceptance::{App, Setup};
use rusqlite::Connection;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;

/// SQLite's sizes: a page, the head of a WAL and of a frame in it.
const PAGE: usize = 4096;
const WAL_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

fn writable(scene: &Scene, end: &str) -> File {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).open(beside(scene, end));
    file.expect("it is there")
}

/// The frames of a WAL that are of its newest beginning.
fn frames(wal: &[u8]) -> Vec<&[u8]> {
    let salt = &wal[16..24];
    let all = wal[WAL_HEAD..].chunks_exact(FRAME_HEAD + PAGE);
    all.take_while(|frame| &frame[8..16] == salt).collect()
}

/// What a power cut may leave behind the last frame that was synced.
fn tear(scene: &Scene, how: usize) {
    let path = beside(scene, "-wal");
    let wal = fs::read(&path).expect("a killed server leaves its WAL");
    let valid = frames(&wal);
    let end = WAL_HEAD + valid.len() * (FRAME_HEAD + PAGE);
    // There is none where the WAL had just begun anew.
    let last = valid.last().map(|frame| frame.to_vec());
    let mut torn = last.unwrap_or_else(|| random(FRAME_HEAD + PAGE));
    match how % 3 {
        // Half a frame.
        0 => torn.truncate(FRAME_HEAD + PAGE / 2),
        // A frame with a head like the others and a garbled page, or none of either.
        1 => torn[FRAME_HEAD..].copy_from_slice(&random(PAGE)),
        _ => torn = random(3 * PAGE + 77),
    }
    let file = writable(scene, "-wal");
    file.write_all_at(&torn, end as u64).expect("tear it");
}

/// Half of a page that the WAL holds is not what it was, as if a checkpoint had been writing it.
fn tear_checkpoint(scene: &Scene) -> usize {
    let wal = fs::read(beside(scene, "-wal")).expect("a killed server leaves its WAL");
    let file = writable(scene, "");
    let mut torn: Vec<u64> = frames(&wal)
        .iter()
        .map(|frame| u64::from(u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]])))
        .collect();
    torn.sort_unstable();
    torn.dedup();
    for page in &torn {
        let at = (page - 1) * PAGE as u64 + PAGE as u64 / 2;
        file.write_all_at(&random(PAGE / 2), at).expect("tear it");
    }
    torn.len()
}

#[test]
fn a_torn_end_of_the_wal_takes_nothing_that_was_told() {
    let mut scene = Scene::start(Setup::toml(PLAIN));
    let mut work = Work::begin(&scene);
    for round in 0..if long() { 30 } else { 3 } {
        let told = work.load_and_kill(&mut scene);
        tear(&scene, round);
        scene.provider.start();
        work.verify(&scene, told);
    }
    work.verify_all(&scene);
}

#[test]
fn a_checkpoint_that_tore_pages_is_done_again() {
    let mut scene = Scene::start(Setup::toml(PLAIN));
    let mut work = Work::begin(&scene);
    for _ in 0..if long() { 20 } else { 2 } {
        let told = work.load_and_kill(&mut scene);
        assert!(tear_checkpoint(&scene) > 5, "nothing is torn");
        scene.provider.start();
        work.verify(&scene, told);
    }
    work.verify_all(&scene);
}

/// Everything that is asked about, and the answers that would be wrong.
struct Held {
    app: App,
    alive: String,
    revoked: String,
    spent: String,
}

impl Held {
    fn begin(scene: &Scene) -> Self {
        let app = scene.confidential(CALLBACK);
        let first = scene.tokens(&app, "tasks:read");
        let second = scene.tokens(&app, "tasks:write");
        scene.refresh(&app, &first.refresh).expect(200);
        scene.revoke(&app, &second.access).expect(200);
        Held {
            alive: first.access,
            revoked: second.access,
            spent: first.refresh,
            app,
        }
    }

    /// No answer is wrong; how many were none.
    #[track_caller]
    fn ask(&self, scene: &Scene, page: u64) -> usize {
        let api = scene.api();
        let path = scene.endpoint("introspection_endpoint");
        let asked = |token: &str| api.post_form_basic(&path, &self.app, &[("token", token)]);
        let replies = [asked(&self.alive), asked(&self.revoked), asked(&self.spent)];
        for (reply, active) in replies.iter().zip([true, false, false]) {
            match reply.status {
                200 => assert_eq!(reply.json()["active"], active, "page {page}: {reply}"),
                503 => assert_eq!(reply.header("Retry-After"), Some("1"), "{reply}"),
                // The page of the apps: nobody is let in.
                status => assert_eq!(status, 401, "page {page}: {reply}"),
            }
        }
        let written = scene.refresh(&self.app, "rt_unknown");
        assert!(matches!(written.status, 400 | 401 | 503), "{written}");
        replies.iter().filter(|reply| reply.status == 503).count()
    }
}

#[test]
fn a_damaged_page_gives_no_wrong_answer_and_is_named() {
    let mut scene = Scene::start(Setup::toml(PLAIN));
    let held = Held::begin(&scene);
    scene.provider.stop();
    let pages = fs::metadata(beside(&scene, "")).expect("a file").len() / PAGE as u64;
    let (mut refused, mut unanswered) = (0, 0);
    let step = if long() { 1 } else { 5 };
    for page in (0..pages).step_by(step) {
        let path = beside(&scene, "");
        let whole = fs::read(&path).expect("read it");
        writable(&scene, "")
            .write_all_at(&[0xa5; PAGE], page * PAGE as u64)
            .expect("damage it");
        match scene.provider.try_start() {
            Ok(()) => {
                unanswered += held.ask(&scene, page);
                scene.provider.kill();
            }
            Err(log) => {
                let said = log.lines().last().unwrap_or_default();
                assert!(log.contains("exit status: 1"), "page {page}: {log}");
                assert!(
                    said.contains("valetkey.db") && said.contains("valetkey db verify"),
                    "page {page}: {said}"
                );
                refused += 1;
            }
        }
        let log = scene.provider.log();
        assert!(!log.contains("panicked"), "page {page}: {log}");
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(&scene, end));
        }
        fs::write(&path, whole).expect("mend it");
    }
    eprintln!("{pages} pages: {refused} starts refused, {unanswered} requests unanswered");
    assert!(refused > 0);
    scene.provider.start();
    assert_eq!(held.ask(&scene, 0), 0);
}

#[test]
fn damage_under_a_running_server_is_told_once_with_what_to_do() {
    let mut scene = Scene::start(Setup::toml(PLAIN));
    let (held, machine) = (Held::begin(&scene), scene.machine());
    scene.provider.stop();
    // The page that tells which tokens were used. A start does not read it.
    let db = Connection::open(beside(&scene, "")).expect("open");
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'used_refresh_tokens'";
    let page: u32 = db.query_row(sql, [], |row| row.get(0)).expect("a table");
    drop(db);
    scene.provider.start();
    scene.provider.kill();
    // Whatever the start wrote is in the file, so that the damaged page is the one that is read.
    let db = Connection::open(beside(&scene, "")).expect("open");
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("checkpoint");
    drop(db);
    writable(&scene, "")
        .write_all_at(&[0xa5; PAGE], u64::from(page - 1) * PAGE as u64)
        .expect("damage it");
    let from = lines(&scene);
    scene.provider.spawn();
    assert_said(&scene, from, "listens on");
    for _ in 0..20 {
        assert_eq!(scene.refresh(&held.app, &held.spent).status, 503);
        scene.client_credentials(&machine).expect(200);
    }
    assert_said(&scene, from, "valetkey db verify");
    let events = events(&scene, from);
    let errors = events.iter().filter(|(level, _)| level == "error").count();
    assert_eq!(errors, 1, "{events:#?}");
    let told = &scene.provider.log();
    assert!(
        told.contains("valetkey.db: a page of the file is damaged"),
        "{told}"
    );
    scene.provider.kill();
    let mut file = File::create(beside(&scene, "")).expect("the file");
    file.write_all(b"this is no database, and never was")
        .expect("write");
    drop(file);
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(beside(&scene, end));
    }
    let log = scene.provider.try_start().expect_err("it is no database");
    let said = log.lines().last().unwrap_or_default();
    assert!(said.contains("valetkey db verify"), "{said}");
}
