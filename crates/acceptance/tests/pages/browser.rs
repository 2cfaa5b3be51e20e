//! A person in a real Chromium, on `valetkey dev`: with and without JavaScript, in light and dark,
//! on a wide screen and at 320 pixels. The journeys themselves are in `clients/browser/walks`.
//!
//! `VALETKEY_TEST_CHROMIUM` and `VALETKEY_TEST_NODE` name the programs (`./test` sets them); with
//! `VALETKEY_SCREENSHOTS` a picture of every page goes into that folder.

use crate::support::client::tool;
use crate::support::dev::{Place, valetkey};
use crate::support::mail_server::MailServer;
use crate::support::{PLAIN, long};
use acceptance::postgres::Database;
use acceptance::{Json, Setup, free_port, output, output_within};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The longest walk, beside others: some look at thirty pages, each at several widths.
const WALK: Duration = Duration::from_secs(180);

/// One way to see the pages.
pub(crate) struct Eyes {
    pub(crate) script: &'static str,
    pub(crate) scheme: &'static str,
    pub(crate) language: &'static str,
}

/// Every way: JavaScript on and off, light and dark.
pub(crate) const ALL_EYES: [Eyes; 4] = [
    Eyes {
        script: "on",
        scheme: "light",
        language: "en",
    },
    Eyes {
        script: "on",
        scheme: "dark",
        language: "en",
    },
    Eyes {
        script: "off",
        scheme: "light",
        language: "en",
    },
    Eyes {
        script: "off",
        scheme: "dark",
        language: "en",
    },
];

/// The two programs a walk needs.
pub(crate) struct Programs {
    node: PathBuf,
    chromium: PathBuf,
}

impl Programs {
    #[track_caller]
    pub(crate) fn find() -> Self {
        Programs {
            node: tool("VALETKEY_TEST_NODE"),
            chromium: tool("VALETKEY_TEST_CHROMIUM"),
        }
    }

    /// Walks once, on a provider of its own.
    #[track_caller]
    fn walk(&self, walk: &str, eyes: &Eyes, more: impl Fn(&Place) -> Vec<(&'static str, String)>) {
        let place = Place::new();
        self.walk_on(walk, eyes, &place.start().site, more(&place));
    }

    /// Walks once, on a provider of its own on either engine, at every width.
    #[track_caller]
    fn walk_anywhere(&self, walk: &str, eyes: &Eyes) {
        let (place, database) = (Place::new(), Database::elsewhere());
        let url = database.as_ref().map(Database::url);
        let storage = url.as_deref().map(|url| ("VALETKEY_STORAGE__URL", url));
        let provider = place.start_with(storage.as_slice());
        self.walk_on(walk, eyes, &provider.site, widths());
    }

    /// Walks once, on a provider that runs, which `site` tells of.
    #[track_caller]
    pub(crate) fn walk_on(
        &self,
        walk: &str,
        eyes: &Eyes,
        site: &Json,
        more: Vec<(&'static str, String)>,
    ) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/browser");
        let done = output_within(
            Command::new(&self.node)
                .arg(folder.join("walk.mjs"))
                .arg(walk)
                .current_dir(&folder)
                .env("CHROMIUM", &self.chromium)
                .env("SITE", site.to_string())
                .env("SCRIPT", eyes.script)
                .env("SCHEME", eyes.scheme)
                .env("LANGUAGE", eyes.language)
                .envs(more)
                .envs(screenshots().map(|folder| ("SCREENSHOTS", folder))),
            WALK,
        );
        assert!(
            done.status.success(),
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// Where pictures go. A relative path is meant from where the tests were started, the repository.
fn screenshots() -> Option<PathBuf> {
    let folder = std::env::var_os("VALETKEY_SCREENSHOTS")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Some(root.join(folder))
}

/// A walk in English in one of [`ALL_EYES`]; in the long form in each of them.
#[track_caller]
fn walk(name: &str, in_short: usize) {
    let programs = Programs::find();
    for (at, eyes) in ALL_EYES.iter().enumerate() {
        if long() || at == in_short {
            programs.walk(name, eyes, |_| Vec::new());
        }
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn the_demo_app_connects_refreshes_and_gives_its_key_back() {
    walk("connect", 2);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn denying_tells_the_app_and_is_not_remembered() {
    walk("deny", 0);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn an_account_made_for_a_request_goes_on_with_it() {
    walk("sign-up", 2);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_password_is_recovered_and_an_address_changed_and_taken_back() {
    walk("recovery", 3);
}

/// With and without JavaScript, on a provider whose pages lead to a site of another origin.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn the_token_of_a_recovery_link_leaves_in_no_header() {
    let programs = Programs::find();
    let certified = Setup::toml("").https().prepare();
    for eyes in [&ALL_EYES[0], &ALL_EYES[2]] {
        let (place, port) = (Place::new(), free_port());
        let page = |name: &str| format!("https://127.0.0.1:{port}/{name}");
        let (terms, privacy, help) = (page("terms"), page("privacy"), page("help"));
        let provider = place.start_with(&[
            ("VALETKEY_BRANDING__LINKS__TERMS", &terms),
            ("VALETKEY_BRANDING__LINKS__PRIVACY", &privacy),
            ("VALETKEY_BRANDING__LINKS__HELP", &help),
        ]);
        let elsewhere = serde_json::json!({ "folder": certified.folder(), "port": port });
        let more = vec![("ELSEWHERE", elsewhere.to_string())];
        programs.walk_on("referrer", eyes, &provider.site, more);
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn the_account_page_ends_sessions_and_changes_the_password() {
    walk("account", 1);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_second_step_is_set_up_proved_and_removed() {
    let programs = Programs::find();
    for eyes in ways(&[0]) {
        programs.walk_anywhere("second-factor", &eyes);
    }
}

/// Passkeys take JavaScript: in each language once, light and dark; in the long form in both.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_passkey_is_added_signs_in_and_is_removed() {
    let programs = Programs::find();
    for eyes in ways(&[0, 5]).iter().filter(|eyes| eyes.script == "on") {
        programs.walk_anywhere("passkeys", eyes);
    }
}

/// In each language once: in light with JavaScript, in dark without it.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_person_takes_their_data_and_deletes_their_account() {
    let programs = Programs::find();
    for (eyes, language) in [(&ALL_EYES[0], LANGUAGES[0]), (&ALL_EYES[3], LANGUAGES[1])] {
        let eyes = Eyes {
            script: eyes.script,
            scheme: eyes.scheme,
            language,
        };
        programs.walk("own-data", &eyes, |_| Vec::new());
    }
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn an_app_is_paused_removed_and_brought_back() {
    walk("connections", 3);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_developer_makes_an_app_and_runs_it() {
    walk("portal", 0);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_first_app_gets_its_token_within_eight_pages_and_six_fields() {
    walk("first-app", 3);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn tabs_the_back_button_and_stale_forms_continue_or_restart() {
    walk("tabs", 2);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_password_is_shown_where_there_is_javascript() {
    walk("password", 0);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn the_keyboard_alone_is_enough() {
    walk("keyboard", 1);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn an_app_may_send_its_visitor_on_to_another_site() {
    walk("onward", 3);
}

/// A desktop app whose redirect URI is an https site, with what a server of that site needs.
fn desktop(place: &Place, certified: &Path) -> Vec<(&'static str, String)> {
    let port = free_port();
    let callback = format!("https://localhost:{port}/callback");
    let config = place.config();
    let created = output(
        valetkey(place.folder())
            .args(["app", "create", "--owner", "demo@example.com"])
            .args(["--name", "Desktop", "--homepage", "https://desktop.example"])
            .args(["--redirect-uri", &callback, "--json", "--config"])
            .arg(&config),
    );
    assert!(created.status.success(), "{created:?}");
    let app: Json = serde_json::from_slice(&created.stdout).expect("JSON");
    let told = serde_json::json!({
        "folder": certified,
        "port": port,
        "client_id": app["client_id"],
    });
    vec![("DESKTOP", told.to_string())]
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn an_https_callback_may_lead_to_a_program_on_the_device() {
    let programs = Programs::find();
    let certified = Setup::toml("").https().prepare();
    let eyes = &ALL_EYES[0];
    programs.walk("desktop", eyes, |place| desktop(place, certified.folder()));
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_television_is_let_in_with_a_phone() {
    walk("device", 0);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn the_developer_pages_are_read_and_printed() {
    walk("developers", 1);
}

/// A wide logo, dark on nothing, and a square icon.
const LOGO: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 240 40'><style>path{fill:#143d2b}</style><path d='M0 0h40v40H0zm52 6h180v10H52zm0 18h120v10H52z'/></svg>";
const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><path fill='#143d2b' d='M0 0h8v8H0z'/></svg>";

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_brand_is_seen_in_light_and_dark() {
    let programs = Programs::find();
    for eyes in &ALL_EYES[..2] {
        let place = Place::new();
        let file = |name: &str, text: &str| {
            let path = place.folder().join(name);
            std::fs::write(&path, text).expect("write a picture");
            path.display().to_string()
        };
        let (logo, icon) = (file("logo.svg", LOGO), file("icon.svg", ICON));
        let provider = place.start_with(&[
            (
                "VALETKEY_BRANDING__PRODUCT",
                "The Northern Counties Allotment Society Online",
            ),
            ("VALETKEY_BRANDING__LOGO", &logo),
            ("VALETKEY_BRANDING__ICON", &icon),
            ("VALETKEY_BRANDING__ACCENT", "#0b5f3b"),
            ("VALETKEY_BRANDING__ACCENT_DARK", "#7ad9ae"),
            ("VALETKEY_BRANDING__CONSENT_BUTTON", "Authorize Application"),
            (
                "VALETKEY_BRANDING__MAIL_FOOTER",
                "The Society, 1 Long Road, York",
            ),
            (
                "VALETKEY_BRANDING__LINKS__TERMS",
                "https://allotments.example/terms",
            ),
            (
                "VALETKEY_BRANDING__LINKS__PRIVACY",
                "https://allotments.example/privacy",
            ),
            (
                "VALETKEY_BRANDING__LINKS__HELP",
                "https://help.allotments.example/",
            ),
            (
                "VALETKEY_BRANDING__LINKS__SUPPORT",
                "mailto:help@allotments.example",
            ),
        ]);
        programs.walk_on("branding", eyes, &provider.site, Vec::new());
    }
}

/// The languages that a mailbox and the portal are walked in. One that the pages do not speak yet is answered in English.
pub(crate) const LANGUAGES: [&str; 2] = ["en", "de"];

/// What stands under every mail, so that it is looked at too.
const MAIL_FOOT: &str = r#"
[branding]
mail_footer = { en = "Acme Ltd", de = "Acme GmbH" }
links.terms = { en = "https://acme.example/terms", de = "https://acme.example/agb" }
links.support = "mailto:help@acme.example"
"#;

/// A walk with mails that a mail server takes, on the engine of `setup`, at every width.
#[track_caller]
fn walk_mailbox(setup: impl Fn(Setup) -> Setup, eyes: &Eyes) {
    let programs = Programs::find();
    let server = MailServer::start_new();
    let mails = Setup::toml(PLAIN).with(&server.settings()).with(MAIL_FOOT);
    let provider = setup(mails).start();
    let site = serde_json::json!({ "issuer": provider.issuer(), "mails": server.log() });
    let widths = ("WIDTHS", "320,360,768".to_owned());
    programs.walk_on("mailbox", eyes, &site, vec![widths]);
}

/// On a host that it shares: everything is below the path of the issuer.
fn below_a_path(setup: Setup) -> Setup {
    setup.issuer("http://localhost:{port}/id/eu")
}

/// One way to see the pages, so that two halves see both languages, both schemes, JavaScript and none; in the long form
/// all eight.
pub(crate) fn eyes_of(half: usize) -> Vec<Eyes> {
    // Light and dark with JavaScript are 0 and 1, without it 2 and 3; the second four are in German.
    ways(&[[0, 7][half]])
}

/// These of the eight ways to see the pages; in the long form all.
pub(crate) fn ways(in_short: &[usize]) -> Vec<Eyes> {
    let all = LANGUAGES.iter().flat_map(|language| {
        ALL_EYES.iter().map(|eyes| Eyes {
            script: eyes.script,
            scheme: eyes.scheme,
            language,
        })
    });
    let of = all.enumerate();
    of.filter(|(at, _)| long() || in_short.contains(at))
        .map(|(_, eyes)| eyes)
        .collect()
}

/// Widths at which pages are looked at besides 1280 pixels: a phone's and a tablet's, in the long form.
pub(crate) fn widths() -> Vec<(&'static str, String)> {
    match long() {
        true => vec![("WIDTHS", "360,768".to_owned())],
        false => Vec::new(),
    }
}

#[test]
#[cfg_attr(
    not(all(has_chromium, has_python)),
    ignore = "needs Chromium and Python: see ./test"
)]
fn a_mailbox_proves_recovers_and_ends_on_sqlite() {
    for eyes in eyes_of(0) {
        walk_mailbox(|setup| setup.database("mailbox.db"), &eyes);
    }
}

#[test]
#[cfg_attr(
    not(all(has_chromium, has_python, has_postgres)),
    ignore = "needs Chromium, Python and PostgreSQL: see ./test"
)]
fn a_mailbox_proves_recovers_and_ends_on_postgresql() {
    let server = std::env::var("VALETKEY_TEST_POSTGRES").expect("a server");
    for eyes in eyes_of(1) {
        walk_mailbox(
            |setup| below_a_path(setup).postgres(Database::on(&server)),
            &eyes,
        );
    }
}
