//! The rules of an ordinary issuer.
use crate::Policy;
use crate::dpop::DpopPolicy;
use crate::openid::{OPENID, OpenIdPolicy, Source, claims};
use crate::policy::{
    AccountPolicy, AppBounds, Bodies, Conformance, DevicePolicy, ErrorAliases, PkcePolicy,
    RedirectPolicy, RedirectUriAtToken, Registration, Risk, Rotation, ScopeEntry, SecondFactorRule,
    SignUp, TokenPolicy,
};
use crate::signing_keys::SigningAlgorithm;
use crate::types::ids::SubjectFormat;
use crate::types::{GrantType, Lifetime, LocalText, Scope};

impl Policy {
    /// Everything switched on, and the defaults otherwise.
    pub fn for_tests() -> Self {
        Policy {
            issuer: "https://issuer.example".to_owned(),
            conformance: Conformance::Strict,
            token_endpoint: Some("https://issuer.example/oauth2/token".to_owned()),
            response_iss: true,
            subjects: SubjectFormat::Prefixed("user_".to_owned()),
            external_ids: false,
            grants: GrantType::ALL.to_vec(),
            registration: Registration::Open,
            apps: AppBounds {
                provider: "Acme Tasks".to_owned(),
                per_person: 100,
                per_organization: 500,
            },
            unreviewed_people: 100,
            unreviewed_unticked: false,
            introductions: Box::default(),
            pkce: PkcePolicy::Public,
            narrow_scope: false,
            tokens: tokens(),
            dpop: DpopPolicy {
                bases: vec!["https://issuer.example".to_owned()],
                nonces: false,
            },
            own_api: true,
            openid: None,
            scopes: vec![
                entry("tasks:read", |entry| entry.default = true),
                entry("tasks:write", |_| {}),
                entry("identity", |entry| entry.personal = true),
                entry("api", |_| {}),
                entry("api:v1", |_| {}),
                entry("admin:*", |entry| entry.restricted = true),
                entry("admin:users", |entry| entry.restricted = true),
            ],
            apis: Vec::new(),
            errors: ErrorAliases::default(),
            redirects: RedirectPolicy {
                max: 10,
                localhost_any_port: false,
            },
            accounts: AccountPolicy {
                sign_up: SignUp::Open,
                min_password: 8,
                workspaces: false,
                session: Lifetime::from_days(1),
                session_idle: Lifetime::from_days(1),
                interaction: Lifetime::from_minutes(30),
                second_factor: SecondFactorRule::Optional,
            },
            device: DevicePolicy {
                lifetime: Lifetime::from_minutes(10),
                interval: Lifetime::from_seconds(5),
                verification_uri: "https://issuer.example/device".to_owned(),
            },
            test_mode: true,
            documented_client: None,
        }
    }
}

fn tokens() -> TokenPolicy {
    TokenPolicy {
        bodies: Bodies::default(),
        redirect_uri: RedirectUriAtToken::MatchIfSent,
        access_prefix: "at_".to_owned(),
        refresh_prefix: "rt_".to_owned(),
        code: Lifetime::from_minutes(5),
        code_personal: Lifetime::from_seconds(90),
        access: Lifetime::from_minutes(60),
        refresh: Lifetime::from_days(30),
        grant: Lifetime::from_days(365),
        rotate: Rotation::Rotate {
            grace: Lifetime::from_seconds(60),
        },
        token_type: "Bearer".to_owned(),
        always_name_scope: true,
        extras: Vec::new(),
    }
}

fn entry(name: &str, change: fn(&mut ScopeEntry)) -> ScopeEntry {
    let mut entry = ScopeEntry {
        name: name.to_owned(),
        group: LocalText::new("Tasks"),
        sentence: LocalText::new("do something"),
        part_of: Vec::new(),
        restricted: false,
        second_factor: false,
        personal: false,
        default: false,
        risk: Risk::Read,
        claims: Vec::new(),
        opens_userinfo: false,
    };
    change(&mut entry);
    entry
}

impl Policy {
    /// The same, where OpenID Connect is spoken.
    pub fn with_openid() -> Self {
        let mut policy = Policy::for_tests();
        policy.openid = Some(Box::new(OpenIdPolicy {
            id_token: Lifetime::from_minutes(60),
            algorithm: SigningAlgorithm::Es256,
            algorithms: vec![SigningAlgorithm::Es256, SigningAlgorithm::EdDsa],
            acr: Some("pwd".to_owned()),
            second_factor_acr: None,
            mapped: vec![("preferred_username".to_owned(), Source::Email)],
        }));
        policy
            .scopes
            .push(entry(OPENID, |entry| entry.opens_userinfo = true));
        for name in ["profile", "email"] {
            let mut opening = entry(name, |_| {});
            opening.claims = claims::of_scope(name)
                .iter()
                .map(|own| (*own).to_owned())
                .collect();
            policy.scopes.push(opening);
        }
        policy
    }
}

/// A scope that parses.
pub fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}
