//! The link builder, and programs with an app's own values.
use crate::http::cookies::random;
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::oauth::endpoints::endpoints;
use crate::portal::desk::{Desk, trail};
use crate::portal::offer::offer;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jose::Digest;
use pages::Text;
use pages::developers::{OwnApp, programs};
use pages::portal::{BuiltLink, MAX_SCOPES, TryPage, TryScope};
use protocol::Params;
use protocol::policy::ScopeEntry;
use protocol::types::{Client, ClientKind, GrantType, Language, RedirectUri, Role, Side};

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(client_id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let managed = desk.app(&app, &client_id, Role::Viewer).await?;
    let client = managed.client();
    let language = desk.browser.language;
    let scopes = scopes(&app, client, &params, language);
    let ticked: Vec<&str> = scopes
        .iter()
        .filter(|scope| scope.ticked)
        .map(|scope| scope.name.as_str())
        .collect();
    let own = OwnApp {
        client_id: client.id.clone(),
        redirect_uri: redirect_uri(client, params.get("redirect")),
        scope: ticked.join(" "),
        keeps_secret: client.kind == ClientKind::Confidential,
        grants: client.grants.clone(),
    };
    let uris = client.redirect_uris.iter().map(RedirectUri::as_str);
    let chosen = own.redirect_uri.clone();
    let page = TryPage {
        frame: desk.browser.front_frame(&app),
        trail: trail(&app),
        client_id: client.id.clone(),
        name: client.name.clone(),
        side: client.side,
        keeps_secret: own.keeps_secret,
        redirect_uris: uris
            .map(|uri| (uri.to_owned(), Some(uri) == chosen.as_deref()))
            .collect(),
        scopes,
        link: link(&app, &own),
        programs: programs(&offer(&app.config), &own),
        playground: playground(&app, client).await?,
    };
    Ok(reply::page(StatusCode::OK, &page, None))
}

/// The live app whose playground an app of a pair has.
async fn playground(app: &App, client: &Client) -> Result<Option<String>, PageError> {
    Ok(match (client.side, client.live_of) {
        (Side::Live, _) if !app.policy().test_mode => None,
        (Side::Live, _) => Some(client.id.clone()),
        (Side::Test, Some(live)) => {
            let live = app.store.client_by_no(live).await?;
            live.map(|live| live.id.clone())
        }
        (Side::Test, None) => None,
    })
}

/// What an app may ask for; at first, what it gets when it names nothing is ticked, or else the first.
pub(super) fn scopes(
    app: &App,
    client: &Client,
    params: &Params,
    language: Language,
) -> Vec<TryScope> {
    let may_ask = |entry: &&ScopeEntry| {
        let registered = client
            .scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(&entry.name));
        registered && (!entry.restricted || client.approved.contains(&entry.name))
    };
    let all: Vec<&ScopeEntry> = app
        .policy()
        .scopes
        .iter()
        .filter(may_ask)
        .take(MAX_SCOPES)
        .collect();
    let has_default = all.iter().any(|entry| entry.default);
    let is_first = params.get("built").is_none();
    let asked: Vec<&str> = (1..=MAX_SCOPES)
        .filter_map(|number| params.get(&format!("scope-{number}")))
        .collect();
    let ticked = |at: usize, entry: &ScopeEntry| match is_first {
        true => entry.default || (!has_default && at == 0),
        false => asked.contains(&entry.name.as_str()),
    };
    let scope = |(at, entry): (usize, &&ScopeEntry)| TryScope {
        name: entry.name.clone(),
        sentence: Text::of_others(entry.sentence.in_language(language)),
        foreign: entry.sentence.foreign_to(language),
        ticked: ticked(at, entry),
    };
    all.iter().enumerate().map(scope).collect()
}

/// The redirect URI that was chosen, if it is the app's; else its first.
fn redirect_uri(client: &Client, chosen: Option<&str>) -> Option<String> {
    let mut uris = client.redirect_uris.iter().map(RedirectUri::as_str);
    let first = client.redirect_uris.first().map(RedirectUri::as_str);
    let found = uris.find(|uri| Some(*uri) == chosen).or(first);
    found.map(str::to_owned)
}

/// A link for one person, with a state and a verifier of its own.
fn link(app: &App, own: &OwnApp) -> Option<BuiltLink> {
    let redirect_uri = own.redirect_uri.as_deref()?;
    let url = endpoints(&app.config).authorization?;
    if !own.grants.contains(&GrantType::AuthorizationCode) {
        return None;
    }
    // A verifier has 43 characters at least (RFC 7636 §4.1).
    let (state, verifier) = (random(), format!("{}{}", random(), random()));
    let challenge = Digest::of(verifier.as_bytes()).base64url();
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", &own.client_id),
        ("redirect_uri", redirect_uri),
    ];
    if !own.scope.is_empty() {
        pairs.push(("scope", &own.scope));
    }
    pairs.extend([
        ("state", &*state),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ]);
    let query = Params::from_pairs(pairs).to_form();
    Some(BuiltLink {
        url: format!("{url}?{query}"),
        state,
        verifier,
    })
}
