//! Each role in one organization, an administrator and a person without any, on each route of the table, with the ids of another
//! organization: of all that its owner, its developer and its viewer have there. What is another's is not there, whatever
//! somebody may at home, and stays as it is to the last row.

use super::routes::{Route, nonce, routes, scene};
use super::swapped_routes::{Ids, ids_of, rows, send, with_all};
use super::swaps::Estate;
use super::{Developer, EVE, NEW, joined};
use crate::support::{ANN, PASSWORD, Scene};
use acceptance::Reply;

/// Where somebody judges an app for their organization, which is whichever app they like.
const JUDGE: &str = "/organizations/connections/change";

/// An organization with somebody of each role, and what its pages say of all that is in it.
struct House {
    estate: Estate,
    ids: Ids,
    people: Vec<(&'static str, Developer)>,
}

impl House {
    /// Its owner has an app of their own too, with all that there can be.
    #[track_caller]
    fn built(scene: &Scene, email: &str, name: &str) -> Self {
        let mut owner = Developer::of(scene, email);
        let estate = with_all(scene, &mut owner, email, name);
        let viewer = format!("{}@example.com", name.to_lowercase());
        let developer = format!("makes-{viewer}");
        let people = &scene.provider;
        people.user_create(&developer, "A Maker", PASSWORD, false);
        let mut maker = Developer::of(scene, &developer);
        let typed = (&*developer, "developer");
        joined(&mut owner, &estate.organization, typed, &mut maker);
        let mut ids = ids_of(&mut owner, &estate);
        ids.insert(
            "app".to_owned(),
            vec![
                estate.of_organization.client_id.clone(),
                estate.app.client_id.clone(),
            ],
        );
        let viewer = Developer::of(scene, &viewer);
        House {
            estate,
            ids,
            people: vec![("viewer", viewer), ("developer", maker), ("owner", owner)],
        }
    }

    /// One of what there is by each name; of apps and organizations the one that all its people know.
    fn own(&self, at: usize) -> Vec<(&str, &str)> {
        let ids = self.ids.iter().map(|(name, values)| {
            let at = match &**name {
                "app" => 0,
                _ => at % values.len(),
            };
            (&**name, &*values[at])
        });
        ids.collect()
    }

    fn all(&self, at: usize) -> Vec<(&str, &str)> {
        let ids = self.ids.iter();
        ids.map(|(name, values)| (&**name, &*values[at % values.len()]))
            .collect()
    }
}

/// `outer` of one, all else of the other.
fn mixed<'a>(
    outer: &str,
    of: &[(&'a str, &'a str)],
    rest: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let rest = rest.iter().filter(|(name, _)| *name != outer);
    let own = of.iter().filter(|(name, _)| *name == outer);
    rest.chain(own).copied().collect()
}

/// Asks for a route about these.
fn ask(somebody: &mut Developer, route: &Route, nonce: &str, ids: &[(&str, &str)]) -> Reply {
    if route.is_form {
        return send(somebody, route.path, nonce, ids);
    }
    let id = |name: &str| {
        let id = ids.iter().find(|(own, _)| *own == name);
        id.map(|(_, id)| *id).unwrap_or_default()
    };
    let path = route.path.replace("{client_id}", id("app"));
    let name = match route.subject {
        "administrator" => "request",
        _ => "organization",
    };
    somebody.browser.get(&path.replace("{id}", id(name)))
}

/// Tries each route as somebody with this rank at home; how many there were.
fn tried(
    (who, rank, somebody): (&str, usize, &mut Developer),
    home: &House,
    other: &House,
) -> usize {
    let nonce = nonce(somebody);
    let is_admin = who == "administrator";
    let most = other.ids.values().map(Vec::len).max().unwrap_or_default();
    let mut tried = 0;
    let mut told = |route: &Route, ids: &[(&str, &str)], statuses: &[u16]| {
        let reply = ask(somebody, route, &nonce, ids);
        let path = route.path;
        assert!(reply.status < 500, "{who} {path} {ids:?}: {reply}");
        assert!(
            statuses.is_empty() || statuses.contains(&reply.status),
            "{who} {path} {ids:?}: {reply}"
        );
        let text = reply.text();
        assert!(
            is_admin || !text.contains("Fox"),
            "{who} {path} {ids:?}: {reply}"
        );
        tried += 1;
    };
    for route in routes() {
        match route.subject {
            "app" | "organization" => {
                for at in 0..2 {
                    told(&route, &other.all(at), &[404]);
                    told(
                        &route,
                        &mixed(route.subject, &other.all(at), &home.own(at)),
                        &[404],
                    );
                }
                if !route.is_form || route.path == JUDGE {
                    continue;
                }
                let statuses: &[u16] = match (rank, rank < route.least) {
                    (0, _) => &[404],
                    (_, true) => &[403],
                    (_, false) => &[],
                };
                for at in 0..most {
                    let ids = mixed(route.subject, &home.own(at), &other.all(at));
                    told(&route, &ids, statuses);
                }
            }
            // Whoever it was not made to finds nothing to answer.
            "offer" | "invitation" => (0..most).for_each(|at| told(&route, &other.all(at), &[303])),
            "administrator" if !is_admin => told(&route, &other.all(0), &[404]),
            "own" if route.path == NEW && route.is_form => told(&route, &other.all(0), &[400]),
            _ => {}
        }
    }
    let organization = &other.estate.organization;
    for page in ["/apps", NEW, "/my/apps"] {
        let page = format!("{page}?organization={organization}");
        let shown = somebody.browser.open(&page);
        assert!(!shown.text().contains("Fox"), "{who} {page}: {shown}");
    }
    tried
}

#[test]
fn no_role_of_one_organization_reaches_what_is_anothers() {
    let scene = scene();
    if scene.provider.postgres().is_some() {
        return;
    }
    let mut owls = House::built(&scene, ANN, "Owl");
    let foxes = House::built(&scene, EVE, "Fox");
    for name in ["secret", "member", "invitation", "transfer", "request"] {
        assert!(foxes.ids.contains_key(name), "{name}: {:?}", foxes.ids);
    }
    let members = foxes.ids["member"].len();
    assert!(members >= 3, "of each role: {:?}", foxes.ids);
    let nobody = "nina@example.com";
    scene.provider.user_create(nobody, "Nina", PASSWORD, false);
    // The usual administrator is offered what each of them has.
    let admin = "adam@example.com";
    scene.provider.user_create(admin, "Adam", PASSWORD, true);
    let mut all: Vec<(&str, usize, Developer)> = vec![
        ("nobody", 0, Developer::of(&scene, nobody)),
        ("administrator", 0, Developer::of(&scene, admin)),
    ];
    let people = std::mem::take(&mut owls.people).into_iter();
    all.extend(
        (1..)
            .zip(people)
            .map(|(rank, (role, person))| (role, rank, person)),
    );
    let before = rows(&scene, EVE);
    assert!(before.len() > 20, "{before:?}");
    for (who, rank, mut person) in all {
        let tried = tried((who, rank, &mut person), &owls, &foxes);
        assert!(tried > 150, "{who}: {tried}");
        let after = rows(&scene, EVE);
        let gone = before.iter().filter(|row| !after.contains(row));
        let come = after.iter().filter(|row| !before.contains(row));
        let changed: Vec<&String> = gone.chain(come).collect();
        assert!(changed.is_empty(), "{who}: {changed:#?}");
    }
}
