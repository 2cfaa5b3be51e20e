//! The pages on which developers run their apps: what they do is seen from outside, by tokens that work or do not.

mod addresses;
mod apps;
mod assigned;
mod bounds;
mod domains;
mod drafts;
mod further;
mod input;
mod invitations;
mod kept;
mod keys;
mod log;
mod logos;
mod mails;
mod openid;
mod organizations;
mod own_host;
mod own_host_attacks;
mod own_host_nodes;
mod playground;
mod redirects;
mod review_rights;
mod reviews;
mod rights;
mod role_pairs;
mod role_steps;
mod roles;
mod routes;
mod secrets;
mod stored_markup;
mod swapped_routes;
mod swaps;
mod terms;
mod test_sides;
mod transfers;
mod try_it;
mod twice;
mod visitor;
mod weight;

use crate::support::{ANN, PASSWORD, Scene, form_to};
use acceptance::{App, Browser, Form, Json, Reply, unescape};

/// The list, and what the page of an app begins with.
const APPS: &str = "/apps";
const NEW: &str = "/apps/new";
const UPDATE: &str = "/apps/update";
const ADD: &str = "/apps/secrets/add";
const ROTATE: &str = "/apps/secrets/rotate";
const REVOKE: &str = "/apps/secrets/revoke";
const SET_KEYS: &str = "/apps/keys/set";
const DROP_KEYS: &str = "/apps/keys/drop";
const SET_OPENID: &str = "/apps/openid";
const DELETE: &str = "/apps/delete";
const RESTORE: &str = "/apps/restore";
const OFFER: &str = "/apps/transfer/offer";
const REMOVE_LOGO: &str = "/apps/logo/remove";
const WITHDRAW: &str = "/apps/transfer/withdraw";
const ACCEPT: &str = "/apps/transfer/accept";
const DECLINE: &str = "/apps/transfer/decline";
/// The organizations of a person, and what is done with one.
const ORGANIZATIONS: &str = "/organizations";
const FOUND: &str = "/organizations/found";
const JOIN: &str = "/organizations/accept";
const NOT_JOIN: &str = "/organizations/decline";
const RENAME: &str = "/organizations/rename";
const INVITE: &str = "/organizations/invite";
const INVITE_DEVELOPER: &str = "/admin/developers/invite";
const TAKE_BACK: &str = "/organizations/withdraw";
const ROLE: &str = "/organizations/role";
const REMOVE: &str = "/organizations/remove";
const DISSOLVE: &str = "/organizations/dissolve";
/// Where the apps of these tests have their people sent back.
const BACK: &str = "https://board.example/callback";
/// The fields without which there is no app.
const FIELDS: [(&str, &str); 3] = [
    ("name", "Task Board"),
    ("homepage", "https://board.example"),
    ("redirect-1", BACK),
];

/// A small provider at which everybody may register an app.
fn open(changes: &str) -> Scene {
    let scene = Scene::plain(changes);
    scene.provider.user_create(EVE, "Eve Else", PASSWORD, false);
    scene
}

const OPEN: &str = "[apps]\nregistration = \"open\"";
/// The same, where OpenID Connect is spoken.
const OPENID: &str = "[apps]\nregistration = \"open\"\n[openid]\nenabled = true\n[signing]\nalgorithms = [\"ES256\", \"EdDSA\"]";
/// Another person, with nothing to do with Ann's apps.
const EVE: &str = "eve@example.com";

/// A developer who is signed in.
struct Developer {
    browser: Browser,
}

impl Developer {
    #[track_caller]
    fn of(scene: &Scene, email: &str) -> Self {
        let mut browser = scene.provider.browser();
        browser.sign_in(email, PASSWORD);
        Developer { browser }
    }

    #[track_caller]
    fn ann(scene: &Scene) -> Self {
        Self::of(scene, ANN)
    }

    /// The form of a new app.
    #[track_caller]
    fn blank(&mut self) -> Form {
        form_to(&self.browser.open(NEW).expect(200), NEW)
    }

    /// Sends it, with `typed` over the usual fields.
    #[track_caller]
    fn send(&mut self, form: &Form, typed: &[(&str, &str)]) -> Reply {
        let usual = FIELDS.iter().chain(&[("kind", "confidential")]);
        let usual = usual.filter(|(name, _)| typed.iter().all(|(typed, _)| typed != name));
        let all: Vec<(&str, &str)> = usual.copied().chain(typed.iter().copied()).collect();
        self.browser.submit(form, &all)
    }

    #[track_caller]
    fn try_register(&mut self, typed: &[(&str, &str)]) -> Reply {
        let form = self.blank();
        self.send(&form, typed)
    }

    /// Registers an app and reads its credentials from the page that shows them.
    #[track_caller]
    fn register(&mut self, typed: &[(&str, &str)]) -> App {
        credentials(&self.try_register(typed).expect(200))
    }

    #[track_caller]
    fn page(&mut self, app: &App) -> Reply {
        self.browser.get(&href(app)).expect(200)
    }

    /// Sends a form of the app's page.
    #[track_caller]
    fn act(&mut self, app: &App, action: &str, typed: &[(&str, &str)]) -> Reply {
        let form = form_to(&self.page(app), action);
        self.browser.submit(&form, typed)
    }

    /// The app with another secret.
    #[track_caller]
    fn add_secret(&mut self, app: &App, name: &str) -> App {
        credentials(&self.act(app, ADD, &[("secret-name", name)]).expect(200))
    }
}

fn href(app: &App) -> String {
    format!("{APPS}/{}", app.client_id)
}

/// What a field shows that cannot be changed.
fn shown(page: &Reply, id: &str) -> Option<String> {
    let text = page.text();
    let tag = text.split(&format!("id=\"{id}\"")).nth(1)?;
    let value = tag.split('>').next()?.split("value=\"").nth(1)?;
    Some(unescape(value.split('"').next()?))
}

/// Client id and secret on the page that shows them once.
#[track_caller]
fn credentials(page: &Reply) -> App {
    let client_id = shown(page, "client-id");
    App {
        client_id: client_id.unwrap_or_else(|| panic!("no client id: {page}")),
        client_secret: shown(page, "client-secret").unwrap_or_default(),
        json: Json::Null,
    }
}

/// Whether the token endpoint takes these credentials.
#[track_caller]
fn works(scene: &Scene, app: &App) -> bool {
    let reply = scene.refresh(app, "rt_x");
    match reply.member("error").as_str() {
        "invalid_client" => false,
        "invalid_grant" => true,
        _ => panic!("neither: {reply}"),
    }
}

/// Starts an organization; its number.
#[track_caller]
fn found(developer: &mut Developer, name: &str) -> String {
    let form = form_to(&developer.browser.open(ORGANIZATIONS), FOUND);
    let reply = developer.browser.submit(&form, &[("name", name)]);
    let location = reply.expect(303).location().unwrap_or_default().to_owned();
    let id = location.strip_prefix("/organizations/");
    let id = id.and_then(|rest| rest.strip_suffix("?done=founded"));
    id.unwrap_or_else(|| panic!("{location}")).to_owned()
}

/// Sends a form of an organization's page.
#[track_caller]
fn in_organization(
    developer: &mut Developer,
    id: &str,
    action: &str,
    typed: &[(&str, &str)],
) -> Reply {
    let page = developer.browser.open(&format!("{ORGANIZATIONS}/{id}"));
    let form = form_to(&page.expect(200), action);
    developer.browser.submit(&form, typed)
}

/// Has somebody join an organization.
#[track_caller]
fn joined(owner: &mut Developer, id: &str, (email, role): (&str, &str), member: &mut Developer) {
    let typed = [("email", email), ("role", role)];
    in_organization(owner, id, INVITE, &typed).expect(303);
    let form = form_to(&member.browser.open(ORGANIZATIONS), JOIN);
    member.browser.submit(&form, &[]).expect(303);
}

/// The client ids in the list.
fn listed(page: &Reply) -> Vec<String> {
    let text = page.text();
    let start = format!("href=\"{APPS}/");
    let links = text.split(&start).skip(1);
    let ids = links.filter_map(|link| link.split('"').next());
    ids.filter(|id| *id != "new" && !id.starts_with("new?"))
        .map(str::to_owned)
        .collect()
}

/// The apps that there are, as the operator sees them.
fn registered(scene: &Scene) -> usize {
    let listed = scene.cli(&["app", "list"]);
    listed["apps"].as_array().map_or(0, Vec::len)
}

/// Checks that a page says this.
#[track_caller]
fn says(page: &Reply, sentence: &str) {
    assert!(
        unescape(&page.text()).contains(sentence),
        "no {sentence:?}: {page}"
    );
}

/// Checks that a form came back with what is wrong, at this field.
#[track_caller]
fn names(page: &Reply, field: &str) {
    assert_eq!(page.status, 400, "{page}");
    let text = page.text();
    assert!(
        text.contains(&format!("<a href=\"#{field}\">")),
        "no summary names {field}: {page}"
    );
    assert!(
        text.contains(&format!("id=\"{field}-problem\"")),
        "nothing at {field}: {page}"
    );
}

/// The names of the events about an app, oldest first; each of them is this person's own act.
#[track_caller]
fn acts(scene: &Scene, app: &App, person: &str) -> Vec<String> {
    let audit = scene.cli(&["audit", "--app", &app.client_id]);
    let events = audit["events"].as_array().expect("events").iter().rev();
    let of_app = events.filter(|event| {
        let name = event["event"].as_str();
        name.is_some_and(|name| name.starts_with("app."))
    });
    of_app
        .map(|event| {
            assert_eq!(event["actor"]["kind"], "person", "{event}");
            assert_eq!(event["actor"]["id"], person, "{event}");
            let name = event["event"].as_str();
            name.unwrap_or_default().to_owned()
        })
        .collect()
}
