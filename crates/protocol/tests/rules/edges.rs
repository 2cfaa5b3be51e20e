//! Edges that a table by section does not reach: encodings that hide a name, authorities that are none,
//! grants that outlive what they were given for.

use protocol::authorize::{self, Step};
use protocol::params::{Params, ParamsFault};
use protocol::testing::{Case, Verdict, json, query, scope};
use protocol::token::{GrantFault, TokenError};
use protocol::transition::{AppChange, AuthorizeChange};
use protocol::types::text::is_plain;
use protocol::types::{ClientKind, Consent, RedirectUri, RedirectUriFault};
use protocol::{Decision, Policy, Transition};

#[test]
fn an_encoded_registered_parameter_cannot_stand_beside_ours() {
    let uri = "https://app.example/cb?c%6fde=stale&%73tate=theirs&keep=1";
    let url = Case::authorize()
        .with(|c| {
            c.client.redirect_uris = vec![RedirectUri::register(uri).expect("a URI")];
            c.set("redirect_uri", uri);
        })
        .allowed();
    for name in ["code", "state", "keep"] {
        let found = query(&url)
            .into_iter()
            .filter(|(own, _)| own == name)
            .count();
        assert_eq!(found, 1, "{name} in {url}");
    }
}

#[test]
fn an_authority_that_is_none_is_not_registered() {
    let with_user = RedirectUri::register("com.example.app://user:pw@host/cb");
    assert_eq!(with_user, Err(RedirectUriFault::UserInfo));
    for uri in [
        "com.example.app://a;sandbox/cb",
        "com.example.app://a,default-src/cb",
        "https://[;sandbox]/cb",
        "https://[,x]/cb",
        "https://[]/cb",
        "https://[::1/cb",
        "https://x..example/",
        "https://./",
        "https://%00/",
        "https://app.example/%",
        "https://app.example/%zz",
        "https://app.example/cb?x=%4",
        "app.example:443/cb",
    ] {
        assert_eq!(
            RedirectUri::register(uri),
            Err(RedirectUriFault::Malformed),
            "{uri}"
        );
    }
    for uri in [
        "https://[2001:db8::1]:8443/cb",
        "com.example.app:/cb",
        "com.example.app://callback/x",
        "https://a_b.example/%41",
    ] {
        assert!(RedirectUri::register(uri).is_ok(), "{uri}");
    }
}

#[test]
fn nothing_empty_is_published() {
    let mut policy = Policy::for_tests();
    policy.grants.clear();
    policy.scopes.clear();
    let document = protocol::metadata::document(&policy, Default::default());
    let document = serde_json::to_value(document).expect("JSON");
    for (name, value) in document.as_object().expect("an object") {
        assert_ne!(value, &serde_json::json!([]), "{name}");
    }
    assert_eq!(document.get("code_challenge_methods_supported"), None);
}

#[test]
fn a_scope_that_was_not_asked_for_is_always_named() {
    let asked = Case::authorize().with(|c| c.unset("scope"));
    let request = asked.passed();
    let issued = request.issue_code(
        request.scope.clone(),
        &protocol::facts::SessionFacts::for_tests(),
        &asked.context(),
    );
    let Decision::Granted {
        transition: Some(Transition::Authorize(AuthorizeChange::IssueCode { code, .. })),
        reply,
    } = issued
    else {
        panic!("no code");
    };
    let text = query(reply.location())
        .into_iter()
        .find(|(name, _)| name == "code")
        .expect("a code")
        .1;
    let case = Case::code().with(|c| {
        c.policy.tokens.always_name_scope = false;
        c.set("code", &text);
        c.code_mut().code = code;
    });
    assert!(json(&case.answer().reply()).get("scope").is_some());
}

#[test]
fn what_is_kept_of_a_request_has_a_bound() {
    let longest = "s".repeat(authorize::MAX_STATE);
    let kept = Case::authorize().with(|c| {
        c.set("state", &longest);
        c.set("unknown", &"x".repeat(10_000));
    });
    assert!(kept.passed().to_form().len() < 2 * authorize::MAX_STATE);
    let too_long = Case::authorize().with(|c| c.set("state", &format!("{longest}s")));
    assert_eq!(too_long.redirected().error.code(), "invalid_request");
    let names: Vec<String> = (0..17_000).map(|n| n.to_string()).collect();
    let too_many = Case::own_behalf().with(|c| c.set("scope", &names.join(" ")));
    assert_eq!(
        too_many.answer().error().code(&too_many.policy.errors),
        "invalid_scope"
    );
}

#[test]
fn people_of_a_public_app_on_their_device_are_always_asked() {
    let uri = "http://127.0.0.1/cb";
    let asks = |kind| {
        let case = Case::authorize().with(|c| {
            c.client.kind = kind;
            c.client.redirect_uris = vec![RedirectUri::register(uri).expect("a URI")];
            c.set("redirect_uri", uri);
        });
        let request = case.passed();
        let remembered = Consent {
            organization: None,
            subject: protocol::facts::SessionFacts::for_tests().person.subject,
            client: request.client.no,
            scope: request.scope.clone(),
            redirect_uris: vec![uri.to_owned()],
            granted_at: protocol::testing::NOW,
            earlier: protocol::types::Scope::default(),
            skipped: protocol::types::Scope::default(),
            standing: protocol::types::AppStanding::Trusted,
        };
        request.next(
            Some(&protocol::facts::SessionFacts::for_tests()),
            &Some(remembered),
            &case.policy,
            protocol::authorize::Moment::of_arrival(protocol::testing::NOW),
        ) != Step::Issue(request.scope.clone())
    };
    assert!(asks(ClientKind::Public), "RFC 8252 section 8.6");
    assert!(!asks(ClientKind::Confidential));
}

#[test]
fn a_description_is_short_however_long_the_scope() {
    let case = Case::own_behalf().with(|c| c.set("scope", &"~".repeat(5_000)));
    assert!(case.answer().error().description().len() <= 200);
}

#[test]
fn too_many_members_are_too_many_parameters() {
    let members: Vec<String> = (0..70).map(|n| format!("\"p{n}\":\"x\"")).collect();
    let body = format!("{{{}}}", members.join(","));
    assert_eq!(
        Params::from_json(body.as_bytes()),
        Err(ParamsFault::TooMany)
    );
}

#[test]
fn a_withdrawn_scope_is_not_refreshed() {
    let granted = Case::refresh().refresh.expect("facts").grant.scope;
    let withdrawn = granted.names().next().expect("a scope").to_owned();
    let narrower =
        Case::refresh().with(|c| c.policy.scopes.retain(|entry| entry.name != withdrawn));
    let reply = json(&narrower.answer().reply());
    let named = reply["scope"]
        .as_str()
        .expect("named, since it is less than was granted");
    assert!(!named.split(' ').any(|name| name == withdrawn), "{named}");

    let nothing_left = Case::refresh().with(|c| c.client.scopes = Some(scope("nothing:here")));
    assert_eq!(
        nothing_left.answer().error(),
        TokenError::InvalidGrant(GrantFault::Revoked)
    );
}

#[test]
fn names_that_deceive_are_refused() {
    use protocol::accounts::people::NewAccount;
    let policy = Case::refresh().policy.accounts;
    for name in ["\u{200b}", "Pay\u{202e}lap", "a\nb", "x\u{feff}"] {
        assert!(!is_plain(name), "{name:?}");
        let account = NewAccount {
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            password: "walking in the winter garden".to_owned(),
        };
        let faults = account.faults("Acme", &policy);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["name", "email"], "{name:?}");
    }
    let faults = |name: &str, email: &str| {
        let account = NewAccount {
            email: email.to_owned(),
            name: name.to_owned(),
            password: "walking in the winter garden".to_owned(),
        };
        let faults = account.faults("Acme", &policy);
        faults.iter().map(|fault| fault.field).collect::<Vec<_>>()
    };
    // Joiners have their place in a name, and none in an address.
    for name in ["علی\u{200c}رضا", "क्\u{200d}ष", "👩\u{200d}🚀"] {
        assert!(faults(name, "ada@example.com").is_empty(), "{name:?}");
        let address = format!("{name}@example.com");
        assert_eq!(faults(name, &address), ["email"], "{name:?}");
    }
    assert!(faults("Zoë 任务", "zoë@example.com").is_empty());
    assert_eq!(
        faults("Z\u{301}\u{301}\u{301}\u{301}\u{301}", "ada@example.com"),
        ["name"]
    );
}

#[test]
fn enabling_an_app_leaves_dead_what_was_issued_while_it_was_off() {
    use protocol::Mint;
    let case = Case::own_behalf();
    let issued_late = case.mint.locator();
    let Transition::App(AppChange::SetStatus { not_before, .. }) =
        protocol::register::enable(&case.client, &case.mint)
    else {
        panic!("a change of status");
    };
    assert!(issued_late < not_before);
}
