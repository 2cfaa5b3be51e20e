//! What bounds the apps that people register by themselves: what they are called, and how many there are.

use protocol::Transition;
use protocol::apps::{AppUpdate, Editor, update};
use protocol::policy::AppBounds;
use protocol::register::{Field, Neighbours, NewApp, NewAuthentication, Registrar, register};
use protocol::testing::{Counter, NOW, Verdict};
use protocol::transition::{AppChange, Bounds};
use protocol::types::{
    AppLinks, Asks, Client, ClientKind, ClientStatus, Membership, Organization, Person, Role, Side,
};
use protocol::{Decision, Policy};

fn new(name: &str, by: Registrar) -> NewApp {
    NewApp {
        name: name.to_owned(),
        homepage: "https://app.example".to_owned(),
        description: String::new(),
        links: AppLinks::default(),
        owner: Person::for_tests(),
        organization: None,
        kind: ClientKind::Confidential,
        authentication: NewAuthentication::default(),
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        grants: None,
        scopes: None,
        asks: Asks::default(),
        resource_server: false,
        dpop_bound: false,
        openid: protocol::types::RelyingParty::default(),
        reviewed: false,
        status: ClientStatus::Active,
        logo: None,
        side: Side::Live,
        by,
    }
}

fn by_owner(namesake: bool, own: usize) -> Registrar {
    Registrar::Owner(Neighbours { namesake, own })
}

/// What is wrong with it.
fn wrong(new: NewApp) -> Vec<Field> {
    let mint = Counter::starting_at(NOW);
    match register(new, &Policy::for_tests(), NOW, &mint) {
        Decision::Granted { .. } => Vec::new(),
        Decision::Refused { error, .. } => error.iter().map(|error| error.field).collect(),
    }
}

#[test]
fn nobody_passes_for_the_provider_but_whom_administrators_let() {
    let free = by_owner(false, 0);
    for name in [
        "Acme Tasks",
        "ACME-TASKS",
        "Аcme Tаsks",
        "Acme Tasks Support",
    ] {
        assert_eq!(wrong(new(name, free)), [Field::ProvidersName], "{name}");
        assert!(wrong(new(name, Registrar::Operator)).is_empty(), "{name}");
        let mut by_admin = new(name, free);
        by_admin.owner.admin = true;
        assert!(wrong(by_admin).is_empty(), "{name}");
        let tried = NewApp {
            side: Side::Test,
            ..new(name, free)
        };
        assert!(wrong(tried).is_empty(), "{name}");
    }
    assert!(wrong(new("Board for Acme Tasks", free)).is_empty());
    assert_eq!(wrong(new("Night Owl ✓", free)), [Field::ReviewMark]);
    assert!(wrong(new("Night Owl ✓", Registrar::Operator)).is_empty());
}

#[test]
fn a_name_that_looks_like_anothers_is_taken() {
    let taken = by_owner(true, 0);
    assert_eq!(wrong(new("Task Board", taken)), [Field::TakenName]);
    assert_eq!(Field::TakenName.as_str(), "name");
    let all = NewApp {
        homepage: "javascript:alert(1)".to_owned(),
        ..new("Task Board", by_owner(true, 100))
    };
    let told = [Field::TakenName, Field::Count, Field::Homepage];
    assert_eq!(wrong(all), told, "all is told at once");
}

#[test]
fn a_person_and_an_organization_have_so_many_apps() {
    assert!(wrong(new("Task Board", by_owner(false, 99))).is_empty());
    assert_eq!(
        wrong(new("Task Board", by_owner(false, 100))),
        [Field::Count]
    );
    let in_organization = |own| NewApp {
        organization: Some(Membership {
            organization: Organization {
                logo: None,
                external_id: None,
                second_factor: false,
                id: protocol::types::Locator(7),
                version: 1,
                name: "Board Makers".to_owned(),
                created_at: NOW,
            },
            role: Role::Developer,
        }),
        ..new("Task Board", by_owner(false, own))
    };
    assert!(wrong(in_organization(499)).is_empty());
    assert_eq!(wrong(in_organization(500)), [Field::Count]);
}

#[test]
fn any_number_is_no_bound() {
    let policy = Policy {
        apps: AppBounds {
            per_person: 0,
            ..Policy::for_tests().apps
        },
        ..Policy::for_tests()
    };
    let mint = Counter::starting_at(NOW);
    let many = new("Task Board", by_owner(false, 1_000_000));
    let change = register(many, &policy, NOW, &mint).change();
    let Some(Transition::App(AppChange::Register { bounds, .. })) = change else {
        panic!("it is registered");
    };
    let expected = Bounds {
        own_name: true,
        most: 0,
    };
    assert_eq!(bounds, Some(expected));
}

#[test]
fn another_name_is_bound_like_the_first() {
    let renamed = |name: &str, namesake, by, side| {
        let client = Client {
            side,
            name: "Task Board".to_owned(),
            ..Client::for_tests()
        };
        let asked = AppUpdate {
            name: Some(name.to_owned()),
            namesake,
            ..AppUpdate::default()
        };
        match update(&client, asked, by, &Policy::for_tests()) {
            Decision::Refused { error, .. } => Err(error.first().field),
            Decision::Granted { transition, .. } => match transition {
                Some(Transition::App(AppChange::Update { own_name, .. })) => Ok(own_name),
                _ => panic!("an update"),
            },
        }
    };
    for by in [Editor::Owner, Editor::App] {
        let taken = renamed("Night Owl", true, by, Side::Live);
        assert_eq!(taken, Err(Field::TakenName));
        let provider = renamed("Acme Tasks", false, by, Side::Live);
        assert_eq!(provider, Err(Field::ProvidersName));
        assert_eq!(renamed("Night Owl", false, by, Side::Live), Ok(true));
        // It is called so already, but for how it is written.
        assert_eq!(renamed("TASK BOARD", true, by, Side::Live), Ok(false));
        assert_eq!(renamed("Acme Tasks", true, by, Side::Test), Ok(false));
    }
    let operator = renamed("Acme Tasks", true, Editor::Operator, Side::Live);
    assert_eq!(operator, Ok(false));
}
