//! People who were imported with the passwords they have.

use crate::support::behind::{change, read};
use crate::support::{PLAIN, Scene};
use acceptance::{Json, Setup};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::json;

/// The password of all of them.
const TYPED: &str = "four quiet winter walks";
const WRONG: &str = "not the password at all";

/// Hashes of it that other programs made: OpenSSL's scrypt and PBKDF2 by Python's hashlib, bcrypt by libxcrypt.
const ELSEWHERE: [(&str, &str); 8] = [
    (
        "scrypt",
        "$scrypt$ln=14,r=8,p=1$c2l4dGVlbiBieXRlcyBvaw$OblKmvpM6UoY0uSNDicAAqN5A5oSxnU5hZFWCwNw5bA",
    ),
    (
        "sha1",
        "$pbkdf2-sha1$i=20000$c2l4dGVlbiBieXRlcyBvaw$8TkGcUJjWMnmxx8mczvkufZotoI",
    ),
    (
        "sha256",
        "$pbkdf2-sha256$i=60000,l=32$c2l4dGVlbiBieXRlcyBvaw$oKNDueHE4FjRb/UMn71NnwQWPXCiB20Y3Yk92rSdSB0",
    ),
    (
        "sha512",
        "$pbkdf2-sha512$i=20000$c2l4dGVlbiBieXRlcyBvaw$JO0KDyoPeFGpEVP88u8ZuRj7vhFGQplRXKsLqBB7bMOKv++WGOt1iyVR4nZJL/ai+DYT+xFZh2Ab7WssoyOdAg",
    ),
    (
        "django",
        "pbkdf2_sha256$60000$plainSalt$qRgqWFPCI5VDy8Q3J3BG0NjOOEovEyaFs1gGqqqhBGA=",
    ),
    (
        "bcrypt-a",
        "$2a$08$abcdefghijklmnopqrstuuX0eNaBGKUiO9Fc.vnukr/oXEVzdIWLO",
    ),
    (
        "bcrypt-b",
        "$2b$08$abcdefghijklmnopqrstuuX0eNaBGKUiO9Fc.vnukr/oXEVzdIWLO",
    ),
    (
        "bcrypt-y",
        "$2y$08$abcdefghijklmnopqrstuuX0eNaBGKUiO9Fc.vnukr/oXEVzdIWLO",
    ),
];

fn hashes() -> Vec<(String, String)> {
    let argon2 = [
        ("argon2d", Algorithm::Argon2d, Version::V0x13),
        ("argon2i", Algorithm::Argon2i, Version::V0x10),
        ("argon2id", Algorithm::Argon2id, Version::V0x13),
    ];
    let argon2 = argon2.map(|(name, algorithm, version)| {
        let params = Params::new(9_216, 4, 2, Some(24)).expect("parameters");
        let hash = Argon2::new(algorithm, version, params).hash_password(TYPED.as_bytes());
        (name.to_owned(), hash.expect("a hash").to_string())
    });
    let elsewhere = ELSEWHERE.map(|(name, hash)| (name.to_owned(), hash.to_owned()));
    argon2.into_iter().chain(elsewhere).collect()
}

fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// Imports lines, of which all are right; what the command printed.
#[track_caller]
fn import(scene: &Scene, lines: &[Json]) -> Json {
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let file = scene.provider.secret_file(&lines);
    scene.cli(&["user", "import", &file])
}

/// What a sign-in answers: the status, and the page without what is different on each.
fn answer(scene: &Scene, email: &str, password: &str) -> (u16, String) {
    let reply = scene.provider.browser().try_sign_in(email, password);
    let mut page = reply.text().replace(email, "ADDRESS");
    for (before, after) in [
        ("name=\"nonce\" value=\"", '"'),
        ("data-options=\"", '"'),
        ("name=\"ceremony\" value=\"", '"'),
        ("Request <span class=\"id\">", '<'),
    ] {
        let mut from = 0;
        while let Some(found) = page[from..].find(before) {
            let start = from + found + before.len();
            let end = start + page[start..].find(after).expect("an end");
            page.replace_range(start..end, "");
            from = start;
        }
        assert!(from > 0, "no {before} on {page}");
    }
    (reply.status, page)
}

#[test]
fn each_signs_in_with_the_password_they_have_and_it_is_hashed_anew() {
    let scene = Scene::plain("");
    let hashes = hashes();
    let line = |(name, hash): &(String, String)| json!({ "email": address(name), "email_verified": true, "name": name, "password_hash": hash });
    let lines: Vec<Json> = hashes.iter().map(line).collect();
    let done = import(&scene, &lines);
    assert_eq!(done["imported"], hashes.len(), "{done}");
    let unknown = answer(&scene, "nobody@example.com", WRONG);
    assert_eq!(unknown.0, 401);
    for (name, hash) in &hashes {
        let email = address(name);
        assert_eq!(answer(&scene, &email, WRONG), unknown, "{name}");
        let mut browser = scene.provider.browser();
        browser.sign_in(&email, TYPED);
        let page = browser.open("/account").expect(200);
        assert!(page.text().contains(&email), "{page}");
        let stored = stored(&scene, &email);
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{name}: {stored}"
        );
        assert_ne!(&stored, hash);
        // The second time it is one of ours.
        scene.provider.browser().sign_in(&email, TYPED);
        assert_eq!(answer(&scene, &email, WRONG), unknown, "{name}");
        assert_eq!(browser.get("/account").status, 200, "no session ends");
    }
}

/// The stored hash.
fn stored(scene: &Scene, email: &str) -> String {
    let sql = format!("SELECT password FROM people WHERE email_key = '{email}'");
    read(scene, &sql).remove(0)
}

#[test]
fn a_hash_that_costs_too_much_is_none_wherever_it_comes_from() {
    let scene = Scene::plain("");
    let unknown = answer(&scene, "nobody@example.com", WRONG);
    // Two to the power of 31 rounds would take weeks, 4 GiB would end the server.
    let dear = [
        "$2b$31$abcdefghijklmnopqrstuuX0eNaBGKUiO9Fc.vnukr/oXEVzdIWLO",
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$scrypt$ln=30,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$pbkdf2-sha256$i=4000000000$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ];
    for (n, hash) in dear.into_iter().enumerate() {
        let line = json!({ "email": address(&format!("dear{n}")), "password_hash": hash });
        let file = scene.provider.secret_file(&format!("{line}\n"));
        let refused = scene.provider.cli(&["user", "import", &file]);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(
            refused
                .stderr
                .contains("password_hash: this hash costs too much"),
            "{refused:?}"
        );
        assert!(!refused.stderr.contains(hash), "{refused:?}");
    }
    // Whoever writes into the database itself gets no further.
    import(&scene, &[json!({ "email": "eve@example.com" })]);
    for hash in dear {
        let written =
            format!("UPDATE people SET password = '{hash}' WHERE email_key = 'eve@example.com'");
        assert_eq!(change(&scene, &written), 1);
        assert_eq!(answer(&scene, "eve@example.com", WRONG), unknown, "{hash}");
    }
}

#[test]
fn who_comes_without_a_password_signs_in_with_none() {
    let scene = Scene::plain("");
    let line = json!({ "email": "eve@example.com", "email_verified": true, "name": "Eve" });
    import(&scene, &[line]);
    let unknown = answer(&scene, "nobody@example.com", WRONG);
    assert_eq!(answer(&scene, "eve@example.com", WRONG), unknown);
    assert_eq!(answer(&scene, "eve@example.com", "").0, 401);
}

#[test]
fn an_address_that_nobody_proved_stays_so_and_no_mail_is_sent() {
    let mail = "[mail]\nfrom = \"id@example.com\"\nfolder = \"mails\"\n";
    let scene = Scene::start(Setup::toml(PLAIN).with(mail));
    import(
        &scene,
        &[json!({ "email": "eve@example.com", "password_hash": ELSEWHERE[6].1 })],
    );
    assert_eq!(
        scene.cli(&["user", "show", "eve@example.com"])["email_verified"],
        false
    );
    assert_eq!(scene.cli(&["outbox", "list"])["messages"], json!([]));
    scene.provider.browser().sign_in("eve@example.com", TYPED);
}
