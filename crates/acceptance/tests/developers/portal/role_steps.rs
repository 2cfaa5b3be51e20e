//! What each role of an organization may, and does: each form of the table is sent as its page shows it, first by everybody who
//! may not, and then by whoever may.

use super::reviews::{ANSWER, ASK, WITHDRAW as WITHDRAW_REQUEST};
use super::routes::{filled, nonce, owned, scene};
use super::swapped_routes::rows;
use super::test_sides::{ADD_PERSON, OFF, ON, REMOVE_PERSON};
use super::{
    ADD, APPS, DELETE, DISSOLVE, DROP_KEYS, Developer, EVE, INVITE, OFFER, ORGANIZATIONS, REMOVE,
    REMOVE_LOGO, RENAME, RESTORE, REVOKE, ROLE, ROTATE, SET_KEYS, SET_OPENID, TAKE_BACK, UPDATE,
    WITHDRAW, found, href, joined, logos,
};
use crate::support::{ANN, OWNER, PASSWORD, Scene};
use acceptance::{Form, Reply, forms};
use std::collections::BTreeSet;

const START: &str = "/apps/playground/start";
const STEP: &str = "/apps/playground/step";
const END: &str = "/apps/playground/end";
const REMOVE_PICTURE: &str = "/organizations/logo/remove";
const SECOND_FACTOR: &str = "/organizations/second-factor";
const JUDGE: &str = "/organizations/connections/change";
const NEW_APPS: &str = "/organizations/connections/new";
const ADD_DOMAIN: &str = "/organizations/domains/add";
const CHECK_DOMAIN: &str = "/organizations/domains/check";
const REMOVE_DOMAIN: &str = "/organizations/domains/remove";

/// The public key of RFC 8037, appendix A.2.
const JWK: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// A form, the part of the page that it is on, and what is typed.
type Step = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Each form about an app. In this order each does something.
const ON_AN_APP: [Step; 26] = [
    (
        UPDATE,
        "",
        &[("description", "Tasks"), ("name", "Board of Owls")],
    ),
    (UPDATE, "", &[("description", ""), ("name", "Owl Board")]),
    (logos::LOGO, "", &[]),
    (REMOVE_LOGO, "", &[]),
    (ADD, "", &[("secret-name", "Second")]),
    (ADD, "", &[("secret-name", "Third")]),
    (REVOKE, "", &[]),
    (ROTATE, "", &[("overlap", "0")]),
    (
        SET_OPENID,
        "",
        &[("back-channel", "https://board.example/out")],
    ),
    (SET_OPENID, "", &[("back-channel", "")]),
    (ON, "/test", &[]),
    (ADD_PERSON, "/test", &[]),
    (REMOVE_PERSON, "/test", &[]),
    (START, "/playground", &[]),
    (STEP, "/playground", &[]),
    (END, "/playground", &[]),
    (OFF, "/test", &[]),
    (
        ASK,
        "/review",
        &[("want-1", "admin:all"), ("why-1", "To help")],
    ),
    (ANSWER, "/review", &[("answer", "Hello")]),
    (WITHDRAW_REQUEST, "/review", &[]),
    (SET_KEYS, "", &[("jwks", JWK)]),
    (DROP_KEYS, "", &[]),
    (OFFER, "", &[("transfer-email", OWNER)]),
    (WITHDRAW, "", &[]),
    (DELETE, "", &[("confirm", "Owl Board")]),
    (RESTORE, "list", &[]),
];

/// The same about an organization.
const ON_AN_ORGANIZATION: [Step; 14] = [
    (RENAME, "", &[("name", "Owl Makers and Friends")]),
    (logos::OF_ORGANIZATION, "", &[]),
    (REMOVE_PICTURE, "", &[]),
    (SECOND_FACTOR, "", &[("required", "yes")]),
    (
        INVITE,
        "",
        &[("email", "new@example.com"), ("role", "viewer")],
    ),
    (TAKE_BACK, "", &[]),
    (ROLE, "", &[("role", "developer")]),
    (REMOVE, "", &[]),
    (
        JUDGE,
        "/apps",
        &[("standing", "blocked"), ("wish", "judge")],
    ),
    (NEW_APPS, "/apps", &[("standing", "blocked")]),
    (ADD_DOMAIN, "/domains", &[("domain", "localhost:9")]),
    (CHECK_DOMAIN, "/domains", &[]),
    (REMOVE_DOMAIN, "/domains", &[]),
    (DISSOLVE, "annex", &[("confirm", "Owl Annex")]),
];

/// What somebody may who yet changes nothing here: their own second factor comes first.
const IN_VAIN: [&str; 1] = [SECOND_FACTOR];

/// The form of a page by which one does this: that about whoever came last, where there are several.
#[track_caller]
fn form_of(page: &Reply, action: &str) -> Form {
    let all = forms(&page.text()).into_iter();
    let mut own: Vec<Form> = all.filter(|form| form.action == action).collect();
    if action == SECOND_FACTOR {
        // It is shown to whoever has one; this is what it would say.
        return Form {
            action: action.to_owned(),
            ..form_of(page, RENAME)
        };
    }
    let form = own.pop();
    form.unwrap_or_else(|| panic!("no {action}: {page}"))
}

/// Somebody, by the rank of their role: 0 without any.
struct Ranked {
    rank: usize,
    nonce: String,
    person: Developer,
}

impl Ranked {
    fn new(rank: usize, mut person: Developer) -> Self {
        Ranked {
            rank,
            nonce: nonce(&mut person),
            person,
        }
    }

    /// Sends a form as it was shown to somebody, with one's own nonce.
    fn send(&mut self, form: &Form, typed: &[(&str, &str)]) -> Reply {
        let mut fields = form.filled(typed);
        fields.retain(|(name, _)| name != "nonce" && name != "file");
        fields.push(("nonce".to_owned(), self.nonce.clone()));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        self.person.browser.send(filled(&form.action, &fields))
    }
}

/// Somebody of each role in these organizations, and who has none: an administrator has none by being one.
#[track_caller]
fn people(scene: &Scene, owner: &mut Developer, organizations: [&str; 2]) -> Vec<Ranked> {
    let others = [EVE, OWNER].map(|email| Ranked::new(0, Developer::of(scene, email)));
    let mut all = Vec::from(others);
    for (rank, role) in [(1, "viewer"), (2, "developer"), (3, "owner"), (1, "viewer")] {
        let email = format!("a-{role}-{}@example.com", all.len());
        let people = &scene.provider;
        people.user_create(&email, "A Member", PASSWORD, false);
        let mut member = Developer::of(scene, &email);
        for organization in organizations {
            joined(owner, organization, (&email, role), &mut member);
        }
        all.push(Ranked::new(rank, member));
    }
    // Who joined last is there to be removed.
    all.pop();
    all
}

#[test]
fn each_role_does_what_the_table_lets_it_and_nothing_else() {
    let scene = scene();
    if scene.provider.postgres().is_some() {
        return;
    }
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Owl Makers");
    let annex = found(&mut ann, "Owl Annex");
    let typed = [("name", "Owl Board"), ("organization", &*acme)];
    let app = ann.register(&typed);
    ann.add_secret(&app, "First");
    let mut all = people(&scene, &mut ann, [&acme, &annex]);
    let owned = owned();
    let least = |action: &str| {
        let route = owned.iter().find(|route| route.path == action);
        route.unwrap_or_else(|| panic!("{action}")).least
    };
    let page_of = |action: &str, part: &str| match part {
        "list" => format!("{APPS}?organization={acme}"),
        "annex" => format!("{ORGANIZATIONS}/{annex}"),
        part if action.starts_with(APPS) => format!("{}{part}", href(&app)),
        part => format!("{ORGANIZATIONS}/{acme}{part}"),
    };
    let mut done = BTreeSet::new();
    for acting in [2, 3] {
        for (action, part, typed) in ON_AN_APP.iter().chain(&ON_AN_ORGANIZATION) {
            let least = least(action);
            if acting < least {
                continue;
            }
            let one = all.iter().position(|one| one.rank == acting);
            let one = one.expect("somebody with this role");
            let page = all[one].person.browser.open(&page_of(action, part));
            let form = form_of(&page.expect(200), action);
            let mut typed = typed.to_vec();
            if *action == JUDGE {
                typed.push(("app", &app.client_id));
            }
            let before = rows(&scene, ANN);
            for other in all.iter_mut().filter(|other| other.rank < least) {
                let refused = other.send(&form, &typed);
                // What was deleted is there for whoever may bring it back.
                let is_there = other.rank > 0 && *action != RESTORE;
                let status = if is_there { 403 } else { 404 };
                assert_eq!(refused.status, status, "{} {action}: {refused}", other.rank);
            }
            assert_eq!(rows(&scene, ANN), before, "{action}");
            let reply = all[one].send(&form, &typed);
            let changed = rows(&scene, ANN) != before;
            match IN_VAIN.contains(action) {
                true => assert!([303, 400].contains(&reply.status), "{action}: {reply}"),
                false => {
                    assert!([200, 303].contains(&reply.status), "{action}: {reply}");
                    assert!(changed, "{acting} {action} did nothing: {reply}");
                }
            }
            done.insert((acting, *action));
        }
    }
    for route in owned.iter().filter(|route| route.is_form) {
        for acting in [2, 3] {
            let may = acting >= route.least;
            assert_eq!(done.contains(&(acting, route.path)), may, "{}", route.path);
        }
    }
}
