//! Lists at size in a real Chromium, at every width: the walk is `clients/browser/walks/lists.mjs`.

use crate::browser::{ALL_EYES, Eyes, Programs};
use crate::support::{ANN, PASSWORD, PLAIN, form_to, long};
use acceptance::{Browser, Setup};

/// Apps of the developer who has many.
const APPS: usize = 500;
/// As long as a name may be, without a space; from right to left; both ways.
const NAMES: [&str; 3] = [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "לוח המשימות של הצוות שלנו בעיר הגדולה ומה שנשאר לעשות עד סוף השבוע הזה",
    "לוח Task Board مرحبا 2000",
];

/// Registers an app by page. The form may come again, each time as another.
#[track_caller]
fn register(browser: &mut Browser, form: &acceptance::Form, number: usize, name: &str) {
    let once = format!("once-{number}");
    let typed = [
        ("name", name),
        ("homepage", "https://board.example"),
        ("redirect-1", "https://board.example/callback"),
        ("once", &once),
    ];
    browser.submit(form, &typed).expect(200);
}

/// Walks with these eyes at 1280, 768, 360 and 320 pixels, which is 1280 at 400 %.
#[track_caller]
fn walk(eyes: &Eyes) {
    let open = "[apps]\nregistration = \"open\"\nmax_per_person = 0";
    let provider = Setup::toml(PLAIN).with(open).start();
    let person = |email: &str, name: &str| {
        provider.user_create(email, name, PASSWORD, false);
        serde_json::json!({ "email": email, "password": PASSWORD })
    };
    let user = person(ANN, "Ann Example");
    let other = person("eve@example.com", "Eve Else");
    let mut browser = provider.browser_of("eve@example.com", PASSWORD);
    browser.sign_in("eve@example.com", PASSWORD);
    let form = form_to(&browser.open("/apps/new"), "/apps/new");
    for (number, name) in NAMES.iter().enumerate() {
        register(&mut browser, &form, number, name);
    }
    for number in NAMES.len()..APPS {
        register(&mut browser, &form, number, &format!("App number {number}"));
    }
    let site = serde_json::json!({
        "issuer": provider.issuer(), "user": user, "other": other, "names": NAMES
    });
    let widths = ("WIDTHS", "320,360,768".to_owned());
    Programs::find().walk_on("lists", eyes, &site, vec![widths]);
}

#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn a_list_of_500_apps_is_read_and_searched() {
    let german = Eyes {
        language: "de",
        ..ALL_EYES[0]
    };
    walk(&ALL_EYES[1]);
    if long() {
        walk(&german);
    }
}
