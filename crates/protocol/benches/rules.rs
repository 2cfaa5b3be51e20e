//! What the pure rules on the hot path cost: the bytes of a request and facts in, a decision out; nothing is read,
//! stored or sent. Making the facts is not counted. Random bytes come from a counter and a SHA-256.
//!
//!     cargo bench -p protocol --bench rules
//!     cargo bench -p protocol --bench rules -- --test        once each: they run, and decide as they must
#![allow(missing_docs, reason = "criterion's macros make functions without")]
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot be set up has nothing to tell"
)]
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use protocol::facts::{AccessFacts, AccountStatus, SessionFacts};
use protocol::introspect::introspect;
use protocol::lookup::{Found, TokenKind};
use protocol::testing::{CALLBACK, Case, NOW, authenticated, scope, text};
use protocol::token::{RawRequest, TokenError, TokenReply, TokenRequest};
use protocol::token_info::describe;
use protocol::types::{
    AccessToken, Client, ClientRowId, Locator, Person, RedirectUri, Scope, Subject, UnixTime,
};
use protocol::{Decision, Params};
use protocol::{Policy, authorize};
use std::hint::black_box;
use std::sync::Arc;
use wire::Presented;

/// The token endpoint without its reads and writes: parse, authenticate, decide.
fn answer(
    case: &Case,
    client: &Arc<Client>,
    body: &[u8],
    found: Found,
) -> Decision<TokenReply, TokenError> {
    let raw = RawRequest {
        authorization: None,
        content_type: Some("application/x-www-form-urlencoded"),
        query: None,
        body,
    };
    let request = TokenRequest::parse(&raw, &case.policy).unwrap();
    let client = request.authenticate(Some(client.clone()), &case.policy, case.now);
    black_box(request.lookup());
    request.decide(&client.unwrap(), found, &case.context())
}

/// Requests to the token endpoint, each of which is granted.
fn token(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("token endpoint");
    let (code, refresh, device) = (Case::code(), Case::refresh(), Case::device());
    let code_found = Found::from(code.code.clone());
    let refresh_found = Found::from(refresh.refresh.clone());
    let device_found = Found::from(device.device.clone());
    let all = [
        ("client_credentials", Case::own_behalf(), Found::Nothing),
        ("authorization_code", code, code_found),
        ("refresh_token", refresh, refresh_found),
        ("device_code", device, device_found),
    ];
    for (name, case, found) in all {
        let (body, client) = (case.body(), Arc::new(case.client.clone()));
        let granted = answer(&case, &client, body.as_bytes(), found.clone());
        assert!(matches!(granted, Decision::Granted { .. }), "{granted:?}");
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || found.clone(),
                |found| answer(&case, &client, black_box(body.as_bytes()), found),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// A live access token of app 1.
fn access() -> (String, AccessFacts) {
    let id = Locator::first_at(NOW);
    let text = text("at_", id);
    let token = AccessToken {
        organization: None,
        id,
        digest: text.digest(),
        grant: Locator(5),
        client: ClientRowId(1),
        subject: Some(Subject(7)),
        scope: scope("tasks:read tasks:write"),
        expires_at: UnixTime(NOW.0 + 3_600),
    };
    let facts = AccessFacts {
        token,
        client: Some(Arc::new(Client::for_tests())),
        grant_revoked: false,
        person: AccountStatus::from(&Person::for_tests()),
        connection: protocol::types::ConnectionStanding::GOOD,
        holder: None,
    };
    (text.as_str().to_owned(), facts)
}

/// What an API asks about a token, with the answer's JSON.
fn looks(criterion: &mut Criterion) {
    let (policy, (text, facts)) = (Policy::for_tests(), access());
    let caller = authenticated(&Client {
        resource_server: true,
        ..Client::for_tests()
    });
    let known = Found::AccessToken(facts.clone());
    let asked = || {
        let kind = TokenKind::of(black_box(&text), &policy);
        serde_json::to_string(&introspect(&kind, &caller, &known, &policy, NOW)).unwrap()
    };
    assert!(asked().starts_with(r#"{"active":true,"#));
    criterion.bench_function("introspection", |bencher| bencher.iter(asked));
    let described = |facts: AccessFacts| {
        let presented = Presented::parse(black_box(&text)).unwrap();
        describe(&presented, Some(facts), &policy, NOW)
    };
    assert!(described(facts.clone()).is_some());
    criterion.bench_function("token info", |bencher| {
        bencher.iter_batched(|| facts.clone(), described, BatchSize::SmallInput);
    });
}

/// The authorization endpoint: the ordered checks of a query, and a code for somebody who allowed it before.
fn authorization(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("authorization endpoint");
    let case = Case::authorize();
    let (query, client) = (case.body(), Arc::new(case.client.clone()));
    let check = || {
        let params = Params::from_form(black_box(query.as_bytes())).unwrap();
        authorize::check(params, Some(client.clone()), &case.context()).unwrap()
    };
    group.bench_function("checks", |bencher| bencher.iter(check));
    let (request, session) = (check(), SessionFacts::for_tests());
    let issue = || request.issue_code(request.scope.clone(), black_box(&session), &case.context());
    assert!(matches!(issue(), Decision::Granted { .. }));
    group.bench_function("code", |bencher| bencher.iter(issue));
    group.finish();
}

/// Comparing what is asked for with what is registered.
fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matching");
    let allowed = scope("tasks:read tasks:write identity api api:v1");
    group.bench_function("scope", |bencher| {
        bencher.iter(|| {
            let asked = Scope::parse(black_box("tasks:write tasks:read")).unwrap();
            assert!(allowed.covers(&asked));
        });
    });
    let policy = Policy::for_tests();
    let mut client = Client::for_tests();
    let others = (0..9).map(|n| RedirectUri::register(&format!("https://other-{n}.example/cb")));
    client
        .redirect_uris
        .splice(0..0, others.map(Result::unwrap));
    group.bench_function("redirect URI, the last of ten", |bencher| {
        bencher.iter(|| {
            let asked = black_box(Some(CALLBACK));
            client.verify_redirect_uri(asked, policy.redirects).unwrap()
        });
    });
    let loopback = RedirectUri::register("http://127.0.0.1/cb").unwrap();
    client.redirect_uris.push(loopback);
    group.bench_function("redirect URI, loopback with a port", |bencher| {
        bencher.iter(|| {
            let asked = black_box(Some("http://127.0.0.1:51234/cb"));
            client.verify_redirect_uri(asked, policy.redirects).unwrap()
        });
    });
    group.finish();
}

criterion_group!(rules, token, looks, authorization, matching);
criterion_main!(rules);
