//! The company's organizations, which come with its people: it says who belongs to them and what they are called.
use super::{HANDOFF, app_of, call, challenge_of, way_back};
use crate::support::{PLAIN, Scene, Tokens, assert_page, consent_form, form_to, within};
use crate::workspaces::{ORGANIZATIONS, allowed, asked, found, offered};
use acceptance::{Browser, Json, Reply, Request, Setup};
use serde_json::json;
use std::time::Duration;

#[track_caller]
fn scene() -> Scene {
    let on = "[accounts]\nworkspaces = true";
    Scene::start(Setup::toml(PLAIN).with(HANDOFF).with(on))
}

/// Signs somebody in of whom the company says this.
#[track_caller]
fn signs_in(scene: &Scene, browser: &mut Browser, organizations: &Json) {
    browser.cookies = acceptance::CookieJar::default();
    let away = browser.open("/sign-in");
    let mut user = json!({
        "id": "u-1815", "email": "ada@company.example", "email_verified": true, "name": "Ada Lovelace",
    });
    if !organizations.is_null() {
        user["organizations"] = organizations.clone();
    }
    let body = json!({ "challenge": challenge_of(&away), "user": user });
    let back = way_back(call(scene, "/login/accept", &body));
    browser.open(&back).expect(200);
}

/// The path of the page of an organization that is called so.
#[track_caller]
fn page_of(browser: &mut Browser, name: &str) -> String {
    let page = browser.open(ORGANIZATIONS).expect(200).text();
    let before = page.split(&format!(">{name}<")).next().unwrap_or_default();
    let href = before.rsplit("href=\"").next().unwrap_or_default();
    let path = href.split('"').next().unwrap_or_default();
    assert!(path.starts_with("/organizations/"), "{name}: {page}");
    path.to_owned()
}

#[test]
fn they_come_with_their_people_and_apps_are_told_the_companys_ids() {
    let scene = scene();
    let app = app_of(&scene);
    let mut ada = scene.provider.browser();
    let said = json!([
        { "id": "o-acme", "name": "Acme", "role": "owner" },
        { "id": "o-board", "name": "Board Makers", "role": "developer" },
    ]);
    signs_in(&scene, &mut ada, &said);
    let page = asked(&scene, &mut ada, &app);
    assert!(page.text().contains("Board Makers"), "{page}");
    let picked = offered(&page)[0].0.clone();
    let reply = allowed(&scene, &mut ada, &app, &picked);
    assert_eq!(reply.json()["organization"], "o-acme", "{reply}");
    let (api, tokens) = (scene.resource_server(), Tokens::of(&reply));
    for token in [&tokens.access, &tokens.refresh] {
        let caller = if token == &tokens.access { &api } else { &app };
        let seen = scene.introspect(caller, token);
        assert_eq!(seen["organization"], "o-acme", "{seen}");
    }
    let info = scene.api().get_bearer("/oauth2/token/info", &tokens.access);
    assert_eq!(info.expect(200).json()["organization"], "o-acme");
    let renewed = scene.refresh(&app, &tokens.refresh).expect(200);
    assert_eq!(renewed.json()["organization"], "o-acme", "{renewed}");
    // One that people founded here is told apart from all of the company's.
    let club = found(&mut ada, "Club");
    let reply = allowed(&scene, &mut ada, &app, &club);
    assert_eq!(reply.json()["organization"], format!("local:{club}"));
}

#[test]
fn the_company_alone_says_who_belongs_to_them() {
    let scene = scene();
    let mut ada = scene.provider.browser();
    let said = json!([{ "id": "o-acme", "name": "Acme", "role": "owner" }]);
    signs_in(&scene, &mut ada, &said);
    let path = page_of(&mut ada, "Acme");
    let page = ada.open(&path).expect(200);
    assert!(
        page.text().contains("is decided where you sign in"),
        "{page}"
    );
    let acts = ["rename", "invite", "withdraw", "role", "remove", "dissolve"];
    for act in acts {
        assert!(
            !page.text().contains(&format!("/organizations/{act}")),
            "{page}"
        );
    }
    // Whoever writes the forms by hand gets no further.
    let nonce = form_to(&ada.open(ORGANIZATIONS), "/organizations/found");
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    let id = path.rsplit('/').next().unwrap_or_default();
    let listed = scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().expect("a list");
    let own = users.iter().find(|user| user["name"] == "Ada Lovelace");
    let own = own.map(|user| user["id"].to_string().replace('"', ""));
    let own = own.expect("Ada is there");
    for (act, more) in [
        ("rename", [("name", "Mine"), ("", "")]),
        (
            "invite",
            [("email", "eve@company.example"), ("role", "owner")],
        ),
        ("role", [("member", own.as_str()), ("role", "viewer")]),
        ("remove", [("member", own.as_str()), ("", "")]),
        ("dissolve", [("confirm", "Acme"), ("", "")]),
    ] {
        let mut fields = vec![("nonce", nonce.as_str()), ("organization", id)];
        fields.extend(more.iter().filter(|(name, _)| !name.is_empty()));
        let reply = ada.post_form(&format!("/organizations/{act}"), &fields);
        assert_eq!(reply.status, 400, "{act}: {reply}");
        assert!(
            reply.text().contains("decided where you sign in"),
            "{act}: {reply}"
        );
    }
    let page = ada.open(&path).expect(200).text();
    assert!(page.contains("Acme") && !page.contains("Mine"), "{page}");
    // Its only owner may go: the company names another.
    let page = ada.open("/account/data").expect(200).text();
    assert!(!page.contains("would have no owner"), "{page}");
}

#[test]
fn whoever_left_there_has_left_here_and_what_they_allowed_for_it_is_over() {
    let scene = scene();
    let app = app_of(&scene);
    let mut ada = scene.provider.browser();
    let both = json!([
        { "id": "o-acme", "name": "Acme", "role": "owner" },
        { "id": "o-board", "name": "Board Makers" },
    ]);
    signs_in(&scene, &mut ada, &both);
    let organizations = offered(&asked(&scene, &mut ada, &app));
    let [acme, board] = [0, 1].map(|at: usize| {
        let reply = allowed(&scene, &mut ada, &app, &organizations[at].0);
        Tokens::of(&reply)
    });
    let api = scene.resource_server();
    let works = |tokens: &Tokens| scene.introspect(&api, &tokens.access)["active"] == true;
    assert!(works(&acme) && works(&board));
    let endpoint = scene.endpoint("revocations_endpoint");
    let feed = |cursor: Option<&str>| {
        let target = match cursor {
            Some(cursor) => format!("{endpoint}?cursor={cursor}"),
            None => endpoint.clone(),
        };
        let request = Request::get(&target).basic(&api.client_id, &api.client_secret);
        scene.api().send(&request).expect(200).json()
    };
    let before = feed(None);
    // Nothing is said of organizations: nothing changes.
    signs_in(&scene, &mut ada, &Json::Null);
    assert!(works(&acme) && works(&board));
    let left = json!([{ "id": "o-board", "name": "Board & Co", "role": "owner" }]);
    signs_in(&scene, &mut ada, &left);
    assert!(
        within(Duration::from_secs(2), || !works(&acme)),
        "it is over"
    );
    assert!(works(&board), "the other goes on");
    // APIs that remember their answers are told by the names that they know.
    let told = feed(before["cursor"].as_str());
    let told = told["events"].as_array().expect("events");
    let is_it = |event: &&Json| event["organization"] == "o-acme";
    assert!(told.iter().any(|event| is_it(&event)), "{told:?}");
    let page = ada.open(ORGANIZATIONS).expect(200).text();
    assert!(
        page.contains("Board &#38; Co") && !page.contains("Acme"),
        "{page}"
    );
    let events = scene.cli(&["audit", "--event", "member.removed"]);
    assert_eq!(
        events["events"].as_array().map(Vec::len),
        Some(1),
        "{events}"
    );
    // They come back as if for the first time.
    signs_in(&scene, &mut ada, &both);
    assert!(!works(&acme));
}

#[test]
fn what_cannot_be_read_changes_nothing() {
    let scene = scene();
    let mut ada = scene.provider.browser();
    for (wrong, pointer) in [
        (json!({ "id": "o-1" }), "/user/organizations"),
        (
            json!([{ "id": "o-1", "role": "boss" }]),
            "/user/organizations/0/role",
        ),
        (
            json!([{ "id": "o-1" }, { "id": "o-1" }]),
            "/user/organizations/1/id",
        ),
        (json!([{ "id": "local:1" }]), "/user/organizations/0/id"),
    ] {
        let away = ada.open("/sign-in");
        let user = json!({ "id": "u-1", "organizations": wrong });
        let body = json!({ "challenge": challenge_of(&away), "user": user });
        let reply = call(&scene, "/login/accept", &body);
        assert_eq!(reply.status, 400, "{reply}");
        assert_eq!(reply.json()["fields"][0]["pointer"], pointer, "{reply}");
    }
    assert!(!scene.cli(&["user", "list"]).to_string().contains("u-1"));
}

/// What a member of an organization that takes a second factor proves is the company's matter: it is told, and what it says counts.
#[test]
fn one_that_takes_a_second_factor_is_acted_for_with_one() {
    let scene = scene();
    let app = app_of(&scene);
    let mut ada = scene.provider.browser();
    let guarded =
        json!([{ "id": "o-acme", "name": "Acme", "role": "owner", "second_factor": true }]);
    signs_in(&scene, &mut ada, &guarded);
    let picked = offered(&asked(&scene, &mut ada, &app))[0].0.clone();
    let pick = |browser: &mut Browser| {
        let form = consent_form(&asked(&scene, browser, &app));
        let typed = [("answer", "allow"), ("organization", picked.as_str())];
        let reply = browser.submit(&form, &typed);
        browser.follow(reply)
    };
    // To sign in again, with what the company says of it.
    let again = |browser: &mut Browser, page: &Reply, amr: &Json| {
        assert_page(page, 403);
        let text = acceptance::unescape(&page.text());
        let way = text
            .split("href=\"")
            .find(|href| href.starts_with("/sign-in?"));
        let way = way.and_then(|way| way.split('"').next()).expect("a way");
        let away = browser.open(way);
        let challenge = challenge_of(&away);
        let told = call(
            &scene,
            "/login/challenge",
            &json!({ "challenge": challenge }),
        );
        let told = told.expect(200).json();
        assert_eq!(told["second_factor"], true, "{told}");
        assert!(told["signed_in_since"].is_i64(), "{told}");
        let user = json!({ "id": "u-1815", "organizations": guarded });
        let body = json!({ "challenge": challenge, "user": user, "amr": amr });
        let back = way_back(call(&scene, "/login/accept", &body));
        browser.open(&back).expect(200)
    };
    let page = pick(&mut ada);
    again(&mut ada, &page, &json!(["pwd"]));
    let page = pick(&mut ada);
    again(&mut ada, &page, &json!(["pwd", "otp", "mfa"]));
    let reply = allowed(&scene, &mut ada, &app, &picked);
    assert_eq!(reply.json()["organization"], "o-acme", "{reply}");
    // Its page neither; and once the company says so, it takes none.
    signs_in(
        &scene,
        &mut ada,
        &json!([{ "id": "o-acme", "name": "Acme", "role": "owner" }]),
    );
    let page = page_of(&mut ada, "Acme");
    assert_page(&ada.open(&page), 403);
    let free = json!([{ "id": "o-acme", "name": "Acme", "role": "owner", "second_factor": false }]);
    signs_in(&scene, &mut ada, &free);
    let shown = ada.open(&page).expect(200);
    assert!(
        !shown.text().contains("/organizations/second-factor"),
        "{shown}"
    );
    allowed(&scene, &mut ada, &app, &picked);
}

/// What the company calls it is what operators write, and what is shown of it.
#[test]
fn an_operator_names_one_as_the_company_does() {
    let scene = scene();
    let app = app_of(&scene);
    let mut ada = scene.provider.browser();
    let both = json!([{ "id": "o-acme", "name": "Acme", "role": "owner" }, { "id": "17", "name": "Board" }]);
    signs_in(&scene, &mut ada, &both);
    for (own, name) in offered(&asked(&scene, &mut ada, &app))
        .iter()
        .zip(["o-acme", "17"])
    {
        allowed(&scene, &mut ada, &app, &own.0);
        let show = [
            "grant",
            "show",
            "u-1815",
            &app.client_id,
            "--organization",
            name,
        ];
        assert_eq!(scene.cli(&show)["organization"], name);
        // By our own number too, which pages have.
        let ours = format!("local:{}", own.0);
        for named in [own.0.as_str(), &ours] {
            let show = [
                "grant",
                "show",
                "u-1815",
                &app.client_id,
                "--organization",
                named,
            ];
            assert_eq!(scene.cli(&show)["organization"], name);
        }
    }
    let listed = scene.cli(&["grant", "list", "u-1815"]).to_string();
    assert!(
        listed.contains("\"o-acme\"") && listed.contains("\"17\""),
        "{listed}"
    );
    let shown = scene.cli(&["user", "show", "u-1815"]).to_string();
    assert!(shown.contains("\"o-acme\""), "{shown}");
    let end = [
        "grant",
        "end-all",
        &app.client_id,
        "--organization",
        "o-acme",
        "--yes",
    ];
    assert_eq!(scene.cli(&end)["organization"], "o-acme");
    // Whoever left one is told its id alone, as apps are.
    signs_in(
        &scene,
        &mut ada,
        &json!([{ "id": "o-acme", "name": "Acme" }]),
    );
    let page = ada.open("/account/apps").expect(200);
    let text = page.text();
    let mut chips = text.split("class=\"chip\">").skip(1);
    assert!(
        chips.any(|chip| chip
            .split('<')
            .next()
            .is_some_and(|for_it| for_it.contains("17"))),
        "{page}"
    );
}
