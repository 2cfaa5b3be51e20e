//! §5, what is taken for a token.
use super::made::{case, claims, said, text};
use jose::SigningKey;
use protocol::Policy;
use protocol::lookup::{Found, Lookup, TokenKind};
use protocol::revocations::name_of;
use protocol::testing::{Case, NOW, access_facts};
use protocol::types::Locator;
use protocol::types::ids::SubjectFormat;

#[test]
fn no_client_id_passes_for_a_person() {
    let sentence = "Authorization servers should prevent scenarios where clients can affect the value of the \"sub\" claim \
                    in ways that could confuse resource servers.";
    let number = SubjectFormat::Number;
    let prefixed = SubjectFormat::Prefixed("user_".to_owned());
    for (format, id, sub) in [
        (&number, "7", "app:7"),
        (&number, "app", "app"),
        (&prefixed, "user_7", "app:user_7"),
        (&prefixed, "7", "7"),
    ] {
        let case = case(Case::own_behalf()).with(|case| {
            case.policy.subjects = format.clone();
            case.client.id = id.to_owned();
            case.set("client_id", id);
        });
        let claims = claims(&case, &text(&case));
        assert_eq!(claims.sub.as_deref(), Some(sub), "{sentence}");
        assert_eq!(said(&claims, "client_id"), Some(id));
        assert!(format.read(sub).is_none() && wire::introspection::is_app(sub, id));
    }
}

/// Signed by the provider's own key: only the type tells what it is.
fn signed(typ: &str, jti: &str) -> String {
    let key = SigningKey::generate(jose::SigningAlgorithm::Es256);
    jose::jws::sign(&key, typ, format!(r#"{{"jti":"{jti}"}}"#).as_bytes())
}

#[test]
fn what_is_no_access_token_is_taken_for_none() {
    let sentence = "The explicit typing required in this profile […] helps the resource server to distinguish between JWT \
                    access tokens and OpenID Connect ID Tokens.";
    let (policy, id) = (Policy::for_tests(), Locator::first_at(NOW));
    let jti = name_of(id);
    for typ in [
        "JWT",
        "logout+jwt",
        "client-authentication+jwt",
        "secevent+jwt",
        "",
    ] {
        let kind = TokenKind::of(&signed(typ, &jti), &policy);
        assert_eq!(kind.lookup(), Lookup::Nothing, "{sentence} {typ}");
    }
    let kind = TokenKind::of(&signed("at+jwt", &jti), &policy);
    assert_eq!(kind.lookup(), Lookup::AccessToken(id));
}

/// Its row holds the digest of the text that was signed, so a text that differs in one letter is another.
#[test]
fn a_text_that_was_not_made_here_is_no_token_whoever_signed_it() {
    let (policy, mut facts) = (Policy::for_tests(), access_facts(Locator::first_at(NOW)));
    let jti = name_of(facts.token.id);
    let own = signed("at+jwt", &jti);
    facts.token.digest = jose::Digest::of(own.as_bytes());
    let found = Found::AccessToken(facts);
    let known = |text: &str| {
        let verified = TokenKind::of(text, &policy).verified(found.clone());
        matches!(verified, Found::AccessToken(_))
    };
    assert!(known(&own));
    // The same claims by the same kind of key, and by the same key once more.
    assert!(!known(&signed("at+jwt", &jti)));
    let (signed_part, _) = own.rsplit_once('.').expect("three parts");
    assert!(!known(signed_part) && !known(&format!("{own}.")) && !known(&format!("{own}A")));
}
