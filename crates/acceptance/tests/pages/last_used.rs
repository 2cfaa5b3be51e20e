//! When apps were used last, and people who let very many in.
use crate::support::behind::run;
use crate::support::{
    ANN, CALLBACK, PASSWORD, PLAIN, Scene, Tokens, assert_refused, consent_form, form_to,
    outlive_a_second,
};
use acceptance::{App, Browser, Redirect, Setup};

/// Ann and an app that she let in.
fn connected(scene: &Scene) -> (App, Browser, Tokens) {
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let scope = match scene.metadata["userinfo_endpoint"].is_string() {
        true => "openid tasks:read",
        false => "tasks:read",
    };
    let tokens = scene.tokens_of(&mut browser, &app, scope);
    (app, browser, tokens)
}

/// What a server that stopped and started again tells of the last use of an app. All uses are of different seconds.
#[track_caller]
fn last_used(scene: &mut Scene, app: &App) -> String {
    scene.provider.restart();
    outlive_a_second();
    let shown = scene.cli(&["grant", "show", ANN, &app.client_id]);
    let listed = scene.cli(&["grant", "list", ANN]);
    assert_eq!(listed["grants"][0]["last_used_at"], shown["last_used_at"]);
    shown["last_used_at"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn the_last_use_of_a_token_is_told_and_a_refused_one_is_none() {
    let mut scene = Scene::plain("[openid]\nenabled = true");
    let (app, mut browser, tokens) = connected(&scene);
    let shown = scene.cli(&["grant", "show", ANN, &app.client_id]);
    assert!(shown["last_used_at"].is_null(), "not written yet: {shown}");
    let page = format!("/account/apps/{}", app.client_id);
    let unused = browser.open(&page).expect(200);
    assert!(unused.text().contains("Not used yet"), "{unused}");

    let mut uses = vec![last_used(&mut scene, &app)];
    let api = scene.resource_server();
    assert!(scene.is_active(&api, &tokens.access));
    uses.push(last_used(&mut scene, &app));
    let info = scene.endpoint("token_info_endpoint");
    scene.api().get_bearer(&info, &tokens.access).expect(200);
    uses.push(last_used(&mut scene, &app));
    let userinfo = scene.endpoint("userinfo_endpoint");
    scene
        .api()
        .get_bearer(&userinfo, &tokens.access)
        .expect(200);
    uses.push(last_used(&mut scene, &app));
    let renewed = Tokens::of(&scene.refresh(&app, &tokens.refresh));
    uses.push(last_used(&mut scene, &app));
    let mut rising = uses.clone();
    rising.sort();
    rising.dedup();
    assert_eq!(uses, rising, "each is later than the one before");
    let last = uses.pop().unwrap_or_default();
    for path in ["/account/apps", &page] {
        let told = browser.open(path).expect(200);
        let minute = format!("{} {}", &last[..10], &last[11..16]);
        assert!(told.text().contains("Last used"), "{told}");
        assert!(told.text().contains(&minute), "{minute}: {told}");
    }

    // Somebody who has no more than a part of a token uses nothing, nor does who comes after the end.
    let broken = format!("{}A", &renewed.access[..renewed.access.len() - 1]);
    assert!(!scene.is_active(&api, &broken));
    assert!(!scene.is_active(&api, "not a token"));
    for path in [&info, &userinfo] {
        assert_eq!(scene.api().get_bearer(path, &broken).status, 401);
    }
    let form = form_to(&browser.open(&page), "/account/apps/change");
    browser.submit(&form, &[("wish", "pause")]).expect(303);
    assert!(!scene.is_active(&api, &renewed.access));
    assert_refused(&scene.refresh(&app, &renewed.refresh), 400, "access_denied");
    assert_eq!(last_used(&mut scene, &app), last);
    scene.provider.stop();
    let verified = scene.provider.cli(&["db", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
}

#[test]
fn the_owners_of_an_organization_see_when_an_app_was_used_for_it() {
    let on = "[accounts]\nworkspaces = true";
    let mut scene = Scene::start(Setup::toml(PLAIN).with(on));
    let mut ann = scene.provider.browser_of(ANN, PASSWORD);
    ann.sign_in(ANN, PASSWORD);
    let form = form_to(&ann.open("/organizations"), "/organizations/found");
    let founded = ann.submit(&form, &[("name", "Acme")]).expect(303);
    let location = founded.location().unwrap_or_default();
    let (there, _) = location.split_once('?').unwrap_or_default();
    let page = format!("{there}/apps");
    let app = scene.confidential(CALLBACK);
    let form = consent_form(&ann.authorize_until_consent(&scene.question(&app, &[])));
    let acme = there.rsplit('/').next().unwrap_or_default();
    let typed = [("answer", "allow"), ("organization", acme)];
    let back = ann.submit(&form, &typed).expect(303);
    let code = Redirect::parse(back.location().unwrap_or_default()).code();
    scene.redeem(&app, &code, &[]).expect(200);
    let listed = ann.open(&page).expect(200);
    assert!(listed.text().contains("Not used yet"), "{listed}");
    scene.provider.restart();
    let listed = ann.open(&page).expect(200);
    assert!(listed.text().contains("Last used"), "{listed}");
    assert!(listed.text().contains("Connected since"), "{listed}");

    // More apps than a page has, judged by the organization: each is on one page.
    scene.provider.stop();
    run(
        &scene,
        &format!(
            "{} INSERT INTO workspace_apps (organization, client, standing) \
             SELECT {acme}, n + 100000, 'limited' FROM numbers",
            apps(120)
        ),
    );
    scene.provider.start();
    let (mut seen, mut next) = (Vec::new(), page);
    loop {
        let listed = ann.open(&next).expect(200);
        seen.extend(names(&listed.text()));
        match more(&listed.text()) {
            Some(more) => next = more,
            None => break,
        }
    }
    assert_eq!(seen.len(), 121, "{seen:?}");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 121);
}

/// Numbers, and so many apps that are called by them: statements that come before one that uses the numbers.
fn apps(many: usize) -> String {
    let numbers = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {many})"
    );
    format!(
        "{numbers} INSERT INTO clients (no, id, name, homepage, description, owner, kind, redirect_uris, grants, approved, \
         resource_server, status, cutoff, created_at, skeleton) \
         SELECT n + 100000, 'app-' || n, 'Board ' || n, '', '', owner, kind, redirect_uris, grants, approved, \
         resource_server, status, cutoff, created_at, 'board ' || n FROM clients, numbers \
         WHERE clients.no = (SELECT MIN(no) FROM clients); {numbers}"
    )
}

/// The names of the apps on a page.
fn names(page: &str) -> Vec<String> {
    let names = page.split("<strong><bdi>").skip(1);
    let name = |rest: &str| rest.split('<').next().unwrap_or_default().to_owned();
    names.map(name).collect()
}

/// Where the list goes on.
fn more(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<p class=\"older\"><a href=\"")?;
    let (href, _) = rest.split_once('"')?;
    Some(href.replace("&amp;", "&"))
}

#[test]
fn ten_thousand_apps_are_paged_and_found() {
    let mut scene = Scene::plain("");
    let (app, mut browser, _) = connected(&scene);
    scene.provider.stop();
    run(
        &scene,
        &format!(
            "{} INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since) \
             SELECT subject, n + 100000, scope, '', granted_at, since - n / 3 FROM consents, numbers WHERE client < 100000",
            apps(10_000)
        ),
    );
    scene.provider.start();
    let first = browser.open("/account/apps").expect(200);
    assert_eq!(names(&first.text()).len(), 50);
    let mut next = more(&first.text()).expect("there are more");
    let mut seen = names(&first.text()).len();
    for _ in 0..3 {
        let page = browser.open(&next).expect(200);
        seen += names(&page.text()).len();
        next = more(&page.text()).expect("there are more");
    }
    assert_eq!(seen, 200);
    let listed = scene.cli(&["grant", "list", ANN, "--limit", "1000"]);
    assert_eq!(listed["grants"].as_array().map(Vec::len), Some(1_000));
    assert!(listed["next"].is_string(), "{}", listed["next"]);
    // By a part of the name; what is found is paged as well.
    let found = browser.open("/account/apps?name=board+4711").expect(200);
    assert_eq!(names(&found.text()), ["Board 4711"]);
    let found = browser.open("/account/apps?name=OARD+9").expect(200);
    assert_eq!(names(&found.text()).len(), 50);
    let next = more(&found.text()).expect("there are more");
    assert!(next.contains("name=OARD"), "{next}");
    let further = names(&browser.open(&next).expect(200).text());
    assert!(further.iter().all(|name| name.contains("Board 9")));
    // One of them is removed, and no other.
    let page = browser.open("/account/apps/app-4711").expect(200);
    let form = form_to(&page, "/account/apps/change");
    let reply = browser.submit(&form, &[("wish", "end")]);
    browser.follow(reply).expect(200);
    let rows = scene.cli(&["grant", "list", ANN, "--name", "Board 471"]);
    let rows = rows["grants"].as_array().cloned().unwrap_or_default();
    let ended: Vec<_> = rows.iter().filter(|row| row["status"] == "ended").collect();
    assert_eq!((rows.len(), ended.len()), (11, 1));
    assert_eq!(ended[0]["client_id"], "app-4711");
    assert_eq!(
        scene.cli(&["grant", "show", ANN, &app.client_id])["status"],
        "active"
    );
}
