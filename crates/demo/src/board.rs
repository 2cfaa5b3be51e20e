//! What the demo app keeps: what it was told at its registration, and what each browser has done.
use super::client::Client;
use super::screen::Television;
use super::tasks::Tasks;
use axum::http::{HeaderMap, header};
use pages::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Browsers it remembers; the oldest is forgotten first.
const MAX_VISITS: usize = 1_000;

/// What the app was told when it was registered.
pub struct Settings {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// Its page where developers make apps.
    pub apps: String,
    /// Its authorization endpoint.
    pub authorization: String,
    /// Its token endpoint.
    pub token: String,
    /// Its revocation endpoint.
    pub revocation: String,
    /// Its device authorization endpoint. Empty when the grant is off.
    pub device: String,
    /// Its introspection endpoint, for the API.
    pub introspection: String,
    /// What people call it.
    pub provider: String,
    /// `scheme://host:port` of the app and the API themselves.
    pub base: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: String,
    /// The API's client id.
    pub api_id: String,
    /// The API's secret.
    pub api_secret: String,
    /// What the app asks for, apart by spaces.
    pub scopes: String,
    /// Where the provider puts its mails.
    pub mail: Option<PathBuf>,
}

/// One browser's state.
#[derive(Clone, Default)]
pub(crate) struct Visit {
    /// State and verifier of requests under way, one a tab.
    pub(crate) requests: Vec<(String, String)>,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) tasks: Vec<(String, bool)>,
}

#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) title: &'static str,
    pub(crate) request: String,
    pub(crate) response: String,
}

pub(crate) struct DemoState {
    pub(crate) settings: Settings,
    pub(crate) client: Client,
    pub(crate) tasks: Tasks,
    pub(crate) television: Television,
    pub(crate) visits: Mutex<BTreeMap<u64, (String, Visit)>>,
}

/// Everything the demo needs. Cheap to clone.
pub(crate) type Demo = Arc<DemoState>;

impl DemoState {
    /// The cookie's name holds the port, since cookies do not know ports.
    pub(crate) fn cookie_name(&self) -> String {
        let port = self.settings.base.rsplit(':').next().unwrap_or_default();
        format!("taskboard_{port}")
    }

    pub(crate) fn visit(&self, headers: &HeaderMap) -> Option<(String, Visit)> {
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

    pub(crate) fn remember(&self, id: String, visit: Visit) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.retain(|_, (own, _)| *own != id);
        let next = visits.last_key_value().map_or(0, |(last, _)| last + 1);
        visits.insert(next, (id, visit));
        while visits.len() > MAX_VISITS {
            visits.pop_first();
        }
    }

    pub(crate) fn credential(&self) -> (&str, &str) {
        (&self.settings.client_id, &self.settings.client_secret)
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callback", self.settings.base)
    }
}

pub(crate) fn frame() -> Frame {
    Frame {
        product: "Task Board".to_owned(),
        request_id: format!("{:016x}", u64::from_be_bytes(jose::random::bytes())),
        ..Frame::default()
    }
}

pub(crate) fn tasks_of(json: &Value) -> Vec<(String, bool)> {
    let list = json.as_array().cloned().unwrap_or_default();
    let task = |task: &Value| {
        let title = task["title"].as_str().unwrap_or_default().to_owned();
        (title, task["done"] == true)
    };
    list.iter().map(task).collect()
}
