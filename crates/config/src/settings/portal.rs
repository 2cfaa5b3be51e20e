//! The settings of the pages on which developers run their apps.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The pages on which developers run their apps, at `/apps`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PortalSettings {
    /// Whether there are such pages. Who registers an app by them is `apps.registration`.
    pub(crate) page: bool,
    /// Whether developers, and agents of theirs, do the same by an API, and sign in to it by the device grant as the app
    /// `valetkey-cli`, whether or not `grants.device_code` is on. Default: where there are such pages.
    pub(crate) api: Option<bool>,
    /// Another path of the list, as your documentation names it.
    pub(crate) path: Option<String>,
    /// Where the pages are, step by step, as your documentation says: at most 5 steps of 40 characters.
    pub(crate) trail: Vec<String>,
    /// Words of the button that makes an app, at most 40 characters. Default: "Create an app", in the language of the
    /// page.
    pub(crate) new_app: Option<String>,
    /// Who runs the apps that are made by these pages.
    pub(crate) owners: AppOwners,
    /// What the fields of an app are called, as your documentation names them.
    pub(crate) labels: PortalLabels,
}

/// Who runs the apps that are made by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AppOwners {
    /// A person, or an organization to which they belong.
    Anyone,
    /// An organization: a developer starts or joins one first.
    Organizations,
}

/// What the fields of an app are called: at most 40 characters each.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PortalLabels {
    /// The name people see.
    pub(crate) name: Option<String>,
    /// The app's website.
    pub(crate) homepage: Option<String>,
    /// Where people are sent back.
    pub(crate) redirect_uri: Option<String>,
    /// One or two sentences.
    pub(crate) description: Option<String>,
}

impl Default for PortalSettings {
    fn default() -> Self {
        PortalSettings {
            page: true,
            api: None,
            path: None,
            trail: Vec::new(),
            new_app: None,
            owners: AppOwners::Anyone,
            labels: PortalLabels::default(),
        }
    }
}
