//! Markup in every field of every form that takes text: whatever is kept of it is text on every page that shows it.

use super::reviews::{ANSWER, QUEUE, REVIEWED, ask_for_everything, judge, only_request, review_of};
use super::swaps::{Estate, estate, pages};
use super::{
    BACK, Developer, EVE, FIELDS, INVITE, INVITE_DEVELOPER, NEW, OFFER, OPENID, ORGANIZATIONS,
    found, in_organization, names, open,
};
use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to, within};
use acceptance::{Form, Reply, forms};
use std::time::Duration;

/// What would do harm: as markup, in an attribute, as a link.
const HARM: [&str; 3] = [
    "\"'><script>alert(1)</script>",
    "x\" autofocus onfocus=\"alert(1)",
    "javascript:alert(1)",
];

#[track_caller]
fn is_inert(page: &Reply, place: &str) {
    let text = page.text();
    for raw in [
        "<script>alert(1)",
        "onfocus=\"alert(1)",
        "href=\"javascript:",
        "src=\"javascript:",
        "action=\"javascript:",
    ] {
        assert!(!text.contains(raw), "{place}: {page}");
    }
}

fn is_text(form: &Form, at: usize) -> bool {
    let field = &form.fields[at];
    let typed = ["", "text", "url", "email", "search"].contains(&&*field.kind);
    field.element == "textarea" || (field.element == "input" && typed)
}

/// Types each of them into each field of each form of a page, with all else as it stands there.
fn type_all(developer: &mut Developer, page: &str) -> usize {
    let mut typed = 0;
    let shown = developer.browser.open(page);
    for form in forms(&shown.text()) {
        for at in (0..form.fields.len()).filter(|at| is_text(&form, *at)) {
            for harm in HARM {
                // What was sent before may have raised the version that the form has to show.
                let mut now = forms(&developer.browser.open(page).text()).into_iter();
                let now = now.find(|now| now.action == form.action);
                let Some(now) = now.filter(|now| now.method == "post") else {
                    continue;
                };
                let name = form.fields[at].name.clone();
                let empty = |field: &str| now.value(field) == Some("") && field != name;
                let mut all: Vec<(&str, &str)> = FIELDS.to_vec();
                all.retain(|(field, _)| empty(field));
                // An app that is called so would be deleted.
                let harm = match &*name {
                    "confirm" => format!("x{harm}"),
                    _ => harm.to_owned(),
                };
                all.push((&name, &harm));
                let told = developer.browser.submit(&now, &all);
                is_inert(&told, &format!("{page} {} {name}", form.action));
                assert!(told.status < 500, "{} {name}: {told}", form.action);
                typed += 1;
            }
        }
    }
    typed
}

/// Every page that shows somebody what was kept.
fn look(scene: &Scene, ann: &mut Developer, of_ann: &Estate) {
    let mut own = pages(of_ann);
    own.extend(["/apps", NEW, ORGANIZATIONS, "/account", "/account/apps"].map(str::to_owned));
    for page in own {
        is_inert(&ann.browser.open(&page), &page);
    }
    let mut admin = Developer::of(scene, OWNER);
    let queue = admin.browser.open(QUEUE).expect(200);
    is_inert(&queue, QUEUE);
    let text = queue.text();
    let link = format!("href=\"{QUEUE}/");
    let ids = text.split(&link).skip(1);
    let ids: Vec<&str> = ids.filter_map(|rest| rest.split('"').next()).collect();
    assert!(!ids.is_empty(), "{text}");
    for id in ids {
        is_inert(&admin.browser.open(&format!("{QUEUE}/{id}")), id);
    }
    for page in ["/admin/developers", "/apps", "/llms.txt", "/developers"] {
        is_inert(&admin.browser.open(page), page);
    }
    for app in [&of_ann.app, &of_ann.of_organization] {
        let question = scene.question(app, &[("redirect_uri", BACK)]);
        let mut eve = scene.provider.browser_of(EVE, PASSWORD);
        let asked = eve.authorize_until_consent(&question);
        is_inert(&asked, "the question");
        eve.authorize(&question);
        for page in ["/account/apps", &format!("/account/apps/{}", app.client_id)] {
            is_inert(&eve.open(page), page);
        }
        for harm in HARM {
            let wrong = [("redirect_uri", harm), ("state", harm), ("scope", harm)];
            is_inert(&eve.open(&scene.question(app, &wrong)), "an error");
        }
    }
}

#[test]
fn markup_in_any_field_of_any_form_is_text_wherever_it_is_shown() {
    let scene = open(&format!(
        "{OPENID}\n[test]\nmode = true\n[accounts]\nworkspaces = true"
    ));
    let mut ann = Developer::ann(&scene);
    let of_ann = estate(&scene, &mut ann, "Owl");
    let mut own = pages(&of_ann);
    own.extend([NEW, ORGANIZATIONS, "/account"].map(str::to_owned));
    let typed: usize = own.iter().map(|page| type_all(&mut ann, page)).sum();
    assert!(typed > 60, "{typed}");
    look(&scene, &mut ann, &of_ann);
    // At the least the name was kept.
    let shown = scene.cli(&["app", "show", &of_ann.app.client_id]);
    assert!(shown["name"].to_string().contains("alert(1)"), "{shown}");
}

/// Both parts of a mail, and its subject: markup is text, and a line is one.
#[track_caller]
fn is_inert_mail(mail: &Taken, issuer: &str) {
    let part = |name: &str| mail.0[name].as_str().unwrap_or_default().to_owned();
    let (text, html) = (part("text"), part("html"));
    assert!(!text.is_empty() && !html.is_empty(), "{mail:?}");
    for raw in [
        "<script",
        "onfocus=\"alert(1)",
        "href=\"javascript:",
        "src=\"javascript:",
    ] {
        assert!(!html.contains(raw), "{raw}: {html}");
    }
    let subject = mail.header("Subject");
    assert!(!subject.contains(['\r', '\n']), "{subject:?}");
    let own = text.lines().filter(|line| line.starts_with("http"));
    for link in own {
        assert!(link.starts_with(issuer), "{link}: {text}");
    }
}

/// What administrators write is text to developers, as what developers write is to them; and to both by mail.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn markup_is_text_in_mails_and_in_what_administrators_write() {
    let server = MailServer::start_new();
    let scene = open(&format!("{REVIEWED}\n{}", server.settings()));
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let (script, attribute) = (HARM[0], HARM[1]);
    let app = ann.register(&[("name", script)]);
    let acme = found(&mut ann, attribute);
    let typed = [("email", EVE), ("role", "viewer")];
    in_organization(&mut ann, &acme, INVITE, &typed).expect(303);
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    ask_for_everything(&mut ann, &app, script).expect(303);
    for (verdict, text) in [("ask_back", attribute), ("refuse", script)] {
        let (_, page) = only_request(&mut admin);
        is_inert(&page, "the request");
        is_inert(&judge(&mut admin, &page, verdict, ""), "no reason");
        let judged = judge(&mut admin, &page, verdict, text).expect(303);
        is_inert(&admin.browser.follow(judged), verdict);
        let review = ann.browser.open(&review_of(&app)).expect(200);
        is_inert(&review, verdict);
        assert!(review.text().contains("alert(1)"), "{review}");
        if verdict == "ask_back" {
            let form = form_to(&review, ANSWER);
            let told = ann.browser.submit(&form, &[("answer", script)]);
            is_inert(&told.expect(303), "an answer");
        }
    }
    for harm in HARM {
        let form = form_to(&admin.browser.open("/admin/developers"), INVITE_DEVELOPER);
        let refused = admin.browser.submit(&form, &[("email", harm)]);
        is_inert(&refused, "an invitation");
        names(&refused, "email");
    }
    let both = || {
        let told = |to: &str| server.taken_by(to).len();
        told(EVE) >= 2 && told(ANN) >= 2 && told(OWNER) >= 1
    };
    let came = within(Duration::from_secs(10), both);
    assert!(came, "{:?}", server.taken());
    for mail in server.taken() {
        is_inert_mail(&mail, scene.provider.issuer());
    }
}
