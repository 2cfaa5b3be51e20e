//! Providers to show the pages of: one with everything, one with little, a hostile one.
use super::{
    ApiRow, Apps, DeveloperPage, Device, Endpoint, Endpoints, ErrorCode, ErrorDescription,
    ErrorTable, Extra, Grants, House, Lives, Offer, OwnApp, Programs, Published, Requests,
    ScopeRow, ScopeTable, TestSide, Tokens, programs,
};
use crate::{HOSTILE, samples};
use protocol::policy::{Registration, Risk, Rotation};
use protocol::types::Lifetime;

pub(super) fn pages() -> Vec<DeveloperPage> {
    let frame = samples::frame(protocol::types::Language::English);
    let branded = samples::branded_frame(protocol::types::Language::English);
    let hostile = samples::hostile_frame(protocol::types::Language::English);
    let mut pages = DeveloperPage::all(&everything(), &frame);
    pages.extend(DeveloperPage::all(&little(), &branded));
    pages.extend(DeveloperPage::all(&of_strangers(), &hostile));
    pages
}

/// What an app finds at the one with everything.
pub(crate) fn sample_programs(own: &OwnApp) -> Vec<Programs> {
    programs(&everything(), own)
}

fn endpoint(path: &str) -> Endpoint {
    Endpoint {
        url: format!("https://tasks.example{path}"),
        aliases: vec![format!("https://tasks.example/v1{path}")],
    }
}

fn everything() -> Offer {
    let origin = "https://tasks.example".to_owned();
    Offer {
        product: "Acme Tasks".to_owned(),
        issuer: origin.clone(),
        names_issuer: true,
        metadata: format!("{origin}/.well-known/oauth-authorization-server"),
        base: origin,
        endpoints: Endpoints {
            authorize: Some(endpoint("/oauth2/authorize")),
            token: endpoint("/oauth2/token"),
            revoke: Some(endpoint("/oauth2/revoke")),
            introspect: Some(endpoint("/oauth2/introspect")),
            revocations: Some(endpoint("/oauth2/revocations")),
            token_info: Some(endpoint("/oauth2/token/info")),
            userinfo: Some(endpoint("/oauth2/userinfo")),
            logout: Some(endpoint("/oauth2/logout")),
            app: Some(endpoint("/v1/app")),
        },
        house: House {
            intro: Some("Build on tasks, projects and files.".to_owned()),
            support: Some("mailto:developers@tasks.example".to_owned()),
            terms: Some("https://tasks.example/terms".to_owned()),
        },
        grants: Grants {
            refresh_token: true,
            client_credentials: true,
        },
        device: Some(device()),
        tests: Some(TestSide {
            published: Some(Published {
                client_id: "test_EXAMPLE".to_owned(),
                client_secret: "test_EXAMPLE_secret".to_owned(),
                email: "try@tasks.example".to_owned(),
                password: "try things with this".to_owned(),
            }),
        }),
        apps: Apps {
            registration: Registration::Review,
            portal: Some("https://dev.tasks.example/apps".to_owned()),
            by_program: Some("https://dev.tasks.example/llms.txt".to_owned()),
            request_log: true,
            max_redirect_uris: 10,
            localhost_any_port: true,
            narrow_scope: true,
            pkce_for_all: true,
        },
        requests: Requests {
            json: true,
            query: true,
            redirect_uri_required: true,
        },
        tokens: tokens(),
        lives: lives(),
        id_token_life: Some("1 hour".to_owned()),
        apis: vec![
            api(
                "https://tasks.example",
                &["tasks:read", "tasks:write"],
                true,
            ),
            api("https://admin.tasks.example", &["admin:*"], false),
        ],
        scopes: catalogue(),
        errors: vec![errors("invalid_grant", "the code is unknown")],
    }
}

fn tokens() -> Tokens {
    Tokens {
        access_prefix: "at_".to_owned(),
        refresh_prefix: "rt_".to_owned(),
        token_type: "Bearer".to_owned(),
        always_name_scope: true,
        person: "user_EXAMPLE0001".to_owned(),
        rotation: Rotation::Rotate {
            grace: Lifetime::from_minutes(1),
        },
        extras: vec![Extra {
            name: "uid".to_owned(),
            meaning: "the person's number",
            example: "100101".to_owned(),
        }],
    }
}

fn lives() -> Lives {
    Lives {
        code: "5 minutes".to_owned(),
        code_personal: "90 seconds".to_owned(),
        access: "1 hour".to_owned(),
        access_seconds: 3_600,
        refresh: "30 days".to_owned(),
        grant: "5 years".to_owned(),
    }
}

fn scope(name: &str, sentence: &str) -> ScopeRow {
    ScopeRow {
        name: name.to_owned(),
        sentence: sentence.to_owned(),
        risk: Risk::Read,
        restricted: false,
        personal: false,
        default: true,
    }
}

fn catalogue() -> Vec<ScopeTable> {
    vec![ScopeTable {
        title: "Tasks".to_owned(),
        scopes: vec![
            scope("tasks:read", "See your tasks"),
            ScopeRow {
                risk: Risk::Full,
                restricted: true,
                personal: true,
                default: false,
                ..scope("admin:*", "Do everything you can do yourself")
            },
        ],
    }]
}

fn api(identifier: &str, scopes: &[&str], jwt: bool) -> ApiRow {
    ApiRow {
        identifier: identifier.to_owned(),
        scopes: scopes.iter().map(|name| (*name).to_owned()).collect(),
        life: "10 minutes".to_owned(),
        jwt,
    }
}

fn errors(code: &str, text: &str) -> ErrorTable {
    ErrorTable {
        title: "At the token endpoint".to_owned(),
        lead: "They come as JSON.".to_owned(),
        errors: vec![ErrorCode {
            code: code.to_owned(),
            status: Some(400),
            descriptions: vec![ErrorDescription {
                texts: vec![text.to_owned(), "the code is used up".to_owned()],
                causes: vec![(text.to_owned(), "Start again.".to_owned())],
            }],
        }],
    }
}

/// Client credentials alone, no scopes, nothing that can be left out.
fn little() -> Offer {
    let all = everything();
    Offer {
        endpoints: Endpoints {
            authorize: None,
            revoke: None,
            introspect: None,
            revocations: None,
            token_info: None,
            userinfo: None,
            logout: None,
            app: None,
            ..all.endpoints
        },
        house: House::default(),
        device: None,
        tests: None,
        grants: Grants {
            refresh_token: false,
            client_credentials: true,
        },
        apps: Apps {
            registration: Registration::Admin,
            portal: None,
            by_program: None,
            ..all.apps
        },
        id_token_life: None,
        apis: Vec::new(),
        scopes: Vec::new(),
        ..all
    }
}

fn device() -> Device {
    Device {
        endpoint: endpoint("/oauth2/device"),
        page: "https://tasks.example/device".to_owned(),
        life: "10 minutes".to_owned(),
        life_seconds: 600,
        interval_seconds: 5,
    }
}

/// Free text that tries to break out.
fn of_strangers() -> Offer {
    let all = everything();
    let trap = || format!("`{HOSTILE}`\n## [x](javascript:alert(1)) | ````\n<script>");
    Offer {
        product: HOSTILE.to_owned(),
        house: House {
            intro: Some(trap()),
            support: Some("javascript:alert(1)".to_owned()),
            terms: Some("https://tasks.example/>)<script>".to_owned()),
        },
        scopes: vec![ScopeTable {
            title: trap(),
            scopes: vec![scope("`|<script>'$(x)", &trap())],
        }],
        apis: vec![api(&trap(), &["`|<script>'$(x)"], true)],
        errors: vec![errors("x|`<script>", &trap())],
        ..all
    }
}
