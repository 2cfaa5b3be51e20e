//! OpenID Connect: Core, RP-Initiated Logout, Back-Channel Logout.
mod authentication_request;
mod claims;
mod id_token;
mod logout;
mod userinfo;

use jose::jwt::Claims;
use protocol::signer::{Signer, Wanted};
use protocol::testing::{Case, NOW, json};

/// What the ID token of a token response says.
fn id_token(case: &Case) -> Claims {
    let reply = protocol::testing::Verdict::reply(case.answer());
    let text = json(&reply)["id_token"]
        .as_str()
        .expect("an ID token")
        .to_owned();
    let wanted = Wanted {
        typ: "JWT",
        issuer: &case.policy.issuer,
        expired: false,
    };
    case.signer.read(&text, wanted, NOW).expect("it is ours")
}

/// A code that was asked for by OpenID Connect.
fn code() -> Case {
    Case::code().with(|case| {
        case.policy = protocol::Policy::with_openid();
        let facts = case.code_mut();
        facts.code.scope = protocol::testing::scope("openid profile");
        facts.asked = Some(Case::asked());
    })
}
