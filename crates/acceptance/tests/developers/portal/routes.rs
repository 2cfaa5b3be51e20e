//! Every route of the portal, tried by everybody who may not use it. The server compares the list with what it mounts, so
//! that a route cannot be forgotten here.

use super::{
    Developer, EVE, FIELDS, FOUND, INVITE, OPENID, ORGANIZATIONS, REMOVE, ROLE, TAKE_BACK, found,
    in_organization, joined, logos, open,
};
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_page, form_to};
use acceptance::{App, Reply, Request, forms};

/// All of them, see there.
const ROUTES: &str = include_str!("../../../portal_routes.txt");

/// One of them.
pub(super) struct Route {
    pub(super) is_form: bool,
    pub(super) path: &'static str,
    pub(super) subject: &'static str,
    /// The rank of the least role that may use it: 1 for viewers, 3 for owners.
    pub(super) least: usize,
}

pub(super) fn routes() -> Vec<Route> {
    let lines = ROUTES.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let route = |line: &'static str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [kind, path, subject, least] = words[..] else {
            panic!("{line}");
        };
        Route {
            is_form: kind == "form",
            path,
            subject,
            least: match least {
                "viewer" => 1,
                "developer" => 2,
                "owner" => 3,
                "-" => 0,
                _ => panic!("{line}"),
            },
        }
    };
    lines.map(route).collect()
}

/// Those about an app or an organization.
pub(super) fn owned() -> Vec<Route> {
    let mut all = routes();
    all.retain(|route| ["app", "organization"].contains(&route.subject));
    all
}

pub(super) fn scene() -> Scene {
    open(&format!(
        "{OPENID}\n[test]\nmode = true\n[accounts]\nworkspaces = true"
    ))
}

pub(super) fn nonce(developer: &mut Developer) -> String {
    let form = form_to(&developer.browser.open(ORGANIZATIONS), FOUND);
    form.value("nonce").expect("a nonce").to_owned()
}

/// The number by which an organization's page names a member: the one in this row.
#[track_caller]
fn member(owner: &mut Developer, acme: &str, row: usize) -> String {
    let page = owner.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    let mut own = forms(&page.expect(200).text()).into_iter();
    let mut own = own.by_ref().filter(|form| form.action == ROLE);
    let form = own.nth(row).expect("the row");
    form.value("member").expect("a number").to_owned()
}

/// Asks for a route as somebody, with all that would make its form do something.
fn ask(
    somebody: &mut Developer,
    route: &Route,
    (acme, app): (&str, &App),
    typed: &[(&str, &str)],
) -> Reply {
    let path = route.path.replace("{client_id}", &app.client_id);
    let path = path.replace("{id}", acme);
    if !route.is_form {
        return somebody.browser.get(&path);
    }
    let usual = [
        ("app", &*app.client_id),
        ("organization", acme),
        ("version", "1"),
        ("confirm", "Board Makers"),
        ("overlap", "0"),
        ("secret", "1"),
        ("role", "viewer"),
        ("email", "new@example.com"),
        ("transfer-email", OWNER),
        ("domain", "example.com"),
        ("standing", "blocked"),
        ("wish", "judge"),
        ("password", PASSWORD),
    ];
    let fields = FIELDS.into_iter().filter(|(name, _)| *name != "name");
    let fields = fields.chain([("name", "Taken Over")]).chain(usual);
    let fields: Vec<(&str, &str)> = fields.chain(typed.iter().copied()).collect();
    let request = filled(&path, &fields);
    somebody.browser.send(request)
}

/// A form with these fields, and a picture where one is uploaded.
pub(super) fn filled(path: &str, fields: &[(&str, &str)]) -> Request {
    match [logos::LOGO, logos::OF_ORGANIZATION].contains(&path) {
        true => logos::posted(path, fields, logos::PNG),
        false => Request::post(path).form(fields),
    }
}

/// All that can be seen of an organization and of its app.
#[track_caller]
fn state(scene: &Scene, owner: &mut Developer, acme: &str, app: &App) -> String {
    let mut seen = scene.cli(&["app", "show", &app.client_id]).to_string();
    for page in ["", "/apps", "/domains"] {
        let page = owner.browser.open(&format!("{ORGANIZATIONS}/{acme}{page}"));
        let text = page.expect(200).text();
        let main = text.split("<main").nth(1).unwrap_or_default();
        // The number of the request comes after it.
        let main = main.split("</main>").next().unwrap_or_default();
        // Both are made anew for each page.
        let anew = |line: &&str| {
            ["nonce", "once"]
                .iter()
                .any(|name| line.contains(&format!("name=\"{name}\"")))
        };
        let lines = main.lines().filter(|line| !anew(line));
        seen.extend(lines.map(|line| format!("{line}\n")));
    }
    seen
}

#[test]
fn nobody_uses_a_route_who_may_not() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[("organization", &acme)]);
    let own = member(&mut ann, &acme, 0);
    let owned = owned();
    let forms = owned.iter().filter(|route| route.is_form).count();
    assert!(forms > 30, "{forms}");
    let roles = ["nobody", "viewer", "developer", "owner"];
    for (rank, role) in roles.into_iter().enumerate() {
        let email = format!("a-{role}@example.com");
        let people = &scene.provider;
        people.user_create(&email, "A Member", PASSWORD, false);
        let mut somebody = Developer::of(&scene, &email);
        if rank > 0 {
            joined(&mut ann, &acme, (&email, role), &mut somebody);
        }
        let before = state(&scene, &mut ann, &acme, &app);
        let nonce = nonce(&mut somebody);
        for route in &owned {
            let typed = [("nonce", &*nonce), ("member", &own)];
            if rank >= route.least {
                // What they may do is tried elsewhere.
                if !route.is_form {
                    let page = ask(&mut somebody, route, (&acme, &app), &typed);
                    assert!([200, 303].contains(&page.status), "{role} {page}");
                }
                continue;
            }
            let refused = ask(&mut somebody, route, (&acme, &app), &typed);
            let status = if rank == 0 { 404 } else { 403 };
            assert_eq!(refused.status, status, "{role} {}: {refused}", route.path);
            assert_page(&refused, status);
            assert!(!refused.text().contains("Board Makers"), "{refused}");
        }
        assert_eq!(state(&scene, &mut ann, &acme, &app), before, "{role}");
    }
}

#[test]
fn whoever_is_signed_out_is_asked_to_sign_in_by_every_route() {
    let scene = scene();
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[("organization", &acme)]);
    let nonce = nonce(&mut ann);
    let before = state(&scene, &mut ann, &acme, &app);
    let mut tried = 0;
    for route in routes() {
        if route.subject == "anybody" || route.path.starts_with("/my/") {
            continue;
        }
        let mut nobody = Developer {
            browser: scene.provider.browser(),
        };
        let typed = [("nonce", &*nonce)];
        let answer = ask(&mut nobody, &route, (&acme, &app), &typed);
        let to = answer.location().unwrap_or_default();
        assert!(to.starts_with("/sign-in"), "{}: {answer}", route.path);
        tried += 1;
    }
    assert!(tried > 50, "{tried}");
    assert_eq!(state(&scene, &mut ann, &acme, &app), before);
}

/// An owner of one organization reaches nothing of another: neither by its number, nor by the numbers of what is its.
#[test]
fn what_is_another_organizations_is_out_of_reach() {
    let scene = scene();
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[("organization", &acme)]);
    let own = found(&mut eve, "Owls");
    let hers = eve.register(&[("organization", &own), ("name", "Night Owl")]);
    let mut third = Developer::of(&scene, OWNER);
    joined(&mut ann, &acme, (OWNER, "developer"), &mut third);
    let typed = [("email", "new@example.com"), ("role", "owner")];
    in_organization(&mut ann, &acme, INVITE, &typed).expect(303);
    let page = ann.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    let invitation = form_to(&page, TAKE_BACK);
    let invitation = invitation.value("invitation").expect("its number");
    let other = member(&mut ann, &acme, 1);
    let before = state(&scene, &mut ann, &acme, &app);
    let nonce = nonce(&mut eve);
    for route in owned() {
        let typed = [
            ("nonce", &*nonce),
            ("member", &other),
            ("invitation", invitation),
        ];
        // Both are Ann's; then each alone, beside what is Eve's.
        let of_ann = ask(&mut eve, &route, (&acme, &app), &typed);
        assert_eq!(of_ann.status, 404, "{}: {of_ann}", route.path);
        let mixed = match route.subject {
            "app" => ask(&mut eve, &route, (&own, &app), &typed),
            _ => ask(&mut eve, &route, (&acme, &hers), &typed),
        };
        assert_eq!(mixed.status, 404, "{}: {mixed}", route.path);
    }
    // Her own organization does not reach what is in the other one.
    for action in [TAKE_BACK, ROLE, REMOVE] {
        let fields = [
            ("nonce", &*nonce),
            ("organization", &*own),
            ("member", &other),
            ("invitation", invitation),
            ("role", "owner"),
            ("password", PASSWORD),
        ];
        let reply = eve.browser.post_form(action, &fields);
        assert!([303, 400].contains(&reply.status), "{action}: {reply}");
    }
    assert_eq!(state(&scene, &mut ann, &acme, &app), before);
    // Nor does whoever she makes an owner of hers get there by her number.
    assert!(before.contains(ANN), "{before}");
}

/// What another website sends with her cookies, or what is not from a page that she was shown, does nothing: by whichever
/// form.
#[test]
fn a_form_that_does_not_prove_itself_does_nothing() {
    let scene = scene();
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[("organization", &acme)]);
    let own = member(&mut ann, &acme, 0);
    let (hers, nonce) = (nonce(&mut eve), nonce(&mut ann));
    let mut admin = Developer::of(&scene, OWNER);
    let before = state(&scene, &mut ann, &acme, &app);
    let events = || scene.cli(&["audit", "--limit", "1"])["events"][0]["id"].clone();
    let last = events();
    let mut tried = 0;
    for route in routes().into_iter().filter(|route| route.is_form) {
        let somebody = match route.subject {
            "administrator" => &mut admin,
            _ => &mut ann,
        };
        for forged in ["", "x", &hers] {
            let typed = [("nonce", forged), ("member", &own)];
            let refused = ask(somebody, &route, (&acme, &app), &typed);
            // It shows its page again, or leads back to it.
            let told = [303, 400, 404, 409].contains(&refused.status);
            assert!(told, "{}: {refused}", route.path);
        }
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Origin", "https://evil.example"),
        ] {
            let fields = [
                ("nonce", &*nonce),
                ("app", &app.client_id),
                ("organization", &acme),
            ];
            let request = filled(route.path, &fields).header(name, value);
            assert_page(&somebody.browser.send(request), 403);
        }
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
    assert_eq!(state(&scene, &mut ann, &acme, &app), before);
    assert_eq!(events(), last, "something was done");
}
