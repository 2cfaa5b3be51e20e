//! Each form of the route table, sent with another's id beside one's own: what is about an app or an organization with the
//! other's, and then with one's own and all that is in it the other's. What the other has stays as it is, to the last row.

use super::domains::add as add_domain;
use super::routes::{filled, nonce, routes};
use super::swaps::{Estate, estate, pages};
use super::{Developer, EVE, FIELDS, OFFER, OPENID, logos, open};
use crate::support::behind::{self, columns, read, tables};
use crate::support::{ANN, OWNER, PASSWORD, Scene};
use acceptance::{Reply, forms};
use std::collections::{BTreeMap, BTreeSet};

/// What forms say of what they are about, by name.
pub(super) type Ids = BTreeMap<String, Vec<String>>;

/// What an organization thinks of an app.
const JUDGE: &str = "/organizations/connections/change";

/// What a hidden field says that is no id.
const NO_ID: [&str; 5] = ["nonce", "once", "version", "overlap", "listed"];

pub(super) fn ids_of(developer: &mut Developer, estate: &Estate) -> Ids {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut places = pages(estate);
    places.push("/apps".to_owned());
    for page in places {
        let page = developer.browser.open(&page).text();
        let forms = forms(&page).into_iter();
        let forms = forms.filter(|form| form.method == "post");
        for field in forms.flat_map(|form| form.fields) {
            if field.kind == "hidden" && !NO_ID.contains(&&*field.name) {
                all.entry(field.name).or_default().insert(field.value);
            }
        }
    }
    let ids = all.into_iter();
    ids.map(|(name, values)| (name, values.into_iter().collect()))
        .collect()
}

/// All that somebody can have, and somebody else's offer and invitation to them.
pub(super) fn with_all(
    scene: &Scene,
    developer: &mut Developer,
    email: &str,
    name: &str,
) -> Estate {
    let own = estate(scene, developer, name);
    // What is looked for is here, where nobody answers.
    let domain = format!("localhost:{}", name.as_bytes()[0]);
    add_domain(developer, &own.organization, &domain).expect(303);
    logos::upload(developer, &own.app, logos::PNG).expect(303);
    logos::upload_for(developer, &own.organization, logos::PNG).expect(303);
    let mut owner = Developer::of(scene, OWNER);
    let offered = owner.register(&[("name", &format!("{name} to come"))]);
    let typed = [("transfer-email", email)];
    owner.act(&offered, OFFER, &typed).expect(303);
    own
}

/// Every row of the database that is about somebody, their apps or their organizations.
pub(super) fn rows(scene: &Scene, email: &str) -> Vec<String> {
    let list = |sql: String| read(scene, &sql);
    let subject = list(format!(
        "SELECT subject FROM people WHERE email = '{email}'"
    ))
    .join(",");
    let clients = list(format!("SELECT no FROM clients WHERE owner IN ({subject})")).join(",");
    let people = list(format!(
        "SELECT subject FROM people WHERE test_app IN ({clients})"
    ));
    let people = [people, vec![subject.clone()]].concat().join(",");
    let organizations = format!("SELECT organization FROM members WHERE subject IN ({subject})");
    let organizations = list(organizations).join(",");
    let mut all = Vec::new();
    for table in tables(scene) {
        let columns = columns(scene, &table);
        let about = |column: &String| match (&*table, &**column) {
            ("clients", "no") | (_, "client" | "live_of" | "test_app") => {
                Some(format!("{column} IN ({clients})"))
            }
            ("organizations", "id") | (_, "organization") => {
                Some(format!("{column} IN ({organizations})"))
            }
            (_, "subject" | "owner" | "person") => Some(format!("{column} IN ({people})")),
            _ => None,
        };
        let about: Vec<String> = columns.iter().filter_map(about).collect();
        if !about.is_empty() {
            let found = behind::rows(scene, &table, &about.join(" OR "));
            all.extend(found.into_iter().map(|row| format!("{table} {row}")));
        }
    }
    all.sort();
    all
}

/// Sends a form of the table, with what would make it do something.
pub(super) fn send(eve: &mut Developer, path: &str, nonce: &str, ids: &[(&str, &str)]) -> Reply {
    let usual = [
        ("nonce", nonce),
        ("once", "swapped"),
        ("version", "1"),
        ("confirm", "x"),
        ("overlap", "0"),
        ("role", "owner"),
        ("answer", "Hello"),
        ("note", "Hello"),
        ("email", "third@example.com"),
        ("domain", "third.example"),
        ("standing", "blocked"),
        ("wish", "judge"),
        ("password", PASSWORD),
    ];
    let mut all: Vec<(&str, &str)> = FIELDS.to_vec();
    all.extend(usual);
    all.retain(|(name, _)| ids.iter().all(|(id, _)| id != name));
    all.extend(ids);
    if path.ends_with("/logo") {
        // What comes with a file is read as far as such a form goes.
        all.retain(|(name, _)| ["nonce", "app", "organization"].contains(name));
    }
    eve.browser.send(filled(path, &all))
}

#[test]
fn each_form_of_the_table_leaves_alone_what_is_anothers() {
    let scene = open(&format!(
        "{OPENID}\n[test]\nmode = true\n[accounts]\nworkspaces = true"
    ));
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let of_ann = with_all(&scene, &mut ann, ANN, "Owl");
    let of_eve = with_all(&scene, &mut eve, EVE, "Fox");
    let (anns, eves) = (ids_of(&mut ann, &of_ann), ids_of(&mut eve, &of_eve));
    for name in [
        "app",
        "organization",
        "secret",
        "member",
        "invitation",
        "transfer",
    ] {
        assert!(anns.contains_key(name), "{name} is not among {anns:?}");
    }
    let before = rows(&scene, ANN);
    assert!(before.len() > 20, "{before:?}");
    let nonce = nonce(&mut eve);
    let mut tried = 0;
    for route in routes().into_iter().filter(|route| route.is_form) {
        let outer = match route.subject {
            "app" | "organization" => route.subject,
            "offer" | "invitation" => "",
            _ => continue,
        };
        let most = anns.values().map(Vec::len).max().unwrap_or_default();
        for at in 0..most {
            for outer_is_anns in [true, false] {
                let ids = anns.iter().filter_map(|(name, values)| {
                    let is_outer = name == outer;
                    // Its owners judge whichever app they like, for their organization.
                    let free = route.path == JUDGE && name == "app";
                    let whose = match is_outer == outer_is_anns && !free {
                        true => Some(values),
                        false => eves.get(name),
                    };
                    let whose = whose?;
                    Some((&**name, &**whose.get(at % whose.len())?))
                });
                let ids: Vec<(&str, &str)> = ids.collect();
                let told = send(&mut eve, route.path, &nonce, &ids);
                let path = route.path;
                assert!(told.status < 500, "{path} {ids:?}: {told}");
                assert!(!told.text().contains("Owl"), "{path} {ids:?}: {told}");
                if outer_is_anns && !outer.is_empty() {
                    assert_eq!(told.status, 404, "{path} {ids:?}: {told}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");
    let after = rows(&scene, ANN);
    let gone = before.iter().filter(|row| !after.contains(row));
    let come = after.iter().filter(|row| !before.contains(row));
    let changed: Vec<&String> = gone.chain(come).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}
