//! TLS between a node and its PostgreSQL server, with an authority of the test's own.
//!
//! `VALETKEY_TEST_POSTGRES_BIN` names the folder of PostgreSQL's programs (`./test` finds it).

use crate::support::nodes::programs;
use crate::support::{CALLBACK, PLAIN, Scene};
use acceptance::Setup;
use acceptance::postgres::{Database, Server, Stop};
use std::path::PathBuf;

/// What whoever gave the wrong authority or the wrong name is told.
const ADVICE: &str =
    "name the file of its authority as sslrootcert, and the host as its certificate does";

/// A server that offers TLS, the file of its authority, and a database on it.
fn certified() -> (Server, PathBuf, Database) {
    let mut server = Server::start_new(&programs());
    let authority = server.certify();
    server.stop(Stop::Fast);
    server.start();
    let database = Database::on(&server.url());
    (server, authority, database)
}

/// How a node reaches it by `host` with these parameters.
fn node(server: &Server, database: &Database, host: &str, parameters: &str) -> Setup {
    let address = format!("{host}:{}", server.port());
    Setup::toml(PLAIN).postgres(database.by_way_of(&address, parameters))
}

/// Fails in the database unless all connections of nodes are as `encrypted` says.
fn assert_encrypted(database: &Database, encrypted: bool) {
    let other = if encrypted { "NOT ssl" } else { "ssl" };
    database.run(&format!(
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'valetkey' AND {other}) OR NOT EXISTS (SELECT 1 FROM pg_stat_activity \
         WHERE application_name = 'valetkey') THEN RAISE 'not encrypted as asked'; END IF; END $$"
    ));
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn connections_are_encrypted_and_the_certificate_is_checked() {
    let (server, authority, database) = certified();
    let root = format!("sslrootcert={}", authority.display());
    for mode in ["require", "verify-full"] {
        let parameters = format!("sslmode={mode}&{root}");
        let scene = Scene::start(node(&server, &database, "localhost", &parameters));
        let app = scene.confidential(CALLBACK);
        let tokens = scene.tokens(&app, "tasks:read");
        assert!(scene.is_active(&app, &tokens.access));
        assert_encrypted(&database, true);
        database.run("DELETE FROM people");
    }
    let scene = Scene::start(node(&server, &database, "localhost", "sslmode=disable"));
    assert_encrypted(&database, false);
    drop(scene);
}

/// Lets it take connections to one database by this rule alone.
fn let_in(server: &mut Server, database: &Database, kind: &str, options: &str) {
    let url = database.url();
    let name = url.rsplit('/').next().and_then(|end| end.split('?').next());
    let name = name.expect("a URL ends with the name");
    let rules = format!(
        "{kind} {name} all 127.0.0.1/32 trust {options}\nhost {name} all 127.0.0.1/32 reject\n\
         host all all 127.0.0.1/32 trust\nlocal all all trust\n"
    );
    std::fs::write(server.data().join("pg_hba.conf"), rules).expect("write the rules");
    server.stop(Stop::Fast);
    server.start();
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_certificate_of_its_own_will_do_where_nobody_asked_for_proof() {
    let (server, _, database) = certified();
    // The host is not the one of the certificate either.
    for parameters in ["application_name=valetkey", "sslmode=prefer"] {
        let scene = Scene::start(node(&server, &database, "127.0.0.1", parameters));
        assert_encrypted(&database, true);
        drop(scene);
        database.run("DELETE FROM people");
    }
    let scene = Scene::start(node(&server, &database, "127.0.0.1", "sslmode=allow"));
    assert_encrypted(&database, false);
    drop(scene);
    let plain = Server::start_new(&programs());
    let bare = Database::on(&plain.url());
    let scene = Scene::start(node(&plain, &bare, "127.0.0.1", "sslmode=prefer"));
    assert_encrypted(&bare, false);
    drop(scene);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn the_other_way_is_tried_where_either_will_do() {
    let (mut server, _, database) = certified();
    let watch = Database::on(&server.url());
    let_in(&mut server, &database, "hostssl", "");
    let refused = node(&server, &database, "127.0.0.1", "sslmode=disable").try_start();
    let log = refused.expect_err("it must not start");
    assert!(log.contains("28000"), "{log}");
    let scene = Scene::start(node(&server, &database, "127.0.0.1", "sslmode=allow"));
    assert_encrypted(&watch, true);
    drop(scene);
    let plain = Database::on(&server.url());
    let_in(&mut server, &plain, "hostnossl", "");
    let scene = Scene::start(node(&server, &plain, "127.0.0.1", "sslmode=prefer"));
    assert_encrypted(&watch, false);
    drop(scene);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn verify_ca_looks_at_the_authority_and_not_at_the_host() {
    let (server, authority, database) = certified();
    let (_other, stranger, _) = certified();
    let (root, wrong) = (authority.display(), stranger.display());
    let parameters = format!("sslmode=verify-ca&sslrootcert={root}");
    let scene = Scene::start(node(&server, &database, "127.0.0.1", &parameters));
    assert_encrypted(&database, true);
    drop(scene);
    let parameters = format!("sslmode=verify-ca&sslrootcert={wrong}");
    let log = node(&server, &database, "localhost", &parameters).try_start();
    let log = log.expect_err("it must not start");
    assert!(log.contains(ADVICE), "{log}");
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_node_shows_who_it_is_by_a_certificate() {
    let (mut server, authority, database) = certified();
    server.set(&format!("ssl_ca_file={}", authority.display()));
    let watch = Database::on(&server.url());
    let_in(&mut server, &database, "hostssl", "clientcert=verify-ca");
    // The server's own certificate serves as the node's.
    let folder = authority.parent().expect("a folder");
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    let shown = format!("sslcert={}&sslkey={}", cert.display(), key.display());
    let parameters = format!(
        "sslmode=require&sslrootcert={}&{shown}",
        authority.display()
    );
    let scene = Scene::start(node(&server, &database, "localhost", &parameters));
    assert_encrypted(&watch, true);
    drop(scene);
    let swapped = format!("sslcert={}&sslkey={}", key.display(), cert.display());
    for (parameters, sentence) in [
        ("sslmode=prefer".to_owned(), "certificate"),
        (swapped, "sslcert: "),
    ] {
        let log = node(&server, &database, "127.0.0.1", &parameters).try_start();
        let log = log.expect_err("it must not start");
        assert!(log.contains(sentence), "{log}");
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_server_that_cannot_prove_who_it_is_is_refused_with_a_sentence() {
    let (server, authority, database) = certified();
    let (_other, stranger, _) = certified();
    let (root, wrong) = (authority.display(), stranger.display());
    for mode in ["require", "verify-full"] {
        for (host, parameters, sentence) in [
            ("localhost", format!("sslrootcert={wrong}"), ADVICE),
            ("127.0.0.1", format!("sslrootcert={root}"), ADVICE),
            ("localhost", String::new(), ADVICE),
            (
                "localhost",
                "sslrootcert=/nowhere/ca.pem".to_owned(),
                "sslrootcert: /nowhere/ca.pem cannot be read as certificates",
            ),
        ] {
            let parameters = format!("sslmode={mode}&{parameters}");
            let setup = node(&server, &database, host, &parameters);
            let log = setup.try_start().expect_err("it must not start");
            assert!(log.contains(sentence), "{host} {parameters}: {log}");
        }
    }
    // A server that offers no TLS is not spoken to in the clear.
    let plain = Server::start_new(&programs());
    let bare = Database::on(&plain.url());
    let log = node(&plain, &bare, "localhost", "sslmode=require").try_start();
    let log = log.expect_err("it must not start");
    assert!(log.contains("server does not support TLS"), "{log}");
}
