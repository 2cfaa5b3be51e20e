//! The programs of the developer pages with the values of one app in them: they run as they are pasted, with its secret
//! in the environment.
use super::call::{Auth, Call, Link, Value};
use super::chapters::{DEVICE_GRANT, exchange_fields};
use super::markdown::render;
use super::offer::Offer;
use protocol::types::GrantType;

/// The app whose values are in the programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnApp {
    /// Its client id.
    pub client_id: String,
    /// Where the person comes back to.
    pub redirect_uri: Option<String>,
    /// What is asked for; empty: what the provider takes for it.
    pub scope: String,
    /// Whether it has a secret.
    pub keeps_secret: bool,
    /// The grants that it may use.
    pub grants: Vec<GrantType>,
}

/// What a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// Makes the link to which the person is sent.
    Link,
    /// Exchanges the code.
    Exchange,
    /// Asks a token about itself.
    TokenInfo,
    /// Gets the next tokens.
    Refresh,
    /// Gives a token back.
    Revoke,
    /// Asks for the codes of a device.
    DeviceCodes,
    /// Asks whether the person has answered.
    DevicePoll,
    /// Gets a token of the app's own.
    ClientCredentials,
}

impl Program {
    /// All of them, in the order in which an app needs them.
    pub const ALL: [Program; 8] = [
        Program::Link,
        Program::Exchange,
        Program::TokenInfo,
        Program::Refresh,
        Program::Revoke,
        Program::DeviceCodes,
        Program::DevicePoll,
        Program::ClientCredentials,
    ];

    /// What a form carries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Program::Link => "authorize",
            Program::Exchange => "exchange",
            Program::TokenInfo => "token-info",
            Program::Refresh => "refresh",
            Program::Revoke => "revoke",
            Program::DeviceCodes => "device",
            Program::DevicePoll => "device-poll",
            Program::ClientCredentials => "client-credentials",
        }
    }

    /// Reads it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|program| program.name() == name)
    }
}

/// One program in several languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// What it does.
    pub program: Program,
    html: String,
}

impl Programs {
    /// The programs, each in a fold of its own. What is in them is escaped.
    pub(crate) fn html(&self) -> &str {
        &self.html
    }
}

impl OwnApp {
    fn may_use(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }

    /// A request to the token endpoint, or to one that takes the same credentials.
    fn call<'a>(&'a self, url: &'a str, mut fields: Vec<(&'static str, Value<'a>)>) -> Call<'a> {
        if !self.keeps_secret {
            fields.push(("client_id", Value::Text(&self.client_id)));
        }
        Call {
            url,
            auth: match self.keeps_secret {
                true => Auth::Basic,
                false => Auth::None,
            },
            fields,
            answers: true,
            client_id: Some(&self.client_id),
        }
    }

    fn with_scope<'a>(
        &'a self,
        mut fields: Vec<(&'static str, Value<'a>)>,
    ) -> Vec<(&'static str, Value<'a>)> {
        if !self.scope.is_empty() {
            fields.push(("scope", Value::Text(&self.scope)));
        }
        fields
    }
}

/// The programs that an app can use, in the order in which it needs them.
#[must_use]
pub fn programs(offer: &Offer, own: &OwnApp) -> Vec<Programs> {
    let markdown = |program| match link(offer, own).filter(|_| program == Program::Link) {
        Some(link) => Some(link.markdown()),
        None => request(offer, own, program).map(|call| call.markdown()),
    };
    let made = |program: Program| {
        // Each program is a group of its own, of which one language is open.
        let own_group = format!("<details name=\"{}\"", program.name());
        let html = render(&markdown(program)?).html;
        let html = html.replace("<details name=\"snippet-1\"", &own_group);
        Some(Programs { program, html })
    };
    Program::ALL.into_iter().filter_map(made).collect()
}

/// A request of an app as it is sent, and as it is shown: what the app cannot know stands in variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRequest {
    /// For the shell.
    pub curl: String,
    /// Whether it shows the app's secret.
    pub shows_secret: bool,
    /// Its fields; none is a `GET` with the access token.
    pub fields: Vec<(&'static str, FieldValue)>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// Always this.
    Text(String),
    /// What this variable holds.
    Variable(&'static str),
}

/// The request that a program makes; `None` for what this app or provider does not do, and for the link.
#[must_use]
pub fn app_request(offer: &Offer, own: &OwnApp, program: Program) -> Option<AppRequest> {
    let call = request(offer, own, program)?;
    let field = |(name, value): &(&'static str, Value<'_>)| match value {
        Value::Text(text) => (*name, FieldValue::Text((*text).to_owned())),
        Value::Variable(name_of) => (*name, FieldValue::Variable(name_of)),
    };
    Some(AppRequest {
        curl: call.shell(),
        shows_secret: call.auth == Auth::Basic,
        fields: call.fields.iter().map(field).collect(),
    })
}

fn link<'a>(offer: &'a Offer, own: &'a OwnApp) -> Option<Link<'a>> {
    let authorize = offer.endpoints.authorize.as_ref()?;
    own.may_use(GrantType::AuthorizationCode).then_some(Link {
        url: &authorize.url,
        scope: &own.scope,
        client_id: Some(&own.client_id),
        redirect_uri: own.redirect_uri.as_deref(),
    })
}

fn request<'a>(offer: &'a Offer, own: &'a OwnApp, program: Program) -> Option<Call<'a>> {
    let token = &offer.endpoints.token.url;
    let grant = |name| vec![("grant_type", Value::Text(name))];
    let may = |grant| own.may_use(grant);
    match program {
        Program::Link => None,
        Program::Exchange => may(GrantType::AuthorizationCode)
            .then(|| exchange(offer, own))
            .filter(|_| offer.endpoints.authorize.is_some()),
        Program::TokenInfo => {
            let info = offer.endpoints.token_info.as_ref();
            info.filter(|_| has_tokens(own)).map(|info| Call {
                url: &info.url,
                auth: Auth::Bearer,
                fields: Vec::new(),
                answers: true,
                client_id: None,
            })
        }
        Program::Refresh => {
            let mut fields = grant("refresh_token");
            fields.push(("refresh_token", Value::Variable("REFRESH_TOKEN")));
            let renews = offer.grants.refresh_token && may(GrantType::RefreshToken);
            renews.then(|| own.call(token, fields))
        }
        Program::Revoke => {
            let revoke = offer.endpoints.revoke.as_ref();
            revoke.filter(|_| has_tokens(own)).map(|revoke| Call {
                answers: false,
                ..own.call(&revoke.url, vec![("token", Value::Variable("TOKEN"))])
            })
        }
        Program::DeviceCodes => {
            let device = offer.device.as_ref();
            let device = device.filter(|_| may(GrantType::DeviceCode))?;
            let ask = own.call(&device.endpoint.url, own.with_scope(Vec::new()));
            // Without a field it would be no form.
            (!ask.fields.is_empty()).then_some(ask)
        }
        Program::DevicePoll => {
            let mut fields = grant(DEVICE_GRANT);
            fields.push(("device_code", Value::Variable("DEVICE_CODE")));
            let on = offer.device.is_some() && may(GrantType::DeviceCode);
            on.then(|| own.call(token, fields))
        }
        Program::ClientCredentials => {
            let on = offer.grants.client_credentials && may(GrantType::ClientCredentials);
            on.then(|| own.call(token, own.with_scope(grant("client_credentials"))))
        }
    }
}

fn has_tokens(own: &OwnApp) -> bool {
    own.grants
        .iter()
        .any(|grant| *grant != GrantType::RefreshToken)
}

/// The exchange of a code. Where the app has several redirect URIs, the one that was named is named again.
fn exchange<'a>(offer: &'a Offer, own: &'a OwnApp) -> Call<'a> {
    let mut fields = exchange_fields(offer);
    fields.retain(|(name, _)| *name != "redirect_uri");
    if let Some(uri) = &own.redirect_uri {
        fields.push(("redirect_uri", Value::Text(uri)));
    }
    own.call(&offer.endpoints.token.url, fields)
}
