//! Checks `[[login.upstream]]`: other providers at which people can sign in.
use super::checks::{Checks, is_text, local_text};
use super::password::{Password, read};
use super::settings::{UpstreamKind, UpstreamSettings};
use protocol::policy::SignUp;
use protocol::types::LocalText;
use protocol::upstream::{ClaimNames, Endpoints, Kind, Provider};
use std::collections::HashSet;
use std::path::PathBuf;
use url::Url;

/// Most providers.
const MOST: usize = 20;
/// Longest name, in characters.
const LONGEST_NAME: usize = 40;
/// Longest id.
const LONGEST_ID: usize = 32;
/// Longest client id, secret, scope or claim name, in bytes.
const LONGEST_TEXT: usize = 500;
const PATH: &str = "login.upstream";

/// Another provider at which people can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// What rules know of it.
    pub provider: Provider,
    /// What people call it.
    pub name: LocalText,
    /// What we prove ourselves by there, unless by a key.
    pub secret: Option<Password>,
    /// The file of the key. It is not read here.
    pub key_file: Option<PathBuf>,
    /// Domains whose addresses belong to it, in lower case.
    pub domains: Vec<String>,
    /// Whether people are offered to sign out there too.
    pub sign_out: bool,
}

/// Checks the tables. `loopback`: the issuer is; and who may make an account.
pub(super) fn upstream(checks: &mut Checks<'_>, loopback: bool, sign_up: SignUp) -> Vec<Upstream> {
    let tables = checks.settings().login.upstream.clone();
    if !tables.is_empty() && checks.settings().login.handoff.url.is_some() {
        let what = "stands beside login.handoff: there your own login signs everybody in, so it is what would send them to other providers; take one of the two out";
        checks.fault(PATH, what);
    }
    if tables.len() > MOST {
        checks.fault(PATH, format!("there are more than {MOST} providers"));
    }
    let mut all: Vec<Upstream> = Vec::new();
    for (item, table) in tables.into_iter().enumerate() {
        let mut one = Table {
            checks,
            item,
            loopback,
        };
        let found = one.read(&table, sign_up == SignUp::Open);
        one.compare(&found, &all);
        all.push(found);
    }
    all
}

/// One of the tables.
struct Table<'a, 'b> {
    checks: &'a mut Checks<'b>,
    item: usize,
    loopback: bool,
}

impl Table<'_, '_> {
    fn fault(&mut self, name: &str, what: &str) {
        let sentence = format!("{name}: {what}");
        self.checks.fault_in(PATH, self.item, sentence);
    }

    fn read(&mut self, table: &UpstreamSettings, open: bool) -> Upstream {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !((1..=LONGEST_ID).contains(&table.id.len()) && table.id.bytes().all(sound)) {
            self.fault("id", "write 1 to 32 of a-z, 0-9 and -, such as \"acme\"");
        }
        self.text("client_id", &table.client_id);
        let kind = self.kind(table);
        let (secret, key_file) = self.proof(table);
        Upstream {
            provider: Provider {
                id: table.id.clone(),
                client_id: table.client_id.clone(),
                scopes: self.scopes(table),
                claims: self.claims(table),
                sign_up: table.sign_up.unwrap_or(open),
                trusts_mfa: table.mfa,
                kind,
            },
            name: self.name(table),
            secret,
            key_file,
            domains: self.domains(table),
            sign_out: table.sign_out,
        }
    }

    fn name(&mut self, table: &UpstreamSettings) -> LocalText {
        let item = self.item;
        local_text(self.checks, "name", &table.name, |checks, place, text| {
            if !is_text(text, LONGEST_NAME) {
                let what = format!(
                    "{place}: write what people call it, in 1 to {LONGEST_NAME} characters that can be read as they stand"
                );
                checks.fault_in(PATH, item, what);
            }
            text.trim().to_owned()
        })
    }

    fn text(&mut self, name: &str, text: &str) {
        let sound = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > LONGEST_TEXT || !sound {
            self.fault(name, "write 1 to 500 visible characters of ASCII");
        }
    }

    fn kind(&mut self, table: &UpstreamSettings) -> Kind {
        let endpoints = [
            ("authorization_endpoint", &table.authorization_endpoint),
            ("token_endpoint", &table.token_endpoint),
            ("user_endpoint", &table.user_endpoint),
            ("emails_endpoint", &table.emails_endpoint),
        ];
        if table.kind == UpstreamKind::Oidc {
            for (name, _) in endpoints.iter().filter(|(_, url)| url.is_some()) {
                let what = "is for kind = \"oauth2\" alone: an OpenID provider publishes where its endpoints are, so take it out";
                self.fault(name, what);
            }
            let issuer = self.url("issuer", table.issuer.as_deref(), true);
            return Kind::OpenId { issuer };
        }
        self.plain(table);
        let mut at = |place: usize, needed: bool| {
            let (name, url) = endpoints[place];
            match (url, needed) {
                (None, false) => None,
                (url, _) => Some(self.url(name, url.as_deref(), false)),
            }
        };
        let (authorization, token) = (at(0, true), at(1, true));
        let (user, emails) = (at(2, true), at(3, false));
        Kind::OAuth(Box::new(Endpoints {
            issuer: table.issuer.clone(),
            authorization: authorization.unwrap_or_default(),
            token: token.unwrap_or_default(),
            user: user.unwrap_or_default(),
            emails,
        }))
    }

    /// What a plain provider cannot do.
    fn plain(&mut self, table: &UpstreamSettings) {
        if table.mfa {
            let what = "is for kind = \"oidc\" alone: a plain provider does not say how somebody signed in, so take it out";
            self.fault("mfa", what);
        }
        if table.sign_out {
            let what = "is for kind = \"oidc\" alone: a plain provider has no page to sign out at that is known here, so take it out";
            self.fault("sign_out", what);
        }
        // It is compared with what the provider calls itself when somebody comes back (RFC 9207).
        if let Some(issuer) = &table.issuer {
            self.url("issuer", Some(issuer), true);
        }
    }

    /// A URL that must be there.
    fn url(&mut self, name: &str, text: Option<&str>, bare: bool) -> String {
        let Some(text) = text else {
            self.fault(name, "is missing: write the URL that the provider names");
            return String::new();
        };
        let parsed = Url::parse(text).ok().filter(Url::has_host);
        let sound = parsed.is_some_and(|url| {
            let secure = url.scheme() == "https" || (self.loopback && url.scheme() == "http");
            let known = url.username().is_empty() && url.password().is_none();
            let plain = url.fragment().is_none() && !(bare && url.query().is_some());
            secure && known && plain
        });
        if !sound {
            let what = format!(
                "{text:?} is not where a provider is: write an https URL without a fragment, as the provider does (http for an issuer on loopback alone)"
            );
            self.fault(name, &what);
        }
        text.to_owned()
    }

    fn proof(&mut self, table: &UpstreamSettings) -> (Option<Password>, Option<PathBuf>) {
        let named = [
            table.secret.is_some(),
            table.secret_file.is_some(),
            table.key_file.is_some(),
        ];
        if named.into_iter().filter(|named| *named).count() != 1 {
            let what = "write one of secret_file, secret and key_file: it is what you prove yourself by there";
            self.fault("secret_file", what);
            return (None, None);
        }
        let resolved = |checks: &Checks<'_>, file: &PathBuf| checks.layers.resolved(PATH, file);
        if let Some(file) = &table.key_file {
            return (None, Some(resolved(self.checks, file)));
        }
        let secret = match &table.secret_file {
            Some(file) => {
                let file = resolved(self.checks, file);
                read(self.checks, PATH, &file)
            }
            None => table.secret.clone().map(Password),
        };
        if secret.as_ref().is_some_and(|secret| secret.0.is_empty()) {
            self.fault("secret", "there is no secret in it");
        }
        (secret, None)
    }

    fn scopes(&mut self, table: &UpstreamSettings) -> Vec<String> {
        let openid = table.kind == UpstreamKind::Oidc;
        let Some(scopes) = &table.scopes else {
            let usual: &[&str] = if openid {
                &["openid", "email", "profile"]
            } else {
                &[]
            };
            return usual.iter().map(|&name| name.to_owned()).collect();
        };
        scopes.iter().for_each(|scope| self.text("scopes", scope));
        if openid && !scopes.iter().any(|scope| scope == "openid") {
            let what =
                "\"openid\" is missing: without it an OpenID provider does not say who it is";
            self.fault("scopes", what);
        }
        scopes.clone()
    }

    fn claims(&mut self, table: &UpstreamSettings) -> ClaimNames {
        let openid = table.kind == UpstreamKind::Oidc;
        if openid && table.claims.id.is_some() {
            let what =
                "id is not chosen for kind = \"oidc\": only sub never changes, so take it out";
            self.fault("claims", what);
        }
        let claims = &table.claims;
        let given = [
            &claims.id,
            &claims.name,
            &claims.email,
            &claims.email_verified,
        ];
        given
            .into_iter()
            .flatten()
            .for_each(|name| self.text("claims", name));
        let or =
            |name: &Option<String>, usual: &str| name.clone().unwrap_or_else(|| usual.to_owned());
        ClaimNames {
            id: if openid {
                "sub".to_owned()
            } else {
                or(&claims.id, "id")
            },
            name: or(&claims.name, "name"),
            email: or(&claims.email, "email"),
            email_verified: or(&claims.email_verified, "email_verified"),
        }
    }

    fn domains(&mut self, table: &UpstreamSettings) -> Vec<String> {
        let sound = |b: u8| b.is_ascii_alphanumeric() || b".-".contains(&b);
        for domain in &table.domains {
            let parts = domain.split('.').count() > 1 && !domain.split('.').any(str::is_empty);
            if !(parts && domain.bytes().all(sound)) {
                let what =
                    format!("{domain:?} is not a domain: write it like \"acme.example\", in ASCII");
                self.fault("domains", &what);
            }
        }
        table
            .domains
            .iter()
            .map(|domain| domain.to_ascii_lowercase())
            .collect()
    }

    /// Nothing may stand for two.
    fn compare(&mut self, one: &Upstream, before: &[Upstream]) {
        if before
            .iter()
            .any(|other| other.provider.id == one.provider.id)
        {
            self.fault(
                "id",
                "stands for a provider that is listed before: give each its own",
            );
        }
        if before
            .iter()
            .any(|other| other.provider.source() == one.provider.source())
        {
            let what = "is that of a provider that is listed before: whom it names would be the same people";
            self.fault(
                if one.provider.is_openid() {
                    "issuer"
                } else {
                    "user_endpoint"
                },
                what,
            );
        }
        let taken: HashSet<&String> = before.iter().flat_map(|other| &other.domains).collect();
        if let Some(domain) = one.domains.iter().find(|domain| taken.contains(domain)) {
            let what = format!("{domain:?} belongs to a provider that is listed before");
            self.fault("domains", &what);
        }
    }
}
