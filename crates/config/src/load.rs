//! Reads the configuration of this process: its file, its environment, its command line.
use super::layers::{CONFIG, Layers, Overrides};
use super::origin::PREFIX;
use super::show::{self, Shown};
use super::{CheckUrl, Config, ConfigFaults, build};
use std::path::{Path, PathBuf};

impl Config {
    /// Reads `file`, lays the process's environment and then `overrides` over it, and checks the whole.
    ///
    /// # Errors
    /// All that is wrong, one sentence each with its place and what to do.
    pub fn load(
        file: Option<&Path>,
        overrides: &Overrides,
        check_url: CheckUrl,
    ) -> Result<Config, ConfigFaults> {
        Self::read(file, overrides, &environment(), check_url)
    }

    /// The same with `environment` in place of the process's own.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn read(
        file: Option<&Path>,
        overrides: &Overrides,
        environment: &[(String, String)],
        check_url: CheckUrl,
    ) -> Result<Config, ConfigFaults> {
        build::config(&Layers::read(file, overrides, environment)?, check_url)
    }

    /// The same, together with every setting's value and where it came from.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_shown(
        file: Option<&Path>,
        overrides: &Overrides,
        check_url: CheckUrl,
    ) -> Result<(Config, Vec<Shown>), ConfigFaults> {
        let layers = Layers::read(file, overrides, &environment())?;
        let config = build::config(&layers, check_url)?;
        let shown = show::all(&layers, &config);
        Ok((config, shown))
    }
}

impl Config {
    /// The defaults of a new provider, whatever the environment says: for tests.
    ///
    /// # Panics
    /// Never, as a test of this crate shows.
    pub fn for_tests() -> Config {
        let config = Self::read(None, &Overrides::default(), &[], |_| Ok(()));
        config.expect("the defaults are in order")
    }
}

/// The file that the environment names, if it does.
pub fn file_of_environment() -> Option<PathBuf> {
    let name = format!("{}{}", PREFIX, CONFIG);
    std::env::var_os(name)
        .filter(|file| !file.is_empty())
        .map(PathBuf::from)
}

/// Whether the environment says which provider this is.
pub fn is_set_by_environment() -> bool {
    let layers = Layers::read(None, &Overrides::default(), &environment());
    layers.is_ok_and(|layers| layers.names_a_provider())
}

/// The variables of this process whose names are text; what is no text in a value becomes U+FFFD.
pub(super) fn environment() -> Vec<(String, String)> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    };
    std::env::vars_os().filter_map(text).collect()
}
