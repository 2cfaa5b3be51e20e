//! What an app's requests were told, as its developers read it: what is in it, what never is, and for whom.

use super::input::{HOSTILE, inert};
use super::{ACCEPT, APPS, BACK, Developer, EVE, OFFER, OPEN, href, open, says};
use crate::support::{Scene, assert_page, form_to};
use acceptance::{App, Json, Pkce, Reply, Request, encode, target, unescape};

/// A piece of text that every secret of these tests has in it.
const MARK: &str = "sEcReTmArK";

fn log_href(app: &App) -> String {
    format!("{}/log", href(app))
}

#[track_caller]
fn request_id(reply: &Reply) -> String {
    reply.header("x-request-id").expect("an id").to_owned()
}

/// The page of one request.
#[track_caller]
fn entry(ann: &mut Developer, app: &App, id: &str) -> Reply {
    let target = format!("{}?request={id}", log_href(app));
    ann.browser.get(&target).expect(200)
}

/// What the operator sees of it.
#[track_caller]
fn shown(scene: &Scene, app: &App, id: &str) -> Json {
    scene.cli(&["app", "log", &app.client_id, "--request-id", id])
}

/// The ids in the list at `query`.
#[track_caller]
fn listed(ann: &mut Developer, app: &App, query: &str) -> Vec<String> {
    let page = ann.browser.get(&format!("{}{query}", log_href(app)));
    let text = page.expect(200).text();
    let start = format!("href=\"{}?request=", log_href(app));
    let links = text.split(&start).skip(1);
    let ids = links.filter_map(|link| link.split('"').next());
    ids.map(str::to_owned).collect()
}

/// A request to the token endpoint with the app's secret.
#[track_caller]
fn asked(scene: &Scene, app: &App, fields: &[(&str, &str)]) -> Reply {
    scene.api().post_form_as(&scene.token(), app, fields)
}

/// A request that is refused, and what is on its page: endpoint, status, cause, and what to do.
type Told = (Reply, [&'static str; 4]);

const CODE: (&str, &str) = ("grant_type", "authorization_code");

/// The app with a secret that is none of its own.
fn with_wrong_secret(app: &App) -> App {
    App {
        client_secret: "not-it".to_owned(),
        ..app.clone()
    }
}

/// Links that are refused: on a page, and to the app.
#[track_caller]
fn links(scene: &Scene, app: &App) -> Vec<Told> {
    let question = |pairs: &[(&str, &str)]| scene.api().get(&scene.question(app, pairs));
    let pkce = Pkce::random();
    let asks = [
        ("redirect_uri", BACK),
        ("code_challenge", &*pkce.challenge),
        ("code_challenge_method", "S256"),
        ("scope", "no:such"),
    ];
    let page = [
        "authorize",
        "400",
        "redirect_uri is not one",
        "Copy it letter by letter",
    ];
    let redirect = [
        "authorize",
        "303",
        "scope holds a name that is no scope",
        "Copy the names",
    ];
    vec![
        (question(&[("redirect_uri", "https://evil.example/")]), page),
        (question(&asks), redirect),
    ]
}

/// What the endpoints for programs refuse.
#[track_caller]
fn requests(scene: &Scene, app: &App) -> Vec<Told> {
    let wrong = with_wrong_secret(app);
    let revoke = scene.endpoint("revocation_endpoint");
    let introspect = scene.endpoint("introspection_endpoint");
    let api = scene.api();
    let secret = "the secret is none of the app's";
    let table: [(Reply, [&str; 4]); 6] = [
        (
            asked(scene, app, &[CODE, ("code", "nonsense")]),
            ["token", "400", "is not on record", "Send it whole"],
        ),
        (
            asked(scene, app, &[("grant_type", "password")]),
            ["token", "400", "is not offered", "Use one of the grants"],
        ),
        (
            asked(scene, app, &[CODE]),
            ["token", "400", "code is missing", "Send it in the body"],
        ),
        (
            asked(scene, &wrong, &[CODE, ("code", "x")]),
            ["token", "401", secret, "Look for blanks"],
        ),
        (
            api.post_form_as(&revoke, app, &[]),
            ["revoke", "400", "token is missing", "Send it in the body"],
        ),
        (
            api.post_form_as(&introspect, &wrong, &[("token", "x")]),
            ["introspect", "401", secret, "Look for blanks"],
        ),
    ];
    table.into()
}

#[test]
fn every_refusal_is_found_by_its_id_with_cause_and_mend() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let mut all = links(&scene, &app);
    all.extend(requests(&scene, &app));
    for (reply, [endpoint, status, cause, mend]) in &all {
        assert_eq!(reply.status.to_string(), *status, "{reply}");
        let id = request_id(reply);
        let page = entry(&mut ann, &app, &id);
        for part in [status, cause, mend, &&*id] {
            says(&page, part);
        }
        let told = shown(&scene, &app, &id);
        assert_eq!(told["endpoint"], *endpoint);
        assert_eq!(told["status"].to_string(), *status);
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        assert!(text("cause").contains(cause), "{told}");
        assert!(text("fix").contains(mend), "{told}");
        // What an answer names itself is what the page has.
        if let Some(id_in_body) = reply.text().split("\"request_id\":\"").nth(1) {
            assert!(id_in_body.starts_with(&id), "{reply}");
        }
    }
    let newest_first: Vec<String> = all
        .iter()
        .rev()
        .map(|(reply, _)| request_id(reply))
        .collect();
    assert_eq!(listed(&mut ann, &app, ""), newest_first);
    let counts = scene.cli(&["app", "log", &app.client_id])["counts"].clone();
    assert_eq!(counts[1]["endpoint"], "introspect");
    assert_eq!(counts[3]["refused"], 4, "{counts}");
}

#[test]
fn a_list_is_narrowed_and_goes_on_at_the_next_page() {
    let scene = open(&format!("{OPEN}\n[test]\nmode = true"));
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[("client-credentials", "on")]);
    let granted = request_id(&scene.revoke(&app, "at_unknown").expect(200));
    let refused: Vec<String> = (0..60)
        .map(|_| request_id(&scene.refresh(&app, "rt_unknown")))
        .collect();
    let unsupported = request_id(&asked(&scene, &app, &[("grant_type", "password")]));
    let first = listed(&mut ann, &app, "");
    assert_eq!((first.len(), &first[0]), (50, &unsupported));
    assert_eq!(first[1], refused[59]);
    let page = ann.browser.get(&log_href(&app));
    let text = page.text();
    let next = text
        .split("class=\"older\"><a href=\"")
        .nth(1)
        .expect("a link");
    let next = unescape(next.split('"').next().expect("its end"));
    let query = next.strip_prefix(&log_href(&app)).expect("of the log");
    let second = listed(&mut ann, &app, query);
    assert_eq!((second.len(), second.last()), (12, Some(&granted)));
    for (query, ids) in [
        ("?error=unsupported_grant_type", vec![&unsupported]),
        ("?endpoint=revoke", vec![&granted]),
        ("?status=200", vec![&granted]),
        ("?status=200&mode=live", vec![&granted]),
        ("?status=refused&endpoint=revoke", vec![]),
        ("?mode=test", vec![]),
        ("?endpoint=device", vec![]),
    ] {
        let found = listed(&mut ann, &app, query);
        assert_eq!(found.iter().collect::<Vec<_>>(), ids, "{query}");
    }
    let only = scene.cli(&["app", "log", &app.client_id, "--errors", "--limit", "61"]);
    assert_eq!(only["requests"].as_array().map(Vec::len), Some(61));
    assert_eq!(only["next"], Json::Null);
    for nonsense in [
        "?endpoint=x&status=y&mode=z&before=w",
        "?status=99999&before=-1",
    ] {
        ann.browser
            .get(&format!("{}{nonsense}", log_href(&app)))
            .expect(200);
    }
}

#[test]
fn the_log_of_an_app_is_its_owners_alone() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let (hers, own) = (ann.register(&[]), eve.register(&[("name", "Night Owl")]));
    let id = request_id(&scene.refresh(&hers, "rt_x"));
    entry(&mut ann, &hers, &id);
    for target in [
        log_href(&hers),
        format!("{}?request={id}", log_href(&hers)),
        format!("{}?status=refused", log_href(&hers)),
        "/apps/nobody/log".to_owned(),
    ] {
        assert_page(&eve.browser.get(&target), 404);
    }
    // By the log of her own app she finds nothing either, and no more than an id that is none.
    for id in [&*id, "0123456789abcdef", "x", HOSTILE] {
        let target = format!("{}?request={}", log_href(&own), encode(id));
        let page = eve.browser.get(&target);
        assert_page(&page, 404);
        says(&page, "No request of this app with this ID is on record.");
        inert(&page);
    }
    let told = scene
        .provider
        .cli(&["app", "log", &own.client_id, "--request-id", &id]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let mut browser = scene.provider.browser();
    assert_eq!(browser.get(&log_href(&hers)).status, 303, "signed out");
}

#[test]
fn nothing_that_a_request_brings_is_kept_but_its_app() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let api = scene.api();
    let wrong = App {
        client_secret: format!("{MARK}{HOSTILE}"),
        ..app.clone()
    };
    let text = format!("{MARK}{HOSTILE}");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &*text),
        ("redirect_uri", &text),
        ("code_verifier", &text),
        ("scope", &text),
        ("state", &text),
        (&*text, &text),
    ];
    asked(&scene, &app, &pairs);
    asked(&scene, &wrong, &pairs);
    asked(&scene, &app, &[("grant_type", &text)]);
    asked(
        &scene,
        &app,
        &[("grant_type", "refresh_token"), ("refresh_token", &text)],
    );
    asked(&scene, &app, &[(&*text, "1"), (&text, "2")]);
    scene.revoke(&app, &text);
    api.get(&scene.question(&app, &[("redirect_uri", &text)]));
    api.get(&scene.question(
        &app,
        &[("redirect_uri", BACK), ("scope", &text), ("state", &text)],
    ));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "rt_x")];
    let request = Request::post(&scene.token())
        .basic(&app.client_id, &app.client_secret)
        .form(&fields)
        .header("user-agent", MARK)
        .header("referer", MARK)
        .header("x-forwarded-for", "198.51.100.77");
    let last = request_id(&api.send(&request));
    let page = ann.browser.get(&log_href(&app)).expect(200);
    inert(&page);
    inert(&entry(&mut ann, &app, &last));
    let told = scene.cli(&["app", "log", &app.client_id]).to_string();
    for kept in [page.text(), told] {
        for never in [MARK, "198.51.100.77", "<script", &*app.client_secret] {
            assert!(!kept.contains(never), "{never}: {kept}");
        }
    }
}

#[test]
fn the_address_is_that_of_the_apps_server_and_of_nobody_else() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let confidential = ann.register(&[]);
    let public = ann.register(&[("kind", "public"), ("name", "Pocket Board")]);
    let wrong = with_wrong_secret(&confidential);
    let by_link = scene.question(&confidential, &[("redirect_uri", "https://evil.example/")]);
    let server = "127.0.0.1";
    for (app, reply, address) in [
        (
            &confidential,
            scene.refresh(&confidential, "rt_x"),
            Some(server),
        ),
        (&confidential, scene.refresh(&wrong, "rt_x"), None),
        (&confidential, scene.api().get(&by_link), None),
        (&public, scene.refresh(&public, "rt_x"), None),
    ] {
        let id = request_id(&reply);
        let page = entry(&mut ann, app, &id);
        assert_eq!(page.text().contains(server), address.is_some(), "{page}");
        assert_eq!(shown(&scene, app, &id)["address"].as_str(), address);
    }
}

#[test]
fn a_new_owner_is_not_told_where_the_former_ones_servers_are() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    let refused = request_id(&scene.refresh(&app, "rt_x"));
    let granted = request_id(&scene.revoke(&app, "at_unknown"));
    assert_eq!(listed(&mut ann, &app, "").len(), 2);
    ann.act(&app, OFFER, &[("transfer-email", EVE)]).expect(303);
    let accept = form_to(&eve.browser.open(APPS), ACCEPT);
    eve.browser.submit(&accept, &[]).expect(303);
    assert_page(&ann.browser.get(&log_href(&app)), 404);
    assert_eq!(listed(&mut eve, &app, ""), std::slice::from_ref(&refused));
    let page = entry(&mut eve, &app, &refused);
    assert!(!page.text().contains("127.0.0.1"), "{page}");
    let target = format!("{}?request={granted}", log_href(&app));
    assert_page(&eve.browser.get(&target), 404);
}

#[test]
fn mixed_modes_are_named_as_what_they_are() {
    let scene = open(&format!("{OPEN}\n[test]\nmode = true"));
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[("side", "live")]);
    let test = ann.register(&[("side", "test"), ("name", "Trial Board")]);
    let mixed = |id: &App, secret: &App| App {
        client_secret: secret.client_secret.clone(),
        ..id.clone()
    };
    for (app, other) in [(&live, &test), (&test, &live)] {
        let reply = scene.refresh(&mixed(app, other), "rt_x");
        assert_eq!(reply.member("error"), "invalid_client");
        let page = entry(&mut ann, app, &request_id(&reply));
        says(&page, "the secret is of the other mode");
        says(&page, "Test and live were mixed");
        says(
            &page,
            "Keep the client_id and the secret of each mode together",
        );
        // The answer itself tells no more than of any wrong secret.
        assert!(!reply.text().contains("mode"), "{reply}");
    }
}

#[test]
fn the_error_page_leads_its_developer_to_the_checker_and_the_log() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[]);
    for sent in [
        "https://board.example/callback/",
        "https://board.example/cb?a=b&c=d#e%20f\"'><script>alert(1)</script>",
    ] {
        let page = scene
            .api()
            .get(&scene.question(&app, &[("redirect_uri", sent)]));
        assert_page(&page, 400);
        inert(&page);
        let text = page.text();
        let links: Vec<String> = text
            .split("<a href=\"")
            .skip(1)
            .filter_map(|link| link.split('"').next())
            .map(unescape)
            .filter(|link| link.starts_with("/apps/"))
            .collect();
        let [check, log] = &links[..] else {
            panic!("{links:?}: {page}");
        };
        assert_eq!(
            *log,
            format!("{}?request={}", log_href(&app), request_id(&page))
        );
        let check = check.strip_suffix("#check-title").expect("the checker");
        let checker = ann.browser.get(check).expect(200);
        inert(&checker);
        says(&checker, sent);
        says(&ann.browser.get(log).expect(200), "redirect_uri is not");
        for other in [check, log] {
            assert_page(&eve.browser.get(other), 404);
        }
    }
    // What is no address is not carried on: a sentence could be read as ours.
    let page = scene
        .api()
        .get(&scene.question(&app, &[("redirect_uri", HOSTILE)]));
    inert(&page);
    let text = page.text();
    assert!(
        !text.contains("?check=") && text.contains("/log?request="),
        "{page}"
    );
    // Of an app that is not there, nothing leads anywhere.
    let endpoint = scene.endpoint("authorization_endpoint");
    let nobody = target(
        &endpoint,
        &[("client_id", "nobody"), ("redirect_uri", BACK)],
    );
    let page = scene.api().get(&nobody);
    assert!(!page.text().contains("/apps/"), "{page}");
}

#[test]
fn what_was_noted_is_written_when_the_server_stops() {
    let mut scene = open(OPEN);
    let app = scene.confidential(BACK);
    let id = request_id(&scene.refresh(&app, "rt_x"));
    scene.provider.stop();
    assert_eq!(shown(&scene, &app, &id)["error"], "invalid_grant");
    scene.provider.start();
    let again = request_id(&scene.refresh(&app, "rt_x"));
    scene.provider.stop();
    let all = scene.cli(&["app", "log", &app.client_id]);
    let ids = all["requests"].as_array().expect("a list").iter();
    let ids: Vec<&str> = ids.filter_map(|one| one["request_id"].as_str()).collect();
    assert_eq!(ids, [&*again, &id]);
}

#[test]
fn where_no_log_is_kept_there_is_none() {
    let scene = open(&format!("{OPEN}\n[request_log]\nenabled = false"));
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    scene.refresh(&app, "rt_x");
    assert!(!ann.page(&app).text().contains("/log\""));
    let page = ann.browser.get(&log_href(&app)).expect(200);
    says(&page, "No request log is kept here.");
    let asked = scene.question(&app, &[("redirect_uri", "https://evil.example/")]);
    let error = scene.api().get(&asked);
    assert!(!error.text().contains("/log?"), "{error}");
    let told = scene.cli(&["app", "log", &app.client_id]);
    assert_eq!(told["requests"], Json::Array(Vec::new()));
}
