//! `docs/how-to/keep-your-login.md`, by its own text: the site in Flask, and a person who comes by it.

use super::{Followed, Serving, blocks, commands, page, told};
use crate::support::client::{target_of, tool};
use crate::support::dev::{Place, api, paste, shell};
use crate::support::within;
use acceptance::{Browser, free_port};
use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// Whose login it is, as the page says.
const WHO: (&str, &str) = ("ada@example.com", "four quiet winter walks");

/// What is installed by the tests stands for what the page installs.
fn installed(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    symlink(root.join("examples"), folder.join("examples")).expect("a link");
    let python = tool("VALETKEY_TEST_PYTHON");
    let venv = python.parent().and_then(Path::parent).expect("a folder");
    symlink(venv, folder.join("venv")).expect("a link");
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn how_to_keep_your_login_can_be_followed() {
    let (place, site_port) = (Place::new(), free_port());
    let page = page("docs/how-to/keep-your-login.md")
        .replace(":8080", &format!(":{}", place.port))
        .replace(":3000", &format!(":{site_port}"));
    let all = commands(&page);
    let [secret, serve, venv, install, export, start, ..] = &all[..] else {
        panic!("the commands of the page: {all:?}");
    };
    assert_eq!(venv, "python3 -m venv venv");
    let needed = install.strip_prefix("venv/bin/pip install -r ");
    installed(place.folder());
    let needed = place.folder().join(needed.expect("what is installed"));
    assert!(fs::read_to_string(needed).is_ok_and(|text| text.to_lowercase().contains("flask")));
    let config = blocks(&page, "toml").swap_remove(0);
    fs::write(place.folder().join("valetkey.toml"), config).expect("write it");
    let issuer = format!("http://localhost:{}", place.port);
    let followed = Followed { place, page };
    followed.run(secret, "");
    let _provider = followed.serve_as(serve);
    let folder = followed.place.folder();
    let mut other = shell(folder);
    other
        .args(["-c", &format!("{export}\nexec {start}")])
        .env("PORT", site_port.to_string())
        .env("NO_PROXY", "localhost")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    let _site = Serving(other.spawn().expect("bash starts"));
    let up = || TcpStream::connect(("127.0.0.1", site_port)).is_ok();
    assert!(within(Duration::from_secs(30), up), "no site");

    let listed = followed.run("valetkey user list --config valetkey.toml", "");
    assert!(
        listed.contains("first comes from your own login"),
        "{listed}"
    );

    // "Open http://localhost:8080/account. You are on the site's page …"
    let (email, password) = WHO;
    let said = format!("`{email}` with `{password}`");
    assert!(followed.page.contains(&said), "{said}");
    assert!(followed.page.contains(&format!("Open {issuer}/account.")));
    let company = format!("http://localhost:{site_port}");
    let mut browser = Browser::at(api(&issuer), &issuer);
    let mut site = Browser::at(api(&company), &company);
    let away = browser.open("/account");
    let away = browser.follow(away);
    let away = away.location().expect("to the site");
    assert!(away.starts_with(&company), "{away}");
    let onward = |reply: acceptance::Reply| {
        let to = reply.location().unwrap_or_else(|| panic!("{reply}"));
        match to.starts_with("http") {
            true => target_of(to),
            false => to.to_owned(),
        }
    };
    let form = onward(site.get(&target_of(away)));
    let page = site.get(&form).expect(200);
    assert!(page.text().contains("Sign in to Acme"), "{page}");
    let typed = [("email", email), ("password", password)];
    let back = onward(site.post_form(&form, &typed));
    let back = onward(site.get(&back));
    let page = browser.open(&back).expect(200);
    assert!(page.text().contains("Ada Lovelace"), "{page}");
    an_app_is_given_a_token(&followed, &mut browser, email);
}

/// "With an app it is the same way …": registered for whoever has come, allowed, and its code traded.
fn an_app_is_given_a_token(followed: &Followed, browser: &mut Browser, email: &str) {
    let register = followed.command("valetkey app create");
    let by_address = register.replace("handoff:u-1815", email);
    let refused = paste(&by_address, followed.place.folder(), "");
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && why.contains("handoff:u-1815"),
        "{why}"
    );
    let registered = followed.run(&register, "");
    let (id, secret) = (
        told(&registered, "client id"),
        told(&registered, "client secret"),
    );
    let link = blocks(&followed.page, "text").swap_remove(0);
    let link = target_of(link.trim()).replace("=ID&", &format!("={id}&"));
    let code = browser.authorize(&link).code();
    let trade = followed.command("curl http://localhost");
    let trade = trade.replace("ID:SECRET", &format!("{id}:{secret}"));
    let tokens = followed.run(&trade.replace("=CODE", &format!("={code}")), "");
    assert!(tokens.contains("\"access_token\""), "{tokens}");
}
