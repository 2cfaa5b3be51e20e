//! The settings file. It holds a secret, so only its user should be able to read it.
use crate::rights::Role;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the provider may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    issuer: String,
    client_id: String,
    client_secret: String,
    /// The credential on the provider's test side: id and secret.
    test_credential: Option<(String, String)>,
    /// In place of the published address of the revocation feed.
    revocations: Option<String>,
    /// The error code for a token that does not work, where the API documents another than the RFC.
    invalid_token: Option<String>,
    /// What access tokens start with.
    prefix: Option<String>,
    /// What names this API in `aud`: tokens for others are refused then, and JWTs are read here.
    audience: Option<String>,
    /// What its URLs start with where clients call it: tokens that are bound to keys are taken then.
    url: Option<String>,
    /// What clients are told that they may ask for, separated by spaces; `audience` is the address of this API then.
    scopes: Option<String>,
    /// How far apart the clocks of provider and API may be, in seconds.
    leeway: Option<u64>,
    /// How recently a user must have signed in to delete something, in seconds.
    delete_within: Option<u64>,
    /// In which way, by the names of the provider (`acr`).
    delete_acr: Option<String>,
    /// Roles of people, by subject.
    #[serde(default)]
    roles: HashMap<String, Role>,
    /// The role of everyone else.
    #[serde(default)]
    default_role: Role,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// One sentence on what is wrong with it.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| {
            format!("cannot read {name}: run `valetkey dev` first, or name a file with --settings")
        })?;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            bail!(
                "{name} holds a secret that others on this machine can read: run chmod 600 {name}"
            );
        }
        serde_json::from_str(&text).with_context(|| format!("{name} is no settings file"))
    }

    /// How tokens are to be checked, as the issuer publishes it.
    ///
    /// # Errors
    /// When the issuer does not answer for a while.
    pub(crate) async fn verifier(&self) -> anyhow::Result<verify::Settings> {
        let deadline = Instant::now() + PATIENCE;
        let mut found = loop {
            match verify::Settings::discover(&self.issuer, &self.client_id, &self.client_secret)
                .await
            {
                Ok(found) => break found,
                Err(verify::Fault::Unreachable { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(fault) => return Err(fault.into()),
            }
        };
        found.realm = "tasks".to_owned();
        found.test_credential.clone_from(&self.test_credential);
        if let Some(url) = &self.revocations {
            found.revocations = Some(url.clone());
        }
        if let Some(code) = &self.invalid_token {
            found.invalid_token.clone_from(code);
        }
        found.audience.clone_from(&self.audience);
        found.url.clone_from(&self.url);
        if let Some(seconds) = self.leeway {
            found.leeway = Duration::from_secs(seconds);
        }
        if let Some(prefix) = &self.prefix {
            found.prefixes = vec![prefix.clone()];
        }
        Ok(found)
    }

    /// What clients are told that they may ask for.
    pub(crate) fn scopes(&self) -> Option<&str> {
        self.scopes.as_deref()
    }

    /// How a user must have signed in to delete something.
    pub(crate) fn step_up(&self) -> StepUp {
        StepUp {
            within: self.delete_within.map(Duration::from_secs),
            acr: self.delete_acr.clone(),
        }
    }

    /// The role of a person or app.
    pub(crate) fn role(&self, subject: &str) -> Role {
        self.roles
            .get(subject)
            .copied()
            .unwrap_or(self.default_role)
    }
}

/// How whoever deletes must have signed in.
#[derive(Debug, Clone)]
pub(crate) struct StepUp {
    /// How recently.
    pub(crate) within: Option<Duration>,
    /// In which way.
    pub(crate) acr: Option<String>,
}
