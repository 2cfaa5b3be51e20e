//! The developer pages of a provider, written once from its configuration: the same source as the metadata.
use crate::http::reply::{self, RenderedDocument};
use crate::oauth::endpoints::{endpoints, metadata_url};
use config::{Config, DeveloperChapter};
use pages::developers::{
    ApiRow, Apps, DeveloperPage, Device, Endpoint, Endpoints, ErrorCode, ErrorDescription,
    ErrorTable, Extra, Grants, House, Lives, Offer, Published, Requests, ScopeRow, ScopeTable,
    TestSide, Tokens,
};
use pages::portal::PORTAL;
use pages::{Brand, Frame, Page, path};
use protocol::advice::Advice;
use protocol::apis::{Api, TokenForm};
use protocol::authorize::{AuthorizationError, ShownError};
use protocol::policy::{self, PersonFact, PkcePolicy, RedirectUriAtToken, Rotation, ScopeEntry};
use protocol::token::TokenError;
use protocol::token_info::BearerError;
use protocol::types::ids::SubjectFormat;
use protocol::types::{GrantType, Subject};
use serde_json::Value;

/// Every page and the Markdown document, unless they are switched off; and what agents are told.
pub(crate) fn write(config: &Config, brand: &Brand) -> Vec<RenderedDocument> {
    let llms = super::llms::write(config);
    if !config.developers.page {
        return llms.into_iter().collect();
    }
    let offer = offer(config);
    let frame = Frame {
        product: config.branding.product.clone(),
        brand: brand.clone(),
        developer_support: config.developers.support.clone(),
        ..Frame::default()
    };
    let page = |page: DeveloperPage| {
        let path = format!("{}{}", path::DEVELOPERS, page.chapter.path);
        RenderedDocument::new(path, "text/html; charset=utf-8", page.html())
    };
    let mut written: Vec<RenderedDocument> = DeveloperPage::all(&offer, &frame)
        .into_iter()
        .map(page)
        .collect();
    written.push(RenderedDocument::new(
        path::DEVELOPERS_MARKDOWN.to_owned(),
        "text/markdown; charset=utf-8",
        pages::developers::whole(&offer),
    ));
    written.extend(llms);
    written
}

/// Where a page is that has other paths too.
pub(crate) fn path_of(chapter: DeveloperChapter) -> String {
    let below = match chapter {
        DeveloperChapter::Overview => "",
        DeveloperChapter::Apps => "/apps",
        DeveloperChapter::AuthorizationCode => "/grants/authorization-code",
        DeveloperChapter::DeviceCode => "/grants/device-code",
        DeveloperChapter::RefreshToken => "/grants/refresh-token",
        DeveloperChapter::ClientCredentials => "/grants/client-credentials",
        DeveloperChapter::TestMode => "/test-mode",
        DeveloperChapter::Scopes => "/scopes",
        DeveloperChapter::Tokens => "/tokens",
        DeveloperChapter::Errors => "/errors",
    };
    format!("{}{below}", path::DEVELOPERS)
}

/// What a provider offers to developers.
pub(super) fn offer(config: &Config) -> Offer {
    let policy = &config.policy;
    let base = config.portal_base.as_str();
    Offer {
        product: config.branding.product.clone(),
        issuer: config.issuer.clone(),
        names_issuer: config.policy.response_iss,
        base: base.to_owned(),
        metadata: metadata_url(config),
        endpoints: addresses(config),
        house: House {
            intro: config.developers.intro.clone(),
            support: config.developers.support.clone(),
            terms: config
                .developers
                .terms
                .as_ref()
                .map(|terms| terms.url.clone()),
        },
        grants: Grants {
            refresh_token: policy.allows(GrantType::RefreshToken),
            client_credentials: policy.allows(GrantType::ClientCredentials),
        },
        device: device(config),
        tests: tests(config),
        apps: apps(config, base),
        requests: Requests {
            json: policy.tokens.bodies.json,
            query: policy.tokens.bodies.query,
            redirect_uri_required: policy.tokens.redirect_uri == RedirectUriAtToken::Required,
        },
        tokens: tokens(policy),
        lives: lives(policy),
        scopes: scopes(&policy.scopes),
        apis: apis(policy),
        id_token_life: policy.openid.as_deref().map(|own| own.id_token.words()),
        errors: errors(config),
    }
}

/// The published address of an endpoint, with its other paths.
fn endpoint(url: Option<String>, paths: &[String]) -> Option<Endpoint> {
    let url = url?;
    let (first, others) = paths.split_first()?;
    let base = url.strip_suffix(first.as_str())?;
    Some(Endpoint {
        aliases: others.iter().map(|path| format!("{base}{path}")).collect(),
        url,
    })
}

fn device(config: &Config) -> Option<Device> {
    let rules = &config.policy.device;
    let url = endpoints(config).device_authorization;
    let on = config.policy.allows(GrantType::DeviceCode);
    Some(Device {
        endpoint: endpoint(url, &config.paths.device).filter(|_| on)?,
        page: rules.verification_uri.clone(),
        life: rules.lifetime.words(),
        life_seconds: rules.lifetime.seconds(),
        interval_seconds: rules.interval.seconds(),
    })
}

fn tests(config: &Config) -> Option<TestSide> {
    let published = config.documented.as_ref();
    let side = TestSide {
        published: published.map(|credentials| Published {
            client_id: credentials.client_id.clone(),
            client_secret: credentials.client_secret.clone(),
            email: credentials.email.clone(),
            password: credentials.password.clone(),
        }),
    };
    config.policy.test_mode.then_some(side)
}

fn addresses(config: &Config) -> Endpoints {
    let published = endpoints(config);
    let paths = &config.paths;
    let own_app = paths.app.first();
    let own_app = own_app.map(|path| format!("{}{path}", config.api_base));
    Endpoints {
        authorize: endpoint(published.authorization, &paths.authorize),
        token: endpoint(published.token, &paths.token).unwrap_or_else(|| Endpoint {
            url: config.issuer.clone(),
            aliases: Vec::new(),
        }),
        revoke: endpoint(published.revocation, &paths.revoke),
        introspect: endpoint(published.introspection, &paths.introspect),
        revocations: endpoint(published.revocations, &paths.revocations),
        token_info: endpoint(published.token_info, &paths.token_info),
        userinfo: endpoint(published.userinfo, &paths.userinfo),
        logout: endpoint(published.end_session, &paths.logout),
        app: endpoint(own_app, &paths.app),
    }
}

fn apps(config: &Config, base: &str) -> Apps {
    let redirects = config.policy.redirects;
    Apps {
        registration: config.policy.registration,
        portal: config.portal.page.then(|| {
            let path = config.portal.path.as_deref().unwrap_or(PORTAL);
            format!("{base}{path}")
        }),
        by_program: config.portal.api.then(|| format!("{base}{}", path::LLMS)),
        request_log: config.request_log.enabled,
        max_redirect_uris: redirects.max,
        localhost_any_port: redirects.localhost_any_port,
        narrow_scope: config.policy.narrow_scope,
        pkce_for_all: config.policy.pkce == PkcePolicy::All,
    }
}

fn tokens(policy: &protocol::Policy) -> Tokens {
    let tokens = &policy.tokens;
    Tokens {
        access_prefix: tokens.access_prefix.clone(),
        refresh_prefix: tokens.refresh_prefix.clone(),
        token_type: tokens.token_type.clone(),
        always_name_scope: tokens.always_name_scope,
        person: person(policy),
        extras: extras(policy),
        rotation: match tokens.rotate {
            Rotation::Keep => Rotation::Keep,
            Rotation::Rotate { grace } => Rotation::Rotate {
                grace: grace.min(tokens.access),
            },
        },
    }
}

/// A person's id that nobody has.
fn person(policy: &protocol::Policy) -> String {
    match &policy.subjects {
        SubjectFormat::Number => policy.subjects.write(Subject(NUMBER)),
        SubjectFormat::Prefixed(prefix) => format!("{prefix}EXAMPLE0001"),
    }
}

/// The number of nobody, for examples.
const NUMBER: i64 = 100_101;

/// The members that an answer has besides the standard ones.
fn extras(policy: &protocol::Policy) -> Vec<Extra> {
    let mut out = Vec::new();
    for (name, extra) in &policy.tokens.extras {
        out.push(Extra {
            name: name.clone(),
            meaning: meaning(extra),
            example: example(extra, policy),
        });
    }
    out
}

fn meaning(extra: &policy::Extra) -> &'static str {
    match extra {
        policy::Extra::Fact(PersonFact::Number) => "the person's number",
        policy::Extra::Fact(PersonFact::Id) => "the person's id",
        policy::Extra::Fact(PersonFact::Name) => "what the person is called",
        policy::Extra::Fact(PersonFact::Email) => {
            "the person's e-mail address, if they confirmed it"
        }
        policy::Extra::Fact(PersonFact::EmailVerified) => {
            "whether the person confirmed their e-mail address"
        }
        policy::Extra::Object(_) => "more about the person",
    }
}

/// An example of a member as JSON, in the order of the configuration.
fn example(extra: &policy::Extra, policy: &protocol::Policy) -> String {
    let text = |value: &str| Value::from(value).to_string();
    match extra {
        policy::Extra::Fact(PersonFact::Number) => NUMBER.to_string(),
        policy::Extra::Fact(PersonFact::Id) => text(&person(policy)),
        policy::Extra::Fact(PersonFact::Name) => text("Ada Example"),
        policy::Extra::Fact(PersonFact::Email) => text("ada@example.com"),
        policy::Extra::Fact(PersonFact::EmailVerified) => true.to_string(),
        policy::Extra::Object(members) => {
            let member = |(name, extra): &(String, policy::Extra)| {
                format!("{}:{}", text(name), example(extra, policy))
            };
            let members: Vec<_> = members.iter().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn lives(policy: &protocol::Policy) -> Lives {
    let tokens = &policy.tokens;
    Lives {
        code: tokens.code.words(),
        code_personal: tokens.code_personal.words(),
        access: tokens.access.words(),
        access_seconds: tokens.access.seconds(),
        refresh: tokens.refresh.words(),
        grant: tokens.grant.words(),
    }
}

/// The APIs that are told apart.
fn apis(policy: &protocol::Policy) -> Vec<ApiRow> {
    let row = |api: &Api| ApiRow {
        identifier: api.identifier.clone(),
        scopes: api.scopes.clone(),
        life: api.lifetime.words(),
        jwt: matches!(api.form, TokenForm::Jwt(_)),
    };
    policy.apis.iter().map(row).collect()
}

/// The catalogue by its headings, in the order in which they first come.
fn scopes(entries: &[ScopeEntry]) -> Vec<ScopeTable> {
    let mut tables: Vec<ScopeTable> = Vec::new();
    for entry in entries {
        let row = ScopeRow {
            name: entry.name.clone(),
            sentence: entry.sentence.as_str().to_owned(),
            risk: entry.risk,
            restricted: entry.restricted,
            personal: entry.personal,
            default: entry.default,
        };
        match tables
            .iter_mut()
            .find(|table| table.title == entry.group.as_str())
        {
            Some(table) => table.scopes.push(row),
            None => tables.push(ScopeTable {
                title: entry.group.as_str().to_owned(),
                scopes: vec![row],
            }),
        }
    }
    tables
}

/// One error as it is on the wire, with its advice.
struct Told {
    code: String,
    status: Option<u16>,
    text: String,
    advice: Advice,
}

fn errors(config: &Config) -> Vec<ErrorTable> {
    let mut tables = Vec::new();
    if config.policy.allows(GrantType::AuthorizationCode) {
        tables.push(sent_back(config));
        tables.push(shown(config));
    }
    tables.push(token_errors(config));
    let paths = &config.paths;
    let takes_tokens = [&paths.token_info, &paths.userinfo, &paths.app];
    if takes_tokens.iter().any(|paths| !paths.is_empty()) {
        tables.push(bearer_errors(config));
    }
    tables
}

fn sent_back(config: &Config) -> ErrorTable {
    let told = AuthorizationError::occurring(&config.policy);
    let told = told.iter().map(|error| Told {
        code: error.code().to_owned(),
        status: None,
        text: error.description(),
        advice: error.advice(),
    });
    ErrorTable {
        title: "Sent back to your app".to_owned(),
        lead: format!(
            "They come to the redirect URI in place of a code: `?error=…&error_description=…&state=…{}`.",
            if config.policy.response_iss {
                "&iss=…"
            } else {
                ""
            }
        ),
        errors: grouped(told),
    }
}

fn shown(config: &Config) -> ErrorTable {
    let told = ShownError::occurring();
    let told = told.iter().map(|error| Told {
        code: error.code(&config.policy).to_owned(),
        status: Some(400),
        text: error.sentence(),
        advice: error.advice(),
    });
    ErrorTable {
        title: "Shown to the person".to_owned(),
        lead: "Where the app or its redirect URI is in doubt, nobody is redirected: the person sees a page that \
               says so, and beneath it what is wrong, for you."
            .to_owned(),
        errors: grouped(told),
    }
}

fn token_errors(config: &Config) -> ErrorTable {
    let told = TokenError::occurring(&config.policy);
    let told = told.iter().map(|error| Told {
        code: error.code(&config.policy.errors).to_owned(),
        status: Some(error.status()),
        text: error.description(),
        advice: error.advice(),
    });
    let (code, text) = reply::UNAVAILABLE;
    let unavailable = Told {
        code: code.to_owned(),
        status: Some(503),
        text: text.to_owned(),
        advice: Advice {
            cause: "The server cannot read or store anything just now.",
            fix: "Wait as long as the Retry-After header says, then send the same again.",
        },
    };
    ErrorTable {
        title: "Getting and handling tokens".to_owned(),
        lead: "They come as JSON from the endpoints that take the app's credentials.".to_owned(),
        errors: grouped(told.chain([unavailable])),
    }
}

fn bearer_errors(config: &Config) -> ErrorTable {
    let own_app = (!config.paths.app.is_empty()).then_some(BearerError::InsufficientScope);
    let userinfo = (!config.paths.userinfo.is_empty()).then_some(BearerError::UserInfo);
    let told = BearerError::EVERYWHERE.into_iter();
    let told = told.chain(own_app).chain(userinfo);
    let told = told.map(|error| Told {
        code: error.code(&config.policy.errors).to_owned(),
        status: Some(error.status()),
        text: error.description().to_owned(),
        advice: error.advice(),
    });
    ErrorTable {
        title: "Using an access token".to_owned(),
        lead: "They come as JSON, with a `WWW-Authenticate: Bearer` header.".to_owned(),
        errors: grouped(told),
    }
}

/// The same code once, and under it the same description once.
fn grouped(told: impl Iterator<Item = Told>) -> Vec<ErrorCode> {
    let mut codes: Vec<ErrorCode> = Vec::new();
    for one in told {
        let same = |code: &ErrorCode| code.code == one.code && code.status == one.status;
        let at = codes.iter().position(same).unwrap_or_else(|| {
            codes.push(ErrorCode {
                code: one.code.clone(),
                status: one.status,
                descriptions: Vec::new(),
            });
            codes.len() - 1
        });
        let descriptions = &mut codes[at].descriptions;
        let cause = (one.advice.cause.to_owned(), one.advice.fix.to_owned());
        let same_text = |known: &&mut ErrorDescription| known.texts[0] == one.text;
        match descriptions.iter_mut().find(same_text) {
            Some(known) if known.causes.contains(&cause) => {}
            Some(known) => known.causes.push(cause),
            None => descriptions.push(ErrorDescription {
                texts: vec![one.text],
                causes: vec![cause],
            }),
        }
    }
    for code in &mut codes {
        code.descriptions = joined(std::mem::take(&mut code.descriptions));
    }
    codes
}

/// Descriptions with the same causes as one.
fn joined(descriptions: Vec<ErrorDescription>) -> Vec<ErrorDescription> {
    let mut out: Vec<ErrorDescription> = Vec::new();
    for mut one in descriptions {
        match out.iter_mut().find(|known| known.causes == one.causes) {
            Some(known) => known.texts.append(&mut one.texts),
            None => out.push(one),
        }
    }
    out
}
