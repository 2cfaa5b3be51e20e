//! A configuration as text: read and checked without touching a file.
use super::layers::Layers;
use super::{CheckUrl, Overrides, build};
use protocol::Policy;

/// The name under which a fault's place names the text.
const NAME: &str = "valetkey.toml";

/// What a configuration comes to.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The rules.
    pub policy: Policy,
    /// Every setting, written as a configuration file.
    pub toml: String,
    /// What deserves a second look.
    pub warnings: Vec<String>,
}

/// Reads `text` as if it were the file `valetkey.toml`, lays `environment` over it and checks the whole.
///
/// # Errors
/// The faults as a person sees them, one a line: its place, then one sentence.
pub fn check(
    text: &str,
    environment: &[(String, String)],
    check_url: CheckUrl,
) -> Result<Checked, String> {
    let layers = Layers::of_text(NAME, text, &Overrides::default(), environment);
    let layers = layers.map_err(|fault| fault.to_string())?;
    let config = build::config(&layers, check_url).map_err(|fault| fault.to_string())?;
    Ok(Checked {
        policy: config.policy,
        toml: toml::to_string(&layers.settings).map_err(|error| error.to_string())?,
        warnings: config.warnings,
    })
}
