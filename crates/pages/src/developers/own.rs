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
    let mut all = Vec::new();
    let mut add = |program, markdown: String| {
        let html = render(&markdown).html;
        all.push(Programs { program, html });
    };
    let token = &offer.endpoints.token.url;
    if let (Some(authorize), true) = (
        &offer.endpoints.authorize,
        own.may_use(GrantType::AuthorizationCode),
    ) {
        let link = Link {
            url: &authorize.url,
            scope: &own.scope,
            client_id: Some(&own.client_id),
            redirect_uri: own.redirect_uri.as_deref(),
        };
        add(Program::Link, link.markdown());
        add(Program::Exchange, exchange(offer, own).markdown());
    }
    if let (Some(info), true) = (&offer.endpoints.token_info, has_tokens(own)) {
        let call = Call {
            url: &info.url,
            auth: Auth::Bearer,
            fields: Vec::new(),
            answers: true,
            client_id: None,
        };
        add(Program::TokenInfo, call.markdown());
    }
    if offer.grants.refresh_token && own.may_use(GrantType::RefreshToken) {
        let fields = vec![
            ("grant_type", Value::Text("refresh_token")),
            ("refresh_token", Value::Variable("REFRESH_TOKEN")),
        ];
        add(Program::Refresh, own.call(token, fields).markdown());
    }
    if let (Some(revoke), true) = (&offer.endpoints.revoke, has_tokens(own)) {
        let call = Call {
            answers: false,
            ..own.call(&revoke.url, vec![("token", Value::Variable("TOKEN"))])
        };
        add(Program::Revoke, call.markdown());
    }
    if let (Some(device), true) = (&offer.device, own.may_use(GrantType::DeviceCode)) {
        let ask = own.call(&device.endpoint.url, own.with_scope(Vec::new()));
        let poll = vec![
            ("grant_type", Value::Text(DEVICE_GRANT)),
            ("device_code", Value::Variable("DEVICE_CODE")),
        ];
        // Without a field it would be no form.
        if !ask.fields.is_empty() {
            add(Program::DeviceCodes, ask.markdown());
        }
        add(Program::DevicePoll, own.call(token, poll).markdown());
    }
    if offer.grants.client_credentials && own.may_use(GrantType::ClientCredentials) {
        let fields = own.with_scope(vec![("grant_type", Value::Text("client_credentials"))]);
        add(
            Program::ClientCredentials,
            own.call(token, fields).markdown(),
        );
    }
    all
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
