//! The ways that every library is led, and what must come of them.

use crate::support::Scene;
use crate::support::assertions::Signer;
use crate::talk::{Library, Talk, order};
use crate::{CALLBACK, SCOPE};
use acceptance::{App, Json, Redirect};
use serde_json::json;

/// What may come with a code flow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras {
    /// The library revokes tokens.
    pub(crate) revokes: bool,
}

/// What a library said when it refused, or was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The library's own type of error.
    pub(crate) kind: String,
    /// The code in it.
    pub(crate) code: String,
}

impl Refusal {
    pub(crate) fn new(kind: &str, code: &str) -> Self {
        Refusal {
            kind: kind.to_owned(),
            code: code.to_owned(),
        }
    }

    /// The refusal that a program tells of.
    pub(crate) fn of(said: &Json) -> Self {
        let text = |name: &str| {
            said["refused"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        Refusal {
            kind: text("type"),
            code: text("code"),
        }
    }
}

/// A confidential app for the code flow.
#[track_caller]
pub(crate) fn confidential(scene: &Scene) -> App {
    scene.confidential(CALLBACK)
}

/// An app without a secret for the code flow.
#[track_caller]
pub(crate) fn public(scene: &Scene) -> App {
    scene.public(CALLBACK)
}

/// An app for the code flow and for itself, with a key in place of a secret, which the program gets.
#[track_caller]
pub(crate) fn keyed(scene: &Scene) -> App {
    let signer = Signer::new("of-the-app");
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    let grants = grants.iter().flat_map(|grant| ["--grant", *grant]);
    let more: Vec<&str> = ["--redirect-uri", CALLBACK]
        .into_iter()
        .chain(grants)
        .collect();
    App {
        client_id: scene.keyed("--jwks", &signer.set().to_string(), &more),
        client_secret: String::new(),
        json: json!({ "key": { "pkcs8": signer.pkcs8(), "kid": "of-the-app" } }),
    }
}

/// A code, tokens that work, a refresh, a revocation where the library has it, and a replay of the code, whose
/// refusal is returned.
#[track_caller]
pub(crate) fn code(
    scene: &Scene,
    library: &Library,
    app: &App,
    auth: &str,
    extras: Extras,
) -> Refusal {
    let mut talk = library.start(scene, &order(scene, app, "code", auth, CALLBACK));
    answer_visit(scene, &mut talk, |back| back.location);
    let said = talk.hear("tokens");
    let tokens = assert_tokens(scene, app, &said, Some(&scene.ann));
    assert_eq!(tokens.len(), 2, "before and after the refresh: {said}");
    assert_ne!(tokens[0], tokens[1], "{said}");
    assert_ne!(
        said["tokens"][0]["refresh_token"],
        said["tokens"][1]["refresh_token"]
    );
    if let Some(info) = said.get("info") {
        assert_eq!(info["user_id"], scene.ann.as_str(), "{said}");
    }
    talk.say(&json!("go on"));
    if extras.revokes {
        talk.hear("revoked");
        assert_dead(scene, &tokens);
        talk.say(&json!("go on"));
    }
    let refusal = Refusal::of(&talk.hear("refused"));
    assert_dead(scene, &tokens);
    talk.end();
    refusal
}

/// Tokens that are bound to a key of the program's (RFC 9449), where nonces are not needed and where they are: from an
/// authorization request that names the key to what they open, before and after a refresh.
#[track_caller]
pub(crate) fn bound(library: &Library) {
    for nonce in ["off", "required"] {
        let setting = format!("[token]\ndpop_nonce = {nonce:?}");
        let scene = Scene::start(crate::setup().with(&setting));
        let app = public(&scene);
        let mut talk = library.start(&scene, &order(&scene, &app, "code", "none", CALLBACK));
        answer_visit(&scene, &mut talk, |back| back.location);
        let said = talk.hear("tokens");
        for (token, info) in [0, 1].map(|at| (&said["tokens"][at], &said["info"][at])) {
            let kind = token["token_type"].as_str().unwrap_or_default();
            assert!(kind.eq_ignore_ascii_case("dpop"), "{said}");
            assert_eq!(info["user_id"], scene.ann.as_str(), "{said}");
            let access = token["access_token"].as_str().unwrap_or_default();
            // Without the key it opens nothing.
            self::info(&scene, access).expect(401);
        }
        talk.say(&json!("go on"));
        talk.hear("done");
        talk.end();
    }
}

/// A callback that is not what it should be: `spoil` gets the true one, and what the library makes of the
/// spoilt one is returned.
#[track_caller]
pub(crate) fn spoilt(
    scene: &Scene,
    library: &Library,
    app: &App,
    auth: &str,
    spoil: impl FnOnce(Redirect) -> String,
) -> Refusal {
    let mut talk = library.start(scene, &order(scene, app, "code", auth, CALLBACK));
    answer_visit(scene, &mut talk, spoil);
    let refusal = Refusal::of(&talk.hear("refused"));
    talk.end();
    refusal
}

/// The callback with another state.
pub(crate) fn wrong_state(back: Redirect) -> String {
    replaced(CALLBACK, &back, "state", "somebody-elses")
}

/// The callback of another provider.
pub(crate) fn wrong_issuer(back: Redirect) -> String {
    replaced(CALLBACK, &back, "iss", "https://evil.example")
}

/// `url` with the parameters of another, one of which has another value.
#[track_caller]
pub(crate) fn replaced(url: &str, of: &Redirect, name: &str, value: &str) -> String {
    assert!(of.param(name).is_some(), "no {name} in {of:?}");
    let changed = of.params.iter().map(|(key, old)| {
        let value = if key == name { value } else { old };
        (key.as_str(), value)
    });
    acceptance::target(url, &changed.collect::<Vec<_>>())
}

/// A person who says no; what the library makes of it is returned.
#[track_caller]
pub(crate) fn denied(scene: &Scene, library: &Library, auth: &str) -> Refusal {
    let app = confidential(scene);
    let mut talk = library.start(scene, &order(scene, &app, "code", auth, CALLBACK));
    let target = visited(scene, &talk.hear("visit"));
    let back = scene.browser().deny(&target);
    talk.say(&json!({ "callback": back.location }));
    let refusal = Refusal::of(&talk.hear("refused"));
    talk.end();
    refusal
}

/// A flow that comes to nothing; what the library makes of it is returned.
#[track_caller]
pub(crate) fn refused(scene: &Scene, library: &Library, app: &App, flow: &str) -> Refusal {
    let mut talk = library.start(scene, &order(scene, app, flow, "", CALLBACK));
    let refusal = Refusal::of(&talk.hear("refused"));
    talk.end();
    refusal
}

/// A token of the app's own, with each way to authenticate.
#[track_caller]
pub(crate) fn client_credentials(scene: &Scene, library: &Library, auths: &[&str]) {
    let (machine, keyed) = (scene.machine(), keyed(scene));
    for auth in auths {
        let app = match *auth {
            "key" => &keyed,
            _ => &machine,
        };
        let order = order(scene, app, "client_credentials", auth, CALLBACK);
        let mut talk = library.start(scene, &order);
        let said = talk.hear("tokens");
        assert_tokens(scene, app, &said, None);
        if let Some(facts) = said.get("introspected") {
            assert_eq!(facts["active"], true, "{said}");
            assert_eq!(facts["client_id"], app.client_id.as_str(), "{said}");
        }
        talk.say(&json!("go on"));
        talk.hear("done");
        talk.end();
    }
}

/// Ann signs in, allows what the program asks for, and the program gets the callback.
#[track_caller]
fn answer_visit(scene: &Scene, talk: &mut Talk, change: impl FnOnce(Redirect) -> String) {
    let target = visited(scene, &talk.hear("visit"));
    assert!(target.contains("code_challenge_method=S256"), "{target}");
    assert!(target.contains("state="), "{target}");
    let back = scene.browser().authorize(&target);
    talk.say(&json!({ "callback": change(back) }));
}

/// Path and query of the authorization request, which is for this provider.
#[track_caller]
pub(crate) fn visited(scene: &Scene, said: &Json) -> String {
    let url = said["visit"].as_str().unwrap_or_default();
    let own = format!("{}/", scene.provider.issuer());
    assert!(url.starts_with(&own), "{said}");
    acceptance::Url::parse(url).expect("a URL").target()
}

/// Checks that all tokens a program got work for this app and, unless they are the app's own, for this person;
/// returns the access tokens.
#[track_caller]
pub(crate) fn assert_tokens(
    scene: &Scene,
    app: &App,
    said: &Json,
    person: Option<&str>,
) -> Vec<String> {
    let all = said["tokens"].as_array().expect("a list of tokens");
    let check = |token: &Json| {
        let access = token["access_token"].as_str().unwrap_or_default();
        assert!(access.starts_with("at_"), "{said}");
        let info = info(scene, access).expect(200).json();
        assert_eq!(info["client_id"], app.client_id.as_str(), "{info}");
        assert_eq!(info["user_id"].as_str(), person, "{info}");
        assert_eq!(
            info["scopes"],
            Json::from(SCOPE.split(' ').collect::<Vec<_>>())
        );
        access.to_owned()
    };
    all.iter().map(check).collect()
}

/// Checks that none of these access tokens works any more.
#[track_caller]
pub(crate) fn assert_dead(scene: &Scene, tokens: &[String]) {
    for token in tokens {
        info(scene, token).expect(401);
    }
}

#[track_caller]
fn info(scene: &Scene, token: &str) -> acceptance::Reply {
    scene
        .api()
        .get_bearer(&scene.endpoint("token_info_endpoint"), token)
}
