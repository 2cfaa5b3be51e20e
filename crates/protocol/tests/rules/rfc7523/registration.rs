//! How apps come to their keys (RFC 7591 §2).
use super::signed::{KEY, keys_of};
use jose::Algorithm;
use protocol::apps::{AppUpdate, Editor, secrets, update};
use protocol::decision::Decision;
use protocol::events::Event;
use protocol::register::{Field, NewAuthentication, rotate_secret};
use protocol::testing::{Counter, NOW, Verdict};
use protocol::types::{Client, ClientKind, KeySource};
use protocol::{Policy, Transition};

fn by(change: impl FnOnce(&mut NewAuthentication)) -> NewAuthentication {
    let mut new = NewAuthentication::default();
    change(&mut new);
    new
}

fn changed(
    client: &Client,
    authentication: NewAuthentication,
    editor: Editor,
) -> Result<(Client, Option<Transition>), Field> {
    let asked = AppUpdate {
        authentication,
        ..AppUpdate::default()
    };
    match update(client, asked, editor, &Policy::for_tests()) {
        Decision::Granted { transition, reply } => Ok((reply, transition)),
        Decision::Refused { error, .. } => Err(error.first().field),
    }
}

fn set() -> NewAuthentication {
    by(|new| new.jwks = Some(KEY.public().json()))
}

#[test]
fn an_app_gets_keys_and_has_no_secret_any_more() {
    let (after, change) = changed(&Client::for_tests(), set(), Editor::Owner).expect("keys");
    let keys = after.keys.as_ref().expect("keys");
    assert_eq!(keys.source, KeySource::Set(keys_of(&KEY)));
    assert_eq!(keys.allowed(), Algorithm::ALL);
    assert!(after.secrets.is_empty());
    assert_eq!(after.auth_method().as_str(), "private_key_jwt");
    let event = change.and_then(|change| change.event()).expect("an event");
    assert_eq!(event.event, Event::AppKeysChanged);
    let mint = Counter::starting_at(NOW);
    let add = secrets::add(&after, secrets::NewSecret::default(), NOW, &mint);
    assert_eq!(add.error(), secrets::SecretError::Keys);
    assert_eq!(
        rotate_secret(&after, NOW, &mint).error().field,
        Field::Secret
    );
    // The same again is no change, and back it has a secret once one is added.
    assert!(
        changed(&after, set(), Editor::Owner)
            .expect("the same")
            .1
            .is_none()
    );
    let secret = by(|new| new.method = Some("client_secret_post".to_owned()));
    let (back, _) = changed(&after, secret, Editor::Operator).expect("a secret");
    assert!(back.keys.is_none() && back.secrets.is_empty());
    let add = secrets::add(&back, secrets::NewSecret::default(), NOW, &mint);
    assert!(add.change().is_some());
}

#[test]
fn keys_are_at_one_place() {
    let sentence = "The \"jwks_uri\" and \"jwks\" parameters MUST NOT both be present in the same request or response.";
    let both = by(|new| {
        new.jwks = Some(KEY.public().json());
        new.jwks_uri = Some("https://app.example/jwks.json".to_owned());
    });
    let refused = changed(&Client::for_tests(), both, Editor::Owner);
    assert_eq!(refused.expect_err("both"), Field::Jwks, "{sentence}");
    let uri = by(|new| new.jwks_uri = Some("https://app.example/jwks.json".to_owned()));
    let (after, _) = changed(&Client::for_tests(), uri, Editor::Owner).expect("a URL");
    let keys = after.keys.as_ref().expect("keys");
    assert_eq!(keys.uri(), Some("https://app.example/jwks.json"));
    // The algorithms alone change, and the keys stay.
    let only = by(|new| new.algorithms = Some(vec!["ES256".to_owned(), "ES256".to_owned()]));
    let (after, _) = changed(&after, only, Editor::Owner).expect("algorithms");
    assert_eq!(
        after.keys.as_ref().expect("keys").allowed(),
        [Algorithm::Es256]
    );
    let (after, _) = changed(&after, set(), Editor::Owner).expect("a set in place of it");
    assert!(after.keys.as_ref().expect("keys").uri().is_none());
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    let text = |text: &str| Some(text.to_owned());
    let rows: [(NewAuthentication, Field); 12] = [
        (by(|new| new.method = text("private_key_jwt")), Field::Jwks),
        (
            by(|new| new.method = text("client_secret_jwt")),
            Field::AuthMethod,
        ),
        (
            by(|new| new.method = text("tls_client_auth")),
            Field::AuthMethod,
        ),
        (by(|new| new.method = text("none")), Field::AuthMethod),
        (
            by(|new| {
                new.method = text("client_secret_basic");
                new.jwks = Some(KEY.public().json());
            }),
            Field::AuthMethod,
        ),
        (
            by(|new| new.algorithms = Some(vec!["ES256".to_owned()])),
            Field::AuthMethod,
        ),
        (
            by(|new| {
                new.jwks = Some(KEY.public().json());
                new.algorithms = Some(vec!["HS256".to_owned()]);
            }),
            Field::AuthAlgorithm,
        ),
        (by(|new| new.jwks = text("no keys")), Field::Jwks),
        (by(|new| new.jwks = text(r#"{"keys":[]}"#)), Field::Jwks),
        (
            by(|new| new.jwks_uri = text("http://app.example/jwks.json")),
            Field::JwksUri,
        ),
        (
            by(|new| new.jwks_uri = text("javascript:alert(1)")),
            Field::JwksUri,
        ),
        (
            by(|new| new.jwks_uri = text("https://a:b@app.example/")),
            Field::JwksUri,
        ),
    ];
    for (new, field) in rows {
        let told = changed(&Client::for_tests(), new.clone(), Editor::Owner);
        assert_eq!(told.expect_err("it is refused"), field, "{new:?}");
    }
    let public = Client {
        kind: ClientKind::Public,
        secrets: Vec::new(),
        ..Client::for_tests()
    };
    assert_eq!(
        changed(&public, set(), Editor::Owner).expect_err("public"),
        Field::AuthMethod
    );
    let own = changed(&Client::for_tests(), set(), Editor::App);
    assert_eq!(own.expect_err("by itself"), Field::AuthMethod);
}

#[test]
fn empty_fields_say_nothing() {
    let empty = by(|new| {
        new.method = Some(" ".to_owned());
        new.jwks = Some(String::new());
        new.jwks_uri = Some(String::new());
    });
    let (after, change) = changed(&Client::for_tests(), empty, Editor::Owner).expect("nothing");
    assert!(after.keys.is_none() && change.is_none());
}
