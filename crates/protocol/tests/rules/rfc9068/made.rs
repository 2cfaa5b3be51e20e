//! A provider with APIs, and what its tokens say.
use jose::jwt::Claims;
use protocol::apis::{Api, TokenForm};
use protocol::signer::{Signer, Wanted};
use protocol::signing_keys::SigningAlgorithm::{EdDsa, Es256};
use protocol::testing::{Case, Verdict, json};
use protocol::transition::GrantChange;
use protocol::types::{AccessToken, Lifetime};
use protocol::{Policy, Transition};

/// The API whose tokens most tests are about.
pub(crate) const TASKS: &str = "https://tasks.example";
/// Another that wants the same.
pub(crate) const PEOPLE: &str = "https://people.example";
/// One that asks.
pub(crate) const ASKING: &str = "https://asking.example";

/// Tells APIs apart: of tasks and of people with JWTs, one with opaque tokens, and one that signs otherwise.
pub(crate) fn with_apis(policy: &mut Policy) {
    let api = |identifier: &str, scopes: &[&str], form, minutes| Api {
        identifier: identifier.to_owned(),
        scopes: scopes.iter().map(|name| (*name).to_owned()).collect(),
        form,
        lifetime: Lifetime::from_minutes(minutes),
        proofs: false,
    };
    policy.apis = vec![
        api(
            TASKS,
            &["tasks:read", "tasks:write"],
            TokenForm::Jwt(Es256),
            5,
        ),
        api(PEOPLE, &["identity"], TokenForm::Jwt(Es256), 3),
        api(ASKING, &["api"], TokenForm::Opaque, 60),
        api("urn:example:other", &["api:v1"], TokenForm::Jwt(EdDsa), 5),
    ];
}

/// A case of a provider with APIs.
pub(crate) fn case(case: Case) -> Case {
    case.with(|case| with_apis(&mut case.policy))
}

/// Every way to a token, each for tasks.
pub(crate) fn every_grant() -> [Case; 4] {
    let own = Case::own_behalf().with(|case| case.set("scope", "tasks:read"));
    [Case::code(), Case::refresh(), Case::device(), own].map(case)
}

/// The text of the access token that is answered.
pub(crate) fn text(case: &Case) -> String {
    let reply = json(&case.answer().reply());
    reply["access_token"].as_str().expect("a token").to_owned()
}

/// The row that is written of it.
pub(crate) fn row(case: &Case) -> AccessToken {
    match case.answer().change() {
        Some(Transition::Grant(
            GrantChange::Redeem { access, .. }
            | GrantChange::Rotate { access, .. }
            | GrantChange::IssueAccessToken(access),
        )) => access,
        other => panic!("no token: {other:?}"),
    }
}

/// What a token says that the provider signed.
pub(crate) fn claims(case: &Case, text: &str) -> Claims {
    let wanted = Wanted {
        typ: "at+jwt",
        issuer: &case.policy.issuer,
        expired: false,
    };
    let read = case.signer.read(text, wanted, case.now);
    read.unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

/// A claim that is text.
pub(crate) fn said<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims
        .other
        .get(name)
        .map(|value| value.as_str().expect("text"))
}

/// Whether a token is opaque.
pub(crate) fn is_opaque(text: &str) -> bool {
    wire::Presented::parse(text).is_some()
}
