//! §5.1 Successful Response.
use protocol::testing::{Case, NOW, Spoil, Verdict, fields, json};
use protocol::types::{GrantType, Lifetime, UnixTime};
use wire::Presented;

#[test]
fn the_reply_has_the_registered_members() {
    let sentence = "constructs the response by adding the following parameters to the entity-body";
    for case in [Case::code(), Case::refresh()] {
        let reply = json(&case.answer().reply());
        let names = [
            "access_token",
            "expires_in",
            "refresh_token",
            "scope",
            "token_type",
        ];
        assert_eq!(fields(&reply), names, "{sentence}");
        assert_eq!(reply["token_type"], "Bearer", "{sentence}");
        assert_eq!(
            reply["expires_in"], 3_600,
            "Numerical values are included as JSON numbers."
        );
        assert_eq!(reply["scope"], "tasks:read tasks:write", "{sentence}");
        for (member, prefix) in [("access_token", "at_"), ("refresh_token", "rt_")] {
            let text = reply[member].as_str().expect(sentence);
            assert_eq!(Presented::parse(text).expect(sentence).prefix(), prefix);
        }
        let code = &case.form[1].1;
        assert_ne!(
            reply["access_token"],
            code.as_str(),
            "a token is never the code"
        );
    }
}

#[test]
fn token_type_is_spelled_as_the_provider_documented() {
    let sentence = "Value is case insensitive.";
    let case = Case::code().with(|case| case.policy.tokens.token_type = "bearer".to_owned());
    assert_eq!(
        json(&case.answer().reply())["token_type"],
        "bearer",
        "{sentence}"
    );
}

#[test]
fn expires_in_is_exact_and_never_beyond_the_grant() {
    let sentence =
        "the access token will expire in one hour from the time the response was generated";
    let two_years: Spoil = |case| {
        case.policy.tokens.access = Lifetime::from_days(730);
        case.policy.tokens.grant = Lifetime::from_days(730);
    };
    let reply = json(&Case::code().with(two_years).answer().reply());
    assert_eq!(reply["expires_in"], 730 * 86_400, "{sentence}");
    let short_grant: Spoil = |case| {
        case.policy.tokens.access = Lifetime::from_days(2);
        case.policy.tokens.grant = Lifetime::from_days(1);
    };
    let reply = json(&Case::code().with(short_grant).answer().reply());
    assert_eq!(reply["expires_in"], 86_400, "{sentence}");
    let capped: Spoil = |case| case.refresh_mut().grant.expires_at = UnixTime(NOW.0 + 10);
    let reply = json(&Case::refresh().with(capped).answer().reply());
    assert_eq!(reply["expires_in"], 10, "{sentence}");
}

#[test]
fn scope_is_named_unless_the_profile_leaves_it_out() {
    let sentence =
        "OPTIONAL, if identical to the scope requested by the client; otherwise, REQUIRED.";
    let terse: Spoil = |case| case.policy.tokens.always_name_scope = false;
    let named = |case: &Case| json(&case.answer().reply()).get("scope").is_some();
    assert!(named(&Case::code()) && named(&Case::refresh()) && named(&Case::own_behalf()));
    assert!(!named(&Case::code().with(terse)), "{sentence}");
    assert!(!named(&Case::refresh().with(terse)), "{sentence}");
    let narrower = Case::refresh()
        .with(terse)
        .with(|case| case.set("scope", "tasks:read"));
    assert!(
        !named(&narrower),
        "{sentence}: asked and granted are the same"
    );
    let asked = Case::own_behalf()
        .with(terse)
        .with(|case| case.set("scope", "api"));
    assert!(!named(&asked), "{sentence}");
    assert!(
        named(&Case::own_behalf().with(terse)),
        "{sentence}: none was requested"
    );
}

#[test]
fn a_refresh_token_comes_only_where_it_can_be_used() {
    let sentence = "issues an access token and optional refresh token";
    let rows: &[Spoil] = &[
        |case| case.client.grants = vec![GrantType::AuthorizationCode],
        |case| case.policy.grants = vec![GrantType::AuthorizationCode],
    ];
    for change in rows {
        let reply = json(&Case::code().with(change).answer().reply());
        assert!(reply.get("refresh_token").is_none(), "{sentence}");
    }
}
