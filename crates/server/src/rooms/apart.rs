//! A portal on a host of its own, route by route: what is added to the portal is looked at here by itself.
use super::sites;
use crate::http::render::{self, Asker};
use crate::http::request::{Arrival, ClientAddr, Host, Reader, RequestId, Spoken};
use crate::http::site::Kind;
use crate::ops::clock;
use crate::ops::log::Log;
use crate::state::App;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use config::Config;
use jose::Digest;
use protocol::accounts::handover::{CALLBACK, HandoverCode, HandoverRequest};
use protocol::accounts::people::create;
use protocol::accounts::session::SessionCookie;
use protocol::accounts::sign_in::{SigningIn, start_session};
use protocol::decision::Mint;
use protocol::types::{CodeChallenge, Language, NewPerson, Subject};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use tower::Service;
use wire::TokenText;

const ADDRESS: &str = "ada@example.com";

/// What anybody may read there, and the way in.
const PUBLIC: [&str; 10] = [
    "/",
    // Where a test user comes back to, who has nothing else there.
    "/apps/playground",
    "/sign-in",
    CALLBACK,
    "/sign-out",
    "/developers",
    "/developers.md",
    "/llms.txt",
    "/developers/{*page}",
    "/assets/{name}",
];
/// The pictures of apps and organizations, which people are shown.
const LOGOS: [&str; 2] = ["/apps/{client_id}/logo", "/organizations/{id}/logo"];
/// Where such pictures are uploaded.
const UPLOADS: [&str; 2] = ["/apps/logo", "/organizations/logo"];

fn config(folder: &Path) -> Config {
    let mut config = Config::for_tests();
    "https://id.example".clone_into(&mut config.issuer);
    "https://dev.example".clone_into(&mut config.portal_base);
    config.portal.path = Some("/my/apps".to_owned());
    config.storage = config::Storage::Sqlite(folder.join("v.db"));
    config.keys = folder.join("v.keys");
    config
}

/// A server with one person; what they hold at the issuer and at the portal.
struct Place {
    app: App,
    issuer: Router,
    portal: Router,
    /// What is at the portal: pages, and forms.
    pages: Vec<String>,
    forms: Vec<String>,
    issuers: String,
    portals: String,
}

async fn place(folder: &Path) -> Place {
    let config = config(folder);
    let log = Log::start(&config.log);
    let (site, portal) = sites(&config);
    let portal = portal.unwrap();
    let app = Arc::new(crate::serve::open(config, log).await.unwrap());
    let now = clock::now();
    let person = NewPerson {
        external_id: None,
        subject: Some(Subject(app.mint.locator().0)),
        email: ADDRESS.to_owned(),
        verified_at: Some(now),
        name: "Ada".to_owned(),
        admin: true,
        password: "a hash".to_owned(),
        test_app: None,
    };
    app.settle_one(create(person), now).await.unwrap();
    let person = app.store.person_by_email(ADDRESS).await.unwrap().unwrap();
    let browser = SigningIn {
        proof: protocol::accounts::second_factor::Proof::Password,
        user_agent: "",
        device: "",
        secrets: ("browser", &app.key),
        session: None,
    };
    let (issuers, started) = start_session(&person, &browser, false, app.policy(), now, &app.mint);
    app.settle_one(started, now).await.unwrap();
    let portals = portals(&app, &issuers).await;
    let of = |kind: Kind| {
        let own = portal.mounted().iter().filter(|(other, _)| *other == kind);
        own.map(|(_, path)| path.clone()).collect()
    };
    Place {
        issuers: issuers.as_str().to_owned(),
        portals: portals.as_str().to_owned(),
        pages: of(Kind::Page),
        forms: of(Kind::Form),
        issuer: site.into_router().with_state(app.clone()),
        portal: portal.into_router().with_state(app.clone()),
        app,
    }
}

/// What the portal's host gives whoever has this cookie at the issuer.
async fn portals(app: &App, issuers: &TokenText) -> TokenText {
    let id = SessionCookie::parse(issuers.as_str()).unwrap().locator();
    let facts = app.store.session(id).await.unwrap().unwrap();
    let (verifier, now) = ("v".repeat(43), clock::now());
    let challenge = Digest::of(verifier.as_bytes()).base64url();
    let request = HandoverRequest {
        state: String::new(),
        challenge: CodeChallenge::parse(&challenge).unwrap(),
        anew: false,
    };
    let (code, offered) = request.code(&facts.session, now, &app.mint);
    app.settle_one(offered, now).await.unwrap();
    let code = HandoverCode::parse(code.as_str()).unwrap();
    let found = app.store.portal_session(code.locator()).await.unwrap();
    let decision = code.redeem(found.as_ref(), &verifier, None, &app.context());
    app.settle(decision, now).await.unwrap().unwrap().unwrap()
}

impl Place {
    /// An answer of one host to whoever sends this cookie.
    async fn asked(&self, host: Host, method: &str, path: &str, cookie: &str) -> Response<Body> {
        let path = path.replace("{*page}", "overview").replace(['{', '}'], "");
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        let form = match UPLOADS.contains(&&*path) {
            true => "multipart/form-data; boundary=x",
            false => "application/x-www-form-urlencoded",
        };
        if UPLOADS.contains(&&*path) {
            *request.body_mut() = Body::from("--x--\r\n");
        }
        let form = form.parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        let cookie = cookie.parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookie);
        request.extensions_mut().insert(Arrival {
            id: RequestId::next(),
            address: ClientAddr(IpAddr::from([127, 0, 0, 1])),
            spoken: Spoken::default(),
            host,
        });
        let mut router = match host {
            Host::Issuer => self.issuer.clone(),
            Host::Portal => self.portal.clone(),
        };
        let response = router.call(request).await.unwrap();
        let asker = Asker {
            reader: Reader {
                id: RequestId::next(),
                language: Language::English,
            },
            wants_page: true,
            visits: true,
        };
        render::written(&self.app, response, &Method::GET, asker)
    }
}

fn location(response: &Response<Body>) -> &str {
    let location = response.headers().get(header::LOCATION);
    location.map_or("", |to| to.to_str().unwrap())
}

/// The issuer's cookie is nobody's there, under its own name and under the portal's.
#[tokio::test]
async fn every_route_of_the_portal_leads_to_sign_in_without_a_session_there() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path()).await;
    let cookies = [
        String::new(),
        format!("__Host-valetkey={}", place.issuers),
        format!("__Host-valetkey-portal={}", place.issuers),
        format!("__Host-valetkey={}", place.portals),
    ];
    let pages = place.pages.iter();
    let pages =
        pages.filter(|page| !PUBLIC.contains(&page.as_str()) && !LOGOS.contains(&page.as_str()));
    let (mut looked, mut sent) = (0, 0);
    for page in pages {
        for cookie in &cookies {
            let answer = place.asked(Host::Portal, "GET", page, cookie).await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{page}");
            let to = location(&answer);
            assert!(to.starts_with("/sign-in?"), "{page}: {to}");
            looked += 1;
        }
    }
    for form in &place.forms {
        for cookie in &cookies {
            let answer = place.asked(Host::Portal, "POST", form, cookie).await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{form}");
            let to = location(&answer);
            assert!(to.starts_with("/sign-in?"), "{form}: {to}");
            sent += 1;
        }
    }
    assert!(looked > 40 && sent > 100, "{looked} {sent}");
    let own = format!("__Host-valetkey-portal={}", place.portals);
    let apps = place.asked(Host::Portal, "GET", "/apps", &own).await;
    assert_eq!(apps.status(), StatusCode::OK, "who is signed in sees them");
}

#[tokio::test]
async fn the_issuers_host_leads_to_the_portal_and_takes_none_of_its_forms() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path()).await;
    let cookie = format!("__Host-valetkey={}", place.issuers);
    let shared = [
        "/",
        "/sign-in",
        "/sign-out",
        "/assets/{name}",
        "/llms.txt",
        LOGOS[0],
        LOGOS[1],
    ];
    let pages = place.pages.iter();
    for page in pages.filter(|page| !shared.contains(&page.as_str())) {
        let answer = place.asked(Host::Issuer, "GET", page, &cookie).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{page}");
        let to = location(&answer);
        assert!(to.starts_with("https://dev.example/"), "{page}: {to}");
    }
    for form in &place.forms {
        let answer = place.asked(Host::Issuer, "POST", form, &cookie).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{form}");
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            page.contains("href=\"https://dev.example"),
            "{form}: {page}"
        );
    }
}

/// Neither an endpoint nor a page of the issuer's is on the portal's host, whoever asks.
#[tokio::test]
async fn nothing_of_the_issuers_is_on_the_portals_host() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path()).await;
    let cookie = format!(
        "__Host-valetkey={}; __Host-valetkey-portal={}",
        place.issuers, place.portals
    );
    let (issuer, portal) = sites(&place.app.config);
    let portal = portal.unwrap();
    let theirs: BTreeSet<&str> = portal.served().collect();
    let own = issuer.served().filter(|path| !theirs.contains(path));
    let mut looked = 0;
    for path in own {
        for method in ["GET", "POST"] {
            let answer = place.asked(Host::Portal, method, path, &cookie).await;
            // `/apps/{client_id}` and its kind take in what is not theirs, and have nothing there.
            let status = answer.status();
            assert!(status.is_client_error(), "{method} {path}: {status}");
        }
        looked += 1;
    }
    assert!(looked > 30, "{looked}");
    let sign_in = place.asked(Host::Portal, "POST", "/sign-in", &cookie).await;
    assert_eq!(sign_in.status(), StatusCode::METHOD_NOT_ALLOWED);
    let signed_in = format!("__Host-valetkey={}", place.portals);
    let account = place
        .asked(Host::Issuer, "GET", "/account", &signed_in)
        .await;
    assert_eq!(
        location(&account),
        "/sign-in",
        "the portal's cookie is none"
    );
}
