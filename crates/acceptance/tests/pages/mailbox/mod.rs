//! Accounts whose address is proved by mail: signing up, recovery, another address, notices; and whom links serve not.
mod accounts;
mod addresses;
mod attacks;
mod bounces;
mod by_passkey;
mod connected;
mod enumeration;
mod invited;
mod languages;
mod late;
mod spellings;
mod taken_back;

use crate::support::mail_server::{MailServer, Taken};
use crate::support::{PLAIN, Scene, form_to, within};
use acceptance::{Browser, Reply, Setup};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);
const NEW: &str = "a quiet lake in late autumn";
const EVE: &str = "eve@example.com";

/// A provider that sends mail, and the server that takes it.
struct Post {
    scene: Scene,
    server: MailServer,
}

impl Post {
    fn start(changes: &str) -> Self {
        Self::of(Setup::toml(PLAIN).with(changes))
    }

    fn of(setup: Setup) -> Self {
        let server = MailServer::start_new();
        let scene = Scene::start(setup.with(&server.settings()));
        Post { scene, server }
    }

    fn browser(&self) -> Browser {
        self.scene.provider.browser()
    }

    /// Starts again with another setting.
    fn reconfigure(&mut self, before: &str, after: &str) {
        let config = self.scene.provider.config_path();
        let text = std::fs::read_to_string(&config).expect("the configuration");
        assert!(text.contains(before), "{text}");
        std::fs::write(&config, text.replace(before, after)).expect("write it");
        self.scene.provider.restart();
    }

    /// Waits until there are so many mails to an address, and takes the last.
    #[track_caller]
    fn mail(&self, to: &str, number: usize) -> Taken {
        let there = within(SOON, || self.server.taken_by(to).len() >= number);
        let taken = self.server.taken_by(to);
        assert!(there && taken.len() == number, "{taken:?}");
        taken[number - 1].clone()
    }

    /// Types an address into `/sign-up` or `/recover`.
    #[track_caller]
    fn ask(&self, browser: &mut Browser, path: &str, email: &str) -> Reply {
        let form = form_to(&browser.open(path), path);
        browser.submit(&form, &[("email", email)])
    }

    /// Follows a link that asks for a password, and sends its form.
    #[track_caller]
    fn choose(&self, browser: &mut Browser, link: &str, name: Option<&str>, new: &str) -> Reply {
        let page = browser.open(link).expect(200);
        let (action, mut typed) = match name {
            Some(name) => ("/link/join", vec![("name", name)]),
            None => ("/link/password", Vec::new()),
        };
        typed.push(("password", new));
        browser.submit(&form_to(&page, action), &typed)
    }

    /// Presses the button of a link.
    #[track_caller]
    fn confirm(&self, browser: &mut Browser, link: &str) -> Reply {
        let page = browser.open(link).expect(200);
        browser.submit(&form_to(&page, "/link/confirm"), &[])
    }

    fn events(&self, name: &str) -> usize {
        let told = self.scene.cli(&["audit", "--event", name]);
        told["events"].as_array().map_or(0, Vec::len)
    }

    /// Whether the address of an account is proved; `None` for no account.
    fn proved(&self, email: &str) -> Option<bool> {
        let listed = self.scene.cli(&["user", "list"]);
        let users = listed["users"].as_array().cloned().unwrap_or_default();
        let user = users.into_iter().find(|user| user["email"] == email)?;
        user["email_verified"].as_bool()
    }
}

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}
