//! What is one's own, beside what is another's: in each form and each operation that names two things, one of them is put
//! in the place of one's own. The forms are those that pages show, so that a new one cannot be forgotten.

use super::reviews::{ASK, QUEUE};
use super::swapped_routes::rows;
use super::test_sides::{ADD_PERSON, ON};
use super::{
    ADD, Developer, EVE, INVITE, OFFER, OPENID, ORGANIZATIONS, found, href, in_organization,
    joined, open,
};
use crate::own_api::attacks::operations;
use crate::own_api::{access, signed_in};
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to};
use acceptance::{App, Form, Request, forms};
use std::collections::BTreeSet;

/// All that a developer can have: an app with two secrets and a test side, an organization with members, an invitation and
/// an app, an offer and a request for review.
pub(super) struct Estate {
    pub(super) app: App,
    pub(super) of_organization: App,
    pub(super) organization: String,
}

#[track_caller]
pub(super) fn estate(scene: &Scene, developer: &mut Developer, name: &str) -> Estate {
    let app = developer.register(&[("name", name)]);
    developer.add_secret(&app, "Second");
    let organization = found(developer, &format!("{name} Makers"));
    let own = [
        ("name", &*format!("{name} Team")),
        ("organization", &organization),
    ];
    let of_organization = developer.register(&own);
    let member = format!("{}@example.com", name.to_lowercase());
    let people = &scene.provider;
    people.user_create(&member, "A Member", PASSWORD, false);
    let mut member_there = Developer::of(scene, &member);
    joined(
        developer,
        &organization,
        (&member, "viewer"),
        &mut member_there,
    );
    let typed = [("email", "new@example.com"), ("role", "viewer")];
    in_organization(developer, &organization, INVITE, &typed).expect(303);
    let submit = |developer: &mut Developer, page: &str, action: &str, typed: &[(&str, &str)]| {
        let form = form_to(&developer.browser.open(page).expect(200), action);
        let done = developer.browser.submit(&form, typed);
        assert!([200, 303].contains(&done.status), "{action}: {done}");
    };
    let own = href(&app);
    submit(developer, &own, OFFER, &[("transfer-email", OWNER)]);
    submit(developer, &format!("{own}/test"), ON, &[]);
    submit(developer, &format!("{own}/test"), ADD_PERSON, &[]);
    let ask = [("want-1", "admin:all"), ("why-1", "To help")];
    submit(developer, &format!("{own}/review"), ASK, &ask);
    Estate {
        app,
        of_organization,
        organization,
    }
}

/// The pages on which somebody finds the forms about what is theirs.
pub(super) fn pages(estate: &Estate) -> Vec<String> {
    let mut all = Vec::new();
    for app in [&estate.app, &estate.of_organization] {
        let parts = ["", "/test", "/review", "/try", "/log", "/playground"];
        all.extend(parts.map(|part| format!("{}{part}", href(app))));
    }
    let parts = ["", "/apps", "/domains"];
    all.extend(parts.map(|part| format!("{ORGANIZATIONS}/{}{part}", estate.organization)));
    all
}

/// Each form that changes something, by its action.
fn posted(developer: &mut Developer, estate: &Estate) -> Vec<Form> {
    let mut all: Vec<Form> = Vec::new();
    for page in pages(estate) {
        let page = developer.browser.open(&page);
        let own = forms(&page.text()).into_iter();
        all.extend(own.filter(|form| form.method == "post"));
    }
    all
}

/// What a form says that is no id of something.
const NO_ID: [&str; 7] = [
    "nonce", "once", "version", "name", "homepage", "confirm", "role",
];

/// The fields of a form that name something: what its two owners have differently there.
fn ids<'a>(own: &'a Form, other: &'a Form) -> Vec<(&'a str, &'a str)> {
    let own = own
        .fields
        .iter()
        .filter(|field| !NO_ID.contains(&&*field.name));
    let differs = own.filter_map(|field| {
        let other = other.value(&field.name)?;
        (other != field.value && !other.is_empty()).then_some((&*field.name, other))
    });
    differs.collect()
}

#[track_caller]
fn seen(scene: &Scene, developer: &mut Developer, estate: &Estate) -> String {
    let mut seen = String::new();
    for app in [&estate.app, &estate.of_organization] {
        seen += &scene.cli(&["app", "show", &app.client_id]).to_string();
        let secrets = scene.cli(&["app", "secret", "list", &app.client_id]);
        seen += &secrets.to_string();
    }
    for page in pages(estate) {
        // Its links are made anew each time.
        if page.ends_with("/try") {
            continue;
        }
        let text = developer.browser.open(&page).text();
        let main = text.split("<main").nth(1).unwrap_or_default();
        let main = main.split("</main>").next().unwrap_or_default();
        let fixed = |line: &&str| !line.contains("once");
        seen.extend(main.lines().filter(fixed).map(|line| format!("{line}\n")));
    }
    seen
}

#[test]
fn in_no_form_is_what_is_anothers_taken_beside_what_is_ones_own() {
    let scene = open(&format!(
        "{OPENID}\n[test]\nmode = true\n[accounts]\nworkspaces = true"
    ));
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let anns = estate(&scene, &mut ann, "Owl");
    let eves = estate(&scene, &mut eve, "Fox");
    let before = seen(&scene, &mut ann, &anns);
    let of_ann = posted(&mut ann, &anns);
    let mut tried = BTreeSet::new();
    for form in posted(&mut eve, &eves) {
        // What is uploaded is no such form: `routes` tries it.
        if form.action.ends_with("/logo") {
            continue;
        }
        let Some(other) = of_ann.iter().find(|other| other.action == form.action) else {
            panic!("Ann has no form {}", form.action);
        };
        let ids = ids(&form, other);
        for (name, value) in &ids {
            let typed = [
                (*name, *value),
                ("confirm", "Owl"),
                ("password", PASSWORD),
                ("role", "owner"),
                ("answer", "Hello"),
            ];
            let refused = eve.browser.submit(&form, &typed);
            // What is hers alone names nothing in the other one: it is as one that is gone, which a form that comes twice
            // is told.
            if ["app", "organization"].contains(name) {
                assert_eq!(refused.status, 404, "{} {name}: {refused}", form.action);
            }
            assert!(
                !refused.text().contains("Owl"),
                "{}: {refused}",
                form.action
            );
            tried.insert(format!("{} {name}", form.action));
        }
    }
    let after = seen(&scene, &mut ann, &anns);
    for (after, before) in after.lines().zip(before.lines()) {
        assert_eq!(after, before);
    }
    assert_eq!(after.lines().count(), before.lines().count());
    for both in [
        "/apps/secrets/revoke secret",
        "/apps/test/people/remove app",
        "/organizations/withdraw invitation",
        "/organizations/remove member",
    ] {
        assert!(tried.contains(both), "{both} is not among {tried:?}");
    }
    // A review is an administrator's to judge, by whichever id.
    let queue = Developer::of(&scene, OWNER).browser.open(QUEUE).expect(200);
    let text = queue.text();
    let id = text.split(&format!("href=\"{QUEUE}/")).nth(1);
    let id = id
        .and_then(|rest| rest.split('"').next())
        .expect("a request");
    assert_eq!(eve.browser.get(&format!("{QUEUE}/{id}")).status, 404);
}

#[test]
fn no_operation_takes_what_is_anothers_beside_what_is_ones_own() {
    let scene = open(OPENID);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let anns = estate_by_api(&scene, &mut ann, ANN, "Owl");
    let eves = estate_by_api(&scene, &mut eve, EVE, "Fox");
    let token = signed_in(&scene, EVE);
    let mut there = || {
        let organization = format!("{ORGANIZATIONS}/{}", anns[2].1);
        let page = ann.browser.open(&organization).text();
        let ids = forms(&page).into_iter().flat_map(|form| form.fields);
        let ids = ids.filter(|field| ["member", "invitation", "role"].contains(&&*field.name));
        let ids: Vec<String> = ids.map(|field| field.value).collect();
        let secrets = scene.cli(&["app", "secret", "list", &anns[0].1]);
        (secrets.to_string(), ids)
    };
    let before = there();
    assert!(before.1.len() > 2, "{before:?}");
    let kept = rows(&scene, ANN);
    let mut tried = 0;
    for (method, path) in operations(&scene) {
        let parts = path.split('{').skip(1);
        let names: Vec<&str> = parts.filter_map(|part| part.split('}').next()).collect();
        if names.len() < 2 {
            continue;
        }
        for swapped in &names {
            let target = names.iter().fold(path.clone(), |target, name| {
                let ids = if name == swapped { &anns } else { &eves };
                let id = ids.iter().find(|(own, _)| own == name);
                let id =
                    id.unwrap_or_else(|| panic!("an id of which this test knows nothing: {path}"));
                target.replace(&format!("{{{name}}}"), &id.1)
            });
            let request = Request::new(&method, &target).bearer(access(&token));
            let request = match &*method {
                "PATCH" => request.json(&serde_json::json!({ "role": "owner" })),
                _ => request,
            };
            let told = scene.api().send(&request);
            // An id inside one's own is as one that is gone, which whoever asks twice is told.
            let outer = Some(swapped) == names.first();
            assert!(told.status == 404 || !outer, "{method} {target}: {told}");
            assert!(!told.text().contains("Owl"), "{method} {target}: {told}");
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried}");
    assert_eq!(rows(&scene, ANN), kept);
    assert_eq!(there(), before);
}

/// The ids of what somebody has, by the names that paths give them.
#[track_caller]
fn estate_by_api(
    scene: &Scene,
    developer: &mut Developer,
    email: &str,
    name: &str,
) -> Vec<(String, String)> {
    let app = developer.register(&[("name", name)]);
    developer
        .act(&app, ADD, &[("secret-name", "Second")])
        .expect(200);
    let organization = found(developer, &format!("{name} Makers"));
    let member = format!("{}@example.com", name.to_lowercase());
    let people = &scene.provider;
    people.user_create(&member, "A Member", PASSWORD, false);
    let mut there = Developer::of(scene, &member);
    joined(developer, &organization, (&member, "viewer"), &mut there);
    let typed = [("email", "new@example.com"), ("role", "viewer")];
    in_organization(developer, &organization, INVITE, &typed).expect(303);
    let secrets = scene.cli(&["app", "secret", "list", &app.client_id]);
    let token = signed_in(scene, email);
    let target = format!("/valetkey/organizations/{organization}");
    let shown = scene.api().get_bearer(&target, access(&token));
    let shown = shown.expect(200).json();
    let id = |value: &acceptance::Json| value["id"].as_str().unwrap_or_default().to_owned();
    let members = shown["members"].as_array().expect("members");
    let viewer = members.iter().find(|member| member["role"] == "viewer");
    vec![
        ("client_id".to_owned(), app.client_id),
        ("secret_id".to_owned(), id(&secrets["secrets"][0])),
        ("organization_id".to_owned(), organization),
        ("member_id".to_owned(), id(viewer.expect("a viewer"))),
        ("invitation_id".to_owned(), id(&shown["invitations"][0])),
    ]
}
