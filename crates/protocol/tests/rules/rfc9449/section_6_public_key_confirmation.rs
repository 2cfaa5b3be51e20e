//! §6 Public Key Confirmation: what is told of the key that a token is bound to.
use super::proofs::{KEY, bound_refresh, by, thumbprint};
use crate::rfc9068::made;
use protocol::Policy;
use protocol::facts::AccessFacts;
use protocol::introspect::introspect;
use protocol::lookup::{Found, TokenKind};
use protocol::testing::{Case, NOW, access_facts, authenticated, bound_text};
use protocol::types::{Client, ClientRowId, Locator};
use serde_json::{Value, json};

fn told(text: &str, found: Found, caller: &Client) -> Value {
    let policy = Policy::for_tests();
    let kind = TokenKind::of(text, &policy);
    let caller = authenticated(caller);
    let answer = introspect(&kind, &caller, &found, &policy, NOW);
    serde_json::to_value(&answer).expect("JSON")
}

fn jkt() -> String {
    thumbprint(&KEY).text()
}

#[test]
fn a_jwt_says_it() {
    let sentence = "When access tokens are represented as JWTs […], the public key information is represented using the jkt \
                    confirmation method member defined herein.";
    for case in made::every_grant() {
        let bound = by(&KEY, case.clone());
        let text = made::text(&bound);
        let claims = made::claims(&bound, &text);
        assert_eq!(claims.other["cnf"], json!({ "jkt": jkt() }), "{sentence}");
        let free = made::claims(&case, &made::text(&case));
        assert!(!free.other.contains_key("cnf"));
    }
}

#[test]
fn introspection_says_it() {
    let sentence = "the cnf member […] is a top-level member of the introspection response JSON. Note that the resource server \
                    does not send a DPoP proof with the introspection request. […] token_type […] DPoP";
    let id = Locator::first_at(NOW);
    let facts = || {
        let mut facts: AccessFacts = access_facts(id);
        facts.token.digest = bound_text(&thumbprint(&KEY), "at_", id).digest();
        Found::AccessToken(facts)
    };
    let text = bound_text(&thumbprint(&KEY), "at_", id);
    let api = Client {
        no: ClientRowId(2),
        resource_server: true,
        ..Client::for_tests()
    };
    let answer = told(text.as_str(), facts(), &api);
    assert_eq!(answer["active"], true);
    assert_eq!(answer["cnf"], json!({ "jkt": jkt() }), "{sentence}");
    assert_eq!(answer["token_type"], "DPoP", "{sentence}");
    // Without its key, or with another, it is another token, which is unknown.
    let free = protocol::testing::text("at_", id);
    let other = bound_text(&thumbprint(&super::proofs::OTHER), "at_", id);
    for text in [free.as_str(), other.as_str()] {
        assert_eq!(told(text, facts(), &api), json!({ "active": false }));
    }
}

#[test]
fn of_a_refresh_token_too() {
    let mut case = bound_refresh(&KEY);
    let found = Found::RefreshToken(case.refresh_mut().clone());
    let text = &case.form.iter().find(|(name, _)| name == "refresh_token");
    let text = text.expect("a refresh token").1.clone();
    let answer = told(&text, found, &Client::for_tests());
    assert_eq!(answer["cnf"], json!({ "jkt": jkt() }));
    assert!(answer.get("token_type").is_none(), "it is no access token");
    let free = Case::refresh();
    let text = &free.form.iter().find(|(name, _)| name == "refresh_token");
    let found = Found::RefreshToken(free.refresh.clone().expect("a refresh token"));
    let answer = told(
        &text.expect("a refresh token").1,
        found,
        &Client::for_tests(),
    );
    assert!(answer["active"] == true && answer.get("cnf").is_none());
}
