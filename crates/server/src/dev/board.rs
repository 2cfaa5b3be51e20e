//! What the demo app keeps: what it was told at its registration, and what each browser has done.
use super::client::Client;
use super::screen::Television;
use super::setup::Credentials;
use super::tasks::Tasks;
use crate::http::request::RequestId;
use crate::oauth::endpoints::origin;
use axum::http::{HeaderMap, header};
use config::{Config, Mail};
use pages::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Browsers it remembers; the oldest is forgotten first.
const MAX_VISITS: usize = 1_000;

/// What the app was told when it was registered.
pub(super) struct Settings {
    pub(super) issuer: String,
    pub(super) authorization: String,
    pub(super) token: String,
    pub(super) revocation: String,
    /// Empty when the grant is off.
    pub(super) device: String,
    pub(super) introspection: String,
    pub(super) provider: String,
    pub(super) base: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) api_id: String,
    pub(super) api_secret: String,
    pub(super) scopes: String,
    /// Where the provider puts its mails.
    pub(super) mail: Option<PathBuf>,
}

impl Settings {
    pub(super) fn new(config: &Config, credentials: &Credentials, base: &str) -> Self {
        let paths = &config.paths;
        let at = |aliases: &[String]| {
            let path = aliases.first().map_or("", String::as_str);
            format!("{}{path}", origin(&config.issuer))
        };
        Settings {
            issuer: config.issuer.clone(),
            authorization: at(&paths.authorize),
            token: at(&paths.token),
            revocation: at(&paths.revoke),
            device: match paths.device.is_empty() {
                true => String::new(),
                false => at(&paths.device),
            },
            introspection: at(&paths.introspect),
            provider: config.branding.product.clone(),
            base: base.to_owned(),
            client_id: credentials.app.client_id.clone(),
            client_secret: credentials.app.client_secret.clone(),
            api_id: credentials.api.client_id.clone(),
            api_secret: credentials.api.client_secret.clone(),
            scopes: "tasks:read tasks:write".to_owned(),
            mail: config.mail.as_ref().and_then(Mail::folder),
        }
    }
}

/// One browser's state.
#[derive(Clone, Default)]
pub(super) struct Visit {
    /// State and verifier of requests under way, one a tab.
    pub(super) requests: Vec<(String, String)>,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) steps: Vec<Step>,
    pub(super) tasks: Vec<(String, bool)>,
}

#[derive(Clone)]
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) request: String,
    pub(super) response: String,
}

pub(super) struct DemoState {
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) tasks: Tasks,
    pub(super) television: Television,
    pub(super) visits: Mutex<BTreeMap<u64, (String, Visit)>>,
}

/// Everything the demo needs. Cheap to clone.
pub(super) type Demo = Arc<DemoState>;

impl DemoState {
    /// The cookie's name holds the port, since cookies do not know ports.
    pub(super) fn cookie_name(&self) -> String {
        let port = self.settings.base.rsplit(':').next().unwrap_or_default();
        format!("taskboard_{port}")
    }

    pub(super) fn visit(&self, headers: &HeaderMap) -> Option<(String, Visit)> {
        let name = self.cookie_name();
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let own = cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        let id = own.into_iter().find(|(key, _)| *key == name)?.1;
        let visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        let found = visits.values().find(|(own, _)| own == id);
        found.map(|(id, visit)| (id.clone(), visit.clone()))
    }

    pub(super) fn remember(&self, id: String, visit: Visit) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.retain(|_, (own, _)| *own != id);
        let next = visits.last_key_value().map_or(0, |(last, _)| last + 1);
        visits.insert(next, (id, visit));
        while visits.len() > MAX_VISITS {
            visits.pop_first();
        }
    }

    pub(super) fn credential(&self) -> (&str, &str) {
        (&self.settings.client_id, &self.settings.client_secret)
    }

    pub(super) fn redirect_uri(&self) -> String {
        format!("{}/callback", self.settings.base)
    }
}

pub(super) fn frame() -> Frame {
    Frame {
        product: "Task Board".to_owned(),
        request_id: RequestId::next().to_string(),
        signed_in_as: None,
        accent: None,
        test_side: false,
        developers: false,
    }
}

pub(super) fn tasks_of(json: &Value) -> Vec<(String, bool)> {
    let list = json.as_array().cloned().unwrap_or_default();
    let task = |task: &Value| {
        let title = task["title"].as_str().unwrap_or_default().to_owned();
        (title, task["done"] == true)
    };
    list.iter().map(task).collect()
}
